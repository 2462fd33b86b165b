from unittest import TestCase

import numpy as np

from tests.images import drawn_reading
from tryon_engine.vision.fit.untucked import beside_top


class BesideTopTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.person = drawn_reading()
        cls.out = np.abs(cls.person.across)

    def test_nothing_sticks_out_beside_a_top_over_the_hips(self):
        top = (self.out < 0.6) & (self.person.down > 0) & (self.person.down < 1.1)

        beside = beside_top(self.person, top)

        row = (self.person.down > 0.9) & (self.person.down < 1.1)
        self.assertTrue(beside[row & (self.out > 0.65)].all())
        self.assertFalse(beside[self.out < 0.58].any())

    def test_below_the_hem_there_is_ever_more_room(self):
        top = (self.out < 0.6) & (self.person.down > 0) & (self.person.down < 1.1)

        beside = beside_top(self.person, top)

        rows = [
            np.flatnonzero(np.isclose(self.person.down[:, 0], d, atol=0.01))[0]
            for d in (1.2, 1.5)
        ]
        wide = [(~beside[row]).sum() for row in rows]
        self.assertGreater(wide[1], wide[0] + 10)

    def test_a_tucked_top_leaves_the_hips_alone(self):
        top = (self.out < 0.6) & (self.person.down > 0) & (self.person.down < 0.7)

        beside = beside_top(self.person, top)

        hips = (self.person.down > 1.0) & (self.out < 0.75)
        self.assertFalse(beside[hips].any())

    def test_a_bite_in_the_tops_side_shows_nothing_of_what_is_under_it(self):
        top = (self.out < 0.6) & (self.person.down > 0) & (self.person.down < 1.1)
        bite = (self.person.down > 0.85) & (self.person.down < 0.9)

        beside = beside_top(self.person, top & ~(bite & (self.out > 0.56)))

        self.assertTrue(beside[bite & (self.out > 0.58) & (self.out < 0.7)].all())

    def test_without_a_top_there_is_nothing_to_hide(self):
        none = np.zeros(self.person.size, bool)

        self.assertFalse(beside_top(self.person, none).any())
