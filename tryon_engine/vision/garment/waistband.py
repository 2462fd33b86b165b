"""The front edge of a waistband: above it a flat shows the inside of the back."""

from functools import cache
from itertools import product
from typing import Final

import cv2
import numpy as np

from ..arrays import Mask, Points, RGBImage
from ..colour import rgb_to_lab
from .outline import Outline

COLUMNS: Final = 96
ENDS: Final = 0.04, 0.96
"""Share of the waist's width that is looked at: beyond, the outline itself is near."""
SAGS: Final = tuple(np.linspace(0.012, 0.16, 38))
"""How far a front edge sags in the middle, in widths of the waist."""
POWERS: Final = (2.0, 3.0, 4.5)
"""How square it sags."""
CORNER: Final = 0.8
"""What a pixel outwards counts beside one upwards where a corner is looked for."""
TOP: Final = 0.12
"""In heights: above, the corners are looked for."""
STEP: Final = 3
"""Pixels to either side of an edge between which its step is taken."""
FULL: Final = 9.0
"""Step in Lab that is an edge for sure."""
EDGE, WEAK = 0.55, 0.25
"""Mean and weakest quarter of the edge from which there is one all along."""
ALL_DARKER, LABEL = 0.82, 0.14
"""Share of the columns in which the inside must be darker, but for those nearer to the
middle than so many widths: there labels are."""
INSIDE, DARKER = 3.5, 2.0
"""The inside differs from the front so much in Lab, and is darker by so much in L*."""
THICK: Final = 3.0
"""Least height of what is seen of the inside, in the middle, in pixels."""


def find_front_edge(image: RGBImage, outline: Outline) -> Points | None:
    """Find where the front of trousers or a skirt begins below the inside of its back.

    Parameters
    ----------
    image : (H, W, 3) uint8, RGB
    outline : Outline

    Returns
    -------
    (N, 2) float32 from left to right, or None where no inside is seen.

    Notes
    -----
    Both edges of a waist meet at its corners; the front's sags between them. A seam
    below a waistband does not end there: it is no candidate.
    """
    corners = _corners(outline)
    if corners is None:
        return None
    left, right = corners
    width = float(right[0] - left[0])
    share = np.linspace(*ENDS, COLUMNS)
    x = left[0] + share * width
    chord = left[1] + share * (right[1] - left[1])
    top = _top_of(outline.mask, x)
    curves = chord + _sagging() * width
    depth = curves - top
    middle = slice(COLUMNS // 4, -COLUMNS // 4)
    usable = np.median(depth[:, middle], axis=1) > THICK
    if not usable.any():
        return None
    curves = curves[usable]
    lab = _window(image, outline, width)
    steps = _at(lab, x, curves + STEP) - _at(lab, x, curves - STEP)
    # The backdrop above is no inside: there the curve runs along the outline.
    seen = (curves - STEP > top[None] + 1)[..., None]
    edge = np.clip(np.linalg.norm(steps * seen, axis=2) / FULL, 0, 1)
    darker = (steps[..., 0] * seen[..., 0]).mean(axis=1)
    score = edge.mean(axis=1) + 0.5 * np.clip(darker / FULL, 0, 1)
    best = int(np.argmax(score))
    along = np.sort(edge[best])
    if edge[best].mean() < EDGE or along[: COLUMNS // 4].mean() < WEAK:
        return None
    told = seen[best, :, 0] & (np.abs(share - 0.5) > LABEL)
    if not told.any() or (steps[best, told, 0] > 0).mean() < ALL_DARKER:
        return None  # the edges of a print go either way
    curve = curves[best]
    if not _is_inside(lab, x, curve, top):
        return None
    line = np.stack([x, curve], axis=1)
    return np.concatenate([left[None], line, right[None]]).astype(np.float32)


def _corners(outline: Outline) -> tuple[np.ndarray, np.ndarray] | None:
    """The upper corners of the waist."""
    found = []
    for side in ("left", "right"):
        half = outline.halves[side]
        low = outline.row(TOP)
        near = np.flatnonzero(half.y < low)
        near = near[near < len(half.path) // 2]
        if len(near) < 8:
            return None
        far = half.out[near] * CORNER - half.y[near]
        found.append(half.path[near[int(np.argmax(far))]])
    left, right = found
    return (left, right) if right[0] - left[0] > 40 else None


def _top_of(mask: Mask, x: np.ndarray) -> np.ndarray:
    columns = x.round().astype(int).clip(0, mask.shape[1] - 1)
    return mask[:, columns].argmax(axis=0).astype(np.float32)


@cache
def _sagging() -> np.ndarray:
    """Return (M, COLUMNS): how far each candidate sags, in widths."""
    across = np.abs(2 * np.linspace(*ENDS, COLUMNS) - 1)
    family = [sag * (1 - across**power) for sag, power in product(SAGS, POWERS)]
    return np.array(family, np.float32)


def _window(image: RGBImage, outline: Outline, width: float) -> np.ndarray:
    """Lab of the rows around the waist, smoothed along them; other rows are empty."""
    first = max(outline.y0 - 8, 0)
    last = min(round(outline.row(TOP) + 0.2 * width), len(image))
    lab = np.zeros((last, *image.shape[1:]), np.float32)
    rows = cv2.blur(image[first:last], (9, 3))
    lab[first:] = rgb_to_lab(rows)
    return lab


def _at(lab: np.ndarray, x: np.ndarray, y: np.ndarray) -> np.ndarray:
    columns = np.ascontiguousarray(np.broadcast_to(x, y.shape), np.float32)
    return cv2.remap(lab, columns, y.astype(np.float32), cv2.INTER_LINEAR)


def _is_inside(
    lab: np.ndarray, x: np.ndarray, curve: np.ndarray, top: np.ndarray
) -> bool:
    """Whether what lies above the curve is another surface, in the shade."""
    room = curve - top
    open_columns = room > 2 * THICK
    if open_columns.sum() < COLUMNS // 3:
        return False
    x, curve, top = x[open_columns], curve[open_columns], top[open_columns]
    above = _at(lab, x, (0.5 * (curve + top))[None])[0]
    below = _at(lab, x, (curve + np.maximum(0.5 * (curve - top), 4))[None])[0]
    step = np.median(below - above, axis=0)
    return bool(np.linalg.norm(step) > INSIDE and step[0] > DARKER)
