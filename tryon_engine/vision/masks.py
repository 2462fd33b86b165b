"""Masks: growing, shrinking, components, holes, and simple shapes drawn as masks."""

import math
from collections.abc import Callable

import cv2
import numpy as np

from .arrays import Box, Field, Mask, Matte, Point, Points, Size

LARGE_PX = 8
"""Radius from which distances are faster than a structuring element."""


def disk(radius_px: float) -> np.ndarray:
    """Return a round structuring element; the radius is at least 1 pixel."""
    radius = max(round(radius_px), 1)
    size = 2 * radius + 1
    return cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))


def dilate(mask: Mask, radius_px: float) -> Mask:
    """Grow `mask` by a disk."""
    if radius_px >= LARGE_PX:
        return _in_box(mask, radius_px, lambda m: distance_outside(m) <= radius_px)
    return _in_box(mask, radius_px, _morphed(cv2.MORPH_DILATE, radius_px))


def erode(mask: Mask, radius_px: float) -> Mask:
    """Shrink `mask` by a disk; beyond the frame counts as inside."""
    if radius_px >= LARGE_PX:
        return _in_box(mask, 0, lambda m: distance_outside(~m) > radius_px)
    return _in_box(mask, 0, _morphed(cv2.MORPH_ERODE, radius_px))


def close_gaps(mask: Mask, radius_px: float) -> Mask:
    """Close gaps narrower than twice the radius."""
    if radius_px >= LARGE_PX:
        return erode(dilate(mask, radius_px), radius_px)
    return _in_box(mask, radius_px, _morphed(cv2.MORPH_CLOSE, radius_px))


def open_bridges(mask: Mask, radius_px: float) -> Mask:
    """Remove what is thinner than twice the radius."""
    return _in_box(mask, 0, _morphed(cv2.MORPH_OPEN, radius_px))


def soften(mask: np.ndarray, sigma_px: float = 1.0) -> Matte:
    """Return `mask` (bool, or a matte) with a Gaussian edge, float32 in [0, 1]."""
    soft = np.zeros(mask.shape, np.float32)
    # OpenCV's own window reaches so far.
    box = _box_of(mask, 4 * sigma_px + 1)
    soft[box] = cv2.GaussianBlur(mask[box].astype(np.float32), (0, 0), sigma_px)
    return soft


def resize_mask(mask: Mask, size: Size) -> Mask:
    """Resample `mask` to `size` (height, width), keeping its outline in place."""
    how = cv2.INTER_AREA if size[0] < mask.shape[0] else cv2.INTER_LINEAR
    return cv2.resize(mask.astype(np.float32), size[::-1], interpolation=how) > 0.5


def largest_component(mask: Mask) -> Mask:
    """Keep the largest 4-connected component; an empty mask stays empty."""
    box = _box_of(mask)
    count, labels, stats, _ = _components(mask[box])
    if count <= 1:
        return mask.copy()
    return _placed(labels == 1 + np.argmax(stats[1:, cv2.CC_STAT_AREA]), box, mask)


def drop_small(mask: Mask, min_area_px: float) -> Mask:
    """Drop 4-connected components smaller than `min_area_px`."""
    box = _box_of(mask)
    _, labels, stats, _ = _components(mask[box])
    keep = stats[:, cv2.CC_STAT_AREA] >= min_area_px
    keep[0] = False
    return _placed(keep.take(labels), box, mask)


def components(mask: Mask, min_area_px: float) -> list[Mask]:
    """Return the 4-connected components of at least `min_area_px`, largest first."""
    box = _box_of(mask)
    _, labels, stats, _ = _components(mask[box])
    areas = stats[1:, cv2.CC_STAT_AREA]
    order = 1 + np.argsort(-areas)
    return [
        _placed(labels == i, box, mask)
        for i in order
        if stats[i, cv2.CC_STAT_AREA] >= min_area_px
    ]


def bounding_box(mask: Mask) -> Box:
    """Return the box around a mask; (0, 0, 0, 0) for an empty one."""
    x, y, width, height = cv2.boundingRect(mask.view(np.uint8))
    return x, y, x + width, y + height


