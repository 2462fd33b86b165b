import json
import logging
import uuid
from datetime import timedelta

import pytest
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
