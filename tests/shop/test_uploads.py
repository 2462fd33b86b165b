"""Uploads: what the check says of them, and what is stored."""

import io
import logging
from datetime import timedelta
from pathlib import Path

from django.test import TestCase, override_settings
from django.utils import timezone
from PIL import Image

from shop.models import PersonImage
from shop.pictures import CleanPicture, clean_picture
from shop.services import uploads
from tests.check_server import check_server
from tests.factories import make_garment, make_shopper
from tests.hostile_files import file_named


def cleaned(name: str) -> CleanPicture:
    return clean_picture(io.BytesIO(file_named(name)))


def content_of(field) -> bytes:
    with field.storage.open(field.name) as file:
        return file.read()


def picture_in(field) -> Image.Image:
    return Image.open(io.BytesIO(content_of(field)))


class CheckPictureTests(TestCase):
    def setUp(self):
        self.picture = cleaned("no_name")

    def test_asks_the_engine_with_the_picture_itself(self):
        with check_server() as server:
            server.facts = {"kind": "top"}
            result = uploads.check_picture(self.picture, "garment")

        self.assertEqual(len(server.asked), 1)
        asked = server.asked[0]
        self.assertEqual(asked["parameters"], {"kind": "garment"})
        self.assertEqual(asked["input"]["image_url"], self.picture.data_url)
        self.assertEqual(result.facts, {"kind": "top"})
        self.assertTrue(result.is_usable)

    def test_blocking_findings_make_it_unusable(self):
        with check_server() as server:
            server.findings = [
                {"code": "too_dark", "severity": "warn", "message": "Dark."},
                {"code": "no_person", "severity": "block", "message": "Nobody."},
            ]
            result = uploads.check_picture(self.picture, "person")

        self.assertEqual([found["code"] for found in result.blocking], ["no_person"])
        self.assertFalse(result.is_usable)

    def test_no_verdict_is_never_a_good_one(self):
        logging.disable(logging.WARNING)
        self.addCleanup(logging.disable, logging.NOTSET)
        for status in (401, 429, 500):
            with self.subTest(status), check_server() as server:
                server.status = status
                with self.assertRaises(uploads.CheckUnavailable):
                    uploads.check_picture(self.picture, "person")

        with (
            override_settings(TRYON_BASE_URL="http://127.0.0.1:9/api/v1"),
            self.assertRaises(uploads.CheckUnavailable),
        ):
            uploads.check_picture(self.picture, "person")

    def test_behind_a_server_without_the_check_every_picture_carries_a_warning(self):
        with check_server() as server, self.assertLogs("shop", "WARNING"):
            server.status = 404
            result = uploads.check_picture(self.picture, "person")

        self.assertEqual([f["code"] for f in result.findings], ["not_checked"])
        self.assertTrue(result.is_usable)


class StorePhotoTests(TestCase):
    def setUp(self):
        self.shopper = make_shopper()
        self.picture = cleaned("no_name")
        self.check = uploads.CheckResult(
            findings=[{"code": "too_dark", "severity": "warn", "message": "Dark."}],
            facts={"people": 1},
        )

    def store(self, shopper=None, gender="woman"):
        shopper = shopper or self.shopper
        return uploads.store_photo(shopper, self.picture, self.check, gender)

    def test_stores_photo_thumbnail_and_verdict_for_a_day(self):
        photo = self.store(gender="man")

        photo.refresh_from_db()
        self.assertEqual(content_of(photo.image), self.picture.data)
        self.assertEqual((photo.width, photo.height), (300, 400))
        self.assertEqual(picture_in(photo.thumbnail).format, "WEBP")
        self.assertEqual(photo.gender, "man")
        self.assertEqual(photo.findings, self.check.findings)
        self.assertEqual(photo.facts, {"people": 1})
        left = photo.expires_at - timezone.now()
        self.assertLess(abs(left - timedelta(hours=24)), timedelta(minutes=1))

    def test_names_cannot_be_guessed_from_the_picture(self):
        photo, other = self.store(), self.store(make_shopper())

        self.assertNotEqual(photo.image.name, other.image.name)
        self.assertNotIn(self.picture.sha256, photo.image.name)

    def test_the_same_photo_again_is_kept_longer_not_twice(self):
        photo = self.store()
        soon = timezone.now() + timedelta(minutes=5)
        PersonImage.objects.update(expires_at=soon)

        again = self.store(gender="man")

        self.assertEqual(again.pk, photo.pk)
        self.assertEqual(again.image.name, photo.image.name)
        self.assertGreater(again.expires_at, soon)
        self.assertEqual(PersonImage.objects.get().gender, "man")

    def test_an_expired_photo_is_not_used_again(self):
        photo = self.store()
        PersonImage.objects.update(expires_at=timezone.now())

        self.assertNotEqual(self.store().pk, photo.pk)

    def test_leaves_no_file_behind_when_the_row_cannot_be_saved(self):
        stored = uploads.private_storage()
        before = _files(stored, "people")

        with self.assertRaises(Exception):  # noqa: B017 (whatever the database says)
            self.store(gender="cat")

        self.assertEqual(_files(stored, "people"), before)


class StoreFlatTests(TestCase):
    def setUp(self):
        self.check = uploads.CheckResult(facts={"kind": "top"})
        self.storage = uploads.public_storage()

    def store(self, garment, name="no_name"):
        picture = cleaned(name)
        with self.captureOnCommitCallbacks(execute=True):
            uploads.store_flat(garment, picture, self.check)
        garment.refresh_from_db()
        return picture

    def test_names_the_flat_after_its_content(self):
        garment = make_garment()

        picture = self.store(garment)

        self.assertIn(picture.sha256, garment.flat.name)
        self.assertEqual(garment.flat_sha256, picture.sha256)
        self.assertEqual(content_of(garment.flat), picture.data)
        self.assertEqual((garment.flat_width, garment.flat_height), (300, 400))
        self.assertEqual(garment.facts, {"kind": "top"})
        self.assertIsNotNone(garment.checked_at)

    def test_card_is_a_small_webp(self):
        garment = make_garment()

        self.store(garment, "large.jpg")

        card = picture_in(garment.card)
        self.assertEqual((card.format, card.size), ("WEBP", (640, 480)))

    def test_copies_fit_where_they_are_seen_and_never_grow(self):
        garment = make_garment()

        self.store(garment, "large.jpg")

        sides = [
            picture_in(copy).size for copy in (garment.card_small, garment.card_large)
        ]
        self.assertEqual(sides, [(320, 240), (1440, 1080)])

    def test_deletes_the_replaced_files_after_the_commit(self):
        garment = make_garment()
        replaced = garment.flat_files

        self.store(garment)

        for name in replaced:
            self.assertFalse(self.storage.exists(name), name)

    def test_keeps_a_file_that_another_garment_uses(self):
        one, two = make_garment(), make_garment()
        self.store(one)
        self.store(two)
        self.assertEqual(one.flat.name, two.flat.name)

        self.store(one, "phone.heic")

        self.assertNotEqual(one.flat.name, two.flat.name)
        self.assertTrue(self.storage.exists(two.flat.name))
        self.assertTrue(self.storage.exists(two.card.name))

    def test_the_same_flat_again_stays(self):
        garment = make_garment()
        self.store(garment)

        self.store(garment)

        self.assertTrue(self.storage.exists(garment.flat.name))


def _files(storage, folder):
    return {path for path in Path(storage.path(folder)).rglob("*") if path.is_file()}
