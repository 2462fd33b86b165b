import unittest
from types import SimpleNamespace
from unittest import mock

import cv2
import numpy as np
from PIL import Image

from tests.garment_images import TEE, drawn_flat
from tests.images import HOUSE_MODELS, drawn_reading, house_model
from tryon_engine.vision.check import Severity, check_garment, check_person
from tryon_engine.vision.garment import check as garment_check
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.masks import erode
from tryon_engine.vision.person import anatomy
from tryon_engine.vision.person import check as person_check
from tryon_engine.vision.person.body import JOINTS, Keypoints
from tryon_engine.vision.person.detectors import Face
from tryon_engine.vision.person.people import Sighting

FLATS = HOUSE_MODELS.parent / "flats"


def flat(name):
    with Image.open(FLATS / f"{name}.jpg") as picture:
        return np.array(picture.convert("RGB"))


def noise():
    return np.random.default_rng(0).integers(0, 256, (400, 300, 3), np.uint8)


def landscape():
    """Sky over a green hill."""
    image = np.zeros((600, 900, 3), np.uint8)
    image[:] = np.linspace((90, 140, 230), (210, 225, 250), 600)[:, None]
    x = np.arange(900)
    for column, top in zip(x, (400 + 60 * np.sin(x / 140)).astype(int), strict=True):
        image[top:, column] = (70, 130, 50)
    return image


def animal():
    """Head on one side, tail on the other, four legs."""
    image = np.full((700, 900, 3), (200, 215, 200), np.uint8)
    fur = (120, 80, 40)
    cv2.ellipse(image, (450, 350), (220, 110), 0, 0, 360, fur, -1)
    cv2.circle(image, (690, 240), 80, fur, -1)
    for x in (300, 370, 540, 610):
        cv2.rectangle(image, (x, 400), (x + 35, 600), fur, -1)
    cv2.line(image, (240, 320), (160, 220), fur, 22)
    return image


def drawn_sighting(half_widths):
    """A drawn person at working scale, joints of the trunk so far from the axis."""
    person = drawn_reading()
    joints = person.keypoints.array.copy()
    for name, off in half_widths.items():
        for row, sign in zip(JOINTS[name], (1, -1), strict=True):
            joints[row, 0] = 192 + sign * off
    joints[:, :2] *= 2
    keypoints = Keypoints(joints, is_mirrored=True)
    face = Face((344, 80, 424, 180), score=0.9)
    image, likelihood = (
        array.repeat(2, axis=0).repeat(2, axis=1)
        for array in (person.image, person.matte)
    )
    frame = anatomy.body_frame(keypoints)
    return image, Sighting(keypoints, frame, likelihood, face, [])


