"""Garments on house models: real try-ons, but nobody's, cheap, and made once."""

from datetime import timedelta

from django.core.exceptions import ValidationError
from django.test import override_settings
from django.urls import reverse
from django.utils import timezone

from shop.models import (
    Garment,
    GarmentPreview,
    PersonImage,
    ReviewStatus,
    SessionStatus,
    TryOnSession,
)
from shop.services.estimates import estimate_wait
from shop.services.garments import delete_garments, replace_flat, submit_for_review
from shop.services.previews import retry_previews, start_previews, want_previews
from shop.services.retention import purge_expired
from shop.services.sessions import retry_session
from shop.services.uploads import CheckResult, CleanPicture
from shop.storages import private_storage
from tests.factories import make_garment, make_merchant, make_person_image, make_session
from tests.hostile_files import jpeg

from .polling_case import PollingTestCase, start

BLOCKED = {"code": "no_garment", "severity": "block", "message": "No garment."}


def make_house_model(name, gender="woman"):
    return make_person_image(is_house_model=True, name=name, gender=gender)


def another_picture():
    return CleanPicture(jpeg(), "jpg", 320, 400)


class PreviewTestCase(PollingTestCase):
    def setUp(self):
        super().setUp()
        self.women = [make_house_model(name) for name in ("Ada", "Bea", "Cleo")]
        self.man = make_house_model("Dan", "man")

    def wearers(self, garment):
        return [preview.person_image for preview in garment.previews.order_by("pk")]

    def made(self, **fields):
        """A draft with its previews made."""
        garment = make_garment(**{"status": ReviewStatus.DRAFT} | fields)
        want_previews(garment)
        self.poll(4)
        return garment


class WantPreviewsTests(PreviewTestCase):
    def test_the_first_house_models_that_it_is_made_for(self):
        for audience, expected in (
            ("women", self.women[:2]),
            ("men", [self.man]),
            ("all", [self.women[0], self.man]),
        ):
            with self.subTest(audience):
                garment = make_garment(audience=audience)
                want_previews(garment)
                self.assertEqual(self.wearers(garment), expected)

    def test_as_many_as_the_settings_say(self):
        garment = make_garment(audience="women")
        for most in (0, 3):
            with self.subTest(most), override_settings(TRYON_PREVIEW_MODELS=most):
                want_previews(garment)
                self.assertEqual(self.wearers(garment), self.women[:most])

    def test_none_of_a_flat_that_cannot_be_tried_on(self):
        want_previews(make_garment(findings=[BLOCKED]))
        want_previews(make_garment(checked_at=None))

        self.assertFalse(GarmentPreview.objects.exists())

    def test_asking_again_changes_nothing(self):
        garment = self.made()
        before = list(garment.previews.values_list("pk", "session"))

        want_previews(garment)
        self.poll()

        self.assertEqual(list(garment.previews.values_list("pk", "session")), before)
        self.assertEqual(len(self.submits()), 2)


class MakePreviewsTests(PreviewTestCase):
    def test_a_coarse_try_on_of_the_garment_alone_on_each_model(self):
        garment = self.made(kind="bottom")

        bodies = self.submits()
        self.assertEqual([body["model"] for body in bodies], ["aitryon", "aitryon"])
        for body in bodies:
            self.assertIn(garment.flat.name, body["input"]["bottom_garment_url"])
            self.assertNotIn("top_garment_url", body["input"])
        for preview in garment.previews.all():
            self.assertEqual(preview.session.status, SessionStatus.COARSE_ONLY)
            self.assertIsNone(preview.session.shopper)
            self.assertTrue(private_storage().exists(preview.result.result_card.name))

    def test_one_after_the_other(self):
        want_previews(make_garment())

        self.poll()

        self.assertEqual(TryOnSession.objects.count(), 1)
        self.assertEqual(GarmentPreview.objects.wanted().count(), 1)

    def test_none_is_begun_while_a_shopper_waits(self):
        want_previews(make_garment())
        start()

        self.assertEqual(start_previews(), 0)

    @override_settings(TRYON_MAX_IN_FLIGHT=1, TRYON_PREVIEWS_AT_ONCE=2)
    def test_a_shopper_who_comes_later_goes_first(self):
        garment = make_garment()
        want_previews(garment)
        start_previews()
        rail = start(wants_refined=False)

        self.poll()

        (body,) = self.submits()
        self.assertIn(rail.top.flat.name, body["input"]["top_garment_url"])

    def test_another_flat_makes_them_anew(self):
        garment = self.made()
        files = [one.result.result.name for one in garment.previews.all()]
        sessions = set(garment.previews.values_list("session", flat=True))

        with self.captureOnCommitCallbacks(execute=True):
            replace_flat(garment, another_picture(), CheckResult())
        self.poll(4)

        made = set(garment.previews.values_list("session", flat=True))
        self.assertEqual(len(made), 2)
        self.assertFalse(made & sessions)
        self.assertFalse(any(map(private_storage().exists, files)))

    def test_a_failed_one_is_made_anew_when_asked_for(self):
        garment = make_garment()
        want_previews(garment)
        start_previews()
        session = TryOnSession.objects.get()
        session.mark_failed("oops")
        session.tasks.get().mark_failed("InternalError.Algo", "Broke.")

        self.assertEqual(retry_previews(garment), 1)
        self.poll(4)

        self.assertTrue(all(one.result for one in garment.previews.all()))

    def test_submitting_asks_for_them(self):
        garment = make_garment(status=ReviewStatus.DRAFT)

        submit_for_review(garment)

        self.assertEqual(garment.previews.count(), 2)


