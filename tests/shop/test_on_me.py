"""See everything on me: dressed in passing, a few at a time, nothing twice."""

from datetime import timedelta

from django.db import connection
from django.test import TestCase, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from shop.models import Garment, SessionStatus, TaskState, TryOnSession, TryOnTask
from shop.services.claims import claim_due
from shop.services.on_me import Pieces, find_worn, fit_on
from shop.services.retention import purge_expired
from shop.services.sessions import refine_session, start_tryon
from shop.services.stages import advance
from tests.factories import (
    make_garment,
    make_person_image,
    make_session,
    make_shopper,
    make_task,
)
from tests.shop.polling_case import PollingTestCase


def make_shopper_with_photo():
    shopper = make_shopper()
    shopper.consent()
    return shopper, make_person_image(shopper=shopper)


def tops(count):
    return [Pieces(top=make_garment()) for _ in range(count)]


class PiecesTests(TestCase):
    def test_a_garment_is_worn_with_what_goes_with_it(self):
        top, other = make_garment("top"), make_garment("top")
        bottom, dress = make_garment("bottom"), make_garment("dress")

        self.assertEqual(Pieces.around(top, [other, bottom]), Pieces(top, bottom))
        self.assertEqual(Pieces.around(bottom, [other]), Pieces(other, bottom))
        self.assertEqual(Pieces.around(dress, [other, bottom]), Pieces(dress))
        self.assertEqual(Pieces.around(top, [dress]), Pieces(top))


class FitOnTests(TestCase):
    def setUp(self):
        self.shopper, self.photo = make_shopper_with_photo()

    def fit(self, outfits):
        return fit_on(self.shopper, self.photo, outfits)

    @override_settings(TRYON_ON_ME_AT_ONCE=2)
    def test_begins_from_the_first_as_many_as_there_is_room_for(self):
        outfits = tops(4)

        self.assertTrue(self.fit(outfits))
        self.assertTrue(self.fit(outfits))

        begun = find_worn(self.shopper, self.photo, outfits)
        self.assertEqual(list(begun), outfits[:2])
        self.assertEqual(TryOnSession.objects.count(), 2)

    @override_settings(TRYON_ON_ME_AT_ONCE=2)
    def test_goes_on_when_some_are_done(self):
        outfits = tops(4)
        self.fit(outfits)
        TryOnSession.objects.update(
            status=SessionStatus.COARSE_ONLY, ended_at=timezone.now()
        )

        self.fit(outfits)

        self.assertEqual(len(find_worn(self.shopper, self.photo, outfits)), 4)

    @override_settings(TRYON_ON_ME_PER_DAY=3)
    def test_a_day_has_an_end(self):
        outfits = tops(5)

        self.fit(outfits)

        self.assertFalse(self.fit(outfits))
        self.assertEqual(TryOnSession.objects.count(), 3)
        self.assertTrue(self.fit(outfits[:3]), "what is there may be looked at")

    def test_what_was_tried_on_before_is_not_made_again(self):
        [outfit] = tops(1)
        start_tryon(self.shopper, self.photo, outfit.top)

        self.fit([outfit, outfit])

        self.assertEqual(TryOnSession.objects.count(), 1)

    def test_what_failed_is_not_begun_again_by_looking_at_it(self):
        [outfit] = tops(1)
        make_session(
            shopper=self.shopper,
            person_image=self.photo,
            top=outfit.top,
            status=SessionStatus.FAILED,
            reason="oops",
        )

        self.fit([outfit])

        self.assertEqual(TryOnSession.objects.count(), 1)

    def test_a_picture_beats_a_later_failure(self):
        [outfit] = tops(1)
        common = {
            "shopper": self.shopper,
            "person_image": self.photo,
            "top": outfit.top,
        }
        shown = make_session(status=SessionStatus.COARSE_ONLY, **common)
        make_task(TaskState.SUCCEEDED, session=shown)
        make_session(status=SessionStatus.FAILED, reason="oops", **common)

        found = find_worn(self.shopper, self.photo, [outfit])

        self.assertEqual(found, {outfit: shown})

    def test_another_persons_looks_are_not_found(self):
        [outfit] = tops(1)
        start_tryon(*make_shopper_with_photo(), outfit.top)

        self.assertEqual(find_worn(self.shopper, self.photo, [outfit]), {})

    def test_whoever_waits_for_one_look_goes_first(self):
        self.fit(tops(1))
        waiting = start_tryon(self.shopper, self.photo, make_garment())

        [first, _] = claim_due(limit=8, batch=1, now=timezone.now())

        self.assertEqual(first.task.session, waiting)


