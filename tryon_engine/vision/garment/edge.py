"""Where exactly a garment on a flat ends, and its coverage along that edge.

What is woven or knitted ends in a smooth curve: the edge is looked for along the whole
outline together, so that neither grain nor compression nor a lost stretch of it makes
it ragged. Only where garment and backdrop differ clearly are single pixels believed
over the curve: lace, fringe and fur keep their edge.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from ..arrays import Field, FloatImage, Mask, Matte, Points, RGBImage, resample_curve
from ..colour import squared_sum
from ..filters import diffuse_coarsely, guided_filter
from ..masks import (
    dilate,
    disk,
    drop_small,
    erode,
    fill_holes,
    largest_component,
    open_bridges,
    reached_from,
    soften,
)
from ..side_by_side import both

FAINT, CLEAR = 18.0, 45.0
"""RGB distance across an edge up to which its pixels tell nothing, and from which they
tell all."""
RIM_PX = 10
"""Depth to which sharpness, and what compression left of it, may spill outwards."""
RIM_SHARE, RIM_MOST, SPILLED = 0.4, 3.5, 0.2
"""What differs from the backdrop less than this share of how the garment beside it
does, and less than an RGB distance, or than a share of the garment's own distance
farther inside, was only spilled."""
GRAIN = 4.0
ENOUGH_SHARE, ENOUGH = 0.35, (8.0, 60.0)
"""RGB distance from the backdrop up to which a pixel belongs to it, and how much more,
as a share of the garment's distance farther inside and in any case, makes it the
garment's."""
BARB_PX = 60
"""Area up to which what is thin is a spike and no strap."""
MEDIAN_PX = 5
SMALL, LEAST_RISE = 30.0, 2.0
"""RGB distance up to which steps count in full, and rise that counts for half."""
BEYOND_PX, STEP_PX = 5.0, 0.5
"""How far outside of a rough outline the edge is looked for, and how finely."""
OUTWARDS = 0.03
"""Edge strength that a pixel farther out is worth: the hem rather than its seam."""
ALONG_PX, ALONG_IN_SHADOW_PX = 4.0, 8.0
"""How far along the outline the edge is looked for together (standard deviation)."""
STRAP_PX, STRAP_AREA_PX = 6, 200
"""Half the width of what is thinner than edges are looked for, and its least area."""
THIN_SOFT = 0.7
"""Softness of the edges of what is thin, in pixels (standard deviation)."""
ROUGH_PX, CURVE_PX, CORNER_PX = 8.0, 3.0, 1.5
"""How far the rough outline, that of the edge, and corners in them are smoothed
(standard deviation)."""
CORNER_REACH_PX = 16
CORNER_BEND = 0.7
"""Bend in radians, over the reach either way, from which there is a corner."""
LEAST_RING_PX = 60
SUBPIXEL_BITS = 4


@dataclass(frozen=True, eq=False)
class Edge:
    """Coverage of each pixel by a garment.

    Attributes
    ----------
    matte : (H, W) float32
    trust : (H, W) float32
        In [0, 1], how far the nearest edge was read off single pixels.
    contrast : float
        In [0, 1], how far garment and backdrop differ along the edge.
    """

    matte: Matte
    trust: Field
    contrast: float


