"""The merchant's way: a shop, its garments through review, its pages."""

from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from shop.models import Garment, GarmentDay, Merchant, ReviewStatus, User
from shop.services import reviews
from tests.factories import PASSWORD, make_garment, make_merchant, make_user

from .merchant_case import MerchantCase, details, messages_of, upload


class JoinTests(TestCase):
    def test_a_guest_gets_account_and_shop_in_one_step(self):
        answer = self.client.post(
            reverse("merchant-sign-up"),
            {
                "shop_name": "Nordic Threads",
                "website": "nordic.example",
                "email": "ann@example.com",
                "password1": PASSWORD,
                "password2": PASSWORD,
            },
        )

        self.assertRedirects(answer, reverse("merchant-garment-new"))
        merchant = Merchant.objects.get()
        self.assertEqual(merchant.slug, "nordic-threads")
        self.assertEqual(merchant.website, "https://nordic.example")
        self.assertEqual(merchant.user.email, "ann@example.com")
        self.assertEqual(int(self.client.session["_auth_user_id"]), merchant.user.pk)

    def test_a_shopper_turns_the_own_account_into_a_merchant(self):
        user = make_user()
        self.client.force_login(user)

        self.client.post(reverse("merchant-sign-up"), {"shop_name": "雅衣"})

        self.assertEqual(user.merchant.shop_name, "雅衣")
        self.assertTrue(user.merchant.slug.startswith("shop-"))
        self.assertEqual(User.objects.count(), 1)

    def test_says_all_that_is_wrong_and_creates_nothing(self):
        make_merchant(shop_name="Taken")

        answer = self.client.post(
            reverse("merchant-sign-up"), {"shop_name": "TAKEN", "email": "nonsense"}
        )

        self.assertContains(answer, "Another shop has this name already.")
        self.assertTrue(answer.context["account"].errors["email"])
        self.assertEqual(Merchant.objects.count(), 1)
        self.assertEqual(User.objects.count(), 1)

    def test_a_merchant_goes_to_the_own_shop(self):
        self.client.force_login(make_merchant().user)

        answer = self.client.get(reverse("merchant-sign-up"))

        self.assertRedirects(answer, reverse("merchant-dashboard"))

    def test_only_merchants_have_a_dashboard(self):
        address = reverse("merchant-dashboard")

        guest = self.client.get(address)
        self.assertRedirects(guest, f"{reverse('sign-in')}?next={address}")
        self.client.force_login(make_user())
        shopper = self.client.get(address)

        self.assertRedirects(shopper, reverse("merchant-sign-up"))


class EditGarmentTests(MerchantCase):
    def test_saves_what_the_merchant_says(self):
        garment = self.garment(slug="draft-1", name="", price=0)

        self.post("merchant-garment", garment.pk, data=details())

        garment.refresh_from_db()
        self.assertEqual(garment.slug, "linen-dress")
        self.assertEqual(garment.name_zh, "亚麻连衣裙")
        self.assertEqual(str(garment.price), "129.00")
        self.assertEqual(garment.product_url, "https://shop.example/dress")
        self.assertEqual(garment.status, ReviewStatus.DRAFT)

    def test_refuses_nonsense(self):
        garment = self.garment()

        answer = self.post(
            "merchant-garment",
            garment.pk,
            data=details(name="", price="0", product_url="javascript:alert(1)"),
        )

        self.assertEqual(
            set(answer.context["form"].errors), {"name", "price", "product_url"}
        )
        garment.refresh_from_db()
        self.assertNotEqual(garment.name, "")

    def test_an_address_stays_once_it_was_chosen(self):
        garment = self.garment(slug="old-name")

        self.post("merchant-garment", garment.pk, data=details())

        garment.refresh_from_db()
        self.assertEqual(garment.slug, "old-name")

    def test_saving_never_moves_the_status_back(self):
        garment = self.garment(slug="draft-1")
        stale = Garment.objects.get()
        garment.submit_for_review()
        form = garments_form(stale, details())

        form.save()

        garment.refresh_from_db()
        self.assertEqual(garment.status, ReviewStatus.IN_REVIEW)

    def test_what_is_in_review_or_on_sale_cannot_be_changed(self):
        for status in ("in_review", "published", "archived"):
            with self.subTest(status):
                garment = self.garment(status)
                name, flat = garment.name, garment.flat.name

                page = self.client.get(reverse("merchant-garment", args=[garment.pk]))
                self.post("merchant-garment", garment.pk, data=details())
                self.post("merchant-flat", garment.pk, data={"flat": upload()})

                garment.refresh_from_db()
                self.assertNotContains(page, 'name="price"')
                self.assertEqual((garment.name, garment.flat.name), (name, flat))


