"""The fitting room: outfit, person, consent; an unusable photo starts nothing."""

import logging
from datetime import timedelta

from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone

from shop.models import Audience, GarmentKind, PersonImage, Shopper, TryOnSession
from shop.outfits import tryon_url
from tests.check_server import check_server
from tests.factories import (
    make_garment,
    make_person_image,
    make_session,
    make_shopper,
)
from tests.hostile_files import jpeg

from .pages import Page

START = "/try-on/"
HTMX = {"HX-Request": "true"}
NOBODY = {"code": "no_person", "severity": "block", "message": "No person."}
DARK = {"code": "too_dark", "severity": "warn", "message": "Dark."}


class FittingRoomTestCase(TestCase):
    def setUp(self):
        self.top = make_garment(GarmentKind.TOP, slug="tee")
        self.bottom = make_garment(GarmentKind.BOTTOM, slug="jeans")
        self.dress = make_garment(GarmentKind.DRESS, slug="slip")
        self.model = make_person_image(is_house_model=True, name="Clara")

    def start(self, **fields):
        defaults = {"outfit": "pieces", "person": self.model.public_id}
        return self.client.post(START, defaults | fields)

    def be_shopper(self, **fields) -> Shopper:
        """The guest of this browser."""
        shopper = make_shopper(**fields)
        session = self.client.session
        session["shopper_id"] = shopper.pk
        session.save()
        return shopper

    def chosen(self, answer, name: str) -> list[str]:
        fields = Page(answer).all("input", type="radio", name=name)
        return [field["value"] for field in fields if "checked" in field]


