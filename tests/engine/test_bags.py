import unittest

import numpy as np

from tests.images import drawn_reading
from tryon_engine.vision.arrays import grid
from tryon_engine.vision.person.bags import find_bags
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.person.colours import learn_colours
from tryon_engine.vision.person.cues import STEP, gather_cues


def found_bags(colour=None, box=(90, 282, 150, 330)):
    """What is found on a drawn person with a box painted below the left hand.

    Returns (found, painted), both at half size.
    """
    person = drawn_reading()
    image, labels = person.image.copy(), person.parsing.copy()
    x, y = grid(person.size)
    painted = np.zeros(person.size, bool)
    if colour is not None:
        x0, y0, x1, y1 = box
        painted = (x >= x0) & (x < x1) & (y >= y0) & (y < y1)
        painted &= labels != Part.SKIN
        image[painted], labels[painted] = colour, Part.LOWER
    matte = (labels != Part.BACKGROUND).astype(np.float32)
    cues = gather_cues(image, matte, person.keypoints, person.frame, None)
    labels = labels[::STEP, ::STEP]
    return find_bags(cues, learn_colours(cues), labels), painted[::STEP, ::STEP]


class FindBagsTests(unittest.TestCase):
    def test_hands_hold_nothing(self):
        self.assertFalse(found_bags()[0].any())

    def test_finds_a_bag_that_passed_for_trousers(self):
        found, painted = found_bags((170, 60, 50))

        self.assertGreater(found[painted].mean(), 0.85)
        self.assertLess((found & ~painted).sum(), 0.15 * painted.sum())

    def test_shade_of_the_same_cloth_is_no_bag(self):
        found, _ = found_bags((42, 42, 51))

        self.assertFalse(found.any())

    def test_patch_on_the_cloth_far_from_hands_is_no_bag(self):
        found, _ = found_bags((170, 60, 50), box=(150, 380, 180, 420))

        self.assertFalse(found.any())
