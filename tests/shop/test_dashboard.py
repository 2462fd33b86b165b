"""The dashboard: its figures, and that their number of queries does not grow."""

from datetime import timedelta
from decimal import Decimal

from django.contrib.auth.models import Group
from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shop.models import (
    MailState,
    OutgoingMail,
    Stage,
    TaskState,
    TryOnDay,
    TryOnEvent,
)
from shop.roles import OPERATOR
from shop.services import operations
from tests.factories import make_garment, make_session, make_task, make_user
from tests.shop.pages import Page


class FiguresTests(TestCase):
    def setUp(self):
        self.now = timezone.now()

    def finished(self, seconds, stage=Stage.COARSE):
        return make_task(
            state=TaskState.SUCCEEDED,
            stage=stage,
            created_at=self.now - timedelta(seconds=seconds),
            ended_at=self.now,
        )

    def failed(self, code, garment):
        session = make_session(top=garment)
        make_task(state=TaskState.FAILED, error_code=code, session=session)

    def test_thirty_days_without_gaps_and_the_success_rate(self):
        today = timezone.localdate()
        TryOnDay.objects.create(
            day=today, tryons=5, tasks=9, succeeded=6, failed=2, cost=Decimal("1.5")
        )
        TryOnDay.objects.create(day=today - timedelta(days=30), tryons=7)

        found = operations.days(today)

        self.assertEqual(len(found), 30)
        self.assertEqual((found[-1].tryons, found[-1].success_rate), (5, 0.75))
        self.assertEqual(found[-1].cost, Decimal("1.5"))
        self.assertEqual(sum(day.tryons for day in found), 5)
        self.assertIsNone(found[0].success_rate)

    def test_median_and_p90_for_each_stage(self):
        for seconds in range(1, 11):
            self.finished(seconds)
        self.finished(7, Stage.REFINE)

        coarse, refine = operations.durations(self.now + timedelta(seconds=1))

        self.assertEqual((coarse.median_s, coarse.p90_s, coarse.count), (6, 10, 10))
        self.assertEqual((refine.stage, refine.median_s), (Stage.REFINE, 7))

    def test_queue_failures_and_the_worst_garments(self):
        good, bad = make_garment(), make_garment()
        make_task()
        make_task(state=TaskState.RUNNING)
        for code in ("InvalidPerson", "InvalidPerson", "InternalError"):
            self.failed(code, bad)
        make_task(state=TaskState.SUCCEEDED, session=make_session(top=good))
        later = self.now + timedelta(seconds=30)

        queue = operations.queue()
        failures = operations.failures(later)
        worst = operations.failing_garments(later)

        self.assertEqual((queue.waiting, queue.running), (1, 1))
        self.assertEqual(failures, [("InvalidPerson", 2), ("InternalError", 1)])
        self.assertEqual(
            [(one.garment, one.failed, one.tried) for one in worst], [(bad, 3, 3)]
        )

    def test_how_the_engine_answered_in_the_last_hour(self):
        session = make_session()
        for status in (200, 200, 503, None):
            TryOnEvent.objects.create(
                session=session, name="query", duration_ms=5, http_status=status
            )
        TryOnEvent.objects.create(session=session, name="session.queued")

        found = operations.provider(self.now + timedelta(seconds=1))

        self.assertEqual((found.calls, found.refused, found.unanswered), (4, 1, 1))


class DashboardTests(TestCase):
    def setUp(self):
        operator = make_user(is_staff=True)
        operator.groups.add(Group.objects.get(name=OPERATOR))
        self.client.force_login(operator)
        self.address = reverse("staff-dashboard")

    def queries(self):
        with CaptureQueriesContext(connection) as captured:
            self.assertEqual(self.client.get(self.address).status_code, 200)
        return len(captured)

    def test_asks_as_many_queries_for_much_as_for_little(self):
        self.fill(1)
        before = self.queries()

        self.fill(8)

        self.assertEqual(self.queries(), before)
        self.assertLess(before, 20)

    def fill(self, number):
        for _ in range(number):
            make_task(state=TaskState.SUCCEEDED)
            make_task(state=TaskState.FAILED, error_code="InternalError")
            make_garment(status="in_review", submitted_at=timezone.now())

    def test_draws_charts_under_the_strict_policy(self):
        TryOnDay.objects.create(day=timezone.localdate(), tryons=3, cost=Decimal("0.3"))

        page = Page(self.client.get(self.address))

        self.assertEqual(len(page.all("svg", **{"class": "chart__bars"})), 3)
        self.assertEqual(len(page.all("rect", **{"class": "chart__bar"})), 2)
        self.assertEqual(page.refused_by_csp, [])

    @override_settings(TRYON_TASKS_PER_DAY=1)
    def test_says_what_wants_somebody(self):
        TryOnDay.objects.create(day=timezone.localdate(), tasks=1)
        OutgoingMail.objects.create(
            occasion="test", to="a@example.com", subject="s", state=MailState.FAILED
        )

        answer = self.client.get(self.address)

        self.assertContains(answer, "budget is used up")
        self.assertContains(answer, "1 e-mail could not be sent.")
        self.assertContains(answer, "The poller is silent")
