"""What the old clothes hid: background, bare skin, and where the bare body is.

Nothing here is known, only likely: backgrounds are continued from around the person,
skin from the skin that is seen.
"""

import numpy as np

from ..arrays import SIDES, Field, FloatImage, Mask, Matte, Side, to_float
from ..filters import diffuse
from ..fit.shoulder import beside_shoulder, shoulder_line
from ..masks import bounding_box, dilate, erode, polygon, soften
from ..person.body import Part, PersonReading
from ..texture import similar_noise
from .bare_arms import BareArm
from .patches import continue_pattern
from .skin import bare_skin

__all__ = ["bare_arm", "bare_legs", "bare_skin", "body_zone", "rebuild_background"]

LEG_EDGE_SHARE = 0.15
"""Typical half width of the limb in shoulder widths: turns its field into pixels."""
SEAM = 0.035
"""How far beyond a sleeve's end made skin passes over into seen skin, in shoulder
widths."""
CLOTHES_MARGIN_PX = 12
ROUNDING = 0.045
"""Sigma, in shoulder widths, that rounds shoulders and armpits."""


def bare_arm(person: PersonReading, side: Side, arm: BareArm) -> Matte:
    """Return the arm that the old sleeve hid; empty where the arm is bare already."""
    extent = person.sleeve_extent[side]
    if extent < 0.25:
        return np.zeros(person.size, np.float32)
    inside = np.clip((1 - np.abs(arm.across)) * arm.half_width / 1.6 + 0.5, 0, 1)
    # A sleeve that reaches the wrist also hides the heel of the hand; trousers there
    # lie beside it.
    end = 2.4 if extent > 1.85 else extent + 0.12
    sleeve = (person.parsing == Part.UPPER) & (arm.along < end)
    sleeve |= (person.parsing == Part.LOWER) & (arm.along < min(end, 2.0))
    cloth = soften(dilate(sleeve, 2), 1.2)
    # Next to its end the old sleeve shades the skin; made skin goes on over that.
    ends = sleeve & (arm.along > extent - 0.2) & (np.abs(arm.across) < 1)
    seam = SEAM * person.shoulder_width
    skin = soften(person.parsing == Part.SKIN)
    cloth = np.maximum(cloth, soften(dilate(ends, 1.6 * seam), seam / 2) * skin)
    inside = inside * (1 - soften(beside_shoulder(person, side, above=True)))
    return inside * cloth * soften(person.mask)


def bare_legs(person: PersonReading, legs: dict[Side, tuple[Field, Field]]) -> Matte:
    """Return both legs as if nothing covered them, hips to ankles.

    `legs` are (along, across) of both, see `legs.hidden_leg`.
    """
    across = np.minimum(*(np.abs(across) for _, across in legs.values()))
    half_width_px = LEG_EDGE_SHARE * person.shoulder_width
    inside = np.clip((1 - across) * half_width_px / 1.5 + 0.5, 0, 1)
    return inside * soften(person.mask)


def body_zone(
    person: PersonReading, arms: dict[Side, BareArm], grow: float = 0.0
) -> Mask:
    """Return torso, neck and upper arms as if nothing covered them.

    The torso is widened by `grow` shoulder widths.
    """
    unit = person.shoulder_width
    is_near = np.abs(person.across) < person.half_width / unit + grow
    torso = is_near & (person.down > np.maximum(_tip_level(person), 0.04))
    lower = {s: person.shoulder_tip[s] - person.up * 0.25 * unit for s in SIDES}
    lines = {side: shoulder_line(person, side) for side in SIDES}
    ends = np.stack([lower["left"], lower["right"]])
    corners = np.concatenate([lines["left"], ends, lines["right"][::-1]])
    shoulders = polygon(person.size, corners)
    below = person.down * person.torso_length / unit
    neck = (np.abs(person.across) < 0.235) & (below < 0) & (below > -0.5)
    upper_arms = np.zeros(person.size, bool)
    for side in SIDES:
        upper_arm = person.arms[side].along < 0.7
        upper_arm &= np.abs(arms[side].across) < 1
        upper_arms |= upper_arm & ~beside_shoulder(person, side, above=True)
    # Torso, shoulders and arms are one body, round where they meet.
    body = soften(torso | shoulders | upper_arms, ROUNDING * unit) > 0.5
    for side in SIDES:
        body &= ~beside_shoulder(person, side)
    return body | neck


def _tip_level(person: PersonReading) -> Field:
    """Return in `down` the line between the shoulders' ends: one may be far lower."""
    offsets = [person.shoulder_tip[side] - person.shoulder_centre for side in SIDES]
    across = [offset @ person.right / person.shoulder_width for offset in offsets]
    down = [-(offset @ person.up) / person.torso_length for offset in offsets]
    return np.interp(person.across, across, down)


def rebuild_background(person: PersonReading, rng: np.random.Generator) -> FloatImage:
    """Return the picture without the person, (H, W, 3) float32 in [0, 1], RGB.

    Notes
    -----
    A quadratic surface per channel carries the backdrop's light across the person;
    what it does not explain is continued smoothly from the sides, and behind clothes
    by copies of it where it has a pattern. The grain of the backdrop is added; a
    perfectly flat backdrop comes back exactly.
    """
    image = to_float(person.image)
    known = ~dilate(person.matte > 0.05, 7)
    if not known.any():
        return image
    surface = _quadratic_surface(image, known)
    smooth = diffuse(image - surface, known)
    filled = continue_pattern(smooth, known, _behind_clothes(person))
    noise = similar_noise(image.mean(axis=2), erode(known, 3), rng, octaves=1)
    if filled is not smooth:  # what was copied has its grain with it
        noise *= np.all(filled == smooth, axis=2)
    return np.clip(surface + filled + noise[..., None], 0, 1)


def _behind_clothes(person: PersonReading) -> Mask:
    """Return what of the person stands as high as clothes: all that may be erased.

    Arms beside them too: what lies behind those tells how the backdrop goes on.
    """
    cloth = dilate(person.is_part(Part.UPPER, Part.LOWER), CLOTHES_MARGIN_PX)
    _, first, _, last = bounding_box(cloth)
    zone = np.zeros(person.size, bool)
    zone[first:last] = True
    return zone & ~dilate(person.is_part(Part.HAIR) | person.face_mask, 2) | cloth


def _quadratic_surface(image: FloatImage, known: Mask) -> FloatImage:
    """Return the least-squares quadratic in x and y through the known pixels."""
    height, width = known.shape
    sample = known & (np.add.outer(np.arange(height), np.arange(width)) % 7 == 0)
    if sample.sum() < 50:
        sample = known
    rows, columns = np.nonzero(sample)
    x, y = 2 * columns / width - 1, 2 * rows / height - 1
    terms = np.stack([np.ones_like(x), x, y, x * x, x * y, y * y], axis=-1)
    weights, *_ = np.linalg.lstsq(terms, image[sample], rcond=None)
    x = 2 * np.arange(width)[:, None] / width - 1
    y = 2 * np.arange(height)[:, None] / height - 1
    # Of x alone, of y alone, and their product: no array of all six terms.
    across = weights[1] * x + weights[3] * x * x
    down = weights[0] + weights[2] * y + weights[5] * y * y
    surface = y[:, None].astype(np.float32) * (weights[4] * x).astype(np.float32)
    surface += across.astype(np.float32)
    surface += down[:, None].astype(np.float32)
    return surface
