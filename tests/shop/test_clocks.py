"""A wall clock that is put back, or forward, while try-ons wait."""

from datetime import timedelta
from unittest import mock

from django.conf import settings
from django.test import TestCase
from django.utils import timezone

from shop.models import CallGate, Heartbeat, TaskState, TryOnTask
from shop.services.clocks import WallClock, catch_up
from tests.factories import make_task
from tests.shop.polling_case import PollingTestCase, start

HOUR = timedelta(hours=1)


class WallClockTests(TestCase):
    def steps(self, *wall):
        """What the clock tells while a second passes from each of these to the next."""
        began = timezone.now()
        with mock.patch("shop.services.clocks.time") as time:
            time.monotonic.return_value = 0.0
            clock = WallClock(began)
            found = []
            for number, seconds in enumerate(wall, start=1):
                time.monotonic.return_value = float(number)
                step = clock.step(began + timedelta(seconds=seconds))
                found.append(round(step.total_seconds()))
        return found

    def test_a_step_is_told_once_with_its_size(self):
        self.assertEqual(self.steps(1, -3598, -3597), [0, -3600, 0])
        self.assertEqual(self.steps(1, 3602, 3603), [0, 3600, 0])

    def test_small_ones_are_none(self):
        self.assertEqual(self.steps(1, 3.5, 3, 4), [0, 0, 0, 0])


class CatchUpTests(TestCase):
    def test_what_waits_for_a_moment_that_no_pause_reaches_is_due(self):
        now = timezone.now()
        left = make_task(next_poll_at=now + HOUR, deadline_at=now + HOUR * 2)
        fine = make_task(TaskState.RUNNING, next_poll_at=now + timedelta(minutes=5))
        CallGate.objects.create(call="query", open_at=now + HOUR)

        catch_up(now)

        left.refresh_from_db()
        self.assertEqual(left.next_poll_at, now)
        self.assertEqual(left.deadline_at, now + settings.TRYON_TASK_DEADLINE)
        self.assertEqual(CallGate.objects.get().open_at, now)
        before = fine.next_poll_at
        fine.refresh_from_db()
        self.assertEqual(fine.next_poll_at, before)

    def test_after_a_known_step_nothing_waits_but_a_submit_under_way(self):
        now = timezone.now()
        waits = make_task(TaskState.RUNNING, next_poll_at=now + timedelta(seconds=20))
        since = now + HOUR
        lease = timedelta(seconds=30)
        under_way = make_task(submitting_since=since, next_poll_at=since + lease)

        catch_up(now, -HOUR)

        waits.refresh_from_db()
        under_way.refresh_from_db()
        self.assertEqual(waits.next_poll_at, now)
        self.assertEqual(under_way.submitting_since, now)
        self.assertEqual(under_way.next_poll_at, now + lease)

    def test_a_step_forward_moves_deadlines_along_however_often_it_is_told(self):
        now = timezone.now()
        begun = now - HOUR - timedelta(minutes=10)  # ten minutes ago, in truth
        deadline = settings.TRYON_TASK_DEADLINE
        task = make_task(TaskState.RUNNING, deadline_at=begun + deadline)

        catch_up(now, HOUR)
        task.refresh_from_db()
        self.assertEqual(task.deadline_at, now - timedelta(minutes=10) + deadline)

        catch_up(now, HOUR)
        task.refresh_from_db()
        self.assertEqual(task.deadline_at, now + deadline)


class PollerTests(PollingTestCase):
    def test_a_poller_goes_on_when_the_clock_is_put_back(self):
        tryon_session = start()
        poller = self.make_poller()
        poller.run_round()
        TryOnTask.objects.update(next_poll_at=timezone.now() + HOUR)
        CallGate.objects.update(open_at=timezone.now() + HOUR)

        with mock.patch.object(poller._clock, "step", lambda _: -HOUR):
            poller.run_round()

        self.assertIsNotNone(tryon_session.coarse_task)

    def test_a_heartbeat_from_before_the_clock_was_put_back_tells_nothing(self):
        Heartbeat.objects.create(part="poller", beat_at=timezone.now() + HOUR)

        self.assertFalse(Heartbeat.is_alive("poller", within=timedelta(seconds=30)))
