"""What a hostile server, or somebody on the way to it, could try with the client."""

import logging
import logging.config
import socket
from unittest import mock

import pytest
from django.conf import settings
from django.test import SimpleTestCase

from shop.dashscope import (
    DashScopeClient,
    DashScopeError,
    DashScopeProtocolError,
    DashScopeRejected,
    DashScopeUnavailable,
    EngineTask,
)
from shop.dashscope.addresses import Guard, is_public
from shop.dashscope.errors import redact
from shop.services.results import DamagedResult, open_result
from tests.faults import (
    bomb,
    nested,
    output,
    picture,
    redirect,
    refuse,
    say,
    slow_bytes,
    slow_headers,
    throttle,
)
from tests.pictures import picture_bytes
from tests.protocol_server import ProtocolServer

KEY = "sk-very-secret"


class HostileServerCase(SimpleTestCase):
    def setUp(self):
        self.server = ProtocolServer()
        self.addCleanup(self.server.close)
        self.client_of_engine = DashScopeClient(
            self.server.base_url, KEY, timeout=(10, 20)
        )
        self.addCleanup(self.client_of_engine.close)

    def download(self, url=None, **limits):
        url = url or f"{self.server.origin}/results/x.png"
        return self.client_of_engine.download(url, **limits)


class WhereResultsLieTests(HostileServerCase):
    def test_addresses_inside_are_refused_however_they_are_written(self):
        port = self.server.origin.rpartition(":")[2]
        for host in (
            "127.0.0.2",
            "localhost",
            "0.0.0.0",
            "2130706433",
            "0x7f000001",
            "0177.0.0.1",
            "127.1",
            "[::1]",
            "[::ffff:127.0.0.1]",
            "10.0.0.1",
            "192.168.1.1",
            "172.16.0.1",
            "169.254.169.254",
            "[fd00::1]",
            "[fe80::1]",
            "100.64.0.1",
        ):
            for way in (f"http://{host}:{port}/x.png", f"https://{host}/x.png"):
                with self.subTest(way), self.assertRaises(DashScopeError) as caught:
                    self.download(way)
                self.assertIsInstance(caught.exception, DashScopeRejected, way)
        self.assertEqual(self.server.seen, [])

    def test_another_port_of_the_servers_own_host_is_another_place(self):
        with ProtocolServer() as other, self.assertRaises(DashScopeRejected):
            self.download(f"{other.origin}/results/x.png")

    def test_an_origin_on_the_list_may_be_used(self):
        with ProtocolServer() as other:
            client = DashScopeClient(
                self.server.base_url, KEY, result_origins=[other.origin]
            )
            self.addCleanup(client.close)

            found = client.download(f"{other.origin}/results/x.png")

            self.assertEqual(found.content, other.result)
            headers = other.calls("result")[0][2]
            self.assertNotIn("Authorization", headers)

    def test_a_redirect_leads_nowhere_else(self):
        for target in (
            "http://127.0.0.2/x.png",
            "http://169.254.169.254/latest/meta-data/",
            "file:///etc/passwd",
            "gopher://127.0.0.1:6379/_INFO",
            "ftp://127.0.0.1/x",
            "data:image/png;base64,AAAA",
            "//[::1]/x.png",
            "http://[::1/x.png",
        ):
            self.server.next("result", redirect(target))
            with self.subTest(target), self.assertRaises(DashScopeRejected):
                self.download()
        self.assertEqual({route for route, *_ in self.server.seen}, {"result"})

    def test_a_redirect_of_a_call_is_an_answer_not_understood(self):
        for target in ("http://[::1/", "file:///etc/passwd", self.server.origin):
            self.server.next("query", redirect(target))
            with self.subTest(target), self.assertRaises(DashScopeProtocolError):
                self.client_of_engine.get_task("x")
        self.assertEqual({route for route, *_ in self.server.seen}, {"query"})

    def test_other_schemes_and_broken_addresses_are_refused(self):
        for url in (
            "file:///etc/passwd",
            "gopher://x/",
            "//host/x",
            "http://",
            "http://[::1",
            "http://host:99999/",
            "http://host\r\nX-Evil: 1/",
            "http://good\\@evil/",
            "http://h/ x",
            "http://\ud800/",
            "x" * 10_000,
        ):
            with self.subTest(ascii(url[:40])), self.assertRaises(DashScopeRejected):
                self.download(url)

    def test_what_was_judged_is_what_is_connected_to(self):
        """A name that says something else the second time it is asked (rebinding)."""
        resolve = socket.getaddrinfo
        asked = []

        def rebinding(host, port, *arguments, **options):
            asked.append(host)
            is_first = asked.count(host) == 1
            to = "192.0.2.1" if is_first else "127.0.0.1"  # 192.0.2.1 is nobody's
            return resolve(to, port, *arguments, **options)

        port = int(self.server.origin.rpartition(":")[2])
        with mock.patch("socket.getaddrinfo", rebinding):
            guard = Guard([])
            with mock.patch("shop.dashscope.addresses.is_public", lambda _: True):
                first = guard.resolve(("http", "evil.example", port))
            with self.assertRaises(DashScopeRejected):
                self.download(f"http://evil.example:{port}/results/x.png")
        self.assertEqual(first[0][4][0], "192.0.2.1")
        self.assertEqual(asked, ["evil.example"] * 2)  # once for each connection
        self.assertEqual(self.server.seen, [])

    def test_of_several_addresses_only_public_ones_are_used(self):
        entries = [
            (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))
            for address in ("10.0.0.1", "93.184.216.34", "127.0.0.1")
        ]
        with mock.patch("socket.getaddrinfo", lambda *_, **__: entries):
            found = Guard([]).resolve(("http", "mixed.example", 80))

        self.assertEqual([entry[4][0] for entry in found], ["93.184.216.34"])


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", False),
        ("64:ff9b::7f00:1", False),
        ("2002:7f00:1::", False),
        ("224.0.0.1", False),
        ("fe80::1%eth0", False),
        ("255.255.255.255", False),
    ],
)
def test_public_addresses(address, expected):
    assert is_public(address) is expected


