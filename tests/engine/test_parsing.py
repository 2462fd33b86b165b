import unittest
from functools import lru_cache

import numpy as np

from tests.images import drawn_reading, house_model
from tryon_engine.vision.arrays import SIDES, resize
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.person.colours import learn_colours
from tryon_engine.vision.person.cues import gather_cues
from tryon_engine.vision.person.parsing import parse_person, sharpen_parsing
from tryon_engine.vision.person.reading import read_person
from tryon_engine.vision.person.waist import level_waist


def parse(person):
    """The whole of the parsing on a drawn person, from image and true matte."""
    cues = gather_cues(
        person.image, person.matte, person.keypoints, person.frame, person.face_mesh
    )
    labels, _ = parse_person(cues, learn_colours(cues))
    return sharpen_parsing(labels, person.image, person.matte)


def overlap(found, expected, part):
    """Intersection over union of one label."""
    one, two = found == part, expected == part
    return (one & two).sum() / (one | two).sum()


class DrawnPersonTests(unittest.TestCase):
    def test_finds_every_part(self):
        person = drawn_reading()

        parsing = parse(person)

        for part in (Part.HAIR, Part.SKIN, Part.UPPER, Part.LOWER, Part.SHOES):
            with self.subTest(part.name):
                self.assertGreater(overlap(parsing, person.parsing, part), 0.8)

    def test_background_is_exactly_outside_the_matte(self):
        person = drawn_reading()

        parsing = parse(person)

        np.testing.assert_array_equal(parsing == Part.BACKGROUND, ~person.mask)

    def test_long_and_short_sleeves_end_where_they_are_drawn(self):
        for sleeve_along in (0.5, 1.5, 2.0):
            person = drawn_reading(sleeve_along=sleeve_along)

            parsing = parse(person)

            with self.subTest(sleeve_along):
                self.assertGreater(overlap(parsing, person.parsing, Part.UPPER), 0.93)

    def test_mirrored_picture_gives_mirrored_parsing(self):
        # The drawn person is symmetric, so the picture alone is mirrored.
        parsing = parse(drawn_reading())

        agreement = (parsing == parsing[:, ::-1])[:, 1:-1].mean()

        self.assertGreater(agreement, 0.985)


class LevelWaistTests(unittest.TestCase):
    def setUp(self):
        person = drawn_reading()
        self.cues = gather_cues(
            person.image, person.matte, person.keypoints, person.frame, None
        )
        self.labels = person.parsing[::2, ::2].copy()
        self.trunk = (np.abs(self.cues.across) < 0.35) & (self.cues.down > 0.4)

    def test_islands_of_the_top_below_the_waist_become_lower(self):
        preference = np.where(self.labels == Part.UPPER, -3, 3).astype(np.float32)
        confused = self.labels.copy()
        island = np.zeros(confused.shape, bool)
        island[135:145, 80:90] = True
        island &= confused == Part.LOWER
        confused[island] = Part.UPPER
        preference[island] = -1

        levelled = level_waist(confused, self.cues, preference)

        self.assertTrue((levelled[island] == Part.LOWER).all())
        moved = (levelled != self.labels)[self.trunk]
        self.assertLess(moved.mean(), 0.02)  # the hem itself, by a pixel

    def test_touches_upper_and_lower_only(self):
        nothing = np.zeros(self.labels.shape, np.float32)

        levelled = level_waist(self.labels, self.cues, nothing)

        others = ~np.isin(self.labels, (Part.UPPER, Part.LOWER))
        np.testing.assert_array_equal(levelled[others], self.labels[others])

    def test_every_column_of_the_trunk_changes_once(self):
        noise = np.random.default_rng(0).normal(0, 3, self.labels.shape)
        preference = (noise + 8 * (self.cues.down - 1)).astype(np.float32)

        levelled = level_waist(self.labels, self.cues, preference)

        for column in range(85, 108):
            rows = self.trunk[:, column] & np.isin(
                levelled[:, column], (Part.UPPER, Part.LOWER)
            )
            steps = np.diff(levelled[rows, column].astype(int))
            self.assertLessEqual(np.count_nonzero(steps), 1)
            self.assertTrue((steps >= 0).all())


class HouseModelTests(unittest.TestCase):
    @staticmethod
    @lru_cache
    def reading(name):
        return read_person(house_model(name))

    def part_at(self, person, point):
        x, y = point.astype(int)
        return Part(person.parsing[y, x])

    def test_labels_places_that_are_certain(self):
        for name in ("m1", "w2"):
            person = self.reading(name)
            chest = person.frame.place(0.5, 0)
            forehead = person.face_mesh[151]
            with self.subTest(name):
                self.assertEqual(self.part_at(person, chest), Part.UPPER)
                self.assertEqual(self.part_at(person, forehead), Part.SKIN)
                for side in SIDES:
                    thigh = person.joint(side, "hip") * 0.85
                    thigh = thigh + person.joint(side, "knee") * 0.15
                    knee = person.joint(side, "knee")
                    wrist = person.joint(side, "wrist")
                    self.assertEqual(self.part_at(person, thigh), Part.LOWER)
                    self.assertEqual(self.part_at(person, knee), Part.SKIN)
                    self.assertEqual(self.part_at(person, wrist), Part.SKIN)

    def test_is_stable_under_a_smaller_picture(self):
        image = house_model("w1")
        whole = self.reading("w1").parsing

        half = read_person(resize(image, (image.shape[0] // 2, image.shape[1] // 2)))

        self.assertGreater((half.parsing == whole).mean(), 0.98)


class OneColourTests(unittest.TestCase):
    """A shirt over trousers of its colour, told from a dress by its hem."""

    def parsed(self, *hems):
        person = drawn_reading()
        cloth = person.is_part(Part.UPPER, Part.LOWER)
        image = person.image.copy()
        image[cloth] = (200, 200, 196)
        for hem in hems:
            image[cloth & (np.abs(person.down - hem) < 0.02)] = (120, 120, 118)
        cues = gather_cues(image, person.matte, person.keypoints, person.frame, None)
        labels, is_dress = parse_person(cues, learn_colours(cues))
        middle = np.abs(cues.across) < 0.2
        return cues.down, labels, is_dress, middle

    def test_clothes_of_one_colour_are_parted_at_the_one_hem(self):
        down, labels, is_dress, middle = self.parsed(1.1)

        self.assertFalse(is_dress)
        self.assertTrue(
            (labels[middle & (down > 0.5) & (down < 1.05)] == Part.UPPER).all()
        )
        self.assertFalse((labels[middle & (down > 1.15)] == Part.UPPER).any())

    def test_without_a_hem_or_with_stripes_it_may_be_a_dress(self):
        for hems in ((), (0.8, 1.0, 1.2)):
            with self.subTest(hems):
                *_, is_dress, _ = self.parsed(*hems)

                self.assertTrue(is_dress)
