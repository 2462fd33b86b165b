"""How good a photograph is, whatever it shows: size, sharpness and light."""

from collections.abc import Iterator

import numpy as np
from skimage.measure import blur_effect

from .arrays import Mask, RGBImage, Size
from .colour import rgb_to_lab
from .findings import Finding, warn

MIN_LONG_SIDE_PX = 512

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


def photo_findings(
    working: RGBImage, mask: Mask, original_size: Size
) -> Iterator[Finding]:
    """Yield what is wrong with the photograph where `mask` is.

    Parameters
    ----------
    working : ndarray of shape (H, W, 3), uint8, RGB
        The picture at working scale.
    mask : ndarray of shape (H, W), bool
        What the picture is about.
    original_size : (height, width)
        Of the picture as it was given.
    """
    if max(original_size) < MIN_LONG_SIDE_PX:
        yield warn("too_small", "The picture is small. Choose one with more pixels.")
    elif is_blurred(working, mask):
        yield warn("blurred", "The picture is blurred. Choose a sharp one.")
    if is_too_bright(working, mask):
        yield warn("too_bright", "The picture is burnt out. Use softer light.")


def darkness(working: RGBImage, mask: Mask) -> Iterator[Finding]:
    """Yield a finding if even the lightest places of `mask` are dark."""
    lightness = rgb_to_lab(working)[..., 0][mask]
    if lightness.size and np.percentile(lightness, 95) < DARK_LIGHTNESS:
        yield warn("too_dark", "The picture is dark. Take one in daylight.")


def is_blurred(image: RGBImage, mask: Mask) -> bool:
    """Return whether the part of a picture around `mask` is out of focus."""
    rows, columns = np.where(mask.any(axis=1))[0], np.where(mask.any(axis=0))[0]
    if rows.size < 16 or columns.size < 16:
        return False
    box = image[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    return bool(blur_effect(box.mean(axis=2) / 255) > BLURRED)


def is_too_bright(image: RGBImage, mask: Mask) -> bool:
    """Return whether much of `mask` is burnt out to plain white."""
    lightness = rgb_to_lab(image)[..., 0][mask]
    return bool(
        lightness.size and (lightness > WHITE_LIGHTNESS).mean() > BURNT_OUT_SHARE
    )
