"""Is this picture of a person fit for a try-on?"""

from collections.abc import Iterator

import numpy as np

from ..arrays import SIDES, RGBImage, to_working_scale
from ..findings import (
    CheckResult,
    Finding,
    Severity,
    block,
    point_to_original,
    to_original,
    warn,
    worst_first,
)
from ..photo import darkness, photo_findings
from .anatomy import body_coordinates
from .people import Sighting, find_person
from .stance import is_lying, is_seated, is_side_on, is_surely_seated, lean

MIN_PERSON_SHARE = 0.45
"""Height of the person in heights of the picture."""
MAX_LEAN = np.radians(35)
"""Angle of the trunk to the upright, beyond which it works less well."""
CUT_HEAD = 0.35
"""Shoulder widths from the nose to the upper edge, below which the head is cut off:
no face is expected then."""
LOWER_EDGE = 0.985
"""Joints below this share of the height count as cut off."""


def check_person(image: RGBImage) -> CheckResult:
    """Check a picture of a person who wants to try something on.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8, RGB
        Upright, any size.

    Returns
    -------
    CheckResult
        Its facts: "box" of the person [x0, y0, x1, y1] in pixels of the picture, or
        None; "visible" with True or False for "head", "torso", "knees" and "feet";
        "joints", positions [x, y, confidence] by name such as "left_shoulder", where
        sides are those of the picture.
    """
    working, scale = to_working_scale(image)
    sighting = find_person(working)
    if sighting is None:
        nobody = block(
            "no_person", "No person was found. Show yourself from the front."
        )
        return CheckResult((nobody,), {"box": None, "visible": {}, "joints": {}})
    visible = _visible(sighting)
    person = sighting.likelihood > 0.5
    findings = [
        *_people_findings(sighting, scale),
        *_frame_findings(sighting, visible),
        *_pose_findings(sighting, scale),
        *photo_findings(working, person, image.shape[:2]),
        *darkness(working, person),
    ]
    facts = {
        "box": list(to_original(sighting.box(), scale)),
        "visible": visible,
        "joints": _joints(sighting, scale),
    }
    return CheckResult(worst_first(findings), facts)


def _visible(sighting: Sighting) -> dict[str, bool]:
    height = sighting.likelihood.shape[0]

    def is_inside(name: str) -> bool:
        lowest = max(sighting.keypoints.joint(side, name)[1] for side in SIDES)
        return bool(lowest < LOWER_EDGE * height)

    return {
        "head": not sighting.is_head_outside,
        "torso": is_inside("hip"),
        "knees": is_inside("knee"),
        "feet": is_inside("ankle"),
    }


def _people_findings(sighting: Sighting, scale: float) -> Iterator[Finding]:
    if sighting.others:
        yield block(
            "several_people",
            "There are several people in the picture. Choose one that shows only you.",
            to_original(sighting.others[0], scale),
        )
    box = to_original(sighting.box(), scale)
    if not is_lying(sighting.frame) and not _is_facing(sighting):
        yield block("not_facing", "You are turned away. Stand facing the camera.", box)
    height = sighting.likelihood.shape[0]
    if sighting.box()[3] - sighting.box()[1] < MIN_PERSON_SHARE * height:
        yield warn(
            "person_too_small", "You are small in the picture. Come closer.", box
        )


def _is_facing(sighting: Sighting) -> bool:
    keypoints, frame = sighting.keypoints, sighting.frame
    has_whole_head = keypoints.nose[1] > CUT_HEAD * frame.shoulder_width
    if sighting.face is None and has_whole_head:
        return False
    return not is_side_on(keypoints, frame)


def _frame_findings(sighting: Sighting, visible: dict[str, bool]) -> Iterator[Finding]:
    if not visible["head"]:
        yield warn("head_cut_off", "The head is cut off. Show yourself whole.")
    if not visible["torso"]:
        yield block(
            "torso_cut_off", "The picture ends above the hips. Show more of yourself."
        )
    elif not visible["knees"]:
        yield warn(
            "half_body",
            "The picture ends above the knees. For trousers, skirts and dresses, "
            "show yourself from head to feet.",
        )
    elif not visible["feet"]:
        yield warn(
            "feet_cut_off",
            "The feet are cut off. For trousers, skirts and dresses, show yourself "
            "from head to feet.",
        )


def _pose_findings(sighting: Sighting, scale: float) -> Iterator[Finding]:
    if is_lying(sighting.frame):
        yield block("not_standing", "Turn the picture so that you stand upright.")
    elif is_surely_seated(
        sighting.keypoints, sighting.frame, sighting.likelihood.shape[0]
    ):
        yield warn(
            "seated",
            "You are sitting. For trousers, skirts and dresses, stand up.",
        )
    elif lean(sighting.frame) > MAX_LEAN or is_seated(
        sighting.keypoints, sighting.frame
    ):
        yield warn("not_standing", "It works best standing upright.")
    in_front = _hands_in_front(sighting)
    if in_front:
        yield Finding(
            "arms_crossed",
            Severity.WARN,
            "Arms or hands cover the clothes. Hold them slightly away from the body.",
            points=tuple(point_to_original(hand, scale) for hand in in_front),
        )


def _hands_in_front(sighting: Sighting) -> list[np.ndarray]:
    """Return the wrists that lie on the chest or the belly."""
    keypoints, frame = sighting.keypoints, sighting.frame
    found = []
    for side in SIDES:
        wrist = keypoints.joint(side, "wrist")
        across, down = body_coordinates(frame, *wrist)
        is_seen = keypoints.confidence(side, "wrist") > 0.6
        if is_seen and abs(across) < 0.38 and 0 < down < 0.85:
            found.append(wrist)
    return found


def _joints(sighting: Sighting, scale: float) -> dict[str, list[float]]:
    names = ("shoulder", "elbow", "wrist", "hip", "knee", "ankle")
    keypoints = sighting.keypoints
    return {
        f"{side}_{name}": [
            *point_to_original(keypoints.joint(side, name), scale),
            round(keypoints.confidence(side, name), 2),
        ]
        for side in SIDES
        for name in names
    }