def find_edge(image: RGBImage, mask: Mask, off: Field, has_shadow: bool) -> Edge:
    """Find the edge of a garment near the outline of a rough `mask` of it.

    Parameters
    ----------
    image : (H, W, 3) uint8, RGB
    mask : (H, W) bool
    off : (H, W) float32
        How much, in RGB, each pixel differs from the backdrop next to it.
    has_shadow : bool
        Whether a shadow may be part of that difference.
    """
    curve, contrast = both(
        lambda: _curve(mask, off, has_shadow),
        lambda: diffuse_coarsely(off, erode(mask, RIM_PX)),
    )
    clear = np.clip((contrast - FAINT) / (CLEAR - FAINT), 0, 1)
    if has_shadow:
        matte, trust = curve, np.zeros_like(curve)
    else:
        trust = cv2.dilate(clear, disk(CORNER_REACH_PX / 4))
        enough = np.clip(ENOUGH_SHARE * contrast, *ENOUGH)
        soft = guided_filter(image, (curve > 0.5).astype(np.float32), 2, 15)
        soft = np.clip((soft - 0.25) / 0.5, 0, 1)
        soft = np.minimum(soft, (off - GRAIN) / enough).clip(0)
        matte = curve + (soft - curve) * trust
    body = without_barbs(curve > 0.5)
    whole = np.where(erode(body, 3), 1, matte) * dilate(body, 2)
    rim = body & ~erode(body, 3)
    seen = float(clear[rim].mean()) if rim.any() else 0.0
    return Edge(whole.astype(np.float32), trust.astype(np.float32), seen)


def _curve(mask: Mask, off: Field, has_shadow: bool) -> Matte:
    """The garment with a smooth edge, as far as it is not too thin for one."""
    # The logarithm lets a light hem count beside a dark stripe in it.
    rise = off if has_shadow else np.log1p(off / SMALL) * SMALL
    curve = _drawn(_rings(mask), rise, ALONG_IN_SHADOW_PX if has_shadow else ALONG_PX)
    curve = np.maximum(curve, soften(drop_small(_thin(mask), STRAP_AREA_PX), THIN_SOFT))
    ends = _thin(fill_holes(mask) & ~mask)
    return np.minimum(curve, 1 - soften(ends, THIN_SOFT))


def _thin(mask: Mask) -> Mask:
    """What is too thin for its two edges to be looked for: straps, ends of holes."""
    # A strap with a slider or a knot is no wider for it.
    wide = drop_small(open_bridges(mask, STRAP_PX), 4 * STRAP_AREA_PX)
    return mask & ~dilate(wide, 2)


def off_backdrop(image: RGBImage, mask: Mask) -> Field:
    """Return how much, in RGB, each pixel differs from what is next to the mask."""
    outer = diffuse_coarsely(image, ~dilate(mask, 1))
    return length(cv2.medianBlur(image, MEDIAN_PX) - outer)


def trim_rim(image: RGBImage, mask: Mask) -> Mask:
    """Return `mask` without what hardly differs from the backdrop beside it.

    What compression left around strong edges is about the backdrop on average, though
    not pixel by pixel.
    """
    inside = erode(mask, RIM_PX)
    outer = diffuse_coarsely(image, ~dilate(mask, 1))
    contrast = length(diffuse_coarsely(image, inside) - outer)
    typical = cv2.medianBlur(image, MEDIAN_PX)
    near, far = (length(picture - outer) for picture in (typical, image))
    usual = cv2.blur(cv2.dilate(far * mask, disk(RIM_PX)), (7, 7))
    most = np.maximum(RIM_MOST, SPILLED * contrast)
    faint = (near < np.minimum(RIM_SHARE * usual, most)) & (far < RIM_SHARE * usual)
    drained = reached_from(~mask, ~mask | (faint & ~inside)) & mask
    return _whole(mask & ~open_bridges(drained, 1), mask)


def length(vectors: FloatImage) -> Field:
    """Return the length of each pixel's vector."""
    return np.sqrt(squared_sum(vectors))


def without_barbs(mask: Mask) -> Mask:
    """Drop what is thin and short: a strap is thin and long."""
    thin = mask & ~open_bridges(mask, 2)
    return _whole(mask & ~(thin & ~drop_small(thin, BARB_PX)), mask)


def _whole(kept: Mask, before: Mask) -> Mask:
    """Return `kept` with what connects its parts, straps, as it was `before`."""
    loose = drop_small(kept & ~largest_component(kept), BARB_PX)
    return kept | (before & dilate(loose, 2 * RIM_PX)) if loose.any() else kept


