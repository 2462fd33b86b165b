"""What a day may cost: never more than that, however many want the last place."""

from datetime import timedelta
from decimal import Decimal
from unittest import mock

from django.core.exceptions import ValidationError
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from shop.models import (
    GarmentPreview,
    OutgoingMail,
    SessionStatus,
    TaskState,
    TryOnDay,
    TryOnSession,
    TryOnTask,
)
from shop.services.budget import BudgetUsedUp, is_open
from shop.services.previews import start_previews
from shop.services.sessions import (
    cancel_session,
    delete_session,
    refine_session,
    retry_session,
    start_tryon,
)
from tests.factories import make_garment, make_person_image, make_session, make_shopper
from tests.faults import fail_with
from tests.shop.polling_case import PollingTestCase, start

PRICES = {"aitryon": Decimal("0.2"), "aitryon-refiner": Decimal("0.3")}
STAFF = [("ann", "ann@example.com"), ("bob", "bob@example.com")]


def today():
    return TryOnDay.objects.get(day=timezone.localdate())


def tomorrow():
    later = timezone.now() + timedelta(days=1)
    return mock.patch("django.utils.timezone.now", return_value=later)


class LimitTests(TestCase):
    @override_settings(TRYON_TASKS_PER_DAY=2)
    def test_so_many_tasks_and_not_one_more(self):
        start()
        start()

        with self.assertRaises(BudgetUsedUp):
            start()

        self.assertEqual(TryOnTask.objects.count(), 2)
        self.assertEqual(TryOnSession.objects.count(), 2)
        self.assertFalse(is_open())
        self.assertEqual((today().tasks, today().tryons), (2, 2))

    @override_settings(TRYON_COST_PER_DAY=Decimal("0.6"), TRYON_PRICES=PRICES)
    def test_what_is_under_way_counts_with_what_it_will_cost(self):
        for _ in range(3):
            start()

        with self.assertRaises(BudgetUsedUp):
            start()

        self.assertEqual(round(today().held, 4), Decimal("0.6"))

    @override_settings(TRYON_TASKS_PER_DAY=3)
    def test_a_place_is_taken_by_one_update_so_two_processes_cannot_share_it(self):
        day = timezone.localdate()

        taken = [TryOnDay.reserve(day, Decimal(0), 3, Decimal(0)) for _ in range(5)]

        self.assertEqual(taken, [True, True, True, False, False])

    @override_settings(TRYON_TASKS_PER_DAY=1)
    def test_opens_again_the_next_day(self):
        start()
        self.assertFalse(is_open())

        with tomorrow():
            self.assertTrue(is_open())
            start()

        self.assertEqual(TryOnDay.objects.count(), 2)

    @override_settings(TRYON_TASKS_PER_DAY=1)
    def test_who_never_got_to_the_engine_gives_the_place_back(self):
        cancel_session(start())

        self.assertTrue(is_open())
        self.assertEqual((today().tasks, today().canceled), (0, 1))

    @override_settings(TRYON_TASKS_PER_DAY=1)
    def test_deleting_a_look_under_way_gives_the_place_back_too(self):
        delete_session(start())

        self.assertTrue(is_open())

    @override_settings(TRYON_TASKS_PER_DAY=1)
    def test_trying_again_and_refining_are_refused_as_well(self):
        model = make_person_image(is_house_model=True)
        failed = make_session(person_image=model, status=SessionStatus.FAILED)
        coarse = make_session(person_image=model, status=SessionStatus.COARSE_ONLY)
        start()

        for ask in (lambda: retry_session(failed), lambda: refine_session(coarse)):
            with self.assertRaises(BudgetUsedUp):
                ask()

        coarse.refresh_from_db()
        self.assertEqual(coarse.status, SessionStatus.COARSE_ONLY)

    @override_settings(TRYON_TASKS_PER_DAY=1)
    def test_previews_wait_for_tomorrow(self):
        start()
        GarmentPreview.objects.create(
            garment=make_garment(status="draft"),
            person_image=make_person_image(is_house_model=True),
        )
        TryOnTask.objects.update(state=TaskState.CANCELED, ended_at=timezone.now())

        self.assertEqual(start_previews(), 0)
        with tomorrow():
            self.assertEqual(start_previews(), 1)
        self.assertEqual(TryOnDay.objects.latest("day").tryons, 0)  # nobody's

    def test_without_limits_nobody_is_asked(self):
        with self.assertNumQueries(0):
            self.assertTrue(is_open())


