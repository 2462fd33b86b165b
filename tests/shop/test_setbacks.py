"""Every way in which a call or a task can fail, and what becomes of the try-on."""

from datetime import timedelta

from django.utils import timezone

from shop.models import PersonImage, SessionStatus, TaskState
from tests.faults import (
    drop_before,
    fail_with,
    forget,
    half_body,
    refuse,
    say,
    slow,
    throttle,
)
from tests.shop.polling_case import PollingTestCase, start


class SubmitTroubleTests(PollingTestCase):
    def test_an_engine_that_is_away_is_asked_again_later(self):
        tryon_session = start()
        self.server.close()

        self.poll(2)
        begun = timezone.now()
        self.poll()

        task = tryon_session.tasks.get()
        self.assertEqual(task.state, TaskState.QUEUED)
        self.assertIsNone(task.submitting_since)
        self.assertEqual((task.attempts, task.setbacks), (3, 3))
        self.assertGreaterEqual(task.next_poll_at, begun + timedelta(seconds=2))
        self.assert_ended(tryon_session, SessionStatus.QUEUED)

    def test_a_deadline_ends_it_with_a_reason(self):
        tryon_session = start()
        self.server.always("submit", refuse(503, "ModelUnavailable"))
        self.poll(2)
        tryon_session.tasks.update(deadline_at=timezone.now())

        self.poll()

        self.assert_ended(tryon_session, SessionStatus.FAILED, "timeout")
        task = tryon_session.tasks.get()
        self.assertEqual(task.state, TaskState.EXPIRED)
        self.assertIn("Last trouble: ModelUnavailable", task.error_message)

    def test_a_refusal_for_good_ends_it_at_once(self):
        self.server.next("submit", refuse(403, "Model.AccessDenied", "Access denied."))
        tryon_session = start()

        self.poll()

        self.assert_ended(tryon_session, SessionStatus.FAILED, "cfg")
        self.assertEqual(tryon_session.tasks.get().error_code, "Model.AccessDenied")

    def test_a_picture_that_did_not_load_is_worth_two_more_tries(self):
        error = refuse(400, "InvalidURL.Timeout", "Download xxx timeout")
        self.server.next("submit", error, error, error)
        tryon_session = start()

        self.poll(2)
        self.assert_ended(tryon_session, SessionStatus.QUEUED)
        self.poll()

        self.assert_ended(tryon_session, SessionStatus.FAILED, "load")

    def test_a_picture_whose_server_restarts_is_waited_for(self):
        error = refuse(400, "InvalidURL.ConnectionRefused", "Connection to xxx refused")
        self.server.next("submit", error, error, error, error)
        tryon_session = start()

        self.poll(5)

        self.assert_ended(tryon_session, SessionStatus.FITTING)

    def test_nonsense_ends_it_after_a_while(self):
        tryon_session = start()
        self.poll()
        self.server.always("query", say({"hello": "world"}))

        self.poll(4)
        self.assert_ended(tryon_session, SessionStatus.FITTING)
        self.poll()

        self.assert_ended(tryon_session, SessionStatus.FAILED, "oops")

    def test_a_deleted_photo_is_never_asked_for(self):
        tryon_session = start()
        tryon_session.person_image.delete()

        self.poll()

        self.assertEqual(self.submits(), [])
        self.assert_ended(tryon_session, SessionStatus.FAILED, "photo_gone")

    def test_a_photo_that_expires_on_the_way_ends_it_and_frees_the_engine(self):
        self.server.states = ("PENDING",)
        tryon_session = start()
        self.poll()
        PersonImage.objects.update(expires_at=timezone.now())

        self.poll(2)

        self.assert_ended(tryon_session, SessionStatus.FAILED, "photo_gone")
        self.assertEqual(self.engine_states(), ["CANCELED"])

    def test_one_task_that_raises_does_not_end_the_round(self):
        broken, fine = start(), start()
        broken.person_image.image = ""
        broken.person_image.save()

        begun = timezone.now()
        with self.assertLogs("shop.services.settle", "ERROR"):
            self.poll()

        self.assert_ended(fine, SessionStatus.FITTING)
        task = broken.tasks.get()
        self.assertEqual(task.state, TaskState.QUEUED)
        self.assertIsNone(task.submitting_since)
        self.assertGreaterEqual(task.next_poll_at, begun + timedelta(seconds=0.5))


