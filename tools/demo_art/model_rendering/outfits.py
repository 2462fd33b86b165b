"""What house models wear, and where it is cut: tank tops, T-shirts and shorts.

A cut is a field over the rest body: how far inside the garment (in decimetres) a point
lies. Its zero line is the edge of the garment.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from .makehuman import Body
from .mesh import Vertices, smoothstep
from .nodes import Colour

Field = NDArray[np.float64]

NEVER = 9.0  # dm: far inside, for parts that do not limit the garment


@dataclass(frozen=True)
class Outfit:
    """One garment; lengths in decimetres, shares of limbs in [0, 1]."""

    kind: Literal["tank", "tee", "shorts"]
    colour: Colour = (0.5, 0.5, 0.5)
    gap: float = 0.05
    folds: float = 0.03
    smoothing: int = 14
    # tops
    hem: float = 0.55
    strap: float = 0.62
    armhole: float = 1.02
    sleeve: float = 0.62
    sleeve_flare: float = 0.05
    drape: float = 0.0
    drape_width: float = 0.95
    # shorts
    waist: float = -0.1
    leg: float = 0.42
    flare: float = 0.0


@dataclass(frozen=True)
class Landmarks:
    """Joints of the left half of the rest body, from which garments are measured."""

    neck: NDArray
    shoulder: NDArray
    elbow: NDArray
    hip: NDArray
    knee: NDArray

    @classmethod
    def of(cls, body: Body, rest: Vertices) -> "Landmarks":
        bones = (
            "neck01",
            "upperarm01.L",
            "lowerarm01.L",
            "upperleg01.L",
            "lowerleg01.L",
        )
        return cls(*(body.joint(rest, bone) for bone in bones))

    @property
    def chest_y(self) -> float:
        return self.shoulder[1] - 1.25

    @property
    def upper_arm(self) -> float:
        return float(np.linalg.norm(self.elbow - self.shoulder))

    def along_arm(self, points: Vertices) -> Field:
        """Return how far down the upper arm the points lie, in decimetres."""
        mirrored = np.column_stack([np.abs(points[:, 0]), points[:, 1:]])
        direction = (self.elbow - self.shoulder) / self.upper_arm
        return (mirrored - self.shoulder) @ direction


def inside_top(points: Vertices, outfit: Outfit, marks: Landmarks) -> Field:
    """Return how far inside a tank top or T-shirt points of the rest body lie (dm)."""
    hem = points[:, 1] - (marks.hip[1] - outfit.hem)
    arm = (_sleeve if outfit.kind == "tee" else _armhole)(points, outfit, marks)
    return np.minimum(np.minimum(_neck_opening(points, outfit, marks), hem), arm)


def _neck_opening(points: Vertices, outfit: Outfit, marks: Landmarks) -> Field:
    x, y, z = np.abs(points[:, 0]), points[:, 1], points[:, 2]
    width, front, back = 0.60 * marks.shoulder[0], 1.45, 0.62
    if outfit.kind == "tee":
        width, front, back = 0.52 * marks.shoulder[0], 0.82, 0.38
    top = marks.neck[1] + 0.12
    forward = smoothstep(z, marks.neck[2] - 0.2, marks.neck[2] + 0.8)
    depth = back + (front - back) * forward
    ellipse = np.sqrt((x / width) ** 2 + ((np.minimum(y, top) - top) / depth) ** 2)
    opening = (ellipse - 1) * 0.75 * min(width, 1.0)
    return np.where(y > top, np.maximum(x - width, -1), opening)


def _sleeve(points: Vertices, outfit: Outfit, marks: Landmarks) -> Field:
    x, y = np.abs(points[:, 0]), points[:, 1]
    left = outfit.sleeve * marks.upper_arm - marks.along_arm(points)
    below = np.maximum(0, marks.shoulder[1] - 1.0 - y)
    return np.where(x < marks.shoulder[0] * 0.8 + below * 0.45, NEVER, left)


def _armhole(points: Vertices, outfit: Outfit, marks: Landmarks) -> Field:
    x, y = np.abs(points[:, 0]), points[:, 1]
    centre_x, centre_y = marks.shoulder[0] * 1.22, marks.shoulder[1] + 0.05
    radius_x = marks.shoulder[0] * (1.22 - outfit.strap)
    across = (np.minimum(x, centre_x) - centre_x) / radius_x
    down = (y - centre_y) / outfit.armhole
    opening = (np.sqrt(across**2 + down**2) - 1) * min(radius_x, outfit.armhole)
    side = centre_x + np.maximum(0, centre_y - 1.3 - y) * 0.35 - x
    return np.where(x > centre_x, np.minimum(opening, side), opening)


def inside_shorts(points: Vertices, outfit: Outfit, marks: Landmarks) -> Field:
    """Return how far inside shorts points of the rest body lie (dm)."""
    x, y = np.abs(points[:, 0]), points[:, 1]
    hip, knee = marks.hip[1], marks.knee[1]
    waist = hip + outfit.waist - y
    hem = y - (hip + (knee - hip) * outfit.leg)
    hands = marks.shoulder[0] * 1.35 + 0.5 - x
    return np.minimum(np.minimum(waist, hem), hands)
