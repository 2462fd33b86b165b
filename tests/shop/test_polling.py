"""One round of the poller after the other, against a real server of the protocol."""

from dataclasses import replace
from datetime import timedelta

from django.db.models import F
from django.utils import timezone

from shop.models import (
    DoomedFile,
    SessionStatus,
    Stage,
    TaskState,
    TryOnSession,
    TryOnTask,
)
from shop.services.claims import Work, claim_due
from shop.services.exchanges import prepare
from shop.services.private_files import delete_doomed_files
from shop.services.sessions import cancel_session, delete_session
from shop.storages import private_storage
from tests.factories import pixels
from tests.faults import fail_with, refuse
from tests.shop.polling_case import PollingTestCase, result_name, start


class WholeWayTests(PollingTestCase):
    def test_from_queued_to_refined(self):
        tryon_session = start(bottom=True)
        seen = [tryon_session.status]

        for _ in range(4):
            self.poll()
            tryon_session.refresh_from_db()
            seen.append(tryon_session.status)

        self.assertEqual(seen, ["queued", "fitting", "refining", "refining", "refined"])
        coarse, refined = tryon_session.coarse_task, tryon_session.refined_task
        for task in (coarse, refined):
            with task.result.open() as file:
                self.assertEqual(pixels(file.read()), pixels(self.server.result))
            self.assertEqual((task.result_width, task.result_height), (300, 400))
            self.assertEqual(task.confidence, {})  # not every server tells one
        self.assertNotEqual(coarse.result.name, refined.result.name)

    def test_the_refiner_gets_the_engines_own_coarse_image(self):
        tryon_session = start(gender="man")

        self.poll(3)

        body = self.submits()[1]
        self.assertEqual(body["model"], "aitryon-refiner")
        url = tryon_session.coarse_task.result_url
        self.assertEqual(body["input"]["coarse_image_url"], url)
        self.assertTrue(url.startswith(self.server.origin))
        self.assertEqual(body["parameters"], {"gender": "man"})

    def test_the_refiner_gets_our_copy_when_the_engines_has_expired(self):
        tryon_session = start()
        self.poll(2)
        TryOnTask.objects.update(created_at=F("created_at") - timedelta(hours=24))

        self.poll()

        url = self.submits()[1]["input"]["coarse_image_url"]
        self.assertNotEqual(url, tryon_session.coarse_task.result_url)
        self.assertRegex(url, r"^http://127\.0\.0\.1:\d+/")

    def test_the_refiner_gets_our_copy_when_it_cannot_load_the_engines(self):
        tryon_session = start()
        self.poll(3)
        self.server.next("query", fail_with("InvalidURL", "The request URL is invalid"))

        self.poll(3)

        first, second = (one["input"]["coarse_image_url"] for one in self.submits()[1:])
        self.assertNotEqual(first, second)
        self.assert_ended(tryon_session, SessionStatus.REFINED)

    def test_refines_a_bottom_alone(self):
        tryon_session = start(top=False, bottom=True)

        self.poll(4)

        self.assert_ended(tryon_session, SessionStatus.REFINED)

    def test_a_bottom_alone_keeps_the_coarse_image_where_refiners_want_a_top(self):
        tryon_session = start(top=False, bottom=True)
        self.poll(2)
        self.server.next("submit", refuse(400, "InvalidParameter"))

        self.poll(2)

        self.assert_ended(tryon_session, SessionStatus.COARSE_ONLY, "bottom_only")
        self.assertIsNotNone(tryon_session.coarse_task)

    def test_waits_through_states_that_are_not_the_end(self):
        self.server.states = ("PENDING", "PRE-PROCESSING", "RUNNING", "SUCCEEDED")
        tryon_session = start()

        self.poll(4)
        self.assert_ended(tryon_session, SessionStatus.FITTING)
        self.poll()

        self.assert_ended(tryon_session, SessionStatus.REFINING)

    def test_the_timeline_tells_the_story(self):
        tryon_session = start(top=False, bottom=True)

        self.poll(2)

        names = [event.name for event in tryon_session.events.all()]
        self.assertEqual(
            names,
            [
                "session.queued",
                "coarse.queued",
                "submit",
                "coarse.running",
                "session.fitting",
                "query",
                "download",
                "coarse.succeeded",
                "session.coarse_ready",
                "session.refining",
                "refine.queued",
            ],
        )
        submit = tryon_session.events.get(name="submit")
        self.assertIn(submit.engine_task_id, self.server.tasks)
        self.assertTrue(submit.request_id)
        self.assertIsNotNone(submit.duration_ms)
        self.assertEqual((submit.http_status, submit.message), (200, "PENDING"))
        query = tryon_session.events.get(name="query")
        self.assertEqual((query.http_status, query.message), (200, "SUCCEEDED"))
        download = tryon_session.events.get(name="download")
        self.assertEqual(download.http_status, 200)
        self.assertRegex(download.message, r"^image/png, \d+ bytes$")

    def test_every_exchange_has_a_line_also_those_that_tell_nothing_new(self):
        self.server.states = ("PENDING", "RUNNING", "RUNNING", "SUCCEEDED")
        tryon_session = start()
        self.server.next("query", refuse(503, "ModelServingError", "Too busy."))

        self.poll(6)

        queries = tryon_session.events.filter(name="query", task__stage="coarse")
        told = [(line.http_status, line.code, line.message) for line in queries]
        self.assertEqual(
            told,
            [
                (503, "ModelServingError", "Too busy."),
                (200, "", "PENDING"),
                (200, "", "RUNNING"),
                (200, "", "RUNNING"),
                (200, "", "SUCCEEDED"),
            ],
        )
        self.assertEqual(len({line.request_id for line in queries}), len(queries))

    def test_a_second_poller_finds_nothing_to_do(self):
        start()

        self.assertEqual(self.make_poller().run_round(), 1)
        self.assertEqual(self.make_poller().run_round(), 0)

        self.assertEqual(len(self.server.tasks), 1)


