"""What each label of the parsing costs at each pixel, by colour and by place.

In nats (natural log likelihood); tuned by eye on photographs.
"""

import numpy as np

from ..arrays import SIDES, Field, FloatImage, Mask
from ..filters import guided_filter
from ..masks import dilate, distance_outside
from .body import Part
from .colours import TIGHT_SKIN, Colours, could_be_skin, shoe_zone
from .cues import Cues

LABELS = (Part.HAIR, Part.SKIN, Part.UPPER, Part.LOWER, Part.SHOES)
IMPOSSIBLE = 30.0
MAX_SURPRISE = 11.0
COLOUR_WEIGHT = 0.75
LOOSE_SKIN = 7.6
AROUND_FACE = 2.5
UNLIKE_SKIN = 2.5
"""Price of greys, greens and blues as skin; the histogram's bins are too wide to tell
pale skin from grey."""


def label_costs(cues: Cues, colours: Colours) -> FloatImage:
    """Return (h, w, 5) costs in nats, in the order of `LABELS`."""
    colour_cost = [
        COLOUR_WEIGHT * np.minimum(model.surprise(cues.lab), MAX_SURPRISE)
        for model in (
            colours.hair,
            colours.skin,
            colours.upper,
            colours.lower,
            colours.shoes,
        )
    ]
    hair = colour_cost[0] + _hair_place(cues, colours.is_bald)
    skin = colour_cost[1] + _skin_place(cues, colours.has_skin_coloured_top)
    skin += 0 if colours.is_bald else _around_face(cues)
    skinlike, surprise = could_be_skin(cues.lab), colours.skin.surprise(cues.lab)
    skin += np.where(skinlike, 0, UNLIKE_SKIN)
    upper = _upper_cost(cues, colour_cost[2])
    # The warm shades of a white top are like skin; below the throat they are skin.
    upper += np.where(skinlike & (surprise < TIGHT_SKIN), _neckline(cues), 0)
    lower = _lower_cost(cues, colour_cost[3])
    shoes, near_shoe = _shoe_cost(cues, colour_cost[4])
    skin = np.minimum(skin, 13)
    skin = np.where(cues.face_mask & (cues.head_distance < 1.2), -3, skin)
    lower = lower + np.where(near_shoe, 3, 0)
    upper, lower = _weigh_sleeves(cues, colours, upper, lower)
    costs = np.stack([hair, skin, upper, lower, shoes], axis=-1)
    costs = np.minimum(costs, IMPOSSIBLE).astype(np.float32)
    return guided_filter(cues.image, costs, radius_px=3, eps=30)


def _hair_place(cues: Cues, is_bald: bool) -> Field:
    """Close to the head; may fall to the chest, but not down the front of the neck."""
    far = np.maximum(cues.head_distance - 2.0, 0) * 1.2
    falling = np.where(cues.below > 0, cues.below * 5, 0)
    if cues.is_head_outside:
        # Of a head that is cut off hardly any hair is seen; straps can be as dark.
        falling += np.clip(cues.below + 0.12, 0, 0.12) * 60
    throat = np.abs(cues.across) < 0.19
    in_front = np.where(throat, np.clip(cues.below + 0.34, 0, 1) * 26, 0)
    too_low = np.where(cues.below > 1.1, IMPOSSIBLE, 0)
    return far + falling + in_front + too_low + (6 if is_bald else 0)


def _skin_place(cues: Cues, has_skin_coloured_top: bool) -> Field:
    """Unlikely on the trunk and far outside of it; likely at hands and neck."""
    width = np.abs(cues.across)
    trunk = (width < 0.42) & (cues.down > 0.12) & (cues.down < 1)
    trunk &= cues.arm_across > 1.1
    beside = (cues.arm_across > 1.5) & (width > 0.5)
    beside &= (cues.down > -0.1) & (cues.down < 0.9)
    neck = (width < 0.2) & (cues.below < -0.12) & (cues.below > -0.5)
    neck &= cues.head_distance > 0.9
    cost = np.where(trunk, 3.0 if has_skin_coloured_top else 1.2, 0)
    cost = cost + np.where(beside, 1.5, 0)
    return cost - np.where(cues.hands, 2.0, 0) - np.where(neck, 1.5, 0)


