"""Cues -> parsing: which pixel is hair, skin, upper or lower clothes, shoes.

No network: colours are learnt from places of this very body that are almost surely
skin, chest, thigh or hair; then each pixel weighs its colour against where it lies.
The weights are in nats (natural log likelihood), tuned by eye on photographs.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from .arrays import SIDES, Field, FloatImage, Mask, Matte, RGBImage
from .body import Part
from .colour import ColourHistogram
from .cues import Cues
from .faces import SKIN_PATCHES
from .filters import guided_filter
from .masks import dilate, distance_outside, drop_small
from .waist import level_waist

IMPOSSIBLE = 30.0
MAX_SURPRISE = 11.0
COLOUR_WEIGHT = 0.75
TIGHT_SKIN = 7.0
"""Surprise below which a colour is this person's skin without doubt."""
LOOSE_SKIN = 7.6
UNLIKE_SKIN = 2.5
"""Price of greys, greens and blues as skin; the histogram's bins are too wide to tell
pale skin from grey."""
NOT_SKIN = 9.0
SMOOTHNESS = 9.0
"""How many nats a pixel pays when all its surroundings are labelled otherwise."""
ROUNDS = 5
LABELS = (Part.HAIR, Part.SKIN, Part.UPPER, Part.LOWER, Part.SHOES)


@dataclass(frozen=True, eq=False)
class Colours:
    """Colours of this person, learnt from this picture.

    Attributes
    ----------
    skin, upper, lower, hair, shoes : ColourHistogram
    typical_skin : (3,) float32
        Median Lab of the skin samples.
    has_skin_coloured_top : bool
    is_bald : bool
        Too little hair was seen around the head to learn its colour.
    is_one_piece : bool
        Chest and thighs wear the same colour.
    """

    skin: ColourHistogram
    upper: ColourHistogram
    lower: ColourHistogram
    hair: ColourHistogram
    shoes: ColourHistogram
    typical_skin: np.ndarray
    has_skin_coloured_top: bool
    is_bald: bool
    is_one_piece: bool


def parse_person(cues: Cues, colours: Colours) -> np.ndarray:
    """Return the parsing at the size of the cues, (h, w) uint8 of `Part`.

    Notes
    -----
    1. Costs per label from colour and place (`_costs`).
    2. Mean-field inference of a Potts model whose neighbourhoods follow the edges of
       the picture: each round, a label costs less where the guided filter finds it
       around [1]_.
    3. A clean line between upper and lower clothes (`waist`).

    References
    ----------
    .. [1] Kraehenbuehl, Koltun, "Efficient Inference in Fully Connected CRFs with
       Gaussian Edge Potentials", NIPS 2011, arXiv:1210.5644
    """
    costs = _costs(cues, colours)
    person = cues.matte > 0.5
    box = _bounding_box(person)
    labels = np.zeros(cues.size, np.uint8)
    labels[box] = _mean_field(costs[box], cues.image[box], person[box])
    upper, lower = (costs[..., LABELS.index(part)] for part in (Part.UPPER, Part.LOWER))
    return level_waist(labels, cues, upper - lower)


def sharpen_parsing(labels: np.ndarray, image: RGBImage, matte: Matte) -> np.ndarray:
    """Return the parsing at full size, its borders moved to the edges of the picture.

    Parameters
    ----------
    labels : ndarray of shape (h, w), uint8 of `Part`
        From `parse_person`.
    image : ndarray of shape (H, W, 3), uint8, RGB
    matte : ndarray of shape (H, W), float32
        BACKGROUND is exactly where this is at most one half.
    """
    size = matte.shape
    person = matte > 0.5
    parsing = np.zeros(size, np.uint8)
    box = _bounding_box(person)
    votes = np.stack([labels == part for part in LABELS], axis=-1).astype(np.float32)
    votes = cv2.resize(votes, size[::-1], interpolation=cv2.INTER_LINEAR)[box]
    guide = np.ascontiguousarray(image[box])
    votes = guided_filter(guide, np.ascontiguousarray(votes), radius_px=4, eps=60)
    for index, part in enumerate(LABELS[:-1]):
        here = (votes.argmax(axis=-1) == index) & person[box]
        islands = here & ~drop_small(here, 120 if part == Part.SKIN else 250)
        votes[islands, index] = -1
    sharp = np.array(LABELS, np.uint8)[votes.argmax(axis=-1)]
    parsing[box] = np.where(person[box], sharp, Part.BACKGROUND)
    return parsing


