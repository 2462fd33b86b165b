"""Key points put right by hand: they move the fit, and nothing else."""

from unittest import TestCase

import numpy as np

from tests.garment_images import SKIRT, TANK, TEE, TROUSERS, drawn_flat
from tests.images import drawn_reading, house_model
from tryon_engine import protocol
from tryon_engine.backends import Outfit
from tryon_engine.backends.warp import WarpBackend
from tryon_engine.vision.fit.lower import fit_lower
from tryon_engine.vision.fit.upper import fit_upper
from tryon_engine.vision.garment.corrections import NAMES, KeypointError
from tryon_engine.vision.garment.reading import GarmentCategory, read_garment


def place(reading, name):
    """Where a key point lies, in pixels of the flat."""
    return reading.keypoints[name].xy / reading.scale


class UpperTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.flat = drawn_flat(TEE)
        cls.plain = read_garment(cls.flat)

    def test_a_point_moves_to_the_nearest_place_on_the_outline(self):
        moved = read_garment(self.flat, corrections={"left_hem": (158, 380)})

        np.testing.assert_allclose(place(moved, "left_hem"), (150, 380), atol=3)

    def test_all_other_points_stay(self):
        moved = read_garment(self.flat, corrections={"left_tip": (165, 115)})

        self.assertGreater(
            np.ptp([place(r, "left_tip") for r in (self.plain, moved)], 0).max(), 5
        )
        for name in self.plain.keypoints.keys() - {"left_tip"}:
            np.testing.assert_array_equal(place(moved, name), place(self.plain, name))

    def test_points_keep_their_order_along_the_outline(self):
        # An armpit below the hem: the hem makes way.
        moved = read_garment(self.flat, corrections={"left_pit": (150, 470)})

        side = moved.upper.sides["left"]
        order = [side.neck, side.tip, *side.cuff, side.pit, side.hem]
        self.assertEqual(order, sorted(set(order)))

    def test_is_sure_of_a_side_that_was_put_right(self):
        moved = read_garment(self.flat, corrections={"right_pit": (362, 215)})

        self.assertEqual(moved.keypoints["right_pit"].confidence, 1.0)
        self.assertEqual(
            moved.keypoints["left_pit"].confidence,
            self.plain.keypoints["left_pit"].confidence,
        )

    def test_what_the_garment_does_not_have_is_passed_over(self):
        tank = drawn_flat(TANK)
        plain = read_garment(tank)

        moved = read_garment(
            tank, corrections={"left_cuff_outer": (10, 10), "crotch": (256, 300)}
        )

        self.assertEqual(moved.keypoints.keys(), plain.keypoints.keys())
        np.testing.assert_array_equal(
            place(moved, "left_hem"), place(plain, "left_hem")
        )

    def test_a_shorter_hem_does_not_make_it_another_garment(self):
        dress = {
            "neck": (220, 40),
            "tip": (190, 46),
            "pit": (180, 130),
            "hem": (150, 620),
        }
        flat = drawn_flat(dress)
        self.assertEqual(read_garment(flat).category, GarmentCategory.DRESS)

        moved = read_garment(
            flat, corrections={"left_hem": (165, 300), "right_hem": (347, 300)}
        )

        self.assertEqual(moved.category, GarmentCategory.DRESS)

    def test_refuses_a_point_outside_of_the_picture(self):
        with self.assertRaisesRegex(
            KeypointError, "left_hem at .600, 10. lies outside"
        ):
            read_garment(self.flat, corrections={"left_hem": (600, 10)})


class LowerTests(TestCase):
    def test_crotch_waist_and_hem_are_taken_over(self):
        moved = read_garment(
            drawn_flat(TROUSERS),
            corrections={
                "crotch": (250, 260),
                "left_waist": (176, 90),
                "right_hem": (362, 560),
            },
        )

        np.testing.assert_allclose(place(moved, "crotch"), (250, 260), atol=2)
        for side in ("left", "right"):
            self.assertAlmostEqual(place(moved, f"{side}_waist")[1], 90, delta=2)
            self.assertAlmostEqual(place(moved, f"{side}_hem")[1], 560, delta=2)

    def test_refuses_a_hem_at_the_waist(self):
        with self.assertRaisesRegex(KeypointError, "Waist and hem"):
            read_garment(drawn_flat(SKIRT), corrections={"left_hem": (190, 120)})


class FitTests(TestCase):
    """What is worn changes with the key points."""

    @classmethod
    def setUpClass(cls):
        cls.person = drawn_reading()

    def test_a_raised_hem_lets_the_cloth_fall_lower(self):
        flat = drawn_flat(TEE)
        raised = {"left_hem": (150, 380), "right_hem": (362, 380)}
        spot = np.array([[256, 430]], np.float32)

        fits = [
            fit_upper(self.person, read_garment(flat, corrections=points))
            for points in ({}, raised)
        ]

        scale = read_garment(flat).scale
        plain, moved = (
            next(piece for piece in fit.pieces if piece.name == "torso").deform(
                spot * scale
            )[0]
            for fit in fits
        )
        self.assertNotAlmostEqual(float(plain[1]), float(moved[1]), delta=2)

    def test_shoulder_tips_farther_in_make_the_garment_wider(self):
        flat = drawn_flat(TEE)
        inward = {"left_tip": (178, 110), "right_tip": (334, 110)}

        chest = []
        for points in ({}, inward):
            garment = read_garment(flat, corrections=points)
            torso = next(
                piece
                for piece in fit_upper(self.person, garment).pieces
                if piece.name == "torso"
            )
            ends = np.array([[170, 160], [342, 160]], np.float32) * garment.scale
            chest.append(float(np.ptp(torso.deform(ends)[:, 0])))

        self.assertGreater(abs(chest[1] - chest[0]), 2)

    def test_a_longer_rise_moves_the_legs_of_trousers(self):
        flat = drawn_flat(TROUSERS)

        scales = [
            fit_lower(self.person, read_garment(flat, corrections=points)).hem_down
            for points in ({}, {"left_waist": (176, 130), "right_waist": (336, 130)})
        ]

        self.assertGreater(abs(scales[1] - scales[0]), 0.01)


class BackendTests(TestCase):
    def test_keeps_both_readings_of_one_flat_apart(self):
        backend = WarpBackend()
        person, flat = house_model("w1"), drawn_flat(TEE)
        raised = {"left_hem": (150, 380), "right_hem": (362, 380)}

        def hem(points):
            worn = backend.fit(person, Outfit(flat, top_keypoints=points)).top
            return float(place(worn.garment, "left_hem")[1])

        first, second, third = hem({}), hem(raised), hem({})

        self.assertEqual(first, third)
        self.assertAlmostEqual(second, 380, delta=3)


class NamesTests(TestCase):
    def test_the_protocol_takes_the_names_that_the_vision_knows(self):
        self.assertEqual(set(NAMES), protocol.KEYPOINTS)