class FailureTests(PollingTestCase):
    def run_failing(self, code, message="", times=1, rounds=2):
        tryon_session = start()
        self.server.next("query", *[fail_with(code, message)] * times)
        self.poll(rounds)
        return tryon_session

    def test_every_final_code_has_its_reason(self):
        cases = {
            ("InvalidPerson", ""): "person",
            ("InvalidPerson", "The person in the input image is seated."): "seated",
            ("InvalidGarment", ""): "pick",
            ("InvalidInputLength", ""): "size",
            ("InvalidURL", ""): "format",
            ("DataInspectionFailed", ""): "content",
            ("IPInfringementSuspect", ""): "content",
            ("InvalidParameter", "The request is missing required parameters"): "cfg",
            ("InvalidParameter", "Failed to decode the image during"): "format",
            ("Arrearage", ""): "cfg",
            ("SomethingNew", ""): "oops",
        }
        for (code, message), reason in cases.items():
            with self.subTest(code=code, message=message):
                tryon_session = self.run_failing(code, message)

                self.assert_ended(tryon_session, SessionStatus.FAILED, reason)
                task = tryon_session.tasks.get()
                self.assertEqual((task.state, task.retries), (TaskState.FAILED, 0))

    def test_a_fault_of_the_service_is_worth_two_more_attempts(self):
        tryon_session = self.run_failing("InternalError", times=2, rounds=6)

        self.assert_ended(tryon_session, SessionStatus.REFINING)
        coarse = tryon_session.coarse_task
        self.assertEqual((coarse.attempts, coarse.retries), (3, 2))
        self.assertEqual(coarse.error_code, "")

    def test_and_no_more_than_that(self):
        tryon_session = self.run_failing("InternalError", times=3, rounds=8)

        self.assert_ended(tryon_session, SessionStatus.FAILED, "oops")
        self.assertEqual(len(self.submits()), 3)

    def test_a_failed_refiner_leaves_the_coarse_image(self):
        tryon_session = start()
        self.poll(3)
        self.server.next("query", fail_with("InvalidPerson"))

        self.poll()

        self.assert_ended(tryon_session, SessionStatus.COARSE_ONLY, "person")
        self.assertIsNotNone(tryon_session.coarse_task)

    def test_a_forgotten_task_is_submitted_once_more(self):
        tryon_session = start()
        self.server.next("query", forget)

        self.poll(4)

        self.assertEqual(len(self.server.tasks), 1)
        self.assert_ended(tryon_session, SessionStatus.REFINING)

    def test_a_task_forgotten_twice_is_gone(self):
        tryon_session = start()
        self.server.next("query", forget, forget)

        self.poll(4)

        self.assert_ended(tryon_session, SessionStatus.FAILED, "gone")

    def test_a_forgotten_task_whose_photo_is_gone_is_not_repeated(self):
        tryon_session = start()
        self.poll()
        self.server.next("query", forget)
        tryon_session.person_image.delete()

        self.poll(3)

        tryon_session.refresh_from_db()
        self.assertEqual(tryon_session.status, SessionStatus.FAILED)
        self.assertEqual(len(self.submits()), 1)

    def test_a_throttled_query_keeps_the_task_running(self):
        tryon_session = start()
        self.poll()
        self.server.next("query", throttle(retry_after=9), refuse(500, "InternalError"))

        with self.assert_put_off(9, lambda: tryon_session.tasks.get().next_poll_at):
            self.poll()
        self.poll(2)

        self.assert_ended(tryon_session, SessionStatus.REFINING)

    def test_a_slow_answer_keeps_the_task_running(self):
        tryon_session = start()
        self.poll()
        patient = self.client_of_engine

        self.client_of_engine = self.make_client(patience_s=0.1)
        self.server.next("query", slow(5))
        self.poll()
        self.client_of_engine = patient
        self.server.next("query", half_body, drop_before)
        self.poll(2)
        self.assert_ended(tryon_session, SessionStatus.FITTING)
        self.poll()

        self.assert_ended(tryon_session, SessionStatus.REFINING)
