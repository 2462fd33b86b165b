from unittest import TestCase

import numpy as np

from tryon_engine.vision.light.grain import camera_noise, match_grain

SIZE = (400, 400)


def plain(value=120.0):
    return np.full((*SIZE, 3), value, np.float32)


def noisy(image, sigma=4.0, seed=1):
    noise = np.random.default_rng(seed).standard_normal(SIZE)[..., None] * sigma
    return np.clip(image + noise + 0.5, 0, 255).astype(np.uint8)


class CameraNoiseTests(TestCase):
    everywhere = np.ones(SIZE, bool)

    def test_grows_with_the_noise(self):
        weak, strong = (
            camera_noise(noisy(plain(), sigma), self.everywhere) for sigma in (2, 4)
        )

        np.testing.assert_allclose(strong, 2 * weak, rtol=0.1)
        self.assertGreater(weak[0], 1)

    def test_a_clean_photo_has_none(self):
        noise = camera_noise(plain().astype(np.uint8), self.everywhere)

        np.testing.assert_array_equal(noise, 0)

    def test_texture_is_no_noise(self):
        """It is not the same everywhere."""
        strength = np.linspace(0, 40, SIZE[1])[None, :, None]
        image = noisy(plain(), 0) + strength * np.sin(np.arange(SIZE[0]))[:, None, None]

        noise = camera_noise(image.astype(np.uint8), self.everywhere)

        np.testing.assert_array_equal(noise, 0)

    def test_too_little_to_see_says_nothing(self):
        corner = np.zeros(SIZE, bool)
        corner[:100, :100] = True

        np.testing.assert_array_equal(camera_noise(noisy(plain()), corner), 0)

    def test_a_lawn_behind_calm_skin_is_no_noise(self):
        """It is about the same everywhere, but not on the person."""
        photo = noisy(plain(), sigma=8)
        skin = np.zeros(SIZE, bool)
        skin[100:160, 100:160] = True
        photo[skin] = noisy(plain(), sigma=0.4)[skin]

        noise = camera_noise(photo, self.everywhere, skin)

        self.assertGreater(camera_noise(photo, self.everywhere)[0], 4)
        self.assertLess(noise[0], 0.6)

    def test_noise_on_skin_is_noise(self):
        photo = noisy(plain())
        skin = np.zeros((100, 100), bool)  # at a smaller scale
        skin[20:60, 20:60] = True

        noise = camera_noise(photo, self.everywhere, skin)

        expected = camera_noise(photo, self.everywhere)
        np.testing.assert_allclose(noise, expected, rtol=0.2)


class MatchGrainTests(TestCase):
    def setUp(self):
        self.changed = np.zeros(SIZE, bool)
        self.changed[100:300, 100:300] = True
        self.inner = np.s_[110:290, 110:290]

    def grained(self, cloth, photo):
        image = np.where(self.changed[..., None], cloth, photo).astype(np.uint8)
        return image, match_grain(image, self.changed, photo)

    def test_clean_cloth_in_a_noisy_photo_gets_noise(self):
        photo = noisy(plain())

        image, grained = self.grained(plain(90), photo)

        spread = grained[self.inner].astype(float).std()
        self.assertTrue(2 < spread < 4.5, spread)
        np.testing.assert_array_equal(grained[~self.changed], image[~self.changed])

    def test_noise_leaves_the_colour(self):
        _, grained = self.grained(plain(90), noisy(plain()))

        self.assertAlmostEqual(grained[self.inner].mean(), 90, delta=0.3)

    def test_clean_photo_changes_nothing(self):
        image, grained = self.grained(plain(90), plain().astype(np.uint8))

        np.testing.assert_array_equal(grained, image)

    def test_cloth_that_is_as_noisy_stays(self):
        image, grained = self.grained(noisy(plain(90), seed=2), noisy(plain()))

        self.assertLess(np.abs(grained.astype(int) - image).mean(), 1)

    def test_white_stays_white(self):
        _, grained = self.grained(plain(255), noisy(plain()))

        self.assertEqual(grained[self.inner].min(), 255)
