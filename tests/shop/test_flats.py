"""A merchant's flats: uploaded one by one or many at once, each with its verdict."""

import logging

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from shop.models import Garment, ReviewStatus
from tests.factories import make_merchant, make_user
from tests.hostile_files import encoded, png_bomb, scene

from .merchant_case import MerchantCase, details, messages_of, upload
from .pages import Page

BLOCKED = {"code": "no_garment", "severity": "block", "message": "No garment."}
DARK = {"code": "too_dark", "severity": "warn", "message": "Dark."}


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
