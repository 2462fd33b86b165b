import unittest
from dataclasses import replace

import numpy as np

from tests.images import drawn_reading
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

    def test_the_new_top_is_drawn_over_it(self):
        person = turned_reading()
        arm = person.arms["left"]
        cuffs = {"left": 0.4, "right": 0.4}

        seen = seen_arms(person, np.zeros(person.size, bool), cuffs, fine=False)

        upper = (arm.across < 1) & (arm.along > 0.6) & (arm.along < 1.1)
        lower = (arm.across < 0.5) & (arm.along > 1.6) & (arm.along < 1.9)
        self.assertLess(seen[upper].max(), 0.1)
        self.assertGreater(seen[lower].mean(), 0.9)
