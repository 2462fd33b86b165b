"""What SQLite takes and PostgreSQL refuses; run by test_postgres.py.

Zero characters, and texts longer than their column, come from strangers: addresses,
requests to the engine, answers of a provider. None of them may break anything.
"""

from django.conf import settings
from django.test import Client, TestCase
from django.urls import reverse

from shop.dashscope import DashScopeProtocolError, SubmittedTask
from shop.models import TaskState, TryOnEvent
from tests.factories import make_garment
from tests.shop.polling_case import PollingTestCase, start
from tryon_engine.models import EngineTask

ZERO = "a\x00b"


class PageTests(TestCase):
    def test_zero_characters_in_an_address_find_nothing(self):
        make_garment()
        pages = ("garment-list", "tryon-start", "sign-in")
        names = ("q", "kind", "audience", "sort", "page", "top", "bottom", "dress")

        for page in pages:
            for name in (*names, "person", "next"):
                with self.subTest(page=page, name=name):
                    found = self.client.get(reverse(page), {name: ZERO}, follow=True)
                    self.assertLess(found.status_code, 500)


class EngineTests(TestCase):
    def test_zero_characters_in_a_request_are_refused(self):
        caller = Client(
            headers={
                "Authorization": f"Bearer {settings.TRYON_ENGINE_API_KEYS[0]}",
                "X-DashScope-Async": "enable",
            }
        )
        picture = "https://pictures.example/a.jpg"
        right = {"person_image_url": picture, "top_garment_url": picture}
        for name in (*right, "bottom_garment_url"):
            with self.subTest(name=name):
                body = {"model": "aitryon", "input": right | {name: picture + ZERO}}
                answer = caller.post(
                    "/api/v1/services/aigc/image2image/image-synthesis",
                    body,
                    content_type="application/json",
                )
                self.assertEqual(answer.status_code, 400, answer.content)
        self.assertFalse(EngineTask.objects.exists())

    def test_zero_characters_in_a_question_find_nothing(self):
        caller = Client(
            headers={"Authorization": f"Bearer {settings.TRYON_ENGINE_API_KEYS[0]}"}
        )
        for name in ("task_id", "model_name", "status", "start_time", "page_no"):
            with self.subTest(name=name):
                answer = caller.get("/api/v1/tasks/", {name: ZERO})
                self.assertLess(answer.status_code, 500)


class ProviderTests(PollingTestCase):
    def test_odd_words_of_a_failure_are_kept_as_far_as_they_fit(self):
        self.server.states = ("FAILED",)
        tryon_session = start()
        self.poll()
        [served] = self.server.tasks.values()
        served.code = "InvalidURL" + ZERO * 100
        served.message = "Bad\x00picture " * 100

        self.poll()

        task = tryon_session.tasks.get()
        self.assertEqual(task.state, TaskState.FAILED)
        self.assertTrue(TryOnEvent.objects.filter(task=task, name="query").exists())

    def test_an_id_too_long_to_be_kept_is_an_answer_not_understood(self):
        with self.assertRaisesMessage(DashScopeProtocolError, "no task_id"):
            SubmittedTask.from_wire({"output": {"task_id": "x" * 81}})