def _rings(mask: Mask) -> list[tuple[Points, bool]]:
    """The outlines of a mask, and whether each is that of a hole; holes come last."""
    found, tree = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_CCOMP, cv2.CHAIN_APPROX_NONE
    )
    rings = [
        (ring[:, 0].astype(np.float32), bool(family[3] >= 0))
        for ring, family in zip(found, tree[0], strict=True)
    ]
    return sorted(rings, key=lambda ring: ring[1])


def _drawn(rings: list[tuple[Points, bool]], off: Field, along_px: float) -> Matte:
    """Draw outlines, moved to where `off` rises most, anti-aliased."""
    canvas = np.zeros(off.shape, np.uint8)
    for ring, is_hole in rings:
        if len(ring) > LEAST_RING_PX:
            ring = _at_edge(_smooth_ring(ring, ROUGH_PX), off, along_px)
            ring = _smooth_ring(ring, CURVE_PX)
        corners = np.round(ring * 2**SUBPIXEL_BITS).astype(np.int32)
        grey = 0 if is_hole else 255
        cv2.fillPoly(canvas, [corners], grey, cv2.LINE_AA, SUBPIXEL_BITS)
    return canvas.astype(np.float32) / np.float32(255)


def _at_edge(ring: Points, off: Field, along_px: float) -> Points:
    """Move a closed outline along its normals to where `off` rises most.

    Parameters
    ----------
    ring : (N, 2) float32
        About one point per pixel, the garment on its right hand side in the picture
        or, around a hole, on its left, as OpenCV's contours run.
    off : (H, W) float32
        How much each pixel differs from the backdrop next to it.
    along_px : float
        How far along the outline neighbours have their say (standard deviation).
    """
    tangent = np.roll(ring, -2, axis=0) - np.roll(ring, 2, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-6
    # OpenCV runs around pieces, and the other way around holes.
    inwards = np.stack([tangent[:, 1], -tangent[:, 0]], axis=1)
    steps = np.arange(-BEYOND_PX - 1, RIM_PX + 1 + STEP_PX, STEP_PX, dtype=np.float32)
    spots = ring[:, None] + inwards[:, None] * steps[None, :, None]
    x, y = (np.ascontiguousarray(spots[..., axis]) for axis in (0, 1))
    profile = cv2.remap(off, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    reach = round(1 / STEP_PX)
    rise = np.maximum(profile[:, 2 * reach :] - profile[:, : -2 * reach], 0)
    places = steps[reach:-reach]
    strength = np.sqrt(rise / (rise.max(axis=1, keepdims=True) + LEAST_RISE))
    strength = gaussian_filter1d(strength, along_px, axis=0, mode="wrap")
    best = places[np.argmax(strength - OUTWARDS * places, axis=1)]
    best = median_filter(best, round(4 * along_px) | 1, mode="wrap")
    best = gaussian_filter1d(best, along_px / 2, mode="wrap")
    return (ring + inwards * best[:, None]).astype(np.float32)


def _smooth_ring(ring: Points, width_px: float) -> Points:
    """Smooth a closed curve, but for its corners; about one point per pixel."""
    count = round(cv2.arcLength(ring, True))
    ring = resample_curve(np.concatenate([ring, ring[:1]]), count + 1)[:-1]
    curve, fine = (
        gaussian_filter1d(ring, width, axis=0, mode="wrap")
        for width in (width_px, CORNER_PX)
    )
    before = curve - np.roll(curve, CORNER_REACH_PX, axis=0)
    after = np.roll(curve, -CORNER_REACH_PX, axis=0) - curve
    cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
    bend = np.abs(np.arctan2(cross, (before * after).sum(axis=1) + 1e-6))
    corner = gaussian_filter1d((bend > CORNER_BEND).astype(np.float32), 4, mode="wrap")
    return curve + (fine - curve) * np.minimum(2 * corner, 1)[:, None]
