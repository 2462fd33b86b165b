"""A dress under a new bottom: its bodice is worn on, as a top that is tucked in."""

from dataclasses import replace

import numpy as np

from ..arrays import OUTWARD, SIDES, Mask, Point, Side
from ..person.body import Part, PersonReading

UNDER_BAND = 0.06
"""How far the bodice goes on behind the waistband, in torso lengths."""
BLOUSING = 0.6
"""How fast cloth above a waistband may get wider than it, in pixels per pixel."""
SLEEVE = 1.3
"""In half widths of an arm: so far a sleeve reaches."""


def with_dress_shortened(
    person: PersonReading, band: dict[Side, Point]
) -> PersonReading:
    """Return the reading with a dress labelled as a top above the waistband.

    Where a dress was parted is a guess. Trousers or a skirt worn with it say where: all
    above their waistband stays, drawn in towards it; all else makes way for them.

    Parameters
    ----------
    person : PersonReading
    band : dict of side to (2,) float32
        The upper corners of the waistband on the person.
    """
    cloth = person.is_part(Part.UPPER, Part.LOWER) & ~_sleeves(person)
    left, right = (_place(person, band[side]) for side in SIDES)
    across = person.across * person.shoulder_width
    down = person.down * person.torso_length
    part = np.clip((across - left[0]) / max(right[0] - left[0], 1.0), 0, 1)
    above = left[1] + (right[1] - left[1]) * part - down
    room = BLOUSING * np.maximum(above, 0)
    kept = above > -UNDER_BAND * person.torso_length
    kept &= (across > left[0] - room) & (across < right[0] + room)
    parsing = person.parsing.copy()
    parsing[cloth & kept] = Part.UPPER
    parsing[cloth & ~kept] = Part.LOWER
    return replace(person, parsing=parsing)


def _place(person: PersonReading, point: Point) -> tuple[float, float]:
    """Return how far to the right of the axis and below the shoulders, in pixels."""
    off = point - person.shoulder_centre
    return float(off @ person.right), float(-off @ person.up)


def _sleeves(person: PersonReading) -> Mask:
    sleeves = np.zeros(person.size, bool)
    for side in SIDES:
        arm, out = person.arms[side], person.across * OUTWARD[side]
        if person.sleeve_extent[side] > 0.25:
            on_arm = (arm.across < SLEEVE) & (arm.along < person.sleeve_extent[side])
            sleeves |= on_arm & (out > 0.3)
    return sleeves
