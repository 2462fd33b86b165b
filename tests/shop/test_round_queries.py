"""How many queries a round takes does not depend on how many tasks are in it."""

from collections import deque

from django.db import connection
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from shop.models import SessionStatus, TryOnSession
from tests.shop.polling_case import PollingTestCase, start

FEW, MANY = 2, 12


@override_settings(
    TRYON_MAX_IN_FLIGHT=100,
    TRYON_QUERIES_PER_SECOND=1000,
    TRYON_SUBMITS_PER_SECOND=1000,
)
class RoundTests(PollingTestCase):
    def setUp(self):
        super().setUp()
        self.server.states = ("RUNNING",)

    def queries(self):
        """The queries of each phase of one round of one poller, with all that is due:
        claimed at once, made, and settled at once."""
        poller = self.make_poller(workers=MANY)
        self.make_due()
        with CaptureQueriesContext(connection) as queries:
            poller.start()
            while poller._calls:  # all answers are there before the first is settled
                for call in list(poller._calls):
                    call.result()
                poller._settle_finished(timeout=0)
        return [" ".join(query["sql"].split()[:1]) for query in queries]

    def way(self, count):
        """Queries for so many tasks: to submit them, to see them begin, to see them
        still going, to store the coarse images, and so on with the refined ones."""
        TryOnSession.objects.all().delete()
        self.server.tasks.clear()
        for _ in range(count):
            start()
        taken = [self.queries() for _ in range(3)]
        self.end_all()
        taken += [self.queries() for _ in range(3)]
        self.end_all()
        taken.append(self.queries())
        ended = TryOnSession.objects.filter(status=SessionStatus.REFINED)
        self.assertEqual(ended.count(), count)
        return taken

    def end_all(self):
        for served in self.server.tasks.values():
            served.states = deque(["SUCCEEDED"])

    def test_is_the_same_for_few_and_many(self):
        self.way(FEW)  # what is asked once and then remembered

        few, many = self.way(FEW), self.way(MANY)

        for one, other in zip(few, many, strict=True):
            self.assertEqual(one, other)

    def test_a_look_at_the_task_list_takes_no_more_for_many(self):
        taken = []
        for count in (24, 48):
            for _ in range(count - TryOnSession.objects.count()):
                start()
            while TryOnSession.objects.filter(status=SessionStatus.QUEUED).exists():
                self.queries()
            self.queries()  # the first look says that they have begun
            self.server.seen.clear()
            taken.append(self.queries())
            self.assertEqual(len(self.server.calls("list")), 2)

        self.assertEqual(taken[0], taken[1])
