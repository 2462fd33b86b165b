"""Bodysuits: tops that end in a narrow crotch below leg openings, and are tucked in."""

import numpy as np

from ..arrays import SIDES, Mask, Side
from .keypoints import UpperSide
from .outline import Outline

RISES = (0.2, 1.3)
"""Height from the leg openings' corners to the crotch, over the width between them."""
CROTCHES = (0.08, 0.35)
"""Width of the crotch over that between the corners: a scarf's end comes to a point."""
NEAR_END = 0.04
"""Where the crotch's width is measured, as a share of that height."""
FILLED = (0.22, 0.62)
"""Mean width below the corners over that between them: a belt's end fills less, the
round tail of a shirt more."""
BULGE = 0.06
"""How far, in widths, an edge may stand out over the chord of its opening."""
ALIKE = 0.6
"""Width of one half over the other's, at least."""
LEVEL = 0.12
"""How far, in widths, the two corners may lie apart in height."""
FRINGE_PX = 4
"""A soft edge reaches so far beyond the outline."""


def find_leg_openings(outline: Outline, sides: dict[Side, UpperSide]) -> float | None:
    """Return the row from which leg openings narrow a top to its crotch.

    Parameters
    ----------
    outline : Outline
    sides : dict of side to UpperSide
        Their hems are the outer corners of what ends the body.

    Returns
    -------
    float or None
        None for whatever is no bodysuit: its sides do not run, alike and in hollow
        arcs, into one narrow end.
    """
    corners = [sides[side].point(sides[side].hem) for side in SIDES]
    hip = float(corners[1][0] - corners[0][0])
    top = float(np.mean([corner[1] for corner in corners]))
    if hip < 8 or abs(corners[0][1] - corners[1][1]) > LEVEL * hip:
        return None
    edges = _edges_below(outline, round(top))
    rise = len(edges)
    if not RISES[0] * hip < rise < RISES[1] * hip:
        return None
    width = (edges[:, 1] - edges[:, 0] + 1) / hip
    end = float(width[-1 - round(NEAR_END * rise)])
    if not (CROTCHES[0] < end < CROTCHES[1] and FILLED[0] < width.mean() < FILLED[1]):
        return None
    middle = slice(rise // 4, 3 * rise // 4)
    chord = np.linspace(1, end, rise)
    halves = np.abs(edges[middle].mean(axis=0) - outline.axis_x)
    is_hollow = float((width - chord)[middle].mean()) < BULGE
    is_alike = halves.min() > ALIKE * halves.max()
    return top if is_hollow and is_alike else None


def crotch_zone(outline: Outline, legs_y: float) -> Mask:
    """Return what lies between the leg openings, and its fringe; not the sleeves."""
    zone = np.zeros_like(outline.mask)
    for row, (start, end) in enumerate(_edges_below(outline, round(legs_y))):
        first = max(round(start) - FRINGE_PX, 0)
        zone[round(legs_y) + row, first : round(end) + FRINGE_PX + 1] = True
    bottom = np.flatnonzero(zone.any(axis=1))[-1] if zone.any() else 0
    zone[bottom : bottom + FRINGE_PX] = zone[bottom]
    return zone


def _edges_below(outline: Outline, top: int) -> np.ndarray:
    """Return (N, 2) start and end of the run on the axis, from row `top` to its end."""
    edges = []
    for y in range(top, outline.mask.shape[0]):
        run = outline.central_run(y)
        if run is None:
            break
        edges.append(run)
    return np.array(edges, float).reshape(-1, 2)