class TooMuchTests(HostileServerCase):
    def test_bytes_that_drip_are_cut_off(self):
        self.server.next("result", slow_bytes(0.05))

        with self.assertRaises(DashScopeUnavailable):
            self.download(max_seconds=0.4)

        self.assertTrue(self.server.hung_up.wait(60))  # all would take minutes

    def test_headers_that_never_end_are_cut_off(self):
        self.server.next("result", slow_headers(0.1))
        with self.assertRaises(DashScopeUnavailable):
            self.download(max_seconds=0.4)

        self.server.next("query", slow_headers(0.1))
        with (
            mock.patch("shop.dashscope.transport._BODY_S", -29.6),
            self.assertRaises(DashScopeUnavailable),
        ):
            self.client_of_engine.get_task("x")

    def test_a_submit_that_was_cut_off_may_have_been_accepted(self):
        self.server.next("submit", slow_bytes(0.1))
        with (
            mock.patch("shop.dashscope.transport._BODY_S", -29.6),
            self.assertRaises(DashScopeUnavailable) as caught,
        ):
            self.client_of_engine.submit_tryon("aitryon", "http://p", "http://t")

        self.assertTrue(caught.exception.maybe_accepted)

    def test_an_answer_that_unpacks_to_gigabytes_is_not_unpacked(self):
        self.server.next("query", bomb(megabytes=50))
        with self.assertRaisesRegex(DashScopeProtocolError, "larger than"):
            self.client_of_engine.get_task("x")

        self.server.next("result", bomb(megabytes=50))
        with self.assertRaisesRegex(DashScopeRejected, "packed as 'gzip'"):
            self.download()

    def test_json_of_endless_depth_is_no_answer(self):
        self.server.next("query", nested())
        with self.assertRaises(DashScopeProtocolError):
            self.client_of_engine.get_task("x")

    def test_a_wait_of_centuries_is_a_wait_of_minutes(self):
        for asked, waited in {
            10**12: 300,
            "9" * 400: 300,
            "soon": None,
            -5: None,
        }.items():
            self.server.next("query", throttle(asked))
            with self.subTest(asked), self.assertRaises(DashScopeUnavailable) as caught:
                self.client_of_engine.get_task("x")
            self.assertEqual(caught.exception.retry_after, waited)

    def test_a_picture_of_another_size_is_not_decoded(self):
        """81 million pixels in 10 kB."""
        self.server.next("result", picture("huge"))
        content = self.download().content

        with (
            mock.patch("PIL.ImageFile.ImageFile.load") as load,
            self.assertRaises(DamagedResult),
        ):
            open_result(content, (300, 400))

        load.assert_not_called()

    def test_a_picture_with_more_pictures_behind_it_is_refused(self):
        self.server.next("result", picture("animated"))
        content = self.download().content

        with self.assertRaisesRegex(DamagedResult, "more than one"):
            open_result(content, (300, 400))

        self.assertEqual(open_result(picture_bytes(), (300, 400)).size, (300, 400))