class OpenTests(FittingRoomTestCase):
    def test_puts_on_what_the_address_says(self):
        answer = self.client.get(START, {"top": "tee", "bottom": "jeans"})

        self.assertEqual(self.chosen(answer, "outfit"), ["pieces"])
        self.assertEqual(self.chosen(answer, "top"), ["tee"])
        self.assertEqual(self.chosen(answer, "bottom"), ["jeans"])

    def test_a_dress_opens_its_rail_and_keeps_the_rest_chosen(self):
        answer = self.client.get(START, {"top": "tee", "dress": "slip"})

        self.assertEqual(self.chosen(answer, "outfit"), ["dress"])
        self.assertEqual(self.chosen(answer, "top"), ["tee"])
        self.assertContains(answer, "replaces top and bottom.")

    def test_a_house_model_is_chosen_so_that_one_more_tap_starts(self):
        answer = self.client.get(START, {"top": "tee"})

        self.assertEqual(self.chosen(answer, "person"), [str(self.model.public_id)])

    def test_menswear_comes_with_a_man(self):
        man = make_person_image(is_house_model=True, gender="man")
        make_garment(GarmentKind.TOP, slug="polo", audience=Audience.MEN)

        answer = self.client.get(START, {"top": "polo"})

        self.assertEqual(self.chosen(answer, "person"), [str(man.public_id)])
        self.assertEqual(self.chosen(answer, "gender"), ["man"])

    def test_an_own_photo_comes_before_a_model(self):
        photo = make_person_image(shopper=self.be_shopper())

        answer = self.client.get(START, {"top": "tee"})

        self.assertEqual(self.chosen(answer, "person"), [str(photo.public_id)])

    def test_shows_nobody_elses_photo_and_no_expired_one(self):
        other = make_person_image()
        late = make_person_image(shopper=self.be_shopper())
        PersonImage.objects.filter(pk=late.pk).update(expires_at=timezone.now())

        answer = self.client.get(START)

        self.assertNotContains(answer, other.public_id)
        self.assertNotContains(answer, late.public_id)

    def test_changing_a_piece_keeps_the_rest_and_can_be_undone(self):
        shirt = make_garment(GarmentKind.TOP, slug="shirt", name="Shirt")
        outfit = {"top": "tee", "bottom": "jeans", "person": self.model.public_id}

        (change,) = [
            card["href"]
            for card in Page(self.client.get("/", outfit | {"q": shirt.name})).all("a")
            if card["href"].startswith(START + "?") and "shirt" in card["href"]
        ]
        changed = self.client.get(change)
        (undo,) = Page(changed).all("a", **{"class": "undo__link"})
        undone = self.client.get(undo["href"])

        self.assertEqual(self.chosen(changed, "top"), ["shirt"])
        self.assertEqual(self.chosen(changed, "bottom"), ["jeans"])
        self.assertContains(changed, f"Taken off: {self.top.name}.")
        self.assertEqual(self.chosen(undone, "top"), ["tee"])
        self.assertEqual(self.chosen(undone, "bottom"), ["jeans"])
        self.assertEqual(self.chosen(undone, "person"), [str(self.model.public_id)])
        # Undoing can be undone.
        (redo,) = Page(undone).all("a", **{"class": "undo__link"})
        self.assertEqual(self.chosen(self.client.get(redo["href"]), "top"), ["shirt"])

    def test_a_dress_says_what_it_replaces(self):
        outfit = {"top": "tee", "bottom": "jeans"}

        answer = self.client.get(tryon_url(self.dress, outfit))

        self.assertContains(answer, "replaces top and bottom.")
        self.assertContains(answer, f"Taken off: {self.top.name}, {self.bottom.name}.")
        (undo,) = Page(answer).all("a", **{"class": "undo__link"})
        undone = self.client.get(undo["href"])
        self.assertEqual(self.chosen(undone, "outfit"), ["pieces"])

    def test_adding_a_piece_takes_nothing_off(self):
        answer = self.client.get(tryon_url(self.bottom, {"top": "tee"}))

        self.assertEqual(Page(answer).all("a", **{"class": "undo__link"}), [])

    def test_what_was_worn_is_only_believed_if_it_is_on_sale(self):
        for was in ("top=gone", "person=x", "top=%00", "&&=", "top=tee"):
            with self.subTest(was):
                answer = self.client.get(START, {"top": "tee", "was": was})
                self.assertEqual(Page(answer).all("a", **{"class": "undo__link"}), [])

    def test_offers_what_was_tried_last_and_is_not_on(self):
        shopper = self.be_shopper()
        make_session(shopper=shopper, top=self.dress)
        make_session(shopper=shopper, top=self.top, bottom=self.bottom)
        make_session(top=make_garment())  # somebody else's

        answer = self.client.get(START, {"bottom": "jeans"})

        names = [garment.slug for garment in answer.context["recent"]]
        self.assertEqual(names, ["tee", "slip"])
        links = Page(answer).all("a", **{"class": "piece carry carry--top"})
        self.assertEqual([a["href"] for a in links], [f"{START}?bottom=jeans&top=tee"])

    def test_consent_is_an_unticked_box_with_lifetime_and_policy(self):
        answer = self.client.get(START)

        (box,) = Page(answer).all("input", type="checkbox", name="consent")
        self.assertNotIn("checked", box)
        self.assertContains(answer, "deleted after 24 hours")
        self.assertTrue(Page(answer).all("a", href=reverse("privacy")))

    def test_asks_a_fixed_number_of_queries(self):
        self.client.get(START)
        with self.assertNumQueries(9):
            self.client.get(START, {"top": "tee"})
        for kind in GarmentKind:
            make_garment(kind)
        make_person_image(is_house_model=True)

        with self.assertNumQueries(9):
            self.client.get(START, {"top": "tee"})

    def test_creates_no_shopper(self):
        self.client.get(START)

        self.assertFalse(Shopper.objects.exists())


