import unittest

import cv2
import numpy as np

from tryon_engine.vision.person.matte import estimate_matte

WALL = 231


def white_before_pale_wall(rim):
    """A white figure, x from 100 to 200, before a pale wall, with a shaded left rim."""
    image = np.full((400, 300, 3), WALL, np.uint8)
    image[80:, 100:200], image[80:, 130:170] = 241, (150, 60, 60)
    image[80:, 100:110] = np.linspace(rim, WALL, 10).astype(np.uint8)[None, :, None]
    image[80:, 110:116] = WALL + 2
    likelihood = np.zeros((400, 300), np.float32)
    likelihood[80:, 100:200] = 1
    return image, cv2.GaussianBlur(likelihood, (0, 0), 8)


class EstimateMatteTests(unittest.TestCase):
    def test_shaded_rim_of_white_cloth_is_person(self):
        image, likelihood = white_before_pale_wall(rim=208)

        matte = estimate_matte(image, likelihood)

        self.assertGreater(matte[150:350, 104:112].mean(), 0.8)
        self.assertLess(matte[150:350, :90].max(), 0.1)

    def test_soft_shadow_on_the_wall_is_none(self):
        image, likelihood = white_before_pale_wall(rim=WALL)
        x = np.arange(300)
        shadow = (20 * np.exp(-(((x - 100) / 25.0) ** 2)) * (x < 100)).astype(int)
        image[80:] = np.clip(image[80:].astype(int) - shadow[None, :, None], 0, 255)

        matte = estimate_matte(image, likelihood)

        self.assertLess(matte[150:350, :84].max(), 0.2)
