"""Clothes that the matte missed before a plain backdrop of nearly their colour."""

from dataclasses import replace

import cv2
import numpy as np

from ..arrays import Mask
from ..colour import colour_distance
from ..filters import diffuse
from ..masks import (
    bounding_box,
    close_gaps,
    components,
    dilate,
    erode,
    resize_mask,
    soften,
)
from ..person.body import Part, PersonReading

REACH = 0.07
"""How far clothes go beyond the matte at most, in shoulder widths."""
CLEAR = 25.0
"""Distance in Lab of clothes that no matte takes for the backdrop."""
PLAIN_NOISE = 1.5
"""Distance in Lab that is usual within a backdrop plain enough to tell."""
NOISES_OFF, LEAST_OFF = 3.0, 1.0
"""What differs from the backdrop: by so many times that distance, and a little."""
LIKE_CLOTH, OFF_LINE = 0.35, 0.6
"""From the backdrop's colour to that of the clothes next to it, and how far off the
line between the two, in distances of these."""
GAP_PX, MIN_PX = 3, 6
"""Between clothes and what was missed of them, and the least that counts."""


def with_missed_cloth(person: PersonReading) -> PersonReading:
    """Return the reading with the rim of an old top that the matte missed.

    The edge of a white sleeve before a white wall would stay there as a stroke.
    """
    missed = _missed_cloth(person)
    if not missed.any():
        return person
    parsing = person.parsing.copy()
    parsing[missed] = Part.UPPER
    matte = np.maximum(person.matte, soften(missed, 0.7))
    matte[missed] = np.maximum(matte[missed], 0.51)
    return replace(person, parsing=parsing, matte=matte.astype(np.float32))


def _missed_cloth(person: PersonReading) -> Mask:
    cloth = person.parsing == Part.UPPER
    missed = np.zeros(person.size, bool)
    if not cloth.any():
        return missed
    reach_px = REACH * person.shoulder_width / 2  # of the half size below
    x0, y0, x1, y1 = bounding_box(cloth)
    margin = round(6 * reach_px)
    box = np.s_[
        max(y0 - margin, 0) : y1 + margin : 2, max(x0 - margin, 0) : x1 + margin : 2
    ]
    # At half size: the backdrop is smooth, and edges are soft anyway.
    lab = np.ascontiguousarray(person.lab[box])
    body, cloth = person.mask[box], cloth[box]
    backdrop = ~dilate(body, 2 * reach_px)
    sure = erode(cloth, 1)
    if backdrop.sum() < MIN_PX or sure.sum() < MIN_PX:
        return missed
    apart = np.median(lab[sure], axis=0) - np.median(lab[backdrop], axis=0)
    if np.linalg.norm(apart) > CLEAR:
        return missed
    lab = cv2.GaussianBlur(lab, (3, 3), 0)
    plate = diffuse(cv2.GaussianBlur(lab, (0, 0), 2), backdrop)
    off = colour_distance(lab, plate)
    noise = float(np.percentile(off[backdrop], 90))
    if noise > PLAIN_NOISE:
        return missed
    least = NOISES_OFF * noise + LEAST_OFF
    way = diffuse(lab, sure) - plate
    length = np.maximum(np.linalg.norm(way, axis=2), 1e-3)
    share = ((lab - plate) * way).sum(axis=2) / length**2
    aside = np.linalg.norm(lab - plate - share[..., None] * way, axis=2)
    odd = dilate(cloth, reach_px) & ~body & (off > least)
    like = odd & (share > LIKE_CLOTH) & (aside < OFF_LINE * length)
    like &= length > least
    touching = dilate(cloth, 2)
    found = np.zeros(body.shape, bool)
    for part in components(like, MIN_PX):
        if (part & touching).any():
            found |= part
    found |= dilate(found, 1) & odd
    found = close_gaps(found | body, GAP_PX) & dilate(found, 1) & ~body
    window = missed[box[0].start : box[0].stop, box[1].start : box[1].stop]
    window[:] = resize_mask(found, window.shape)
    return missed & ~person.mask
