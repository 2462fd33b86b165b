import json
import logging
import uuid
from datetime import timedelta

import pytest
import requests
from django.test import TestCase, override_settings
from django.utils import timezone

from tests.engine.factories import (
    ASYNC,
    AUTH,
    KEY,
    OTHER_KEY,
    coarse_body,
    make_engine_task,
    refiner_body,
)
from tryon_engine import results
from tryon_engine.keys import hash_key
from tryon_engine.models import EngineTask, TaskState

pytestmark = pytest.mark.urls("tests.engine.urls")

SUBMIT = "/api/v1/services/aigc/image2image/image-synthesis"
TASKS = "/api/v1/tasks"
PNG = b"\x89PNG\r\n\x1a\n" + b"pixels"


@override_settings(TRYON_ENGINE_API_KEYS=[KEY, OTHER_KEY])
class EngineTestCase(TestCase):
    def submit(self, body=None, path=SUBMIT, **headers):
        return self.client.post(
            path,
            data=body if isinstance(body, str) else json.dumps(body or coarse_body()),
            content_type="application/json",
            headers=AUTH | ASYNC | headers,
        )

    def get(self, path, key=KEY):
        return self.client.get(path, headers={"Authorization": f"Bearer {key}"})

    def succeeded_task(self, **changes):
        task = make_engine_task(state=TaskState.SUCCEEDED, **changes)
        task.result_name = results.store_png(task, PNG)
        task.save()
        return task

    def assert_refused(self, answer, status, code):
        assert answer.status_code == status
        assert answer["Content-Type"] == "application/json"
        body = answer.json()
        assert set(body) == {"code", "message", "request_id"}
        assert body["code"] == code
        uuid.UUID(body["request_id"])


