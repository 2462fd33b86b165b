"""Taking a drop shadow, and what else of the backdrop was caught, off a garment."""

import cv2
import numpy as np

from ..arrays import Mask
from ..masks import (
    close_gaps,
    components,
    dilate,
    erode,
    fill_holes,
    largest_component,
    open_bridges,
    reached_from,
)
from .backdrop import Backdrop

DEPTHS = (24.0, 17.0, 11.0, 6.0)
"""How much darker (in L) than the backdrop a drop shadow may be; tried in turn, since
the deeper ones may be the garment's own colour."""
NARROW_DEPTHS = (48.0, 40.0, 32.0)
"""How dark it is, besides, in a crack between two edges or right beside a strap."""
BARRIERS = (1.2, 0.8, 0.5)
"""Sharpness that holds the outside back: that of the outline, not of a shadow's end."""
FOREIGN, FOREIGN_ALL = 0.02, 0.01
"""Share of a garment in the backdrop's colour up to which it can lose hardly any cloth,
and up to which it can lose none."""
UNEVEN, UNEVEN_ON_FILLED, ONE_SIDED = 0.008, 0.04, 0.45
"""How much less symmetric, as a share of its area, a garment may become; on a filled
backdrop by more than a gap between sleeve and body is, unless of what goes as much goes
on the other side."""
ALIKE, CLEAN = (0.10, 0.16), 0.015
"""Share of a garment in the backdrop's colour up to which it can be told from the
backdrop, and up to which it can on a filled one if it stays as symmetric as this, and
smooth."""
SMOOTH = 0.98
"""Share of an outline, with its bites closed, that is left of a garment at least."""
HOLE_SHARE, HOLE_TALL, MOST_HOLES = 0.0012, 2.5, 4
"""Smallest see-through hole (sleeve gap, between straps), as a share of the garment,
its least height in widths, and how many are more likely a print."""
LOOP_SHARE, LOOPS_AT = 0.0003, (0.25, 0.12)
"""Smallest loop of a bow, as a share of the garment; how far off the middle and below
the top loops are at most, in widths and heights of the garment."""
FRAMED_DEPTH, MOST_FRAMED = 11.0, 0.15
"""How much darker (in L) than the backdrop a gap in a garment of its colour may be, and
its greatest size, as a share of the garment."""
FRAME, FRAME_PX, FRAME_BARRIER = 0.85, 3, 0.35
"""Share of its border along which it has an outline, how near that is, and how sharp:
highlights end in less."""
UNLIKE, ALL_AROUND = 0.8, 0.7
"""How much its lightness differs from that of the cloth around, and around how much."""
HEM_PX = 20
"""How far up from a hem outlines spill together in a gap, at most."""
FORK_PX = 10
"""Half the width of the gap between two legs where it is narrow."""
MIDDLE = 0.12
"""How far off the middle, in widths of the garment, the gap between legs is."""
SHADED = 1.0
"""How much darker (in L) than the backdrop the narrow ends of a hole are."""
STRAP_PX = 15
"""Half the width of a strap with the shadow on either side of it."""
SPILL_PX = 5
"""How far sharpness spills outwards, at least."""
INNER = 0.012
"""Depth from which there is garment alone, in sizes of the flat."""
NOTCH = 0.05
"""How far the backdrop reaches up between the legs of a garment, in its heights."""


def without_shadow(mask: Mask, backdrop: Backdrop) -> tuple[Mask, Mask | None, bool]:
    """Take away what is reached from outside through smooth, shadow-like pixels.

    Returns the mask, where pixels look like backdrop or shadow, and whether hardly any
    of the garment does. The second is None for a garment that itself has much of the
    backdrop's colour: it loses only what is darker than the backdrop, and only if its
    outline stays smooth.
    """
    inner = erode(mask, INNER * max(mask.shape))
    if not inner.any():
        return mask, None, False
    before = asymmetry(mask)

    def is_even(kept: Mask) -> bool:
        # Nothing may be bitten out of one side: garments are about symmetric.
        rise = asymmetry(kept) - before
        if not backdrop.is_filled:
            return rise < UNEVEN
        gone = 1 - kept.sum() / mask.sum()
        return bool(rise < max(UNEVEN_ON_FILLED, ONE_SIDED * gone))

    def is_clean(kept: Mask) -> bool:
        rise = asymmetry(kept) - before
        return backdrop.is_filled and rise < CLEAN and smoothness(kept) > SMOOTH

    for depth in DEPTHS:
        like_shadow = backdrop.like_shadow(depth)
        if like_shadow[inner].mean() > 0.5:
            continue
        for barrier in (BARRIERS[0], BARRIERS[-1]):
            kept = leak(mask, like_shadow & (backdrop.sharpness < barrier))
            core = kept & inner
            if core.sum() < 0.3 * mask.sum():
                break
            alike = like_shadow[core].mean()
            if alike > ALIKE[1] or (alike > ALIKE[0] and not is_clean(kept)):
                break
            if not is_even(kept):
                continue
            if alike < FOREIGN:
                kept = leak(kept, backdrop.is_same())
                return kept, like_shadow, bool(alike < FOREIGN_ALL)
            if barrier == BARRIERS[-1]:
                # Where much is alike, a print is no gap.
                return kept, like_shadow if alike <= ALIKE[0] else None, False
    if backdrop.is_filled:
        return mask, None, False
    darker = backdrop.like_shadow(DEPTHS[0]) & (backdrop.offset[..., 0] < -1)
    for barrier in BARRIERS:
        if barrier <= backdrop.least_sharpness:
            break
        kept = leak(mask, darker & (backdrop.sharpness < barrier))
        is_whole = kept.sum() > 0.8 * mask.sum() and smoothness(kept) > SMOOTH
        if is_whole and is_even(kept):
            return kept, None, False
    return mask, None, False


