"""The pose of a house model: upright, arms away from the body, hands relaxed."""

import math

import numpy as np
from numpy.typing import NDArray

from .makehuman import Body, Vertices

Rotation = NDArray[np.float64]

AXES = {"x": (1, 0, 0), "y": (0, 1, 0), "z": (0, 0, 1)}


def rotation(axis: str | NDArray, degrees: float) -> Rotation:
    """Return the 3 x 3 rotation about an axis, by name or as a vector."""
    direction = np.array(AXES[axis] if isinstance(axis, str) else axis, float)
    x, y, z = direction / np.linalg.norm(direction)
    cross = np.array([[0, -z, y], [z, 0, -x], [-y, x, 0]])
    angle = math.radians(degrees)
    return np.eye(3) + math.sin(angle) * cross + (1 - math.cos(angle)) * cross @ cross


def standing_pose(
    body: Body, rest: Vertices, arm: float, leg: float
) -> dict[str, Rotation]:
    """Return bone rotations: arms lowered by `arm` degrees, legs closed by `leg`."""
    turns = {"head": rotation("y", 2) @ rotation("z", 0.8)}
    for side, sign in ((".L", -1), (".R", 1)):
        turns |= {
            f"clavicle{side}": rotation("z", sign * 3),
            f"upperarm01{side}": rotation("z", sign * (arm - 3)) @ rotation("x", 4),
            f"lowerarm01{side}": rotation("z", sign * 4) @ rotation("x", 34),
            f"wrist{side}": rotation("x", 6),
            f"upperleg01{side}": rotation("z", sign * leg),
            f"foot{side}": rotation("z", -sign * leg),
        }
        turns |= _relaxed_hand(body, rest, side)
    return turns


def _relaxed_hand(body: Body, rest: Vertices, side: str) -> dict[str, Rotation]:
    """Close the spread fingers of the rest pose and curl them slightly."""
    direction = {finger: _finger(body, rest, finger, side) for finger in range(1, 6)}
    palm = _palm_normal(body, rest, direction, side)

    def spread(finger: int) -> float:
        """Degrees between a finger and the middle one, about the palm's normal."""
        cross = np.cross(direction[finger], direction[3]) @ palm
        return math.degrees(math.atan2(cross, direction[finger] @ direction[3]))

    turns = {}
    for finger in (2, 3, 4, 5):
        curl = np.cross(direction[finger], palm)
        closed = rotation(palm, spread(finger) * 0.75)
        turns |= {
            f"finger{finger}-1{side}": closed @ rotation(curl, 7 + 2.5 * finger),
            f"finger{finger}-2{side}": rotation(curl, 13 + 2 * finger),
            f"finger{finger}-3{side}": rotation(curl, 9),
        }
    turns[f"finger1-1{side}"] = rotation(palm, spread(1) * 0.35)
    turns[f"finger1-2{side}"] = rotation(palm, spread(1) * 0.15)
    return turns


def _finger(body: Body, rest: Vertices, finger: int, side: str) -> NDArray:
    tip = body.joint(rest, f"finger{finger}-3{side}", "tail")
    along = tip - body.joint(rest, f"finger{finger}-1{side}")
    return along / np.linalg.norm(along)


def _palm_normal(
    body: Body, rest: Vertices, direction: dict[int, NDArray], side: str
) -> NDArray:
    """Return the unit normal of the palm, on the side to which the thumb points."""
    index, little = (body.joint(rest, f"finger{k}-1{side}") for k in (2, 5))
    normal = np.cross(direction[2], little - index)
    normal /= np.linalg.norm(normal)
    thumb = body.joint(rest, f"finger1-3{side}", "tail")
    outwards = thumb - body.joint(rest, f"finger3-1{side}")
    return normal if outwards @ normal >= 0 else -normal
