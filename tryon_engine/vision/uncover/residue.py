"""Old cloth that a parsing leaves behind along its borders."""

import cv2
import numpy as np

from ..arrays import SIDES, Field, FloatImage, Mask, Side
from ..colour import rgb_to_lab
from ..filters import diffuse
from ..masks import (
    bounding_box,
    close_gaps,
    components,
    dilate,
    drop_small,
    erode,
    open_bridges,
)
from ..person.body import Part, PersonReading

BAND_PX = 8
"""Cuffs and hems shine through the labels by so many pixels."""
SURE_PX = 5
"""So far inside its label a colour is the thing's own."""
MIN_APART = 14.0
"""Lab distance of cloth and skin below which a mixture cannot be told."""
CUFF_GAP = 0.035
"""Half width of a strip between sleeve and hand, in shoulder widths."""
MAX_SHARE = 0.38
"""Share of cloth in a pixel of skin above which it counts as cloth."""
TRUNK_END = 1.3
"""In torso lengths below the shoulders: untucked tops end above."""
ARM_CORE, ARM_EDGE, BEYOND_ARM, FAR_FROM_ARM = 0.7, 0.95, 1.15, 4.0
"""In half widths of the arm, from its axis."""
AROUND_PX = 60
HAND = 0.16
"""Fingers reach so many shoulder widths aside from the middle of a hand."""
MORE_CLOTH = 0.6
MIN_CORNER_PX = 60
SPILL_PX = 12
"""Mattes miss cloth by at most so many pixels."""
MIN_SPILL_PX = 12
MIN_OFF = 4.0
"""Distance in Lab from the expected background."""
FAINT_OFF, GRAINS = 2.5, 1.5
"""The same along an outline, and in multiples of what the background itself differs."""
LINE_PX, MIN_LINE_PX = 2, 24
"""Half the width of an outline, and its least area."""
OFF_LINE = 0.6
"""A mixture lies between both colours: at most so far off their line, in distances of
the two."""


def tinted_skin(person: PersonReading) -> Mask:
    """Return pixels labelled skin, next to the old top, that are mostly its colour.

    They are told by unmixing: each colour between that of the nearest sure skin and
    that of the nearest sure cloth.
    """
    nothing = np.zeros(person.size, bool)
    skin, cloth = person.parsing == Part.SKIN, person.parsing == Part.UPPER
    band = skin & dilate(cloth, BAND_PX) & ~dilate(person.face_mask, 6)
    sure_skin = erode(skin, SURE_PX) & ~dilate(cloth, BAND_PX + 2)
    sure_cloth = erode(cloth, 2)
    if not band.any() or sure_skin.sum() < 100 or sure_cloth.sum() < 100:
        return nothing
    x0, y0, x1, y1 = bounding_box(dilate(band, 40))
    box = np.s_[y0:y1, x0:x1]
    lab = person.lab[box]
    share = _cloth_share(lab, sure_skin[box], sure_cloth[box])
    found = nothing.copy()
    found[box] = band[box] & (share > MAX_SHARE)
    # Not the shade under a collar: only what hangs together with the cloth.
    near_cuff = nothing.copy()
    for side in SIDES:
        arm, extent = person.arms[side], person.sleeve_extent[side]
        near_cuff |= (arm.across < 2.2) & (np.abs(arm.along - extent) < 0.5)
    return dilate(drop_small(found & near_cuff, 4), 1) & band


def lost_corners(person: PersonReading) -> Mask:
    """Return cloth of the old top beside an arm that passed for its skin.

    Skin-coloured tops lose corners to the arms that hang over them. Beyond an arm's
    edge the colours of arm and top next to it decide.
    """
    corners = np.zeros(person.size, bool)
    trunk = (person.down > 0.2) & (person.down < TRUNK_END)
    trunk &= person.parsing == Part.SKIN
    x0, y0, x1, y1 = bounding_box(trunk)
    y0, x0 = max(y0 - AROUND_PX, 0), max(x0 - AROUND_PX, 0)
    box = np.s_[y0 : y1 + AROUND_PX, x0 : x1 + AROUND_PX]
    near_arm = np.minimum(*(_across_arm(person, side, box) for side in SIDES))
    suspect = trunk[box] & (near_arm > ARM_EDGE) & (near_arm < FAR_FROM_ARM)
    beyond = drop_small(suspect & (near_arm > BEYOND_ARM), MIN_CORNER_PX)
    if not beyond.any():
        return corners
    skin, cloth = (person.parsing[box] == part for part in (Part.SKIN, Part.UPPER))
    sure_skin = erode(skin, 2) & (near_arm > 0) & (near_arm < ARM_CORE)
    sure_cloth = erode(cloth, SURE_PX)
    if sure_skin.sum() < 100 or sure_cloth.sum() < 100:
        return corners
    share = _cloth_share(person.lab[box], sure_skin, sure_cloth)
    touching = dilate(cloth, 3)
    for part in components(suspect & (share > MORE_CLOTH), MIN_CORNER_PX):
        if (part & beyond).sum() > MIN_CORNER_PX and (part & touching).any():
            corners[box] |= part
    return corners


