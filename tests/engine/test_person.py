import unittest
from functools import lru_cache

import cv2
import numpy as np

from tests.images import drawn_keypoints, house_model
from tryon_engine.vision.arrays import SIDES, grid
from tryon_engine.vision.person import anatomy
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.person.reading import (
    NoPersonError,
    SeveralPeopleError,
    read_person,
)


@lru_cache
def reading(name):
    return read_person(house_model(name))


class ReadPersonTests(unittest.TestCase):
    def test_works_at_one_scale_whatever_the_size(self):
        small = read_person(np.ascontiguousarray(house_model("w1")[::2, ::2]))

        self.assertEqual(small.size, (1024, 768))
        self.assertEqual(reading("w1").size, (1024, 768))
        height = house_model("w1").shape[0]
        self.assertAlmostEqual(small.scale, 2 * 1024 / height, places=3)

    def test_image_left_joints_have_smaller_x(self):
        for name in ("shoulder", "elbow", "wrist", "hip", "knee", "ankle"):
            with self.subTest(name):
                left, right = (reading("m1").joint(side, name) for side in SIDES)

                self.assertLess(left[0], right[0])

    def test_matte_covers_joints_and_leaves_corners(self):
        person = reading("w1")

        for side in SIDES:
            for name in ("shoulder", "elbow", "hip", "knee"):
                x, y = person.joint(side, name).astype(int)
                self.assertEqual(person.matte[y, x], 1)
        self.assertEqual(person.matte[:50, :50].max(), 0)
        self.assertTrue(0.1 < person.mask.mean() < 0.3)

    def test_finds_small_faces(self):
        for name in ("m2", "w1", "w3"):
            with self.subTest(name):
                person = reading(name)

                self.assertEqual(person.face_mesh.shape, (468, 2))
                x, y = person.keypoints.nose.astype(int)
                self.assertTrue(person.face_mask[y, x])
                self.assertTrue(60 < person.face_mask.any(axis=1).sum() < 110)

    def test_tells_sleeves_from_bare_arms(self):
        for side in SIDES:
            self.assertLess(reading("w1").sleeve_extent[side], 0.25)
            self.assertTrue(0.4 < reading("m1").sleeve_extent[side] < 0.9)

    def test_skin_tone_follows_the_person(self):
        self.assertGreater(reading("w1").skin_tone[0], reading("m2").skin_tone[0] + 20)

    def test_is_deterministic_and_leaves_the_input_alone(self):
        image = house_model("m3")
        before = image.copy()

        first, second = read_person(image), read_person(image)

        np.testing.assert_array_equal(image, before)
        np.testing.assert_array_equal(first.parsing, second.parsing)
        np.testing.assert_array_equal(first.matte, second.matte)

    def test_refuses_a_picture_without_people(self):
        noise = np.random.default_rng(0).integers(0, 256, (300, 200, 3), np.uint8)
        for image in (noise, np.full((300, 200, 3), 128, np.uint8)):
            with self.assertRaises(NoPersonError):
                read_person(image)

    def test_refuses_two_people(self):
        pair = np.hstack([house_model("m3"), house_model("w1")])

        with self.assertRaisesRegex(SeveralPeopleError, "2 people"):
            read_person(pair)


class BodyFrameTests(unittest.TestCase):
    def setUp(self):
        self.keypoints = drawn_keypoints(width=384)
        self.frame = anatomy.body_frame(self.keypoints)

    def test_measures_the_drawn_body(self):
        np.testing.assert_allclose(self.frame.shoulder_centre, (192, 120))
        np.testing.assert_allclose(self.frame.up, (0, -1), atol=1e-6)
        np.testing.assert_allclose(self.frame.right, (1, 0), atol=1e-6)
        self.assertAlmostEqual(self.frame.shoulder_width, 100, places=4)
        self.assertAlmostEqual(self.frame.torso_length, 130, places=4)

    def test_place_undoes_body_coordinates(self):
        x, y = np.float32([[150.0]]), np.float32([[200.0]])

        across, down = anatomy.body_coordinates(self.frame, x, y)
        place = self.frame.place(down, across * self.frame.shoulder_width)

        np.testing.assert_allclose(place[0, 0], (150, 200), atol=1e-3)

    def test_turned_shoulders_do_not_shrink_the_body(self):
        array = self.keypoints.array.copy()
        array[11:13, 0] = 192, 191
        turned = anatomy.body_frame(type(self.keypoints)(array, is_mirrored=True))

        self.assertAlmostEqual(turned.shoulder_width, 65, delta=0.1)


