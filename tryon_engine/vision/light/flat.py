"""The light in which a garment flat was photographed, so that it can be taken out."""

from dataclasses import dataclass

import numpy as np

from ..arrays import Field
from ..colour import rgb_to_lab
from ..garment.reading import GarmentReading
from ..masks import erode

THINNED = 4
"""Every so many pixels of the flat, either way, are looked at."""
EDGE_PX = 2
SAME_CHROMA, SAME_LIGHTNESS = 6.0, 14.0
"""Distance from the garment's main colour up to which pixels are plain cloth."""
MIN_SHARE = 0.6
"""Patterned cloth does not tell light from colour: so much must be of one colour."""
MIN_PX = 400
MOST_ACROSS, MOST_DOWN = 0.30, 0.15
"""Bounds of what is taken out, as logarithms of light from the middle to the edge."""
SHARE_DOWN = 0.5
"""Light falls off downwards on people too: only this share of it is taken out."""


@dataclass(frozen=True)
class FlatLight:
    """A gradient of light over a flat.

    Attributes
    ----------
    across, down : float
        Logarithm of the light gained from the middle of the garment to its right and
        to its lower edge.
    centre, reach : (x, y)
        The garment's middle, and half its size, in pixels of the flat.
    """

    across: float
    down: float
    centre: tuple[float, float]
    reach: tuple[float, float]

    def correction(self, x: Field, y: Field) -> Field:
        """Return the factors for linear light that even out points of the flat."""
        along_x = np.clip((x - self.centre[0]) / self.reach[0], -1, 1)
        along_y = np.clip((y - self.centre[1]) / self.reach[1], -1, 1)
        log_light = self.across * along_x + self.down * along_y
        return np.exp(-log_light).astype(np.float32)


def read_flat_light(garment: GarmentReading) -> FlatLight | None:
    """Fit a plane to the light on a garment of one colour; None for any other."""
    every = np.s_[::THINNED, ::THINNED]
    cloth = erode(garment.matte[every] > 0.95, EDGE_PX)
    if cloth.sum() < MIN_PX:
        return None
    lab = rgb_to_lab(np.ascontiguousarray(garment.clean[every]))[cloth]
    away = np.abs(lab - np.median(lab, axis=0))
    same = (away[:, 1:].max(axis=1) < SAME_CHROMA) & (away[:, 0] < SAME_LIGHTNESS)
    if same.mean() < MIN_SHARE:
        return None
    rows, columns = np.nonzero(cloth)
    places = np.stack([columns, rows], axis=1) * float(THINNED)
    centre, reach = places.mean(axis=0), np.ptp(places, axis=0) / 2
    level = (places - centre) / reach
    terms = np.column_stack([np.ones(same.sum()), level[same]])
    # Lightness is about the cube root of the light.
    light = 3 * np.log(lab[same, 0] + 16)
    _, across, down = np.linalg.lstsq(terms, light, rcond=None)[0]
    return FlatLight(
        across=float(np.clip(across, -MOST_ACROSS, MOST_ACROSS)),
        down=float(np.clip(SHARE_DOWN * down, -MOST_DOWN, MOST_DOWN)),
        centre=(float(centre[0]), float(centre[1])),
        reach=(float(reach[0]), float(reach[1])),
    )
