from unittest import TestCase

import cv2
import numpy as np

from tests.images import drawn_reading
from tryon_engine.vision.compose.armpit import tidy_armpits
from tryon_engine.vision.compose.arms import seen_arms
from tryon_engine.vision.compose.warp import WarpedPiece
from tryon_engine.vision.person.body import Part

SIZE = (240, 240)
UNIT = 100.0
ARMPIT = np.array([120.0, 120.0])


def piece(name, *corners):
    canvas = np.zeros(SIZE, np.uint8)
    for polygon in corners:
        cv2.fillPoly(canvas, [np.array(polygon, np.int32)], 1)
    colours = np.ones((*SIZE, 3), np.float32)
    return WarpedPiece(name, colours, np.s_[0:240, 0:240], canvas.astype(np.float32))


def tidied(**pieces):
    armpits = {"left": ARMPIT, "right": ARMPIT}
    return tidy_armpits(pieces, armpits, scale=1.0, unit=UNIT)


class TidyArmpitsTests(TestCase):
    def setUp(self):
        self.torso = piece("torso", [(120, 40), (239, 40), (239, 239), (120, 239)])
        self.hem = [(60, 40), (122, 40), (122, 128), (60, 140)]

    def test_a_tail_at_the_inner_end_of_a_cuff_is_cut_off(self):
        tail = [(112, 120), (119, 120), (119, 160), (116, 160)]
        sleeve = piece("left_sleeve", self.hem, tail)

        matte = tidied(torso=self.torso, left_sleeve=sleeve)["left_sleeve"].matte

        self.assertEqual(sleeve.matte[152, 117], 1)
        self.assertLess(matte[152, 117], 0.05)
        self.assertGreater(matte[110, 90], 0.99)

    def test_a_sleeve_that_runs_out_thinly_over_the_shoulder_stays(self):
        cap = [(104, 84), (110, 84), (110, 110), (104, 110)]
        sleeve = piece("left_sleeve", [(60, 110), *self.hem[2:]], cap)

        matte = tidied(torso=self.torso, left_sleeve=sleeve)["left_sleeve"].matte

        self.assertGreater(matte[96, 107], 0.99)

    def test_a_tear_between_sleeve_and_torso_is_closed(self):
        short = [(60, 40), (117, 40), (117, 128), (60, 140)]
        sleeve = piece("left_sleeve", short)

        torso = tidied(torso=self.torso, left_sleeve=sleeve)["torso"].matte

        self.assertEqual(self.torso.matte[114, 118], 0)
        self.assertGreater(torso[114, 118], 0.5)

    def test_the_edge_of_the_torso_where_the_look_ends_is_no_tear(self):
        sleeve = piece("left_sleeve", self.hem)
        low = [(120, 100), (239, 100), (239, 239), (120, 239)]
        torso = piece("torso", low)
        torso.matte[:140, 148:164] = 0  # a neckline, as far as the armpit's window

        matte = tidied(torso=torso, left_sleeve=sleeve)["torso"].matte

        np.testing.assert_array_equal(matte[:95, 140:], torso.matte[:95, 140:])
        self.assertEqual(matte[110:130, 152:162].max(), 0)

    def test_what_is_far_away_and_garments_without_sleeves_stay(self):
        far = [(60, 180), (64, 180), (64, 230), (60, 230)]
        sleeve = piece("left_sleeve", self.hem, far)

        matte = tidied(torso=self.torso, left_sleeve=sleeve)["left_sleeve"].matte
        alone = tidied(torso=self.torso)

        np.testing.assert_array_equal(matte[190:], sleeve.matte[190:])
        self.assertIs(alone["torso"], self.torso)


class EmergingArmTests(TestCase):
    def test_an_arm_comes_out_from_a_sleeve_without_a_step(self):
        person = drawn_reading(sleeve_along=0.2)
        arm = person.arms["left"]
        nothing = np.zeros(person.size, bool)

        front = seen_arms(person, nothing, {"left": 0, "right": 0}, fine=False)

        is_skin = person.parsing == Part.SKIN
        edge = is_skin & (np.abs(arm.across - 0.8) < 0.08)
        just_out = edge & (np.abs(arm.along - 0.44) < 0.03)
        farther = edge & (np.abs(arm.along - 1.0) < 0.05)
        core = is_skin & (arm.across < 0.2) & (np.abs(arm.along - 0.5) < 0.03)
        self.assertLess(front[just_out].mean(), 0.2)
        self.assertGreater(front[farther].mean(), 0.8)
        self.assertGreater(front[core].mean(), 0.8)
