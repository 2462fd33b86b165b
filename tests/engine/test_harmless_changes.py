"""What no shopper would notice on a flat must not change how it is read."""

from unittest import TestCase

import cv2
import numpy as np

from tests.garment_images import demo_flat
from tryon_engine.vision.arrays import OPPOSITE
from tryon_engine.vision.garment.cutout import cut_out_garment
from tryon_engine.vision.garment.label import WIDE, find_label
from tryon_engine.vision.garment.reading import GarmentKind, read_garment

NEAR = 0.06
"""In widths of the garment."""


def compressed(flat, quality=60):
    """The flat as a small JPEG."""
    _, packed = cv2.imencode(
        ".jpg", flat[..., ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality]
    )
    return cv2.imdecode(packed, cv2.IMREAD_COLOR)[..., ::-1].copy()


def noisy(flat, deviation):
    noise = np.random.default_rng(3).normal(0, deviation, flat.shape)
    return np.clip(flat + noise, 0, 255).astype(np.uint8)


def white_on_white():
    """A white top with a small print on a white backdrop, both without grain."""
    flat = np.full((1000, 760, 3), 255, np.uint8)
    flat[150:850, 180:580] = 246
    flat[150:260, 300:460] = 255
    flat[400:500, 330:430] = (40, 60, 160)
    return flat


def with_label(width):
    """Grey cloth with a printed label at its upper edge; cloth, and where it is."""
    cloth = np.full((220, 300, 3), 128, np.uint8)
    left = round(150 - width / 2)
    cloth[32:54, left : left + round(width)] = 235
    cloth[38:46, left + 8 : left + round(width) - 8 : 3] = 40
    mask = np.zeros((220, 300), bool)
    mask[30:] = True
    return cloth, mask


class HarmlessChangeTests(TestCase):
    def assert_alike(self, flat, changed, near=NEAR):
        one, other = read_garment(flat), read_garment(changed)
        self.assertEqual(one.kind, other.kind)
        self.assertEqual(one.keypoints.keys(), other.keypoints.keys())
        for name, point in one.keypoints.items():
            off = np.linalg.norm(point.xy - other.keypoints[name].xy)
            self.assertLess(off, near * one.outline.width, name)

    def test_mirrored_flat_has_mirrored_key_points(self):
        flat = demo_flat("shirt_flannel_red")
        one, other = read_garment(flat), read_garment(flat[:, ::-1].copy())

        for name, point in one.keypoints.items():
            side, corner = name.split("_", 1)
            twin = other.keypoints[f"{OPPOSITE[side]}_{corner}"].xy
            twin[0] = one.size[1] - 1 - twin[0]
            off = np.linalg.norm(point.xy - twin)
            self.assertLess(off, NEAR * one.outline.width, name)

    def test_compression_takes_nothing_from_white_on_near_white(self):
        flat = demo_flat("tee_white_crew")

        self.assert_alike(flat, compressed(flat))

    def test_compression_does_not_close_the_gap_between_legs(self):
        flat = compressed(demo_flat("trousers_wide_navy"))

        self.assertEqual(read_garment(flat).kind, GarmentKind.TROUSERS)

    def test_noise_does_not_drown_a_white_top(self):
        flat = white_on_white()
        drawn = (flat < 255).all(axis=2)

        mask = cut_out_garment(noisy(flat, 1.5)).mask

        height, width = mask.shape
        drawn = cv2.resize(drawn.view(np.uint8), (width, height)) > 0
        self.assertGreater((mask & drawn).sum() / (mask | drawn).sum(), 0.95)

    def test_label_is_one_a_hair_beyond_a_single_bound(self):
        half, middle = 64, np.array([150.0, 20.0])

        found = [
            find_label(*with_label(share * half), middle, half) is not None
            for share in (0.5, WIDE[1] - 0.03, WIDE[1] + 0.04, 1.4)
        ]

        self.assertEqual(found, [True, True, True, False])

    def test_nick_in_a_waistband_makes_no_top_of_trousers(self):
        flat = demo_flat("jeans_blue_straight")
        waist = read_garment(flat).lower
        left, right, top = waist.left[0], waist.right[0], waist.y[0]
        scale = max(flat.shape) / 1024
        x, y = round((left + right) / 2 * scale), round(top * scale)
        reach = round(0.2 * (right - left) * scale)
        flat[y - reach : y + reach // 2, x - reach // 2 : x + reach // 2] = flat[5, 5]

        self.assertEqual(read_garment(flat).kind, GarmentKind.TROUSERS)
