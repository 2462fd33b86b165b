import unittest
from functools import lru_cache
from unittest import mock

import numpy as np

from tests.images import drawn_reading, house_model
from tryon_engine.vision import clothes
from tryon_engine.vision.clothes import Clothes, cut_out_clothes
from tryon_engine.vision.garment.reading import GarmentCategory, read_garment
from tryon_engine.vision.masks import bounding_box
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.person.reading import NoPersonError

WHITE = 255


class DrawnPersonTests(unittest.TestCase):
    def cut_out(self, *asked, person=None):
        person = person or drawn_reading()
        with mock.patch.object(clothes, "read_person", lambda image: person):
            return cut_out_clothes(person.image, asked)

    def test_finds_what_is_asked_for_in_that_order(self):
        parsing = drawn_reading().parsing

        lower, upper = self.cut_out(Clothes.LOWER, Clothes.UPPER)

        for found, part in ((lower, Part.LOWER), (upper, Part.UPPER)):
            box = bounding_box(parsing == part)
            self.assertLessEqual(np.abs(np.subtract(found.box, box)).max(), 6)

    def test_shows_the_garment_and_nothing_else(self):
        person = drawn_reading()
        (upper,) = self.cut_out(Clothes.UPPER, person=person)
        alpha = upper.cut_out[..., 3]
        inside = person.parsing == Part.UPPER

        self.assertEqual(upper.cut_out.shape, (*person.size, 4))
        self.assertGreater(alpha[inside].mean(), 0.95 * 255)
        self.assertLess((alpha[~inside] > 127).mean(), 0.01)
        # A face must not lie hidden under full transparency.
        self.assertFalse(upper.cut_out[alpha == 0].any())
        whole = alpha == 255
        np.testing.assert_array_equal(upper.cut_out[whole, :3], person.image[whole])

    def test_the_whole_outfit_is_top_and_bottom(self):
        dress, upper, lower = self.cut_out(Clothes.DRESS, Clothes.UPPER, Clothes.LOWER)

        start = np.minimum(upper.box, lower.box)[:2]
        end = np.maximum(upper.box, lower.box)[2:]
        np.testing.assert_allclose(dress.box, [*start, *end], atol=2)

    def test_what_is_not_worn_is_none(self):
        person = drawn_reading()
        person.parsing[person.parsing == Part.LOWER] = Part.SKIN

        self.assertEqual(self.cut_out(Clothes.LOWER, person=person), [None])

    def test_the_crop_is_on_white_and_large_enough_to_be_sent_again(self):
        (lower,) = self.cut_out(Clothes.LOWER)

        border = np.concatenate([lower.on_white[0], lower.on_white[:, 0]])
        self.assertTrue((border == WHITE).all())
        self.assertGreaterEqual(min(lower.on_white.shape[:2]), 160)


class PictureTests(unittest.TestCase):
    @staticmethod
    @lru_cache
    def found(name):
        return cut_out_clothes(house_model(name), [Clothes.UPPER, Clothes.LOWER])

    def test_a_crop_reads_as_the_garment_that_it_is(self):
        upper, lower = self.found("m2")

        self.assertEqual(read_garment(upper.on_white).category, GarmentCategory.TOP)
        self.assertEqual(read_garment(lower.on_white).category, GarmentCategory.BOTTOM)

    def test_no_crop_takes_the_reading_down(self):
        _, shorts = self.found("m1")  # two legs, and nothing on the axis below them

        self.assertIsNotNone(read_garment(shorts.on_white))

    def test_boxes_are_in_pixels_of_the_picture(self):
        upper, lower = self.found("m1")
        height, width = house_model("m1").shape[:2]

        for found in (upper, lower):
            x0, y0, x1, y1 = found.box
            self.assertTrue(0 <= x0 < x1 <= width and 0 <= y0 < y1 <= height)
        self.assertLess(upper.box[1], lower.box[1])


class FlatTests(unittest.TestCase):
    def flat(self):
        flat = np.full((600, 400, 3), WHITE, np.uint8)
        rng = np.random.default_rng(0)
        flat[150:450, 100:300] = rng.integers(0, 60, (300, 200, 3), np.uint8)
        return flat

    def test_a_picture_of_one_garment_is_that_garment(self):
        with mock.patch.object(clothes, "read_person", side_effect=NoPersonError):
            upper, lower, dress = cut_out_clothes(self.flat(), list(Clothes))

        self.assertIsNone(lower)
        self.assertIsNone(dress)
        np.testing.assert_allclose(upper.box, (100, 150, 300, 450), atol=8)

    def test_a_picture_of_nothing_has_nothing(self):
        blank = np.full((300, 300, 3), WHITE, np.uint8)
        with mock.patch.object(clothes, "read_person", side_effect=NoPersonError):
            self.assertEqual(cut_out_clothes(blank, [Clothes.UPPER]), [None])
