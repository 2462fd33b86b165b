"""Legs under clothes: as wide, and where, as the legs below the hem say."""

import numpy as np
from scipy.ndimage import median_filter

from ..arrays import OUTWARD, SIDES, Field, Mask, Matte, Side, grid
from ..masks import close_gaps, distance_outside
from ..person.anatomy import LEG, leg_field, limb_side
from ..person.body import Part, PersonReading

MIN_SEEN_PX, MIN_ANKLE_PX = 150, 40
SEEN_BELOW_HEM = 0.25
"""How much leg below the hem tells its width, as a share of the thigh or calf."""
FEET_SEEN, ANKLE_SEEN, WIDEST_ANKLE = (2.3, 2.75), 0.1, 1.45
"""Below hems along the shin feet are seen, which are wider than legs: only a little of
the ankle tells then, and nothing that is wider than ankles are."""
LEGS_BEGIN = 0.95
"""In `down`."""
HAND_ROOM = 1.7
"""Half widths of an arm that are left to the hand."""
SHADOW_REACH, SHADOW_DEPTH = 0.3, 5.0
"""A hem shades legs so far down, in shoulder widths, by at least this much in L*."""
HEM_BINS = 48
ABOVE_FEET = 0.5
"""Hems so far above the ankles, in shoulder widths, show legs, not feet."""
HEM_SIDE, COMES_OUT = 0.5, 0.35
"""How far a hem rises outwards at most, in shoulder widths; how fast, in pixels per
pixel down, a leg beside it gets as wide as it is."""
BAND_PX, BAND_TILT = 5, 0.15
"""Legs are not looked for within so many pixels below a waistband either; how much
lower than its highest point, in torso lengths, it may be."""
HEM_MARGIN = 0.06
"""How far above the hem, in torso lengths, nothing but the new cloth may be seen."""


def hidden_leg(person: PersonReading, side: Side) -> tuple[Field, Field]:
    """Return (along, across) of one leg, across from -1 to 1 between its edges.

    Where bare leg is seen below the hem, its edges tell; towards the hip the leg gets
    its expected width.
    """
    along, apart = leg_field(person.keypoints, person.frame, side, *grid(person.size))
    across = apart * limb_side(person.keypoints, side, LEG, along)
    hem = _hem_along(person, along, apart < 0.6)
    if hem is None:
        return along, across
    reach, fewest = (
        float(np.interp(hem, FEET_SEEN, span))
        for span in ((SEEN_BELOW_HEM, ANKLE_SEEN), (MIN_SEEN_PX, MIN_ANKLE_PX))
    )
    below = (along > hem + 0.02) & (along < hem + 0.02 + reach) & (apart < 1.9)
    seen = across[below & (person.parsing == Part.SKIN)]
    if seen.size < fewest:
        return along, across
    # Of evenly spread points 95 % lie within 95 % of the width.
    low, high = np.percentile(seen, [2.5, 97.5])
    half = (high - low) / 2 / 0.95
    if hem > FEET_SEEN[0] and half > WIDEST_ANKLE:
        return along, across
    half = np.clip(half, 0.5, 1.6)
    share = np.clip(along / max(hem, 0.1), 0, 1)
    middle = (high + low) / 2 * share
    return along, ((across - middle) / (1 + (half - 1) * share)).astype(np.float32)


def _hem_along(person: PersonReading, along: Field, inside: Mask) -> float | None:
    """Return where on the leg the old clothes end; socks further down are none of them.

    None where the leg is bare.
    """
    cloth = person.is_part(Part.UPPER, Part.LOWER) & inside
    if not cloth.any():
        return None
    edges = np.linspace(0, 3, HEM_BINS + 1)
    clad, whole = (np.histogram(along[part], edges)[0] for part in (cloth, inside))
    is_clad = clad > 0.5 * np.maximum(whole, 1)
    first = int(is_clad.argmax())
    ended = np.flatnonzero(~is_clad[first:])
    end = edges[first + ended[0]] if ended.size and is_clad.any() else 3.0
    near = cloth & (along < end + 1.5 * edges[1])
    return float(np.percentile(along[near], 99)) if near.any() else None


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
        drawn = here & (cloth > 0.5)
        levels = person.down[drawn][::5]
        if not levels.size:
            continue
        hem = float(np.percentile(levels, 98))
        above |= here & (person.down < hem - HEM_MARGIN)
        ankle = -(person.joint(side, "ankle") - person.shoulder_centre) @ person.up
        if hem * person.torso_length < ankle - ABOVE_FEET * person.shoulder_width:
            side_px = HEM_SIDE * person.shoulder_width
            beside = here & _beside_hem(drawn, OUTWARD[side], side_px)
            above |= beside & made & ~seen
    return leg & above & ~_over_band(person, cloth > 0.5)


def _over_band(person: PersonReading, drawn: Mask) -> Mask:
    """Return what lies above a waistband: it is the top's affair, or the midriff's."""
    columns = np.flatnonzero(drawn.any(axis=0))
    if not columns.size:
        return np.zeros(drawn.shape, bool)
    begins = drawn[:, columns].argmax(axis=0)
    # Farther out it is not the band that begins, but a leg.
    is_band = begins < begins.min() + BAND_TILT * person.torso_length
    ends = np.zeros(drawn.shape[1], int)
    ends[columns[is_band]] = begins[is_band] + BAND_PX
    return np.arange(len(drawn))[:, None] < ends


def _beside_hem(drawn: Mask, outward: int, side_px: float) -> Mask:
    """Return what lies beyond the outer end of a hem, where no leg shows that begins
    as wide as it is: it comes out from under the cloth slowly.

    From the middle outwards a hem rises slowly, the cloth's side by `side_px` at once.
    """
    columns = np.flatnonzero(drawn.any(axis=0))
    ends = len(drawn) - 1 - drawn[::-1, columns].argmax(axis=0)
    ends = median_filter(ends.astype(np.float32), 9, mode="nearest")
    if outward < 0:
        columns, ends = columns[::-1], ends[::-1]
    first = len(ends) // 2
    sides = np.flatnonzero(ends[first:] < ends[first:].max() - side_px)
    last = first + int(sides[0]) - 1 if sides.size else len(ends) - 1
    last = max(last, first)
    off = (np.arange(drawn.shape[1]) - columns[last]) * outward
    rows = np.arange(len(drawn))[:, None]
    return (off > 0) & (rows < ends[last] + off / COMES_OUT)


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