class CheckPersonTests(unittest.TestCase):
    def test_house_models_are_faultless(self):
        for path in sorted(HOUSE_MODELS.glob("*.jpg")):
            with self.subTest(path.stem):
                self.assertEqual(check_person(house_model(path.stem)).codes, [])

    def test_facts_tell_where_the_person_is(self):
        image = house_model("w1")
        facts = check_person(image).facts

        x0, y0, x1, y1 = facts["box"]
        self.assertTrue(0 < x0 < x1 < image.shape[1])
        self.assertTrue(0 < y0 < y1 < image.shape[0])
        self.assertGreater(y1 - y0, 0.8 * image.shape[0])
        self.assertEqual(
            facts["visible"],
            {"head": True, "torso": True, "knees": True, "feet": True},
        )
        self.assertLess(
            facts["joints"]["left_shoulder"][0], facts["joints"]["right_shoulder"][0]
        )

    def test_nobody_blocks(self):
        pictures = {
            "noise": noise(),
            "landscape": landscape(),
            "flat": flat("tee_sage_vneck"),
        }
        for name, image in pictures.items():
            with self.subTest(name):
                result = check_person(image)

                self.assertEqual(result.codes, ["no_person"])
                self.assertFalse(result.is_usable)

    def test_two_people_block(self):
        pair = np.hstack([house_model("m3"), house_model("w1")])

        result = check_person(pair)

        self.assertIn("several_people", result.codes)
        self.assertFalse(result.is_usable)

    def test_hidden_face_blocks_as_turned_away(self):
        image = house_model("m1")
        x, y, width = image.shape[1] // 2, 120, 70
        image[y - width : y + width, x - width : x + width] = (50, 35, 30)

        result = check_person(image)

        self.assertEqual(result.findings[0].code, "not_facing")
        self.assertEqual(result.findings[0].severity, Severity.BLOCK)

    def test_side_view_blocks_as_turned_away(self):
        image, sighting = drawn_sighting({"shoulder": 12, "hip": 8})

        with mock.patch.object(person_check, "find_person", return_value=sighting):
            self.assertEqual(check_person(image).findings[0].code, "not_facing")

    def test_a_face_that_is_cut_off_is_not_turned_away(self):
        image = house_model("m1")
        height = image.shape[0]

        cut = check_person(np.ascontiguousarray(image[int(0.2 * height) :]))

        self.assertNotIn("not_facing", cut.codes)
        self.assertTrue(cut.is_usable)

    def test_upside_down_blocks(self):
        result = check_person(house_model("m1")[::-1].copy())

        self.assertEqual(result.findings[0].code, "not_standing")
        self.assertFalse(result.is_usable)

    def test_somebody_seated_is_told_what_that_means(self):
        with mock.patch.object(person_check, "is_surely_seated", return_value=True):
            result = check_person(house_model("m1"))

        self.assertIn("seated", result.codes)
        self.assertNotIn("not_standing", result.codes)
        self.assertTrue(result.is_usable)

    def test_what_is_cut_off_only_warns(self):
        image = house_model("m1")
        height = image.shape[0]
        cuts = {
            "head_cut_off": image[160:],
            "feet_cut_off": image[: int(0.83 * height)],
            "half_body": image[: int(0.6 * height)],
        }
        for code, cut in cuts.items():
            with self.subTest(code):
                result = check_person(np.ascontiguousarray(cut))

                self.assertEqual(result.codes, [code])
                self.assertTrue(result.is_usable)

    def test_head_and_shoulders_alone_block(self):
        portrait = np.ascontiguousarray(house_model("m1")[:300, 200:-200])

        self.assertIn("torso_cut_off", check_person(portrait).codes)

    def test_poor_photographs_warn(self):
        image = house_model("w3")
        size = (image.shape[1] // 4, image.shape[0] // 4)
        pictures = {
            "too_dark": (image * 0.2).astype(np.uint8),
            "blurred": cv2.GaussianBlur(image, (0, 0), 5),
            "too_small": cv2.resize(image, size, interpolation=cv2.INTER_AREA),
        }
        for code, picture in pictures.items():
            with self.subTest(code):
                result = check_person(picture)

                self.assertEqual(result.codes, [code])
                self.assertTrue(result.is_usable)

    def test_person_far_away_warns(self):
        image = np.full((1200, 900, 3), 233, np.uint8)
        small = cv2.resize(house_model("m3"), (360, 480), interpolation=cv2.INTER_AREA)
        image[500:980, 300:660] = small

        result = check_person(image)

        self.assertEqual(result.codes, ["person_too_small"])


class CheckGarmentTests(unittest.TestCase):
    def test_tells_what_it_is(self):
        expected = {
            "jeans_blue_straight": ("bottom", "trousers", None),
            "skirt_corduroy_rust": ("bottom", "skirt", None),
            "tee_black_graphic": ("top", "top", "short"),
            "knit_turtleneck_burgundy": ("top", "top", "long"),
            "tank_rib_rose": ("top", "top", "none"),
            "dress_slip_black": ("dress", "dress", "none"),
        }
        for name, (category, kind, sleeve) in expected.items():
            with self.subTest(name):
                result = check_garment(flat(name))

                self.assertEqual(result.codes, [])
                self.assertEqual(result.facts["category"], category)
                self.assertEqual(result.facts["kind"], kind)
                self.assertEqual(result.facts["sleeve"], sleeve)

    def test_a_sleeve_down_to_the_elbow_is_short(self):
        boxy = TEE | {"cuff_outer": (38, 258), "cuff_inner": (92, 292)}

        self.assertEqual(check_garment(drawn_flat(boxy)).facts["sleeve"], "short")

    def test_outline_and_keypoints_lie_in_the_picture(self):
        image = flat("tee_black_graphic")
        facts = check_garment(image).facts

        outline = np.array(facts["outline"])
        self.assertEqual(outline.shape[1], 2)
        self.assertTrue((outline >= 0).all())
        self.assertTrue((outline <= image.shape[1::-1]).all())
        for x, y, confidence in facts["keypoints"].values():
            self.assertTrue(0 <= x <= image.shape[1] and 0 <= y <= image.shape[0])
            self.assertTrue(0 <= confidence <= 1)

    def test_nothing_blocks(self):
        for image in (np.full((400, 300, 3), 250, np.uint8), noise()):
            self.assertEqual(check_garment(image).findings[0].code, "no_garment")

    def test_person_blocks(self):
        result = check_garment(house_model("w1"))

        self.assertEqual(result.codes, ["worn_by_person"])
        self.assertFalse(result.is_usable)

    def test_a_person_without_a_head_blocks(self):
        image = house_model("w1")

        result = check_garment(image[round(0.22 * image.shape[0]) :])

        self.assertEqual(result.codes, ["worn_by_person"])

    def test_a_hood_is_no_head(self):
        """In these sizes the pose network sees somebody in it."""
        hoodie = flat("hoodie_grey")
        for width in (984, 964):
            with self.subTest(width=width):
                size = (width, hoodie.shape[0])
                result = check_garment(cv2.resize(hoodie, size))

                self.assertEqual(result.codes, [])

    def test_two_garments_block(self):
        one, two = flat("tee_black_graphic"), flat("polo_forest")
        two = cv2.resize(two, one.shape[1::-1], interpolation=cv2.INTER_AREA)

        result = check_garment(np.hstack([one, two]))

        self.assertEqual(result.findings[0].code, "several_garments")
        self.assertFalse(result.is_usable)

    def test_cut_off_garment_warns(self):
        image = flat("tee_black_graphic")

        result = check_garment(np.ascontiguousarray(image[:, image.shape[1] // 7 :]))

        self.assertIn("cut_off", result.codes)
        self.assertTrue(result.is_usable)

    def test_half_a_garment_blocks(self):
        image = flat("tee_black_graphic")

        result = check_garment(np.ascontiguousarray(image[:, image.shape[1] // 3 :]))

        self.assertEqual(result.findings[0].code, "cut_off")
        self.assertFalse(result.is_usable)

    def test_a_close_up_of_cloth_blocks(self):
        image = flat("shirt_flannel_red")
        high, wide = image.shape[:2]
        rows, columns = (slice(int(0.45 * n), int(0.65 * n)) for n in (high, wide))

        result = check_garment(np.ascontiguousarray(image[rows, columns]))

        self.assertFalse(result.is_usable)

    def test_ragged_and_pale_garments_are_one(self):
        for name, ground in (("tee_white_crew", 1.0), ("shirt_flannel_red", 0.97)):
            image = (flat(name) * ground).astype(np.uint8)

            self.assertNotIn("several_garments", check_garment(image).codes)

    def test_traces_left_where_the_first_garment_lay_are_no_second(self):
        garment = read_garment(flat("tee_black_graphic"))
        traces = SimpleNamespace(mask=erode(garment.mask, 20))

        with mock.patch.object(garment_check, "cut_out_garment", return_value=traces):
            self.assertIsNone(garment_check._other_garment(garment))

    def test_what_is_hardly_a_garment_warns(self):
        page = np.full((900, 640, 3), 255, np.uint8)
        for row in range(40, 880, 28):
            where = (30, row), cv2.FONT_HERSHEY_SIMPLEX, 0.9
            cv2.putText(page, "Lorem ipsum dolor sit amet", *where, (20, 20, 20), 2)
        card = np.full((800, 600, 3), 240, np.uint8)
        card[150:650, 100:500] = (150, 60, 40)
        for name, image in {"text": page, "card": card, "animal": animal()}.items():
            with self.subTest(name):
                result = check_garment(image)

                self.assertIn("unlike_garment", result.codes)
                self.assertTrue(result.is_usable)

    def test_small_garment_in_a_large_picture_warns(self):
        image = np.full((1500, 1200, 3), 255, np.uint8)
        image[600:900, 500:700] = (180, 40, 60)

        self.assertIn("too_small_in_frame", check_garment(image).codes)

    def test_blurred_flat_warns(self):
        image = cv2.GaussianBlur(flat("shirt_flannel_red"), (0, 0), 7)

        self.assertIn("blurred", check_garment(image).codes)
