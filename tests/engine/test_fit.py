from dataclasses import replace
from unittest import TestCase

import numpy as np

from tests.garment_images import SKIRT, TEE, TROUSERS, drawn_flat
from tests.images import drawn_reading
from tryon_engine.vision.arrays import SIDES, sample_indices
from tryon_engine.vision.fit.hang import folds
from tryon_engine.vision.fit.lower import fit_lower
from tryon_engine.vision.fit.pieces import (
    ankle_down,
    body_half,
    outer_edges,
    smoothstep,
)
from tryon_engine.vision.fit.skirt import read_hang
from tryon_engine.vision.fit.upper import fit_upper
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.masks import distance_outside


def jacobian(deform, point, step=4.0):
    """Columns: how far the target moves per pixel of the flat, along x and y."""
    x, y = point
    spots = np.array(
        [[x + step, y], [x - step, y], [x, y + step], [x, y - step]], np.float32
    )
    moved = deform(spots)
    return (moved[[0, 2]] - moved[[1, 3]]).T / (2 * step)


class FitUpperTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.person = drawn_reading()
        cls.garment = read_garment(drawn_flat(TEE))
        cls.fit = fit_upper(cls.person, cls.garment)
        cls.torso = cls.fit.pieces[-3].deform

    def test_draws_torso_below_sleeves(self):
        names = [piece.name for piece in self.fit.pieces]

        self.assertEqual(names[-3:], ["torso", "left_sleeve", "right_sleeve"])

    def test_a_symmetric_tee_lies_symmetric_on_a_symmetric_person(self):
        axis, middle = self.garment.upper.axis_x, self.person.size[1] / 2
        out, y = np.array([0, 60, 120, 150]), np.array([300, 500, 700, 300])

        left = self.torso(np.stack([axis - out, y], axis=1).astype(np.float32))
        right = self.torso(np.stack([axis + out, y], axis=1).astype(np.float32))

        np.testing.assert_allclose(left[:, 0] - middle, middle - right[:, 0], atol=3)
        np.testing.assert_allclose(left[:, 1], right[:, 1], atol=3)

    def test_prints_on_the_chest_keep_their_shape(self):
        upper = self.garment.upper
        chest = (upper.axis_x, upper.pit_y + 40)

        by_x, by_y = jacobian(self.torso, chest).T

        self.assertAlmostEqual(
            np.linalg.norm(by_y) / np.linalg.norm(by_x), 1, delta=0.12
        )
        self.assertAlmostEqual(abs(by_x @ by_y), 0, delta=0.02)

    def test_neck_points_lie_at_the_base_of_the_neck(self):
        unit = self.person.shoulder_width
        for side in SIDES:
            upper = self.garment.upper.sides[side]
            neck = self.torso(upper.point(upper.neck)[None])[0]

            off = np.linalg.norm(neck - self.person.neck_point[side])

            self.assertLess(off, 0.2 * unit, side)

    def test_torso_and_sleeve_agree_at_the_armhole(self):
        upper = self.garment.upper.sides["left"]
        seam = np.linspace(upper.point(upper.tip), upper.point(upper.pit), 8)[1:-2]
        sleeve = self.fit.pieces[-2].deform

        np.testing.assert_allclose(
            self.torso(seam.astype(np.float32)),
            sleeve(seam.astype(np.float32)),
            atol=0.5,
        )

    def test_sleeves_follow_the_arms(self):
        deform = self.fit.pieces[-2].deform
        upper = self.garment.upper.sides["left"]
        cuff = (upper.point(upper.cuff_outer) + upper.point(upper.cuff_inner)) / 2

        spot = deform(cuff[None].astype(np.float32))[0]

        axis = self.person.arm_axis("left")
        off = np.linalg.norm(axis - spot, axis=1).min()
        self.assertLess(off, 0.15 * self.person.shoulder_width)
        self.assertGreater(self.fit.cuff_along["left"], 0.3)

    def test_shoulders_and_caps_of_sleeves_lie_on_the_body(self):
        unit = self.person.shoulder_width
        outside = distance_outside(self.person.mask)
        for number, side in enumerate(SIDES):
            upper = self.garment.upper.sides[side]
            deform = self.fit.pieces[number - 2].deform
            edge = upper.half.path[upper.tip : upper.cuff_outer]

            rows, columns = sample_indices(deform(edge), self.person.size)

            self.assertLess(outside[rows, columns].max(), 0.06 * unit, side)

    def test_the_end_of_a_sleeve_lies_across_the_arm(self):
        for number, side in enumerate(SIDES):
            upper = self.garment.upper.sides[side]
            deform = self.fit.pieces[number - 2].deform
            outer, inner = deform(np.stack([upper.point(i) for i in upper.cuff]))
            elbow = self.person.joint(side, "elbow")
            arm = elbow - self.person.joint(side, "shoulder")

            leaning = (outer - inner) @ arm / np.linalg.norm(arm)

            self.assertLess(abs(leaning), 0.3 * np.linalg.norm(outer - inner), side)


