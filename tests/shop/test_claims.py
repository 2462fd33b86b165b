"""The limits of the engine, kept by all pollers together."""

from collections import deque

from django.test import override_settings
from django.utils import timezone

from shop.models import CallGate, TaskState, TryOnTask
from tests.faults import drop_after, refuse, throttle
from tests.shop.polling_case import PollingTestCase, start


class LimitTests(PollingTestCase):
    @override_settings(TRYON_MAX_IN_FLIGHT=2)
    def test_no_more_than_the_cap_are_in_flight(self):
        self.server.states = ("RUNNING",)
        for _ in range(4):
            start()

        self.poll(3)

        self.assertEqual(len(self.server.tasks), 2)
        self.assertEqual(TryOnTask.objects.unsubmitted().count(), 2)

    @override_settings(TRYON_MAX_IN_FLIGHT=1)
    def test_a_lost_submit_counts_as_in_flight(self):
        self.server.always("submit", drop_after)
        self.server.always("list", throttle())
        start(), start()

        self.poll(3)

        self.assertEqual(len(self.server.tasks), 1)

    @override_settings(TRYON_SUBMITS_PER_SECOND=2)
    def test_submits_are_spread_over_time(self):
        for _ in range(4):
            start()

        began = self.server.clock()

        self.poll()

        # Half a second ahead is as far as a round reaches: now, and in half a second.
        self.assertEqual(len(self.server.tasks), 2)
        _first, second = (task.created_at for task in self.server.tasks.values())
        self.assertGreaterEqual(second - began, 0.5)

    def test_throttling_holds_all_submits_back_for_as_long_as_asked(self):
        self.server.next("submit", throttle(retry_after=30))
        start(), start()
        with self.assert_put_off(
            30, lambda: CallGate.objects.get(call="submit").open_at
        ):
            self.make_poller(workers=1).run_round()

        TryOnTask.objects.update(next_poll_at=timezone.now())
        self.make_poller().run_round()

        self.assertEqual(len(self.server.calls("submit")), 1)

    @override_settings(
        TRYON_MAX_IN_FLIGHT=100,
        TRYON_QUERIES_PER_SECOND=1000,
        TRYON_SUBMITS_PER_SECOND=1000,
    )
    def test_many_in_flight_are_asked_for_by_the_page(self):
        self.server.states = ("RUNNING",)
        for _ in range(24):
            start()
        self.poll(3)
        ready = self.ids()[:2]
        for task_id in ready:
            self.server.tasks[task_id].states = deque(["SUCCEEDED"])
        self.server.seen.clear()

        self.poll()

        asked = [
            path.partition("status=")[2] for _, path, *_ in self.server.calls("list")
        ]
        self.assertEqual(
            [one.partition("&")[0] for one in asked], ["PENDING", "RUNNING"]
        )
        asked = {
            path.rpartition("/")[2] for _, path, _, _ in self.server.calls("query")
        }
        self.assertEqual(asked, set(ready))
        stored = TryOnTask.objects.filter(state=TaskState.SUCCEEDED)
        self.assertEqual(set(stored.values_list("engine_task_id", flat=True)), asked)

    @override_settings(
        TRYON_MAX_IN_FLIGHT=100,
        TRYON_QUERIES_PER_SECOND=1000,
        TRYON_SUBMITS_PER_SECOND=1000,
    )
    def test_a_server_without_a_list_is_asked_task_by_task(self):
        self.server.states = ("RUNNING",)
        for _ in range(24):
            start()
        self.poll(3)
        for served in self.server.tasks.values():
            served.states = deque(["SUCCEEDED"])
        self.server.seen.clear()
        self.server.always("list", refuse(404, "NotFound", "Not found!"))
        poller = self.make_poller()
        self.make_due()

        poller.run_round()  # finds out
        poller.run_round()

        self.assertEqual(len(self.server.calls("list")), 1)
        stored = TryOnTask.objects.filter(state=TaskState.SUCCEEDED)
        self.assertEqual(stored.count(), 24)