class ArmFieldTests(unittest.TestCase):
    def test_joints_lie_on_the_axis(self):
        keypoints = drawn_keypoints()
        frame = anatomy.body_frame(keypoints)
        for side in SIDES:
            for name, along in (("shoulder", 0), ("elbow", 1), ("wrist", 2)):
                x, y = keypoints.joint(side, name).reshape(2, 1)

                field = anatomy.arm_field(keypoints, frame, side, x, y)

                with self.subTest(side=side, name=name):
                    self.assertAlmostEqual(float(field.along[0]), along, places=4)
                    self.assertAlmostEqual(float(field.across[0]), 0, places=4)

    def test_edge_of_the_arm_is_one_half_width_away(self):
        keypoints = drawn_keypoints()
        frame = anatomy.body_frame(keypoints)
        shoulder = keypoints.joint("left", "shoulder")
        axis = keypoints.joint("left", "elbow") - shoulder
        normal = np.array([-axis[1], axis[0]]) / np.linalg.norm(axis)
        half_width = 0.135 * frame.shoulder_width  # the mean of 0.155 and 0.115
        x, y = (shoulder + axis / 2 + normal * half_width).reshape(2, 1)

        field = anatomy.arm_field(keypoints, frame, "left", x, y)

        self.assertAlmostEqual(float(field.across[0]), 1, places=3)


class LimbSideTests(unittest.TestCase):
    def test_left_of_a_hanging_arm_is_negative(self):
        keypoints = drawn_keypoints()
        x, y = grid((512, 384))
        frame = anatomy.body_frame(keypoints)
        for side in SIDES:
            along = anatomy.arm_field(keypoints, frame, side, x, y).along
            column, row = keypoints.joint(side, "elbow").astype(int)

            sides = anatomy.limb_side(keypoints, side, anatomy.ARM, along)

            self.assertEqual(sides[row, column - 8], -1)
            self.assertEqual(sides[row, column + 8], 1)


class HardPhotoTests(unittest.TestCase):
    """House models before other backdrops and with cut-off heads."""

    def test_reads_people_before_leaves_as_before_a_wall(self):
        image = house_model("w1")
        plain = read_person(image)
        rng = np.random.default_rng(1)
        leaves = sum(
            cv2.GaussianBlur(rng.normal(0, 1, plain.size).astype(np.float32), (0, 0), s)
            * (30 * s)
            for s in (4, 12)
        )
        wood = np.clip(leaves[..., None] + (70, 110, 60), 0, 255)
        share = plain.matte[..., None]
        outdoors = (plain.image * share + wood * (1 - share)).astype(np.uint8)

        person = read_person(outdoors)

        for part in (Part.HAIR, Part.SKIN, Part.UPPER, Part.LOWER):
            found, true = person.parsing == part, plain.parsing == part
            with self.subTest(part=part.name):
                self.assertGreater((found & true).sum() / (found | true).sum(), 0.9)

    def test_hair_of_a_head_that_is_cut_off_is_no_cloth(self):
        image = house_model("w1")
        plain = read_person(image)
        row = round((plain.chin[1] - 0.12 * plain.shoulder_width) / plain.scale)

        person = read_person(image[row:])

        above = person.down < -0.15
        hair = above & (person.parsing == Part.HAIR)
        self.assertGreater(hair.sum(), 500)
        self.assertLess(
            (above & (person.parsing == Part.UPPER)).sum(), 0.1 * hair.sum()
        )
