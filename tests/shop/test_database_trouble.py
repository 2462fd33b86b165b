"""The database goes away for a while: nothing that is known is forgotten."""

from unittest import mock

from django.db import IntegrityError, InterfaceError, OperationalError

from shop.models import SessionStatus, TaskState, TryOnTask
from shop.services.settle import Settler
from tests.faults import output
from tests.shop.polling_case import PollingTestCase, start


class AwayTests(PollingTestCase):
    def settle_badly(self, *errors):
        """The first times that something is settled, the database is not there."""
        settle, left = Settler._settle, list(errors)

        def failing(settler, ended):
            follow = settle(settler, ended)  # rolled back by what follows
            if left:
                raise left.pop(0)
            return follow

        return mock.patch.object(Settler, "_settle", failing)

    def run_until_over(self, poller, tryon_session):
        def is_over():
            self.make_due()
            tryon_session.refresh_from_db()
            return tryon_session.is_over

        with mock.patch("shop.services.polling._DATABASE_PAUSE_S", 0):
            self.assertTrue(poller.run(is_over))

    def test_answers_wait_until_it_is_back(self):
        tryon_session = start()
        gone = (OperationalError("locked"), InterfaceError("closed")) * 2

        with self.settle_badly(*gone), self.assertLogs("shop.services.polling") as log:
            self.run_until_over(self.make_poller(), tryon_session)

        self.assertEqual(len(log.records), 1)  # not one for every try
        self.assertEqual(len(self.submits()), 2)  # coarse and refined, once each
        self.assertEqual(tryon_session.status, SessionStatus.REFINED)
        self.assertFalse(TryOnTask.objects.filter(is_adopted=True).exists())

    def test_one_row_that_cannot_be_written_holds_no_other_back(self):
        first, second = start(), start()
        settle = Settler._settle

        def failing(settler, ended):
            follow = settle(settler, ended)
            if any(one.task.session_id == first.pk for one in ended):
                raise IntegrityError("no")
            return follow

        self.make_due()
        with (
            mock.patch.object(Settler, "_settle", failing),
            self.assertLogs("shop.services.settle", "ERROR"),
        ):
            self.make_poller().run_round()

        self.assert_ended(first, SessionStatus.QUEUED)
        self.assert_ended(second, SessionStatus.FITTING)
        self.assertEqual(first.tasks.get().state, TaskState.QUEUED)

    def test_two_tasks_never_share_one_id_of_the_engine(self):
        first = start()
        self.poll()
        taken = first.tasks.get().engine_task_id
        self.server.next("submit", output(task_id=taken))
        second = start()

        self.make_due()
        with self.assertLogs("shop.services.settle", "ERROR"):
            self.make_poller().run_round()

        self.assertEqual(second.tasks.get().engine_task_id, "")
        self.assertEqual(TryOnTask.objects.filter(engine_task_id=taken).count(), 1)
