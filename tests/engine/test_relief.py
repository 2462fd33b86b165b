import unittest

import numpy as np

from tests.images import drawn_reading
from tryon_engine.vision.light.relief import arm_coordinates, trunk_of, tube_slopes


def plate(width=40, height=60):
    matte = np.zeros((100, 100), np.float32)
    matte[20 : 20 + height, 50 - width // 2 : 50 + width // 2] = 1
    return matte


class TrunkTests(unittest.TestCase):
    def test_edges_are_those_of_the_matte(self):
        trunk = trunk_of(plate(), unit=40)

        np.testing.assert_allclose(trunk.left[40:60], 30, atol=0.5)
        np.testing.assert_allclose(trunk.right[40:60], 70, atol=0.5)

    def test_rounded_corners_of_a_hem_do_not_narrow_the_cloth(self):
        matte = plate()
        for row in range(8):
            matte[72 + row, : 32 + 2 * row] = 0
            matte[72 + row, 68 - 2 * row :] = 0

        trunk = trunk_of(matte, unit=40)

        np.testing.assert_allclose(trunk.half[50:80], 20, atol=0.8)

    def test_cloth_on_the_shoulders_does_not_turn_away_before_their_ends(self):
        # As above the narrow row at the armpit of a raised arm.
        trunk = trunk_of(plate(), unit=40, first_row=50, shoulders=(20, 66))

        self.assertLess(trunk.left[22], 20)
        self.assertGreater(trunk.right[22], 70)
        np.testing.assert_allclose(trunk.left[54:70], 30, atol=0.5)

    def test_nothing_to_be_seen_is_none(self):
        self.assertIsNone(trunk_of(np.zeros((50, 50), np.float32), unit=20))

    def test_place_and_across_agree(self):
        trunk = trunk_of(plate(), unit=40)

        x, y = trunk.place(np.array([0.5]), np.array([50.0]))[0]

        self.assertAlmostEqual(float(trunk.across()[int(y), int(x)]), 0.5, delta=0.05)


class TubeSlopesTests(unittest.TestCase):
    def test_a_tube_faces_the_camera_in_its_middle_and_falls_to_both_sides(self):
        trunk = trunk_of(plate(), unit=40)

        slopes = tube_slopes(trunk.across(), trunk.half, depth=0.8)

        self.assertAlmostEqual(float(slopes.x[50, 50]), 0, delta=0.05)
        self.assertGreater(slopes.x[50, 33], 0.4)
        self.assertLess(slopes.x[50, 67], -0.4)
        np.testing.assert_allclose(slopes.y[45:60], 0, atol=0.05)


class ArmCoordinatesTests(unittest.TestCase):
    def test_across_changes_its_sign_on_the_axis(self):
        person = drawn_reading()
        elbow = person.joint("left", "elbow")
        row, column = int(elbow[1] / 2) - 10, int(elbow[0] / 2)

        _, across = arm_coordinates(person, "left", (256, 192))

        self.assertLess(across[row, column - 4], 0)
        self.assertGreater(across[row, column + 8], 0)
