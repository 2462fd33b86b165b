"""The label in a garment's neck: it is sewn to the inside of the back."""

from collections.abc import Iterator

import cv2
import numpy as np

from ..arrays import Field, Mask, Points, RGBImage, resize
from ..colour import rgb_to_lab
from ..masks import (
    bounding_box,
    close_gaps,
    components,
    dilate,
    fill_holes,
    resize_mask,
)

REACH = (0.75, 1.0, 1.2)
"""How far beside and above the middle of the neckline, and below it or the edge of the
back, a label is looked for; in half widths of the neckline, as are all lengths here."""
SCALE_PX = 64
"""Half width of the neckline at which it is looked for: lines of small print merge."""
ODD, PRINTED = 9.0, 19.0
"""Distance in Lab from the cloth around from which something may be a label, and that
of its print, or of all of it: folds and seams are fainter."""
PRINT = 93
"""Percentile of a label's own distances that is its print's."""
JOIN = 0.06
"""Half the gap between lines of print that are one label."""
WIDE, TALL = (0.12, 0.95), (0.06, 0.72)
TOP, ON_STAND, ASIDE = 0.34, 0.65, 0.45
"""How far below the back's edge a label begins at most, also that of a stand, and how
far off the middle its own may be."""
COMPACT, SOLID, SLIM = 0.7, 0.55, 0.2
"""Share of its box that the hull of a label fills, share of that which it fills itself,
and how low the box is for its length: seams and folds are bent, or thin."""
LOW_NECK, LONG = 0.3, 1.4
"""From how far below the neck points a neckline is a low one, and how long labels are
there for their height: what else sits below its edge are buttons."""
AROUND = 0.4
"""Radius within which cloth is of one colour for the most part."""
LOW = 70
"""Percentile of its lower edge's rows that is the label's lower edge at most."""
SLACK = 0.2
"""Relatively how far a label's looks together may miss their bounds: what is one by all
but one is no less one for a hair's breadth. Its place is no matter of degree."""
RING, PLAIN = 0.18, 0.3
"""Width of what is looked at around a label, and how much of it may be odd, too: the
marks of a print have others beside them."""


def find_label(
    image: RGBImage,
    mask: Mask,
    centre: np.ndarray,
    half: float,
    stands: bool = False,
) -> Points | None:
    """Find the label inside a neckline.

    Parameters
    ----------
    image : (H, W, 3) uint8, RGB
    mask : (H, W) bool
        The garment.
    centre : (2,) float
        Middle of the neckline.
    half : float
        Half the width of the neckline, in pixels.
    stands : bool
        The neckline is that of a standing collar: its label hangs below the stand.

    Returns
    -------
    (N, 2) float32, the label's lower edge from left to right, or None.

    Notes
    -----
    A label is a compact spot near the back's upper edge on cloth that is plain around
    it. Printed ones are some lines of small print.
    """
    beside, above, below = (reach * half for reach in REACH)
    column = mask[:, int(centre[0])]
    first = max(centre[1], float(column.argmax()) if column.any() else 0.0)
    is_low = first > centre[1] + LOW_NECK * half
    corner = (centre - (beside, above)).clip(0).astype(int)
    (x0, y0), (x1, y1) = (
        corner,
        np.array([centre[0] + beside, first + below]).astype(int),
    )
    cloth = mask[y0:y1, x0:x1]
    if not cloth.any():
        return None
    scale = min(SCALE_PX / half, 1)
    size = (
        max(round(cloth.shape[0] * scale), 1),
        max(round(cloth.shape[1] * scale), 1),
    )
    part, cloth = resize(image[y0:y1, x0:x1], size), resize_mask(cloth, size)
    unit, middle = half * scale, (centre[0] - x0) * scale
    top = np.where(cloth.any(axis=0), cloth.argmax(axis=0), len(cloth))
    inside = cloth & (np.arange(len(cloth))[:, None] > top + 0.03 * unit)
    reach = ON_STAND if stands else TOP
    off = _off_cloth(part, inside, unit)
    for spot, odd, slack in _spots(inside, off, unit):
        left, upper, right, lower = bounding_box(spot)
        columns = slice(left, right)
        low = len(spot) - 1 - spot[::-1, columns].argmax(axis=0)
        width, height = (right - left) / unit, (lower - upper) / unit
        if abs((left + right) / 2 - middle) > ASIDE * unit:
            continue
        if upper - top[columns].max() > reach * unit:
            continue
        missed = (
            _beyond(width, *WIDE)
            + _beyond(height, *TALL)
            + _beyond(np.percentile(off[spot], PRINT), PRINTED)
            + (_beyond(width / height, LONG) if is_low else 0)
        )
        if missed + _not_compact(spot) + _not_alone(spot, odd, inside, unit) <= slack:
            # Without the string of a tag that hangs on it.
            low = np.minimum(low, np.percentile(low, LOW))
            edge = np.stack([np.arange(left, right), low + 1], axis=1)
            return (edge / scale + corner).astype(np.float32)
    return None


def _spots(inside: Mask, off: Field, unit: float) -> Iterator[tuple[Mask, Mask, float]]:
    """Yield what may be a label, with all that is as odd, and how far it may miss.

    What is merely odd comes first, for where the back in its shade is odd, too, only
    the label itself is more so; but so are the marks of a print.
    """
    for least, slack in ((ODD, SLACK), (PRINTED, 0.0)):
        odd = inside & (off > least)
        for spot in components(close_gaps(odd, JOIN * unit), (0.05 * unit) ** 2):
            yield spot, odd, slack


def _beyond(value: float, least: float = 0.0, most: float = np.inf) -> float:
    """Return relatively how far a measure is beyond its bounds; 0 within them."""
    too_little = 1 - value / least if least else 0.0
    return float(max(too_little, value / most - 1, 0.0))


def _not_compact(spot: Mask) -> float:
    """Return how far it is from filling a box, perhaps tilted, as a label does."""
    points = np.argwhere(spot).astype(np.float32)
    _, (one, other), _ = cv2.minAreaRect(points)
    filled = max(cv2.contourArea(cv2.convexHull(points)), 1.0)
    return (
        _beyond(float(fill_holes(spot).sum()) / filled, SOLID)
        + _beyond(filled / max(one * other, 1.0), COMPACT)
        + _beyond(min(one, other) / max(one, other, 1.0), SLIM)
    )


def _not_alone(spot: Mask, odd: Mask, inside: Mask, unit: float) -> float:
    """Return how far the cloth around it is from plain."""
    whole = fill_holes(spot)
    ring = dilate(whole, RING * unit) & ~dilate(whole, 2) & inside
    return _beyond(float(odd[ring].mean()), most=PLAIN) if ring.any() else 1.0


def _off_cloth(image: RGBImage, inside: Mask, unit: float) -> Field:
    """Return how far each colour is from the usual one around it, in Lab."""
    usual = np.median(image[inside], axis=0) if inside.any() else np.zeros(3)
    filled = np.where(inside[..., None], image, usual).astype(np.uint8)
    around = cv2.medianBlur(filled, 2 * round(AROUND * unit) + 1)
    off: Field = np.linalg.norm(rgb_to_lab(filled) - rgb_to_lab(around), axis=2)
    return off
