from dataclasses import replace
from unittest import TestCase

import numpy as np

from tests.images import drawn_reading
from tryon_engine.vision.arrays import to_float
from tryon_engine.vision.colour import rgb_to_lab
from tryon_engine.vision.masks import dilate, erode
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.uncover.missed import with_missed_cloth

WALL, WHITE, SHADOW = (238, 238, 238), (252, 252, 252), (231, 231, 231)


def dressed_in(colour):
    """A person before a pale wall whose matte lacks the rim of the sleeves.

    Returns (person, rim, shadow); the shadow is on the wall beside the sleeves.
    """
    person = drawn_reading()
    top = person.parsing == Part.UPPER
    beside = np.abs(person.across) > 0.5
    rim = top & beside & ~erode(person.mask, 4)
    shadow = dilate(top & beside, 6) & ~person.mask
    image = person.image.copy()
    image[~person.mask], image[shadow], image[top] = WALL, SHADOW, colour
    parsing, matte = person.parsing.copy(), person.matte.copy()
    parsing[rim], matte[rim] = Part.BACKGROUND, 0
    lab = rgb_to_lab(to_float(image))
    person = replace(person, image=image, lab=lab, parsing=parsing, matte=matte)
    return person, rim, shadow


class MissedClothTests(TestCase):
    def test_the_rim_of_a_white_sleeve_before_a_pale_wall_is_found(self):
        person, rim, shadow = dressed_in(WHITE)

        found = with_missed_cloth(person)

        self.assertGreater((found.parsing[rim] == Part.UPPER).mean(), 0.8)
        self.assertGreater(found.mask[rim].mean(), 0.8)
        self.assertLess(found.mask[erode(shadow, 2)].mean(), 0.1)

    def test_clothes_unlike_the_wall_are_left_to_the_matte(self):
        person, _, _ = dressed_in((40, 90, 160))

        self.assertIs(with_missed_cloth(person), person)
