"""Bare skin where the old clothes hid it: its colour, its light, its texture."""

import numpy as np

from ..arrays import Field, FloatImage, Mask, Side
from ..colour import lab_to_rgb
from ..filters import diffuse, masked_blur
from ..light.limbs import limb_light
from ..masks import dilate, distance_outside, erode, polygon, soften
from ..person.body import Part, PersonReading
from ..person.faces import CHEEKS
from ..side_by_side import both
from ..texture import similar_noise, unevenness
from .bare_arms import BareArm

MIN_SKIN_PX = 100
SKIN_CONTRAST = 0.7
"""Light on skin varies less than on cloth with its folds."""
USUAL_CHROMA_OF_SHADE = -0.2, -0.1
CHROMA_OF_SHADE = ((-0.28, -0.25), (0.05, 0.25))
"""Change of a and b per lightness."""
ARM_GRAIN = 0.6
"""Faces and hands, which are usually seen, are rougher than arms."""
UNEVENNESS = ((2.0, 0.25), (4.0, 0.5), (9.0, 0.7))
"""(size in pixels, strength in L) of what the pigment of any skin does; measured on
bare arms."""
SEAM_REACH = 0.45
"""How far seen skin sets the tone of made skin, in shoulder widths."""
CONTACT = 0.04
"""How far the contact shadow of old clothes reaches, in shoulder widths."""
LEG_ZONE = 1.3
"""In half widths of a leg."""
LEG_TONE_REACH = 0.5
"""In shoulder widths: from where a leg is of its usual tone."""
CLOTH_LIGHT_SCALE = 0.045
"""Detail of the old clothes' light that skin takes over, in shoulder widths: the turn
of an arm is wider than this, a crease of cloth is finer."""


def bare_skin(
    person: PersonReading,
    arms: dict[Side, BareArm],
    legs: dict[Side, tuple[Field, Field]],
    shadow: Mask,
    rng: np.random.Generator,
) -> FloatImage:
    """Return plausible bare skin for every pixel of the picture.

    Only its part inside the body makes sense: see `uncover`.

    Parameters
    ----------
    person : PersonReading
    arms : dict of side to BareArm
    legs : dict of side to (along, across)
        See `legs.hidden_leg`.
    shadow : (H, W) bool
        See `legs.hem_shadow`.
    rng : Generator

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1], RGB

    Notes
    -----
    1. Colour is continued from skin that is seen, and drawn towards the person's skin
       tone with the distance to it.
    2. Limbs are shaded across as this person's bare limbs are, or as tubes.
    3. Plain old clothes tell how the light fell on the body under them.
    4. Where skin lies in the shade it changes colour as this person's skin does.
    5. Near skin that is seen, colour and light pass over into it without a seam.
    6. The unevenness of the seen skin, measured octave by octave, is added again;
       without it new skin looks airbrushed.
    """
    lab, (light, roughness) = both(
        lambda: _with_leg_skin(person, _continued_skin(person), legs, shadow),
        lambda: (
            limb_light(person, arms, legs) * _light_on_clothes(person),
            _roughness(person, rng),
        ),
    )
    lit = lab[..., 0] * light
    lab[..., 1:] += (lit - lab[..., 0])[..., None] * _chroma_of_shade(person)
    lab[..., 0] = lit
    lab = _joined_to_seen(person, lab, shadow)
    lab[..., 0] += roughness
    return lab_to_rgb(lab)


def _roughness(person: PersonReading, rng: np.random.Generator) -> Field:
    """Return the noise in lightness that makes skin of a smooth colour."""
    grain = similar_noise(person.lab[..., 0], _lit_skin(person, 4), rng)
    return ARM_GRAIN * grain + unevenness(person.size, UNEVENNESS, rng)


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


def _with_leg_skin(
    person: PersonReading,
    lab: FloatImage,
    legs: dict[Side, tuple[Field, Field]],
    shadow: Mask,
) -> FloatImage:
    """Return `lab` with legs in the tone of the legs that are seen, if any are.

    Legs are rarely of the arms' or the face's tone.
    """
    zone = np.minimum(*(np.abs(across) for _, across in legs.values())) < LEG_ZONE
    zone &= person.down > 1
    seen = _lit_skin(person, 3) & zone & ~shadow
    if seen.sum() < MIN_SKIN_PX:
        return lab
    tone = np.median(person.lab[seen], axis=0).astype(np.float32)
    leg = diffuse(person.lab, seen)
    reach = LEG_TONE_REACH * person.shoulder_width
    far = np.clip(distance_outside(seen) / reach, 0, 1)
    leg = leg + (tone - leg) * far[..., None]
    share = soften(zone, 2)[..., None]
    return (lab + (leg - lab) * share).astype(np.float32)


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


def _chroma_of_shade(person: PersonReading) -> np.ndarray:
    """Return how a and b of this skin change with lightness, (2,).

    Shaded skin is redder, and the paler the skin the more so.
    """
    skin = erode(person.parsing == Part.SKIN, 4) & ~dilate(person.face_mask, 4)
    samples = person.lab[skin]
    if len(samples) < 4 * MIN_SKIN_PX:
        return np.array(USUAL_CHROMA_OF_SHADE, np.float32)
    off = samples - samples.mean(axis=0)
    slope = (off[:, :1] * off[:, 1:]).mean(axis=0) / max(off[:, 0].var(), 4.0)
    return np.clip(slope, *CHROMA_OF_SHADE).astype(np.float32)


def _joined_to_seen(person: PersonReading, lab: FloatImage, shadow: Mask) -> FloatImage:
    """Return made skin, corrected by what it lacks of the seen skin nearby.

    A membrane: the difference at the seam is continued smoothly, and fades out with
    the distance from it.
    """
    seen = erode(person.parsing == Part.SKIN, 3) & ~dilate(person.face_mask, 3)
    seen &= ~shadow
    # Next to the old top lies its shadow, which goes with it.
    lit = seen & ~dilate(person.parsing == Part.UPPER, CONTACT * person.shoulder_width)
    seen = lit if lit.sum() >= MIN_SKIN_PX else seen
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
