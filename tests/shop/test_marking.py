"""The AI mark: seen in the corner, read back from the file, nowhere else."""

import io
import json
from unittest import TestCase

from PIL import Image, ImageChops

from shop.marking import SOURCE_TYPE, marked_copy


def marked(size=(600, 800), colour="white") -> tuple[Image.Image, Image.Image]:
    """A plain picture, and its marked copy."""
    before = Image.new("RGB", size, colour)
    buffer = io.BytesIO()
    before.save(buffer, "JPEG", quality=100, subsampling=0)
    buffer.seek(0)
    copy = Image.open(io.BytesIO(marked_copy(buffer, "shop.example", "17")))
    copy.load()
    return before, copy


class MarkedCopyTests(TestCase):
    def test_programs_read_that_it_is_generated_by_whom_and_as_what(self):
        _, copy = marked()

        self.assertEqual(
            json.loads(copy.text["AIGC"]),
            {"Label": "1", "ContentProducer": "shop.example", "ProduceID": "17"},
        )
        self.assertIn(SOURCE_TYPE, copy.text["XML:com.adobe.xmp"])

    def test_people_see_it_on_light_and_on_dark_pictures(self):
        for colour in ("white", "black"):
            with self.subTest(colour):
                _, copy = marked(colour=colour)
                corner = copy.crop((300, 770, 600, 800)).convert("L")
                darkest, lightest = corner.getextrema()
                self.assertGreater(lightest - darkest, 120)

    def test_only_the_corner_changes(self):
        before, copy = marked()

        box = ImageChops.difference(before, copy).getbbox()

        self.assertEqual(copy.size, before.size)
        left, top, right, bottom = box
        self.assertGreater(left, 300)
        self.assertGreater(top, 760)
        self.assertLessEqual(right, 600 - 10)
        self.assertLessEqual(bottom, 800 - 10)

    def test_fits_the_smallest_picture(self):
        _, copy = marked(size=(150, 150))

        self.assertEqual(copy.size, (150, 150))
