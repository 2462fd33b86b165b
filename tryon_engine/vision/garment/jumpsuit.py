"""Jumpsuits, rompers, dungarees: a top and trousers cut in one."""

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Mask
from .lower import between
from .outline import Outline, runs

LEG, ALIKE = 0.12, 0.6
"""Least width of a leg, in widths of the garment; and of one over the other's."""
NEAR_AXIS = 0.16
"""How far off the middle a crotch may lie, in widths of the garment."""
GAP = 1.0
"""Width of the gap over that of a leg: sleeves below a hem are farther apart."""
SHORTEST = 0.04
"""Height of the gap between the legs of a romper, in heights of the garment."""
FEET = 0.9
"""In heights: down to here a gap between legs reaches."""
RISE = 1.15
"""Height above the crotch, over the width there, from which legs have a top on them.
Trousers rise about 0.7 times as high as they are wide there."""
MOST_RISE = 1.8
"""Rise of a long trunk: where the gap begins lower, thighs touch."""
WAISTED = 0.93
"""Width of a waist over what is above it: what has no shoulders is a jumpsuit then."""
WAIST = 0.35, 0.95
"""How far above the crotch the waist lies, over the width at the crotch."""


@dataclass(frozen=True, eq=False)
class Legs:
    """Where a garment parts into two legs.

    Attributes
    ----------
    crotch : (x, y) of float
        Upper end of the gap.
    start, end : float
        Columns of the row above it: the hips.
    rise : float
        How far the crotch lies below the garment's top, over the width of the hips.
    """

    crotch: tuple[float, float]
    start: float
    end: float
    rise: float


def find_legs(outline: Outline) -> Legs | None:
    """Find two legs of like width, near the axis, on one pair of hips."""
    gap = _gap(outline) if _parts_near_hem(outline) else None
    if gap is None:
        return None
    rows = np.flatnonzero(gap.any(axis=1))
    first, last = int(rows[0]), int(rows[-1])
    if last - first < SHORTEST * outline.height:
        return None
    checked = np.linspace(first + 0.5 * (last - first), last, 9).round().astype(int)
    sure = [_are_legs(outline, gap, y) for y in checked]
    if np.mean(sure) < 0.6:
        return None
    x = float(np.flatnonzero(gap[first]).mean())
    hips = [run for run in outline.runs(first - 2) if run[0] <= x <= run[1]]
    if not hips:
        return None
    start, end = hips[0]
    hips_px = end - start + 1
    rise = float(first - outline.y0) / hips_px
    crotch = x, outline.y0 + min(rise, MOST_RISE) * hips_px
    return Legs(crotch, float(start), float(end), rise)


def is_one_piece(outline: Outline, legs: Legs, has_waist: bool) -> bool:
    """Whether there is a top on the legs.

    `has_waist` says that the garment begins with a straight edge, as trousers do: then
    it takes a waist below it for a bandeau.
    """
    if legs.rise < RISE:
        return False
    if not has_waist:
        return True
    rows = np.arange(outline.row(0.03), round(legs.crotch[1]))
    spans = [outline.runs(int(y))[[0, -1], [0, 1]] for y in rows]
    widths = np.array([end - start + 1 for start, end in spans], float)
    waist = int(np.argmin(widths[: round(0.8 * len(widths))]))
    above = widths[:waist].max(initial=0.0)
    return bool(widths[waist] < WAISTED * above)


def upper_part(mask: Mask, legs: Legs) -> Mask:
    """Return what is above the crotch, with sleeves that hang lower."""
    return mask & ~_below(mask, legs)


def lower_part(mask: Mask, legs: Legs) -> Mask:
    """Return what is below the waist, without sleeves that hang beside it."""
    part = _below(mask, legs)
    hips_px = legs.end - legs.start + 1
    crotch_y = legs.crotch[1]
    highest, lowest = (round(crotch_y - share * hips_px) for share in WAIST[::-1])
    spans = {
        y: _span(mask[y], legs) for y in range(max(highest, 0), round(crotch_y) + 1)
    }
    widths = {y: span[1] - span[0] for y, span in spans.items() if span and y <= lowest}
    waist = min(widths, key=lambda y: widths[y], default=round(crotch_y))
    for y, span in spans.items():
        if span and y >= waist:
            part[y, span[0] : span[1] + 1] |= mask[y, span[0] : span[1] + 1]
    return part


def _span(row: np.ndarray, legs: Legs) -> tuple[int, int] | None:
    """First and last column of what lies over the hips in a row, not of sleeves."""
    found = runs(row)
    over = np.minimum(found[:, 1], legs.end) - np.maximum(found[:, 0], legs.start)
    found = found[over > 0.5 * (found[:, 1] - found[:, 0])]
    return (int(found[0, 0]), int(found[-1, 1])) if len(found) else None


def _parts_near_hem(outline: Outline) -> bool:
    """Whether any row near the hems is parted near the middle: most are not."""
    middle, reach = outline.x0 + outline.width / 2, NEAR_AXIS * outline.width
    for share in np.linspace(FEET, 0.985, 6):
        found = outline.runs(outline.row(share))
        gaps = (found[1:, 0] + found[:-1, 1]) / 2
        if (np.abs(gaps - middle) < reach).any():
            return True
    return False


def _gap(outline: Outline) -> Mask | None:
    """The backdrop between the legs: near the axis, down to the hems."""
    gaps = between(outline).astype(np.uint8)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(gaps, connectivity=4)
    best, tallest = None, 0
    middle = outline.x0 + outline.width / 2
    for label in range(1, count):
        x, y, width, height, _ = stats[label]
        low = y + height >= outline.row(FEET)
        off = abs(x + width / 2 - middle)
        if low and off < NEAR_AXIS * outline.width and height > tallest:
            best, tallest = label, height
    return labels == best if best is not None else None


def _are_legs(outline: Outline, gap: Mask, y: int) -> bool:
    """Whether two legs of like width stand close to each other in row `y`."""
    inside = np.flatnonzero(gap[y])
    found = outline.runs(y)
    left, right = found[found[:, 1] < inside[0]], found[found[:, 0] > inside[-1]]
    if not (len(left) and len(right)):
        return False
    widths = left[-1, 1] - left[-1, 0] + 1, right[0, 1] - right[0, 0] + 1
    is_leg = min(widths) > max(LEG * outline.width, ALIKE * max(widths))
    return bool(is_leg and len(inside) < GAP * np.mean(widths))


def _below(mask: Mask, legs: Legs) -> Mask:
    """Both legs, below the crotch."""
    first = round(legs.crotch[1])
    cut = mask.copy()
    cut[:first] = False
    _, labels = cv2.connectedComponents(cut.astype(np.uint8), connectivity=4)
    x, depth = round(legs.crotch[0]), min(first + 3, len(mask) - 1)
    row = runs(mask[depth])
    beside = [row[row[:, 1] < x][-1:], row[row[:, 0] > x][:1]]
    inside = row[(row[:, 0] <= x) & (row[:, 1] >= x)]
    touching = [inside] if len(inside) else beside
    known = [labels[depth, start] for found in touching for start in found[:, 0]]
    return np.isin(labels, known) & cut
