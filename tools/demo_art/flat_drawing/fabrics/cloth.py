"""What every fabric returns."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
from numpy.random import Generator

from ..noise import Field, value_noise


class Cloth(NamedTuple):
    """A patch of fabric: colour (H, W, 3) in [0, 1], height of the weave, gloss."""

    rgb: Field
    relief: Field
    gloss: float


Fabric = Callable[[Field, Field, Generator], Cloth]
"""f(u, v, rng) -> Cloth, with u and v in page units."""


def wave(x: Field, period: float) -> Field:
    """A sine of `period` page units."""
    return np.sin(x * 2 * math.pi / period)


def dyed(colour: Field, brightness: Field) -> Field:
    """Return `colour` at every pixel, scaled by `brightness`, within [0, 1]."""
    return np.clip(colour * brightness[..., None], 0, 1)


def slubs(
    rng: Generator, shape: tuple[int, int], thickness: float, length: float
) -> tuple[Field, Field]:
    """Return thick places of the yarn: along the warp, and along the weft."""
    warp = value_noise(rng, shape, (thickness, length))
    return warp, value_noise(rng, shape, (length, thickness))
