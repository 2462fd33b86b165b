"""The pose of a house model: at ease, weight on one leg, arms away from the body.

Everything here is in body axes: x to the model's left, y up, z forward. Limbs are
aimed: a pose says where a bone points, not by how much it is turned.
"""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .makehuman import Body, Vertices

Rotation = NDArray[np.float64]
Side = Literal["L", "R"]

AXES = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1)}
STRAIGHT = 0.9985
"""Length of a standing leg over the length of its bones: knees are never locked."""
SPINE = ("spine05", "spine04", "spine03", "spine02", "spine01")


@dataclass(frozen=True)
class Arm:
    """Where an arm points: degrees out from straight down, and forward."""

    out: float = 19
    forward: float = -3
    lower_out: float = 8
    lower_forward: float = 9
    palm_back: float = 32
    """0: the palm faces the thigh; 90: it faces backward."""
    curl: float = 0.85


@dataclass(frozen=True)
class Stance:
    """How somebody stands; angles in degrees, lengths in decimetres."""

    weight_on: Side = "L"
    hip: float = 3.0
    """How far the hip of the standing leg is up."""
    turn: float = 0.0
    shoulders: float = 2.0
    """How far the shoulder above the standing leg is down."""
    feet: float = 1.15
    """How far each ankle is from the middle."""
    step: float = 0.35
    """How far forward the foot of the other leg is."""
    toes_out: tuple[float, float] = (7, 16)  # of the standing and the other leg
    head_turn: float = 4.0
    head_tilt: float = 3.0
    left_arm: Arm = Arm()
    right_arm: Arm = Arm()


def rotation(axis: str | NDArray, degrees: float) -> Rotation:
    """Return the 3 x 3 rotation about an axis, by name or as a vector."""
    direction = np.array(AXES[axis] if isinstance(axis, str) else axis, float)
    x, y, z = direction / np.linalg.norm(direction)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = math.radians(degrees)
    return np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross


def standing_pose(body: Body, rest: Vertices, stance: Stance) -> dict[str, Rotation]:
    """Return bone rotations, each relative to its parent."""
    poser = _Poser(body, rest)
    sign = 1 if stance.weight_on == "L" else -1
    poser.turn("root", rotation("z", sign * stance.hip) @ rotation("y", stance.turn))
    bend = -sign * (stance.hip + stance.shoulders) / len(SPINE)
    for bone in SPINE:
        poser.turn(bone, rotation("z", bend))
    upright = sign * stance.shoulders + stance.head_tilt
    poser.turn("neck01", rotation("z", upright / 2))
    poser.turn("head", rotation("z", upright / 2) @ rotation("y", stance.head_turn))
    for side, arm in (("L", stance.left_arm), ("R", stance.right_arm)):
        _lower_arm(poser, side, arm)
        _relax_hand(poser, side, arm.curl)
    _stand(poser, stance)
    return poser.turns


class _Poser:
    """Collects rotations; knows where bones are once their parents are turned."""

    def __init__(self, body: Body, rest: Vertices) -> None:
        self._body, self._rest = body, rest
        self.turns: dict[str, Rotation] = {}

    def joint(self, bone: str, end: str = "head") -> NDArray:
        return self._body.joint(self._rest, bone, end)

    def turn(self, bone: str, by: Rotation) -> None:
        self.turns[bone] = self.turns.get(bone, np.eye(3)) @ by

    def orientation(self, bone: str | None) -> Rotation:
        """Return how far a bone is turned from its rest, parents included."""
        if bone is None:
            return np.eye(3)
        above = self.orientation(self._body.parent(bone))
        return above @ self.turns.get(bone, np.eye(3))

    def place(self, bone: str) -> NDArray:
        """Return where a bone starts in the pose."""
        parent = self._body.parent(bone)
        if parent is None:
            return self.joint(bone)
        offset = self.joint(bone) - self.joint(parent)
        return self.place(parent) + self.orientation(parent) @ offset

    def orient(self, bone: str, orientation: Rotation) -> None:
        """Turn a bone so that this is how far it is turned from its rest."""
        self.turns[bone] = self.orientation(self._body.parent(bone)).T @ orientation

    def aim(self, bone: str, along: NDArray, direction: NDArray) -> None:
        """Turn a bone the short way; `along` is where it points at rest."""
        before = self.orientation(bone)
        now = before @ along / np.linalg.norm(along)
        self.orient(bone, _shortest_turn(now, direction) @ before)

    def twist(self, bone: str, about: NDArray, degrees: float) -> None:
        """Turn a bone about an axis of the posed body."""
        self.orient(bone, rotation(about, degrees) @ self.orientation(bone))


def _shortest_turn(start: NDArray, end: NDArray) -> Rotation:
    end = end / np.linalg.norm(end)
    axis = np.cross(start, end)
    if np.linalg.norm(axis) < 1e-9:
        return np.eye(3)
    angle = math.atan2(np.linalg.norm(axis), start @ end)
    return rotation(axis, math.degrees(angle))


def _hanging(sign: int, out: float, forward: float) -> NDArray:
    """Return the direction of a hanging limb on the left (1) or the right (-1)."""
    out, forward = math.radians(out), math.radians(forward)
    return np.array([sign * math.tan(out), -1, math.tan(forward)])


# ---- arms


