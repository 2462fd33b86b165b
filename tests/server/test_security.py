"""What strangers and bad neighbours try, each against the running server."""

import base64
import http.client
import re
import socket
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, suppress
from pathlib import Path
from urllib.parse import urlsplit

import pytest
import requests

from tests.engine.fakes import data_url, noise
from tests.hostile_files import (
    jpeg_with_many_scans,
    png_bomb,
    png_chunk,
    png_of_zeros,
    text_bomb,
)
from tests.server.running_engine import KEY, OTHER_KEY
from tryon_engine.vision.codec import encode_png

SUBMIT = "/services/aigc/image2image/image-synthesis"
PARSING = "/services/vision/image-process/process"
ASYNC = {"X-DashScope-Async": "enable"}


def parse(engine, url, key=KEY):
    body = {
        "model": "aitryon-parsing-v1",
        "input": {"image_url": url},
        "parameters": {"clothes_type": ["upper"]},
    }
    return engine.call("POST", PARSING, json=body, key=key)


def submit(engine, key=KEY, **pictures):
    given = {
        "person_image_url": data_url(noise()),
        "top_garment_url": data_url(noise(seed=1)),
    }
    body = {"model": "aitryon", "input": given | pictures}
    answer = engine.call("POST", SUBMIT, json=body, key=key, headers=ASYNC)
    assert answer.status_code == 200, answer.text
    return answer.json()["output"]["task_id"]


def ended(engine, task_id):
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        output = engine.call("GET", f"/tasks/{task_id}").json()["output"]
        if output["task_status"] not in ("PENDING", "RUNNING"):
            return output
        time.sleep(0.05)
    raise AssertionError(f"{task_id} has no end")


def upload_form(engine, name="photo.png", key=KEY):
    policy = engine.call("GET", "/uploads?action=getPolicy&model=aitryon", key=key)
    policy = policy.json()["data"]
    return {
        "OSSAccessKeyId": policy["oss_access_key_id"],
        "Signature": policy["signature"],
        "policy": policy["policy"],
        "key": f"{policy['upload_dir']}/{name}",
    }


def upload(engine, form, content=None):
    content = encode_png(noise()) if content is None else content
    return engine.call(
        "POST", "/uploads/files", key=None, data=form, files={"file": content}
    )