def mend_collar(cues: Cues, colours: Colours, labels: np.ndarray) -> np.ndarray:
    """Return the labels with contrasting collars and neck bands as upper clothes."""
    surprise = colours.skin.surprise(cues.lab)
    near_neck = (np.abs(cues.across) < 0.5) & (cues.below > -0.36) & (cues.down < 0.3)
    collar = (labels == Part.SKIN) & (surprise > NOT_SKIN) & near_neck
    collar &= ~dilate(cues.face_mask, 2) & dilate(labels == Part.UPPER, 11)
    mended = labels.copy()
    mended[drop_small(collar, 15)] = Part.UPPER
    return mended


def learn_colours(cues: Cues) -> Colours:
    """Return the colours of skin, clothes and hair, sampled where they must be."""
    skin_samples = _skin_samples(cues)
    skin = ColourHistogram(skin_samples, 1.2)
    is_skin = skin.surprise(cues.lab) < TIGHT_SKIN
    chest = _chest(cues)
    clothed_chest = chest & ~is_skin
    has_skin_coloured_top = clothed_chest.sum() < 0.35 * chest.sum()
    if not has_skin_coloured_top:
        chest = clothed_chest
    lower = _lower_samples(cues, is_skin)
    chest = _above_waistband(cues, chest, lower)
    upper = cues.lab[chest]
    if len(lower) < 12:
        lower = upper
    hair = cues.lab[_hair_seeds(cues) & ~is_skin]
    shoes = cues.lab[_shoe_zone(cues) & cues.inner & ~is_skin]
    return Colours(
        skin=skin,
        upper=ColourHistogram(upper, 0.8),
        lower=ColourHistogram(lower, 0.8),
        hair=ColourHistogram(hair, 1.0),
        shoes=ColourHistogram(shoes, 1.0),
        typical_skin=np.median(skin_samples, axis=0).astype(np.float32),
        has_skin_coloured_top=bool(has_skin_coloured_top),
        is_bald=len(hair) < 60,
        is_one_piece=_same_colour(upper, lower),
    )


def could_be_skin(lab: np.ndarray) -> Mask:
    """Return which Lab colours any human skin may have; deliberately broad."""
    lightness, a, b = lab[..., 0], lab[..., 1], lab[..., 2]
    hue, chroma = np.degrees(np.arctan2(b, a)), np.hypot(a, b)
    return (
        (hue > 15)
        & (hue < 82)
        & (chroma > 7)
        & (chroma < 48)
        & (lightness > 12)
        & (lightness < 93)
    )


# Places where colours are learnt


def _skin_samples(cues: Cues) -> np.ndarray:
    """Return Lab samples of skin: the face, then hands and neck that agree with it."""
    neck = (np.abs(cues.across) < 0.13) & (cues.below < -0.15) & (cues.below > -0.40)
    body = cues.lab[(cues.hands | neck & cues.inner) & could_be_skin(cues.lab)]
    face = _face_samples(cues)
    if len(face) > 50 and len(body):
        off = np.abs(body - np.median(face, axis=0))
        body = body[(off[:, 1] < 14) & (off[:, 2] < 16)]
    samples = np.concatenate([face, body])
    if len(samples) < 25:
        samples = cues.lab[cues.inner & could_be_skin(cues.lab)]
    if len(samples) < 25:
        # Nothing like skin in sight: an average tone, widely spread.
        spread = np.random.default_rng(0).normal(size=(500, 3)) * [10, 4, 4]
        samples = np.array([65, 16, 18]) + spread
    return samples.astype(np.float32)


