"""Smooth random fields: the source of everything irregular in a drawn garment."""

import math

import cv2
import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

Field = NDArray[np.float32]
Cell = float | tuple[float, float]


def value_noise(rng: Generator, shape: tuple[int, int], cell: Cell) -> Field:
    """Return smooth noise of about unit variance.

    `cell` is the size of a feature in pixels, one number or (across, down).
    """
    across, down = cell if isinstance(cell, tuple) else (cell, cell)
    height, width = shape
    rows = max(4, int(height / down) + 3)
    columns = max(4, int(width / across) + 3)
    grid = rng.normal(size=(rows, columns)).astype(np.float32)
    size = (int(columns * across) + 1, int(rows * down) + 1)
    field = cv2.resize(grid, size, interpolation=cv2.INTER_CUBIC)[:height, :width]
    if field.shape != tuple(shape):
        field = cv2.resize(field, (width, height), interpolation=cv2.INTER_CUBIC)
    return field / (field.std() + 1e-6)


def fractal_noise(
    rng: Generator,
    shape: tuple[int, int],
    cell: Cell,
    octaves: int = 4,
    gain: float = 0.5,
) -> Field:
    """Sum `octaves` of noise, each half the size and `gain` times the strength."""
    size = np.array(cell if isinstance(cell, tuple) else (cell, cell), float)
    total = np.zeros(shape, np.float32)
    amplitude, power = 1.0, 0.0
    for _ in range(octaves):
        across, down = np.maximum(size, 1.01)
        total += amplitude * value_noise(rng, shape, (across, down))
        power += amplitude * amplitude
        amplitude *= gain
        size /= 2
    return total / math.sqrt(power)


def smoothstep(x: Field, low: float, high: float) -> Field:
    """Rise smoothly from 0 at `low` to 1 at `high` (falls when high < low)."""
    t = np.clip((x - low) / (high - low), 0, 1)
    return t * t * (3 - 2 * t)
