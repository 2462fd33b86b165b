"""The real client and the real poller against the real engine server, over HTTP.

Only the pixels are not: a fake backend tints them, so that a task takes milliseconds.
"""

from dataclasses import replace
from datetime import timedelta
from io import BytesIO
from unittest import mock

from django.core.files.base import ContentFile
from django.test import override_settings
from django.utils import timezone
from PIL import Image

from shop.dashscope import (
    DashScopeClient,
    DashScopeRejected,
    DashScopeUnavailable,
    EngineState,
)
from shop.looks import Look
from shop.models import CallGate, SessionStatus, TryOnTask
from shop.services.polling import Poller
from shop.services.sessions import start_tryon
from shop.storages import private_storage, public_storage, random_name
from tests.engine import fakes
from tests.engine.fakes import FakeBackend, data_url, noise
from tests.factories import make_garment, make_person_image, make_shopper
from tests.live_server import LiveServerCase
from tryon_engine import jobs
from tryon_engine.models import WorkerHeartbeat
from tryon_engine.views import pictures
from tryon_engine.vision.codec import encode_png
from tryon_engine.vision.colour_truth import ColourTruth
from tryon_engine.workers import Worker

KEY = "sk-contract"
MODELS = ("aitryon", "aitryon-plus", "aitryon-refiner", "image-check-v1")


class ContractTestCase(LiveServerCase):
    def setUp(self):
        url = self.live_server_url
        settings = override_settings(
            TRYON_ENGINE_API_KEYS=[KEY],
            TRYON_ENGINE_PUBLIC_URL=url,
            TRYON_ENGINE_IMAGE_ORIGINS=[url],
            TRYON_IMAGE_BASE_URL=url,
        )
        settings.enable()
        self.addCleanup(settings.disable)
        backend = mock.patch.object(jobs, "get_backend", lambda *_: FakeBackend())
        backend.start()
        self.addCleanup(backend.stop)
        self.client_of_engine = self.connect(KEY)
        self.person, self.top = noise(seed=1), noise(seed=2)

    def connect(self, key):
        client = DashScopeClient(f"{self.live_server_url}/api/v1", key)
        self.addCleanup(client.close)
        return client

    def submit(self, person=None):
        person_url = data_url(self.person if person is None else person)
        return self.client_of_engine.submit_tryon(
            "aitryon", person_url, data_url(self.top)
        ).task_id

    def work(self):
        while Worker("contract", MODELS).work_once():
            pass


