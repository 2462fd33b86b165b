"""How good a photograph is, whatever it shows: sharpness and light."""

import numpy as np
from skimage.measure import blur_effect

from .arrays import Mask, RGBImage
from .colour import rgb_to_lab

BLURRED = 0.74
"""Blur metric [1]_ from which a picture at working scale looks soft: sharp photographs
have 0.3 to 0.5, a Gaussian of 4 pixels gives 0.75 to 0.85.

.. [1] Crete et al., "The blur effect", SPIE 2007, doi:10.1117/12.702790
"""
DARK_LIGHTNESS = 45.0
"""If hardly anything on a person is lighter than this, light is missing; dark skin in
dark clothes under good light stays above."""
WHITE_LIGHTNESS = 98.0
BURNT_OUT_SHARE = 0.4


def is_blurred(image: RGBImage, mask: Mask) -> bool:
    """Return whether the part of a picture around `mask` is out of focus."""
    rows, columns = np.where(mask.any(axis=1))[0], np.where(mask.any(axis=0))[0]
    if rows.size < 16 or columns.size < 16:
        return False
    box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return bool(blur_effect(box.mean(axis=2) / 255) > BLURRED)


def is_too_dark(image: RGBImage, mask: Mask) -> bool:
    """Return whether even the lightest places of `mask` are dark."""
    lightness = rgb_to_lab(image)[..., 0][mask]
    return bool(lightness.size and np.percentile(lightness, 95) < DARK_LIGHTNESS)


def is_too_bright(image: RGBImage, mask: Mask) -> bool:
    """Return whether much of `mask` is burnt out to plain white."""
    lightness = rgb_to_lab(image)[..., 0][mask]
    return bool(
        lightness.size and (lightness > WHITE_LIGHTNESS).mean() > BURNT_OUT_SHARE
    )
