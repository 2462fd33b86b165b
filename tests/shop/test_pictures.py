"""What becomes of good, odd and hostile picture files."""

import functools
import io

import numpy as np
import pytest
from django.core.exceptions import ValidationError
from django.test import override_settings
from django.utils import translation
from hypothesis import HealthCheck, given
from hypothesis import settings as trials
from hypothesis import strategies as st
from PIL import Image

from shop.pictures import MAX_BYTES, MIN_BYTES, CleanPicture, clean_picture
from tests import hostile_files
from tests.hostile_files import BLUE, FILES, RED, SECRET, encoded, file_named, scene

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

    @trials(
        max_examples=60,
        derandomize=True,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow],  # it judges the machine
    )
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


def test_hostile_files_can_be_written_out_to_try_by_hand(tmp_path):
    hostile_files.write_all(tmp_path / "hostile")

    assert {path.name for path in (tmp_path / "hostile").iterdir()} == set(FILES)
