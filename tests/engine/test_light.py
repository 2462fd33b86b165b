import unittest
from dataclasses import replace

import numpy as np

from tests.images import drawn_reading
from tryon_engine.vision.arrays import grid
from tryon_engine.vision.light.photo_light import Light, estimate_light
from tryon_engine.vision.light.relief import Slopes, ball_slopes


class LightTests(unittest.TestCase):
    def test_a_level_plate_is_evenly_lit(self):
        plate = Slopes(np.zeros((4, 4), np.float32), np.zeros((4, 4), np.float32))

        np.testing.assert_allclose(Light(0.3, 0.4, 0.866).on(plate), 1, atol=1e-6)

    def test_a_ball_is_bright_towards_the_light(self):
        shade = Light(0.4, 0.4, 0.825).on(ball_slopes((100, 100)))

        self.assertGreater(shade[50, 70], shade[50, 30])
        self.assertGreater(shade[30, 50], shade[70, 50])

    def test_a_mirrored_light_mirrors_the_shade(self):
        ball = ball_slopes((101, 101))
        turned = Slopes(-ball.x[:, ::-1], ball.y[:, ::-1])

        shade = Light(0.3, 0.4, 0.866).on(ball)
        mirrored = Light(-0.3, 0.4, 0.866).on(turned)

        np.testing.assert_allclose(mirrored, shade[:, ::-1], atol=1e-5)


class EstimateLightTests(unittest.TestCase):
    def test_even_light_comes_from_the_front(self):
        self.assertAlmostEqual(estimate_light(drawn_reading()).aside, 0, delta=0.05)

    def test_cheeks_beyond_the_picture_tell_nothing(self):
        person = drawn_reading()
        for x in (-300.0, 900.0):
            mesh = np.zeros((468, 2), np.float32)
            mesh[:] = x, 60
            mesh += np.random.default_rng(3).uniform(-9, 9, mesh.shape)

            light = estimate_light(replace(person, face_mesh=mesh.astype("f4")))

            self.assertAlmostEqual(light.aside, 0, delta=0.05)

    def test_bright_flank_tells_the_side(self):
        x, _ = grid((512, 384))
        for sign in (-1, 1):
            person = drawn_reading()
            lab = person.lab.copy()
            lab[..., 0] *= 1 + sign * 0.08 * (x - 192) / 40

            light = estimate_light(replace(person, lab=lab))

            self.assertGreater(sign * light.aside, 0.08)
            length = np.hypot(np.hypot(light.aside, light.above), light.front)
            self.assertAlmostEqual(float(length), 1, places=5)
