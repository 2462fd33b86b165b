"""What clients of the protocol rely on, R1 to R20 of docs/protocol.md, over HTTP."""

import json
import re
import socket
import uuid
from datetime import timedelta
from urllib.parse import urlsplit

import requests
from django.test import override_settings
from django.utils import timezone

from tests.engine.factories import (
    ASYNC,
    AUTH,
    KEY,
    coarse_body,
    make_engine_task,
    refiner_body,
)
from tests.engine.fakes import data_url, noise
from tests.engine.over_http import CHECK, PARSING, PNG, SUBMIT, OverHttp
from tryon_engine import errors
from tryon_engine.models import EngineTask, TaskState
from tryon_engine.workers import Worker

MODELS = ("aitryon", "aitryon-plus", "aitryon-refiner")


class RequirementTests(OverHttp):
    def test_r1_every_path_works_with_and_without_slash_and_never_redirects(self):
        task = make_engine_task()
        calls = [
            ("POST", SUBMIT, 200),
            ("POST", PARSING, 503),  # no worker is alive: refused by the call itself
            ("POST", CHECK, 503),
            ("GET", "/tasks", 200),
            ("GET", f"/tasks/{task.pk}", 200),
            ("GET", "/uploads", 200),
            ("POST", "/uploads/files", 400),
        ]
        bodies = {
            SUBMIT: coarse_body(),
            PARSING: {
                "model": "aitryon-parsing-v1",
                "input": {"image_url": "http://x.test/p"},
                "parameters": {"clothes_type": ["upper"]},
            },
            CHECK: {
                "model": "image-check-v1",
                "input": {"image_url": "http://x.test/p"},
                "parameters": {"kind": "person"},
            },
        }
        for method, path, status in calls:
            for end in ("", "/"):
                answer = self.call(
                    method,
                    path + end,
                    headers=AUTH | (ASYNC if path == SUBMIT else {}),
                    json=bodies.get(path),
                    params={"action": "getPolicy", "model": "aitryon"},
                )
                assert (path, answer.status_code) == (path, status), answer.text
        for end in ("", "/"):
            path = f"/tasks/{make_engine_task().pk}/cancel{end}"
            assert self.call("POST", path).status_code == 200

    def test_r2_every_json_answer_says_so(self):
        answers = [
            self.submit(),
            self.call("POST", SUBMIT, headers=AUTH | ASYNC, data="{"),
            self.call("GET", "/tasks"),
            self.call("GET", "/nothing/here"),
            self.call("GET", "/tasks", headers={}),
            self.call("DELETE", "/tasks"),
            self.call("POST", PARSING, data="[]"),
            self.call("GET", "/results/forged.png"),
            self.call("POST", "/uploads/files", data="x"),
        ]

        statuses = [answer.status_code for answer in answers]
        assert statuses == [200, 400, 200, 404, 401, 405, 400, 403, 400]
        types = {answer.headers["Content-Type"] for answer in answers}
        assert types == {"application/json"}
        assert all(uuid.UUID(answer.json()["request_id"]) for answer in answers)

    def test_r3_submit_answers_with_task_id_status_and_request_id(self):
        answer = self.submit()

        task = EngineTask.objects.get()
        assert answer.status_code == 200
        assert answer.json() == {
            "output": {"task_id": str(task.pk), "task_status": "PENDING"},
            "request_id": str(task.request_id),
        }

    def test_r4_every_query_has_a_task_status(self):
        for state in TaskState.values:
            task = make_engine_task(state=state)
            answer = self.query(task.pk)
            assert answer.status_code == 200
            assert answer.json()["output"]["task_status"] == state
        assert self.query("nobody").json()["output"]["task_status"] == "UNKNOWN"

    def test_r5_errors_are_flat_with_a_real_status(self):
        answer = self.submit(coarse_body(model="x"))

        assert answer.status_code == 400
        body = answer.json()
        assert set(body) == {"code", "message", "request_id"}
        assert (body["code"], body["message"]) == (
            "InvalidParameter",
            "Model not exist.",
        )
        assert not EngineTask.objects.exists()

    def test_r6_a_failed_task_answers_200_with_its_code_inside(self):
        task_id = self.submit(
            coarse_body(
                input={
                    "person_image_url": data_url(noise((100, 100))),
                    "top_garment_url": data_url(noise()),
                }
            )
        ).json()["output"]["task_id"]
        Worker("w", MODELS).work_once()

        answer = self.query(task_id)

        assert answer.status_code == 200
        assert answer.json()["output"]["task_status"] == "FAILED"
        assert answer.json()["output"]["code"] == "InvalidInputLength"
        assert answer.json()["output"]["message"] == errors.BAD_IMAGE_SIZE.message
        assert not {"code", "message", "usage"} & set(answer.json())

    def test_r7_the_result_is_in_image_url_and_results_is_no_object(self):
        output = self.query(self.succeeded_task().pk).json()["output"]

        assert output["image_url"].startswith("http")
        assert not isinstance(output.get("results"), dict)

    def test_r8_the_old_object_shape_is_sent_to_nobody(self):
        task = self.succeeded_task()
        for agent in ("dashscope/1.25.24; python/3.11", "dashscope/2.0.2", "curl/8"):
            answer = self.call(
                "GET", f"/tasks/{task.pk}", headers=AUTH | {"User-Agent": agent}
            )
            assert "results" not in answer.json()["output"]

    @override_settings(TRYON_ENGINE_OLD_SHAPE=True)
    def test_r8_by_a_setting_all_but_the_sdk_get_the_old_object_shape(self):
        task = self.succeeded_task()
        outputs = [
            self.call(
                "GET", f"/tasks/{task.pk}", headers=AUTH | {"User-Agent": agent}
            ).json()["output"]
            for agent in ("dashscope/1.25.24; python/3.11", "old-client/1")
        ]

        to_sdk, to_others = outputs
        assert "results" not in to_sdk
        assert to_others["results"] == {"image_url": to_others["image_url"]}
        assert "results" not in self.query(make_engine_task().pk).json()["output"]

    def test_r9_list_reading_clients_find_no_broken_list(self):
        output = self.query(self.succeeded_task().pk).json()["output"]

        assert output.get("results") is None

    def test_r10_unknown_fields_headers_and_query_values_are_ignored(self):
        body = coarse_body(extra=1)
        body["input"]["prompt"] = "x"
        body["parameters"]["seed"] = 3
        headers = {
            "X-DashScope-WorkSpace": "ws-1",
            "X-DashScope-DataInspection": '{"input":"cip","output":"cip"}',
            "X-DashScope-OssResourceResolve": "enable",
            "x-dashscope-sdk-client": "python",
            "Content-Type": "application/json; charset=utf-8",
            "Accept": "application/json; charset=utf-8",
        }

        assert self.submit(body, **headers).status_code == 200
        listed = self.call("GET", "/tasks?region=cn-beijing&api_key_id=1&x=y")
        assert (listed.status_code, listed.json()["total"]) == (200, 1)

    def test_r11_parameters_may_be_missing_and_identical_submits_are_two_tasks(self):
        for parameters in ({"parameters": None}, {"parameters": {}}, {}):
            body = {**coarse_body(), **parameters}
            if not parameters:
                del body["parameters"]
            assert self.submit(body).status_code == 200

        tasks = EngineTask.objects.all()
        assert len(tasks) == 3
        assert {json.dumps(task.parameters) for task in tasks} == {
            '{"resolution": -1, "restore_face": true}'
        }

    def test_r12_cancel_takes_any_body_or_none(self):
        for body in (None, b"", b'{"model":"","parameters":{},"input":""}', b"no json"):
            task = make_engine_task()
            answer = self.call("POST", f"/tasks/{task.pk}/cancel", data=body)
            assert answer.status_code == 200
            assert set(answer.json()) == {"request_id"}
            assert self.query(task.pk).json()["output"]["task_status"] == "CANCELED"

    def test_r12_cancel_without_any_content_length(self):
        task = make_engine_task()
        server = urlsplit(self.live_server_url)
        with socket.create_connection((server.hostname, server.port), 60) as sock:
            sock.sendall(
                f"POST /api/v1/tasks/{task.pk}/cancel HTTP/1.1\r\n"
                f"Host: {server.netloc}\r\nAuthorization: Bearer {KEY}\r\n"
                "Connection: close\r\n\r\n".encode()
            )
            answer = sock.makefile("rb").read()

        assert answer.startswith(b"HTTP/1.1 200 ")

    def test_r13_the_list_has_its_paging_fields(self):
        for _ in range(3):
            make_engine_task()

        answer = self.call("GET", "/tasks/?page_no=2&page_size=2").json()

        assert set(answer) == {
            "request_id", "total", "total_page", "page_no", "page_size", "data",
        }  # fmt: skip
        paging = ("total", "total_page", "page_no", "page_size")
        assert [answer[name] for name in paging] == [3, 2, 2, 2]
        assert len(answer["data"]) == 1

    def test_r14_usage_counts_one_image_on_success_and_is_absent_before(self):
        done = self.query(self.succeeded_task().pk).json()
        waiting = self.query(make_engine_task().pk).json()

        assert done["usage"] == {"image_count": 1}
        assert "usage" not in waiting

    def test_r15_an_unknown_or_expired_id_answers_unknown(self):
        long_ago = timezone.now() - timedelta(hours=24, seconds=1)
        expired = make_engine_task(state=TaskState.SUCCEEDED, ended_at=long_ago)

        for task_id in (uuid.uuid4(), "no-uuid", expired.pk):
            answer = self.query(task_id)
            assert answer.status_code == 200
            assert answer.json()["output"] == {
                "task_id": str(task_id),
                "task_status": "UNKNOWN",
            }

    def test_r16_submit_without_async_header_is_refused(self):
        for headers in ({}, {"X-DashScope-Async": "disable"}):
            answer = self.call(
                "POST", SUBMIT, headers=AUTH | headers, json=coarse_body()
            )
            assert answer.status_code == 403
            assert answer.json()["code"] == "AccessDenied"
            assert (
                answer.json()["message"]
                == "current user api does not support synchronous calls."
            )
        assert not EngineTask.objects.exists()

    def test_r17_only_pending_and_running_come_before_the_end(self):
        task_id = self.submit().json()["output"]["task_id"]
        states = [self.query(task_id).json()["output"]["task_status"]]

        claimed = EngineTask.objects.claim("w1", MODELS, timezone.now())
        states.append(self.query(task_id).json()["output"]["task_status"])
        claimed.hand_back()
        states.append(self.query(task_id).json()["output"]["task_status"])
        EngineTask.objects.claim("w2", MODELS, timezone.now())
        states.append(self.query(task_id).json()["output"]["task_status"])

        assert states == ["PENDING", "RUNNING", "RUNNING", "RUNNING"]

    def test_r18_the_result_url_is_absolute_and_needs_no_key(self):
        ends = timezone.now() - timedelta(hours=23, minutes=59)
        task = self.succeeded_task(ended_at=ends)

        url = self.query(task.pk).json()["output"]["image_url"]

        assert url.startswith(f"{self.live_server_url}/api/v1/results/")
        answer = requests.get(url, timeout=60)
        assert answer.status_code == 200
        assert answer.headers["Content-Type"] == "image/png"
        assert answer.headers["Content-Length"] == str(len(PNG))
        assert answer.content == PNG

    @override_settings(TRYON_ENGINE_PUBLIC_URL="")
    def test_r18_without_a_public_url_the_callers_host_is_used(self):
        url = self.query(self.succeeded_task().pk).json()["output"]["image_url"]

        assert url.startswith(f"{self.live_server_url}/api/v1/results/")

    def test_r19_a_busy_server_queues(self):
        for _ in range(30):
            assert self.submit().status_code == 200

        assert self.call("GET", "/tasks?status=PENDING").json()["total"] == 30

    def test_r20_the_upload_policy_has_all_that_the_sdk_reads(self):
        answer = self.call("GET", "/uploads?action=getPolicy&model=aitryon")

        policy = answer.json()["data"]
        assert answer.status_code == 200
        assert policy.keys() >= {
            "oss_access_key_id", "signature", "policy", "upload_dir", "upload_host",
            "x_oss_object_acl", "x_oss_forbid_overwrite",
        }  # fmt: skip
        assert (policy["x_oss_object_acl"], policy["x_oss_forbid_overwrite"]) == (
            "private",
            "true",
        )
        assert (policy["expire_in_seconds"], policy["max_file_size_mb"]) == (300, 64)
        assert re.fullmatch(
            r"dashscope-instant/\d+/\d{4}-\d\d-\d\d/[0-9a-f]{32}", policy["upload_dir"]
        )
        done = requests.post(
            policy["upload_host"],
            data={
                "OSSAccessKeyId": policy["oss_access_key_id"],
                "Signature": policy["signature"],
                "policy": policy["policy"],
                "key": f"{policy['upload_dir']}/person.png",
                "x-oss-object-acl": policy["x_oss_object_acl"],
                "x-oss-forbid-overwrite": policy["x_oss_forbid_overwrite"],
                "success_action_status": "200",
            },
            files={"file": ("person.png", PNG)},
            timeout=60,
        )
        assert (done.status_code, done.content) == (200, b"")


class FieldsTests(OverHttp):
    """Every field of section 2 on its way into the queue."""

    def test_try_on_and_refiner_bodies(self):
        plus = coarse_body(model="aitryon-plus", parameters={"resolution": 1280})

        assert self.submit(plus).status_code == 200
        assert self.submit(refiner_body()).status_code == 200

        tasks = {task.model: task for task in EngineTask.objects.all()}
        assert tasks["aitryon-plus"].parameters == {
            "resolution": 1280,
            "restore_face": True,
        }
        assert tasks["aitryon-refiner"].parameters == {"gender": "woman"}
        assert tasks["aitryon-refiner"].images == refiner_body()["input"]
