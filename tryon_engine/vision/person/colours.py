"""The colours of one person: skin, hair and each piece of clothing.

Learnt from the picture itself, at places of the body where they must be.
"""

from dataclasses import dataclass

import numpy as np

from ..arrays import Mask
from ..colour import ColourHistogram
from ..masks import dilate
from .cues import Cues
from .faces import SKIN_PATCHES

TIGHT_SKIN = 7.0
"""Surprise below which a colour is this person's skin without doubt."""

COMMON_SKIN = 5.5
"""Surprise below which most of a face lies."""
MIN_HAIR_SHARE = 0.4
"""Bald heads have about the colours of the face."""


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
    # Fair and brown hair shares many colours with skin, not the commonest.
    seeds = _hair_seeds(cues)
    unlike_face = skin.surprise(cues.lab) > COMMON_SKIN
    hair = cues.lab[seeds & unlike_face]
    shoes = cues.lab[shoe_zone(cues) & cues.inner & ~is_skin]
    return Colours(
        skin=skin,
        upper=ColourHistogram(upper, 0.8),
        lower=ColourHistogram(lower, 0.8),
        hair=ColourHistogram(hair, 1.0),
        shoes=ColourHistogram(shoes, 1.0),
        typical_skin=np.median(skin_samples, axis=0).astype(np.float32),
        has_skin_coloured_top=bool(has_skin_coloured_top),
        is_bald=len(hair) < max(60, MIN_HAIR_SHARE * seeds.sum()),
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
    if cues.is_head_outside:
        # What stands beside the neck and is no skin.
        beside = (cues.below < -0.34) & (np.abs(cues.across) > 0.12)
        return beside & cues.inner & ~could_be_skin(cues.lab)
    ring = (cues.head_distance > 1.0) & (cues.head_distance < 1.9)
    return ring & cues.above_head_centre & cues.inner & ~dilate(cues.face_mask, 1.5)


def shoe_zone(cues: Cues) -> Mask:
    return cues.limb("heel", "toe", part=(0, 1), width=0.12)


def _same_colour(upper: np.ndarray, lower: np.ndarray) -> bool:
    if not (len(upper) and len(lower)):
        return False
    apart = np.linalg.norm(np.median(upper, axis=0) - np.median(lower, axis=0))
    return bool(apart < 9)