class StartTests(FittingRoomTestCase):
    def test_top_and_bottom_on_a_house_model_need_no_consent(self):
        answer = self.start(top="tee", bottom="jeans")

        session = TryOnSession.objects.get()
        self.assertRedirects(answer, session.get_absolute_url())
        self.assertEqual((session.top, session.bottom), (self.top, self.bottom))
        self.assertEqual(session.person_image, self.model)
        self.assertEqual(session.shopper.consent_version, "")

    def test_a_dress_goes_alone_whatever_else_is_chosen(self):
        self.start(outfit="dress", dress="slip", top="tee", bottom="jeans")

        session = TryOnSession.objects.get()
        self.assertEqual((session.top, session.bottom), (self.dress, None))

    def test_a_chosen_dress_waits_while_pieces_are_tried(self):
        self.start(outfit="pieces", dress="slip", bottom="jeans")

        session = TryOnSession.objects.get()
        self.assertEqual((session.top, session.bottom), (None, self.bottom))

    def test_the_model_says_how_the_refiner_fits(self):
        man = make_person_image(is_house_model=True, gender="man")

        self.start(top="tee", person=man.public_id)

        self.assertEqual(TryOnSession.objects.get().gender, "man")

    def assert_refused(self, answer, sentence: str):
        self.assertContains(answer, sentence)
        self.assertFalse(TryOnSession.objects.exists())

    def test_refuses_an_empty_outfit(self):
        self.assert_refused(self.start(), "Please choose a top, a bottom or a dress")

    def test_refuses_a_piece_that_is_no_longer_on_sale(self):
        self.top.archive()

        self.assert_refused(self.start(top="tee"), "no longer on sale")

    def test_refuses_a_top_as_a_bottom(self):
        self.assert_refused(self.start(bottom="tee"), "no longer on sale")

    def test_refuses_somebody_elses_photo(self):
        other = make_person_image()
        self.be_shopper()

        answer = self.start(top="tee", person=other.public_id)

        self.assert_refused(answer, "no longer kept")

    def test_refuses_nonsense_instead_of_a_person(self):
        self.assert_refused(self.start(top="tee", person="x"), "no longer kept")

    def test_keeps_the_choice_when_something_is_missing(self):
        answer = self.start(top="tee", person="")

        self.assertEqual(self.chosen(answer, "top"), ["tee"])


class ConsentTests(FittingRoomTestCase):
    def setUp(self):
        super().setUp()
        self.shopper = self.be_shopper()
        self.photo = make_person_image(shopper=self.shopper)

    def test_an_own_photo_needs_consent(self):
        answer = self.start(top="tee", person=self.photo.public_id)

        self.assertContains(answer, "Please tick the box first")
        self.assertFalse(TryOnSession.objects.exists())

    def test_what_was_agreed_is_stored_with_the_session(self):
        before = timezone.now()

        self.start(top="tee", person=self.photo.public_id, consent="on")

        session = TryOnSession.objects.get()
        self.assertEqual(session.consent_version, settings.TRYON_CONSENT_VERSION)
        self.assertGreaterEqual(session.consented_at, before)

    def test_is_not_asked_twice_for_the_same_text(self):
        self.shopper.consent()

        self.start(top="tee", person=self.photo.public_id)

        self.assertEqual(TryOnSession.objects.count(), 1)
        page = Page(self.client.get(START))
        self.assertEqual(page.all("input", name="consent"), [])

    def test_a_new_text_asks_again(self):
        self.shopper.consent()
        with override_settings(TRYON_CONSENT_VERSION="2027-01"):
            answer = self.start(top="tee", person=self.photo.public_id)

            self.assertContains(answer, "Please tick the box first")
            boxes = Page(answer).all("input", name="consent", form="tryon-form")
            self.assertEqual(len(boxes), 1)