class Inside:
    """A service that only this machine may reach; remembers who came."""

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.visits = []
        threading.Thread(target=self._watch, daemon=True).start()

    def _watch(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return  # closed: the test is over
            self.visits.append(connection.recv(100))
            connection.close()


@pytest.fixture
def inside():
    inside = Inside()
    with closing(inside.listener):
        yield inside


class TestRequestForgery:
    def test_no_spelling_of_an_inner_address_gets_through(self, engine, inside):
        hosts = [
            "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0x7f.0.0.1",
            "0177.0.0.1", "017700000001", "0.0.0.0", "localhost", "LOCALHOST.",
            "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
            "[0:0:0:0:0:ffff:127.0.0.1]", "①②⑦.0.0.1", "127.0.0.1%2f@x.test",
        ]  # fmt: skip
        urls = [f"http://{host}:{inside.port}/photo.png" for host in hosts]
        urls += [
            f"http://images.example@127.0.0.1:{inside.port}/",
            f"http://127.0.0.1:{inside.port}\\@images.example/",
            "http://169.254.169.254/latest/meta-data/",
            "http://[fd00:ec2::254]/latest/meta-data/",
        ]

        answers = [parse(engine, url) for url in urls]

        refused = {(answer.status_code, answer.json()["code"]) for answer in answers}
        assert refused == {(400, "InvalidURL")}
        assert inside.visits == []

    @pytest.mark.parametrize(
        "url",
        [
            "file:///etc/passwd",
            "gopher://127.0.0.1:6379/_FLUSHALL",
            "ftp://127.0.0.1/photo.png",
            "dict://127.0.0.1:11211/stats",
            "/etc/passwd",
            "javascript:alert(1)",
        ],
    )
    def test_other_schemes_are_refused_at_once(self, engine, url):
        answer = parse(engine, url)

        assert (answer.status_code, answer.json()["code"]) == (400, "InvalidURL")

    def test_a_redirect_leads_nowhere_inside(self, engine, image_host, inside):
        image_host.targets = {
            "/address": f"http://127.0.0.1:{inside.port}/photo.png",
            "/name": f"http://localhost:{inside.port}/photo.png",
            "/mapped": f"http://[::ffff:127.0.0.1]:{inside.port}/photo.png",
            "/relative": f"//127.0.0.1:{inside.port}/photo.png",
            "/file": "file:///etc/passwd",
            "/gopher": f"gopher://127.0.0.1:{inside.port}/_x",
            "/twice": "/address",
            "/nonsense": "http://[::1",
        }

        urls = [image_host.origin + path for path in image_host.targets]
        answers = [parse(engine, url) for url in urls]

        refused = {(answer.status_code, answer.json()["code"]) for answer in answers}
        assert refused == {(400, "InvalidURL")}
        assert inside.visits == []

    def test_an_answer_shows_nothing_of_the_inside(self, engine, inside):
        answer = parse(engine, f"http://127.0.0.1:{inside.port}/")

        assert str(inside.port) not in answer.text


class TestBombs:
    @pytest.mark.parametrize(
        "bomb", [png_bomb, png_of_zeros, text_bomb, jpeg_with_many_scans]
    )
    def test_a_picture_that_grows_is_refused_before_it_does(self, engine, bomb):
        content = bomb()
        if len(content) < 5 * 1024:  # by its content, not for being small
            content += png_chunk(b"teXt", bytes(6000))
        url = "data:image/png;base64," + base64.b64encode(content).decode()

        answer = parse(engine, url)

        # Decoding would take minutes, and the server gives up on that with a 500.
        assert answer.status_code in (200, 400), answer.text
        if answer.status_code == 400:
            assert answer.json()["code"] in ("InvalidInputLength", "InvalidParameter")
        assert parse(engine, data_url(noise())).status_code == 200  # still there


class TestSlowClients:
    HEAD = b"POST /api/v1/tasks/x/cancel HTTP/1.1\r\nHost: 127.0.0.1\r\n"

    def connect(self, engine):
        server = urlsplit(engine.address)
        return socket.create_connection((server.hostname, server.port), timeout=60)

    def ends(self, sock, drip=b""):
        """Whether the server ends the connection, however often a byte more comes."""
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            try:
                if drip:
                    sock.sendall(drip)
                sock.settimeout(0.5)
                if sock.recv(1000) == b"":
                    return True
            except TimeoutError:
                continue
            except OSError:
                return True
        return False

    @pytest.mark.parametrize("size", [50_000, 100_000, 500_000])
    def test_who_is_refused_and_stays_holds_nobody_up(self, engine, size):
        """The server has no use for the body, and the client does not hang up."""
        with self.connect(engine) as sock:
            sock.sendall(self.HEAD + f"Content-Length: {size}\r\n\r\n".encode())
            with suppress(OSError):  # it may not take it all
                sock.sendall(bytes(size))
            assert sock.recv(12) == b"HTTP/1.1 401"

            for _ in range(4):  # the server notices at its own pace
                time.sleep(0.2)
                answer = requests.get(f"{engine.base_url}/tasks", timeout=20)
                assert answer.status_code == 401

    def test_they_hold_no_thread_for_long(self, engine):
        """More of them than the web server has threads, of three kinds."""
        body = self.HEAD + b"Authorization: Bearer " + KEY.encode()
        body += b"\r\nContent-Type: application/json\r\nContent-Length: 9000\r\n\r\n{"
        kinds = [(self.HEAD, b""), (self.HEAD + b"X: ", b"x"), (body, b" ")]
        sockets = [(self.connect(engine), begin, drip) for begin, drip in kinds * 3]
        for sock, begin, _ in sockets:
            sock.sendall(begin)

        with ThreadPoolExecutor(len(sockets)) as threads:
            ended = threads.map(lambda s: self.ends(s[0], s[2]), sockets)
            answered = threads.submit(engine.call, "GET", "/tasks").result()
            assert answered.status_code == 200
            assert all(ended)
        for sock, _, _ in sockets:
            sock.close()


class TestHeaders:
    def test_nothing_that_callers_send_becomes_a_header(self, engine):
        server = urlsplit(engine.address)
        connection = http.client.HTTPConnection(server.hostname, server.port)
        authorization = {"Authorization": f"Bearer {KEY}"}
        with closing(connection):
            for path in (
                "/api/v1/tasks/x%0d%0aX-Injected:%20yes",
                "/api/v1/results/x%0d%0aX-Injected:%20yes.png",
                "/api/v1/tasks?status=%0d%0aX-Injected:%20yes",
            ):
                connection.request("GET", path, headers=authorization)
                answer = connection.getresponse()
                answer.read()
                assert answer.getheader("X-Injected") is None
                assert answer.getheader("Content-Type") == "application/json"

    def test_a_foreign_host_name_is_in_no_answer(self, engine):
        answer = engine.call("GET", "/uploads?action=getPolicy&model=x", headers={
            "Host": "evil.example", "X-Forwarded-Host": "evil.example",
        })  # fmt: skip

        assert answer.status_code == 400
        assert "evil.example" not in answer.text

    def test_a_line_break_in_a_key_is_no_second_header(self, engine):
        server = urlsplit(engine.address)
        with socket.create_connection((server.hostname, server.port), 60) as sock:
            sock.sendall(
                f"GET /api/v1/tasks HTTP/1.1\r\nHost: {server.netloc}\r\n"
                f"Authorization: Bearer\r\n {KEY}\r\nConnection: close\r\n\r\n".encode()
            )
            status = sock.makefile("rb").readline()

        assert status.startswith(b"HTTP/1.1 400 ")


class TestUploads:
    @pytest.mark.parametrize(
        "end",
        [
            "../../../engine_key", "..", "a/../../b.png", "/etc/passwd", "a\\..\\b.png",
            "%2e%2e%2f%2e%2e%2fdb.sqlite3/../x", "a\r\nX-Injected: b.png",
        ],
    )  # fmt: skip
    def test_no_key_leads_out_of_its_folder(self, engine, end):
        folder = Path(engine.environment["DATA_DIR"])
        before = {path for path in folder.rglob("*") if "engine" not in path.parts[-2:]}
        form = upload_form(engine)
        form["key"] = form["key"].removesuffix("photo.png") + end

        answer = upload(engine, form, b"traversal")

        assert (answer.status_code, answer.json()["code"]) == (403, "AccessDenied")
        assert "X-Injected" not in answer.headers
        after = {path for path in folder.rglob("*") if "engine" not in path.parts[-2:]}
        assert not {path.name for path in after - before} - {"db.sqlite3-wal"}

    def test_a_form_counts_once_and_for_its_key_alone(self, engine):
        form = upload_form(engine)
        assert upload(engine, form).status_code == 200

        replayed = upload(engine, form, b"another picture")
        assert (replayed.status_code, replayed.json()["code"]) == (
            409,
            "FileAlreadyExists",
        )
        other = {"OSSAccessKeyId": "2", "key": form["key"] + "2"}
        forged = upload(engine, form | other)
        assert forged.status_code == 403

        address = f"oss://{form['key']}"
        assert parse(engine, address).status_code == 200
        others = parse(engine, address, key=OTHER_KEY)
        assert (others.status_code, others.json()["code"]) == (400, "InvalidParameter")
        nowhere = parse(engine, "oss://dashscope-instant/1/x/y.png", key=OTHER_KEY)
        assert others.json()["message"] == nowhere.json()["message"]


class TestGuessing:
    def test_task_ids_are_random_and_others_see_no_task(self, engine):
        ids = [submit(engine) for _ in range(3)]

        assert {uuid.UUID(task_id).version for task_id in ids} == {4}
        for task_id in ids:
            output = engine.call("GET", f"/tasks/{task_id}", key=OTHER_KEY).json()
            assert output["output"] == {"task_id": task_id, "task_status": "UNKNOWN"}
            canceled = engine.call("POST", f"/tasks/{task_id}/cancel", key=OTHER_KEY)
            assert canceled.json()["code"] == "UnsupportedOperation"
        listed = engine.call("GET", f"/tasks?task_id={ids[0]}", key=OTHER_KEY).json()
        assert listed["total"] == 0
        assert ended(engine, ids[0])["task_status"] == "SUCCEEDED"

    def test_every_changed_character_of_a_signed_url_is_noticed(self, engine):
        url = ended(engine, submit(engine))["image_url"]
        assert requests.get(url, timeout=60).status_code == 200
        start, token = url.removesuffix(".png").rsplit("/", 1)

        for at in (0, len(token) // 2, len(token) - 2):
            other = "A" if token[at] != "A" else "B"
            changed = f"{start}/{token[:at]}{other}{token[at + 1 :]}.png"
            assert requests.get(changed, timeout=60).status_code == 403
        for changed in (f"{start}/.png", f"{start}/{token}.png.png", f"{start}/x.png"):
            assert requests.get(changed, timeout=60).status_code in (403, 404)

    def test_a_signed_url_cannot_be_a_picture_of_other_files(self, engine):
        url = ended(engine, submit(engine))["image_url"]
        signature = url.removesuffix(".png").rsplit(":", 1)[1]
        payload = base64.urlsafe_b64encode(b'["../engine_key",9999999999]').decode()
        forged = f"{url.rpartition('/')[0]}/{payload.strip('=')}:{signature}.png"

        assert requests.get(forged, timeout=60).status_code == 403


class TestLog:
    """Runs last in this file: all that was tried above stands in the same log."""

    def test_it_holds_no_key_and_no_signed_address(self, engine):
        form = upload_form(engine)
        upload(engine, form | {"Signature": "wrong"})
        upload(engine, form)
        url = ended(engine, submit(engine))["image_url"]
        requests.post(url, timeout=60)
        requests.get(url.replace(".png", "x.png"), timeout=60)
        secret = "http://127.0.0.1:1/p.png?Expires=1&Signature=very-secret"
        ended(engine, submit(engine, person_image_url=secret))
        engine.call("GET", "/tasks", key="sk-a-wrong-but-secret-key")
        token = url.rpartition("/")[2].removesuffix(".png")

        log = engine.log.read_text()

        for hidden in (
            KEY, OTHER_KEY, "sk-a-wrong", "very-secret", token, form["Signature"],
            form["policy"], form["key"], "base64,",
        ):  # fmt: skip
            assert hidden not in log
        assert re.search(r"Request [-0-9a-f]{36}: aitryon task .* succeeded", log)
        assert not re.search(r" (ERROR|CRITICAL) tryon_engine", log)
