import time
from datetime import UTC, datetime, timedelta
from unittest import TestCase

from shop.dashscope import (
    DashScopeClient,
    DashScopeProtocolError,
    DashScopeRejected,
    DashScopeUnavailable,
    EngineState,
    EngineTask,
)
from tests.faults import (
    bare_error,
    drop_after,
    drop_before,
    fail_with,
    half_body,
    refuse,
    say,
    slow,
    throttle,
)
from tests.protocol_server import ProtocolServer

PERSON, TOP, BOTTOM = "http://shop/p.jpg", "http://shop/t.jpg", "http://shop/b.jpg"
KEY = "sk-very-secret"


class ClientTestCase(TestCase):
    def setUp(self):
        self.server = ProtocolServer()
        self.addCleanup(self.server.close)
        self.client = self.make_client()

    def make_client(self, patience_s=30):
        timeout = (patience_s, patience_s)
        client = DashScopeClient(self.server.base_url, KEY, timeout=timeout)
        self.addCleanup(client.close)
        return client

    def submit(self):
        return self.client.submit_tryon("aitryon", PERSON, TOP)


class SubmitTests(ClientTestCase):
    def test_tryon_sends_what_the_protocol_wants(self):
        submitted = self.client.submit_tryon("aitryon", PERSON, TOP, BOTTOM)

        _, path, headers, body = self.server.calls("submit")[0]
        self.assertEqual(path, "/api/v1/services/aigc/image2image/image-synthesis")
        self.assertEqual(headers["Authorization"], f"Bearer {KEY}")
        self.assertEqual(headers["X-DashScope-Async"], "enable")
        self.assertEqual(
            body,
            {
                "model": "aitryon",
                "input": {
                    "person_image_url": PERSON,
                    "top_garment_url": TOP,
                    "bottom_garment_url": BOTTOM,
                },
                "parameters": {"resolution": -1, "restore_face": True},
            },
        )
        self.assertIn(submitted.task_id, self.server.tasks)

    def test_a_missing_garment_is_left_out(self):
        self.submit()

        body = self.server.calls("submit")[0][3]
        self.assertNotIn("bottom_garment_url", body["input"])

    def test_refiner_sends_coarse_image_and_gender(self):
        self.client.submit_refiner(PERSON, "http://c.png", TOP, gender="man")

        body = self.server.calls("submit")[0][3]
        self.assertEqual(body["model"], "aitryon-refiner")
        self.assertEqual(body["input"]["coarse_image_url"], "http://c.png")
        self.assertEqual(body["parameters"], {"gender": "man"})


class LostSubmitTests(ClientTestCase):
    def assert_unavailable(self, maybe_accepted):
        with self.assertRaises(DashScopeUnavailable) as caught:
            self.submit()
        self.assertIs(caught.exception.maybe_accepted, maybe_accepted)
        return caught.exception

    def test_dropped_after_sending_may_have_been_accepted(self):
        self.server.next("submit", drop_after)

        self.assert_unavailable(maybe_accepted=True)
        self.assertEqual(len(self.server.calls("submit")), 1)

    def test_dropped_before_doing_anything_looks_the_same(self):
        self.server.next("submit", drop_before)

        self.assert_unavailable(maybe_accepted=True)

    def test_read_timeout_may_have_been_accepted(self):
        self.client = self.make_client(patience_s=0.1)
        self.server.next("submit", slow(5))

        self.assert_unavailable(maybe_accepted=True)

    def test_half_an_answer_may_have_been_accepted(self):
        self.server.next("submit", half_body)

        self.assert_unavailable(maybe_accepted=True)

    def test_refused_connection_was_surely_not_sent(self):
        self.server.close()

        self.assert_unavailable(maybe_accepted=False)

    def test_throttling_was_surely_not_accepted(self):
        self.server.next("submit", throttle(retry_after=7))

        error = self.assert_unavailable(maybe_accepted=False)

        self.assertEqual(error.retry_after, 7)
        self.assertTrue(error.is_throttled)
        self.assertEqual(error.code, "Throttling.RateQuota")
        self.assertEqual(self.server.tasks, {})

    def test_error_in_the_protocols_words_was_not_accepted(self):
        self.server.next("submit", refuse(500, "InternalError", "Internal error!"))

        self.assert_unavailable(maybe_accepted=False)

    def test_error_page_of_a_gateway_may_have_been_accepted(self):
        self.server.next("submit", bare_error(502))

        self.assert_unavailable(maybe_accepted=True)

    def test_answer_without_task_id_may_have_been_accepted(self):
        self.server.next("submit", say({"output": {}}))

        with self.assertRaises(DashScopeProtocolError) as caught:
            self.submit()

        self.assertTrue(caught.exception.maybe_accepted)

    def test_nothing_is_repeated(self):
        self.server.always("submit", bare_error(503))

        self.assert_unavailable(maybe_accepted=True)
        self.assertEqual(len(self.server.calls("submit")), 1)


