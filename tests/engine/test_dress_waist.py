from unittest import TestCase

import numpy as np

from tests.garment_images import AXIS_X, TANK, demo_flat, drawn_flat
from tests.images import drawn_reading
from tryon_engine.vision.fit.upper import fit_upper
from tryon_engine.vision.garment.reading import read_garment

WAIST_Y = 262
LONG_WAISTED = {
    "neck": (226, 60),
    "tip": (190, 76),
    "cuff_outer": (140, 170),
    "cuff_inner": (166, 184),
    "pit": (190, 150),
    "waist": (200, WAIST_Y),
    "hem": (150, 590),
}


class DressWaistTests(TestCase):
    def test_is_found_where_bust_and_hips_are_wider(self):
        for flat, share in ((drawn_flat(LONG_WAISTED), 0.38), (None, 0.38)):
            flat = demo_flat("dress_linen_terracotta") if flat is None else flat
            shape = read_garment(flat).upper

            found = (shape.waist_y - shape.neck_y) / shape.length

            self.assertAlmostEqual(found, share, delta=0.03)
        self.assertIsNone(read_garment(drawn_flat(TANK)).upper.waist_y)

    def test_does_not_slip_down_to_the_hips(self):
        person, dress = drawn_reading(), read_garment(drawn_flat(LONG_WAISTED))

        torso = next(p for p in fit_upper(person, dress).pieces if p.name == "torso")

        waist = np.array([[AXIS_X, WAIST_Y]], np.float32) * dress.scale
        place = torso.deform(waist)[0] - person.shoulder_centre
        self.assertLess(float(-place @ person.up) / person.torso_length, 0.9)
