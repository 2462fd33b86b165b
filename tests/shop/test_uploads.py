"""Uploads: what happens to good, odd and hostile files, and what is stored of them."""

import functools
import io
import logging
import re
from datetime import timedelta
from pathlib import Path

import numpy as np
import pytest
from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import TestCase, override_settings
from django.urls import reverse
from django.utils import timezone, translation
from hypothesis import given
from hypothesis import settings as trials
from hypothesis import strategies as st
from PIL import Image

from shop import findings
from shop.models import PersonImage
from shop.pictures import MAX_BYTES, MIN_BYTES, CleanPicture, clean_picture
from shop.services import uploads
from tests import hostile_files
from tests.check_server import check_server
from tests.factories import make_garment, make_merchant, make_shopper
from tests.hostile_files import BLUE, FILES, RED, SECRET, encoded, scene

REFUSED = {
    "empty.jpg": "empty",
    "bomb.png": "too_many_pixels",
    "zeros.png": "too_many_pixels",
    "many_scans.jpg": "damaged",
    "text_bomb.png": "damaged",
    "truncated.jpg": "damaged",
    "truncated.png": "damaged",
    "truncated.webp": "damaged",
    "truncated.heic": "damaged",
    "wrong_checksum.png": "damaged",
    "html.jpg": "not_a_picture",
    "page.svg": "not_a_picture",
    "svg.png": "not_a_picture",
    "still.gif": "not_a_picture",
    "still.tiff": "not_a_picture",
    "animated.webp": "animated",
    "animated.png": "animated",
    "animated.gif": "not_a_picture",
    "one_pixel.png": "too_small",
    "small.jpg": "too_small",
    "line.png": "too_small",
    "strip.png": "too_narrow",
}
ACCEPTED = {
    "png_named.jpg": (300, 400),
    "no_name": (300, 400),
    "plain.bmp": (300, 400),
    "phone.webp": (300, 400),
    "phone.heic": (300, 400),
    "cmyk.jpg": (300, 400),
    "grey.jpg": (300, 400),
    "bilevel.png": (300, 400),
    "sixteen_bit.png": (300, 400),
    "palette_alpha.png": (300, 400),
    "half_transparent.png": (300, 400),
    "sideways.jpg": (300, 400),
    "sideways.heic": (300, 400),
    "broken_exif.jpg": (300, 400),
    "metadata.jpg": (300, 400),
    "metadata.png": (300, 400),
    "metadata.webp": (300, 400),
    "metadata.heic": (300, 400),
    "display_p3.jpg": (300, 400),
    "broken_profile.jpg": (300, 400),
    "phone.mpo": (300, 400),
    "zip_behind.jpg": (300, 400),
    "html_inside.jpg": (300, 400),
    "php_inside.png": (300, 400),
    "html_behind.webp": (300, 400),
    "large.jpg": (2048, 1536),
    "large.png": (1536, 2048),
    "tiny_blank.png": (150, 150),
}
# Red above and blue below, in whatever format they came.
UPRIGHT = [
    *("png_named.jpg", "no_name", "plain.bmp", "phone.webp", "phone.heic"),
    *("cmyk.jpg", "sideways.jpg", "sideways.heic", "broken_exif.jpg"),
    *("metadata.jpg", "metadata.png", "metadata.webp", "metadata.heic"),
    *("broken_profile.jpg", "phone.mpo", "zip_behind.jpg", "php_inside.png"),
    *("html_inside.jpg", "html_behind.webp"),
]


@functools.cache
def file_named(name: str) -> bytes:
    return FILES[name]()


def cleaned(name: str, **options) -> CleanPicture:
    return clean_picture(io.BytesIO(file_named(name)), **options)


def pixels(picture: CleanPicture) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(picture.data)))


def middle_of(rows: np.ndarray) -> np.ndarray:
    return rows[40:-40, 40:-40].reshape(-1, 3).mean(axis=0)


