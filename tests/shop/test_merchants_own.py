"""Whose pages they are: every address of the merchants, with each kind of visitor.

The table is the list of addresses itself, so that a new one is looked at too.
"""

import io
import re

from django.test import TestCase
from django.urls import reverse

from shop import merchant_urls
from shop.models import (
    Garment,
    GarmentPreview,
    ReviewStatus,
    SessionStatus,
    Stage,
    TaskState,
)
from shop.services.import_jobs import start_import
from shop.storages import name_from_token
from tests.archives import picture, table, zipped
from tests.factories import (
    make_garment,
    make_merchant,
    make_person_image,
    make_session,
    make_task,
    make_user,
)

# For whoever has no shop yet.
FOR_ALL = {"merchant-sign-up"}
# What the addresses may hold besides numbers of rows.
STEPS = {"arrow": "archive", "step": "archive"}


class MerchantAddressesTests(TestCase):
    def setUp(self):
        self.owner = make_merchant(shop_name="The owner's shop")
        self.garment = make_garment(
            status=ReviewStatus.DRAFT,
            merchant=self.owner,
            name="The owner's draft",
            facts={"keypoints": {"left_hem": [1, 2, 0.9]}},
        )
        self.job = start_import(
            self.owner,
            table("owners-sku,1.jpg,Tee,99,top"),
            io.BytesIO(zipped({"1.jpg": picture()})),
        )

    def addresses(self):
        """(name, address, whether it is about a row of the owner's)"""
        rows = {"pk": self.garment.pk, "public_id": self.job.public_id}
        for pattern in merchant_urls.urlpatterns:
            names = pattern.pattern.converters
            values = {name: (rows | STEPS)[name] for name in names}
            about_row = bool(rows.keys() & values.keys())
            yield pattern.name, reverse(pattern.name, kwargs=values), about_row

    def visit(self, *methods):
        """(what was asked, the answer, whether it is about a row of the owner's)"""
        # As much as an honest form would send.
        data = {"garment": self.garment.pk, "name": "Taken over"}
        return [
            (f"{method} {name}", getattr(self.client, method)(address, data), about_row)
            for method in methods
            for name, address, about_row in self.addresses()
            if name not in FOR_ALL
        ]

    def assert_untouched(self):
        self.garment.refresh_from_db()
        self.job.refresh_from_db()
        self.assertEqual(self.garment.status, ReviewStatus.DRAFT)
        self.assertEqual(self.garment.name, "The owner's draft")
        self.assertEqual(self.garment.keypoints, {})
        self.assertEqual(self.job.next_row, 0)
        self.assertEqual(Garment.objects.filter(merchant=self.owner).count(), 1)

    def test_a_guest_is_asked_to_sign_in(self):
        for asked, answer, _about_row in self.visit("get", "post"):
            if answer.status_code != 405:
                with self.subTest(asked):
                    self.assertEqual(answer.status_code, 302)
                    self.assertTrue(answer["Location"].startswith(reverse("sign-in")))
        self.assert_untouched()

    def test_a_shopper_is_asked_to_open_a_shop(self):
        self.client.force_login(make_user())
        for asked, answer, _about_row in self.visit("get", "post"):
            if answer.status_code != 405:
                with self.subTest(asked):
                    self.assertRedirects(answer, reverse("merchant-sign-up"))
        self.assert_untouched()

    def test_another_merchant_learns_nothing_and_changes_nothing(self):
        self.client.force_login(make_merchant().user)
        for asked, answer, about_row in self.visit("get", "post"):
            with self.subTest(asked):
                # Statistics are asked about the owner's garment here.
                is_lost = about_row or "statistics" in asked
                allowed = (404, 405) if is_lost else (200, 302, 405)
                self.assertIn(answer.status_code, allowed)
                if answer.status_code == 200:
                    for word in ("owner&#x27;s", "owners-sku", str(self.job.public_id)):
                        self.assertNotContains(answer, word)
        self.assert_untouched()

    def test_its_owner_finds_every_one(self):
        self.client.force_login(self.owner.user)
        for asked, answer, _about_row in self.visit("get"):
            with self.subTest(asked):
                self.assertIn(answer.status_code, (200, 405))


class PhotosTests(TestCase):
    """Of all pictures that are private, a merchant sees the own previews only."""

    def setUp(self):
        self.merchant = make_merchant()
        self.client.force_login(self.merchant.user)
        self.garment = make_garment(merchant=self.merchant, status=ReviewStatus.DRAFT)

    def worn(self, **fields):
        session = make_session(
            top=self.garment, status=SessionStatus.COARSE_ONLY, **fields
        )
        return make_task(TaskState.SUCCEEDED, session=session, stage=Stage.COARSE)

    def test_previews_are_shown_and_nothing_of_shoppers(self):
        photo = make_person_image()
        look = self.worn(person_image=photo, shopper=photo.shopper, is_kept=True)
        model = make_person_image(is_house_model=True, name="Ada")
        preview = self.worn(person_image=model, shopper=None)
        GarmentPreview.objects.create(
            garment=self.garment, person_image=model, session=preview.session
        )
        seen = set()
        for name, args in (
            ("merchant-dashboard", []),
            ("merchant-garment", [self.garment.pk]),
            ("merchant-previews", [self.garment.pk]),
            ("merchant-garment-new", []),
            ("merchant-statistics", []),
            ("merchant-import-new", []),
            ("merchant-profile", []),
        ):
            page = self.client.get(reverse(name, args=args)).content.decode()
            self.assertNotIn(str(photo.public_id), page)
            self.assertNotIn(str(look.session.public_id), page)
            seen |= set(map(name_from_token, re.findall(r'/files/([^"?]+)"', page)))

        self.assertEqual(seen, {preview.result.name})
