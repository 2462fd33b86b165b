"""Garment flat -> its cut-out: where the garment is, and its colour without backdrop.

Shop flats lie on a plain backdrop, often white under a white garment and with a soft
drop shadow around it. So the backdrop is not one colour but *what can be reached from
the border through smooth pixels of about the backdrop's colour*.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from .arrays import Field, FloatImage, Mask, Matte, RGBImage, VisionError, grid
from .colour import colour_distance, dot, minus, rgb_to_lab, squared_sum
from .filters import diffuse, guided_filter
from .masks import (
    close_gaps,
    dilate,
    drop_small,
    erode,
    fill_holes,
    largest_component,
    open_bridges,
    soften,
)

BORDER_PX = 6
MIN_GARMENT_SHARE = 0.02
MAX_GARMENT_SHARE = 0.97
"""Share of the flat's area that a garment covers, at least and at most."""
SHADOW_DEPTHS = (24.0, 17.0, 11.0, 6.0)
"""How much darker (in L) than the backdrop a drop shadow may be; tried in turn, since
the deeper ones may be the garment's own colour."""
BITE, RAGGED = 0.04, 0.003
"""Reach of a bite out of the outline, and size of its rags, in sizes of the flat."""
HOLE_SHARE = 0.0012
"""Smallest see-through hole (sleeve gap, between straps), as a share of the garment."""


class NoGarmentError(VisionError):
    """No garment stands out from the backdrop of the picture."""


@dataclass(frozen=True, eq=False)
class Cutout:
    """A garment apart from its backdrop.

    Attributes
    ----------
    mask : (H, W) bool
        The garment: one 4-connected piece.
    matte : (H, W) float32
        Coverage of each pixel; soft over about two pixels.
    clean : (H, W, 3) uint8
        The garment's colours, continued outwards so that resampling near the edge never
        mixes in the backdrop.
    """

    mask: Mask
    matte: Matte
    clean: RGBImage


def cut_out_garment(image: RGBImage) -> Cutout:
    """Separate the garment from the plain backdrop of a flat.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8, RGB
        Garment flat at working scale, one garment on a plain or softly graded backdrop.

    Raises
    ------
    NoGarmentError
        If nothing, or nearly everything, differs from the border of the picture.

    Notes
    -----
    1. The backdrop is a plane in Lab fitted to the border, with its noise.
    2. Pixels differ by colour, or stand on a gradient (white on white); gaps between
       them are closed and the outline is filled.
    3. Drop shadows are taken away from outside: neutral, a little darker, smooth.
    4. Enclosed flat areas of the backdrop's colour at the sides are see-through holes.
    """
    lab = rgb_to_lab(image)
    backdrop, noise = _backdrop(lab)
    difference = _difference(lab, backdrop)
    gradient = _gradient(lab)
    mask = _outline(difference, gradient, noise)
    share = mask.mean()
    if not MIN_GARMENT_SHARE < share < MAX_GARMENT_SHARE:
        raise NoGarmentError(
            f"{share:.0%} of the flat differ from its border; expected one garment on "
            "a plain backdrop, whole and with some margin."
        )
    is_same = (difference < _threshold(noise)) & (gradient < max(0.3, 2 * noise))
    mask, like_shadow = _without_shadow(mask, lab - backdrop, is_same, gradient, noise)
    mask = _mended(mask) if like_shadow is None else _open_holes(mask, like_shadow)
    mask = largest_component(open_bridges(mask, 1.5))
    matte = _matte(image, mask)
    mask = largest_component(matte > 0.5)
    matte = matte * dilate(mask, 2)
    return Cutout(mask, matte, clean_colours(image, mask))


def clean_colours(image: RGBImage, mask: Mask, margin_px: float = 3) -> RGBImage:
    """Return `image` with the garment's inner colours continued beyond its edge."""
    inner = erode(mask, margin_px)
    if not inner.any():
        inner = mask
    spread = diffuse(image, inner)
    return np.where(inner[..., None], image, np.clip(spread, 0, 255)).astype(np.uint8)


