"""Hands that the old clothes hide in part."""

import numpy as np

from ..arrays import SIDES, Mask, Matte, Side, grid
from ..masks import components, dilate, soften
from .body import Part, PersonReading

HAND_REACH = 0.6
HAND_HALF_WIDTH = 0.3
"""Where a hand is looked for beyond the wrist, in shoulder widths."""
LEAST_HAND = 0.038
"""Area in squared shoulder widths; hands seen whole have 0.05 to 0.12."""
MIN_CLOTH_BEYOND = 0.3
"""Share of cloth along the far end of a hand that goes into a pocket."""
MARGIN_PX = 3
"""How far around a hand that cloth is looked for."""
MIN_FALL = 0.6
"""Downward share of the forearm; arms akimbo point inwards."""
POCKET_FROM = 1.7
"""Where on the arm, 1 elbow and 2 wrist, a garment lies over a hand in its pocket."""


def hands_in_pockets(person: PersonReading) -> set[Side]:
    """Return the sides on which the hand goes into the clothes, to be seen in part."""
    return {side for side in SIDES if _is_in_pocket(person, side)}


def under_garments(person: PersonReading) -> Matte:
    """Return forearms and hands that go into pockets: what falls over the pocket hides
    them too, (H, W) float32."""
    zone = np.zeros(person.size, bool)
    for side in hands_in_pockets(person):
        arm = person.arms[side]
        zone |= (arm.along > POCKET_FROM) & (arm.across < 2)
    return soften(zone)


def _is_in_pocket(person: PersonReading, side: Side) -> bool:
    unit = person.shoulder_width
    elbow, wrist = person.joint(side, "elbow"), person.joint(side, "wrist")
    way = (wrist - elbow) / max(float(np.linalg.norm(wrist - elbow)), 1.0)
    if way @ -person.up < MIN_FALL or not _is_inside(person, wrist + way * 0.4 * unit):
        return False
    # Nothing farther away than the zone's corners is of any interest.
    reach = np.hypot(HAND_REACH, HAND_HALF_WIDTH) * unit + MARGIN_PX
    left, top = (wrist - reach).clip(0).astype(int)
    right, bottom = (wrist + reach).astype(int) + 1
    near = np.s_[top:bottom, left:right]
    x, y = (places[near] for places in grid(person.size))
    parsing = person.parsing[near]
    forward = ((x - wrist[0]) * way[0] + (y - wrist[1]) * way[1]) / unit
    aside = ((x - wrist[0]) * -way[1] + (y - wrist[1]) * way[0]) / unit
    zone = (forward > 0) & (forward < HAND_REACH) & (np.abs(aside) < HAND_HALF_WIDTH)
    hand = _nearest(zone & (parsing == Part.SKIN), np.hypot(forward, aside))
    if not hand.any() or hand.sum() > LEAST_HAND * unit**2:
        return False
    length = float(np.percentile(forward[hand], 98))
    beyond = dilate(hand, MARGIN_PX) & ~hand & (forward > 0.6 * length)
    cloth = np.isin(parsing[beyond], (Part.LOWER, Part.UPPER))
    return bool(cloth.size and cloth.mean() > MIN_CLOTH_BEYOND)


def _nearest(mask: Mask, distance: np.ndarray) -> Mask:
    """Return the component of `mask` that comes nearest."""
    parts = components(mask, 30)
    return min(parts, key=lambda part: distance[part].min()) if parts else mask & False


def _is_inside(person: PersonReading, spot: np.ndarray) -> bool:
    height, width = person.size
    return bool(0 <= spot[0] < width and 0 <= spot[1] < height)