class WordsTests(HostileServerCase):
    def test_an_answers_words_stay_on_one_line_and_can_be_stored(self):
        odd = "In\r\n2026-01-01 ERROR forged\0 \ud800 \x1b[31m"
        body = {"output": {"task_id": "t", "task_status": "FAILED", "code": odd}}

        task = EngineTask.from_wire(body | {"request_id": odd})

        for word in (task.code, task.request_id, redact(odd)):
            self.assertTrue(word.isprintable(), repr(word))
            self.assertIn("forged", word)
            word.encode()

    def test_odd_times_and_numbers_are_none(self):
        facts = {"colour_difference": 10**400, "colours": ["red\0"]}
        self.server.next(
            "query",
            output(
                task_status="RUNNING",
                submit_time="0001-01-01 00:00:00",
                end_time="9999-12-31 23:59:59-23:59",
                worn={"top": facts},
            ),
        )

        task = self.client_of_engine.get_task("x")

        self.assertIsNone(task.submitted_at)
        self.assertIsNone(task.ended_at)
        self.assertEqual(task.worn, {"top": {"colours": ["red"]}})

    def test_a_key_that_would_become_another_header_is_refused(self):
        for key in ("sk-a\r\nX-Evil: 1", "sk-\u4e2d"):
            with self.subTest(key), self.assertRaisesRegex(ValueError, "API key"):
                DashScopeClient(self.server.base_url, key)

    def test_a_task_id_cannot_become_another_header_or_path(self):
        self.client_of_engine.get_task("a\r\nX-Evil: 1/../b?c#d")

        _, path, headers, _ = self.server.calls("query")[0]
        self.assertEqual(path, "/api/v1/tasks/a%0D%0AX-Evil%3A%201%2F..%2Fb%3Fc%23d")
        self.assertNotIn("X-Evil", headers)


class SecretTests(HostileServerCase):
    def test_no_key_and_no_signature_is_kept_in_an_error(self):
        said = f"No {KEY} Bearer abc.def http://h/x?Signature=secret OSS://b/x?s=secret"
        self.server.next("query", refuse(401, "InvalidApiKey", said))

        with self.assertRaises(DashScopeRejected) as caught:
            self.client_of_engine.get_task("x")

        for secret in ("very-secret", "abc.def", "=secret"):
            self.assertNotIn(secret, caught.exception.summary)

    def test_no_key_and_no_signature_reaches_the_log(self):
        """With the site's own logging, at its most talkative."""
        told = settings.LOGGING | {"root": {"handlers": ["list"], "level": "DEBUG"}}
        handler = {"class": "tests.shop.test_client_security.Kept"}
        self.addCleanup(logging.config.dictConfig, settings.LOGGING)
        logging.config.dictConfig(told | {"handlers": {"list": handler}})
        Kept.lines.clear()
        self.server.next("result", say(b"", 503), slow_bytes(1))

        for _ in range(2):
            with self.assertRaises(DashScopeUnavailable):
                url = f"{self.server.origin}/results/x.png?Signature=secret"
                self.download(url, max_seconds=0.2)
        self.client_of_engine.get_task("x")
        logging.getLogger("shop").debug("The log is there.")

        self.assertIn("The log is there.", Kept.lines)
        self.assertNotIn("secret", "\n".join(Kept.lines))


class Kept(logging.Handler):
    lines: list[str] = []

    def emit(self, record):
        self.lines.append(self.format(record))
