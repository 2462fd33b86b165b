import unittest

import cv2
import numpy as np
from PIL import Image

from tests.images import HOUSE_MODELS, house_model
from tryon_engine.vision.check import Severity, check_garment, check_person

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
        pair = np.hstack([house_model("m3"), house_model("w1")[:1024, :768]])

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

    def test_upside_down_blocks(self):
        result = check_person(house_model("m1")[::-1].copy())

        self.assertEqual(result.findings[0].code, "not_standing")
        self.assertFalse(result.is_usable)

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

    def test_two_garments_block(self):
        one, two = flat("tee_black_graphic"), flat("polo_forest")
        two = cv2.resize(two, one.shape[1::-1], interpolation=cv2.INTER_AREA)

        result = check_garment(np.hstack([one, two]))

        self.assertEqual(result.findings[0].code, "several_garments")
        self.assertFalse(result.is_usable)

    def test_cut_off_garment_warns(self):
        image = flat("tee_black_graphic")

        result = check_garment(np.ascontiguousarray(image[:, image.shape[1] // 3 :]))

        self.assertIn("cut_off", result.codes)
        self.assertTrue(result.is_usable)

    def test_small_garment_in_a_large_picture_warns(self):
        image = np.full((1500, 1200, 3), 255, np.uint8)
        image[600:900, 500:700] = (180, 40, 60)

        self.assertIn("too_small_in_frame", check_garment(image).codes)

    def test_blurred_flat_warns(self):
        image = cv2.GaussianBlur(flat("shirt_flannel_red"), (0, 0), 7)

        self.assertIn("blurred", check_garment(image).codes)
