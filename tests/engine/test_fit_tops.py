"""How tops lie: shoulders, sleeves, straps, width; see `test_fit` for the rest."""

from dataclasses import replace
from unittest import TestCase

import numpy as np

from tests.garment_images import TEE, demo_flat, drawn_flat
from tests.images import drawn_reading, house_model
from tryon_engine.vision.arrays import OUTWARD, SIDES, sample_indices
from tryon_engine.vision.fit.mesh import Lattice, Pins, Sheet, relax
from tryon_engine.vision.fit.shoulder import outer_line
from tryon_engine.vision.fit.sleeve import cut_long
from tryon_engine.vision.fit.torso import turned
from tryon_engine.vision.fit.upper import fit_upper
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.masks import distance_outside
from tryon_engine.vision.person.reading import read_person

LONG_SLEEVED = TEE | {"cuff_outer": (52, 420), "cuff_inner": (92, 430)}
WIDE = TEE | {"tip": (110, 130), "pit": (90, 260), "hem": (90, 470)}
WIDE |= {"cuff_outer": (20, 250), "cuff_inner": (60, 290)}
PUFFED = {
    "neck": (196, 200),
    "tip": (176, 204),
    "cuff_outer": (52, 292),
    "cuff_inner": (130, 384),
    "pit": (176, 290),
    "hem": (176, 400),
}
CAMISOLE = {
    "dip": (256, 250),
    "neck": (190, 100),
    "tip": (180, 100),
    "pit": (130, 250),
    "hem": (120, 520),
}


def piece(fit, name):
    return next(piece for piece in fit.pieces if piece.name == name)


class ElasticTests(TestCase):
    def setUp(self):
        self.lattice = Lattice((300, 200))
        self.coverage = np.zeros((300, 200), bool)
        self.coverage[40:260, 30:170] = True

    def sheet(self, hold):
        place = (2 * self.lattice.nodes + 5).reshape(*self.lattice.shape, 2)
        right, down = np.zeros_like(place), np.zeros_like(place)
        right[:, :-1], down[:-1] = np.diff(place, axis=1), np.diff(place, axis=0)
        nothing = np.zeros(self.lattice.shape)
        return Sheet(self.coverage, right, down, place, nothing + hold, nothing > 0)

    def test_lies_where_it_wants_to_if_nothing_pulls(self):
        deform = relax(self.lattice, [self.sheet(0.1)], [])[0]
        points = np.array([[50.0, 60.0], [120.5, 200.25]], np.float32)

        np.testing.assert_allclose(deform(points), 2 * points + 5, atol=0.01)

    def test_pins_move_what_is_near_and_leave_what_is_far(self):
        at = np.array([[100.0, 60.0]], np.float32)
        pins = [Pins(0, at, 2 * at + 5 + (0, 12), weight=100.0)]

        deform = relax(self.lattice, [self.sheet(0.5)], pins)[0]

        self.assertAlmostEqual(deform(at)[0, 1], 2 * 60 + 5 + 12, delta=1)
        far = np.array([[100.0, 250.0]], np.float32)
        np.testing.assert_allclose(deform(far), 2 * far + 5, atol=0.3)


class TurnedTests(TestCase):
    def test_wide_cloth_keeps_its_scale_in_front_and_ends_where_it_is_seen(self):
        out = np.array([0.0, 20.0, 40.0, 100.0])

        moved = turned(out, np.full(4, 100.0), np.full(4, 80.0))

        np.testing.assert_allclose(moved, [0, 20, 40, 80], atol=0.01)

    def test_tight_cloth_is_stretched_evenly(self):
        out = np.array([0.0, 50.0, 100.0])

        moved = turned(out, np.full(3, 100.0), np.full(3, 110.0))

        np.testing.assert_allclose(moved, [0, 55, 110])


class TopTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.person = drawn_reading()

    def test_the_outer_line_runs_along_the_silhouette(self):
        unit = self.person.shoulder_width
        outside = distance_outside(self.person.mask)
        inside = distance_outside(~self.person.mask)
        for side in SIDES:
            rows, columns = sample_indices(
                outer_line(self.person, side).points[20:], self.person.size
            )

            self.assertLess(outside[rows, columns].max(), 0.04 * unit, side)
            self.assertLess(inside[rows, columns].max(), 0.06 * unit, side)

    def test_no_shoulder_is_puffed_whose_joint_is_near_the_silhouette(self):
        # As on the far side of a turned body.
        own_left = 11
        joints = self.person.keypoints.array.copy()
        joints[own_left, 0] += 0.13 * self.person.shoulder_width
        keypoints = replace(self.person.keypoints, array=joints)
        person = replace(self.person, keypoints=keypoints)
        outside = distance_outside(person.mask)

        line = outer_line(person, "right").points[20:]
        rows, columns = sample_indices(line, person.size)

        most = outside[rows, columns].max() / person.shoulder_width
        self.assertLess(most, 0.05)

    def test_long_sleeves_end_at_the_wrist_and_not_beyond(self):
        fit = fit_upper(self.person, read_garment(drawn_flat(LONG_SLEEVED)))
        for side in SIDES:
            sleeve = piece(fit, f"{side}_sleeve")
            rows, columns = np.nonzero(sleeve.coverage > 0.5)
            moved = sleeve.deform(np.stack([columns, rows], axis=1).astype(np.float32))
            elbow, wrist = (
                self.person.joint(side, name) for name in ("elbow", "wrist")
            )
            way = (wrist - elbow) / np.linalg.norm(wrist - elbow)

            beyond = ((moved - wrist) @ way).max() / self.person.shoulder_width

            self.assertAlmostEqual(beyond, 0, delta=0.12, msg=side)

    def test_puffs_of_a_narrow_top_are_no_long_sleeves(self):
        puffed = read_garment(drawn_flat(PUFFED)).upper
        self.assertGreater(puffed.sleeve_length, 0.68 * puffed.chest_width)

        self.assertFalse(cut_long(puffed))
        self.assertTrue(cut_long(read_garment(demo_flat("top_breton_long")).upper))

    def test_long_sleeves_that_lie_against_the_flank_reach_the_wrist(self):
        person = read_person(house_model("m1"))
        for name in ("hoodie_grey", "sweat_cream_word", "polo_forest"):
            fit = fit_upper(person, read_garment(demo_flat(name)))
            for side, along in fit.cuff_along.items():
                if name == "polo_forest":
                    self.assertLess(along, 1.2, side)
                else:
                    self.assertGreater(along, 1.9, (name, side))

    def test_wide_tops_are_drawn_narrower_but_not_shorter(self):
        garment = read_garment(drawn_flat(WIDE))
        fit = fit_upper(self.person, garment)
        torso, shape = piece(fit, "torso").deform, garment.upper
        pits = np.stack([shape.sides[s].point(shape.sides[s].pit) for s in SIDES])
        middle = np.array([shape.axis_x, shape.pit_y], np.float32)
        column = np.stack([middle, middle + (0, 100)]).astype(np.float32)

        width = np.linalg.norm(np.subtract(*torso(pits)))
        height = np.linalg.norm(np.subtract(*torso(column)))

        self.assertLess(width, 0.92 * fit.scale * shape.chest_width)
        self.assertAlmostEqual(height, 100 * fit.scale, delta=4 * fit.scale)

    def test_a_bodice_under_straps_begins_between_the_arms(self):
        person, garment = self.person, read_garment(drawn_flat(CAMISOLE))
        fit = fit_upper(person, garment)
        self.assertTrue(garment.upper.is_strappy)
        for side in SIDES:
            upper = garment.upper.sides[side]
            pit = piece(fit, "torso").deform(upper.point(upper.pit)[None])[0]

            out = (pit - person.shoulder_centre) @ person.right * OUTWARD[side]

            self.assertLess(out, 0.47 * person.shoulder_width, side)