class FitLowerTests(TestCase):
    def test_trousers_reach_from_waist_to_ankles(self):
        person = drawn_reading()
        fit = fit_lower(person, read_garment(drawn_flat(TROUSERS)))

        self.assertEqual([p.name for p in fit.pieces], ["left_leg", "right_leg"])
        self.assertTrue(0.6 < fit.top_down < 0.9, fit.top_down)
        self.assertAlmostEqual(fit.hem_down, ankle_down(person), delta=0.15)

    def test_each_leg_follows_its_own_leg(self):
        person = drawn_reading()
        garment = read_garment(drawn_flat(TROUSERS))
        fit = fit_lower(person, garment)
        lower = garment.lower
        for side, outer, inner in (
            ("left", lower.left, lower.inner_left),
            ("right", lower.right, lower.inner_right),
        ):
            knee_y = lower.y[0] + 0.62 * lower.length
            row = int(knee_y - lower.y[0])
            middle = np.float32([[(outer[row] + inner[row]) / 2, knee_y]])

            spot = fit.pieces[0].deform(middle)[0]

            knee = person.joint(side, "knee")
            off = abs(spot[0] - knee[0])
            self.assertLess(off, 0.15 * person.shoulder_width, side)

    def test_a_leg_takes_all_beyond_its_inseam_along(self):
        """Where legs nearly touch in the flat, its mesh would be cut off else."""
        close = TROUSERS | {"hem_inner": (252, 590), "crotch": (256, 300)}
        fit = fit_lower(drawn_reading(), read_garment(drawn_flat(close)))
        left = {piece.name: piece for piece in fit.pieces}["left_leg"]
        row = np.stack([np.arange(240, 280), np.full(40, 560)], axis=1)
        row = row.astype(np.float32) * left.coverage.shape[0] / 640

        steps = np.diff(left.deform(row)[:, 0])

        np.testing.assert_allclose(steps, steps[0], rtol=0.2)

    def test_waistband_reaches_under_a_short_top(self):
        person = drawn_reading()
        skirt = read_garment(drawn_flat(SKIRT))

        fit = fit_lower(person, skirt, top_hem_down=0.78)

        self.assertLessEqual(fit.top_down, 0.73)

    def test_skirt_does_not_trail_on_the_floor(self):
        person = drawn_reading()
        fit = fit_lower(person, read_garment(drawn_flat(SKIRT)))

        self.assertLessEqual(fit.hem_down, ankle_down(person) + 0.01)

    def test_the_hem_of_a_skirt_is_round_and_the_waist_is_level(self):
        person = drawn_reading()
        skirt = read_garment(drawn_flat(SKIRT))
        deform = fit_lower(person, skirt).pieces[0].deform
        shape = skirt.lower
        for row, least in ((0, -1.0), (-1, 2.0)):
            left, right, y = shape.left[row], shape.right[row], shape.y[row]
            across = np.linspace(left, right, 5)
            points = np.stack([across, np.full(5, y)], axis=1).astype(np.float32)

            moved = deform(points)[:, 1]

            self.assertGreater(moved[2] - moved[[0, 4]].max(), least)
            if row == 0:
                self.assertLess(np.ptp(moved), 1.0)


class HangTests(TestCase):
    def test_a_wide_skirt_falls_in_folds_and_a_narrow_one_does_not(self):
        person = drawn_reading()
        skirt = read_garment(drawn_flat(SKIRT))
        y, edges = skirt.lower.y, (skirt.lower.left, skirt.lower.right)
        down = np.linspace(0.75, 2.0, len(y))
        body = person.outline.half("left", down)

        narrow, wide = (
            read_hang(person, skirt, y, edges, down, body * ease) for ease in (1, 1.6)
        )

        self.assertEqual(narrow.wave.max(), 0)
        self.assertGreater(wide.wave[-1], 1)
        self.assertLess(wide.wave[0], 0.01)

    def test_folds_are_within_their_range(self):
        height = folds(np.linspace(-1.2, 1.2, 200))

        self.assertLess(np.abs(height).max(), 1.6)
        self.assertLess(abs(height.mean()), 0.3)


class HelperTests(TestCase):
    def test_under_a_loose_dress_hips_are_as_wide_as_their_joints_tell(self):
        person = drawn_reading()
        wide = {side: half * 1.5 for side, half in person.outline.half_widths.items()}
        outline = replace(person.outline, half_widths=wide)
        dressed = replace(person, outline=outline, is_dress=True)
        trousers = replace(person, outline=outline)

        joints = np.linalg.norm(
            person.joint("left", "hip") - person.joint("right", "hip")
        )

        self.assertAlmostEqual(float(body_half(dressed, "left", 1.0)), joints, delta=1)
        self.assertEqual(
            float(body_half(trousers, "left", 1.0)), float(outline.half("left", 1.0))
        )
        self.assertEqual(
            float(body_half(dressed, "left", 0.4)), float(outline.half("left", 0.4))
        )

    def test_smoothstep_is_0_then_half_then_1(self):
        values = smoothstep(np.array([-1.0, 0.0, 1.0, 2.0, 3.0]), 0.0, 2.0)

        np.testing.assert_allclose(values, [0, 0, 0.5, 1, 1])

    def test_outer_edges_bridge_a_notch(self):
        flank = np.array([[10, 0], [10, 5], [4, 6], [10, 7], [10, 10]], np.float32)

        y, out = outer_edges(flank, 0.0, 1, 0, 10)

        np.testing.assert_array_equal(y, np.arange(11))
        self.assertEqual(out[5], 10)
        self.assertEqual(out[7], 10)