class CallTests(ClientTestCase):
    def test_refusal_carries_code_message_and_request_id(self):
        self.server.next("query", refuse(401, "InvalidApiKey", "No API-key provided."))

        with self.assertRaises(DashScopeRejected) as caught:
            self.client.get_task("x")

        error = caught.exception
        self.assertEqual(error.code, "InvalidApiKey")
        self.assertEqual(error.message, "No API-key provided.")
        self.assertEqual(error.request_id, "request-of-error")
        self.assertEqual(error.status, 401)

    def test_retry_after_may_be_a_date(self):
        self.server.next("query", throttle("Wed, 01 Jan 2020 00:00:00 GMT"))

        with self.assertRaises(DashScopeUnavailable) as caught:
            self.client.get_task("x")

        self.assertEqual(caught.exception.retry_after, 0)

    def test_answers_that_are_no_json_object_are_told_apart(self):
        for nonsense in (b"<html>", b"[1]", b"", b"{"):
            with self.subTest(nonsense=nonsense):
                self.server.next("query", say(nonsense))
                with self.assertRaises(DashScopeProtocolError):
                    self.client.get_task("x")

    def test_a_redirect_is_not_followed(self):
        self.server.next("submit", say({}, 302, Location=self.server.origin))

        with self.assertRaises(DashScopeProtocolError) as caught:
            self.submit()

        self.assertFalse(caught.exception.maybe_accepted)
        self.assertEqual(len(self.server.seen), 1)

    def test_errors_hold_no_key_and_no_signature(self):
        message = (
            "Download http://oss/x.jpg?Signature=abc failed data:image/png;base64,AAA"
        )
        self.server.next("submit", refuse(400, "InvalidURL", message))

        with self.assertRaises(DashScopeRejected) as caught:
            self.submit()

        self.assertEqual(
            caught.exception.message, "Download http://oss/x.jpg?… failed data:…"
        )
        self.assertNotIn(KEY, repr(caught.exception))

    def test_task_id_cannot_leave_its_place_in_the_path(self):
        self.client.get_task("../x?y")

        self.assertEqual(self.server.calls("query")[0][1], "/api/v1/tasks/..%2Fx%3Fy")

    def test_list_sends_filters_and_reads_pages(self):
        begun = datetime.now(UTC) - timedelta(milliseconds=1)  # told without its rest
        for _ in range(3):
            self.submit()

        page = self.client.list_tasks(model="aitryon", page_no=2, page_size=2)

        path = self.server.calls("list")[0][1]
        self.assertEqual(
            path, "/api/v1/tasks/?model_name=aitryon&page_no=2&page_size=2"
        )
        self.assertEqual((page.total, page.pages, page.page_no), (3, 2, 2))
        self.assertEqual(len(page.tasks), 1)
        self.assertTrue(begun <= page.tasks[0].created_at <= datetime.now(UTC))

    def test_cancel_tells_late_from_done(self):
        self.server.states = ("PENDING", "RUNNING")
        waiting, running = self.submit(), self.submit()
        self.client.get_task(running.task_id)

        self.client.cancel_task(waiting.task_id)
        with self.assertRaises(DashScopeRejected) as caught:
            self.client.cancel_task(running.task_id)

        self.assertEqual(caught.exception.code, "UnsupportedOperation")
        self.assertEqual(
            self.client.get_task(waiting.task_id).state, EngineState.CANCELED
        )

    def test_image_check_reads_the_verdict(self):
        finding = {"code": "two_people", "severity": "block", "message": "Two people."}
        output = {"ok": False, "findings": [finding], "facts": {"people": 2}}
        self.server.next("check", say({"output": output, "request_id": "r"}))

        check = self.client.check_image("data:image/png;base64,AA", "person")

        self.assertFalse(check.ok)
        self.assertEqual(check.findings, [finding])
        self.assertEqual(check.facts, {"people": 2})
        body = self.server.calls("check")[0][3]
        self.assertEqual(body["parameters"], {"kind": "person"})


