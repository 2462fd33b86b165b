"""Arms and hands as layers in front of the clothes, at working scale."""

import cv2
import numpy as np
from scipy.ndimage import maximum_filter1d, minimum_filter1d

from ..arrays import (
    OUTWARD,
    SIDES,
    FloatImage,
    Mask,
    Matte,
    Point,
    Side,
    sample_indices,
    to_float,
)
from ..filters import diffuse, guided_filter
from ..fit.pieces import smoothstep
from ..masks import components, dilate, drop_small, erode, fill_holes, soften
from ..person.anatomy import body_coordinates
from ..person.body import Part, PersonReading
from ..uncover.undress import Hidden
from .warp import WarpedPiece

Cuffs = dict[Side, float]
"""Where the new sleeves end on the arms; see `cuff_along`."""
CORE = 0.6
"""Where its sleeve is looked for: so far from the arm's axis, in its half widths."""
ACROSS_BINS = np.linspace(-1.2, 1.2, 13)
MIN_CLAD_PX = 8
"""Places across the arm at which both ends of its sleeve are looked for."""
CLAD_MARGIN = 0.03
"""How far along the arm above a cuff it may be seen all the same."""
ON_SHOULDER = 0.04
"""A sleeve that begins above this, along the arm, begins on the shoulder."""
PEEKS = 1.6
"""How far from its axis, in its half widths, an arm may peek out beside a sleeve."""
BEHIND_BINS = np.linspace(0.55, 2.0, 16)
BEHIND, BEHIND_CORE = 0.25, 0.8
"""Places along the arm, and the share of old top over its core, so many half widths
wide, from which it lies behind the trunk there."""
EMERGING, EMERGES_WITHIN = (0.4, 1.5), 0.5
"""Half widths of the arm that are in front of the torso's cloth where it comes out from
a sleeve or armhole, and how far along the arm the whole of it is."""
CLEAR_OF_SLEEVE, EMERGES = 0.1, 0.15
"""How far along the arm from the old sleeve's end the top over it is the trunk's, and
how long it takes to come out from behind."""
SHOULDER_FROM = 0.3
"""How far off the axis cloth lies on the shoulder, in shoulder widths."""
ON_TRUNK, NECKLINE_END = 0.45, 0.28
"""Hands are before the trunk up to so far from its axis, and only below necklines is
skin around them surely theirs; as across and down of the body."""
HAND_HALF_WIDTH = 0.16
"""In shoulder widths, with the thumb."""
HAND_FROM = 2.02
"""Along the arm, where 2 is the wrist: from here on the hand is in front of cuffs."""


def cuff_along(person: PersonReading, sleeve: WarpedPiece | None, side: Side) -> float:
    """Where the new sleeve, as drawn, ends on the arm; 0 without one.

    1 is the elbow, 2 the wrist, as in `body`. Where the hand lies in front of a longer
    sleeve, the sleeve ends for the eye, and so does what of the arm it can hide.
    """
    if sleeve is None:
        return 0.0
    arm = person.arms[side]
    drawn = cv2.resize(sleeve.matte, person.size[::-1]) > 0.5
    reached = arm.along[drawn & (arm.across < CORE)]
    return min(float(np.percentile(reached, 98)), HAND_FROM) if len(reached) else 0.0


def clad_part(person: PersonReading, sleeve: WarpedPiece, side: Side) -> Mask:
    """The part of the arm that is in the new sleeve, as drawn, and what is beside it.

    At each place across the arm the sleeve has ends of its own: cuffs slant, and one
    side of the arm may be bare above `cuff_along`. What is bare is no arm that peeks
    out beside a sleeve; nor is a shoulder above one that begins on the arm. Beyond the
    sleeve's edges its ends go on level, as far as arms peek out.
    """
    arm = person.arms[side]
    drawn = cv2.resize(sleeve.matte, person.size[::-1]) > 0.5
    near = (arm.across < PEEKS) & (arm.along < HAND_FROM)
    at = np.digitize(_signed_across(person, side, near), ACROSS_BINS)
    along, clad = arm.along[near], drawn[near]
    begins, ends = np.full((2, len(ACROSS_BINS) + 1), np.nan)
    for place in range(len(ends)):
        reached = along[(at == place) & clad]
        if len(reached) >= MIN_CLAD_PX:
            begins[place], ends[place] = np.percentile(reached, (2, 98))
    part = np.zeros(person.size, bool)
    known = np.flatnonzero(np.isfinite(ends))
    if not len(known):
        return part
    places = np.arange(len(ends))
    begins, ends = (np.interp(places, known, at[known]) for at in (begins, ends))
    if begins.min() < ON_SHOULDER:
        begins[:] = 0
    # Rather too little of an arm is hidden than too much.
    begins = maximum_filter1d(begins, 3, mode="nearest")
    ends = minimum_filter1d(ends, 3, mode="nearest") - CLAD_MARGIN
    part[near] = (along >= begins[at]) & (along < ends[at])
    return part


