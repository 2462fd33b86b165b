from unittest import TestCase

import numpy as np

from tryon_engine.vision.compose.composer import Composite
from tryon_engine.vision.compose.scaling import fit_to, oversample, scale_picture


class ScalePictureTests(TestCase):
    picture = np.zeros((400, 300, 3), np.uint8)

    def test_shrinks_only_what_is_larger(self):
        self.assertEqual(scale_picture(self.picture, 200).shape, (200, 150, 3))
        self.assertIs(scale_picture(self.picture, 400), self.picture)

    def test_oversamples_only_what_stays_small_enough(self):
        self.assertEqual(oversample(self.picture, 800).shape, (800, 600, 3))
        self.assertIs(oversample(self.picture, 799), self.picture)
        self.assertEqual(oversample(self.picture, 200).shape, (200, 150, 3))


class FitToTests(TestCase):
    def setUp(self):
        rng = np.random.default_rng(2)
        self.original = rng.integers(0, 256, (200, 160, 3), np.uint8)

    def test_enlarged_keeps_the_original_outside_bit_by_bit(self):
        changed = np.zeros((100, 80), bool)
        changed[30:60, 20:50] = True
        small = Composite(np.full((100, 80, 3), 9, np.uint8), changed)

        large = fit_to(small, self.original)

        self.assert_original_outside(large)
        self.assertTrue((large.image[70:110, 50:90] == 9).all())
        self.assertLess(large.changed.mean(), 0.16)

    def test_reduced_keeps_the_original_outside_bit_by_bit(self):
        changed = np.zeros((400, 320), bool)
        changed[100:200, 101:201] = True
        large = Composite(np.full((400, 320, 3), 9, np.uint8), changed)

        small = fit_to(large, self.original)

        self.assert_original_outside(small)
        self.assertTrue((small.image[50:100, 51:100] == 9).all())
        self.assertEqual(small.changed.sum(), 50 * 51)

    def test_reduced_pixel_that_is_half_new_is_half_the_original(self):
        changed = np.zeros((400, 320), bool)
        changed[:, :101] = True
        large = Composite(np.full((400, 320, 3), 100, np.uint8), changed)

        column = fit_to(large, self.original).image[:, 50].astype(float)

        expected = (self.original[:, 50] + 100.0) / 2
        np.testing.assert_allclose(column, expected, atol=0.51)

    def test_same_size_is_given_back(self):
        composite = Composite(np.zeros((5, 4, 3), np.uint8), np.ones((5, 4), bool))

        self.assertIs(fit_to(composite, np.zeros((5, 4, 3), np.uint8)), composite)

    def assert_original_outside(self, composite):
        same = ~composite.changed
        self.assertEqual(composite.image.shape, self.original.shape)
        np.testing.assert_array_equal(composite.image[same], self.original[same])
