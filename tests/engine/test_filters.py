"""The filters: what they promise at edges and holes, and that nothing is cut short."""

import unittest

import cv2
import numpy as np

from tryon_engine.vision.filters import GuidedFilter, diffuse, guided_filter


def picture(seed: int = 0) -> np.ndarray:
    """A random soft picture of (96, 64) pixels."""
    noise = np.random.default_rng(seed).integers(0, 256, (12, 8, 3), np.uint8)
    return cv2.resize(noise, (64, 96), interpolation=cv2.INTER_CUBIC)


class DiffuseTests(unittest.TestCase):
    def test_known_values_come_back_unchanged_and_holes_take_after_them(self):
        values = picture()
        known = np.zeros((96, 64), bool)
        known[20:70, 10:50] = True
        known[40:50, 30:40] = False

        filled = diffuse(values, known)

        self.assertEqual(filled.dtype, np.float32)
        np.testing.assert_array_equal(filled[known], values[known].astype(np.float32))
        self.assertGreater(filled[45, 35].min(), -1e-3)
        self.assertLess(filled[45, 35].max(), 255.01)

    def test_constant_goes_on_as_a_constant(self):
        known = np.zeros((96, 64), bool)
        known[30:33, 12:15] = True

        filled = diffuse(np.full((96, 64, 2), 0.25, np.float32), known)

        np.testing.assert_allclose(filled, 0.25, atol=1e-6)

    def test_soft_confidence_of_one_counts_like_a_mask(self):
        values, known = picture()[..., 0], np.zeros((96, 64), bool)
        known[20:70, 10:50] = True

        as_mask, as_matte = diffuse(values, known), diffuse(values, known * 1.0)

        np.testing.assert_allclose(as_mask, as_matte, atol=1e-3)

    def test_nothing_known_gives_zeros(self):
        filled = diffuse(picture(), np.zeros((96, 64), bool))

        self.assertFalse(filled.any())

    def test_inputs_stay_as_they_are(self):
        values, known = picture().astype(np.float32), np.ones((96, 64), bool)
        before = values.copy()

        filled = diffuse(values, known)
        filled += 1

        np.testing.assert_array_equal(values, before)


class GuidedFilterTests(unittest.TestCase):
    def setUp(self):
        self.guide = picture()
        self.values = np.zeros((96, 64), np.float32)
        self.values[30:60, 25:45] = 1

    def test_agrees_with_opencv(self):
        for radius_px, eps in ((2, 15), (5, 40)):
            expected = cv2.ximgproc.guidedFilter(
                self.guide, self.values, radius_px, eps
            )

            smooth = GuidedFilter(self.guide, radius_px, eps)(self.values)

            np.testing.assert_allclose(smooth, expected, atol=2e-3)

    def test_box_around_the_values_changes_nothing(self):
        whole = GuidedFilter(self.guide, 4, 30)(self.values)

        boxed = guided_filter(self.guide, self.values, 4, 30)

        np.testing.assert_allclose(boxed, whole, atol=1e-4)

    def test_planes_are_smoothed_each_for_itself(self):
        planes = np.dstack([self.values, 1 - self.values])

        smooth = guided_filter(self.guide, planes, 4, 30)

        single = guided_filter(self.guide, self.values, 4, 30)
        np.testing.assert_allclose(smooth[..., 0], single, atol=1e-4)
        np.testing.assert_allclose(smooth.sum(axis=2), 1, atol=1e-3)

    def test_zeros_stay_zeros(self):
        smooth = guided_filter(self.guide, np.zeros((96, 64), np.float32), 4, 30)

        self.assertFalse(smooth.any())