def _signed_across(person: PersonReading, side: Side, where: Mask) -> np.ndarray:
    """Distance of pixels from the arm's axis in half widths, negative on one side."""
    arm, (rows, columns) = person.arms[side], np.nonzero(where)
    shoulder, elbow, wrist = (
        person.joint(side, name) for name in ("shoulder", "elbow", "wrist")
    )
    upper, lower = (
        (columns - elbow[0]) * (end - start)[1] - (rows - elbow[1]) * (end - start)[0]
        for start, end in ((shoulder, elbow), (elbow, wrist))
    )
    turn = np.where(arm.along[where] < 1, upper, lower)
    return np.where(turn < 0, -arm.across[where], arm.across[where])


def seen_arms(person: PersonReading, erased: Mask, cuffs: Cuffs, fine: bool) -> Matte:
    """Arms and hands that are seen in the photo, in front of the clothes.

    Parameters
    ----------
    person : PersonReading
    erased : (H, W) bool
        The old clothes that were taken away.
    cuffs : dict of side to float
    fine : bool
        With matted edges.
    """
    skin = person.parsing == Part.SKIN
    near = np.minimum(*(person.arms[side].across for side in SIDES))
    seen = np.zeros(person.size, bool)
    for side in SIDES:
        arm = person.arms[side]
        # What a sleeve covers is not in front of cloth.
        begins = max(0.38, cuffs[side] - 0.06)
        is_arm = (arm.across < 1.35) & (arm.along > begins) & (person.down > 0.02)
        is_hand = (arm.across < 1.5) & (arm.along > 1.9)
        is_arm &= arm.across < _emerging(arm.along, begins)
        seen |= skin & (is_arm | is_hand)
    seen &= ~((np.abs(person.across) < 0.40) & (near > 1.05))
    for side in SIDES:
        seen |= skin & _hand_on_trunk(person, side)
    seen &= ~erased
    seen = drop_small(seen, 60)
    front = 1 - behind_trunk(person)
    if not fine:
        return soften(seen, 0.9) * front
    matte = guided_filter(person.image, seen.astype(np.float32), 3, 60)
    return np.clip((matte - 0.2) / 0.6, 0, 1) * soften(dilate(seen, 2)) * front


def _emerging(along: np.ndarray, begins: float) -> np.ndarray:
    """How wide an arm comes out before the torso, in its half widths.

    It does little by little, as the cloth over it gives way: no step across it.
    """
    first, last = EMERGING
    out = smoothstep(along, begins, begins + EMERGES_WITHIN)
    width: np.ndarray = first + (last - first) * out
    return width


def _hand_on_trunk(person: PersonReading, side: Side) -> Mask:
    """Around a hand before chest or belly: its fingers may point anywhere."""
    zone = np.zeros(person.size, np.uint8)
    wrist, hand = person.joint(side, "wrist"), person.keypoints.hand(side)
    tips = hand + 0.9 * (hand - wrist)
    across, down = body_coordinates(person.frame, *hand)
    if abs(across) < ON_TRUNK and NECKLINE_END < down < 1:
        ends = [tuple(round(float(part)) for part in end) for end in (wrist, tips)]
        width = max(round(2 * HAND_HALF_WIDTH * person.shoulder_width), 1)
        cv2.line(zone, ends[0], ends[1], 1, width)
    return (zone > 0) & (person.down > NECKLINE_END)


def behind_trunk(person: PersonReading) -> Matte:
    """Return the far arm of a turned body, down to where the old top last covers it.

    What is to be seen of it ends at the old top's edge, which is none of the new one's.
    """
    behind = np.zeros(person.size, np.float32)
    for side in SIDES:
        arm = person.arms[side]
        core = arm.across < BEHIND_CORE
        tops, skin = (
            np.histogram(arm.along[core & (person.parsing == part)], BEHIND_BINS)[0]
            for part in (Part.UPPER, Part.SKIN)
        )
        covered = tops > BEHIND * np.maximum(tops + skin, 1)
        bare = BEHIND_BINS[:-1] > person.sleeve_extent[side] + CLEAR_OF_SLEEVE
        # From above on: cloth beside a wrist that lies on the trunk hides no arm.
        hidden = np.logical_and.accumulate(covered[bare])
        if hidden.any():
            last = BEHIND_BINS[1:][bare][hidden][-1]
            found = 1 - smoothstep(arm.along, last, last + EMERGES)
            behind = np.where(arm.across < PEEKS, np.maximum(behind, found), behind)
    return behind.astype(np.float32)


