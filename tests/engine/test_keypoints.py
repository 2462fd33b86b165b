from unittest import TestCase

import cv2
import numpy as np

from tests.garment_images import (
    AXIS_X,
    SIZE,
    TANK,
    TEE,
    TROUSERS,
    demo_flat,
    drawn_flat,
)
from tryon_engine.vision.garment.keypoints import find_upper_keypoints, part_sleeves
from tryon_engine.vision.garment.outline import trace_outline
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.masks import polygon

TOLERANCE = 0.025
"""Share of the flat's height."""


class UpperKeypointTests(TestCase):
    def assert_near(self, reading, name, expected):
        scale = reading.size[0] / SIZE[0]
        point = reading.keypoints[name].xy / scale
        off = np.abs(point - expected).max()
        self.assertLess(off, TOLERANCE * SIZE[0], f"{name}: {point} for {expected}")

    def test_tee_has_its_drawn_corners(self):
        reading = read_garment(drawn_flat(TEE))

        for name, (x, y) in TEE.items():
            self.assert_near(reading, f"left_{name}", (x, y))
            self.assert_near(reading, f"right_{name}", (2 * AXIS_X - x, y))

    def test_tank_has_no_sleeves(self):
        reading = read_garment(drawn_flat(TANK))

        self.assertFalse(reading.upper.is_sleeved)
        self.assertNotIn("left_cuff_outer", reading.keypoints)
        self.assert_near(reading, "left_pit", TANK["pit"])
        self.assert_near(reading, "left_hem", TANK["hem"])

    def test_armpit_under_a_strap_is_the_upper_end_of_the_side(self):
        reading = read_garment(demo_flat("cami_satin_champagne"))

        for side in reading.upper.sides.values():
            beside = side.half.out[side.pit : side.pit + len(side.flank) // 5]
            self.assertGreater(side.half.out[side.pit], 0.87 * beside.max())

    def test_notches_in_a_long_hem_part_no_sleeves(self):
        dress = np.zeros((900, 600), bool)
        dress[40:860, 150:450] = True
        dress[800:860, 200:230] = dress[800:860, 370:400] = False

        outline = part_sleeves(trace_outline(dress))

        self.assertTrue((outline.mask == dress).all())

    def test_slanted_sleeves_against_the_body_are_parted_along_their_slant(self):
        blouse = np.zeros((640, 700), np.uint8)
        half = [(270, 60), (150, 100), (40, 540), (110, 560), (130, 490), (120, 580)]
        mirrored = [(700 - x, y) for x, y in reversed(half)]
        cv2.fillPoly(blouse, [np.array(half + mirrored, np.int32)], 1)

        sides = find_upper_keypoints(part_sleeves(trace_outline(blouse > 0)))

        for side in sides.values():
            tip, pit = side.point(side.tip), side.point(side.pit)
            self.assertLess(side.half.out[side.pit], 350 - 150)
            self.assertGreater(pit[1] - tip[1], 100)

    def test_wide_short_sleeves_are_not_parted_however_low_they_end(self):
        tee = np.zeros((640, 700), np.uint8)
        half = [(270, 60), (150, 80), (20, 440), (140, 470), (140, 600)]
        mirrored = [(700 - x, y) for x, y in reversed(half)]
        cv2.fillPoly(tee, [np.array(half + mirrored, np.int32)], 1)

        outline = part_sleeves(trace_outline(tee > 0))

        self.assertTrue((outline.mask == (tee > 0)).all())

    def test_a_square_neckline_ends_on_the_shoulders_not_in_its_corners(self):
        square = {
            "corner": (185, 190),
            "neck": (165, 100),
            "tip": (135, 110),
            "cuff_outer": (52, 420),
            "cuff_inner": (92, 430),
            "pit": (150, 215),
            "hem": (150, 470),
        }

        reading = read_garment(drawn_flat(square))

        self.assert_near(reading, "left_neck", square["neck"])

    def test_hood_does_not_pass_for_the_neck(self):
        reading = read_garment(demo_flat("hoodie_grey"))

        neck = reading.keypoints["left_neck"].y
        hood_top = reading.outline.y0

        self.assertGreater(neck - hood_top, 0.08 * reading.outline.height)

    def test_long_sleeves_are_longer_than_short_ones(self):
        long, short = (
            read_garment(demo_flat(name)).upper
            for name in ("shirt_oxford_blue", "tee_sage_vneck")
        )

        self.assertGreater(long.sleeve_length, 0.7 * long.chest_width)
        self.assertLess(short.sleeve_length, 0.4 * short.chest_width)


class LowerKeypointTests(TestCase):
    def test_trousers_have_their_drawn_crotch_and_waist(self):
        reading = read_garment(drawn_flat(TROUSERS))
        scale = reading.size[0] / SIZE[0]

        crotch = reading.keypoints["crotch"].xy / scale
        waist = reading.keypoints["left_waist"].xy / scale

        np.testing.assert_allclose(crotch, TROUSERS["crotch"], atol=24)
        np.testing.assert_allclose(waist, TROUSERS["waist"], atol=16)


class OutlineTests(TestCase):
    def test_square_bends_at_its_corners_only(self):
        corners = np.array([[60, 40], [140, 40], [140, 160], [60, 160]], np.float32)
        outline = trace_outline(polygon((200, 200), corners))

        half = outline.halves["left"]
        bend = half.turning(10)

        self.assertAlmostEqual(outline.axis_x, 100, delta=1)
        self.assertAlmostEqual(bend.min(), -np.pi / 2, delta=0.3)
        self.assertLess(bend.max(), 0.15)
        x, y = half.path[bend.argmin()]
        self.assertLess(abs(x - 60), 6)
        self.assertLess(min(abs(y - 40), abs(y - 160)), 6)
