import unittest
from dataclasses import replace

import numpy as np

from tests.images import COLOURS, drawn_reading
from tryon_engine.vision.arrays import OUTWARD, SIDES
from tryon_engine.vision.colour import rgb_to_lab
from tryon_engine.vision.compose.arms import lost_shoulders
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.person.hands import hands_in_pockets, under_garments
from tryon_engine.vision.uncover.bare_arms import arm_girth, bare_arm_shape, centre_arms
from tryon_engine.vision.uncover.residue import cuff_slivers, tinted_skin


def with_joint_moved(person, side, name, off_px):
    array = person.keypoints.array.copy()
    array[person.keypoints.row(side, name), 0] += off_px
    return replace(person.keypoints, array=array)


class CentreArmsTests(unittest.TestCase):
    def test_brings_a_joint_back_to_the_middle_of_its_arm(self):
        person = drawn_reading(sleeve_along=0.3)
        for side in SIDES:
            for name in ("elbow", "wrist"):
                off = with_joint_moved(person, side, name, 5)

                centred = centre_arms(off, person.frame, person.parsing)

                with self.subTest(side=side, name=name):
                    apart = centred.joint(side, name) - person.joint(side, name)
                    self.assertLess(abs(apart[0]), 2.5)

    def test_finds_a_sleeve_before_trousers(self):
        person = drawn_reading(sleeve_along=2.0)
        parsing = person.parsing.copy()
        beside = (person.down > 0.5) & (parsing == Part.BACKGROUND)
        parsing[beside & (np.abs(person.across) < 0.75)] = Part.LOWER
        off = with_joint_moved(person, "left", "wrist", 5)

        centred = centre_arms(off, person.frame, parsing)

        apart = centred.joint("left", "wrist") - person.joint("left", "wrist")
        self.assertLess(abs(apart[0]), 3)

    def test_leaves_joints_in_the_middle_where_they_are(self):
        person = drawn_reading()

        centred = centre_arms(person.keypoints, person.frame, person.parsing)

        self.assertLess(np.abs(centred.array - person.keypoints.array).max(), 1.5)


class BareArmShapeTests(unittest.TestCase):
    def test_an_arm_half_behind_the_trunk_keeps_its_outer_edge(self):
        person = drawn_reading(sleeve_along=0.4)
        keypoints = with_joint_moved(person, "left", "elbow", -8)
        parsing = person.parsing.copy()
        aside = np.abs(person.across)
        arm = person.arms["left"]
        middle = np.median(aside[(arm.across < 0.1) & (np.abs(arm.along - 0.7) < 0.1)])
        hides = (arm.along > 0.4) & (arm.across < 1) & (aside < middle + 0.03)
        parsing[hides & (person.across < 0)] = Part.UPPER
        person = replace(person, keypoints=keypoints, parsing=parsing)

        shape = bare_arm_shape(person, "left")

        near = (shape.along > 0.5) & (shape.along < 0.8) & (shape.across > 0)
        beyond = near & (shape.across < 1) & ~person.mask
        self.assertLess(beyond.sum(), 0.1 * (near & (shape.across < 1)).sum())

    def test_arm_under_a_wide_sleeve_is_no_tube_of_its_width(self):
        narrow = drawn_reading(sleeve_along=2.0)
        parsing = narrow.parsing.copy()
        for side in SIDES:
            arm = narrow.arms[side]
            sleeve = (arm.across < 1.7) & (arm.along > 1.2) & (arm.along < 2)
            parsing[sleeve & (parsing == Part.BACKGROUND)] = Part.UPPER
        wide = replace(narrow, parsing=parsing)

        for side in SIDES:
            shape = bare_arm_shape(wide, side)
            inside = np.abs(shape.across) < 1
            wrist = inside & (np.abs(shape.along - 1.9) < 0.04)
            below_elbow = inside & (np.abs(shape.along - 1.2) < 0.04)
            self.assertLess(wrist.sum(), 0.85 * below_elbow.sum())

    def test_outer_edge_is_positive_on_both_sides(self):
        person = drawn_reading()

        for side in SIDES:
            shape = bare_arm_shape(person, side)
            outside = (shape.across > 0.3) & (shape.across < 1) & (shape.along < 1.9)
            inside = (shape.across < -0.3) & (shape.across > -1) & (shape.along < 1.9)
            apart = person.across[outside].mean() - person.across[inside].mean()
            self.assertGreater(apart * OUTWARD[side], 0)

    def test_girth_is_that_of_the_bare_part(self):
        usual, thick = drawn_reading(), drawn_reading()
        parsing = thick.parsing.copy()
        arm = thick.arms["left"]
        parsing[(arm.across < 1.2) & (arm.along > 0.9) & (arm.along < 2.0)] = Part.SKIN
        thick = replace(thick, parsing=parsing)

        self.assertGreater(arm_girth(thick, "left"), 1.1 * arm_girth(usual, "left"))