class ReviewTests(MerchantCase):
    def test_the_whole_way(self):
        garment = self.garment(slug="draft-1")

        self.post("merchant-garment", garment.pk, data=details(submit=""))
        garment.refresh_from_db()
        self.assertEqual(garment.status, ReviewStatus.IN_REVIEW)
        self.move(garment, "take-back")
        self.assertEqual(garment.status, ReviewStatus.DRAFT)
        self.move(garment, "submit")
        reviews.reject(garment, make_user(), [], "The hem is cut off.")
        page = self.client.get(reverse("merchant-garment", args=[garment.pk]))
        self.assertContains(page, "The hem is cut off.")
        self.move(garment, "submit")
        self.assertEqual(garment.rejection_reason, "")
        reviews.approve(garment, make_user())
        self.move(garment, "archive")
        self.assertEqual(garment.status, ReviewStatus.ARCHIVED)
        self.move(garment, "restore")
        self.assertEqual(garment.status, ReviewStatus.DRAFT)

    def test_submitting_names_what_is_missing(self):
        garment = self.garment(name="", price=0)

        answer = self.move(garment, "submit")

        self.assertEqual(garment.status, ReviewStatus.DRAFT)
        self.assertEqual(
            messages_of(answer),
            ["Please give the garment a name.", "Please give the garment a price."],
        )

    def test_an_impossible_arrow_is_a_sentence(self):
        garment = self.garment(ReviewStatus.PUBLISHED)

        for arrow in ("take-back", "restore", "submit"):
            answer = self.move(garment, arrow)
            self.assertEqual(garment.status, ReviewStatus.PUBLISHED)
            self.assertEqual(len(messages_of(answer)), 1)

    def test_arrows_are_posted_and_known(self):
        garment = self.garment()
        address = reverse("merchant-garment-move", args=[garment.pk, "archive"])

        self.assertEqual(self.client.get(address).status_code, 405)
        self.assertEqual(
            self.post("merchant-garment-move", garment.pk, "publish").status_code, 404
        )
        garment.refresh_from_db()
        self.assertEqual(garment.status, ReviewStatus.DRAFT)


class DashboardTests(MerchantCase):
    def test_counts_the_own_garments_by_state(self):
        self.garment(name="Mine")
        self.garment(ReviewStatus.PUBLISHED)
        self.garment(ReviewStatus.PUBLISHED)
        make_garment(name="Not mine")

        answer = self.client.get(reverse("merchant-dashboard"))

        self.assertEqual(
            answer.context["states"],
            [("draft", "Draft", 1), ("published", "Published", 2)],
        )
        self.assertContains(answer, "Mine")
        self.assertNotContains(answer, "Not mine")

    def test_filters_by_state_and_ignores_nonsense(self):
        self.garment(name="Sketch")
        self.garment(ReviewStatus.PUBLISHED, name="On sale")
        address = reverse("merchant-dashboard")

        drafts = self.client.get(address, {"status": "draft"})
        nonsense = self.client.get(address, {"status": "x", "page": "y"})

        self.assertContains(drafts, "Sketch")
        self.assertNotContains(drafts, "On sale")
        self.assertContains(nonsense, "On sale")

    def test_asks_as_many_queries_for_one_garment_as_for_twenty(self):
        self.garment()
        with self.assertNumQueries(9):
            self.client.get(reverse("merchant-dashboard"))
        for _ in range(19):
            self.garment()
        with self.assertNumQueries(9):
            self.client.get(reverse("merchant-dashboard"))

    def test_profile_changes_the_shop_and_keeps_its_address(self):
        slug = self.merchant.slug

        self.post("merchant-profile", data={"shop_name": "New name"})

        self.merchant.refresh_from_db()
        self.assertEqual(self.merchant.shop_name, "New name")
        self.assertEqual(self.merchant.slug, slug)