class EngineTaskTests(ClientTestCase):
    def read(self, **output):
        body = {"output": {"task_id": "t"} | output, "usage": {"image_count": 1}}
        return EngineTask.from_wire(body)

    def test_every_known_shape_of_a_result_is_read(self):
        shapes = [
            {"image_url": "http://r"},
            {"image_url": ["http://r"]},
            {"results": {"image_url": "http://r"}},
            {"results": [{"url": "http://r"}]},
            {"results": [{"image_url": "http://r"}]},
            {"output_image_url": "http://r"},
        ]
        for shape in shapes:
            with self.subTest(shape=shape):
                task = self.read(task_status="SUCCEEDED", **shape)
                self.assertEqual(task.image_url, "http://r")

    def test_success_without_a_picture_breaks_the_protocol(self):
        for shape in ({}, {"image_url": ""}, {"results": []}, {"image_url": [None]}):
            with self.subTest(shape=shape), self.assertRaises(DashScopeProtocolError):
                self.read(task_status="SUCCEEDED", **shape)

    def test_reads_how_far_a_result_can_be_trusted(self):
        reason = {"code": "turned", "message": "Turned.", "more": 1}
        told = {"score": 0.5, "reasons": [reason, "?", {"message": "No code."}]}

        task = self.read(task_status="SUCCEEDED", image_url="http://r", confidence=told)

        kept = [{"code": "turned", "message": "Turned."}]
        self.assertEqual(task.confidence, {"score": 0.5, "reasons": kept})

    def test_a_confidence_in_another_shape_counts_as_none(self):
        for odd in (
            None,
            0.5,
            [],
            {},
            {"score": True},
            {"score": 7},
            {"score": "high"},
        ):
            with self.subTest(odd):
                task = self.read(
                    task_status="SUCCEEDED", image_url="http://r", confidence=odd
                )

                self.assertEqual(task.confidence, {})

    def test_reads_what_is_seen_of_the_garments(self):
        known = {"kind": "top", "pattern": "striped", "hem": "hip"}
        known |= {"colour_difference": 0.5}
        told = ["navy", "white", "red", "blue"]
        top = known | {"colours": told, "sleeves": 3, "more": "x"}

        task = self.read(
            task_status="SUCCEEDED", image_url="http://r", worn={"top": top, "hat": {}}
        )

        self.assertEqual(task.worn, {"top": known | {"colours": told[:3]}})

    def test_garments_in_another_shape_count_as_not_described(self):
        shapes = {
            "no object": ["top"],
            "no facts": {"top": "navy"},
            "absent": None,
        }
        for name, odd in shapes.items():
            with self.subTest(name):
                task = self.read(
                    task_status="SUCCEEDED", image_url="http://r", worn=odd
                )
                self.assertEqual(task.worn, {})
        for odd in (float("nan"), float("inf"), True, "0.5", None):
            with self.subTest(odd):
                facts = {"top": {"colour_difference": odd, "colours": [1, "red"]}}
                task = self.read(
                    task_status="SUCCEEDED", image_url="http://r", worn=facts
                )
                self.assertEqual(task.worn, {"top": {"colours": ["red"]}})

    def test_states_that_are_not_known_are_still_running(self):
        for word in ("PRE-PROCESSING", "POST-PROCESSING", "SUSPENDED", "Whatever"):
            self.assertEqual(self.read(task_status=word).state, EngineState.RUNNING)

    def test_unknown_is_a_value(self):
        task = self.client.get_task("never-heard-of")

        self.assertEqual(task.state, EngineState.UNKNOWN)
        self.assertTrue(task.state.is_over)

    def test_failed_carries_code_and_message(self):
        submitted = self.submit()
        self.server.next("query", fail_with("InvalidPerson", "No human."))

        task = self.client.get_task(submitted.task_id)

        self.assertEqual(task.state, EngineState.FAILED)
        self.assertEqual((task.code, task.message), ("InvalidPerson", "No human."))

    def test_times_are_read_as_beijing_time(self):
        task = self.read(task_status="RUNNING", submit_time="2025-06-30 14:37:53.838")

        expected = datetime(2025, 6, 30, 6, 37, 53, 838000, tzinfo=UTC)
        self.assertEqual(task.submitted_at, expected)

    def test_nonsense_in_a_time_is_no_time(self):
        self.assertIsNone(self.read(task_status="RUNNING", submit_time="soon").ended_at)


