import unittest
from dataclasses import replace

import cv2
import numpy as np

from tests.images import drawn_reading
from tryon_engine.vision.arrays import grid
from tryon_engine.vision.light.shading import Shadow, read_old_folds, shadow_share
from tryon_engine.vision.person.body import Part


def with_lightness(person, factor):
    lab = person.lab.copy()
    lab[..., 0] *= factor
    return replace(person, lab=lab)


class ReadOldFoldsTests(unittest.TestCase):
    def test_evenly_lit_cloth_is_neutral(self):
        folds = read_old_folds(drawn_reading(), scale=1.0)

        np.testing.assert_allclose(folds.light, 1, atol=0.01)
        self.assertGreater(folds.trust[190, 192], 0.9)

    def test_folds_of_plain_cloth_are_kept(self):
        x, _ = grid((512, 384))
        folded = with_lightness(drawn_reading(), 1 + 0.06 * np.sin(x / 2.5))

        light = read_old_folds(folded, scale=1.0).light

        self.assertGreater(np.ptp(light[190, 175:210]), 0.05)

    def test_folds_fade_towards_the_old_cloths_edges(self):
        x, _ = grid((512, 384))
        folded = with_lightness(drawn_reading(), 1 + 0.06 * np.sin(x / 2.5))

        folds = read_old_folds(folded, scale=1.0)

        flank = folds.trust[200, folded.parsing[200] == Part.UPPER][0]
        self.assertLess(flank, 0.2)

    def test_pattern_is_not_taken_for_folds(self):
        _, y = grid((512, 384))
        striped = with_lightness(drawn_reading(), np.where(y % 24 < 12, 0.5, 1.6))

        folds = read_old_folds(striped, scale=1.0)

        self.assertFalse(folds.trust.any())
        np.testing.assert_array_equal(folds.light, 1)

    def test_buttons_are_not_taken_for_folds(self):
        x, y = grid((512, 384))
        button = np.hypot(x - 192, (y - 170) % 30 - 15) < 3
        buttoned = with_lightness(drawn_reading(), np.where(button, 1.35, 1.0))

        light = read_old_folds(buttoned, scale=1.0).light

        np.testing.assert_allclose(light[150:240, 188:197], 1, atol=0.03)

    def test_missing_cloth_is_neutral(self):
        person = drawn_reading()
        naked = replace(person, parsing=np.where(person.mask, Part.SKIN, 0))

        folds = read_old_folds(naked, scale=0.5)

        np.testing.assert_array_equal(folds.light, np.ones((256, 192)))
        self.assertFalse(folds.trust.any())


class ShadowShareTests(unittest.TestCase):
    def setUp(self):
        self.caster = np.zeros((120, 120), np.float32)
        self.caster[20:40, 40:80] = 1

    def test_falls_below_the_caster_and_away_from_the_light(self):
        share = shadow_share(self.caster, Shadow(0.1, 0.03, 0.5), (0.5, 1.0), unit=100)

        self.assertGreater(share[45, 60], 0.4)
        self.assertGreater(share[35, 82], 3 * share[35, 38])
        np.testing.assert_allclose(share[100], 0, atol=1e-3)
        self.assertLessEqual(share.max(), 0.5 + 1e-6)

    def test_a_smaller_picture_gives_the_same_shadow(self):
        soft = Shadow(0.1, 0.08, 0.5)

        share = shadow_share(self.caster, soft, (0.0, 1.0), unit=100)

        moved = np.roll(self.caster, 10, axis=0)
        direct = 0.5 * cv2.GaussianBlur(moved, (0, 0), 8)
        np.testing.assert_allclose(share, direct, atol=0.03)