class HandsInPocketsTests(unittest.TestCase):
    def test_hand_that_ends_in_cloth_is_in_a_pocket(self):
        person = drawn_reading()
        parsing = person.parsing.copy()
        arm = person.arms["right"]
        around = (arm.across < 2) & (arm.along > 2.1)
        parsing[around] = Part.LOWER
        person = replace(person, parsing=parsing)

        self.assertEqual(hands_in_pockets(person), {"right"})
        matte = under_garments(person)
        self.assertGreater(matte[(arm.along > 1.8) & (arm.across < 1)].min(), 0.4)
        self.assertEqual(matte[(arm.along < 1.5) & (arm.across < 1)].max(), 0)

    def test_hands_that_hang_free_are_in_none(self):
        self.assertEqual(hands_in_pockets(drawn_reading()), set())


class TintedSkinTests(unittest.TestCase):
    def test_cloth_that_shines_through_at_the_wrist_counts_as_cloth(self):
        person = drawn_reading(sleeve_along=1.9)
        arm = person.arms["left"]
        rim = (arm.along > 1.9) & (arm.along < 1.95) & (arm.across < 1)
        image = person.image.copy()
        cloth, skin = (np.array(COLOURS[p], float) for p in (Part.UPPER, Part.SKIN))
        image[rim] = 0.6 * cloth + 0.4 * skin
        person = replace(person, image=image, lab=rgb_to_lab(image))

        tinted = tinted_skin(person)

        self.assertGreater(tinted[rim].mean(), 0.8)
        self.assertEqual(tinted[(person.parsing == Part.SKIN) & ~rim].sum() > 40, False)

    def test_clean_borders_stay(self):
        self.assertEqual(tinted_skin(drawn_reading(sleeve_along=1.9)).sum(), 0)


class LostShouldersTests(unittest.TestCase):
    def setUp(self):
        self.person = drawn_reading(sleeve_along=2.0)
        # A top with a wide neckline that leaves a strip of both shoulders.
        person = self.person
        self.made = (person.parsing == Part.UPPER) & (person.down < 0.5)
        self.top = (person.down > 0.1) | (np.abs(person.across) > 0.45)

    def test_made_skin_cut_off_from_the_neck_goes(self):
        across = self.person.across
        collar = (across > 0.18) & (across < 0.25)

        lost = lost_shoulders(self.person, self.made, self.top | collar)

        island = self.made & ~self.top & (across > 0.27)
        self.assertGreater(lost[island].min(), 0.5)
        self.assertLess(lost[np.abs(across) < 0.15].max(), 0.05)

    def test_wide_necklines_stay(self):
        lost = lost_shoulders(self.person, self.made, self.top)

        self.assertEqual(lost.max(), 0)

    def test_skin_in_a_loop_of_straps_stays(self):
        across, down = self.person.across, self.person.down
        outer = (across > 0.18) & (across < 0.4) & (down > -0.02)
        inner = (across > 0.24) & (across < 0.34) & (down > 0.05) & (down < 0.25)
        top = (outer & ~inner) | (down > 0.25)

        lost = lost_shoulders(self.person, self.made, top)

        self.assertTrue((self.made & inner).any())
        self.assertLess(lost[inner].max(), 0.05)

    def test_arms_below_no_sleeves_stay(self):
        chest = (np.abs(self.person.across) < 0.42) & (self.person.down < 1)
        made = self.person.parsing == Part.UPPER

        lost = lost_shoulders(self.person, made, chest)

        self.assertEqual(lost.max(), 0)


class CuffSliversTests(unittest.TestCase):
    def test_strip_between_sleeve_and_hand_is_cuff(self):
        person = drawn_reading(sleeve_along=1.95)
        arm = person.arms["left"]
        strip = (arm.along > 1.9) & (arm.along < 1.97) & (arm.across < 1)
        parsing = person.parsing.copy()
        parsing[strip] = Part.LOWER

        slivers = cuff_slivers(replace(person, parsing=parsing))

        self.assertGreater(slivers[strip].mean(), 0.8)
        self.assertEqual((slivers & ~strip).sum(), 0)

    def test_trousers_beside_the_hand_stay(self):
        person = drawn_reading(sleeve_along=1.95)
        parsing = person.parsing.copy()
        parsing[(parsing == Part.BACKGROUND) & (person.down > 0.6)] = Part.LOWER

        slivers = cuff_slivers(replace(person, parsing=parsing))

        self.assertLess(slivers.sum(), 25)