class BulkTests(MerchantCase):
    def step(self, step, *garments, **data):
        data = {"garment": [garment.pk for garment in garments]} | data
        return self.post("merchant-garments-bulk", step, data=data)

    def states(self):
        return list(
            self.merchant.garments.order_by("pk").values_list("status", flat=True)
        )

    def test_submits_the_chosen_ones_that_are_complete(self):
        chosen = [self.garment(), self.garment(name=""), self.garment()]
        self.garment()

        answer = self.step("submit", *chosen)

        self.assertEqual(self.states(), ["in_review", "draft", "in_review", "draft"])
        self.assertEqual(
            messages_of(answer),
            [
                "2 garments submitted. We look at them soon.",
                "1 garment was left as it is: open it to see what is missing.",
            ],
        )

    def test_submits_all_drafts(self):
        for status in ("draft", "rejected", "draft", "archived"):
            self.garment(status)

        self.step("submit", all="draft")

        self.assertEqual(
            self.states(), ["in_review", "rejected", "in_review", "archived"]
        )

    def test_archives_and_restores(self):
        chosen = [self.garment("published"), self.garment("in_review")]

        self.step("archive", *chosen)
        self.assertEqual(self.states(), ["archived", "in_review"])
        self.step("restore", *chosen)

        self.assertEqual(self.states(), ["draft", "in_review"])

    def test_stays_on_the_rail_as_it_was_filtered(self):
        answer = self.step("submit", self.garment(), status="draft")

        self.assertRedirects(answer, reverse("merchant-dashboard") + "?status=draft")

    def test_other_merchants_garments_stay_as_they_are(self):
        other = make_garment(status=ReviewStatus.DRAFT)

        for data in ({}, {"all": "draft"}):
            answer = self.step("submit", other, **data)
            other.refresh_from_db()
            self.assertEqual(other.status, ReviewStatus.DRAFT)
            self.assertEqual(
                messages_of(answer), ["Please choose some garments first."]
            )

    def test_nonsense_chooses_nothing(self):
        self.garment()

        self.step("submit", garment=["x", "-1", "9" * 40, "\u0663"], all="x")

        self.assertEqual(self.states(), ["draft"])
        self.assertEqual(self.step("publish").status_code, 404)


class UsageTests(MerchantCase):
    def test_shows_what_was_counted_of_the_garment(self):
        garment = self.garment(ReviewStatus.PUBLISHED)
        GarmentDay.objects.create(
            garment=garment, day=timezone.localdate(), tried_on=2, kept=1, clicks=3
        )

        page = self.client.get(reverse("merchant-garment", args=[garment.pk]))

        self.assertContains(page, "2 times, 1 look kept, 3 clicks to buy")


class FormTests(MerchantCase):
    def test_every_form_carries_its_token(self):
        pages = [
            reverse("merchant-profile"),
            reverse("merchant-garment-new"),
            *(
                reverse("merchant-garment", args=[self.garment(status).pk])
                for status in ReviewStatus.values
            ),
        ]
        for address in pages:
            with self.subTest(address):
                page = self.client.get(address).content.decode()
                forms = page.count('method="post"')
                self.assertGreater(forms, 1)
                self.assertEqual(page.count("csrfmiddlewaretoken"), forms)


def garments_form(garment, data):
    from shop.forms.garments import GarmentForm

    form = GarmentForm(data, instance=garment)
    assert form.is_valid(), form.errors
    return form
