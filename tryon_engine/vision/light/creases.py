"""Creases as curves, drawn as a height field: a groove, and the fold beside it."""

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Box, Field, Point, Points, Size
from .relief import Slopes, slopes_of

WIDTHS = (0.020, 0.032, 0.050, 0.080)
"""Sigmas of grooves in shoulder widths: creases are sorted into these."""
RIDGE, RIDGE_ASIDE = 1.5, 1.7
"""The ridge beside a groove is so many times as wide, and lies so many of the groove's
sigmas aside."""
CORE, CORE_SHARE = 0.4, 0.45
"""Width and share of a groove's sharp bottom."""
LEAST_SIGMA_PX = 0.6
REACH = 6.5
"""Sigmas of a groove around it that its ridge still touches."""
STEEPNESS = 1.8
"""All depths are multiplied by this."""
STEP_PX = 0.5
TAPER = 0.75
"""Exponent of the sine that fades a crease at both ends."""


@dataclass(frozen=True, eq=False)
class Crease:
    """One crease.

    Attributes
    ----------
    path : (N, 2) float32
        Points in pixels at working scale.
    width : float
        Sigma of the groove in shoulder widths.
    depth : float
        Depth over width: how steep its sides are. Negative for a ridge.
    open_end : bool
        Deepest at its last point (flutes at a hem) instead of in the middle.
    side : int
        -1 or 1: on which side of the path the ridge lies; 0 on both.
    """

    path: Points
    width: float
    depth: float
    open_end: bool = False
    side: int = 0


def bent(start: Point, end: Point, sag: float, count: int = 12) -> Points:
    """Return a curve from `start` to `end` that sags to one side.

    `sag` is the height of the bow over the length; its sign tells the side.
    """
    start, end = np.asarray(start, np.float32), np.asarray(end, np.float32)
    way = end - start
    control = (start + end) / 2 + 2 * sag * np.array([-way[1], way[0]])
    at = np.linspace(0, 1, count)[:, None]
    curve = (1 - at) ** 2 * start + 2 * at * (1 - at) * control + at**2 * end
    return curve.astype(np.float32)


def draw_creases(
    creases: list[Crease], size: Size, unit: float, scale: float
) -> tuple[Slopes, Field]:
    """Draw creases; return how steep the cloth becomes, and how hollow.

    Parameters
    ----------
    creases : list of Crease
    size : (height, width) of the field.
    unit : float
        The shoulder width at working scale.
    scale : float
        Pixels of the field per pixel at working scale.

    Returns
    -------
    slopes : Slopes
    hollow : (h, w) float32
        Depth of the grooves over their width: about 1 in a deep one, below 0 on ridges.
    """
    height, hollow = np.zeros(size, np.float32), np.zeros(size, np.float32)
    for width in WIDTHS:
        sigma = max(width * unit * scale, LEAST_SIGMA_PX)
        same = [c for c in creases if _nearest(c.width) == width]
        if not same:
            continue
        box = _box(same, size, scale, REACH * sigma)
        hole, rise = _fold(same, box, scale, sigma)
        rows, columns = slice(box[1], box[3]), slice(box[0], box[2])
        height[rows, columns] += STEEPNESS * (rise - hole)
        hollow[rows, columns] += (hole - rise) / sigma
    return slopes_of(height), hollow


def _box(creases: list[Crease], size: Size, scale: float, margin_px: float) -> Box:
    """The part of the field that creases with a margin around them touch."""
    points = np.concatenate([crease.path for crease in creases]) * scale
    low = np.floor(points.min(axis=0) - margin_px).astype(int)
    high = np.ceil(points.max(axis=0) + margin_px).astype(int)
    x0, y0 = np.clip(low, 0, (size[1] - 1, size[0] - 1))
    x1, y1 = np.clip(high, (x0 + 1, y0 + 1), size[::-1])
    return int(x0), int(y0), int(x1), int(y1)


def _fold(
    creases: list[Crease], box: Box, scale: float, sigma: float
) -> tuple[Field, Field]:
    """Depth of the grooves and height of the ridges of creases of one width."""
    # A line of weight 1 per pixel, blurred, is as deep as the groove is wide.
    even = np.float32(np.sqrt(2 * np.pi) * sigma**2)
    lines = even * _lines(creases, box, scale, 0)
    beside = even * _lines(creases, box, scale, RIDGE_ASIDE * sigma)
    groove = cv2.GaussianBlur(lines, (0, 0), sigma)
    ridge = cv2.GaussianBlur(beside, (0, 0), RIDGE * sigma)
    if sigma > 2 * LEAST_SIGMA_PX:  # cloth is sharply bent at the bottom of a fold
        core = cv2.GaussianBlur(lines, (0, 0), CORE * sigma)
        groove = (1 - CORE_SHARE) * groove + CORE_SHARE * CORE * core
    return groove, ridge


def _lines(creases: list[Crease], box: Box, scale: float, aside_px: float) -> Field:
    """Paths in a box as thin lines whose sum per pixel of length is their depth.

    They lie `aside_px` to the side on which a crease has its ridge.
    """
    origin = np.array(box[:2], np.float32)
    places, weights = [], []
    for crease in creases:
        path = crease.path * scale - origin
        way = np.gradient(path, axis=0)
        way /= np.linalg.norm(way, axis=1, keepdims=True) + 1e-6
        normal = np.stack([-way[:, 1], way[:, 0]], axis=1)
        path = path + crease.side * aside_px * normal
        steps = np.linalg.norm(np.diff(path, axis=0), axis=1)
        reached = np.r_[0, np.cumsum(steps)]
        count = max(int(reached[-1] / STEP_PX), 2)
        part = np.linspace(0, 1, count)
        at = part * reached[-1]
        places.append(
            np.stack([np.interp(at, reached, path[:, i]) for i in (0, 1)], axis=1)
        )
        taper = np.sin(np.pi * np.clip(part, 0, 1)) ** TAPER
        if crease.open_end:
            taper = np.sin(np.pi / 2 * part) ** (1.3)
        weights.append(crease.depth * taper * reached[-1] / count)
    size = (box[3] - box[1], box[2] - box[0])
    return _splat(np.concatenate(places), np.concatenate(weights), size)


def _splat(places: Points, weights: np.ndarray, size: Size) -> Field:
    """Sum of weights at fractional places, shared between the four nearest pixels."""
    height, width = size
    low = np.floor(places).astype(int)
    part = places - low
    total = np.zeros(height * width)
    for dx, dy in ((0, 0), (1, 0), (0, 1), (1, 1)):
        x, y = low[:, 0] + dx, low[:, 1] + dy
        share = np.abs(1 - dx - part[:, 0]) * np.abs(1 - dy - part[:, 1]) * weights
        inside = (x >= 0) & (x < width) & (y >= 0) & (y < height)
        total += np.bincount(
            (y * width + x)[inside], share[inside], minlength=height * width
        )
    return total.reshape(size).astype(np.float32)


def _nearest(width: float) -> float:
    return min(WIDTHS, key=lambda known: abs(known - width))
