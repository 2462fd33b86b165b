import unittest
from dataclasses import replace

import numpy as np

from tests.images import drawn_reading
from tryon_engine.vision.arrays import grid
from tryon_engine.vision.body import Part
from tryon_engine.vision.shading import cast_shadow, read_cloth_shading


def with_lightness(person, factor):
    lab = person.lab.copy()
    lab[..., 0] *= factor
    return replace(person, lab=lab)


class ReadClothShadingTests(unittest.TestCase):
    def test_evenly_lit_cloth_is_neutral(self):
        shading = read_cloth_shading(drawn_reading())

        np.testing.assert_allclose(shading.broad, 1, atol=0.01)
        np.testing.assert_allclose(shading.folds, 1, atol=0.01)
        self.assertTrue(shading.is_plain)

    def test_light_from_one_side_is_found(self):
        x, _ = grid((512, 384))
        lit = with_lightness(drawn_reading(), 1 + 0.2 * (x - 192) / 60)

        broad = read_cloth_shading(lit).broad

        self.assertLess(broad[190, 165], 0.99)
        self.assertGreater(broad[190, 220], 1.01)

    def test_folds_of_plain_cloth_are_kept(self):
        x, _ = grid((512, 384))
        folded = with_lightness(drawn_reading(), 1 + 0.12 * np.sin(x / 2.5))

        folds = read_cloth_shading(folded).folds

        self.assertGreater(np.ptp(folds[190, 160:225]), 0.05)

    def test_pattern_is_not_taken_for_folds(self):
        _, y = grid((512, 384))
        striped = with_lightness(drawn_reading(), np.where(y % 24 < 12, 0.5, 1.6))

        shading = read_cloth_shading(striped)

        self.assertFalse(shading.is_plain)
        np.testing.assert_allclose(shading.folds, 1, atol=1e-6)

    def test_missing_cloth_is_neutral(self):
        person = drawn_reading()
        naked = replace(person, parsing=np.where(person.mask, Part.SKIN, 0))

        shading = read_cloth_shading(naked)

        np.testing.assert_array_equal(shading.broad, np.ones((512, 384)))
        np.testing.assert_array_equal(shading.folds, np.ones((512, 384)))


class CastShadowTests(unittest.TestCase):
    def test_darkens_below_the_caster_only_where_allowed(self):
        image = np.full((60, 60, 3), 0.8, np.float32)
        caster = np.zeros((60, 60), np.float32)
        caster[10:20, 20:40] = 1
        where = np.ones((60, 60), np.float32)
        where[:, :30] = 0

        shaded = cast_shadow(image, caster, where, (0, 8), sigma_px=2, strength=0.5)

        np.testing.assert_array_equal(shaded[:, :30], image[:, :30])
        self.assertAlmostEqual(float(shaded[22, 35, 0]), 0.4, delta=0.05)
        np.testing.assert_allclose(shaded[50, 50], 0.8, atol=1e-4)
        np.testing.assert_array_equal(image, np.full((60, 60, 3), np.float32(0.8)))
