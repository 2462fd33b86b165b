"""Where the body is under the clothes: frame, shoulders, arms and sides.

Proportions are in shoulder widths (the distance of the shoulder joints), measured on
standing adults; they bound what is seen in the picture, so that wide clothes or a
raised arm do not pass for the body.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import (
    OUTWARD,
    SIDES,
    Field,
    Mask,
    Point,
    Points,
    Side,
    grid,
    sample_indices,
)
from ..masks import segment_distance
from .body import ArmField, BodyFrame, BodyOutline, Keypoints, Part

ARM = ("shoulder", "elbow", "wrist")
LEG = ("hip", "knee", "ankle")

UPPER_ARM_HALF_WIDTHS = (0.155, 0.115)
FOREARM_HALF_WIDTHS = (0.118, 0.075)
HAND_HALF_WIDTH = 0.09
THIGH_HALF_WIDTHS = (0.27, 0.165)
CALF_HALF_WIDTHS = (0.165, 0.155)
SHIN_HALF_WIDTHS = (0.155, 0.085)
CALF_END = 0.35
"""Where between knee and ankle the calf starts to taper."""
ARM_ZONE = 1.25
HAND_REACH = 1.5
"""Finger tips from the wrist, in distances of the wrist to the knuckles."""

OUTLINE_DOWN = (0, 0.18, 0.35, 0.62, 0.85, 1.0, 1.2, 1.35)
NARROWEST = (0.56, 0.52, 0.50, 0.42, 0.46, 0.52, 0.54, 0.54)
WIDEST = (0.68, 0.60, 0.62, 0.60, 0.66, 0.72, 0.76, 0.76)
"""Bounds of the half width at `OUTLINE_DOWN`."""


def body_frame(keypoints: Keypoints) -> BodyFrame:
    """Return the coordinates given by the joints of shoulders and hips."""
    left, right = (keypoints.joint(side, "shoulder") for side in SIDES)
    hips = (keypoints.joint("left", "hip") + keypoints.joint("right", "hip")) / 2
    shoulders = (left + right) / 2
    torso = max(float(np.linalg.norm(shoulders - hips)), 1.0)
    up = (shoulders - hips) / torso
    across = np.array([-up[1], up[0]], np.float32)
    if across @ (right - left) < 0:
        across = -across
    width = max(float(np.linalg.norm(right - left)), 0.5 * torso)
    return BodyFrame(shoulders, hips, up, across, width, torso)


def body_coordinates(frame: BodyFrame, x: Field, y: Field) -> tuple[Field, Field]:
    """Return `across` and `down` of the points (x, y)."""
    dx, dy = x - frame.shoulder_centre[0], y - frame.shoulder_centre[1]
    down = -(dx * frame.up[0] + dy * frame.up[1]) / frame.torso_length
    across = (dx * frame.right[0] + dy * frame.right[1]) / frame.shoulder_width
    return across.astype(np.float32), down.astype(np.float32)


def shoulder_tip(
    keypoints: Keypoints, frame: BodyFrame, mask: Mask, side: Side
) -> Point:
    """Return where the shoulder ends: out of the silhouette, up and outwards.

    Where hair or a raised arm hides the edge, an anatomical guess.
    """
    unit = frame.shoulder_width
    direction = np.array([OUTWARD[side] * 0.8, -0.6], np.float32)
    joint = keypoints.joint(side, "shoulder")
    reach = np.arange(0.05 * unit, 0.26 * unit)
    rows, columns = sample_indices(joint + direction * reach[:, None], mask.shape)
    left_at = np.flatnonzero(~mask[rows, columns])
    distance = reach[left_at[0]] if left_at.size else 0.17 * unit
    return joint + direction * np.float32(min(distance, 0.235 * unit))


def neck_point(frame: BodyFrame, side: Side) -> Point:
    """Return where the side of the neck meets the shoulder."""
    unit = np.float32(frame.shoulder_width)
    aside = OUTWARD[side] * 0.235 * unit * frame.right
    return (frame.shoulder_centre + aside + 0.18 * unit * frame.up).astype(np.float32)


def arm_field(
    keypoints: Keypoints, frame: BodyFrame, side: Side, x: Field, y: Field
) -> ArmField:
    """Return coordinates along and across one arm at the points (x, y)."""
    unit = frame.shoulder_width
    shoulder, elbow, wrist = (
        keypoints.joint(side, name) for name in ("shoulder", "elbow", "wrist")
    )
    finger_tips = wrist + (keypoints.hand(side) - wrist) * HAND_REACH
    limbs = (
        (shoulder, elbow, UPPER_ARM_HALF_WIDTHS),
        (elbow, wrist, FOREARM_HALF_WIDTHS),
        (wrist, finger_tips, (HAND_HALF_WIDTH, HAND_HALF_WIDTH)),
    )
    along, across = _limb_field(limbs, unit, x, y)
    return ArmField(across < ARM_ZONE, along, across)


def leg_field(
    keypoints: Keypoints, frame: BodyFrame, side: Side, x: Field, y: Field
) -> tuple[Field, Field]:
    """Return (along, across) of one leg: 0 hip, 1 knee, 3 ankle; 1 across is its edge.

    From 1 to 2 runs the calf, from 2 to 3 the shin.
    """
    hip, knee, ankle = (
        keypoints.joint(side, name) for name in ("hip", "knee", "ankle")
    )
    calf_end = knee + (ankle - knee) * CALF_END
    limbs = (
        (hip, knee, THIGH_HALF_WIDTHS),
        (knee, calf_end, CALF_HALF_WIDTHS),
        (calf_end, ankle, SHIN_HALF_WIDTHS),
    )
    return _limb_field(limbs, frame.shoulder_width, x, y)


def limb_side(
    keypoints: Keypoints, side: Side, joints: tuple[str, str, str], along: Field
) -> Field:
    """Return -1 on the left or upper side of a limb's axis, +1 on the other.

    `joints` is `ARM` or `LEG`, `along` the whole picture's field of that limb.
    """
    x, y = grid(along.shape)
    first, middle, last = (keypoints.joint(side, name) for name in joints)
    upper, lower = _beyond(x, y, first, middle), _beyond(x, y, middle, last)
    return np.where(np.where(along < 1, upper, lower), 1, -1).astype(np.float32)


def body_outline(
    frame: BodyFrame, parsing: np.ndarray, arms: dict[Side, ArmField]
) -> BodyOutline:
    """Return the sides of the body, read off the silhouette of the old clothes.

    From the axis outwards to the first pixel that is no longer clothes or skin or that
    belongs to an arm, then kept within what bodies look like and smoothed.
    """
    unit = frame.shoulder_width
    down = np.linspace(0, OUTLINE_DOWN[-1], 55, dtype=np.float32)
    low = np.interp(down, OUTLINE_DOWN, NARROWEST) * unit
    high = np.interp(down, OUTLINE_DOWN, WIDEST) * unit
    body = np.isin(parsing, (Part.SKIN, Part.UPPER, Part.LOWER))
    reached, is_arm = {}, {}
    for side in SIDES:
        arm = (arms[side].across < 1) & (arms[side].along > 0.35)
        arm |= parsing == Part.BAG
        reached[side], is_arm[side] = _reach(frame, body, arm, down, high * 1.15, side)
    half_widths = {}
    for side, other in zip(SIDES, SIDES[::-1], strict=True):
        # What an arm or a bag hides is as wide as on the other side.
        hidden = is_arm[side] & ~is_arm[other] & (reached[other] > reached[side])
        seen = np.where(hidden, reached[other], reached[side])
        bounded = np.clip(seen, low, high)
        half_widths[side] = gaussian_filter1d(bounded, 2).astype(np.float32)
    return BodyOutline(frame, down, half_widths)


def sleeve_extent(parsing: np.ndarray, arm: ArmField) -> float:
    """Return how far down the arm the old sleeve reaches (0 shoulder to 2 wrist)."""
    step, bare = 0.1, 0.12
    core = (arm.across < 0.55) & (parsing != Part.BACKGROUND)
    labels, along = parsing[core], arm.along[core]
    extent = bare
    for start in np.arange(0.3, 2.0, step):
        here = labels[(along >= start) & (along < start + step)]
        if here.size < 12:
            continue
        # At the wrist, trousers beside the hand are no sleeve.
        cloth = (Part.UPPER, Part.LOWER) if start < 1.9 else (Part.UPPER,)
        if np.isin(here, cloth).mean() <= 0.5:
            break
        extent = float(start + step)
    return extent


def _limb_field(limbs: tuple, unit: float, x: Field, y: Field) -> tuple[Field, Field]:
    along = np.zeros(x.shape, np.float32)
    across = np.full(x.shape, np.inf, np.float32)
    for number, (start, end, (width_at_start, width_at_end)) in enumerate(limbs):
        distance, part = segment_distance(x, y, start, end)
        width = (width_at_start + (width_at_end - width_at_start) * part) * unit
        relative = distance / np.float32(width)
        np.copyto(along, part + np.float32(number), where=relative < across)
        np.minimum(across, relative, out=across)
    return along, across


def _beyond(x: Field, y: Field, start: Point, end: Point) -> Mask:
    """Return which points lie to the right of a line, or below if it is level."""
    direction = end - start
    normal = np.array([-direction[1], direction[0]])
    if normal.sum() < 0:
        normal = -normal
    return (x - start[0]) * normal[0] + (y - start[1]) * normal[1] > 0


def _reach(
    frame: BodyFrame,
    body: Mask,
    arm: Mask,
    down: np.ndarray,
    limit: np.ndarray,
    side: Side,
) -> tuple[np.ndarray, np.ndarray]:
    """Return how far each row of the body goes outwards, at most `limit` pixels, and
    whether an arm ends it."""
    first = int(0.15 * frame.shoulder_width)
    steps = np.arange(first, int(limit.max()) + 1)
    places: Points = frame.place(down[:, None], OUTWARD[side] * steps[None])
    rows, columns = sample_indices(places, body.shape)
    is_arm = arm[rows, columns]
    left = ~body[rows, columns] | is_arm
    left[:, -1] = True
    end = left.argmax(axis=1)
    return steps[end], is_arm[np.arange(len(down)), end]
