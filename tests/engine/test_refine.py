from unittest import TestCase

import numpy as np

from tryon_engine.vision.compose import Composite
from tryon_engine.vision.refine import enlarge, sharpen_cloth


class SharpenClothTests(TestCase):
    def test_leaves_everything_outside_of_the_mask(self):
        rng = np.random.default_rng(1)
        image = rng.integers(0, 256, (60, 60, 3), np.uint8)
        changed = np.zeros((60, 60), bool)
        changed[20:40, 20:40] = True

        sharpened = sharpen_cloth(image, changed)

        np.testing.assert_array_equal(sharpened[~changed], image[~changed])
        self.assertTrue((sharpened[25:35, 25:35] != image[25:35, 25:35]).any())

    def test_leaves_a_flat_colour(self):
        image = np.full((40, 40, 3), 120, np.uint8)

        np.testing.assert_array_equal(
            sharpen_cloth(image, np.ones((40, 40), bool)), image
        )


class EnlargeTests(TestCase):
    def test_keeps_the_original_outside_bit_by_bit(self):
        rng = np.random.default_rng(2)
        original = rng.integers(0, 256, (200, 160, 3), np.uint8)
        changed = np.zeros((100, 80), bool)
        changed[30:60, 20:50] = True
        small = Composite(np.full((100, 80, 3), 9, np.uint8), changed)

        large = enlarge(small, original)

        self.assertEqual(large.image.shape, original.shape)
        np.testing.assert_array_equal(
            large.image[~large.changed], original[~large.changed]
        )
        self.assertTrue((large.image[70:110, 50:90] == 9).all())
        self.assertLess(large.changed.mean(), 0.16)

    def test_same_size_is_given_back(self):
        composite = Composite(np.zeros((5, 4, 3), np.uint8), np.ones((5, 4), bool))

        self.assertIs(enlarge(composite, np.zeros((5, 4, 3), np.uint8)), composite)
