from unittest import TestCase

import numpy as np

from tryon_engine.vision.filters import diffuse
from tryon_engine.vision.uncover.patches import continue_pattern

SIZE = (240, 400)
HOLE = np.s_[60:200, 150:250]


def wall(rows=18, columns=44):
    """Bricks with light joints, every other row moved by half a brick."""
    y, x = np.indices(SIZE)
    x = x + (y // rows % 2) * (columns // 2)
    is_joint = (y % rows < 3) | (x % columns < 3)
    return np.where(is_joint[..., None], (0.8, 0.78, 0.7), (0.6, 0.3, 0.25))


def known_around_hole():
    known = np.ones(SIZE, bool)
    known[HOLE] = False
    return known


def with_hole(picture):
    picture = picture.astype(np.float32)
    return diffuse(picture, known_around_hole())


class ContinuePatternTests(TestCase):
    def filled(self, picture):
        known = known_around_hole()
        return continue_pattern(with_hole(picture), known, ~known)

    def test_bricks_go_on_in_line(self):
        filled = self.filled(wall())

        apart = np.abs(filled - wall())[HOLE].max(axis=2)
        self.assertGreater((apart < 0.1).mean(), 0.95)

    def test_what_has_no_order_keeps_its_contrast(self):
        rng = np.random.default_rng(0)
        leaves = rng.random((SIZE[0] // 5, SIZE[1] // 5, 3)).repeat(5, 0).repeat(5, 1)

        filled = self.filled(leaves)

        self.assertGreater(filled[HOLE].std(), 0.8 * leaves.std())

    def test_the_known_part_stays(self):
        filled = self.filled(wall())

        known = known_around_hole()
        np.testing.assert_array_equal(filled[known], wall()[known].astype(np.float32))

    def test_without_a_pattern_all_stays_smooth(self):
        plain = with_hole(np.full((*SIZE, 3), 0.5))
        known = known_around_hole()

        self.assertIs(continue_pattern(plain, known, ~known), plain)

    def test_grain_is_no_pattern(self):
        grain = np.random.default_rng(0).normal(0.5, 0.02, (*SIZE, 1)).repeat(3, 2)
        smooth = with_hole(grain)
        known = known_around_hole()

        self.assertIs(continue_pattern(smooth, known, ~known), smooth)

    def test_a_thing_beside_makes_no_pattern(self):
        """A switch on a wall, a shadow's edge: all but a few places there are plain."""
        picture = np.full((*SIZE, 3), 0.7)
        picture[190:206, 255:263] = 0.3
        plain = with_hole(picture)
        known = known_around_hole()

        self.assertIs(continue_pattern(plain, known, ~known), plain)

    def test_same_twice(self):
        np.testing.assert_array_equal(self.filled(wall()), self.filled(wall()))

    def test_nothing_known_gives_nothing(self):
        picture, nothing = with_hole(wall()), np.zeros(SIZE, bool)

        filled = continue_pattern(picture, nothing, ~nothing)

        np.testing.assert_array_equal(filled, picture)
