"""The merchant's way: a shop, a flat, its verdict, a review; and what stays private."""

import logging

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from shop.flat_marks import marks_of
from shop.models import Garment, GarmentDay, Merchant, ReviewStatus, User
from shop.services import reviews
from tests.check_server import check_server
from tests.factories import (
    PASSWORD,
    make_garment,
    make_merchant,
    make_user,
)
from tests.hostile_files import encoded, jpeg, png_bomb, scene

from .pages import Page

BLOCKED = {"code": "no_garment", "severity": "block", "message": "No garment."}
DARK = {"code": "too_dark", "severity": "warn", "message": "Dark."}


def upload(content: bytes = b"", name: str = "flat.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content or jpeg(), "image/jpeg")


def details(**fields) -> dict:
    return {
        "kind": "dress",
        "audience": "women",
        "name": "Linen dress",
        "name_zh": "亚麻连衣裙",
        "description": "Airy.",
        "description_zh": "",
        "price": "129.00",
        "currency": "EUR",
        "product_url": "shop.example/dress",
    } | fields


def messages_of(answer) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


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


class MerchantCase(TestCase):
    def setUp(self):
        self.merchant = make_merchant()
        self.client.force_login(self.merchant.user)
        self.server = self.enterContext(check_server())

    def garment(self, status=ReviewStatus.DRAFT, **fields):
        return make_garment(status=status, merchant=self.merchant, **fields)

    def post(self, url_name, *args, data=None):
        return self.client.post(reverse(url_name, args=args), data or {}, follow=True)

    def move(self, garment, arrow):
        answer = self.post("merchant-garment-move", garment.pk, arrow)
        garment.refresh_from_db()
        return answer


class UploadFlatTests(MerchantCase):
    def test_a_flat_becomes_a_draft_with_its_kind_recognised(self):
        self.server.facts = {"category": "dress", "sleeve": "short"}
        self.server.findings = [DARK]

        answer = self.post("merchant-garment-new", data={"flats": [upload()]})

        garment = Garment.objects.get()
        self.assertRedirects(answer, reverse("merchant-garment", args=[garment.pk]))
        self.assertEqual(garment.status, ReviewStatus.DRAFT)
        self.assertEqual(garment.kind, "dress")
        self.assertEqual(garment.merchant, self.merchant)
        self.assertContains(answer, "Recognised on the picture: Dress, short sleeves.")
        self.assertContains(answer, "The picture is rather dark.")

    def test_a_jumpsuit_is_worn_instead_of_both_and_called_so(self):
        self.server.facts = {"category": "dress", "kind": "jumpsuit", "sleeve": "none"}

        answer = self.post("merchant-garment-new", data={"flats": [upload()]})

        self.assertEqual(Garment.objects.get().kind, "dress")
        self.assertContains(answer, "Recognised on the picture: Jumpsuit, no sleeves.")

    def test_several_flats_become_several_drafts(self):
        answer = self.post(
            "merchant-garment-new",
            data={"flats": [upload(), upload(encoded(scene((320, 400)), "PNG"))]},
        )

        self.assertContains(answer, "The picture is good: nothing to mend.", count=2)
        self.assertEqual(Garment.objects.count(), 2)

    def test_tells_by_name_what_is_wrong_and_keeps_the_good_ones(self):
        answer = self.post(
            "merchant-garment-new",
            data={"flats": [upload(png_bomb(), "bomb.png"), upload()]},
        )

        self.assertContains(answer, "bomb.png")
        self.assertContains(answer, "This picture has more than 64 million")
        garment = Garment.objects.get()
        self.assertContains(answer, reverse("merchant-garment", args=[garment.pk]))

    def test_an_empty_file_is_told_by_name(self):
        empty = SimpleUploadedFile("empty.jpg", b"", "image/jpeg")

        answer = self.post("merchant-garment-new", data={"flats": [empty]})

        self.assertContains(answer, "empty.jpg")
        self.assertContains(answer, "This file is empty.")

    def test_no_file_and_too_many_files(self):
        nothing = self.post("merchant-garment-new")
        many = self.post(
            "merchant-garment-new", data={"flats": [upload() for _ in range(11)]}
        )

        self.assertContains(nothing, "Please choose a picture first.")
        self.assertContains(many, "Please choose at most ten pictures at a time.")
        self.assertFalse(Garment.objects.exists())

    def test_a_picture_that_the_shop_has_already_makes_no_second_draft(self):
        self.post("merchant-garment-new", data={"flats": [upload()]})

        answer = self.post("merchant-garment-new", data={"flats": [upload()]})

        garment = Garment.objects.get()
        self.assertRedirects(answer, reverse("merchant-garment", args=[garment.pk]))
        self.assertEqual(len(self.server.asked), 1)

    def test_two_shops_may_have_the_same_picture(self):
        other = make_merchant()
        self.post("merchant-garment-new", data={"flats": [upload()]})
        self.client.force_login(other.user)

        self.post("merchant-garment-new", data={"flats": [upload()]})

        self.assertEqual(other.garments.count(), 1)
        self.assertEqual(self.merchant.garments.count(), 1)

    def test_keeps_nothing_that_could_not_be_checked(self):
        logging.disable(logging.WARNING)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.server.status = 500

        answer = self.post("merchant-garment-new", data={"flats": [upload()]})

        self.assertContains(answer, "Please try again in a minute.")
        self.assertFalse(Garment.objects.exists())

    def test_a_bad_flat_is_kept_with_its_reason_but_cannot_be_submitted(self):
        self.server.findings = [BLOCKED]
        self.post("merchant-garment-new", data={"flats": [upload()]})
        garment = Garment.objects.get()

        answer = self.post("merchant-garment", garment.pk, data=details(submit=""))

        garment.refresh_from_db()
        self.assertEqual(garment.status, ReviewStatus.DRAFT)
        self.assertEqual(garment.name, "Linen dress")
        self.assertContains(answer, "We see no garment in this picture.")
        self.assertIn(
            "Please replace the picture: it cannot be tried on as it is.",
            messages_of(answer),
        )

    def test_another_flat_replaces_verdict_and_picture(self):
        garment = self.garment(findings=[BLOCKED])
        before = garment.flat.name
        self.server.facts = {"category": "bottom"}

        self.post("merchant-flat", garment.pk, data={"flat": upload()})

        garment.refresh_from_db()
        self.assertNotEqual(garment.flat.name, before)
        self.assertEqual(garment.findings, [])
        self.assertEqual(garment.facts, {"category": "bottom"})

    def test_a_refused_flat_leaves_the_old_one(self):
        garment = self.garment()
        before = garment.flat.name

        answer = self.post(
            "merchant-flat", garment.pk, data={"flat": upload(b"<html>")}
        )

        garment.refresh_from_db()
        self.assertContains(answer, "This file is not a picture that we can read.")
        self.assertEqual(garment.flat.name, before)
        self.assertEqual(self.server.asked, [])


class BulkUploadTests(MerchantCase):
    """One request for each picture, as the script sends them."""

    def send(self, *files):
        return self.client.post(reverse("merchant-flat-upload"), {"flats": files})

    def verdict(self, answer):
        (line,) = Page(answer).all("li")
        return line["class"].removeprefix("verdict verdict--")

    def test_each_picture_gets_a_line_with_its_verdict(self):
        for findings, grade, sentence in (
            ([], "good", "The picture is good"),
            ([DARK], "warn", "The picture is rather dark."),
            ([BLOCKED], "bad", "We see no garment in this picture."),
        ):
            with self.subTest(grade):
                self.server.findings = findings
                Garment.objects.all().delete()

                answer = self.send(upload(name=f"{grade}.jpg"))

                self.assertEqual(self.verdict(answer), grade)
                self.assertContains(answer, f"{grade}.jpg")
                self.assertContains(answer, sentence)
                garment = Garment.objects.get()
                address = reverse("merchant-garment", args=[garment.pk])
                self.assertContains(answer, address)

    def test_all_that_is_to_be_mended_is_said_what_blocks_first(self):
        self.server.findings = [DARK, BLOCKED]

        text = self.send(upload()).content.decode()

        self.assertLess(text.index("We see no garment"), text.index("rather dark"))

    def test_what_is_no_picture_is_refused_politely(self):
        for files in ([upload(b"<html>", "page.jpg")], []):
            with self.subTest(files=len(files)):
                answer = self.send(*files)
                self.assertEqual(self.verdict(answer), "bad")
        self.assertFalse(Garment.objects.exists())

    def test_a_name_is_shown_and_never_run(self):
        answer = self.send(upload(name="<img src=x onerror=alert(1)>.jpg"))

        self.assertEqual(Page(answer).refused_by_csp, [])
        self.assertNotContains(answer, "<img src=x")

    def test_can_be_sent_again_when_nobody_checks(self):
        logging.disable(logging.WARNING)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.server.status = 500

        answer = self.send(upload())

        self.assertContains(answer, "data-retry")
        self.assertFalse(Garment.objects.exists())

    def test_is_posted_and_for_merchants(self):
        address = reverse("merchant-flat-upload")
        self.assertEqual(self.client.get(address).status_code, 405)
        self.client.force_login(make_user())

        self.assertRedirects(self.send(upload()), reverse("merchant-sign-up"))
        self.assertFalse(Garment.objects.exists())


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


class FlatMarksTests(TestCase):
    def test_draws_outline_key_points_and_what_was_found(self):
        garment = make_garment(
            facts={
                "outline": [[10.4, 20], [30, 40.6]],
                "keypoints": {"left_hem": [5, 6, 0.9]},
            },
            findings=[{"code": "cut_off", "box": [1, 2, 11, 22], "points": [[7, 8]]}],
        )

        marks = marks_of(garment)

        self.assertEqual(marks.view_box, "0 0 300 400")
        self.assertEqual(marks.outline, "10,20 30,41")
        self.assertEqual(marks.points, [(7, 8), (5, 6)])
        self.assertEqual([spot.box for spot in marks.spots], [(1, 2, 10, 20)])

    def test_nothing_found_draws_nothing(self):
        self.assertFalse(marks_of(make_garment(findings=[{"box": None, "points": []}])))


def garments_form(garment, data):
    from shop.forms.garments import GarmentForm

    form = GarmentForm(data, instance=garment)
    assert form.is_valid(), form.errors
    return form