def made_arms(
    person: PersonReading, hidden: Hidden, cuffs: Cuffs, armpits: dict[Side, Point]
) -> Matte:
    """Arms that had to be made up, where they hang in front of the torso.

    From the cuff on, or from the armpit of a garment without sleeves: above it the
    garment's armhole lies on the arm.
    """
    front = np.zeros(person.size, np.float32)
    aside = np.abs(person.across) - 0.9 * person.half_width / person.shoulder_width
    outside = np.clip(aside / 0.03, 0, 1)
    for side in SIDES:
        along = person.arms[side].along
        pit = along[sample_indices(armpits[side], person.size)]
        free_from = np.clip(max(cuffs[side] - 0.05, float(pit)), 0.4, 0.9)
        width = _emerging(along, free_from) - person.arms[side].across
        lower = np.clip((along - free_from) / 0.06, 0, 1) * np.clip(width / 0.1, 0, 1)
        lower = np.maximum(outside, lower)
        begins = max(0.38, cuffs[side] - 0.12)
        matte = hidden.arms[side] * np.clip((along - begins) / 0.12, 0, 1)
        front = np.maximum(front, matte * lower)
    return front * (1 - behind_trunk(person))


def clean_skin(person: PersonReading, near: Mask) -> tuple[FloatImage, Matte] | None:
    """Skin without what lay behind it along its edges, as (colour, matte).

    Old cloth and backdrop mix into the edge, and would shine up on other cloth.
    None if no edge of skin is in `near`.
    """
    inner = erode(person.parsing == Part.SKIN, 2)
    edge = dilate(person.parsing == Part.SKIN, 3) & ~inner & near
    if inner.sum() < 100 or not edge.any():
        return None
    return diffuse(to_float(person.image), inner), soften(edge, 0.7)


def hand_before_cuff(person: PersonReading, side: Side) -> Matte:
    """The hand, in front of the sleeve."""
    arm = person.arms[side]
    hand = (person.parsing == Part.SKIN) & (arm.along > HAND_FROM)
    return soften(hand & (arm.across < 1.6), 0.8)


def beside_sleeve(
    person: PersonReading,
    clad: Mask,
    side: Side,
    made: Matte | None = None,
    covered: Mask | None = None,
) -> Matte:
    """An arm that may be wider than its sleeve, where that lies; see `clad_part`.

    What lies between the cloth and the neck, above a wide neckline, does not peek out.

    Parameters
    ----------
    person : PersonReading
    clad : (H, W) bool
    side : {"left", "right"}
    made : (H, W) float32, optional
        The arm that had to be made up, if the old sleeve hid it.
    covered : (H, W) bool, optional
        The new clothes.
    """
    arm = person.arms[side]
    inside = clad & (arm.across < PEEKS)
    skin = person.parsing == Part.SKIN
    if made is not None:
        skin |= made > 0.02
    peeks = inside & skin & (person.down > -0.1) & ~person.face_mask
    aside = np.abs(person.across[peeks]) * person.shoulder_width
    half = person.outline.half(side, np.maximum(person.down[peeks], 0.2))
    peeks[peeks] = aside > 0.8 * half
    if covered is None:
        return soften(dilate(peeks, 3), 1.0)
    bared = _above_neckline(person, side, covered)
    return soften(dilate(peeks & ~bared, 3) & ~bared, 1.0)


def _above_neckline(person: PersonReading, side: Side, covered: Mask) -> Mask:
    """What on one side has cloth farther out in its row, or below it all."""
    beyond = person.across * OUTWARD[side] > SHOULDER_FROM
    cloth = covered & beyond
    columns = slice(None) if side == "right" else slice(None, None, -1)
    # From the outside inwards: once there was cloth, all that follows lies inside.
    inwards = cloth[:, columns][:, ::-1]
    inside = np.maximum.accumulate(inwards, axis=1)[:, ::-1][:, columns]
    first = int(cloth.any(axis=1).argmax()) if cloth.any() else 0
    inside[:first] = True
    bared: Mask = inside & ~covered & (person.across * OUTWARD[side] > 0)
    return bared


def lost_shoulders(person: PersonReading, made: Mask, covered: Mask) -> Matte:
    """Made skin at the shoulders that the new top cuts off from neck and arms.

    What shows through a hole in the top, such as a loop of its straps, is not lost.

    Parameters
    ----------
    person : PersonReading
    made : (H, W) bool
        Bare body where the old clothes were.
    covered : (H, W) bool
        The new clothes.
    """
    skin = (made | (person.parsing == Part.SKIN)) & ~covered
    neck = (np.abs(person.across) < 0.15) | person.face_mask
    lost = np.zeros(person.size, bool)
    skin &= ~(fill_holes(covered) & ~covered)
    for part in components(skin, 8):
        on_arm = any((part & (arm.along > 0.5)).any() for arm in person.arms.values())
        if not on_arm and not (part & neck).any():
            lost |= part & made & (person.down < 0.3)
    return soften(dilate(lost, 2), 1.0)
