from unittest import TestCase

import cv2
import numpy as np

from tests.garment_images import (
    AXIS_X,
    BACKDROP,
    SIZE,
    TANK,
    TEE,
    TROUSERS,
    demo_flat,
    drawn_flat,
)
from tests.images import COLOURS, drawn_reading
from tryon_engine.vision.compose.composer import compose
from tryon_engine.vision.compose.worn import wear
from tryon_engine.vision.fit.lower import fit_lower
from tryon_engine.vision.fit.upper import fit_upper
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.uncover.undress import read_hidden

RED, GREEN = (200, 30, 40), (40, 140, 60)
SLEEVELESS = {"neck": (200, 80), "tip": (170, 84), "pit": (160, 190), "hip": (158, 400)}
ARC = {"upper": (196, 440), "lower": (232, 500), "crotch": (240, 560)}
BODYSUIT = SLEEVELESS | ARC
SLEEVED_BODYSUIT = {
    "neck": (206, 60),
    "tip": (156, 80),
    "cuff_outer": (60, 600),
    "cuff_inner": (96, 605),
    "pit": (160, 190),
    "hip": (158, 400),
} | ARC


class FindLegOpeningsTests(TestCase):
    def test_a_narrow_crotch_below_hollow_arcs_is_a_bodysuits(self):
        for half in (BODYSUIT, SLEEVED_BODYSUIT):
            self.assertTrue(read_garment(drawn_flat(half)).is_bodysuit)

    def test_other_ends_are_not(self):
        ends = {
            "straight": {},
            "pointed": {"point": (255, 560)},
            "round": {"upper": (168, 480), "lower": (205, 540), "end": (236, 560)},
            "belt": {"hem": (160, 420), "belt": (244, 422), "end": (244, 560)},
        }
        for name, end in ends.items():
            with self.subTest(name):
                reading = read_garment(drawn_flat(SLEEVELESS | end))
                self.assertFalse(reading.is_bodysuit)
        for name in ("cami_satin_champagne", "dress_slip_black", "cardigan_mustard"):
            with self.subTest(name):
                self.assertFalse(read_garment(demo_flat(name)).is_bodysuit)
        for half in (TEE, TANK):
            self.assertFalse(read_garment(drawn_flat(half)).is_bodysuit)

    def test_the_crotch_is_not_worn_visibly_the_cuffs_are(self):
        reading = read_garment(drawn_flat(SLEEVED_BODYSUIT))
        scale = reading.size[0] / SIZE[0]

        crotch, cuff = (
            reading.matte[round(y * scale), round(x * scale)]
            for x, y in ((256, 500), (80, 590))
        )

        self.assertEqual(crotch, 0)
        self.assertGreater(cuff, 0.9)


class TuckedInTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.person = drawn_reading()
        cls.hidden = read_hidden(cls.person)
        bodysuit = read_garment(drawn_flat(BODYSUIT, RED))
        cls.top = wear(cls.person, bodysuit, fit_upper(cls.person, bodysuit))

    def colours(self, bottom=None):
        """Colours on the axis, from 0.5 to 1.1 `down`."""
        picture = self.person.image
        result = compose(self.person, self.hidden, picture, self.top, bottom)
        x, y = self.person.frame.place(np.linspace(0.5, 1.1, 13), 0.0).astype(int).T
        return result.image[y, x].astype(int)

    def is_like(self, colours, colour):
        return np.abs(colours - colour).max(axis=1) < 60

    def test_kept_trousers_are_in_front(self):
        lower = self.person.parsing == Part.LOWER
        waist = self.person.down[lower].min()

        colours = self.colours()

        below = np.linspace(0.5, 1.1, 13) > max(waist, 0.8) + 0.06
        own = self.is_like(colours, COLOURS[Part.LOWER])
        self.assertTrue(own[below].all())
        self.assertTrue(self.is_like(colours, RED)[:4].all())

    def test_new_trousers_are_in_front(self):
        trousers = read_garment(drawn_flat(TROUSERS, GREEN))
        bottom = wear(self.person, trousers, fit_lower(self.person, trousers))

        colours = self.colours(bottom)

        below = np.linspace(0.5, 1.1, 13) > bottom.fit.top_down + 0.05
        self.assertTrue(self.is_like(colours, GREEN)[below].all())
        self.assertTrue(self.is_like(colours, RED)[:4].all())


class StripedWrapTests(TestCase):
    def test_stripes_do_not_deepen_a_neckline(self):
        flat = drawn_flat(TEE, (240, 200, 200))
        cloth = np.abs(flat.astype(int) - BACKDROP).max(axis=2) > 3
        out = np.abs(np.arange(SIZE[1]) - AXIS_X)
        stripes = np.broadcast_to(out // 11 % 3 == 0, SIZE) & cloth
        flat[stripes] = (30, 30, 30)
        opening = np.array([(206, 102), (256, 165), (306, 102)])
        inside = cv2.fillPoly(np.zeros(SIZE, np.uint8), [opening], 1) > 0
        flat[inside] = (flat[inside] * 0.8).astype(np.uint8)

        reading = read_garment(flat)

        scale = reading.size[0] / SIZE[0]
        self.assertIsNotNone(reading.collar)
        self.assertLess(reading.collar[:, 1].max() / scale, 185)
