"""A running server with rows that a test can see, and a fake backend behind it."""

from unittest import mock

import requests
from django.test import override_settings

from tests.engine.factories import ASYNC, AUTH, KEY, coarse_body, make_engine_task
from tests.engine.fakes import FakeBackend, noise
from tests.live_server import LiveServerCase
from tryon_engine import jobs, results
from tryon_engine.models import TaskState
from tryon_engine.vision.codec import encode_png

SUBMIT = "/services/aigc/image2image/image-synthesis"
PARSING = "/services/vision/image-process/process"
CHECK = "/services/vision/image-check/process"
PNG = encode_png(noise())


class OverHttp(LiveServerCase):
    """Calls a running server and nothing else, but for the rows that it finds."""

    def setUp(self):
        settings = override_settings(
            TRYON_ENGINE_API_KEYS=[KEY],
            TRYON_ENGINE_PUBLIC_URL=self.live_server_url,
            TRYON_ENGINE_IMAGE_ORIGINS=[],
        )
        settings.enable()
        self.addCleanup(settings.disable)
        backend = mock.patch.object(jobs, "get_backend", lambda *_: FakeBackend())
        backend.start()
        self.addCleanup(backend.stop)

    def call(self, method, path, headers=AUTH, **kwargs):
        return requests.request(
            method,
            f"{self.live_server_url}/api/v1{path}",
            headers=headers,
            allow_redirects=False,
            timeout=60,
            **kwargs,
        )

    def submit(self, body=None, path=SUBMIT, **headers):
        return self.call(
            "POST", path, headers=AUTH | ASYNC | headers, json=body or coarse_body()
        )

    def query(self, task_id):
        return self.call("GET", f"/tasks/{task_id}")

    def succeeded_task(self, **changes):
        task = make_engine_task(state=TaskState.SUCCEEDED, **changes)
        task.result_name = results.store_png(task, PNG)
        task.save()
        return task