class PhotoUploadTests(FittingRoomTestCase):
    def upload(self, content: bytes | None = None, headers=None, **fields):
        photo = SimpleUploadedFile("me.jpg", content or jpeg(), "image/jpeg")
        fields = {"photo": photo, "gender": "woman", "consent": "on"} | fields
        fields = {name: value for name, value in fields.items() if value is not None}
        return self.client.post(reverse("photo-upload"), fields, headers=headers)

    def test_stores_the_photo_and_comes_back_with_it_chosen(self):
        with check_server():
            answer = self.upload(top="tee", gender="man")

        photo = PersonImage.objects.get(is_house_model=False)
        self.assertEqual(photo.gender, "man")
        self.assertLess(photo.expires_at, timezone.now() + timedelta(hours=25))
        self.assertRedirects(answer, f"{START}?top=tee&person={photo.public_id}")
        self.assertTrue(photo.shopper.has_consented)

    def test_answers_htmx_with_the_photo_in_place(self):
        with check_server() as server:
            server.findings = [DARK]
            answer = self.upload(headers=HTMX)

        photo = PersonImage.objects.get(is_house_model=False)
        self.assertTemplateNotUsed(answer, "base.html")
        self.assertEqual(self.chosen(answer, "person"), [str(photo.public_id)])
        self.assertContains(answer, "rather dark")

    def test_tells_all_that_could_be_better_the_weightiest_first(self):
        codes = ("too_dark", "blurred", "arms_crossed", "feet_cut_off", "too_small")
        with check_server() as server:
            server.findings = [DARK | {"code": code} for code in codes]
            answer = self.upload(headers=HTMX)

        text = answer.content.decode()
        said = ("Your feet are not", "Your arms cover", "rather dark", "is blurred")
        self.assertEqual(sorted(said, key=text.index), list(said))
        self.assertNotIn("The photo is small", text)  # enough is enough

    def test_a_warning_can_be_overruled(self):
        with check_server() as server:
            server.findings = [DARK]
            self.upload()
        photo = PersonImage.objects.get(is_house_model=False)

        self.start(top="tee", person=photo.public_id)

        self.assertEqual(TryOnSession.objects.get().person_image, photo)

    def assert_nothing_kept(self, answer, sentence: str):
        self.assertContains(answer, sentence)
        self.assertFalse(PersonImage.objects.filter(is_house_model=False).exists())
        self.assertFalse(Shopper.objects.exists())

    def test_a_hard_finding_blocks_with_what_to_do(self):
        for headers in (HTMX, None):
            with self.subTest(headers), check_server() as server:
                server.findings = [DARK, NOBODY]
                answer = self.upload(headers=headers)

                self.assert_nothing_kept(answer, "We see nobody in this photo.")
                self.assertNotContains(answer, "rather dark")

    def test_without_consent_the_photo_is_not_even_looked_at(self):
        with check_server() as server:
            answer = self.upload(consent=None)

        self.assert_nothing_kept(answer, "Please tick the box first")
        self.assertEqual(server.asked, [])

    def test_refuses_what_is_no_picture(self):
        with check_server() as server:
            answer = self.upload(b"%PDF-1.7 not a picture at all")

        self.assert_nothing_kept(answer, "not a picture that we can read")
        self.assertEqual(server.asked, [])

    def test_says_so_when_the_check_is_down(self):
        logging.disable(logging.WARNING)
        self.addCleanup(logging.disable, logging.NOTSET)
        with check_server() as server:
            server.status = 500
            answer = self.upload()

        self.assert_nothing_kept(answer, "We cannot check photos right now.")

    def test_wants_a_file(self):
        answer = self.upload(photo=None)

        self.assert_nothing_kept(answer, "Please choose a photo first.")


class PhotoDeleteTests(FittingRoomTestCase):
    def test_deletes_the_photo_and_its_files(self):
        photo = make_person_image(shopper=self.be_shopper())
        storage, name = photo.image.storage, photo.image.name
        url = reverse("photo-delete", args=[photo.public_id])

        with self.captureOnCommitCallbacks(execute=True):
            answer = self.client.post(url, {"top": "tee"})

        self.assertRedirects(answer, f"{START}?top=tee")
        self.assertFalse(PersonImage.objects.filter(pk=photo.pk).exists())
        self.assertFalse(storage.exists(name))

    def test_finds_nobody_elses_photo_and_no_house_model(self):
        self.be_shopper()
        for person in (make_person_image(), self.model):
            answer = self.client.post(reverse("photo-delete", args=[person.public_id]))
            self.assertEqual(answer.status_code, 404)
            self.assertTrue(PersonImage.objects.filter(pk=person.pk).exists())
