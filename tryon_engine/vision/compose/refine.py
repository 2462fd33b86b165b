"""Coarse + refined -> the better of both: a refined image never loses cloth."""

from typing import Final

import cv2
import numpy as np

from ..arrays import (
    FloatImage,
    Mask,
    Matte,
    RGBImage,
    Size,
    bands,
    is_different,
    resize,
    to_bytes,
    to_float,
)
from ..colour import rgb_to_lab
from ..masks import components, dilate, open_bridges, soften
from ..uncover.undress import over
from .composer import Composite
from .worn import Worn

CHECK_LONG_SIDE_PX: Final = 320
"""The check looks for what is amiss at a glance; folds and grain do not matter."""
WRONG, RIGHT = 20.0, 10.0
"""Distance in Lab from the flat's own colour, lightness counting half: light explains
no more than the second, and never as much as the first."""
LAB_WEIGHTS: Final = np.array([0.5, 1, 1], np.float32)
MIN_SPOT: Final = 0.0015
"""Spots smaller than this share of the garment are light, folds, occlusion."""
MOST_MENDED: Final = 0.2
"""If more of the garment than this is wrong, nothing of the refined image is kept."""


def mend(
    refined: Composite,
    coarse: RGBImage,
    original: RGBImage,
    top: Worn | None,
    bottom: Worn | None,
) -> Composite:
    """Return `refined`, with the coarse image where that alone shows the garment.

    Parameters
    ----------
    refined : Composite
    coarse : (H, W, 3) uint8, RGB
        Of the size of `refined`; by whomever made.
    original : (H, W, 3) uint8, RGB
        The person image.
    top, bottom : Worn or None
        What is worn: both images are compared with the flats' own pixels.
    """
    size = refined.image.shape[:2]
    scale = min(CHECK_LONG_SIDE_PX / max(size), 1)
    small = (round(size[0] * scale), round(size[1] * scale))
    wrong, cloth = _only_coarse_is_right(refined.image, coarse, small, top, bottom)
    if not wrong.any():
        return refined
    if wrong.sum() > MOST_MENDED * cloth.sum():
        return Composite(coarse.copy(), is_different(coarse, original))
    share = np.clip(resize(soften(dilate(wrong, 3)), size), 0, 1)
    share[share < 1 / 256] = 0
    changed = refined.changed | ((share > 0) & is_different(coarse, original))
    image = refined.image.copy()
    for rows in bands(size[0]):
        if share[rows].any():
            mixed = over(to_float(image[rows]), to_float(coarse[rows]), share[rows])
            new = changed[rows][..., None]
            image[rows] = np.where(new, to_bytes(mixed), original[rows])
    return Composite(image, changed)


def _only_coarse_is_right(
    refined: RGBImage,
    coarse: RGBImage,
    size: Size,
    top: Worn | None,
    bottom: Worn | None,
) -> tuple[Mask, Mask]:
    """Return (where the refined image is wrong and the coarse is not, the cloth)."""
    flat, matte = _flat_clothes(size, top, bottom)
    cloth = matte > 0.97
    expected = rgb_to_lab(flat)
    apart = [_apart(resize(image, size), expected) for image in (refined, coarse)]
    wrong = open_bridges(cloth & (apart[0] > WRONG) & (apart[1] < RIGHT), 1)
    spots = components(wrong, max(MIN_SPOT * cloth.sum(), 4))
    return np.logical_or.reduce([np.zeros_like(cloth), *spots]), cloth


def _flat_clothes(
    size: Size, top: Worn | None, bottom: Worn | None
) -> tuple[FloatImage, Matte]:
    """Return the garments as they lie on the person, without light, and their matte."""
    colour, matte = np.zeros((*size, 3), np.float32), np.zeros(size, np.float32)
    for worn in (bottom, top):
        if worn is not None:
            layer, layer_matte = worn.sketch(size)
            colour = over(colour, layer, layer_matte)
            matte = np.maximum(matte, layer_matte)
    return colour, matte


def _apart(image: RGBImage, expected: FloatImage) -> np.ndarray:
    difference = rgb_to_lab(to_float(image)) - expected
    squares = cv2.multiply(difference, difference)
    return np.sqrt(cv2.transform(squares, LAB_WEIGHTS[None] ** 2))