def _across_arm(person: PersonReading, side: Side, box: tuple[slice, slice]) -> Field:
    """Distance from the arm's axis in half widths; 0 around the hand, which moves."""
    arm = person.arms[side]
    ends = person.joint(side, "wrist"), person.keypoints.hand(side)
    wrist, hand = ((round(float(x)), round(float(y))) for x, y in ends)
    around_hand = np.zeros(person.size, np.uint8)
    width = max(round(2 * HAND * person.shoulder_width), 1)
    cv2.line(around_hand, wrist, hand, 1, width)
    across = np.where(arm.along[box] > 2, FAR_FROM_ARM - 0.1, arm.across[box])
    across[around_hand[box] > 0] = 0
    return across


def spilled_cloth(person: PersonReading, background: FloatImage, cloth: Mask) -> Mask:
    """Return old cloth just outside the silhouette, which the matte missed.

    It is unlike the background that is to be expected there, and like the cloth or as
    thin as the outline of it.

    Parameters
    ----------
    person : PersonReading
    background : (H, W, 3) float32 in [0, 1], RGB
    cloth : (H, W) bool
        The clothes to be taken away.
    """
    spilled = np.zeros(person.size, bool)
    band = dilate(cloth, SPILL_PX) & ~person.mask
    if not band.any() or not erode(cloth, 2).any():
        return spilled
    x0, y0, x1, y1 = bounding_box(band)
    box = np.s_[y0:y1, x0:x1]
    lab = person.lab[box]
    off = np.linalg.norm(lab - rgb_to_lab(background[box]), axis=2)
    odd = band[box] & (off > MIN_OFF)
    if odd.sum() < MIN_SPILL_PX:
        return spilled
    to_cloth = np.linalg.norm(lab - _around(lab, erode(cloth, 2)[box]), axis=2)
    cloudy = drop_small(odd & (to_cloth < off), MIN_SPILL_PX)
    usual = np.percentile(off[band[box]], 50)
    faint = band[box] & (off > max(FAINT_OFF, GRAINS * usual))
    lines = drop_small(faint & ~open_bridges(faint, LINE_PX), MIN_LINE_PX)
    spilled[box] = cloudy | lines
    return spilled


def cuff_slivers(person: PersonReading) -> Mask:
    """Return what lies between a long sleeve and its hand and passed for trousers.

    Dark cuffs before dark trousers fray into them.
    """
    slivers = np.zeros(person.size, bool)
    for side in SIDES:
        if not person.has_long_sleeve(side):
            continue
        arm, extent = person.arms[side], person.sleeve_extent[side]
        near = (arm.across < 1.5) & (np.abs(arm.along - extent) < 0.4)
        around = near & person.is_part(Part.UPPER, Part.SKIN)
        gap = close_gaps(around, CUFF_GAP * person.shoulder_width)
        slivers |= gap & near & (person.parsing == Part.LOWER)
    return slivers


def _cloth_share(lab: FloatImage, sure_skin: Mask, sure_cloth: Mask) -> np.ndarray:
    """Return how far each colour lies from the skin's towards the cloth's, 0 to 1."""
    skin, cloth = _around(lab, sure_skin), _around(lab, sure_cloth)
    way = cloth - skin
    length2 = np.maximum((way**2).sum(axis=2), 1e-3)
    share = ((lab - skin) * way).sum(axis=2) / length2
    off = np.linalg.norm(lab - skin - share[..., None] * way, axis=2)
    told = (length2 > MIN_APART**2) & (off < OFF_LINE * np.sqrt(length2))
    return np.where(told, share, 0)


def _around(lab: FloatImage, sure: Mask) -> FloatImage:
    """Return the colour of the sure pixels around, everywhere."""
    small = cv2.resize(lab, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    known = cv2.resize(sure.astype(np.uint8), small.shape[1::-1]) > 0
    return cv2.resize(diffuse(small, known), lab.shape[1::-1])