def framed(mask: Mask, backdrop: Backdrop) -> Mask:
    """Return where backdrop shows within a garment of about the backdrop's colour.

    Gaps, as between legs, end at an outline all around and differ from the cloth behind
    it on all sides alike: highlights fade, and panels between seams are like the next.
    """
    least, most = HOLE_SHARE * mask.sum(), MOST_FRAMED * mask.sum()
    is_sharp = backdrop.sharpness > max(FRAME_BARRIER, backdrop.least_sharpness)
    near_edge = dilate(is_sharp, FRAME_PX)
    shaded = backdrop.like_shadow(FRAMED_DEPTH) & ~is_sharp
    inside = erode(mask, SPILL_PX + 1)
    same, gaps = backdrop.is_same(), np.zeros(mask.shape, bool)
    for empty in (same, shaded):
        parts = components(open_bridges(inside & empty & ~gaps, 2), least)
        # Sharpness may split a gap: what ends at a lower part of it opens as well.
        for part in sorted(parts, key=_lowest, reverse=True):
            if part.sum() > most or near_edge[part & ~erode(part, 1)].mean() < FRAME:
                continue
            if not _opens_below(part, mask & ~(gaps & same)):
                continue
            if empty is not shaded or _is_between_legs(part, mask, backdrop):
                gaps |= part
    return gaps


def _lowest(part: Mask) -> int:
    return int(np.flatnonzero(part.any(axis=1))[-1])


def _opens_below(part: Mask, cloth: Mask) -> bool:
    """Whether a part ends near the outside: between legs, between sleeve and body.

    What is as white below it may be the stripes of a print.
    """
    lowest = _lowest(part)
    column = round(np.flatnonzero(part[lowest]).mean())
    return not cloth[lowest : lowest + 2 * HEM_PX, column].all()


def _is_between_legs(part: Mask, mask: Mask, backdrop: Backdrop) -> bool:
    """Whether a part is in the middle, and has lighter or darker cloth all around."""
    left, _, width, _ = cv2.boundingRect(mask.astype(np.uint8))
    if abs(np.nonzero(part)[1].mean() - left - width / 2) > MIDDLE * width:
        return False
    lightness = backdrop.offset[..., 0]
    around = mask & dilate(part, 3 * FRAME_PX) & ~dilate(part, 2 * FRAME_PX)
    apart = lightness[around] - np.median(lightness[part])
    return max((apart > UNLIKE).mean(), (apart < -UNLIKE).mean()) > ALL_AROUND


def open_holes(mask: Mask, empty: Mask, backdrop: Backdrop) -> Mask:
    """Open enclosed patches of backdrop, seen through a garment.

    Parameters
    ----------
    mask : (H, W) bool
        The garment, without holes.
    empty : (H, W) bool
        Where pixels look like backdrop or shadow.

    Notes
    -----
    Holes are large, tall, no lighter than the backdrop, and lie beside the middle, at
    the top (straps) or between the legs. A garment that shows the backdrop's colour in
    many places has a print of that colour, and keeps it.
    """
    core = open_bridges(mask & empty, 2)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(core.astype(np.uint8))
    x0, y0, width, height = cv2.boundingRect(mask.astype(np.uint8))
    off_axis = np.abs(centres[:, 0] - x0 - width / 2) / width
    below = (centres[:, 1] - y0) / height
    is_gap = (stats[:, cv2.CC_STAT_AREA] > HOLE_SHARE * mask.sum()) & (
        stats[:, cv2.CC_STAT_HEIGHT] > HOLE_TALL * stats[:, cv2.CC_STAT_WIDTH]
    )
    # Between sleeve and body, between the legs, between the two ends of a strap.
    legs = 0.25 if _is_notched(mask) else 0.5
    is_gap &= (off_axis > 0.2) | ((off_axis < MIDDLE) & (below > legs)) | (below < 0.25)
    is_gap[0] = False
    is_rim = np.zeros(len(stats), bool)
    is_rim[labels[dilate(~mask, 3) & core]] = True
    if (is_gap & ~is_rim).sum() > MOST_HOLES:
        return mask
    if is_gap.sum() > MOST_HOLES:
        is_gap &= ~is_rim
    if not is_gap.any():
        return mask
    in_shadow = _in_shadow(mask, backdrop)
    shaded = (empty | in_shadow) & mask & (backdrop.offset[..., 0] < -SHADED)
    # Where a hole narrows the garment's shadow fills it.
    holes = is_gap[labels]
    holes |= reached_from(dilate(holes, 1), open_bridges(shaded, 1))
    rim = dilate(holes, 2)
    return mask & ~(rim & in_shadow if in_shadow.any() else rim) & ~holes