class StaffTests(TestCase):
    @override_settings(TRYON_TASKS_PER_DAY=2, ADMINS=STAFF)
    def test_staff_is_told_once_a_day_by_mail(self):
        start()
        self.assertFalse(OutgoingMail.objects.exists())
        start()
        for _ in range(2):
            with self.assertRaises(ValidationError):
                start()

        mails = OutgoingMail.objects.order_by("to")
        self.assertEqual([mail.to for mail in mails], [one for _, one in STAFF])
        self.assertIn("2 of 2", mails[0].body)
        self.assertIn(reverse("staff-dashboard"), mails[0].body)
        self.assertIsNotNone(today().closed_at)

    @override_settings(TRYON_TASKS_PER_DAY=1, ADMINS=STAFF)
    def test_a_place_that_came_back_and_went_again_is_no_news(self):
        cancel_session(start())
        start()

        self.assertEqual(OutgoingMail.objects.count(), 2)


class CostTests(PollingTestCase):
    @override_settings(TRYON_PRICES=PRICES)
    def test_a_finished_task_costs_usage_times_price(self):
        tryon_session = start()

        self.poll(4)

        self.assert_ended(tryon_session, SessionStatus.REFINED)
        costs = tryon_session.tasks.order_by("pk").values_list("cost", flat=True)
        self.assertEqual(list(costs), [Decimal("0.2"), Decimal("0.3")])
        day = today()
        self.assertEqual((round(day.cost, 4), round(day.held, 4)), (Decimal("0.5"), 0))
        self.assertEqual((day.tasks, day.succeeded, day.tryons), (2, 2, 1))

    @override_settings(TRYON_PRICES=PRICES)
    def test_a_failed_task_costs_nothing(self):
        self.server.next("query", fail_with("InvalidPerson"))
        start()

        self.poll(2)

        day = today()
        self.assertEqual((day.cost, round(day.held, 4), day.failed), (0, 0, 1))

    @override_settings(TRYON_TASKS_PER_DAY=1)
    def test_without_room_for_the_refinement_the_first_look_stays_and_says_why(self):
        tryon_session = start()

        self.poll(4)

        self.assert_ended(tryon_session, SessionStatus.COARSE_ONLY, "budget")
        with override_settings(TRYON_TASKS_PER_DAY=2):
            self.assertTrue(refine_session(tryon_session))


@override_settings(TRYON_TASKS_PER_DAY=1)
class PagesTests(TestCase):
    def setUp(self):
        self.model = make_person_image(is_house_model=True)
        self.garment = make_garment()
        self.other = make_garment()

    def use_up(self):
        start_tryon(make_shopper(), self.model, self.garment)

    def test_the_button_is_there_while_there_is_room(self):
        answer = self.client.get(reverse("tryon-start"))

        self.assertContains(answer, "button--primary button--large")
        self.assertNotContains(answer, "closed for today")

    def test_the_button_goes_politely_in_both_languages(self):
        self.use_up()
        pages = [
            reverse("garment-list"),
            reverse("garment-detail", args=[self.garment.slug]),
            reverse("tryon-start"),
            reverse("on-me") + f"?person={self.model.public_id}",
        ]
        words = {
            "en": "The fitting room is closed for today.",
            "zh-hans": "今天的试衣间已经关闭。",
        }
        for language, said in words.items():
            for page in pages:
                with self.subTest(page, language=language):
                    answer = self.client.get(
                        page, headers={"accept-language": language}
                    )
                    self.assertContains(answer, said)
                    if page != pages[0]:  # its large button leads to what it is about
                        self.assertNotContains(answer, "button--primary button--large")

    def test_whoever_posts_all_the_same_is_told(self):
        self.use_up()
        data = {"top": self.garment.slug, "person": str(self.model.public_id)}

        answer = self.client.post(reverse("tryon-start"), data)

        self.assertContains(answer, "closed for today")
        self.assertEqual(TryOnSession.objects.count(), 1)

    def test_the_rail_takes_the_last_place_and_then_stops(self):
        data = {
            "person": str(self.model.public_id),
            "garment": [self.garment.slug, self.other.slug],
            "fragment": "yes",
        }

        answer = self.client.post(reverse("on-me-fit"), data)

        self.assertContains(answer, "data-stop")
        self.assertContains(answer, "The fitting room is closed for today")
        self.assertEqual(TryOnSession.objects.count(), 1)
