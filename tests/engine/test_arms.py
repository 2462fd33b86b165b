import unittest
from dataclasses import replace

import numpy as np

from tests.images import drawn_reading
from tryon_engine.vision.arrays import grid
from tryon_engine.vision.compose.arms import behind_trunk, seen_arms
from tryon_engine.vision.person.body import Part


def turned_reading():
    """A person whose left arm the top half hides from above to below the elbow."""
    person = drawn_reading(sleeve_along=0.3)
    arm = person.arms["left"]
    is_inner = np.abs(person.across) < np.median(
        np.abs(person.across[arm.across < 0.2])
    )
    hidden = (arm.across < 1) & (arm.along < 1.2) & is_inner
    parsing = np.where(hidden, Part.UPPER, person.parsing).astype(np.uint8)
    return replace(person, parsing=parsing)


class BehindTrunkTests(unittest.TestCase):
    def test_arms_before_the_top_are_not_behind_it(self):
        self.assertEqual(behind_trunk(drawn_reading()).max(), 0)

    def test_an_arm_that_the_top_half_hides_is_behind_it_as_far_as_that(self):
        person = turned_reading()
        arm, other = person.arms["left"], person.arms["right"]

        behind = behind_trunk(person)

        upper = (arm.across < 1) & (arm.along > 0.6) & (arm.along < 1.1)
        self.assertGreater(behind[upper].min(), 0.9)
        self.assertEqual(behind[(arm.across < 1) & (arm.along > 1.6)].max(), 0)
        self.assertEqual(behind[other.across < 1].max(), 0)

    def test_a_forearm_before_the_trunk_is_not_behind_it(self):
        """Where arms are crossed, cloth shows on both sides of the wrist."""
        person = drawn_reading(sleeve_along=0.3)
        arm = person.arms["left"]
        beside = (arm.across < 1) & (arm.across > 0.4) & (arm.along > 1.7)
        parsing = np.where(beside, Part.UPPER, person.parsing).astype(np.uint8)

        behind = behind_trunk(replace(person, parsing=parsing))

        self.assertEqual(behind.max(), 0)

    def test_the_new_top_is_drawn_over_it(self):
        person = turned_reading()
        arm = person.arms["left"]
        cuffs = {"left": 0.4, "right": 0.4}

        seen = seen_arms(person, np.zeros(person.size, bool), cuffs, fine=False)

        upper = (arm.across < 1) & (arm.along > 0.6) & (arm.along < 1.1)
        lower = (arm.across < 0.5) & (arm.along > 1.6) & (arm.along < 1.9)
        self.assertLess(seen[upper].max(), 0.1)
        self.assertGreater(seen[lower].mean(), 0.9)


class HandsOnTheTrunkTests(unittest.TestCase):
    def test_a_hand_before_the_belly_stays_in_front_with_its_fingers(self):
        person = drawn_reading(sleeve_along=0.3)
        middle, belly = person.shoulder_centre[0], person.shoulder_centre[1] + 70
        joints = person.keypoints.array.copy()
        for name, place in (
            ("wrist", (middle - 25, belly)),
            ("index", (middle - 5, belly - 4)),
            ("pinky", (middle - 5, belly + 4)),
        ):
            joints[person.keypoints.row("left", name), :2] = place
        parsing = person.parsing.copy()
        x, y = grid(person.size)
        fingers = np.hypot(x - middle - 4, y - belly) < 10
        parsing[fingers] = Part.SKIN
        person = replace(
            person, parsing=parsing, keypoints=replace(person.keypoints, array=joints)
        )
        cuffs = {"left": 0.4, "right": 0.4}

        seen = seen_arms(person, np.zeros(person.size, bool), cuffs, fine=False)

        self.assertGreater(seen[fingers].mean(), 0.85)
