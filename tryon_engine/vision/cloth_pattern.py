"""Is the cloth of a garment striped or checked?

By the directions of its edges: those of stripes run one way, those of checks run along
and across the garment, those of flowers and letters run every way.
"""

from typing import Final

import cv2
import numpy as np

from .garment.reading import GarmentReading
from .masks import erode

RIM_PX: Final = 6
"""The garment's own outline is no pattern."""
SIGMA_PX: Final = 1.0
SAMPLED: Final = np.s_[::2, ::2]
STRONGER_HALF: Final = 50
STRONGEST: Final = 95
"""Percentiles of edge strength: folds are weaker than what is dyed, and no single
button or label outweighs the cloth."""
STRIPED: Final = (0.8, 120.0)
CHECKED: Final = (0.5, 50.0)
"""Least agreement of directions, from 0 to 1, and least strength of the edges in grey
levels per pixel (Sobel); below that it is folds, ribs or seams."""
ONE_WAY: Final = 0.35
"""Most agreement on one direction that checks have."""


def pattern_of(garment: GarmentReading) -> str | None:
    """Return "striped", "checked", or None for anything else."""
    inside = erode(garment.matte > 0.95, RIM_PX)
    if not inside[SAMPLED].any():
        return None
    lightness = cv2.cvtColor(garment.clean, cv2.COLOR_RGB2GRAY).astype(np.float32)
    smooth = cv2.GaussianBlur(lightness, (0, 0), SIGMA_PX)
    sample = inside[SAMPLED]
    dx = cv2.Sobel(smooth, cv2.CV_32F, 1, 0)[SAMPLED][sample]
    dy = cv2.Sobel(smooth, cv2.CV_32F, 0, 1)[SAMPLED][sample]
    along, across, both = dx * dx, dy * dy, dx * dy
    energy = along + across
    weakest, strongest = np.percentile(energy, [STRONGER_HALF, STRONGEST])
    weight = np.where(energy > weakest, np.minimum(energy, strongest), 0)
    if not weight.any():
        return None
    strength = float(np.sqrt(weight[weight > 0].mean()))
    angle = 0.5 * np.arctan2(2 * both, along - across)
    one_way = abs((weight * np.exp(2j * angle)).sum()) / weight.sum()
    # Four times the angle: right angles to each other, upright or level, agree.
    square = float((weight * np.cos(4 * angle)).sum() / weight.sum())
    if one_way > STRIPED[0] and strength > STRIPED[1]:
        return "striped"
    if square > CHECKED[0] and strength > CHECKED[1] and one_way < ONE_WAY:
        return "checked"
    return None
