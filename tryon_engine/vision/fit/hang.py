"""Cloth that hangs free below the hips: how it falls."""

from dataclasses import dataclass

import numpy as np

from ..arrays import Points

WAVES = ((1.35, 0.6, 0.10), (2.30, 1.0, 0.35), (3.70, 0.5, 0.72))
"""Folds as (number over half the width, weight, phase): irregular, the same always."""


@dataclass(frozen=True, eq=False)
class Hang:
    """How the lower part of a dress, or a skirt, hangs.

    Attributes
    ----------
    y, middle, half : (N,) float32
        Rows of the flat with their middle and half width.
    drop : (N,) float32
        How much lower the front of each row is seen than its sides, in pixels of the
        picture. Its middle goes down by half of that, its sides up.
    wave : (N,) float32
        How far folds move each row up and down, in pixels of the picture.
    """

    y: np.ndarray
    middle: np.ndarray
    half: np.ndarray
    drop: np.ndarray
    wave: np.ndarray

    def falls(self, points: Points) -> np.ndarray:
        """Return how much lower than hung evenly (N, 2) points of the flat lie."""
        across, y = self._across(points[:, 0], points[:, 1]), points[:, 1]
        round_front = 1 - np.clip(np.abs(across), 0, 1) ** 2
        drop, wave = (np.interp(y, self.y, by_row) for by_row in (self.drop, self.wave))
        return drop * (round_front - 0.5) + wave * folds(across)

    def _across(self, x: np.ndarray, y: np.ndarray) -> np.ndarray:
        """From -1 at the left edge to 1 at the right one."""
        middle, half = (np.interp(y, self.y, row) for row in (self.middle, self.half))
        return np.clip((x - middle) / np.maximum(half, 1), -1.2, 1.2)


def folds(across: np.ndarray) -> np.ndarray:
    """Return the height of vertical folds, about -1 to 1, positive towards the camera.

    `across` runs from -1 to 1 over the width of the cloth.
    """
    total = sum(weight for _, weight, _ in WAVES)
    height = sum(
        weight * np.cos(2 * np.pi * (number * across + phase))
        for number, weight, phase in WAVES
    )
    height = height / total * 1.4
    # Ridges are broad, the valleys between them narrow.
    return height - 0.3 * (height * height - 0.5)