class CompatibilityTests(EngineTestCase):
    """What clients of the protocol rely on; docs/protocol.md numbers them alike."""

    def test_r1_every_path_works_with_and_without_slash(self):
        assert self.submit().status_code == 200
        assert self.submit(path=SUBMIT + "/").status_code == 200
        task = make_engine_task()
        for path in (TASKS, f"{TASKS}/", f"{TASKS}/{task.pk}", f"{TASKS}/{task.pk}/"):
            assert self.get(path).status_code == 200
        for end in ("", "/"):
            path = f"{TASKS}/{make_engine_task().pk}/cancel{end}"
            assert self.client.post(path, headers=AUTH).status_code == 200

    def test_r2_every_answer_is_json(self):
        answers = [
            self.submit(),
            self.submit(body="{"),
            self.get(TASKS),
            self.get("/api/v1/nothing/here"),
            self.client.get(TASKS),
            self.client.delete(TASKS, headers=AUTH),
        ]

        assert [answer.status_code for answer in answers] == [
            200, 400, 200, 404, 401, 405,
        ]  # fmt: skip
        assert {answer["Content-Type"] for answer in answers} == {"application/json"}

    def test_r3_submit_answers_with_a_pending_task(self):
        answer = self.submit().json()

        task = EngineTask.objects.get()
        assert answer["output"] == {"task_id": str(task.pk), "task_status": "PENDING"}
        assert answer["request_id"] == str(task.request_id)
        assert task.state == TaskState.PENDING

    def test_r4_every_query_has_a_task_status(self):
        for state in TaskState.values:
            task = make_engine_task(state=state)
            assert (
                self.get(f"{TASKS}/{task.pk}").json()["output"]["task_status"] == state
            )

    def test_r5_errors_are_flat_with_a_real_status(self):
        self.assert_refused(
            self.submit(coarse_body(model="x")), 400, "InvalidParameter"
        )
        self.assert_refused(
            self.submit(coarse_body(input={})), 400, "BadRequest.EmptyInput"
        )
        assert not EngineTask.objects.exists()

    def test_r6_a_failed_task_answers_200_with_its_code_inside(self):
        task = make_engine_task(
            state=TaskState.FAILED, error_code="InvalidPerson", error_message="None."
        )

        answer = self.get(f"{TASKS}/{task.pk}")

        assert answer.status_code == 200
        assert answer.json()["output"]["code"] == "InvalidPerson"
        assert answer.json()["output"]["message"] == "None."
        assert "code" not in answer.json()
        assert "usage" not in answer.json()

    def test_r7_the_result_is_in_image_url_and_results_is_no_object(self):
        output = self.get(f"{TASKS}/{self.succeeded_task().pk}").json()["output"]

        assert output["image_url"].startswith("http")
        assert "results" not in output

    def test_r8_the_old_object_shape_is_never_sent(self):
        task = self.succeeded_task()
        for agent in ("dashscope/1.25.24; python/3.11", "old-client/1"):
            answer = self.client.get(
                f"{TASKS}/{task.pk}", headers=AUTH | {"User-Agent": agent}
            )
            assert not isinstance(answer.json()["output"].get("results"), dict)

    def test_r9_list_reading_clients_find_no_broken_list(self):
        output = self.get(f"{TASKS}/{self.succeeded_task().pk}").json()["output"]

        assert output.get("results") is None

    def test_r10_unknown_fields_headers_and_query_values_are_ignored(self):
        body = coarse_body(extra=1)
        body["input"]["prompt"] = "x"
        body["parameters"]["seed"] = 3

        answer = self.submit(
            body, **{"X-DashScope-WorkSpace": "ws", "X-DashScope-DataInspection": "{}"}
        )

        assert answer.status_code == 200
        assert self.get(f"{TASKS}?region=cn-beijing&api_key_id=1").status_code == 200

    def test_r11_two_identical_submits_are_two_tasks(self):
        for parameters in (None, {}):
            self.submit(coarse_body(parameters=parameters))

        assert EngineTask.objects.count() == 2

    def test_r12_cancel_takes_any_body(self):
        for body in ("", '{"model":"","parameters":{},"input":""}', "not json"):
            task = make_engine_task()
            answer = self.client.post(
                f"{TASKS}/{task.pk}/cancel",
                data=body,
                content_type="application/json",
                headers=AUTH,
            )
            assert answer.status_code == 200
            assert set(answer.json()) == {"request_id"}
            task.refresh_from_db()
            assert task.state == TaskState.CANCELED

    def test_r13_the_list_has_its_paging_fields(self):
        make_engine_task()

        answer = self.get(TASKS).json()

        assert {
            key: answer[key] for key in answer if key not in ("data", "request_id")
        } == {
            "total": 1,
            "total_page": 1,
            "page_no": 1,
            "page_size": 10,
        }
        assert len(answer["data"]) == 1

    def test_r14_usage_counts_one_image_on_success(self):
        done = self.get(f"{TASKS}/{self.succeeded_task().pk}").json()
        waiting = self.get(f"{TASKS}/{make_engine_task().pk}").json()

        assert done["usage"] == {"image_count": 1}
        assert "usage" not in waiting

    def test_r15_an_unknown_or_expired_id_answers_unknown(self):
        long_ago = timezone.now() - timedelta(hours=24, seconds=1)
        expired = make_engine_task(state=TaskState.SUCCEEDED, ended_at=long_ago)

        for task_id in (uuid.uuid4(), "no-uuid", expired.pk):
            answer = self.get(f"{TASKS}/{task_id}")
            assert answer.status_code == 200
            assert answer.json()["output"] == {
                "task_id": str(task_id),
                "task_status": "UNKNOWN",
            }

    def test_r16_submit_without_async_header_is_refused(self):
        answer = self.submit(**{"X-DashScope-Async": "no"})

        self.assert_refused(answer, 403, "AccessDenied")
        assert (
            answer.json()["message"]
            == "current user api does not support synchronous calls."
        )
        assert not EngineTask.objects.exists()

    def test_r17_only_pending_and_running_come_before_the_end(self):
        task = EngineTask.objects.get(pk=self.submit().json()["output"]["task_id"])
        states = [self.get(f"{TASKS}/{task.pk}").json()["output"]["task_status"]]

        claimed = EngineTask.objects.claim("w1", ("aitryon",), timezone.now())
        states.append(self.get(f"{TASKS}/{task.pk}").json()["output"]["task_status"])
        claimed.hand_back()
        states.append(self.get(f"{TASKS}/{task.pk}").json()["output"]["task_status"])

        assert states == ["PENDING", "RUNNING", "RUNNING"]

    @override_settings(TRYON_ENGINE_PUBLIC_URL="https://engine.example")
    def test_r18_the_result_url_is_absolute_and_needs_no_key(self):
        task = self.succeeded_task()

        url = self.get(f"{TASKS}/{task.pk}").json()["output"]["image_url"]

        assert url.startswith("https://engine.example/api/v1/results/")
        answer = self.client.get(url.removeprefix("https://engine.example"))
        assert answer.status_code == 200
        assert b"".join(answer.streaming_content) == PNG

    @override_settings(TRYON_ENGINE_PUBLIC_URL="")
    def test_r18_without_a_public_url_the_callers_host_is_used(self):
        task = self.succeeded_task()

        url = self.get(f"{TASKS}/{task.pk}").json()["output"]["image_url"]

        assert url.startswith("http://testserver/api/v1/results/")

    def test_r19_a_busy_server_queues(self):
        for _ in range(30):
            assert self.submit().status_code == 200

        assert EngineTask.objects.filter(state=TaskState.PENDING).count() == 30


