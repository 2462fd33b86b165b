"""The main colours of a garment, by everyday names."""

from typing import Final

import cv2
import numpy as np

from .colour import rgb_to_lab
from .garment.reading import GarmentReading
from .masks import erode

NAMED: Final[dict[str, tuple[str, ...]]] = {
    "black": ("#101012", "#221f20", "#27272b"),
    "charcoal": ("#3c3d40", "#4a4a4d"),
    "grey": ("#77787a", "#8b8c8f", "#9c9c9e"),
    "light grey": ("#b5b6b8", "#c8c9cb"),
    "white": ("#ffffff", "#f1f1f1", "#e4e4e6"),
    "cream": ("#f3ead8", "#e9dfca", "#ece6d9"),
    "beige": ("#d9c8ab", "#cdbb9f", "#c3b196"),
    "tan": ("#b0926a", "#a68a64", "#bd9a6b"),
    "brown": ("#5a3d2b", "#6f4e37", "#7a5234"),
    "yellow": ("#f2d13a", "#f7e17a"),
    "mustard": ("#c99a2e", "#b8862b"),
    "orange": ("#e8822e", "#f29a4b"),
    "rust": ("#a84a24", "#b85c38", "#95482c"),
    "red": ("#c4202c", "#a81f25", "#d93a3a"),
    "burgundy": ("#5e1a26", "#701c2c", "#4a1520"),
    "coral": ("#ee7b67", "#f08d7c"),
    "peach": ("#eaa982", "#f3c4a4"),
    "pink": ("#f2b8c6", "#eaa0b4", "#e75f98"),
    "rose": ("#c48690", "#b9767f", "#cf9a9c"),
    "purple": ("#6a3d8a", "#4e2a66", "#83508f"),
    "lavender": ("#b9a7d6", "#cfc3e3"),
    "navy": ("#1d2740", "#26314f", "#1b2a4a"),
    "blue": ("#2f5ea8", "#3f6fb5", "#2a4a86", "#4a6a94"),
    "light blue": ("#a5c1e0", "#bcd2ea", "#8fb0d6"),
    "teal": ("#1d7277", "#2a8a8c"),
    "mint": ("#a9dcc3", "#bfe6d3"),
    "green": ("#2f7d46", "#3f9a58", "#1f6b4a"),
    "forest green": ("#1e3d2c", "#264a36"),
    "sage green": ("#96a58a", "#a8b59c", "#869a7e"),
    "olive": ("#5e6238", "#6f7045", "#4d5133"),
}
"""What people call colours, each by some of its typical values in sRGB."""
MULTICOLOURED: Final = "multicoloured"
SAMPLED_LONG_SIDE_PX: Final = 256
"""Pixels are left out, not averaged: stripes of black and white are not grey."""
FEW_PX: Final = 40
APART: Final = 22.0
"""Distance in Lab from which two colours of a garment are called by two names."""
SECOND_SHARE: Final = 0.25
"""Least share of a garment that a second colour has to cover to be named."""
NEAR: Final = 26.0
LEAST_NEAR: Final = 0.7
"""Distance in Lab from the nearer of two colours, and the share of a garment that has
to lie within it: else two names do not tell what it looks like."""
ROUNDS: Final = 8

_NAMES = [name for name, values in NAMED.items() for _ in values]
_ANCHORS = rgb_to_lab(
    np.array(
        [
            [int(value[i : i + 2], 16) for i in (1, 3, 5)]
            for values in NAMED.values()
            for value in values
        ],
        np.uint8,
    )[None]
)[0]


def main_colours(garment: GarmentReading) -> list[str]:
    """Return the name of the garment's main colour, and of a second one if it has it.

    Names are keys of `NAMED`, or `MULTICOLOURED` alone.
    """
    step = max(max(garment.size) // SAMPLED_LONG_SIDE_PX, 1)
    every = np.s_[::step, ::step]
    cloth = erode(garment.matte[every] > 0.95, 1)
    if cloth.sum() < FEW_PX:  # sheer, or nothing but straps
        cloth = garment.mask[every]
    lab = rgb_to_lab(np.ascontiguousarray(garment.clean[every]))[cloth]
    main, second, share = _two_colours(lab)
    away = np.minimum(
        *(np.linalg.norm(lab - colour, axis=1) for colour in (main, second))
    )
    if (away < NEAR).mean() < LEAST_NEAR:
        return [MULTICOLOURED]
    names = [name_of(main)]
    if share >= SECOND_SHARE and np.linalg.norm(main - second) > APART:
        names.append(name_of(second))
    return list(dict.fromkeys(names))


def name_of(lab: np.ndarray) -> str:
    """Return the everyday name of one Lab colour."""
    # Of two greys the lightness tells, of two colours rather the hue.
    weights = np.array([0.8, 1.0, 1.0], np.float32)
    distances = (((_ANCHORS - lab) * weights) ** 2).sum(axis=1)
    return _NAMES[int(distances.argmin())]


def _two_colours(lab: np.ndarray) -> tuple[np.ndarray, np.ndarray, float]:
    """Return (larger, smaller, share of the smaller) of two clusters in (N, 3) Lab."""
    middle = np.median(lab, axis=0)
    _, _, axes = cv2.SVDecomp(np.cov((lab - middle).T).astype(np.float64))
    along = (lab - middle) @ axes[0]
    ends = np.percentile(along, [10, 90])
    is_first = along < ends.mean()
    for _ in range(ROUNDS):
        if is_first.all() or not is_first.any():
            return middle, middle, 0.0
        centres = [np.median(lab[part], axis=0) for part in (is_first, ~is_first)]
        nearer = np.linalg.norm(lab - centres[0], axis=1) <= np.linalg.norm(
            lab - centres[1], axis=1
        )
        if (nearer == is_first).all():
            break
        is_first = nearer
    share = float(is_first.mean())
    pair = (centres[0], centres[1]) if share >= 0.5 else (centres[1], centres[0])
    return *pair, min(share, 1 - share)
