"""Tops that leave the shoulders bare, from the flat to the arms above their sleeves."""

from dataclasses import replace
from unittest import TestCase

import numpy as np

from tests.garment_images import AXIS_X, TEE, demo_flat, drawn_flat
from tests.images import drawn_reading
from tryon_engine.vision.arrays import SIDES
from tryon_engine.vision.fit.shoulder import shoulder_line
from tryon_engine.vision.fit.upper import fit_upper
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.masks import polygon
from tryon_engine.vision.uncover.bare_arms import bare_arm_shape
from tryon_engine.vision.uncover.uncover import body_zone

BARDOT = {
    "dip": (256, 214),
    "edge": (150, 200),
    "opening": (70, 204),
    "cuff_outer": (52, 320),
    "cuff_inner": (112, 330),
    "pit": (150, 262),
    "hem": (150, 420),
}


class OffShoulderTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.garment = read_garment(drawn_flat(BARDOT))

    def test_is_told_by_its_level_edge_close_above_the_armpits(self):
        self.assertTrue(self.garment.upper.is_off_shoulder)
        others = [drawn_flat(TEE), demo_flat("cami_satin_champagne")]
        others += map(demo_flat, ("tee_sage_vneck", "knit_cable_oatmeal"))
        for flat in others:
            self.assertFalse(read_garment(flat).upper.is_off_shoulder)

    def test_its_sleeves_begin_at_the_armholes_and_open_along_the_edge(self):
        scale = self.garment.scale
        for side in SIDES:
            upper = self.garment.upper.sides[side]
            ends = upper.tip, upper.opening
            outs = [abs(upper.point(at)[0] / scale - AXIS_X) for at in ends]
            for out, name in zip(outs, ("edge", "opening"), strict=True):
                self.assertAlmostEqual(out, AXIS_X - BARDOT[name][0], delta=14)

    def test_no_cloth_lies_on_the_shoulders(self):
        person = drawn_reading()
        fit = fit_upper(person, self.garment)
        for piece in fit.pieces:
            rows, columns = np.nonzero(self.garment.mask & (piece.coverage > 0.5))
            places = piece.deform(np.stack([columns, rows], 1).astype(np.float32))
            down = -(places - person.shoulder_centre) @ person.up
            self.assertGreater(down.min() / person.shoulder_width, 0.04, piece.name)
        for side in SIDES:
            self.assertGreater(fit.cuff_along[side], 0.4)


class BareShoulderTests(TestCase):
    def test_no_arm_is_made_up_above_a_shoulder_whose_joint_is_near_its_line(self):
        # As on the far side of a turned body.
        person = drawn_reading()
        joints = person.keypoints.array.copy()
        tip = person.shoulder_tip["right"]
        joints[person.keypoints.row("right", "shoulder"), :2] = tip + (-12, 1)
        person = replace(person, keypoints=replace(person.keypoints, array=joints))
        line = shoulder_line(person, "right")[:11]
        above = polygon(person.size, np.concatenate([line, line[::-1] - (0, 30)]))
        above &= person.across > 0.26

        arms = {side: bare_arm_shape(person, side) for side in SIDES}
        body = body_zone(person, arms)

        self.assertGreater(above.sum(), 200)
        self.assertLess((body & above).sum() / above.sum(), 0.05)
