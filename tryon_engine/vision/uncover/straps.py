"""Straps of the old top that passed for skin."""

from typing import Final

import cv2
import numpy as np

from ..arrays import FloatImage, Mask
from ..colour import colour_distance, rgb_to_lab
from ..masks import (
    bounding_box,
    close_gaps,
    components,
    dilate,
    erode,
    open_bridges,
)
from ..person.body import Part, PersonReading

STRAP: Final = 0.035
MIN_CONTRAST: Final = 25.0
"""Straps are narrower than twice this, in shoulder widths, and so far from skin in
Lab."""
LIKE_CLOTH: Final = 0.62
"""Distance from the cloth's colour over that of the skin around, at most."""
NEAR_PX: Final = 6
"""How far apart from the cloth a strap may begin."""
MIN_PX: Final = 20


def thin_straps(person: PersonReading) -> Mask:
    """Return lines over chest and shoulders that are the old top's straps.

    They look like the top more than like the skin around them, and run into it; or they
    go on where the top itself gets as thin as a strap, in the colour that it has there.
    """
    straps = np.zeros(person.size, bool)
    upper = person.parsing == Part.UPPER
    sure = erode(upper, 3)
    if sure.sum() < 500:
        return straps
    unit = person.shoulder_width
    width_px = 2 * round(STRAP * unit) + 1
    chest = (person.down > -0.25) & (person.down < 0.35)
    chest &= (np.abs(person.across) < 0.6) & ~dilate(person.face_mask, 8)
    skin = (person.parsing == Part.SKIN) & chest
    x0, y0, x1, y1 = bounding_box(skin)
    x0, y0 = max(x0 - width_px, 0), max(y0 - width_px, 0)
    box = np.s_[y0 : y1 + width_px, x0 : x1 + width_px]
    around = rgb_to_lab(cv2.medianBlur(person.image[box], width_px))
    own, skin, upper = person.lab[box], skin[box], upper[box]
    begun = chest[box] & upper & ~open_bridges(upper, STRAP * unit)
    roots = [(np.median(person.lab[sure], axis=0), upper, 2 * STRAP * unit)]
    roots += [
        (np.median(own[root], axis=0), root, 0.0)
        for root in components(begun, MIN_PX)
        if _length(root) > STRAP * unit
    ]
    found = np.zeros_like(skin)
    for cloth, root, least in roots:
        line = close_gaps(skin & _like(cloth, own, around), 2) & skin
        near = dilate(root, NEAR_PX)
        for part in components(line, MIN_PX):
            if _length(part) > least and (part & near).any():
                found |= part
    straps[box] = dilate(found, 1.5) & skin
    return straps


def _length(part: Mask) -> float:
    """Return the longer side of the box around a mask, in pixels."""
    x0, y0, x1, y1 = bounding_box(part)
    return float(max(x1 - x0, y1 - y0))


def _like(cloth: np.ndarray, own: FloatImage, around: FloatImage) -> Mask:
    """Return what is like cloth of a colour, and unlike what is around it."""
    apart = colour_distance(around, cloth)
    like: Mask = colour_distance(own, cloth) < LIKE_CLOTH * apart
    return like & (apart > MIN_CONTRAST)
