import unittest

import numpy as np

from tests.garment_images import SKIRT, TEE, TROUSERS, drawn_flat
from tests.images import drawn_reading
from tryon_engine.vision.fit.lower import fit_lower
from tryon_engine.vision.fit.upper import fit_upper
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.light.creases import Crease, bent, draw_creases
from tryon_engine.vision.light.folds import Drape, seeded, skirt_creases, top_creases
from tryon_engine.vision.light.relief import Trunk


class CreaseTests(unittest.TestCase):
    def test_a_groove_falls_on_one_side_and_rises_on_the_other(self):
        path = bent((10, 50), (90, 50), sag=0)

        slopes, hollow = draw_creases([Crease(path, 0.05, 1.0)], (100, 100), 60, 1.0)

        self.assertLess(slopes.y[47, 50], -0.1)
        self.assertGreater(slopes.y[53, 50], 0.1)
        np.testing.assert_allclose(slopes.y[:20], 0, atol=0.01)
        self.assertGreater(hollow[50, 50], 0.3)
        np.testing.assert_allclose(hollow[:20], 0, atol=0.01)

    def test_it_looks_the_same_at_any_scale(self):
        path = bent((10, 50), (90, 50), sag=0.1)
        crease = [Crease(path, 0.08, 1.0, side=1)]

        large, _ = draw_creases(crease, (100, 100), 60, 1.0)
        small, _ = draw_creases(crease, (50, 50), 60, 0.5)

        alike = np.corrcoef(small.y[:, 25], large.y[::2, 50])[0, 1]
        self.assertGreater(alike, 0.95)


class DrapeTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.person = drawn_reading()
        cls.tee = read_garment(drawn_flat(TEE))
        cls.fit = fit_upper(cls.person, cls.tee)

    def drape(self, garment, opens=0.0):
        rows = np.arange(512, dtype=np.float32)
        half = 55 + opens * np.clip(rows - 250, 0, None)
        trunk = Trunk(192 - half, 192 + half, 384)
        return Drape(self.person, trunk, seeded(self.person, garment))

    def test_the_same_try_on_creases_in_the_same_way(self):
        one, other = (top_creases(self.drape(self.tee), self.fit) for _ in range(2))

        self.assertEqual(len(one), len(other))
        for first, second in zip(one, other, strict=True):
            np.testing.assert_array_equal(first.path, second.path)

    def test_another_garment_creases_otherwise(self):
        trousers = read_garment(drawn_flat(TROUSERS))

        one = top_creases(self.drape(self.tee), self.fit)
        other = top_creases(self.drape(trousers), self.fit)

        self.assertFalse(np.array_equal(one[0].path, other[0].path))

    def test_a_wide_skirt_has_more_and_deeper_flutes_than_a_narrow_one(self):
        skirt = read_garment(drawn_flat(SKIRT))
        fit = fit_lower(self.person, skirt)

        def flutes(opens):
            creases = skirt_creases(self.drape(skirt, opens), fit.top_down, 2.0)
            return [crease.depth for crease in creases if crease.open_end]

        self.assertGreater(len(flutes(0.3)), len(flutes(0.0)))
        self.assertGreater(np.mean(flutes(0.3)), 2 * np.mean(flutes(0.0)))
