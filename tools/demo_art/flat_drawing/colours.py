"""Colours as float RGB triples in [0, 1]."""

import numpy as np
from numpy.typing import NDArray

RGB = NDArray[np.float32]


def rgb(code: str) -> RGB:
    """Read a colour such as "#2f5a48"."""
    return np.array([int(code[i : i + 2], 16) for i in (1, 3, 5)], np.float32) / 255


def thread(colour: RGB, shade: float = 0.8) -> RGB:
    """Thread for a cloth of `colour`: darker, so that the stitches show."""
    return np.clip(colour * shade, 0, 1)


def contrast_thread(colour: RGB, dark_below: float = 0.3) -> RGB:
    """Thread that also shows on black cloth, where it has to be lighter."""
    if colour.mean() > dark_below:
        return thread(colour)
    return np.clip(colour * 1.35 + 0.03, 0, 1)
