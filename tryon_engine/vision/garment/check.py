"""Is this picture of a garment fit for a try-on?"""

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np

from ..arrays import Box, Mask, RGBImage, resize, to_working_scale
from ..colour import rgb_to_lab
from ..filters import diffuse
from ..findings import (
    CheckResult,
    Finding,
    block,
    point_to_original,
    to_original,
    warn,
    worst_first,
)
from ..masks import bounding_box, dilate, erode, resize_mask
from ..person.people import Sighting, find_person
from ..photo import darkness, photo_findings
from .cutout import NoGarmentError, cut_out_garment
from .reading import GarmentReading, read_garment

OTHER_GARMENT_SHARE = 0.4
"""Size of a second garment, in sizes of the first; drop shadows reach a quarter."""
MOSTLY_APART = 0.6
"""Share of a second garment beside the first; what is left of the first lies on it."""
HALF_MISSING = (0.4, 0.1)
"""Share of one side edge that a garment touches when half of it is missing, and of the
other side edge that it does not touch then."""
CLOSE_UP = 0.3
"""Share of at least three edges that a garment touches when it is a piece of cloth."""
MIN_SYMMETRY = 0.65
"""Overlap of a garment with its mirror image; ragged jeans 0.77, a dog 0.5."""
RECTANGLE = 0.975
"""Share of its box that a card, a frame or a screen fills; a straight skirt 0.95."""
LIKE_BACKDROP = 3.0
"""Lab distance that is no difference."""
DRAWN = (0.5, 20.0)
"""Share of the inside in the backdrop's colour, and contrast of the edge: cloth of the
backdrop's own colour has faint edges, drawings and texts have not."""
CUT_OFF_SHARE = 0.04
"""Share of an edge of the picture that a garment touches when it goes beyond."""
RIM_PX = 4
"""Cut-outs may end so far inside the edge that cloth goes beyond."""
MIN_FRAME_SHARE = 0.5
BUSY_SPREAD = 8.0
"""Lab distance from the typical backdrop that a quarter of a busy one exceeds."""
MIN_CONTRAST = 1.5
"""Lab distance of garment and backdrop that can just be seen along an edge."""
LONG_SLEEVE = 0.63
"""Length of a sleeve in chest widths from which it is long: sleeves that end at the
elbow measure up to 0.6, however wide the garment, whole ones from 0.67."""
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
    if (wearer := _find_wearer(working)) is not None:
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


def _find_wearer(working: RGBImage) -> Sighting | None:
    """Return who wears the garment, None for a garment that lies flat.

    A hoodie laid flat has arms, hands and a head to the networks, but no face.
    """
    seen = find_person(working)
    if seen is None or (seen.face is None and not seen.is_head_outside):
        return None
    return seen


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
    upper, lower = mask[:RIM_PX], mask[-RIM_PX:]
    left, right = mask[:, :RIM_PX], mask[:, -RIM_PX:]
    edges = (
        *(band.any(axis=0) for band in (upper, lower)),
        *(band.any(axis=1) for band in (left, right)),
    )
    touched = [float(edge.mean()) for edge in edges]
    if max(touched) > CUT_OFF_SHARE:
        say = block if _is_half_missing(touched) else warn
        yield say(
            "cut_off", "The garment is cut off. Show it whole, with some margin.", box
        )
    elif _is_unlike_garments(garment):
        yield warn(
            "unlike_garment",
            "This hardly looks like a garment. Lay one flat, upright and straight.",
            box,
        )
    height, width = garment.size
    if max((y1 - y0) / height, (x1 - x0) / width) < MIN_FRAME_SHARE:
        yield warn(
            "too_small_in_frame", "The garment is small in the picture. Crop it.", box
        )


def _is_half_missing(touched: list[float]) -> bool:
    """Whether so much is cut off that what is left tells nothing of the garment.

    `touched` are shares of the upper, lower, left and right edge of the picture.
    """
    least, most = sorted(touched[2:])
    if most > HALF_MISSING[0] and least < HALF_MISSING[1]:
        return True
    return sum(share > CLOSE_UP for share in touched) >= 3


def _is_unlike_garments(garment: GarmentReading) -> bool:
    x0, y0, x1, y1 = bounding_box(garment.mask)
    fills = garment.mask[y0:y1, x0:x1].mean()
    is_even = _symmetry(garment) >= MIN_SYMMETRY
    return bool(fills > RECTANGLE or not is_even or _is_drawn(garment))


def _symmetry(garment: GarmentReading) -> float:
    """Return the overlap (IoU) of the garment with its mirror image."""
    mask = garment.mask
    x0, _, x1, _ = bounding_box(mask)
    columns = mask[:, x0:x1]
    half = max(garment.outline.axis_x - x0, x1 - 1 - garment.outline.axis_x)
    before = round(half - (garment.outline.axis_x - x0))
    after = round(half - (x1 - 1 - garment.outline.axis_x))
    centred = np.pad(columns, ((0, 0), (max(before, 0), max(after, 0))))
    mirrored = centred[:, ::-1]
    return float((centred & mirrored).sum() / max((centred | mirrored).sum(), 1))


def _is_drawn(garment: GarmentReading) -> bool:
    lab = rgb_to_lab(garment.image)
    around = ~dilate(garment.mask, 8)
    inside = erode(garment.mask, 4)
    if not (around.any() and inside.any()):
        return False
    backdrop = np.median(lab[around], axis=0)
    like = np.linalg.norm(lab[inside] - backdrop, axis=1) < LIKE_BACKDROP
    return bool(like.mean() > DRAWN[0] and _contrast(lab, garment.mask) > DRAWN[1])


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
    whole = resize_mask(found.mask, garment.size)
    other = whole & ~first
    is_large = other.sum() >= OTHER_GARMENT_SHARE * garment.mask.sum()
    is_apart = other.sum() >= MOSTLY_APART * whole.sum()
    return bounding_box(other) if is_large and is_apart else None


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