class ClientAgainstEngineTests(ContractTestCase):
    def test_a_try_on_goes_from_submit_to_a_downloaded_picture(self):
        task_id = self.submit()
        waiting = self.client_of_engine.get_task(task_id)
        self.work()
        done = self.client_of_engine.get_task(task_id)
        result = self.client_of_engine.download(done.image_url)

        self.assertEqual(waiting.state, EngineState.PENDING)
        self.assertEqual(done.state, EngineState.SUCCEEDED)
        self.assertEqual(done.image_count, 1)
        self.assertLess(abs(timezone.now() - done.submitted_at), timedelta(minutes=1))
        self.assertLessEqual(done.scheduled_at, done.ended_at)
        with Image.open(BytesIO(result.content)) as picture:
            self.assertEqual(picture.size, (200, 300))

    def test_the_refiner_takes_the_result_of_the_coarse_task(self):
        coarse_id = self.submit()
        self.work()
        coarse = self.client_of_engine.get_task(coarse_id)

        refined_id = self.client_of_engine.submit_refiner(
            data_url(self.person),
            coarse.image_url,
            data_url(self.top),
            gender="woman",
        ).task_id
        self.work()

        refined = self.client_of_engine.get_task(refined_id)
        self.assertEqual(refined.state, EngineState.SUCCEEDED, refined.message)

    def test_a_bad_picture_fails_the_task_with_its_code(self):
        task_id = self.submit(person=noise(size=(100, 100)))
        self.work()

        task = self.client_of_engine.get_task(task_id)

        self.assertEqual(task.state, EngineState.FAILED)
        self.assertEqual(task.code, "InvalidInputLength")

    def test_a_waiting_task_can_be_canceled_once(self):
        task_id = self.submit()

        self.client_of_engine.cancel_task(task_id)
        with self.assertRaises(DashScopeRejected) as caught:
            self.client_of_engine.cancel_task(task_id)

        task = self.client_of_engine.get_task(task_id)
        self.assertEqual(task.state, EngineState.CANCELED)
        self.assertEqual(caught.exception.code, "UnsupportedOperation")

    def test_the_list_is_read_page_by_page(self):
        ids = {self.submit() for _ in range(3)}

        pages = [
            self.client_of_engine.list_tasks(model="aitryon", page_no=no, page_size=2)
            for no in (1, 2)
        ]

        listed = [task for page in pages for task in page.tasks]
        self.assertEqual({task.task_id for task in listed}, ids)
        self.assertEqual((pages[0].pages, pages[0].total), (2, 3))
        for task in listed:
            self.assertEqual(task.state, EngineState.PENDING)
            self.assertLess(abs(timezone.now() - task.created_at), timedelta(minutes=1))

    def test_an_unknown_task_is_a_value(self):
        task = self.client_of_engine.get_task("never-heard-of")

        self.assertEqual(task.state, EngineState.UNKNOWN)

    def test_a_wrong_key_is_refused(self):
        with self.assertRaises(DashScopeRejected) as caught:
            self.connect("sk-wrong").list_tasks()

        self.assertEqual(caught.exception.code, "InvalidApiKey")
        self.assertEqual(caught.exception.status, 401)
        self.assertTrue(caught.exception.request_id)

    def test_the_image_check_gives_a_verdict(self):
        WorkerHeartbeat.objects.create(worker="contract", serves=MODELS)

        def work_here(
            task, timeout_s
        ):  # the server waits for another process; here it is itself
            self.work()
            task.refresh_from_db()

        with mock.patch.object(pictures, "_wait_for_end", work_here):
            check = self.client_of_engine.check_image(data_url(self.top), "garment")

        self.assertIsInstance(check.ok, bool)
        for finding in check.findings:
            self.assertIn(finding["severity"], ("block", "warn", "info"))
            self.assertTrue(finding["code"] and finding["message"])

    def test_an_image_check_without_a_worker_is_unavailable(self):
        with self.assertRaises(DashScopeUnavailable) as caught:
            self.client_of_engine.check_image(data_url(self.top), "garment")

        self.assertEqual(caught.exception.status, 503)


class PollerAgainstEngineTests(ContractTestCase):
    def go_the_whole_way(self):
        shopper = make_shopper()
        shopper.consent()
        photo = make_person_image(shopper=shopper, image=self.store_name(self.person))
        garment = make_garment(flat=self.store_name(self.top, is_public=True))
        tryon_session = start_tryon(shopper, photo, garment)

        for _ in range(4):
            TryOnTask.objects.pending().update(next_poll_at=timezone.now())
            CallGate.objects.update(open_at=timezone.now())
            poller = Poller(self.client_of_engine)
            poller.run_round()
            poller.close()
            self.work()
        tryon_session.refresh_from_db()
        return tryon_session

    def test_a_colour_that_came_out_differently_is_told_the_shopper(self):
        measured = {"top": replace(fakes.WORN["top"], truth=ColourTruth(7.23, -9.0))}
        with mock.patch.object(fakes, "WORN", measured):
            tryon_session = self.go_the_whole_way()

        truth = Look(tryon_session).colour_truth_of(tryon_session.top)
        self.assertEqual((truth.difference, truth.lightness), (7.2, -9.0))
        self.assertIn("trust the shop's own picture", str(truth.sentence))
        self.assertIn("darker", str(truth.light))

    def test_a_session_goes_the_whole_way(self):
        tryon_session = self.go_the_whole_way()

        self.assertEqual(
            (tryon_session.status, tryon_session.reason), (SessionStatus.REFINED, "")
        )
        self.assertEqual(
            tryon_session.refined_task.confidence,
            {
                "score": 0.75,
                "reasons": [{"code": "turned", "message": "The body is turned."}],
            },
        )
        facts = tryon_session.refined_task.worn["top"]
        self.assertEqual((facts["hem"], facts["colour_difference"]), ("hip", 0.6))
        refined = tryon_session.refined_task.result
        with refined.open() as file, Image.open(file) as picture:
            self.assertEqual(picture.size, (200, 300))
            self.assertEqual(picture.getpixel((0, 0)), (2, 2, 2))

    def store_name(self, image, is_public=False):
        store = public_storage() if is_public else private_storage()
        content = ContentFile(encode_png(image))
        return store.save(random_name("contract", "png"), content)