class DownloadTests(ClientTestCase):
    def download(self, path="/results/x.png?Signature=secret", **limits):
        return self.client.download(self.server.origin + path, **limits)

    def test_gives_the_whole_file_without_sending_the_key(self):
        download = self.download()

        self.assertEqual(download.content, self.server.result)
        self.assertEqual(download.content_type, "image/png")
        self.assertNotIn("Authorization", self.server.calls("result")[0][2])

    def test_half_a_file_is_an_error(self):
        self.server.next("result", half_body)

        with self.assertRaises(DashScopeUnavailable) as caught:
            self.download()

        self.assertNotIn("secret", str(caught.exception))

    def test_a_dead_address_is_refused_for_good(self):
        for status in (403, 404, 410):
            self.server.next("result", say(b"gone", status))
            with self.subTest(status=status), self.assertRaises(DashScopeRejected):
                self.download()

    def test_a_broken_host_may_work_later(self):
        self.server.next("result", say(b"", 503), say(b""), drop_before)
        for _ in range(3):
            with self.assertRaises(DashScopeUnavailable):
                self.download()

    def test_too_large_is_refused_by_its_announced_length(self):
        with self.assertRaisesRegex(DashScopeRejected, "larger than 10 bytes"):
            self.download(max_bytes=10)

    def test_too_large_is_refused_without_an_announced_length(self):
        def endless(handler, content):
            handler.send_response(200)
            handler.send_header("Content-Type", "image/png")
            handler.end_headers()
            try:
                while True:
                    handler.wfile.write(b"x" * 65536)
            except OSError:
                handler.close_connection = True

        self.server.next("result", endless)

        with self.assertRaisesRegex(DashScopeRejected, "larger than 100000 bytes"):
            self.download(max_bytes=100_000)

    def test_a_trickle_is_cut_off(self):
        def trickle(handler, content):
            handler.send_response(200)
            handler.send_header("Content-Type", "image/png")
            handler.send_header("Content-Length", "1000000")
            handler.end_headers()
            try:
                while True:
                    handler.wfile.write(b"x" * 66_000)
                    time.sleep(0.05)
            except OSError:
                handler.close_connection = True

        self.server.next("result", trickle)

        with self.assertRaises(DashScopeUnavailable):
            self.download(max_seconds=0.2)

    def test_other_types_than_pictures_are_refused(self):
        self.server.next("result", say(b"<html>", **{"Content-Type": "text/html"}))

        with self.assertRaisesRegex(DashScopeRejected, "not a picture"):
            self.download()

    def test_a_redirect_within_the_web_is_followed(self):
        moved = say(b"", 302, Location=f"{self.server.origin}/results/y.png")
        self.server.next("result", moved)

        self.assertEqual(self.download().content, self.server.result)

    def test_a_redirect_into_another_scheme_is_refused(self):
        self.server.next("result", say(b"", 302, Location="file:///etc/passwd"))

        with self.assertRaisesRegex(DashScopeRejected, "not at a http"):
            self.download()

    def test_redirects_in_circles_end(self):
        self.server.always("result", say(b"", 302, Location="/results/x.png"))

        with self.assertRaisesRegex(DashScopeRejected, "in circles"):
            self.download()
