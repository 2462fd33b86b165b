from unittest import TestCase

import numpy as np

from tryon_engine.vision.masks import drop_small, fill_holes, segment_distance


def mask(*rows: str) -> np.ndarray:
    return np.array([[letter == "#" for letter in row] for row in rows])


class DropSmallTests(TestCase):
    def test_keeps_large_pieces_where_they_are(self):
        found = drop_small(mask(".....", "##..#", "##...", "....#"), 2)

        np.testing.assert_array_equal(found, mask(".....", "##...", "##...", "....."))

    def test_corners_do_not_connect(self):
        self.assertFalse(drop_small(mask("#.", ".#"), 2).any())

    def test_nothing_stays_nothing(self):
        self.assertFalse(drop_small(np.zeros((3, 4), bool), 1).any())


class FillHolesTests(TestCase):
    ring = mask("......", ".###..", ".#.#..", ".###..", ".#.#..")

    def test_fills_what_is_enclosed_and_no_bay(self):
        filled = fill_holes(self.ring)

        np.testing.assert_array_equal(
            filled, mask("......", ".###..", ".###..", ".###..", ".#.#..")
        )

    def test_leaves_holes_that_are_too_large(self):
        np.testing.assert_array_equal(fill_holes(self.ring, 0), self.ring)

    def test_empty_and_full_masks_stay(self):
        for same in (np.zeros((3, 4), bool), np.ones((3, 4), bool)):
            np.testing.assert_array_equal(fill_holes(same), same)

    def test_input_stays_as_it_is(self):
        before = self.ring.copy()

        fill_holes(self.ring)

        np.testing.assert_array_equal(self.ring, before)


class SegmentDistanceTests(TestCase):
    def test_beside_and_beyond_the_ends(self):
        x, y = np.array([[2.0, 7.0]], np.float32), np.array([[3.0, 4.0]], np.float32)

        distance, along = segment_distance(x, y, np.array([0, 0]), np.array([4, 0]))

        np.testing.assert_allclose(distance, [[3, 5]], rtol=1e-6)
        np.testing.assert_allclose(along, [[0.5, 1]], rtol=1e-6)
