from datetime import timedelta

from django.db import IntegrityError, transaction
from django.test import TestCase
from django.utils import timezone

from shop.models import IllegalTransition, Stage, TaskState, TryOnTask
from shop.models.tasks import PENDING, TRANSITIONS
from tests.factories import make_session, make_task

RESULT = {"result": "results/x.png", "result_width": 3, "result_height": 4}
MOVES = {
    TaskState.QUEUED: lambda one: one.mark_queued_again("X", "again", timezone.now()),
    TaskState.RUNNING: lambda one: one.mark_running(f"engine-{one.pk}", "request"),
    TaskState.SUCCEEDED: lambda one: one.mark_succeeded(**RESULT),
    TaskState.FAILED: lambda one: one.mark_failed("Code", "Message."),
    TaskState.EXPIRED: lambda one: one.mark_expired("Code", "Message."),
    TaskState.CANCELED: lambda one: one.mark_canceled(),
}


class TaskMoveTests(TestCase):
    def test_exactly_the_arrows_that_are_drawn_exist(self):
        for start in TaskState:
            for end, mark in MOVES.items():
                with self.subTest(start=start, end=end), transaction.atomic():
                    task = make_task(state=start)
                    if end in TRANSITIONS.get(start, set()):
                        self.assertTrue(mark(task))
                        self.assertEqual(task.state, end)
                    else:
                        with self.assertRaises(IllegalTransition):
                            mark(task)

    def test_running_knows_its_engine_task(self):
        task = make_task(submitting_since=timezone.now(), setbacks=2)

        task.mark_running("engine-1", "request-1")

        self.assertEqual(
            (task.engine_task_id, task.request_id), ("engine-1", "request-1")
        )
        self.assertIsNone(task.submitting_since)
        self.assertIsNotNone(task.submitted_at)
        self.assertEqual(task.setbacks, 0)

    def test_queued_again_forgets_the_engine_task_but_not_the_story(self):
        task = make_task(state=TaskState.RUNNING, is_adopted=True)
        engine_task_id = task.engine_task_id
        later = timezone.now() + timedelta(seconds=9)

        task.mark_queued_again("InternalError", "broke", later)

        self.assertEqual((task.engine_task_id, task.retries), ("", 1))
        self.assertFalse(task.is_adopted)
        self.assertEqual(task.next_poll_at, later)
        event = task.events.get()
        self.assertEqual(event.engine_task_id, engine_task_id)
        self.assertEqual((event.name, event.code), ("coarse.queued", "InternalError"))

    def test_losing_a_race_changes_nothing(self):
        task = make_task(state=TaskState.RUNNING)
        TryOnTask.objects.get().mark_canceled()

        self.assertFalse(task.mark_succeeded(**RESULT))

        self.assertEqual(task.state, TaskState.CANCELED)
        self.assertFalse(task.result)


class TaskTests(TestCase):
    def assert_constraint(self, name, **fields):
        with self.assertRaisesMessage(IntegrityError, name), transaction.atomic():
            make_task(**fields)

    def test_the_database_holds_what_must_never_be_false(self):
        self.assert_constraint("task_state", state="lost")
        self.assert_constraint("task_stage", stage="third")
        running = TaskState.RUNNING
        self.assert_constraint(
            "task_running_has_engine_id", state=running, engine_task_id=""
        )
        self.assert_constraint("task_ended_has_time", ended_at=timezone.now())
        with self.assertRaisesMessage(IntegrityError, "task_succeeded_has_result"):
            make_task(state=running).mark_succeeded(result="")

    def test_one_pending_task_per_stage(self):
        tryon_session = make_session()
        make_task(session=tryon_session)
        make_task(session=tryon_session, stage=Stage.REFINE)

        self.assert_constraint("session_id", session=tryon_session)

    def test_an_engine_task_belongs_to_one_task(self):
        make_task(state=TaskState.RUNNING, engine_task_id="same")

        self.assert_constraint(
            "engine_task_id", state=TaskState.RUNNING, engine_task_id="same"
        )

    def test_due_is_pending_and_oldest_first(self):
        now = timezone.now()
        second = make_task(next_poll_at=now - timedelta(seconds=1))
        first = make_task(
            state=TaskState.RUNNING, next_poll_at=now - timedelta(seconds=2)
        )
        make_task(next_poll_at=now + timedelta(seconds=1))
        make_task(state=TaskState.FAILED, next_poll_at=now)

        self.assertEqual(list(TryOnTask.objects.due(now)), [first, second])

    def test_in_flight_is_what_may_occupy_the_engine(self):
        running = make_task(state=TaskState.RUNNING)
        lost = make_task(submitting_since=timezone.now())
        waiting = make_task()
        make_task(state=TaskState.SUCCEEDED)

        self.assertEqual(set(TryOnTask.objects.in_flight()), {running, lost})
        self.assertEqual(list(TryOnTask.objects.lost()), [lost])
        self.assertEqual(list(TryOnTask.objects.unsubmitted()), [waiting])

    def test_pending_is_what_has_arrows_left(self):
        self.assertEqual(set(PENDING), {TaskState.QUEUED, TaskState.RUNNING})

    def test_a_result_is_found_before_it_is_stored(self):
        task = make_task()

        self.assertEqual(
            task.possible_files,
            [
                f"{task.result_stem}{ending}"
                for ending in (".png", ".jpg", ".webp", "-card.webp")
            ],
        )
        done = make_task(state=TaskState.SUCCEEDED)
        self.assertEqual(done.possible_files, [done.result.name])
