"""Several pollers and workers at once on PostgreSQL; run by test_postgres.py.

Each thread has a database connection of its own, as processes have.
"""

import threading
from concurrent.futures import ThreadPoolExecutor

from django.db import IntegrityError, connection, connections, transaction
from django.test import TransactionTestCase, override_settings
from django.utils import timezone

from shop.dashscope import DashScopeClient
from shop.models import (
    OutgoingMail,
    SessionStatus,
    TaskState,
    TryOnDay,
    TryOnSession,
    TryOnTask,
)
from shop.services.budget import BudgetUsedUp
from shop.services.claims import Work, claim_due
from shop.services.polling import Poller
from shop.services.sessions import start_tryon
from tests.factories import make_garment, make_person_image, make_shopper, make_task
from tests.protocol_server import ProtocolServer
from tests.shop.polling_case import start
from tryon_engine.models import EngineTask
from tryon_engine.protocol import TRYON_MODELS

FAST = override_settings(TRYON_SUBMITS_PER_SECOND=1000, TRYON_QUERIES_PER_SECOND=1000)


def at_once(count, do):
    """The results of `count` threads that begin at the same moment."""
    barrier = threading.Barrier(count)

    def run(number):
        barrier.wait()
        try:
            return do(number)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(count) as pool:
        return list(pool.map(run, range(count)))


class PollerTests(TransactionTestCase):
    def setUp(self):
        self.assertEqual(connection.vendor, "postgresql")

    @FAST
    def test_four_pollers_keep_one_cap_and_do_nothing_twice(self):
        server = ProtocolServer(states=("RUNNING", "SUCCEEDED"))
        self.addCleanup(server.close)
        for _ in range(12):
            start()

        def all_over():
            return not TryOnSession.objects.filter(ended_at=None).exists()

        def poll(_):
            with DashScopeClient(server.base_url, "sk-test") as client:
                poller = Poller(client)
                poller.run(should_stop=all_over)
                poller.close()

        with override_settings(TRYON_MAX_IN_FLIGHT=3):
            at_once(4, poll)

        statuses = TryOnSession.objects.values_list("status", flat=True)
        self.assertEqual(set(statuses), {SessionStatus.REFINED})
        self.assertEqual(len(server.tasks), 24)  # one coarse, one refined each
        self.assertLessEqual(server.most_open, 3)
        attempts = TryOnTask.objects.values_list("attempts", "retries")
        self.assertEqual(set(attempts), {(1, 0)})

    @FAST
    @override_settings(TRYON_MAX_IN_FLIGHT=5)
    def test_claims_of_one_moment_share_the_cap(self):
        for _ in range(20):
            start()
        now = timezone.now()

        claims = at_once(6, lambda _: claim_due(8, 100, now))

        taken = [claim.task.pk for found in claims for claim in found]
        self.assertEqual(len(taken), 5)
        self.assertEqual(len(set(taken)), 5)

    @FAST
    def test_a_row_that_somebody_holds_is_skipped_not_waited_for(self):
        tasks = [make_task(TaskState.RUNNING) for _ in range(2)]
        TryOnTask.objects.update(next_poll_at=timezone.now())

        with transaction.atomic():
            TryOnTask.objects.select_for_update().get(pk=tasks[0].pk)
            with ThreadPoolExecutor(1) as pool:
                claim = pool.submit(self.claim_and_close)
                found = claim.result(timeout=60)

        self.assertEqual(
            [(one.work, one.task.pk) for one in found], [(Work.LOOK, tasks[1].pk)]
        )

    def claim_and_close(self):
        try:
            return claim_due(8, 100, timezone.now())
        finally:
            connections.close_all()


class BudgetTests(TransactionTestCase):
    @override_settings(TRYON_TASKS_PER_DAY=5, ADMINS=[("ann", "ann@example.com")])
    def test_twelve_who_start_at_once_share_five_places_and_write_one_mail(self):
        people = [(shopper_with_consent(), make_garment()) for _ in range(12)]
        model = make_person_image(is_house_model=True)

        def try_on(number):
            shopper, garment = people[number]
            try:
                start_tryon(shopper, model, garment)
            except BudgetUsedUp:
                return False
            return True

        begun = at_once(12, try_on)

        self.assertEqual(sum(begun), 5)
        self.assertEqual(TryOnTask.objects.count(), 5)
        self.assertEqual(TryOnDay.objects.get().tasks, 5)
        self.assertEqual(OutgoingMail.objects.count(), 1)


def shopper_with_consent():
    shopper = make_shopper()
    shopper.consent()
    return shopper


class WorkerTests(TransactionTestCase):
    def test_eight_workers_claim_every_task_once(self):
        for number in range(40):
            EngineTask.objects.create(
                request_id=f"00000000-0000-0000-0000-{number:012}",
                model=TRYON_MODELS[0],
            )

        def claim_all(number):
            claimed = []
            while task := EngineTask.objects.claim(
                f"worker-{number}", TRYON_MODELS, timezone.now()
            ):
                claimed.append(task.pk)
            return claimed

        claimed = [pk for mine in at_once(8, claim_all) for pk in mine]

        self.assertEqual(len(claimed), 40)
        self.assertEqual(len(set(claimed)), 40)
        attempts = EngineTask.objects.values_list("attempts", flat=True)
        self.assertEqual(set(attempts), {1})


class ConstraintTests(TransactionTestCase):
    def test_the_database_itself_refuses_what_must_never_be(self):
        task = make_task()
        rows = TryOnTask.objects.filter(pk=task.pk)

        for wrong in (
            {"state": "unheard"},
            {"state": TaskState.SUCCEEDED, "ended_at": timezone.now()},  # no result
        ):
            with self.subTest(wrong), self.assertRaises(IntegrityError):
                rows.update(**wrong)
        with self.assertRaises(IntegrityError):  # a second coarse task
            make_task(session=task.session)