class KeyTests(EngineTestCase):
    def test_a_call_without_key_is_refused(self):
        for header in (
            {},
            {"Authorization": "Bearer "},
            {"Authorization": f"Basic {KEY}"},
        ):
            answer = self.client.get(TASKS, headers=header)
            self.assert_refused(answer, 401, "InvalidApiKey")
            assert answer.json()["message"] == "No API-key provided."

    def test_a_wrong_key_is_refused(self):
        answer = self.get(TASKS, key="sk-wrong-ключ")

        self.assert_refused(answer, 401, "InvalidApiKey")
        assert answer.json()["message"] == "Invalid API-key provided."

    def test_a_task_is_invisible_to_other_keys(self):
        task = self.succeeded_task()
        waiting = make_engine_task()

        output = self.get(f"{TASKS}/{task.pk}", key=OTHER_KEY).json()["output"]
        listed = self.get(TASKS, key=OTHER_KEY).json()
        canceled = self.client.post(
            f"{TASKS}/{waiting.pk}/cancel",
            headers={"Authorization": f"Bearer {OTHER_KEY}"},
        )

        assert output == {"task_id": str(task.pk), "task_status": "UNKNOWN"}
        assert listed["total"] == 0
        self.assert_refused(canceled, 400, "UnsupportedOperation")

    def test_rows_keep_no_key(self):
        self.submit()

        owner = EngineTask.objects.get().owner
        assert owner == hash_key(KEY)
        assert KEY not in owner

    def test_log_lines_hold_no_key_and_no_address(self):
        body = coarse_body()
        body["input"]["person_image_url"] = "http://images.test/p?Signature=secret"
        with self.assertLogs("tryon_engine", logging.INFO) as logs:
            request_id = self.submit(body).json()["request_id"]

        text = "\n".join(logs.output)
        assert request_id in text
        assert "secret" not in text
        assert KEY not in text


class SubmitTests(EngineTestCase):
    def test_takes_plus_and_refiner(self):
        self.submit(coarse_body(model="aitryon-plus"))
        self.submit(refiner_body())

        models = EngineTask.objects.values_list("model", flat=True)
        assert set(models) == {"aitryon-plus", "aitryon-refiner"}

    def test_keeps_data_urls_out_of_the_row(self):
        body = coarse_body()
        body["input"]["person_image_url"] = "data:image/png;base64,AAAA"

        self.submit(body)

        stored = EngineTask.objects.get().images["person_image_url"]
        assert "base64" not in str(stored)
        assert results.url_at(stored) == "data:image/png;base64,AAAA"

    @override_settings(DATA_UPLOAD_MAX_MEMORY_SIZE=100)
    def test_refuses_a_huge_body(self):
        self.assert_refused(self.submit(), 413, "InvalidParameter")

    def test_a_crash_answers_json_and_is_logged_with_the_request_id(self):
        with (
            pytest.MonkeyPatch.context() as patch,
            self.assertLogs("tryon_engine", logging.ERROR) as logs,
        ):
            patch.setattr("tryon_engine.protocol.parse_tryon", lambda body: 1 / 0)
            answer = self.submit()

        self.assert_refused(answer, 500, "InternalError")
        assert answer.json()["request_id"] in logs.output[0]
        assert "ZeroDivisionError" in logs.output[0]