def _face_samples(cues: Cues) -> np.ndarray:
    patches = [cues.lab[cues.face_polygon(rows)] for rows in SKIN_PATCHES]
    whole = cues.lab[cues.face_mask & (cues.lab[..., 0] > 15)]
    return np.concatenate([*patches, whole[::3]])


def _chest(cues: Cues) -> Mask:
    half_width = np.interp(cues.down, [0, 0.5, 1], [0.30, 0.30, 0.32])
    core = (np.abs(cues.across) < half_width) & cues.inner
    core &= (cues.down > 0.30) & (cues.down < 0.68)
    free = core.copy()
    for arm in cues.arms.values():
        free &= ~dilate((arm.across < 0.9) & (arm.along > 0.9), 1)
    return free if free.sum() >= 75 else core


def _above_waistband(cues: Cues, chest: Mask, lower: np.ndarray) -> Mask:
    """Return the chest without what a high waist shows of the lower clothes."""
    high = chest & (cues.down < 0.48)
    if high.sum() < 75 or len(lower) < 75:
        return chest
    upper_first = ColourHistogram(cues.lab[high], 0.8).surprise(cues.lab)
    lower_first = ColourHistogram(lower, 0.8).surprise(cues.lab)
    return high | chest & (upper_first < lower_first + 0.5)


def _lower_samples(cues: Cues, is_skin: Mask) -> np.ndarray:
    thighs = cues.limb("hip", "knee", part=(0.12, 0.55), width=0.12) & cues.inner
    thighs &= ~cues.hands
    for arm in cues.arms.values():
        thighs &= ~dilate((arm.across < 1) & (arm.along > 1), 1.5)
    clothed = thighs & ~is_skin
    return cues.lab[clothed if clothed.sum() > 0.25 * thighs.sum() else thighs]


def _hair_seeds(cues: Cues) -> Mask:
    ring = (cues.head_distance > 1.0) & (cues.head_distance < 1.9)
    return ring & cues.above_head_centre & cues.inner & ~dilate(cues.face_mask, 1.5)


def _shoe_zone(cues: Cues) -> Mask:
    return cues.limb("heel", "toe", part=(0, 1), width=0.12)


def _same_colour(upper: np.ndarray, lower: np.ndarray) -> bool:
    if not (len(upper) and len(lower)):
        return False
    apart = np.linalg.norm(np.median(upper, axis=0) - np.median(lower, axis=0))
    return bool(apart < 9)


# What each label costs where


def _costs(cues: Cues, colours: Colours) -> FloatImage:
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
    distance_px = 2 * distance_outside(_shoe_zone(cues))
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


# Inference


def _mean_field(costs: FloatImage, image: RGBImage, person: Mask) -> np.ndarray:
    """Return labels (h, w) of `Part`; see `parse_person`."""
    guide, inside = np.ascontiguousarray(image), person[..., None].astype(np.float32)
    belief = _softmax(-costs) * inside
    for _ in range(ROUNDS):
        around = guided_filter(guide, belief, radius_px=6, eps=40)
        around /= np.maximum(around.sum(axis=-1, keepdims=True), 1e-3)
        belief = _softmax(SMOOTHNESS * around - costs) * inside
    labels = np.array(LABELS, np.uint8)[belief.argmax(axis=-1)]
    return np.where(person, labels, Part.BACKGROUND).astype(np.uint8)


def _softmax(scores: FloatImage) -> FloatImage:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _bounding_box(mask: Mask) -> tuple[slice, slice]:
    """Return the slices that contain `mask`; everything for an empty one."""
    rows, columns = np.where(mask.any(axis=1))[0], np.where(mask.any(axis=0))[0]
    if not rows.size:
        return slice(None), slice(None)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