def _matte(image: RGBImage, mask: Mask) -> Matte:
    """Coverage along the edge, from the colours on both sides of it.

    Where garment and backdrop differ, a pixel's coverage is its place on the line from
    the outer to the inner colour; elsewhere the mask's own edge is softened.
    """
    soft = guided_filter(image, mask.astype(np.float32), 2, 15)
    soft = np.clip((soft - 0.25) / 0.5, 0, 1)
    inside, outside = erode(mask, 4), ~dilate(mask, 3)
    inner = diffuse(image, inside)
    span = inner - diffuse(image, outside)
    contrast = squared_sum(span)
    place = 1 - dot(minus(inner, image), span) / np.maximum(contrast, 1)
    place = np.clip((place - 0.3) / 0.5, 0, 1)
    trust = np.clip((np.sqrt(contrast) - 20) / 40, 0, 1)
    edge = dilate(mask, 1) & ~inside
    matte = np.where(edge, soft * (1 - trust) + np.minimum(place, soft) * trust, inside)
    return matte.astype(np.float32)


def _backdrop(lab: FloatImage) -> tuple[FloatImage, float]:
    """The backdrop's Lab colour at each pixel, and its noise (median deviation)."""
    height, width = lab.shape[:2]
    border = np.ones((height, width), bool)
    border[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX] = False
    typical = np.median(lab[border], axis=0)
    border &= colour_distance(lab, typical) < 8  # the garment may touch it
    x, y = grid((height, width))
    terms = np.stack([x / width, y / height, np.ones_like(x)], axis=-1)
    plane, *_ = np.linalg.lstsq(terms[border], lab[border], rcond=None)
    backdrop = (terms @ plane).astype(np.float32)
    noise = float(np.median(np.linalg.norm((lab - backdrop)[border], axis=1)))
    return backdrop, noise


def _difference(lab: FloatImage, backdrop: FloatImage) -> Field:
    squares = cv2.multiply(offset := minus(lab, backdrop), offset)
    squared = cv2.transform(squares, np.array([[1, 1.6, 1.6]]))
    return cv2.GaussianBlur(np.sqrt(squared), (0, 0), 1.0)


def _gradient(lab: FloatImage) -> Field:
    """Slope of the lightness in L per pixel, lightly smoothed."""
    lightness = np.ascontiguousarray(lab[..., 0])
    slope = np.hypot(
        cv2.Sobel(lightness, cv2.CV_32F, 1, 0), cv2.Sobel(lightness, cv2.CV_32F, 0, 1)
    )
    return cv2.GaussianBlur(slope / 8, (0, 0), 1.2)


def _threshold(noise: float) -> float:
    return float(np.clip(4 * noise + 0.9, 1.1, 6))


def _outline(difference: Field, gradient: Field, noise: float) -> Mask:
    """The garment with its shadow and without holes."""
    differs = difference > _threshold(noise)
    marked = differs | (gradient > max(0.11, 2 * noise))
    is_faint = (difference > 12).sum() < 0.55 * max(differs.sum(), 1)
    margin = 20
    marked = close_gaps(np.pad(marked, margin), 10 if is_faint else 3)
    marked = marked[margin:-margin, margin:-margin]
    if is_faint:
        marked = open_bridges(fill_holes(marked), 5)
    marked = drop_small(marked, 600)
    return fill_holes(_largest_pieces(marked))


