"""Taking a drop shadow, and what else of the backdrop was caught, off a garment."""

import cv2
import numpy as np

from .arrays import Mask
from .backdrop import Backdrop
from .masks import (
    close_gaps,
    dilate,
    erode,
    fill_holes,
    largest_component,
    open_bridges,
    reached_from,
)

DEPTHS = (24.0, 17.0, 11.0, 6.0)
"""How much darker (in L) than the backdrop a drop shadow may be; tried in turn, since
the deeper ones may be the garment's own colour."""
BARRIERS = (1.2, 0.8, 0.5)
"""Sharpness that holds the outside back: that of the outline, not of a shadow's end."""
FOREIGN, FOREIGN_ALL = 0.02, 0.01
"""Share of a garment in the backdrop's colour up to which it can lose hardly any cloth,
and up to which it can lose none."""
UNEVEN = 0.008
"""How much less symmetric, as a share of its area, a garment may become."""
SMOOTH = 0.98
"""Share of an outline, with its bites closed, that is left of a garment at least."""


def without_shadow(mask: Mask, backdrop: Backdrop) -> tuple[Mask, Mask | None, bool]:
    """Take away what is reached from outside through smooth, shadow-like pixels.

    Returns the mask, where pixels look like backdrop or shadow, and whether hardly any
    of the garment does. The second is None for a garment that itself has much of the
    backdrop's colour: it loses only what is darker than the backdrop, and only if its
    outline stays smooth.
    """
    inner = erode(mask, 0.012 * max(mask.shape))
    if not inner.any():
        return mask, None, False
    before = _asymmetry(mask)

    def is_even(kept: Mask) -> bool:
        # Nothing may be bitten out of one side: garments are about symmetric.
        return _asymmetry(kept) < before + UNEVEN

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
            if alike > 0.10:
                break
            if not backdrop.is_filled and not is_even(kept):
                continue
            if alike < FOREIGN:
                kept = leak(kept, backdrop.is_same())
                return kept, like_shadow, bool(alike < FOREIGN_ALL)
            if barrier == BARRIERS[-1]:
                return kept, like_shadow, False
    if backdrop.is_filled:
        return mask, None, False
    darker = backdrop.like_shadow(DEPTHS[0]) & (backdrop.offset[..., 0] < -1)
    for barrier in BARRIERS:
        if barrier <= backdrop.least_sharpness:
            break
        kept = leak(mask, darker & (backdrop.sharpness < barrier))
        is_whole = kept.sum() > 0.8 * mask.sum() and _smoothness(kept) > SMOOTH
        if is_whole and is_even(kept):
            return kept, None, False
    return mask, None, False


def leak(mask: Mask, passable: Mask) -> Mask:
    """Return what stays of `mask` when the outside pours in through `passable`."""
    drained = reached_from(~mask, ~mask | passable) & mask
    kept = open_bridges(mask & ~dilate(drained, 1), 2)
    return fill_holes(largest_component(kept)) & mask & ~open_bridges(drained, 2)


def _asymmetry(mask: Mask) -> float:
    """Share of the mask that its own mirror image, in its box, does not cover."""
    x0, y0, width, height = cv2.boundingRect(mask.astype(np.uint8))
    box = mask[y0 : y0 + height, x0 : x0 + width]
    return float((box & ~box[:, ::-1]).sum() / max(box.sum(), 1))


def _smoothness(mask: Mask) -> float:
    """How little is bitten out of the outline: 1 for none."""
    closed = close_gaps(np.pad(mask, 30), 12)[30:-30, 30:-30]
    return float(mask.sum() / max(fill_holes(closed).sum(), 1))
