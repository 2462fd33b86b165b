import unittest

from tests.images import drawn_keypoints, house_model
from tryon_engine.vision.person.anatomy import body_frame
from tryon_engine.vision.person.body import JOINTS, Keypoints
from tryon_engine.vision.person.reading import UnfitPoseError, read_person
from tryon_engine.vision.person.stance import (
    is_lying,
    is_profile,
    is_seated,
    is_side_on,
    is_surely_seated,
)


class StanceTests(unittest.TestCase):
    def judge(self, question, **half_widths):
        """Ask of a person whose shoulders and hips are so far from the axis."""
        joints = drawn_keypoints().array.copy()
        for name, off in half_widths.items():
            for row, sign in zip(JOINTS[name], (1, -1), strict=True):
                joints[row, 0] = 192 + sign * off
        keypoints = Keypoints(joints, is_mirrored=True)
        return question(keypoints, body_frame(keypoints))

    def test_from_the_front(self):
        self.assertFalse(self.judge(is_side_on))
        self.assertFalse(self.judge(is_profile))
        self.assertFalse(self.judge(is_seated))
        self.assertFalse(is_lying(body_frame(drawn_keypoints())))

    def test_turned_a_little_is_still_from_the_front(self):
        self.assertFalse(self.judge(is_side_on, shoulder=36, hip=20))

    def test_shoulders_in_line_are_side_on(self):
        self.assertTrue(self.judge(is_side_on, shoulder=15))

    def test_hips_decide_where_shoulders_leave_a_doubt(self):
        self.assertFalse(self.judge(is_side_on, shoulder=28, hip=20))
        self.assertTrue(self.judge(is_side_on, shoulder=28, hip=8))

    def test_profile_takes_shoulders_and_hips(self):
        self.assertFalse(self.judge(is_profile, shoulder=15))
        self.assertTrue(self.judge(is_profile, shoulder=15, hip=8))

    def seated(self, *knees, seen=0.9):
        """Keypoints with knees so many torso lengths below the hips."""
        joints = drawn_keypoints().array.copy()
        length = body_frame(drawn_keypoints()).torso_length
        for row, hip, drop in zip(JOINTS["knee"], JOINTS["hip"], knees, strict=True):
            joints[row, 1] = joints[hip, 1] + drop * length
            joints[row, 2] = seen
        return Keypoints(joints, is_mirrored=True)

    def test_both_knees_near_the_hips_are_surely_seated(self):
        for name, keypoints, expected in (
            ("sits", self.seated(0.2, 0.3), True),
            ("one leg raised", self.seated(0.2, 0.8), False),
            ("knees guessed", self.seated(0.2, 0.3, seen=0.3), False),
        ):
            with self.subTest(name):
                frame = body_frame(keypoints)

                self.assertEqual(is_surely_seated(keypoints, frame, 512), expected)

    def test_knees_below_the_picture_tell_nothing(self):
        keypoints = self.seated(0.2, 0.3)

        self.assertFalse(is_surely_seated(keypoints, body_frame(keypoints), 200))

    def test_a_picture_on_its_head_is_refused(self):
        with self.assertRaisesRegex(UnfitPoseError, "is the picture turned"):
            read_person(house_model("m1")[::-1].copy())
