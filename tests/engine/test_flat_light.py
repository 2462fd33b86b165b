import unittest
from dataclasses import replace

import numpy as np

from tests.garment_images import TEE, drawn_flat
from tryon_engine.vision.arrays import grid
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.light.flat import read_flat_light

GREY = (130, 130, 134)


class FlatLightTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.tee = read_garment(drawn_flat(TEE, GREY))

    def lit_from_the_left(self, gain=0.15):
        x, _ = grid(self.tee.size)
        factor = 1 - gain * (x / self.tee.size[1] - 0.5)
        clean = np.clip(self.tee.clean * factor[..., None], 0, 255)
        return replace(self.tee, clean=clean.astype(np.uint8)), x

    def test_even_light_needs_no_correction(self):
        light = read_flat_light(self.tee)

        self.assertAlmostEqual(light.across, 0, delta=0.01)
        self.assertAlmostEqual(light.down, 0, delta=0.01)

    def test_light_from_one_side_is_taken_out(self):
        garment, x = self.lit_from_the_left()
        _, y = grid(garment.size)

        light = read_flat_light(garment)

        self.assertLess(light.across, -0.05)
        cloth = garment.matte > 0.95
        before = garment.clean[..., 1][cloth].astype(float)
        after = before * np.sqrt(light.correction(x, y)[cloth])
        self.assertLess(np.std(after), 0.5 * np.std(before))

    def test_a_pattern_is_not_taken_for_light(self):
        printed = read_garment(drawn_flat(TEE, GREY, print_box=(150, 180, 362, 470)))

        self.assertIsNone(read_flat_light(printed))