def _largest_pieces(mask: Mask) -> Mask:
    """The largest component and any of an eighth of its size (ties, straps)."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8))
    if count <= 1:
        return mask
    areas = stats[:, cv2.CC_STAT_AREA]
    keep = areas >= 0.12 * areas[1:].max()
    keep[0] = False
    return keep[labels]


def _without_shadow(
    mask: Mask, offset: FloatImage, is_same: Mask, gradient: Field, noise: float
) -> tuple[Mask, Mask | None]:
    """Take away what is reached from outside through smooth, shadow-like pixels.

    Returns the mask, and where pixels look like backdrop or shadow. The latter is None
    for a garment that itself has much of the backdrop's colour: it loses only a rim,
    and only if its outline stays smooth, so the barrier of edges is closed more and
    more until that holds.
    """
    for depth in SHADOW_DEPTHS:
        like_shadow = _like_shadow(offset, depth)
        kept = _leak(mask, like_shadow & (gradient < max(1.2, 3 * noise)))
        core = erode(kept, 0.012 * max(mask.shape))
        if core.sum() > 0.3 * mask.sum() and like_shadow[core].mean() < 0.10:
            return kept, like_shadow
    rim = mask & ~erode(mask, 0.04 * max(mask.shape))
    like_shadow = _like_shadow(offset, SHADOW_DEPTHS[0])
    barrier = gradient > max(0.55, 3 * noise)
    trimmed = _leak(mask, rim & is_same)
    if _is_plausible(trimmed, mask, min(0.985, _smoothness(mask) - 0.004)):
        mask = trimmed
    almost_same = _like_shadow(offset, depth=3.5)
    inner = erode(mask, 0.016 * max(mask.shape))
    border = inner & ~erode(inner, 0.01 * max(mask.shape))
    if almost_same[border].mean() < 0.3:  # light inside, but not along its edges
        mask = _leak(mask, mask & ~inner & almost_same & (gradient < 0.8))
    # A white garment is no darker than the backdrop, its shadow is.
    darker = like_shadow & (offset[..., 0] < -1.2)
    for reach in (mask, rim):
        for closing_px in (1, 3, 6):
            kept = _leak(mask, reach & darker & ~close_gaps(barrier, closing_px))
            if kept.sum() > 0.75 * mask.sum() and _is_plausible(kept, mask, 0.985):
                return kept, None
    return mask, None


def _mended(mask: Mask) -> Mask:
    """Close what was bitten out of one side only, and smooth the outline.

    White on white, an outline is lost in places, seldom in the same on both sides.
    """
    size = max(mask.shape)
    x0, _, width, _ = cv2.boundingRect(mask.astype(np.uint8))
    box = mask[:, x0 : x0 + width]
    reach = round(BITE * size)
    closed = close_gaps(np.pad(box, reach), reach)[reach:-reach, reach:-reach]
    mended = mask.copy()
    mended[:, x0 : x0 + width] |= closed & box[:, ::-1]
    return fill_holes(soften(mended, RAGGED * size) > 0.5)


def _leak(mask: Mask, passable: Mask) -> Mask:
    """What stays of `mask` when the outside pours in through `passable` pixels."""
    drained = _reached_from(~mask, ~mask | passable) & mask
    kept = open_bridges(mask & ~dilate(drained, 1), 2)
    return fill_holes(largest_component(kept)) & mask & ~open_bridges(drained, 2)


def _like_shadow(offset: FloatImage, depth: float) -> Mask:
    """Where the colour is the backdrop's, or the backdrop's in a soft shadow."""
    lightness = offset[..., 0]
    chroma = np.hypot(offset[..., 1], offset[..., 2])
    neutral = chroma < 2.5 + 0.08 * np.abs(lightness)
    return neutral & (lightness > -depth) & (lightness < 4)


def _is_plausible(kept: Mask, before: Mask, smooth: float) -> bool:
    """Whether nothing was bitten out of one side: garments are about symmetric."""
    return _smoothness(kept) > smooth and _asymmetry(kept) < _asymmetry(before) + 0.008


def _asymmetry(mask: Mask) -> float:
    """Share of the mask that its own mirror image, in its box, does not cover."""
    x0, y0, width, height = cv2.boundingRect(mask.astype(np.uint8))
    box = mask[y0 : y0 + height, x0 : x0 + width]
    return float((box & ~box[:, ::-1]).sum() / max(box.sum(), 1))


def _smoothness(mask: Mask) -> float:
    """How little is bitten out of the outline: 1 for none."""
    closed = close_gaps(np.pad(mask, 30), 12)[30:-30, 30:-30]
    return float(mask.sum() / max(fill_holes(closed).sum(), 1))


def _reached_from(seeds: Mask, passable: Mask) -> Mask:
    """The components of `passable` that touch `seeds`."""
    _, labels = cv2.connectedComponents(passable.astype(np.uint8), connectivity=4)
    touched = np.unique(labels[seeds & passable])
    return np.isin(labels, touched[touched > 0])


def _open_holes(mask: Mask, empty: Mask) -> Mask:
    """Open enclosed patches of backdrop: large, flat, tall, beside or below the middle.

    Left alone if the garment shows the backdrop's colour in many places: a print.
    """
    empty = open_bridges(mask & empty, 2)
    _, labels, stats, centres = cv2.connectedComponentsWithStats(empty.astype(np.uint8))
    x0, y0, width, height = cv2.boundingRect(mask.astype(np.uint8))
    off_axis = np.abs(centres[:, 0] - x0 - width / 2) / width
    below = (centres[:, 1] - y0) / height
    is_gap = (stats[:, cv2.CC_STAT_AREA] > HOLE_SHARE * mask.sum()) & (
        stats[:, cv2.CC_STAT_HEIGHT] > 1.8 * stats[:, cv2.CC_STAT_WIDTH]
    )
    # Between sleeve and body, between the legs, between the two ends of a strap.
    is_gap &= (off_axis > 0.2) | ((off_axis < 0.12) & (below > 0.5)) | (below < 0.25)
    is_gap[0] = False
    if is_gap.sum() > 4:
        return mask
    return mask & ~dilate(is_gap[labels], 2)