def open_loops(mask: Mask, backdrop: Backdrop) -> Mask:
    """Open the loops of a bow at the neck, where a filled backdrop shows through.

    They are nearly as wide as tall, as the marks of a print are, but what has the
    backdrop's very colour there, and nowhere else inside the garment, is no print.
    """
    same = open_bridges(mask & backdrop.is_same(), 2)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(same.astype(np.uint8))
    x0, y0, width, height = cv2.boundingRect(mask.astype(np.uint8))
    at_neck = np.abs(centres[:, 0] - x0 - width / 2) < LOOPS_AT[0] * width
    at_neck &= centres[:, 1] - y0 < LOOPS_AT[1] * height
    is_inside = np.ones(len(stats), bool)
    is_inside[0] = False
    is_inside[labels[dilate(~mask, 3) & same]] = False
    is_large = is_inside & (stats[:, cv2.CC_STAT_AREA] > LOOP_SHARE * mask.sum())
    if not is_large.any() or (is_large & ~at_neck).any():
        return mask
    return mask & ~dilate((is_inside & at_neck)[labels], 2)


def shaded_fork(mask: Mask, backdrop: Backdrop) -> Mask:
    """Return the shadow on the backdrop where the gap between two legs narrows."""
    if not _is_notched(mask):
        return np.zeros(mask.shape, bool)
    left, _, width, _ = cv2.boundingRect(mask.astype(np.uint8))
    off_axis = np.abs(np.arange(mask.shape[1]) - left - width / 2)
    shaded = open_bridges(mask & _in_shadow(mask, backdrop), 1)
    shaded &= off_axis < MIDDLE * width
    # The edge of the cloth mixes with it.
    fork = dilate(reached_from(dilate(~mask, 1), shaded) & shaded, 1) & mask
    # Farther down both edges are looked for.
    return fork & ~dilate(open_bridges(~mask | fork, FORK_PX), SPILL_PX)


def trim_straps(mask: Mask, empty: Mask, backdrop: Backdrop) -> Mask:
    """Return `mask` without the shadow and backdrop along what is thin, like straps.

    `empty` is as for `open_holes`.
    """
    thin = mask & ~dilate(open_bridges(mask, STRAP_PX), 2)
    in_shadow = _in_shadow(mask, backdrop)
    is_striped = not in_shadow.any()
    if is_striped:
        # It may be cloth farther inside.
        in_shadow = empty & dilate(~fill_holes(mask), SPILL_PX)
    # What has no cloth beside it may be a white strap of a dark garment.
    cloth = open_bridges(thin & ~in_shadow, 1)
    spilled = thin & in_shadow & dilate(cloth, STRAP_PX)
    kept = mask & ~reached_from(dilate(~mask, 1), spilled)
    # A light stripe across a strap is no end of it.
    return mask & close_gaps(kept, SPILL_PX) if is_striped else kept


def _in_shadow(mask: Mask, backdrop: Backdrop) -> Mask:
    """Where backdrop shows, in as deep a shadow as hardly looks like the garment."""
    inner = erode(mask, INNER * max(mask.shape))
    for depth in (*NARROW_DEPTHS, *DEPTHS):
        like_shadow = backdrop.like_shadow(depth)
        if like_shadow[inner].mean() < FOREIGN:
            return like_shadow
    return np.zeros(mask.shape, bool)


def _is_notched(mask: Mask) -> bool:
    """Whether the outside reaches up into the middle of the garment: between legs."""
    x0, y0, width, height = cv2.boundingRect(mask.astype(np.uint8))
    box = mask[y0 : y0 + height, x0 : x0 + width]
    ends = height - np.argmax(box[::-1], axis=0)
    third = width // 3
    middle = ends[third : width - third].min()
    beside = min(ends[:third].max(), ends[width - third :].max())
    return bool(beside - middle > NOTCH * height)


def leak(mask: Mask, passable: Mask) -> Mask:
    """Return what stays of `mask` when the outside pours in through `passable`."""
    drained = reached_from(~mask, ~mask | passable) & mask
    kept = open_bridges(mask & ~dilate(drained, 1), 2)
    return fill_holes(largest_component(kept)) & mask & ~open_bridges(drained, 2)


def asymmetry(mask: Mask) -> float:
    """Share of the mask that its own mirror image, in its box, does not cover."""
    x0, y0, width, height = cv2.boundingRect(mask.astype(np.uint8))
    box = mask[y0 : y0 + height, x0 : x0 + width]
    return float((box & ~box[:, ::-1]).sum() / max(box.sum(), 1))


def smoothness(mask: Mask) -> float:
    """How little is bitten out of the outline: 1 for none."""
    closed = close_gaps(np.pad(mask, 30), 12)[30:-30, 30:-30]
    return float(mask.sum() / max(fill_holes(closed).sum(), 1))
