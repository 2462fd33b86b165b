"""Garment flats for tests: drawn polygons with known key points, or the demo flats."""

from pathlib import Path

import cv2
import numpy as np
from PIL import Image

from tryon_engine.vision.arrays import RGBImage

DEMO_FLATS = Path(__file__).parents[1] / "tools" / "demo_art" / "flats"
BACKDROP = (245, 245, 243)
BLUE = (40, 70, 150)
SIZE = (640, 512)

# The image-left half, clockwise from the neck, as (x, y); mirrored on x = 256.
TEE = {
    "neck": (206, 100),
    "tip": (150, 120),
    "cuff_outer": (70, 220),
    "cuff_inner": (110, 255),
    "pit": (150, 215),
    "hem": (150, 470),
}
TANK = {"neck": (200, 80), "tip": (170, 84), "pit": (140, 220), "hem": (140, 540)}
TROUSERS = {
    "waist": (176, 60),
    "hem_outer": (150, 590),
    "hem_inner": (205, 590),
    "crotch": (256, 230),
}
SKIRT = {"waist": (190, 100), "hem": (110, 500)}
AXIS_X = 256


def demo_flat(name: str) -> RGBImage:
    """One of the project's own flats, e.g. "tee_black_graphic"."""
    with Image.open(DEMO_FLATS / f"{name}.jpg") as picture:
        return np.array(picture.convert("RGB"))


def drawn_flat(half: dict, colour=BLUE, print_box=None) -> RGBImage:
    """A garment of one colour, symmetric about the middle of a 640 x 512 flat.

    `print_box` (x0, y0, x1, y1) is filled with a chequered print.
    """
    left = list(half.values())
    right = [(2 * AXIS_X - x, y) for x, y in reversed(left)]
    flat = np.full((*SIZE, 3), BACKDROP, np.uint8)
    cv2.fillPoly(flat, [np.array(left + right, np.int32)], colour, cv2.LINE_AA)
    if print_box is not None:
        x0, y0, x1, y1 = print_box
        y, x = np.mgrid[y0:y1, x0:x1]
        is_light = (x // 20 + y // 20) % 2 == 0
        flat[y0:y1, x0:x1][is_light] = (250, 220, 60)
    return flat
