"""What about a person makes a try-on uncertain: pose, what is in front, what is cut."""

from collections.abc import Iterator

import numpy as np

from ..arrays import SIDES, Side
from ..confidence import Doubt, edge_steps, ramp
from .anatomy import body_coordinates
from .body import Part, PersonReading
from .people import is_head_outside

STEP = 4
"""Every so many pixels of the working image are looked at."""
CENTRE_JOINTS = ("shoulder", "elbow", "hip")
SIDEWAYS_NOSE = (0.15, 0.45)
"""Distance of the nose from the body's axis, in shoulder widths: facing, turned."""
SIDEWAYS_SHOULDERS = (0.60, 0.40)
"""Distance of the shoulders in torso lengths: facing, turned."""
IN_FRONT = 0.50
"""Half width of the clothes, in shoulder widths: hands nearer the axis cover them."""
NEAR_HEM = 0.14
"""Torso lengths around the hem in which a hand covers it."""
CROSSED = (0.10, 0.35)
"""Share of the arms that lies in front of the trunk: hanging, crossed."""
COVERED_AREA = (0.04, 0.30)
"""What hair or a bag hides of the clothes, in squares of a shoulder width."""
LIKE_SKIN = (14.0, 6.0)
"""Lab distance of the old clothes from the skin: told apart, mistaken for it."""
FAINT_EDGE = (8.0, 3.0)
"""Lab distance of the person from the backdrop along the silhouette."""
SMALL_PX = (90.0, 45.0)
"""Distance of the shoulders in pixels of the photo."""


def person_doubts(
    person: PersonReading,
    covered: tuple[float, float],
    hem_down: float | None,
    is_lower_new: bool,
) -> Iterator[Doubt]:
    """Yield what makes a try-on on this person uncertain.

    Parameters
    ----------
    person : PersonReading
    covered : (begin, end)
        What the new clothes cover, in torso lengths below the shoulders.
    hem_down : float or None
        Where the new top or dress ends, if there is one.
    is_lower_new : bool
        Whether something new is worn on the legs.
    """
    keypoints = person.keypoints
    sure = min(keypoints.confidence(s, name) for s in SIDES for name in CENTRE_JOINTS)
    yield Doubt(
        "pose_unclear",
        "The pose is hard to make out.",
        0.35 * ramp(sure, 0.8, 0.4),
    )
    yield Doubt("turned", "The body is turned to the side.", 0.40 * _turned(person))
    yield from _in_front(person, covered, hem_down)
    yield from _out_of_frame(person, is_lower_new)
    yield from _hard_to_parse(person)


def _turned(person: PersonReading) -> float:
    left, right = (person.joint(side, "shoulder") for side in SIDES)
    apart = float(np.linalg.norm(right - left)) / person.torso_length
    turned = ramp(apart, *SIDEWAYS_SHOULDERS)
    if person.face_mesh is None:
        return turned
    off_axis, _ = body_coordinates(person.frame, *person.keypoints.nose)
    return max(turned, ramp(abs(float(off_axis)), *SIDEWAYS_NOSE))


def _in_front(
    person: PersonReading, covered: tuple[float, float], hem_down: float | None
) -> Iterator[Doubt]:
    """Arms, hands, hair and bags in front of the new clothes."""
    arms = np.concatenate([person.arm_axis(side) for side in SIDES])
    across, down = body_coordinates(person.frame, arms[:, 0], arms[:, 1])
    on_trunk = (np.abs(across) < 0.36) & (down > 0.1) & (down < 0.95)
    crossed = ramp(float(on_trunk.mean()), *CROSSED)
    yield Doubt("arm_in_front", "An arm is in front of the body.", 0.45 * crossed)
    for side in SIDES:
        off, at = body_coordinates(person.frame, *person.keypoints.hand(side))
        is_seen = person.keypoints.confidence(side, "wrist") > 0.5
        if not is_seen or abs(off) > IN_FRONT:
            continue
        own = own_side(person, side)
        if hem_down is not None and abs(at - hem_down) < NEAR_HEM:
            message = f"The {own} hand covers the hem."
            yield Doubt(f"{own}_hand_over_hem", message, 0.15)
        elif max(covered[0], 0) < at < covered[1]:
            message = f"The {own} hand is in front of the clothes."
            yield Doubt(f"{own}_hand_in_front", message, 0.12)
    parsing, across, down = (
        field[::STEP, ::STEP] for field in (person.parsing, person.across, person.down)
    )
    near = (down > 0.03) & (np.abs(across) < 0.7)
    cell = (STEP / person.shoulder_width) ** 2
    hair, bag = (
        float((near & (parsing == part)).sum() * cell) for part in (Part.HAIR, Part.BAG)
    )
    yield Doubt(
        "hair_over_shoulders",
        "Long hair covers the shoulders.",
        0.20 * ramp(hair, *COVERED_AREA),
    )
    yield Doubt(
        "bag_in_front",
        "A bag is in front of the clothes.",
        0.10 * ramp(bag, *COVERED_AREA),
    )


def own_side(person: PersonReading, side: Side) -> Side:
    """Return the person's own side for a side of the image."""
    if not person.keypoints.is_mirrored:
        return side
    return "left" if side == "right" else "right"


def _out_of_frame(person: PersonReading, is_lower_new: bool) -> Iterator[Doubt]:
    if is_head_outside(person.keypoints, person.size[0]):
        yield Doubt("head_outside", "The head is not in the picture.", 0.05)
    ankles = max(float(person.joint(side, "ankle")[1]) for side in SIDES)
    if is_lower_new and ankles > person.size[0]:
        yield Doubt("feet_outside", "The feet are not in the picture.", 0.06)
    left, right = (person.joint(side, "shoulder") for side in SIDES)
    apart_px = float(np.linalg.norm(right - left)) / person.scale
    small = ramp(apart_px, *SMALL_PX)
    yield Doubt("person_small", "The person is small in the picture.", 0.30 * small)


def _hard_to_parse(person: PersonReading) -> Iterator[Doubt]:
    parsing, lab = person.parsing[::STEP, ::STEP], person.lab[::STEP, ::STEP]
    old = np.isin(parsing, (Part.UPPER, Part.LOWER))
    upper = lab[parsing == Part.UPPER]
    if len(upper) > 50:
        apart = float(np.linalg.norm(np.median(upper, axis=0) - person.skin_tone))
        yield Doubt(
            "clothes_like_skin",
            "The clothes in the photo have nearly the colour of the skin.",
            0.35 * ramp(apart, *LIKE_SKIN),
        )
    step = edge_steps(lab, person.mask[::STEP, ::STEP], old)
    if len(step) > 20:
        yield Doubt(
            "backdrop_like_clothes",
            "The person hardly stands out from the background.",
            0.10 * ramp(float(np.percentile(step, 25)), *FAINT_EDGE),
        )