class CoarseOnlyTests(PollingTestCase):
    def start(self):
        shopper, photo = make_shopper_with_photo()
        fit_on(shopper, photo, tops(1))
        return TryOnSession.objects.get()

    def test_ends_with_the_coarse_image_until_more_is_asked_for(self):
        session = self.start()

        self.poll(3)

        self.assert_ended(session, SessionStatus.COARSE_ONLY, "")
        self.assertEqual(len(self.submits()), 1)
        self.assertTrue(refine_session(session))
        self.assertFalse(refine_session(session))
        self.poll(2)
        self.assert_ended(session, SessionStatus.REFINED, "")
        self.assertEqual(len(self.submits()), 2)

    def test_advancing_again_changes_nothing(self):
        session = self.start()
        self.poll(3)
        session.refresh_from_db()

        self.assertEqual(advance(session), 0)


class RetentionTests(TestCase):
    def test_what_a_rail_showed_goes_with_the_photos(self):
        day_old = timezone.now() - timedelta(hours=25)
        glimpse = make_session(wants_refined=False, created_at=day_old)
        kept = make_session(wants_refined=False, is_kept=True, created_at=day_old)
        look = make_session(created_at=day_old)

        purge_expired()

        left = set(TryOnSession.objects.all())
        self.assertEqual(left, {kept, look})
        self.assertNotIn(glimpse, left)


class OnMePageTests(TestCase):
    def setUp(self):
        self.model = make_person_image(
            is_house_model=True, name="Mei", shopper=None, expires_at=None
        )
        self.garments = [make_garment() for _ in range(3)]
        self.url = reverse("on-me")
        self.person = {"person": str(self.model.public_id)}

    def fit(self, garments, **extra):
        data = self.person | {"garment": [one.slug for one in garments]} | extra
        return self.client.post(reverse("on-me-fit"), data)

    def test_asks_first_who_is_looking(self):
        page = self.client.get(self.url)

        self.assertContains(page, f"person={self.model.public_id}")
        self.assertNotContains(page, "<on-me")

    def test_shows_the_catalogue_and_begins_nothing(self):
        page = self.client.get(self.url, self.person)

        self.assertContains(page, "data-waits", count=3)
        self.assertFalse(TryOnSession.objects.exists())

    def test_a_question_begins_and_answers_with_the_cards(self):
        answer = self.fit(self.garments[:2], fragment="yes")

        self.assertEqual(TryOnSession.objects.count(), 2)
        self.assertContains(answer, "data-waits", count=2)
        self.assertNotContains(answer, self.garments[2].slug)

    def test_shows_what_is_ready_with_its_small_picture(self):
        self.fit(self.garments[:1], fragment="yes")
        task = TryOnTask.objects.get()
        make_task(
            TaskState.SUCCEEDED, session=task.session, result_card="results/x.webp"
        )
        task.delete()
        Garment.objects.update(product_url="https://shop.example/")
        TryOnSession.objects.update(
            status=SessionStatus.COARSE_ONLY, ended_at=timezone.now()
        )

        page = self.client.get(self.url, self.person)

        self.assertContains(page, "data-waits", count=2)
        self.assertContains(page, 'class="on-me__worn"', count=1)
        # Only what is seen worn is offered to buy.
        self.assertContains(page, "on-me__buy", count=1)
        self.assertContains(page, "Refine")

    def test_without_a_script_the_button_leads_back_to_the_page(self):
        here = f"{self.url}?person={self.model.public_id}"

        answer = self.fit(self.garments, next=here)

        self.assertRedirects(answer, here)
        self.assertTrue(TryOnSession.objects.exists())
        self.assertRedirects(
            self.fit(self.garments, next="https://elsewhere.example/"),
            here,
        )

    def test_a_photo_that_is_gone_leads_to_the_choice(self):
        self.model.delete()

        self.assertRedirects(self.fit(self.garments, fragment="yes"), self.url)

    @override_settings(TRYON_ON_ME_PER_DAY=0)
    def test_says_when_a_day_is_used_up(self):
        answer = self.fit(self.garments, fragment="yes")

        self.assertContains(answer, "data-stop")
        self.assertFalse(TryOnSession.objects.exists())

    def test_queries_do_not_grow_with_the_rail(self):
        self.fit(self.garments[:1], fragment="yes")
        with self.count() as few:
            self.client.get(self.url, self.person)
        for _ in range(9):
            self.garments.append(make_garment())
        with override_settings(TRYON_ON_ME_AT_ONCE=20):
            self.fit(self.garments, fragment="yes")

        with self.count() as many:
            self.client.get(self.url, self.person)

        self.assertEqual(len(many), len(few))

    def count(self):
        return CaptureQueriesContext(connection)

    def test_the_history_lists_kept_looks_of_a_rail_only(self):
        self.fit(self.garments[:2], fragment="yes")
        first, second = TryOnSession.objects.order_by("pk")
        TryOnSession.objects.filter(pk=first.pk).update(is_kept=True)

        page = self.client.get(reverse("session-list"))

        self.assertContains(page, first.get_absolute_url())
        self.assertNotContains(page, second.get_absolute_url())
