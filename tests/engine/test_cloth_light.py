import unittest

import cv2
import numpy as np

from tests.garment_images import TEE, TROUSERS, drawn_flat
from tests.images import drawn_reading
from tryon_engine.vision.compose.worn import wear
from tryon_engine.vision.fit.lower import fit_lower
from tryon_engine.vision.fit.upper import fit_upper
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.light.cloth import light_clothes, lit
from tryon_engine.vision.light.photo_light import Light

FRONTAL = Light(0.0, 0.42, 0.9075)
GREY, BLACK, WHITE = (120, 120, 120), (22, 22, 24), (250, 250, 250)


class LitTests(unittest.TestCase):
    def test_light_of_one_changes_nothing(self):
        colour = np.random.default_rng(1).random((5, 6, 3)).astype(np.float32)

        np.testing.assert_allclose(
            lit(colour, np.ones((5, 6), "f4")), colour, atol=1e-6
        )

    def test_shadows_are_saturated_and_not_grey(self):
        peach = np.full((1, 1, 3), (0.93, 0.64, 0.48), np.float32)

        shaded = lit(peach, np.full((1, 1), 0.7, np.float32))[0, 0]

        self.assertLess(shaded[0], 0.9)
        self.assertLess(shaded[2] / shaded[0], 0.48 / 0.93)
        self.assertGreater(shaded[2] / shaded[0], 0.85 * 0.48 / 0.93)

    def test_grey_stays_grey_in_shadow(self):
        grey = np.full((1, 1, 3), 0.5, np.float32)

        shaded = lit(grey, np.full((1, 1), 0.7, np.float32))[0, 0]

        self.assertAlmostEqual(float(np.ptp(shaded)), 0, places=5)

    def test_black_cloth_shines_where_it_is_lit(self):
        black = np.full((1, 1, 3), 0.08, np.float32)

        bright = lit(black, np.full((1, 1), 1.2, np.float32))

        self.assertGreater(bright.min(), 0.12)


class LightClothesTests(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.person = drawn_reading()

    def dressed(self, colour, half=TEE, fit=fit_upper):
        garment = read_garment(drawn_flat(half, colour))
        worn = wear(self.person, garment, fit(self.person, garment))
        pieces = worn.warp(self.person.size, fine=False)
        pieces.pop("back", None)
        return worn, pieces

    def lights(self, colour=GREY, fine=False, **kwargs):
        worn, pieces = self.dressed(colour, **kwargs)
        lights = light_clothes(self.person, worn, pieces, FRONTAL, fine)
        size = self.person.size[::-1]
        return {name: cv2.resize(lights[name], size) for name in lights}, pieces

    def test_the_colour_of_the_garment_stays(self):
        for fine in (False, True):
            lights, pieces = self.lights(fine=fine)

            seen = [lights[name][pieces[name].matte > 0.5] for name in pieces]

            self.assertAlmostEqual(
                float(np.median(np.concatenate(seen))), 1, delta=0.01
            )

    def test_a_tee_is_round_and_not_a_plate(self):
        lights, pieces = self.lights()
        row = int(self.person.frame.place(0.6, 0.0)[1])
        cloth = np.flatnonzero(pieces["torso"].matte[row] > 0.5)

        light = lights["torso"][row]

        middle = light[cloth[len(cloth) // 2]]
        for edge in (cloth[2], cloth[-3]):
            self.assertLess(light[edge], middle - 0.12)

    def test_trousers_have_two_legs(self):
        lights, pieces = self.lights(half=TROUSERS, fit=fit_lower)
        row = int(self.person.joint("left", "knee")[1])
        for name in ("left_leg", "right_leg"):
            cloth = np.flatnonzero(pieces[name].matte[row] > 0.5)

            light = lights[name][row]

            middle = light[cloth[len(cloth) // 2]]
            for edge in (cloth[1], cloth[-2]):
                self.assertLess(light[edge], middle - 0.08)

    def test_white_cloth_is_shaded_rather_than_blown_out(self):
        lights, pieces = self.lights(WHITE)

        light = lights["torso"][pieces["torso"].matte > 0.5]

        self.assertGreater((light < 1).mean(), 0.6)
        self.assertLess(np.percentile(light, 99), 1.1)

    def test_sleeve_and_torso_agree_at_the_armhole(self):
        lights, _ = self.lights()
        tip = self.person.shoulder_tip["left"]
        inside = tuple((tip + (14, 14)).astype(int)[::-1])

        self.assertAlmostEqual(
            float(lights["left_sleeve"][inside]),
            float(lights["torso"][inside]),
            delta=0.12,
        )