class QueryTests(EngineTestCase):
    def test_times_appear_as_they_happen(self):
        task = make_engine_task()
        assert set(self.get(f"{TASKS}/{task.pk}").json()["output"]) == {
            "task_id",
            "task_status",
            "submit_time",
        }

        done = self.succeeded_task()
        output = self.get(f"{TASKS}/{done.pk}").json()["output"]
        assert output["submit_time"] <= output["scheduled_time"] <= output["end_time"]

    def test_a_success_may_carry_notes_confidence_facts_and_a_mask(self):
        confidence = {"score": 0.8, "reasons": []}
        worn = {"top": {"kind": "top", "colours": ["navy"]}}
        extras = {"notes": {"top": "shirt"}, "confidence": confidence, "worn": worn}
        task = self.succeeded_task(extras=extras)
        task.mask_name = results.store_png(task, PNG)
        task.save()

        output = self.get(f"{TASKS}/{task.pk}").json()["output"]

        assert output["notes"] == {"top": "shirt"}
        assert output["confidence"] == confidence
        assert output["worn"] == worn
        assert output["mask_url"] != output["image_url"]

    def test_cancel_is_refused_once_the_task_left_the_queue(self):
        for task_id in (make_engine_task(state=TaskState.RUNNING).pk, uuid.uuid4()):
            answer = self.client.post(f"{TASKS}/{task_id}/cancel", headers=AUTH)
            self.assert_refused(answer, 400, "UnsupportedOperation")

    def test_cancel_deletes_stored_inputs(self):
        body = coarse_body()
        body["input"]["person_image_url"] = "data:image/png;base64,AAAA"
        self.submit(body)
        task = EngineTask.objects.get()

        self.client.post(f"{TASKS}/{task.pk}/cancel", headers=AUTH)

        with pytest.raises(FileNotFoundError):
            results.url_at(task.images["person_image_url"])
        task.refresh_from_db()
        assert task.images == {}


class ListTests(EngineTestCase):
    def listed(self, query=""):
        answer = self.get(f"{TASKS}?{query}").json()
        return [entry["task_id"] for entry in answer["data"]]

    def test_filters_by_state_model_and_id(self):
        waiting = make_engine_task()
        failed = make_engine_task(state=TaskState.FAILED, model="aitryon-plus")

        assert self.listed("status=PENDING") == [str(waiting.pk)]
        assert self.listed("status=UNKNOWN") == []
        assert self.listed("model_name=aitryon-plus") == [str(failed.pk)]
        assert self.listed("model_name=other") == []
        assert self.listed(f"task_id={failed.pk}") == [str(failed.pk)]
        assert self.listed("task_id=x") == []

    def test_pages_from_the_newest(self):
        now = timezone.now()
        tasks = [
            make_engine_task(submitted_at=now - timedelta(minutes=age))
            for age in range(5)
        ]

        answer = self.get(f"{TASKS}?page_no=2&page_size=2").json()

        assert [entry["task_id"] for entry in answer["data"]] == [
            str(tasks[2].pk),
            str(tasks[3].pk),
        ]
        assert (answer["total"], answer["total_page"]) == (5, 3)

    def test_an_entry_has_times_in_milliseconds_and_no_result(self):
        task = self.succeeded_task()

        entry = self.get(TASKS).json()["data"][0]

        assert entry["gmt_create"] == int(task.submitted_at.timestamp() * 1000)
        assert entry["end_time"] == int(task.ended_at.timestamp() * 1000)
        assert entry["status"] == "SUCCEEDED"
        assert entry["model_name"] == "aitryon"
        assert "image_url" not in entry

    def test_leaves_out_image_checks(self):
        make_engine_task(model="image-check-v1")

        assert self.listed() == []

    def test_refuses_an_illegal_window(self):
        query = "start_time=20261101000000&end_time=20261103000000"
        self.assert_refused(self.get(f"{TASKS}?{query}"), 400, "InvalidParameter")


@pytest.mark.django_db(transaction=True)
def test_over_a_real_socket_a_post_is_never_redirected(live_server, settings):
    settings.TRYON_ENGINE_API_KEYS = [KEY]
    for path in (SUBMIT, SUBMIT + "/"):
        answer = requests.post(
            live_server.url + path,
            json=coarse_body(),
            headers=AUTH | ASYNC,
            allow_redirects=False,
            timeout=5,
        )
        assert answer.status_code == 200
        assert answer.json()["output"]["task_status"] == "PENDING"