def _around_face(cues: Cues) -> Field:
    """Return what speaks against skin around a face: only ears, else hair."""
    if not cues.face_mask.any():
        return np.zeros(cues.size, np.float32)
    outside = ~dilate(cues.face_mask, 2) & (cues.head_distance < 2.0)
    chin = cues.below[cues.face_mask].max()
    beside = outside & (cues.below < chin - 0.08)
    falling = outside & ~beside & (np.abs(cues.across) > 0.22) & (cues.below < -0.2)
    return np.where(beside, AROUND_FACE, np.where(falling, AROUND_FACE / 2, 0))


def _upper_cost(cues: Cues, colour_cost: Field) -> Field:
    """From the base of the neck to a little below the hips, and along the arms."""
    width = np.abs(cues.across)
    cost = colour_cost + np.maximum(-0.30 - cues.below, 0) * 60
    cost += np.maximum(cues.down - 1.0, 0) * 8 + np.maximum(cues.down - 0.6, 0) * 1.5
    cost += np.where((width > 0.62) & (cues.arm_across > 2), 2.5, 0)
    cost += np.where(cues.hands, 2, 0)
    # What is on an arm or the chest and no skin is upper clothes, whatever its colour:
    # contrasting sleeves, prints, open jackets.
    sleeve = (cues.arm_across < 1.3) & (cues.arm_along < 1.95) & (cues.down < 0.85)
    front = (width < 0.5) & (cues.down > 0.02) & (cues.down < 0.75)
    return np.where(sleeve | front, np.minimum(cost, 6.6), cost)


def _neckline(cues: Cues) -> Field:
    """Return what speaks against clothes below the throat, fading towards the chest."""
    throat = np.abs(cues.across) < 0.18
    return np.where(throat, np.clip(0.35 - cues.below, 0, 0.3) * 10, 0)


def _lower_cost(cues: Cues, colour_cost: Field) -> Field:
    cost = colour_cost + np.maximum(0.8 - cues.down, 0) * 9
    cost = np.where(cues.down < 0.45, cost + IMPOSSIBLE, cost)
    leg = (cues.down > 1.05) & (cues.arm_across > 1.3)
    return np.where(leg, np.minimum(cost, 6.0), cost)


def _shoe_cost(cues: Cues, colour_cost: Field) -> tuple[Field, Mask]:
    """Return the cost of shoes, and where a foot must be."""
    height = cues.size[0] * 2
    ankles = [cues.keypoints.joint(side, "ankle")[1] for side in SIDES]
    if min(ankles) >= 0.98 * height:
        never = np.full(cues.size, IMPOSSIBLE, np.float32)
        return never, np.zeros(cues.size, bool)
    distance_px = 2 * distance_outside(shoe_zone(cues))
    distance = distance_px / cues.frame.shoulder_width
    far = np.minimum(distance * 30, IMPOSSIBLE)
    return np.minimum(colour_cost, 5.5) + far, distance < 0.03


def _weigh_sleeves(
    cues: Cues, colours: Colours, upper: Field, lower: Field
) -> tuple[Field, Field]:
    """Return the costs after deciding, arm by arm, whether it wears a long sleeve.

    Trousers' colour on an arm away from the trunk is a dark sleeve; on a bare forearm
    there is no upper cloth.
    """
    surprise = colours.skin.surprise(cues.lab)
    for arm in cues.arms.values():
        forearm = (arm.across < 0.5) & (arm.along > 0.75) & (arm.along < 1.45)
        forearm &= cues.inner
        bare = np.mean(surprise[forearm] < LOOSE_SKIN) if forearm.sum() > 8 else 1.0
        if bare < 0.35:
            sleeve = (arm.across < 1.2) & (np.abs(cues.across) > 0.42)
            sleeve &= (cues.arm_along < 2.05) & (cues.down < 1.2)
            lower = lower + np.where(sleeve, 4.0, 0)
        else:
            skin = (arm.across < 1.3) & (cues.arm_along > 1) & (cues.down > 0.55)
            upper = upper + np.where(skin, 3.0, 0)
    return upper, lower
