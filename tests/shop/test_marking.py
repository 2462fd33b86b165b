"""The AI mark: seen in the corner, read back from the file, nowhere else."""

import io
import json
from unittest import TestCase
from xml.etree import ElementTree

from PIL import Image, ImageChops

from shop.marking import AIGC_NAMESPACE, SOURCE_TYPE, labelled, marked_copy
from tests.factories import picture_bytes, pixels


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


class LabelledTests(TestCase):
    def label(self, content: bytes) -> tuple[bytes, str]:
        """The labelled file, and the XMP that a reader finds in it."""
        copy = labelled(content, "https://shop.example", "a-17")
        with Image.open(io.BytesIO(copy)) as image:
            image.load()
            xmp = image.info.get("xmp") or image.info["XML:com.adobe.xmp"].encode()
        return copy, xmp.decode()

    def test_every_format_keeps_its_pixels_and_says_that_it_is_generated(self):
        for kind in ("PNG", "JPEG", "WEBP"):
            for size in ((301, 400), (40, 33)):
                with self.subTest(kind, size=size):
                    content = picture_bytes(*size, kind)
                    copy, xmp = self.label(content)
                    self.assertEqual(pixels(copy), pixels(content))
                    self.assertIn(SOURCE_TYPE, xmp)

    def test_a_webp_with_transparency_keeps_it(self):
        picture = Image.new("RGBA", (40, 30), (200, 0, 0, 90))
        buffer = io.BytesIO()
        picture.save(buffer, "WEBP", lossless=True)

        copy, _ = self.label(buffer.getvalue())

        with Image.open(io.BytesIO(copy)) as image:
            self.assertEqual(image.convert("RGBA").getpixel((5, 5)), (200, 0, 0, 90))

    def test_programs_read_who_made_it_and_as_what(self):
        expected = {
            "Label": "1",
            "ContentProducer": "https://shop.example",
            "ProduceID": "a-17",
        }
        png, _ = self.label(picture_bytes(kind="PNG"))
        with Image.open(io.BytesIO(png)) as image:
            self.assertEqual(json.loads(image.text["AIGC"]), expected)
        for kind in ("JPEG", "WEBP"):
            _, xmp = self.label(picture_bytes(kind=kind))
            tree = ElementTree.fromstring(xmp)  # noqa: S314  (made a line above)
            name = f"{{{AIGC_NAMESPACE}}}AIGC"
            [found] = [one.attrib[name] for one in tree.iter() if name in one.attrib]
            self.assertEqual(json.loads(found), expected)

    def test_what_is_no_picture_is_refused(self):
        with self.assertRaises(ValueError):
            labelled(b"GIF89a", "shop", "1")
