"""Legs under clothes: as wide, and where, as the legs below the hem say."""

import numpy as np

from ..arrays import OUTWARD, SIDES, Field, Mask, Matte, Side, grid
from ..masks import close_gaps, distance_outside
from ..person.anatomy import LEG, leg_field, limb_side
from ..person.body import Part, PersonReading

MIN_SEEN_PX = 150
SEEN_BELOW_HEM = 0.25
"""How much leg below the hem tells its width, as a share of the thigh or calf."""
FEET_SEEN = 2.3, 2.75
"""Below hems along the shin feet are seen, which are wider than legs."""
LEGS_BEGIN = 0.95
"""In `down`."""
HAND_ROOM = 1.7
"""Half widths of an arm that are left to the hand."""
SHADOW_REACH, SHADOW_DEPTH = 0.3, 5.0
"""A hem shades legs so far down, in shoulder widths, by at least this much in L*."""
HEM_MARGIN = 0.06
"""How far above the hem, in torso lengths, nothing but the new cloth may be seen."""


def hidden_leg(person: PersonReading, side: Side) -> tuple[Field, Field]:
    """Return (along, across) of one leg, across from -1 to 1 between its edges.

    Where bare leg is seen below the hem, its edges tell; towards the hip the leg gets
    its expected width.
    """
    along, apart = leg_field(person.keypoints, person.frame, side, *grid(person.size))
    across = apart * limb_side(person.keypoints, side, LEG, along)
    cloth = person.is_part(Part.UPPER, Part.LOWER) & (apart < 0.6)
    if not cloth.any():
        return along, across
    hem = float(np.percentile(along[cloth], 99))
    below = (along > hem + 0.02) & (along < hem + SEEN_BELOW_HEM) & (apart < 1.9)
    seen = across[below & (person.parsing == Part.SKIN)]
    if seen.size < MIN_SEEN_PX:
        return along, across
    # Of evenly spread points 95 % lie within 95 % of the width.
    low, high = np.percentile(seen, [2.5, 97.5])
    half = np.clip((high - low) / 2 / 0.95, 0.5, 1.6)
    share = np.clip(along / max(hem, 0.1), 0, 1) * np.interp(hem, FEET_SEEN, (1, 0))
    middle = (high + low) / 2 * share
    return along, ((across - middle) / (1 + (half - 1) * share)).astype(np.float32)


def peeking_legs(person: PersonReading, legs: Matte, cloth: Matte) -> Mask:
    """Return the legs, bare or made up, above the hem of what is worn over them.

    Legs that are wider than their trousers, or stand elsewhere than guessed, must not
    show beside them.

    Parameters
    ----------
    person : PersonReading
    legs : (H, W) float32
        The legs as if nothing covered them.
    cloth : (H, W) float32
        The new trousers or skirt as drawn.
    """
    seen = _seen_legs(person)
    made = (legs > 0.02) & person.is_part(Part.UPPER, Part.LOWER)
    leg = seen | made
    is_left = _left_of_middle(person)
    above = np.zeros(person.size, bool)
    for side in SIDES:
        here = is_left if OUTWARD[side] < 0 else ~is_left
        drawn = person.down[here & (cloth > 0.5)][::5]
        if drawn.size:
            above |= here & (person.down < np.percentile(drawn, 98) - HEM_MARGIN)
    return leg & above


def hem_shadow(person: PersonReading) -> Mask:
    """Return the seen skin of legs that lies in the shadow of the old hem."""
    leg = _seen_legs(person)
    apart = distance_outside(person.parsing == Part.LOWER)
    near = leg & (apart < SHADOW_REACH * person.shoulder_width)
    lightness, lit = person.lab[..., 0], leg & ~near
    if lit.sum() < MIN_SEEN_PX or not near.any():
        return np.zeros(person.size, bool)
    dark = lightness < np.median(lightness[lit]) - SHADOW_DEPTH
    return close_gaps(near & dark, 3) & leg


def _seen_legs(person: PersonReading) -> Mask:
    hand = np.zeros(person.size, bool)
    for arm in person.arms.values():
        hand |= (arm.across < HAND_ROOM) & (arm.along > 1)
    return (person.parsing == Part.SKIN) & (person.down > LEGS_BEGIN) & ~hand


def _left_of_middle(person: PersonReading) -> Mask:
    """Which pixels lie to the left of the line halfway between both legs."""
    joints = ("hip", "knee", "ankle")
    left, right = (
        np.array([person.joint(side, name) for name in joints]) for side in SIDES
    )
    middle = (left + right) / 2
    x, y = grid(person.size)
    order = np.argsort(middle[:, 1])
    return x < np.interp(y, middle[order, 1], middle[order, 0])