def fill_holes(mask: Mask, max_area_px: float = np.inf) -> Mask:
    """Fill the enclosed holes of `mask` that are no larger than `max_area_px`."""
    box = _box_of(mask)  # what reaches its edge goes on outside of it
    if max_area_px == np.inf:  # several times faster than looking at each hole
        return _placed(_inside_of_outlines(mask[box]), box, mask)
    _, labels, stats, _ = _components(~mask[box])
    fill = stats[:, cv2.CC_STAT_AREA] <= max_area_px
    for edge in (labels[0], labels[-1], labels[:, 0], labels[:, -1]):
        fill[edge] = False
    fill[0] = False
    filled = mask.copy()
    filled[box] |= fill.take(labels)
    return filled


def distance_outside(mask: Mask) -> Field:
    """Return each pixel's distance to `mask` in pixels, 0 inside it.

    Where the mask is empty the distance is very large everywhere.
    """
    return cv2.distanceTransform((~mask).view(np.uint8), cv2.DIST_L2, 3)


def polygon(size: Size, corners: Points) -> Mask:
    """Return the filled polygon with the given (N, 2) corners."""
    canvas = np.zeros(size, np.uint8)
    cv2.fillPoly(canvas, [np.round(corners).astype(np.int32)], 1)
    return canvas.view(bool)


def segment_distance(
    x: Field, y: Field, start: Point, end: Point
) -> tuple[Field, Field]:
    """Return the distance of points (x, y) to a segment, and where along it (0 to 1).

    `x` and `y` are coordinate fields as `arrays.grid` makes them.
    """
    direction = np.subtract(end, start).astype(np.float32)
    length2 = float(direction @ direction) + 1e-6
    dx, dy = x - np.float32(start[0]), y - np.float32(start[1])
    along = (dx * direction[0] + dy * direction[1]) / np.float32(length2)
    np.clip(along, 0, 1, out=along)
    dx -= along * direction[0]
    dy -= along * direction[1]
    return np.sqrt(dx * dx + dy * dy), along


def reached_from(seeds: Mask, passable: Mask) -> Mask:
    """Return the 4-connected components of `passable` that touch `seeds`."""
    count, labels = cv2.connectedComponents(passable.view(np.uint8), connectivity=4)
    touched = np.zeros(count, bool)
    touched[labels[seeds & passable]] = True
    touched[0] = False
    return touched.take(labels)


def _inside_of_outlines(mask: Mask) -> Mask:
    outlines, _ = cv2.findContours(
        mask.view(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE
    )
    canvas = np.zeros(mask.shape, np.uint8)
    cv2.drawContours(canvas, outlines, -1, 1, cv2.FILLED)
    return canvas.view(bool)


def _morphed(how: int, radius_px: float) -> Callable[[Mask], Mask]:
    """Return what applies one of OpenCV's morphological filters to a mask."""
    window = disk(radius_px)
    return lambda m: cv2.morphologyEx(m.view(np.uint8), how, window).view(bool)


def _in_box(mask: Mask, growth_px: float, do: Callable[[Mask], Mask]) -> Mask:
    """Return `do` of a mask, worked out around what is marked only.

    `do` leaves empty what is farther from the marked than `growth_px`.
    """
    box = _box_of(mask, growth_px + 1)
    return _placed(do(mask[box]), box, mask)


def _placed(part: Mask, box: tuple[slice, slice], mask: Mask) -> Mask:
    """Return a mask of the shape of `mask`: `part` in its box, nothing elsewhere."""
    whole = np.zeros(mask.shape, bool)
    whole[box] = part
    return whole


def _box_of(values: np.ndarray, margin_px: float = 0) -> tuple[slice, slice]:
    """Return rows and columns of what is not 0, with a margin; never none at all."""
    marked = values if values.dtype == bool else values != 0
    x0, y0, x1, y1 = bounding_box(marked)
    margin = math.ceil(margin_px)
    return (
        slice(max(y0 - margin, 0), max(y1, 1) + margin),
        slice(max(x0 - margin, 0), max(x1, 1) + margin),
    )


def _components(mask: Mask) -> tuple[int, np.ndarray, np.ndarray, np.ndarray]:
    return cv2.connectedComponentsWithStats(mask.view(np.uint8), connectivity=4)