def _lower_arm(poser: _Poser, side: Side, arm: Arm) -> None:
    sign = 1 if side == "L" else -1
    upper, lower, wrist = f"upperarm01.{side}", f"lowerarm01.{side}", f"wrist.{side}"
    poser.turn(f"clavicle.{side}", rotation("z", -sign * 3))
    poser.turn(f"shoulder01.{side}", rotation("z", -sign * 7))
    elbow, hand = poser.joint(lower), poser.joint(wrist)
    poser.aim(upper, elbow - poser.joint(upper), _hanging(sign, arm.out, arm.forward))
    downwards = _hanging(sign, arm.lower_out, arm.lower_forward)
    poser.aim(lower, hand - elbow, downwards)
    # The palm is turned from the elbow on: half above, half below the wrist's end.
    wanted = rotation("y", -sign * arm.palm_back) @ np.array([-sign, 0, 0])
    palm = poser.orientation(lower) @ _palm_normal(poser, side)
    missing = _angle_about(downwards, palm, wanted)
    poser.twist(lower, downwards, 0.35 * missing)
    poser.twist(f"lowerarm02.{side}", downwards, 0.45 * missing)
    poser.twist(wrist, downwards, 0.20 * missing)
    along = poser.orientation(wrist) @ (
        poser.joint(f"finger3-1.{side}") - poser.joint(wrist)
    )
    poser.orient(
        wrist,
        _shortest_turn(along / np.linalg.norm(along), downwards)
        @ poser.orientation(wrist),
    )


def _angle_about(axis: NDArray, start: NDArray, end: NDArray) -> float:
    """Return the degrees from one direction to another, seen along an axis."""
    axis = axis / np.linalg.norm(axis)
    start, end = start - (start @ axis) * axis, end - (end @ axis) * axis
    return math.degrees(math.atan2(np.cross(start, end) @ axis, start @ end))


def _relax_hand(poser: _Poser, side: Side, curl: float) -> None:
    """Close the spread fingers of the rest pose; let them curl, the small ones most."""
    direction = {finger: _finger(poser, finger, side) for finger in range(1, 6)}
    palm = _palm_normal(poser, side)

    def spread(finger: int) -> float:
        """Degrees between a finger and the middle one, about the palm's normal."""
        return _angle_about(palm, direction[finger], direction[3])

    for finger in (2, 3, 4, 5):
        bend = np.cross(direction[finger], palm)
        closed = rotation(palm, spread(finger) * 0.95)
        degrees = (8 + 3 * finger, 14 + 3 * finger, 9 + 1.5 * finger)
        for bone, angle in enumerate(degrees, start=1):
            turn = rotation(bend, curl * angle)
            poser.turn(f"finger{finger}-{bone}.{side}", closed @ turn)
            closed = np.eye(3)
    inwards = np.cross(direction[1], direction[2] + 0.35 * palm)
    for bone, angle in ((1, 17), (2, 9), (3, 8)):
        poser.turn(f"finger1-{bone}.{side}", rotation(inwards, angle))


def _finger(poser: _Poser, finger: int, side: Side) -> NDArray:
    tip = poser.joint(f"finger{finger}-3.{side}", "tail")
    along = tip - poser.joint(f"finger{finger}-1.{side}")
    return along / np.linalg.norm(along)


def _palm_normal(poser: _Poser, side: Side) -> NDArray:
    """Return the unit normal of the palm at rest, out of the palm."""
    index, little = (poser.joint(f"finger{k}-1.{side}") for k in (2, 5))
    normal = np.cross(_finger(poser, 2, side), little - index)
    normal /= np.linalg.norm(normal)
    thumb = poser.joint(f"finger1-3.{side}", "tail")
    outwards = thumb - poser.joint(f"finger3-1.{side}")
    return normal if outwards @ normal >= 0 else -normal


# ---- legs


def _stand(poser: _Poser, stance: Stance) -> None:
    """Put the standing leg down nearly straight, and the other foot on its floor."""
    standing = stance.weight_on
    other: Side = "R" if standing == "L" else "L"
    sign = 1 if standing == "L" else -1
    hip = poser.place(f"upperleg01.{standing}")
    length = STRAIGHT * sum(_leg_lengths(poser, standing))
    across, back = sign * stance.feet - hip[0], -0.1
    down = math.sqrt(length**2 - across**2 - back**2)
    ankle = hip + [across, -down, back]
    _bend_leg(poser, standing, ankle, stance.toes_out[0])
    ankle = np.array([-sign * stance.feet, ankle[1], ankle[2] + stance.step])
    _bend_leg(poser, other, ankle, stance.toes_out[1])


def _leg_lengths(poser: _Poser, side: Side) -> tuple[float, float]:
    hip, knee, ankle = (
        poser.joint(f"{bone}.{side}") for bone in ("upperleg01", "lowerleg01", "foot")
    )
    return float(np.linalg.norm(knee - hip)), float(np.linalg.norm(ankle - knee))


def _bend_leg(poser: _Poser, side: Side, ankle: NDArray, toes_out: float) -> None:
    """Reach a place with the ankle; the knee bends towards the toes."""
    sign = 1 if side == "L" else -1
    upper, lower, foot = (
        f"{bone}.{side}" for bone in ("upperleg01", "lowerleg01", "foot")
    )
    thigh, shin = _leg_lengths(poser, side)
    hip = poser.place(upper)
    reach = ankle - hip
    distance = min(np.linalg.norm(reach), 0.9999 * (thigh + shin))
    reach = reach / np.linalg.norm(reach)
    toes = rotation("y", sign * toes_out)
    ahead = toes @ np.array([0, 0, 1])
    ahead = ahead - (ahead @ reach) * reach
    ahead /= np.linalg.norm(ahead)
    along = (thigh**2 + distance**2 - shin**2) / (2 * distance)
    knee = hip + along * reach + math.sqrt(max(thigh**2 - along**2, 0)) * ahead
    rest_knee, rest_ankle = poser.joint(lower), poser.joint(foot)
    poser.orient(upper, rotation("y", sign * toes_out * 0.6))
    poser.aim(upper, rest_knee - poser.joint(upper), knee - hip)
    poser.aim(lower, rest_ankle - rest_knee, ankle - knee)
    poser.orient(foot, toes)
