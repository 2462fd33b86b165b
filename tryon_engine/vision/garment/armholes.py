"""Armholes and straps of garments without sleeves, read off the outline itself."""

import numpy as np

from ..arrays import SIDES, Side
from .outline import HalfOutline, Outline, spread_max

USUAL_NECK = 0.48
"""Half width of a neckline over that of the chest."""
NO_CORNER, CORNER = 0.35, 0.65
"""Bend in radians, of both sides together, up to which the end of an armhole is not to
be seen, and from which it is; between, what is usual has its say."""
STRAP_WIDTH = 0.11
"""Strips of garment narrower than this share of its width are straps."""


def find_armhole_end_height(outline: Outline, hems: dict[Side, int]) -> float:
    """The row of the convex corner where the armhole ends and the flank begins."""
    strap_end = _strap_end_row(outline)
    first = outline.y0 if strap_end is None else strap_end
    total = np.zeros(outline.mask.shape[0], np.float32)
    reach = round(0.04 * outline.height)
    for side in SIDES:
        half = outline.halves[side]
        corner = -half.turning(reach)
        far_out = half.out > 0.6 * half.out[: hems[side] + 1].max()
        top = half.y.min()
        allowed = far_out & (half.y > max(top + 0.10 * outline.height, first))
        allowed &= half.y < outline.row(0.5)
        allowed[hems[side] :] = False
        rows = np.zeros_like(total)
        y = half.y.astype(int).clip(0, len(total) - 1)
        np.maximum.at(rows, y, np.where(allowed, corner, 0).astype(np.float32))
        total += spread_max(rows, 2 * round(0.02 * outline.height) + 1)
    best = int(np.argmax(total))
    usual = outline.y0 + min(0.30 * outline.height, 0.55 * outline.width)
    usual = usual if strap_end is None else strap_end
    seen = np.clip((total[best] - NO_CORNER) / (CORNER - NO_CORNER), 0, 1)
    return float(usual + (best - usual) * seen)


def _strap_end_row(outline: Outline) -> float | None:
    """The row where straps have widened into the body; None without thin straps."""
    rows = np.arange(outline.row(0.03), outline.row(0.45))
    found_widths = []
    for y in rows:
        found = outline.runs(y)
        sizes = (found[:, 1] - found[:, 0] + 1) / outline.width
        on_both = len(found) >= 2 and found[0, 1] < outline.axis_x < found[-1, 0]
        found_widths.append(min(sizes[0], sizes[-1]) if on_both else np.nan)
    widths = np.array(found_widths)
    seen = np.flatnonzero(np.isfinite(widths))
    if len(seen) < 10 or np.median(widths[seen[: len(seen) // 4]]) > STRAP_WIDTH:
        return None
    wide = seen[widths[seen] > 1.6 * STRAP_WIDTH]
    return float(rows[wide[0]]) if len(wide) else None


def find_inner_end(half: HalfOutline, pit: int) -> int:
    """The inner upper corner of the strap or shoulder.

    Where the back closes the neckline to a straight top, the shoulder is taken to be
    as wide as shoulders usually are.
    """
    if pit < 2:
        return 0
    height = np.ptp(half.y)
    upper = np.arange(pit)
    top = half.y[upper].min()
    plateau = upper[half.y[upper] <= top + 0.012 * height]
    first = int(plateau[0])
    widest = half.out[: pit + 1].max()
    if half.out[first] > 0.15 * widest:
        before = half.path[first] - half.path[max(first - round(0.03 * height), 0)]
        # A steep way up is the edge of a strap; a gentle one is the neckline of a back
        # that closes the neck, up to its end on the shoulder.
        is_gentle = abs(before[0]) > abs(before[1])
        return int(upper[half.y[upper].argmin()]) if is_gentle else first
    bend = half.turning(max(round(0.025 * height), 4))[upper]
    bend[half.out[upper] > 0.7 * widest] = 0
    if bend.max() > 0.45:
        return int(np.argmax(bend))
    return int(np.argmin(np.abs(half.out[upper] - USUAL_NECK * widest)))


def find_strap_end(half: HalfOutline, neck: int, pit: int) -> int:
    """The outer upper corner of the strap or shoulder."""
    reach = np.arange(neck, max(pit, neck + 1))
    reach = reach[half.y[reach] < half.y[neck] + 0.12 * np.ptp(half.y)]
    if len(reach) == 0:
        return neck
    return int(reach[np.argmax(half.out[reach] - 0.9 * (half.y[reach] - half.y[neck]))])
