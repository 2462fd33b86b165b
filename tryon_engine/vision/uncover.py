"""What the old clothes hid: background, bare skin, and where the bare body is.

Nothing here is known, only likely: backgrounds are continued from around the person,
skin from the skin that is seen.
"""

import numpy as np

from .anatomy import leg_field
from .arrays import (
    SIDES,
    Field,
    FloatImage,
    Mask,
    Matte,
    Side,
    grid,
    to_float,
)
from .body import Part, PersonReading
from .colour import lab_to_rgb
from .faces import CHEEKS
from .filters import diffuse
from .masks import dilate, distance_outside, erode, polygon, soften
from .texture import similar_noise

MIN_SKIN_PX = 100
LIMB_SHADE = 0.17
"""Share of lightness lost from the middle of a limb to its edge."""
ARM_EDGE_SHARE = 0.12
LEG_EDGE_SHARE = 0.15
"""Typical half width of the limb in shoulder widths: turns its field into pixels."""


def bare_skin(person: PersonReading, rng: np.random.Generator) -> FloatImage:
    """Return plausible bare skin for every pixel of the picture.

    Only its part inside the body makes sense: `body_zone`, `bare_arm`, `bare_legs`.

    Returns
    -------
    ndarray of shape (H, W, 3), float32 in [0, 1], RGB

    Notes
    -----
    1. Colour is continued from skin that is seen, and drawn towards the person's skin
       tone with the distance to it.
    2. Arms and legs are shaded as the cylinders that they are.
    3. The unevenness of the seen skin, measured octave by octave, is added again;
       without it new skin looks airbrushed.
    """
    lab = _continued_skin(person)
    lab[..., 0] *= _limb_shading(person)
    lab[..., 0] += similar_noise(person.lab[..., 0], _lit_skin(person, 4), rng)
    return lab_to_rgb(lab)


def bare_arm(person: PersonReading, side: Side) -> Matte:
    """Return the arm that the old sleeve hid; empty where the arm is bare already."""
    extent, arm = person.sleeve_extent[side], person.arms[side]
    if extent < 0.25:
        return np.zeros(person.size, np.float32)
    half_width_px = ARM_EDGE_SHARE * person.shoulder_width
    inside = np.clip((1 - arm.across) * half_width_px / 1.6 + 0.5, 0, 1)
    # A sleeve that reaches the wrist also hides the heel of the hand.
    end = 2.4 if extent > 1.85 else extent + 0.12
    cloth = dilate(person.is_part(Part.UPPER, Part.LOWER), 2) & (arm.along < end)
    return inside * soften(cloth, 1.2) * soften(person.mask)


def bare_legs(person: PersonReading) -> Matte:
    """Return both legs as if nothing covered them, hips to ankles."""
    across = np.minimum(*(_leg_field(person, side)[1] for side in SIDES))
    half_width_px = LEG_EDGE_SHARE * person.shoulder_width
    inside = np.clip((1 - across) * half_width_px / 1.5 + 0.5, 0, 1)
    return inside * soften(person.mask)


def body_zone(person: PersonReading, grow: float = 0.0) -> Mask:
    """Return torso and neck without arms, widened by `grow` shoulder widths."""
    unit = person.shoulder_width
    half = np.where(
        person.across < 0,
        person.outline.half("left", person.down),
        person.outline.half("right", person.down),
    )
    torso = (np.abs(person.across) < half / unit + grow) & (person.down > 0.04)
    lower = {s: person.shoulder_tip[s] - person.up * 0.25 * unit for s in SIDES}
    shoulders = polygon(
        person.size,
        np.stack(
            [
                person.neck_point["left"],
                person.shoulder_tip["left"],
                lower["left"],
                lower["right"],
                person.shoulder_tip["right"],
                person.neck_point["right"],
            ]
        ),
    )
    below = person.down * person.torso_length / unit
    neck = (np.abs(person.across) < 0.235) & (below < 0) & (below > -0.5)
    return torso | shoulders | neck


def rebuild_background(person: PersonReading, rng: np.random.Generator) -> FloatImage:
    """Return the picture without the person, (H, W, 3) float32 in [0, 1], RGB.

    Notes
    -----
    A quadratic surface per channel carries the backdrop's light across the person;
    what it does not explain is continued smoothly from the sides. The grain of the
    backdrop is added; a perfectly flat backdrop comes back exactly.
    """
    image = to_float(person.image)
    known = ~dilate(person.matte > 0.05, 7)
    if not known.any():
        return image
    surface = _quadratic_surface(image, known)
    filled = surface + diffuse(image - surface, known)
    noise = similar_noise(image.mean(axis=2), erode(known, 3), rng, octaves=1)
    return np.clip(filled + noise[..., None], 0, 1)


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
    return soft * (1 - trust_tone) + tone * trust_tone


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


def _limb_shading(person: PersonReading) -> Field:
    """Return a factor for lightness: limbs darken towards their edges."""
    legs = [_leg_field(person, side) for side in SIDES]
    arms = [(person.arms[side].along, person.arms[side].across) for side in SIDES]
    shade = np.ones(person.size, np.float32)
    for along, across in (*legs, *arms):
        # Where a limb grows out of the trunk there is no edge to turn away.
        depth = LIMB_SHADE * np.clip((along - 0.2) / 0.6, 0, 1)
        edge = np.clip(across, 0, 1) ** 3
        shade = np.where(across < 1.15, np.minimum(shade, 1 - depth * edge), shade)
    return shade


def _leg_field(person: PersonReading, side: Side) -> tuple[Field, Field]:
    return leg_field(person.keypoints, person.frame, side, *grid(person.size))


def _quadratic_surface(image: FloatImage, known: Mask) -> FloatImage:
    """Return the least-squares quadratic in x and y through the known pixels."""
    height, width = known.shape
    x, y = grid((height, width))
    x, y = 2 * x / width - 1, 2 * y / height - 1
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    sample = known & (np.add.outer(np.arange(height), np.arange(width)) % 7 == 0)
    if sample.sum() < 50:
        sample = known
    weights, *_ = np.linalg.lstsq(terms[sample], image[sample], rcond=None)
    return (terms @ weights).astype(np.float32)