class ChangeOfMindTests(PollingTestCase):
    def start_calls(self):
        """A poller whose calls are under way; `finish` settles them."""
        poller = self.make_poller()
        self.make_due()
        poller.start()
        return poller

    def test_a_waiting_task_is_canceled_at_the_engine(self):
        self.server.states = ("PENDING",)
        tryon_session = start()
        self.poll()
        cancel_session(TryOnSession.objects.get(pk=tryon_session.pk))

        self.poll()

        self.assertEqual(self.engine_states(), ["CANCELED"])
        self.assertEqual(tryon_session.tasks.get().state, TaskState.CANCELED)

    def test_a_running_task_ends_unseen(self):
        self.server.states = ("RUNNING", "RUNNING", "SUCCEEDED")
        tryon_session = start()
        self.poll(2)
        cancel_session(TryOnSession.objects.get(pk=tryon_session.pk))

        self.poll()
        self.assertEqual(tryon_session.tasks.get().state, TaskState.RUNNING)
        self.poll(2)

        self.assertEqual(tryon_session.tasks.get().state, TaskState.CANCELED)
        self.assertEqual(self.server.calls("result"), [])
        self.assert_ended(tryon_session, SessionStatus.CANCELED)

    def test_a_session_deleted_during_the_submit_leaves_an_orphan_to_cancel(self):
        self.server.states = ("PENDING",)
        tryon_session = start()
        poller = self.start_calls()
        delete_session(tryon_session)
        poller.finish()

        self.poll()

        self.assertEqual(self.engine_states(), ["CANCELED"])

    def test_a_session_deleted_during_the_download_leaves_no_file(self):
        tryon_session = start()
        self.poll()
        name = result_name(tryon_session)
        poller = self.start_calls()
        with self.captureOnCommitCallbacks(execute=True):
            delete_session(tryon_session)
        with self.captureOnCommitCallbacks(execute=True):
            poller.finish()
        DoomedFile.objects.update(delete_after=timezone.now())
        delete_doomed_files()

        self.assertFalse(private_storage().exists(name))
        self.assertEqual(TryOnSession.objects.count(), 0)

    def test_a_submit_that_is_taken_after_the_cancel_is_canceled_too(self):
        self.server.states = ("PENDING",)
        tryon_session = start()
        poller = self.start_calls()
        cancel_session(TryOnSession.objects.get(pk=tryon_session.pk))
        poller.finish()

        self.poll(2)

        self.assertEqual(self.engine_states(), ["CANCELED"])
        self.assertEqual(tryon_session.tasks.get().state, TaskState.CANCELED)


class CrashTests(PollingTestCase):
    """The process dies between two writes; the next poller goes on from there."""

    def test_between_task_succeeded_and_session_moved(self):
        tryon_session = start()
        self.poll(2)
        tryon_session.refresh_from_db()
        tryon_session.tasks.filter(stage=Stage.REFINE).delete()
        TryOnSession.objects.update(status=SessionStatus.QUEUED)

        self.poll(3)

        self.assert_ended(tryon_session, SessionStatus.REFINED)
        self.assertEqual(len(self.submits()), 2)

    def test_between_coarse_ready_and_refining(self):
        tryon_session = start()
        self.poll(2)
        tryon_session.tasks.filter(stage=Stage.REFINE).delete()
        TryOnSession.objects.update(status=SessionStatus.COARSE_READY)

        self.poll(3)

        self.assert_ended(tryon_session, SessionStatus.REFINED)

    def test_between_claim_and_submit(self):
        tryon_session = start()
        claim_due(limit=8, batch=1, now=timezone.now())  # committed; then: killed

        self.poll(6)

        self.assert_ended(tryon_session, SessionStatus.REFINED)
        self.assertEqual(len(self.submits()), 2)

    def test_between_the_stored_file_and_task_succeeded(self):
        tryon_session = start()
        self.poll()
        self.make_due()
        [claim] = claim_due(limit=8, batch=1, now=timezone.now())
        found = prepare(self.client_of_engine, claim)()
        fetch = replace(claim, work=Work.FETCH, found=found)
        prepare(self.client_of_engine, fetch)()  # stores the file; then: killed
        self.assertTrue(private_storage().exists(result_name(tryon_session)))
        self.assertIsNone(tryon_session.coarse_task)

        self.poll()

        folder, _, name = result_name(tryon_session).rpartition("/")
        with private_storage().open(f"{folder}/{name}") as file:
            self.assertEqual(pixels(file.read()), pixels(self.server.result))
        stem = name.removesuffix(".png")
        files = private_storage().listdir(folder)[1]
        ours = sorted(one for one in files if one.startswith(stem))
        self.assertEqual(ours, [f"{stem}-card.webp", name])
