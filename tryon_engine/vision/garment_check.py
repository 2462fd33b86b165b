"""Is this picture of a garment fit for a try-on?"""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from .arrays import Box, Mask, RGBImage, resize, to_working_scale
from .colour import rgb_to_lab
from .cutout import NoGarmentError, cut_out_garment
from .filters import diffuse
from .findings import (
    CheckResult,
    Finding,
    block,
    point_to_original,
    to_original,
    warn,
    worst_first,
)
from .garment import GarmentReading, read_garment
from .masks import bounding_box, dilate, erode, resize_mask
from .people import find_person
from .photo import darkness, photo_findings

OTHER_GARMENT_SHARE = 0.4
"""Size of a second garment, in sizes of the first; drop shadows reach a quarter."""
CUT_OFF_SHARE = 0.04
"""Share of an edge of the picture that a garment touches when it goes beyond."""
MIN_FRAME_SHARE = 0.5
BUSY_SPREAD = 8.0
"""Lab distance from the typical backdrop that a quarter of a busy one exceeds."""
MIN_CONTRAST = 1.5
"""Lab distance of garment and backdrop that can just be seen along an edge."""
LONG_SLEEVE = 0.45
"""Length of a sleeve in chest widths from which it is long."""
BORDER_PX = 20
OUTLINE_TOLERANCE_PX = 2.0

BUSY = warn("busy_background", "The background is busy. Use a plain one of one colour.")


def check_garment(image: RGBImage) -> CheckResult:
    """Check a garment flat that a merchant wants to offer.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8, RGB
        Upright, any size.

    Returns
    -------
    CheckResult
        Its facts, positions in pixels of the picture: "category" (top, bottom, dress),
        "kind" (as in `GarmentKind`), "sleeve" (none, short, long, or None for bottoms),
        "box" [x0, y0, x1, y1], "outline", a polygon of [x, y], and "keypoints",
        [x, y, confidence] by name. Without a garment, they are missing.
    """
    working, _ = to_working_scale(image)
    if (wearer := find_person(working)) is not None:
        box = to_original(wearer.box(), working.shape[0] / image.shape[0])
        message = "Somebody wears this garment. Lay it flat and show it alone."
        return CheckResult((block("worn_by_person", message, box),), {})
    try:
        garment = read_garment(image)
    except NoGarmentError:
        return CheckResult(tuple(_why_no_garment(working)), {})
    findings = [
        *_frame_findings(garment),
        *_backdrop_findings(garment),
        *photo_findings(garment.image, garment.mask, image.shape[:2]),
        # Black garments are no dark pictures: the backdrop tells.
        *darkness(garment.image, np.ones(garment.size, bool)),
    ]
    return CheckResult(worst_first(findings), _facts(garment))


def _why_no_garment(working: RGBImage) -> Iterator[Finding]:
    yield block("no_garment", "No garment was found. Show one on a plain background.")
    nothing = np.zeros(working.shape[:2], bool)
    if _backdrop_spread(rgb_to_lab(working), nothing) > BUSY_SPREAD:
        yield BUSY


def _frame_findings(garment: GarmentReading) -> Iterator[Finding]:
    other = _other_garment(garment)
    if other is not None:
        yield block(
            "several_garments",
            "There are several garments in the picture. Show one alone.",
            to_original(other, garment.scale),
        )
    x0, y0, x1, y1 = bounding_box(garment.mask)
    box = to_original((x0, y0, x1, y1), garment.scale)
    mask = garment.mask
    edges = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    if max(edge.mean() for edge in edges) > CUT_OFF_SHARE:
        yield warn(
            "cut_off", "The garment is cut off. Show it whole, with some margin.", box
        )
    height, width = garment.size
    if max((y1 - y0) / height, (x1 - x0) / width) < MIN_FRAME_SHARE:
        yield warn(
            "too_small_in_frame", "The garment is small in the picture. Crop it.", box
        )


def _backdrop_findings(garment: GarmentReading) -> Iterator[Finding]:
    lab = rgb_to_lab(garment.image)
    if _backdrop_spread(lab, garment.mask) > BUSY_SPREAD:
        yield BUSY
    if _contrast(lab, garment.mask) < MIN_CONTRAST:
        yield warn(
            "low_contrast",
            "The garment hardly stands out. Use a background of another tone.",
        )


def _other_garment(garment: GarmentReading) -> Box | None:
    """Return the box of a second garment: paint the first one out and look again."""
    first = dilate(garment.mask, 14)
    backdrop = diffuse(garment.image, ~first)
    rest = np.where(first[..., None], backdrop, garment.image)
    half = (garment.size[0] // 2, garment.size[1] // 2)
    try:
        found = cut_out_garment(resize(np.clip(rest, 0, 255).astype(np.uint8), half))
    except NoGarmentError:
        return None
    other = resize_mask(found.mask, garment.size)
    is_large = other.sum() >= OTHER_GARMENT_SHARE * garment.mask.sum()
    return bounding_box(other) if is_large else None


def _backdrop_spread(lab: np.ndarray, mask: Mask) -> float:
    """Return how much the border of the picture varies, 0 if none of it is seen."""
    border = np.ones(mask.shape, bool)
    border[BORDER_PX:-BORDER_PX, BORDER_PX:-BORDER_PX] = False
    colours = lab[border & ~dilate(mask, 6)]
    if not len(colours):
        return 0.0
    off = np.linalg.norm(colours - np.median(colours, axis=0), axis=1)
    return float(np.percentile(off, 75))


def _contrast(lab: np.ndarray, mask: Mask) -> float:
    """Return the typical Lab distance from just inside to just outside the edge."""
    inside = erode(mask, 3) & ~erode(mask, 10)
    outside = dilate(mask, 12) & ~dilate(mask, 5)
    edge = dilate(mask, 3) & ~erode(mask, 3)
    if not (inside.any() and outside.any()):
        return np.inf
    step = np.linalg.norm(diffuse(lab, inside) - diffuse(lab, outside), axis=2)
    return float(np.median(step[edge]))


def _facts(garment: GarmentReading) -> dict[str, Any]:
    scale = garment.scale
    return {
        "category": str(garment.category),
        "kind": str(garment.kind),
        "sleeve": _sleeve(garment),
        "box": list(to_original(bounding_box(garment.mask), scale)),
        "outline": [list(point_to_original(p, scale)) for p in _polygon(garment.mask)],
        "keypoints": {
            name: [*point_to_original(point.xy, scale), round(point.confidence, 2)]
            for name, point in garment.keypoints.items()
        },
    }


def _sleeve(garment: GarmentReading) -> str | None:
    if garment.upper is None:
        return None
    if not garment.upper.is_sleeved:
        return "none"
    length = garment.upper.sleeve_length / garment.upper.chest_width
    return "long" if length >= LONG_SLEEVE else "short"


def _polygon(mask: Mask) -> np.ndarray:
    """Return the outer outline of the garment as an (N, 2) polygon, simplified."""
    outlines, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    longest = max(outlines, key=len)
    return cv2.approxPolyDP(longest, OUTLINE_TOLERANCE_PX, True)[:, 0, :]