class NobodysTests(PreviewTestCase):
    def test_they_stay_when_the_looks_of_shoppers_go(self):
        garment = self.made()
        old = timezone.now() - timedelta(days=400)
        TryOnSession.objects.update(created_at=old)

        purge_expired()

        self.assertTrue(all(one.result for one in garment.previews.all()))

    def test_they_go_with_their_garment(self):
        garment = self.made()
        files = [one.result.result.name for one in garment.previews.all()]

        with self.captureOnCommitCallbacks(execute=True):
            delete_garments([garment])

        self.assertFalse(Garment.objects.exists())
        self.assertFalse(TryOnSession.objects.exists())
        self.assertFalse(any(map(private_storage().exists, files)))

    def test_they_go_with_their_house_model(self):
        garment = self.made(audience="men")
        PersonImage.objects.filter(pk=self.man.pk).delete()

        purge_expired()

        self.assertEqual(garment.previews.count(), 0)
        self.assertFalse(TryOnSession.objects.exists())

    def test_they_say_nothing_about_how_long_shoppers_wait(self):
        with override_settings(TRYON_PREVIEW_MODELS=6):
            for _ in range(3):
                self.made()

        self.assertIsNone(estimate_wait("coarse"))

    def test_nobody_retries_them_as_a_look(self):
        session = self.made().previews.first().session

        with self.assertRaisesMessage(ValidationError, "This is a preview"):
            retry_session(session)


class PreviewPageTests(PreviewTestCase):
    def setUp(self):
        super().setUp()
        self.merchant = make_merchant()
        self.client.force_login(self.merchant.user)

    def address(self, garment, name="merchant-previews"):
        return reverse(name, args=[garment.pk])

    def test_the_merchant_sees_them_fill_in(self):
        garment = make_garment(merchant=self.merchant, status=ReviewStatus.DRAFT)
        want_previews(garment)

        waiting = self.client.get(self.address(garment, "merchant-garment"))
        unchanged = self.client.get(self.address(garment), {"seen": "2-2-0"})
        self.poll(4)
        ready = self.client.get(self.address(garment), {"seen": "2-2-0"})

        self.assertContains(waiting, "Being dressed…", count=2)
        self.assertEqual(unchanged.status_code, 204)
        self.assertContains(ready, f"Ada wearing: {garment.name}")
        self.assertContains(ready, "The previews are ready.")
        self.assertNotContains(ready, "hx-get")

    def test_a_failed_one_can_be_asked_for_again(self):
        garment = make_garment(merchant=self.merchant, status=ReviewStatus.DRAFT)
        want_previews(garment)
        start_previews()
        TryOnSession.objects.get().mark_failed("oops")

        page = self.client.get(self.address(garment, "merchant-garment"))
        self.client.post(self.address(garment))

        self.assertContains(page, "Could not be made")
        self.assertContains(page, "Try the previews again")
        self.assertEqual(garment.previews.wanted().count(), 2)

    def test_another_merchants_previews_do_not_exist_here(self):
        garment = self.made()

        for method in (self.client.get, self.client.post):
            self.assertEqual(method(self.address(garment)).status_code, 404)

    def test_a_shoppers_look_of_the_garment_is_no_preview(self):
        garment = make_garment(merchant=self.merchant)
        look = make_session(top=garment)

        page = self.client.get(self.address(garment, "merchant-garment"))

        self.assertNotContains(page, "/files/")
        self.assertNotContains(page, str(look.public_id))