def halves(picture: CleanPicture) -> tuple[np.ndarray, np.ndarray]:
    """Mean colours of the upper and the lower half."""
    array = pixels(picture)
    middle = len(array) // 2
    return middle_of(array[:middle]), middle_of(array[middle:])


def test_every_hostile_file_has_its_expected_end():
    assert set(REFUSED) | set(ACCEPTED) == set(FILES)


@pytest.mark.filterwarnings("ignore:Corrupt EXIF data")
class TestCleanPicture:
    @pytest.mark.parametrize(("name", "code"), REFUSED.items(), ids=list(REFUSED))
    def test_refuses_with_a_sentence(self, name, code):
        with pytest.raises(ValidationError) as refused:
            cleaned(name)

        assert refused.value.code == code
        assert refused.value.messages[0].endswith(".")

    @pytest.mark.parametrize(("name", "size"), ACCEPTED.items(), ids=list(ACCEPTED))
    def test_stores_a_picture_of_our_own(self, name, size):
        picture = cleaned(name)

        stored = Image.open(io.BytesIO(picture.data))
        stored.load()
        assert (picture.width, picture.height) == stored.size == size
        assert stored.mode == "RGB"
        assert stored.format == {"jpg": "JPEG", "png": "PNG"}[picture.extension]
        assert MIN_BYTES <= len(picture.data) <= MAX_BYTES

    @pytest.mark.parametrize("name", ACCEPTED)
    def test_drops_all_but_the_pixels(self, name):
        picture = cleaned(name)

        stored = Image.open(io.BytesIO(picture.data))
        stored.load()
        assert set(stored.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        assert not stored.getexif()
        for left_over in (SECRET, b"<script", b"<?php", b"PK\x03\x04", b"Exif"):
            assert left_over not in picture.data

    @pytest.mark.parametrize("name", ["metadata.jpg", "metadata.heic", "sideways.jpg"])
    def test_the_hostile_files_do_hold_what_must_go(self, name):
        assert SECRET in file_named(name)
        assert Image.open(io.BytesIO(file_named(name))).getexif().get_ifd(0x8825)

    @pytest.mark.parametrize("name", UPRIGHT)
    def test_keeps_colours_and_turns_upright(self, name):
        above, below = halves(cleaned(name))

        assert np.abs(above - RED).max() < 6
        assert np.abs(below - BLUE).max() < 6

    def test_scales_sixteen_bits_instead_of_clipping(self):
        above, below = halves(cleaned("sixteen_bit.png"))

        assert abs(above.mean() - 255 * 0.25) < 4
        assert abs(below.mean() - 255 * 0.75) < 4

    def test_puts_transparency_on_white(self):
        above, below = halves(cleaned("half_transparent.png"))

        assert (above > 254).all()
        assert np.abs(below - BLUE).max() < 6

    def test_converts_other_colour_spaces_to_srgb(self):
        above, _ = halves(cleaned("display_p3.jpg"))

        # P3's red reaches further, so the same colour has larger numbers in sRGB.
        assert above[0] > RED[0] + 10
        assert above[1] < RED[1]

    def test_scales_to_the_side_asked_for(self):
        picture = cleaned("large.jpg", max_side=640)

        assert (picture.width, picture.height) == (640, 480)

    def test_never_scales_up(self):
        picture = cleaned("phone.heic", max_side=4000)

        assert (picture.width, picture.height) == (300, 400)

    def test_same_file_gives_the_same_picture(self):
        assert cleaned("phone.heic").sha256 == cleaned("phone.heic").sha256

    def test_shrinks_what_no_quality_fits_into_five_megabytes(self):
        noise = np.random.default_rng(0).integers(0, 255, (2800, 2800, 3), np.uint8)
        upload = io.BytesIO(encoded(Image.fromarray(noise), "JPEG", quality=95))

        picture = clean_picture(upload, max_side=2800)

        assert len(picture.data) <= MAX_BYTES
        assert (picture.width, picture.height) == (2100, 2100)

    @override_settings(TRYON_MAX_UPLOAD_BYTES=20_000)
    def test_refuses_more_bytes_than_allowed(self):
        with pytest.raises(ValidationError) as refused:
            cleaned("no_name")

        assert refused.value.code == "file_too_large"
        # Django writes sizes with a non-breaking space.
        assert "19.5\xa0KB" in refused.value.messages[0]

    def test_says_in_chinese_what_to_do_or_falls_back_to_english(self):
        with translation.override("zh-hans"), pytest.raises(ValidationError) as refused:
            cleaned("empty.jpg")

        assert refused.value.messages[0]

    @trials(max_examples=60, deadline=None)
    @given(
        kind=st.sampled_from(["JPEG", "PNG", "WEBP", "BMP", "HEIF"]),
        at=st.floats(0, 1),
        junk=st.binary(min_size=1, max_size=12),
    )
    @pytest.mark.filterwarnings("ignore::UserWarning")
    def test_damage_is_refused_or_harmless_never_an_error(self, kind, at, junk):
        data = bytearray(original(kind))
        start = int(at * (len(data) - 1))
        data[start : start + len(junk)] = junk

        try:
            picture = clean_picture(io.BytesIO(bytes(data)))
        except ValidationError as refused:
            assert refused.code
        else:
            assert MIN_BYTES <= len(picture.data) <= MAX_BYTES


@functools.cache
def original(kind: str) -> bytes:
    return encoded(scene((160, 200)), kind)


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


class UploadLimitTests(TestCase):
    @override_settings(TRYON_MAX_UPLOAD_BYTES=1000)
    def test_refuses_by_the_announced_length_before_reading(self):
        self.client.force_login(make_merchant().user)
        huge = SimpleUploadedFile("huge.jpg", bytes(2_000_000))

        with self.assertLogs("django", "ERROR"):
            answer = self.client.post(
                reverse("merchant-garment-new"), {"flats": [huge]}
            )

        self.assertEqual(answer.status_code, 400)

    @override_settings(TRYON_MAX_UPLOAD_BYTES=1000)
    def test_one_file_too_large_is_told_by_the_form(self):
        self.client.force_login(make_merchant().user)
        large = SimpleUploadedFile("large.jpg", bytes(2000))

        answer = self.client.post(reverse("merchant-garment-new"), {"flats": [large]})

        self.assertContains(answer, "large.jpg")
        self.assertContains(answer, "This file is larger than")


class FindingsTests(TestCase):
    def test_each_code_has_a_sentence(self):
        for kind, words in (("person", findings.PERSON), ("garment", findings.GARMENT)):
            for code in words:
                sentence = findings.in_words({"code": code, "message": "?"}, kind)
                self.assertTrue(sentence.endswith("."), code)

    def test_each_code_of_this_projects_engine_is_known(self):
        sources = Path(settings.BASE_DIR, "tryon_engine", "vision").rglob("*.py")
        raised = re.compile(r'\b(?:Finding|_?block|_?warn)\(\s*"(\w+)"')
        codes = {code for path in sources for code in raised.findall(path.read_text())}

        self.assertIn("no_person", codes)
        self.assertIn("no_garment", codes)
        self.assertLessEqual(codes, {*findings.PERSON, *findings.GARMENT})

    def test_an_unknown_code_keeps_the_words_of_the_engine(self):
        finding = {"code": "wears_a_cape", "message": "A cape hides the shoulders."}

        self.assertEqual(findings.in_words(finding), "A cape hides the shoulders.")


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


def test_hostile_files_can_be_written_out_to_try_by_hand(tmp_path):
    hostile_files.write_all(tmp_path / "hostile")

    assert {path.name for path in (tmp_path / "hostile").iterdir()} == set(FILES)
