"""How somebody stands: upright, facing the camera, seated; told from the pose alone."""

import numpy as np

from ..arrays import SIDES
from .body import BodyFrame, Keypoints

LYING = np.radians(60)
"""Angle of the trunk to the upright from which nobody stands."""
SIDE_ON_SHOULDERS = 0.36
"""Shoulder distance in torso lengths: about 0.65 from the front, 0 from the side."""
NEARLY_SIDE_ON = (0.45, 0.60)
"""Shoulder distance, and with that of the hips added (about 1.05 from the front): both
below mean side on, too, for either alone is measured badly on a turned body."""
PROFILE = 0.45
"""Shoulders and hips together from which the body shows nothing but its side."""
SEATED_DROP = 0.45
"""Drop from hip to knee, in torso lengths, below which somebody sits; standing 0.8."""
SEEN = 0.6
"""Confidence from which a knee is seen without doubt."""


def lean(frame: BodyFrame) -> float:
    """Return the angle of the trunk to the upright, in radians."""
    return float(np.arccos(np.clip(-frame.up[1], -1, 1)))


def is_lying(frame: BodyFrame) -> bool:
    """Whether somebody lies, or the picture was not turned upright."""
    return lean(frame) > LYING


def is_side_on(keypoints: Keypoints, frame: BodyFrame) -> bool:
    """Whether the body is turned so far that clothes cannot be shown on it."""
    shoulders, both = _widths(keypoints, frame)
    is_nearly = shoulders < NEARLY_SIDE_ON[0] and both < NEARLY_SIDE_ON[1]
    return shoulders < SIDE_ON_SHOULDERS or is_nearly


def is_profile(keypoints: Keypoints, frame: BodyFrame) -> bool:
    """Whether the body is seen from its side, beyond any doubt."""
    return _widths(keypoints, frame)[1] < PROFILE


def is_seated(keypoints: Keypoints, frame: BodyFrame) -> bool:
    """Whether the thighs point at the camera or aside."""
    drops = [
        keypoints.joint(side, "knee")[1] - keypoints.joint(side, "hip")[1]
        for side in SIDES
        if keypoints.confidence(side, "knee") > 0.5
    ]
    return bool(drops) and min(drops) < SEATED_DROP * frame.torso_length


def is_surely_seated(keypoints: Keypoints, frame: BodyFrame, height: int) -> bool:
    """Whether both knees are in the picture, `height` pixels high, and none is where
    those of somebody standing are: what covers the legs cannot be drawn then."""
    knees = [keypoints.joint(side, "knee")[1] for side in SIDES]
    hips = [keypoints.joint(side, "hip")[1] for side in SIDES]
    seen = [keypoints.confidence(side, "knee") > SEEN for side in SIDES]
    drops = [knee - hip for knee, hip in zip(knees, hips, strict=True)]
    is_inside = max(knees) < height and all(seen)
    return is_inside and bool(max(drops) < SEATED_DROP * frame.torso_length)


def _widths(keypoints: Keypoints, frame: BodyFrame) -> tuple[float, float]:
    """Distance of the shoulders, and that plus the hips', in torso lengths."""
    shoulders, hips = (
        float(np.linalg.norm(keypoints.joint("right", n) - keypoints.joint("left", n)))
        for n in ("shoulder", "hip")
    )
    return shoulders / frame.torso_length, (shoulders + hips) / frame.torso_length
