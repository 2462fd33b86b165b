from unittest import TestCase

import numpy as np

from tests.garment_images import TANK, TEE, demo_flat, drawn_flat
from tryon_engine.vision.garment.reading import read_garment


class DoubtsTests(TestCase):
    def test_a_clear_tee_leaves_none(self):
        reading = read_garment(drawn_flat(TEE))

        self.assertEqual(reading.doubts(), ())
        self.assertGreater(reading.certainty.symmetry, 0.97)
        self.assertGreater(reading.certainty.contrast, 0.9)

    def test_white_on_white_is_of_low_contrast(self):
        reading = read_garment(drawn_flat(TEE, colour=(249, 249, 248)))

        self.assertEqual(reading.doubts(), ("low_contrast",))

    def test_a_shadow_is_no_lack_of_contrast(self):
        self.assertEqual(read_garment(demo_flat("jeans_black_slim")).doubts(), ())

    def test_a_garment_beyond_the_frame_is_cut_off(self):
        flat = drawn_flat(TANK)

        reading = read_garment(np.ascontiguousarray(flat[:450]))

        self.assertIn("cut_off", reading.doubts())

    def test_one_sleeve_folded_away_is_asymmetric(self):
        flat = drawn_flat(TEE)
        flat[:, :148] = flat[0, 0]

        reading = read_garment(flat)

        self.assertIn("asymmetric", reading.doubts())


class BodysuitTests(TestCase):
    BODYSUIT = {
        "neck": (206, 60),
        "tip": (156, 80),
        "cuff_outer": (60, 380),
        "cuff_inner": (96, 392),
        "pit": (160, 190),
        "hip": (158, 400),
        "crotch": (244, 560),
    }

    def test_ends_where_its_legs_open(self):
        reading = read_garment(drawn_flat(self.BODYSUIT))
        scale = reading.size[0] / 640

        for side in ("left", "right"):
            self.assertLess(abs(reading.keypoints[f"{side}_hem"].y / scale - 410), 35)
