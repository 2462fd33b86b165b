"""Bare skin where the old clothes hid it: its colour, its light, its texture."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from . import anatomy
from .arrays import SIDES, Field, FloatImage, Mask, Side
from .body import Part, PersonReading
from .colour import lab_to_rgb
from .faces import CHEEKS
from .filters import diffuse, masked_blur
from .legs import hidden_leg
from .masks import dilate, distance_outside, erode, polygon, soften
from .texture import similar_noise

MIN_SKIN_PX = 100
EDGE_SHADE = 0.28
"""Share of lightness lost from the middle of a limb to its edge."""
ROUNDNESS = 2.0
"""Exponent of that fall: 2 for a disk, more for a tube lit from all around."""
PROFILE_BINS = 9
MIN_PROFILE_PX = 2500
MEASURED_TRUST = 0.8
SKIN_CONTRAST = 0.7
"""Light on skin varies less than on cloth with its folds."""
SEAM_REACH = 0.45
"""How far seen skin sets the tone of made skin, in shoulder widths."""
CLOTH_LIGHT_SCALE = 0.045
"""Detail of the old clothes' light that skin takes over, in shoulder widths: the turn
of an arm is wider than this, a crease of cloth is finer."""


def bare_skin(person: PersonReading, rng: np.random.Generator) -> FloatImage:
    """Return plausible bare skin for every pixel of the picture.

    Only its part inside the body makes sense: see `uncover`.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1], RGB

    Notes
    -----
    1. Colour is continued from skin that is seen, and drawn towards the person's skin
       tone with the distance to it.
    2. Limbs are shaded across as this person's bare limbs are, or as tubes.
    3. Plain old clothes tell how the light fell on the body under them.
    4. Near skin that is seen, colour and light pass over into it without a seam.
    5. The unevenness of the seen skin, measured octave by octave, is added again;
       without it new skin looks airbrushed.
    """
    lab = _continued_skin(person)
    lab[..., 0] *= _limb_light(person) * _light_on_clothes(person)
    lab = _joined_to_seen(person, lab)
    lab[..., 0] += similar_noise(person.lab[..., 0], _lit_skin(person, 4), rng)
    return lab_to_rgb(lab)


def _continued_skin(person: PersonReading) -> FloatImage:
    """Return Lab of skin everywhere, without limb shading."""
    known = _lit_skin(person, 3)
    tone = person.skin_tone.astype(np.float32)
    if known.sum() < MIN_SKIN_PX:
        return np.tile(tone, (*person.size, 1))
    skin = diffuse(person.lab, known)
    soft = np.stack([soften(skin[..., channel], 4) for channel in range(3)], axis=-1)
    far = np.clip(distance_outside(known) / (0.6 * person.shoulder_width), 0, 1)
    trust_tone = 0.35 * far[..., None]
    return soft + (tone - soft) * trust_tone


def _lit_skin(person: PersonReading, margin_px: float) -> Mask:
    """Return skin fit to learn from: not the face but its cheeks, no deep shade."""
    skin = erode(person.parsing == Part.SKIN, margin_px)
    if person.face_mesh is not None:
        cheeks = np.zeros(person.size, bool)
        for rows in CHEEKS:
            cheeks |= polygon(person.size, person.face_mesh[rows])
        skin &= ~dilate(person.face_mask, 2) | cheeks
    if skin.sum() <= 300:
        return skin
    lightness = person.lab[..., 0]
    low, high = np.percentile(lightness[skin], [2, 97])
    off = np.abs(person.lab[..., 1:] - person.skin_tone[1:])
    skin &= (lightness >= low) & (lightness <= high)
    return skin & (off[..., 0] < 12) & (off[..., 1] < 14)


def _joined_to_seen(person: PersonReading, lab: FloatImage) -> FloatImage:
    """Return made skin, corrected by what it lacks of the seen skin nearby.

    A membrane: the difference at the seam is continued smoothly, and fades out with
    the distance from it.
    """
    seen = erode(person.parsing == Part.SKIN, 3) & ~dilate(person.face_mask, 3)
    if seen.sum() < MIN_SKIN_PX:
        return lab
    lacking = person.lab - lab
    lacking = np.stack(
        [masked_blur(lacking[..., channel], seen, 3) for channel in range(3)], axis=-1
    )
    lacking = np.clip(diffuse(lacking, seen), -14, 14)
    reach = SEAM_REACH * person.shoulder_width
    near = np.exp(-((distance_outside(seen) / reach) ** 2))
    return lab + lacking * near[..., None].astype(np.float32)


# Light across limbs


def _limb_light(person: PersonReading) -> Field:
    """Return a factor for lightness: how limbs turn away from the light."""
    limbs = [hidden_leg(person, side) for side in SIDES]
    limbs += [_arm(person, side) for side in SIDES]
    places = np.linspace(-1, 1, PROFILE_BINS)
    light = np.ones(person.size, np.float32)
    for along, across in limbs:
        profile = _light_profile(person, along, across)
        turned = np.interp(across, places, profile).astype(np.float32)
        # Where a limb grows out of the trunk there is no edge to turn away.
        depth = np.clip((along - 0.2) / 0.6, 0, 1)
        light = np.where(np.abs(across) < 1.15, 1 + (turned - 1) * depth, light)
    return light


def _arm(person: PersonReading, side: Side) -> tuple[Field, Field]:
    arm = person.arms[side]
    sign = anatomy.limb_side(person.keypoints, side, anatomy.ARM, arm.along)
    return arm.along, arm.across * sign


def _light_profile(person: PersonReading, along: Field, across: Field) -> np.ndarray:
    """Return the lightness across a limb, (PROFILE_BINS,), about 1 in the middle.

    Measured where the limb is bare, and blended with that of an evenly lit tube.
    """
    places = np.linspace(-1, 1, PROFILE_BINS)
    tube = 1 - EDGE_SHADE * np.abs(places) ** ROUNDNESS
    here = erode(person.parsing == Part.SKIN, 2)
    here &= (np.abs(across) < 1) & (along > 0.3) & (along < 1.9)
    if here.sum() < MIN_PROFILE_PX:
        return tube
    lightness = person.lab[..., 0][here]
    bins = np.rint((across[here] + 1) / 2 * (PROFILE_BINS - 1)).astype(int)
    is_filled = np.bincount(bins, minlength=PROFILE_BINS) > 20
    seen = [np.median(lightness[bins == i]) for i in np.flatnonzero(is_filled)]
    measured = np.interp(places, places[is_filled], seen) / np.median(lightness)
    measured = np.clip(gaussian_filter1d(measured, 0.7, mode="nearest"), 0.6, 1.2)
    return MEASURED_TRUST * measured + (1 - MEASURED_TRUST) * tube


# Light on clothes


def _light_on_clothes(person: PersonReading) -> Field:
    """Return a factor for lightness: the light that plain old clothes show.

    Continued beyond them, so that it does not jump where they end.
    """
    factor = np.ones(person.size, np.float32)
    known = np.zeros(person.size, bool)
    for part in (Part.UPPER, Part.LOWER):
        cloth = erode(person.parsing == part, 3)
        trust = _trust_in_cloth(person, cloth)
        if trust <= 0:
            continue
        lightness = person.lab[..., 0]
        typical = max(float(np.median(lightness[cloth])), 1.0)
        seen = masked_blur(lightness, cloth, CLOTH_LIGHT_SCALE * person.shoulder_width)
        factor[cloth] = 1 + trust * SKIN_CONTRAST * (seen[cloth] / typical - 1)
        known |= cloth
    if not known.any():
        return factor
    return soften(diffuse(np.clip(factor, 0.75, 1.15), known), 3)


def _trust_in_cloth(person: PersonReading, cloth: Mask) -> float:
    """Return how far light can be read off a cloth: 0 if patterned, dark or missing."""
    if cloth.sum() < 2000:
        return 0.0
    lab = person.lab[cloth]
    spread = float(np.std(lab[:, 1:], axis=0).sum())
    plain = np.clip((14 - spread) / 6, 0, 1)
    bright = np.clip((np.median(lab[:, 0]) - 12) / 30, 0, 1)
    even = np.clip((16 - np.std(lab[:, 0])) / 6, 0, 1)
    return float(plain * bright * even)
