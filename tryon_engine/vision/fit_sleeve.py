"""The map of a sleeve: along the arm, from the armhole to the cuff."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .arrays import OUTWARD, Points, Side
from .bare_arms import SLEEVE_EASE, STATIONS, middle_and_half
from .body import PersonReading
from .fit import smoothstep
from .fit_torso import Torso
from .garment import UpperShape
from .keypoints import UpperSide
from .limbs import SAMPLES, Limb, Tube, arc_length, smooth_bend, tube_between

ARM_HALF_WIDTHS = (0.150, 0.118, 0.080)
"""Half widths of shoulder, elbow and wrist in shoulder widths."""
BLEND_FROM, BLEND_TO = -0.10, 0.55
"""Where cloth passes from the torso's to the sleeve's movement, in armhole heights
beyond the armhole."""


@dataclass(frozen=True, eq=False)
class Sleeve:
    """The map of one sleeve, and how much cloth already moves with it."""

    tube: Tube
    limb: Limb
    tip: np.ndarray
    pit: np.ndarray
    outward: int
    reach: float
    flank: tuple[np.ndarray, np.ndarray]
    axis_x: float

    def __call__(self, points: Points) -> Points:
        along, across = self.tube.coordinates(points)
        return self.limb.place(along, across)

    def beyond(self, points: Points) -> np.ndarray:
        """Return how far points lie beyond the armhole, in armhole heights."""
        hole = self.pit - self.tip
        height = float(np.linalg.norm(hole))
        away = np.array([hole[1], -hole[0]]) / height
        away = away * (1 if away[0] * self.outward > 0 else -1)
        beyond = (points - self.pit) @ away
        # Below the armpit, cloth inside the flank is torso however the armhole leans.
        edge = np.interp(points[:, 1], *self.flank)
        aside = (points[:, 0] - self.axis_x) * self.outward - edge
        below = points[:, 1] > self.pit[1]
        return np.where(below, np.minimum(beyond, aside), beyond) / height

    def below_pit(self, points: Points) -> np.ndarray:
        height = float(np.linalg.norm(self.pit - self.tip))
        return smoothstep((points[:, 1] - self.pit[1]) / height, -0.02, 0.05)

    def weight(self, points: Points) -> np.ndarray:
        return smoothstep(self.beyond(points), BLEND_FROM, BLEND_TO * self.reach)

    def blend(self, moved: Points, points: Points, weight: np.ndarray) -> Points:
        """Return points of the flat between the torso's place `moved` and the sleeve's.

        Between two directions a straight blend cuts the corner; on the outer side the
        distance from the shoulder joint is blended instead, so that the cap is round.
        """
        share = weight[:, None]
        own = self(points)
        mixed = moved * (1 - share) + own * share
        joint = self.limb.axis[0]
        before, after, now = (
            np.linalg.norm(spots - joint, axis=1, keepdims=True)
            for spots in (moved, own, mixed)
        )
        _, across = self.tube.coordinates(points)
        outer = smoothstep(across, 0.4, 0.9)[:, None]
        grow = (before * (1 - share) + after * share) / np.maximum(now, 1)
        grow = 1 + (np.clip(grow, 1, 1.6) - 1) * outer
        return (joint + (mixed - joint) * grow).astype(np.float32)


def fit_sleeve(
    person: PersonReading, shape: UpperShape, torso: Torso, side: Side, scale: float
) -> Sleeve:
    upper = shape.sides[side]
    outer, inner = sleeve_edges(upper)
    tube = tube_between(outer, inner, upper.sleeve)
    tip, pit = upper.point(upper.tip), upper.point(upper.pit)
    limb = _arm(person, torso(np.stack([tip, pit])), tube, side, scale)
    side_map = torso.sides[side]
    height = float(np.linalg.norm(tip - pit))
    return Sleeve(
        tube=tube,
        limb=limb,
        tip=tip,
        pit=pit,
        outward=OUTWARD[side],
        reach=float(np.clip(tube.length / (0.8 * height), 0.3, 1.0)),
        flank=(side_map.y, side_map.out),
        axis_x=shape.axis_x,
    )


def sleeve_edges(upper: UpperSide) -> tuple[Points, Points]:
    """Return a sleeve's outer and inner edge in the flat, from the armhole to the cuff.

    Raises ValueError where there is no sleeve.
    """
    if upper.cuff_outer is None or upper.cuff_inner is None:
        raise ValueError(f"There is no {upper.half.side} sleeve.")
    path = upper.half.path
    outer = path[upper.tip : upper.cuff_outer + 1]
    return outer, path[upper.cuff_inner : upper.pit + 1][::-1]


def _arm(
    person: PersonReading, armhole: Points, tube: Tube, side: Side, scale: float
) -> Limb:
    """The arm as the sleeve wears it: from the armhole to the cuff."""
    unit = person.shoulder_width
    axis = smooth_bend(person.arm_axis(side))
    total = arc_length(axis)
    first_way = axis[8] - axis[0]
    first_way = first_way / (np.linalg.norm(first_way) + 1e-6)
    first = float(np.clip((armhole.mean(axis=0) - axis[0]) @ first_way, 0, 0.4 * total))
    last = _cuff_reach(person, tube, first, total, scale)
    reached = np.linspace(first, last, SAMPLES)
    upper_arm = float(np.linalg.norm(axis[40] - axis[0]))
    along = np.interp(reached, [0, upper_arm, total], [0, 1, 2])
    bare = np.interp(along, [0, 1, 2], np.array(ARM_HALF_WIDTHS) * unit)
    seen = np.clip(_seen_outer(person, axis, side, reached), 0.7 * bare, 1.45 * bare)
    cloth = 0.92 * scale * tube.half_width(np.linspace(0, 1, SAMPLES))
    cuff = cloth[-1] * np.linspace(1.3, 1.0, SAMPLES)
    is_full = cloth[10:30].mean() > 1.5 * cuff[10:30].mean()
    cloth = cloth if is_full else np.minimum(cloth, np.maximum(cuff, bare))
    # Cloth lies on the shoulder and stands off the arm more and more below it.
    loose = np.linspace(0.06, 0.75 if is_full else 0.36, SAMPLES)
    ease = np.clip(cloth - seen, 0.018 * unit, np.maximum(loose * seen, 0.018 * unit))
    inner = np.clip(cloth, 0.95 * bare, (1.5 if is_full else 1.15) * bare)
    inner = np.maximum(inner, SLEEVE_EASE * _arm_inner(person, side, along))
    outward = 1 if side == "left" else -1
    return Limb(axis, outward, first, last, seen + ease, inner)


def _arm_inner(person: PersonReading, side: Side, along: np.ndarray) -> np.ndarray:
    """Distance from the arm's axis inwards to the edge of the bare arm."""
    off, half = middle_and_half(person, side)
    return np.interp(along, STATIONS, half - off)


def _cuff_reach(
    person: PersonReading, tube: Tube, first: float, total: float, scale: float
) -> float:
    """Arc length on the arm where the sleeve ends; long sleeves end at the wrist."""
    length = tube.length * scale
    if first + length > 0.72 * total:
        return total
    return first + max(length, 0.12 * person.shoulder_width)


def _seen_outer(
    person: PersonReading, axis: Points, side: Side, reached: np.ndarray
) -> np.ndarray:
    """Distance from the arm's axis outwards to the edge of the silhouette."""
    limb = Limb(
        axis, 1 if side == "left" else -1, 0, arc_length(axis), *np.zeros((2, SAMPLES))
    )
    spots, normals = limb.frame_at(reached)
    steps = np.arange(0, int(0.34 * person.shoulder_width))
    places = spots[:, None] + normals[:, None] * steps[None, :, None]
    height, width = person.size
    rows = np.clip(places[..., 1].astype(int), 0, height - 1)
    columns = np.clip(places[..., 0].astype(int), 0, width - 1)
    inside = person.mask[rows, columns]
    inside[:, -1] = False
    return gaussian_filter1d(inside.argmin(axis=1).astype(float), 2, mode="nearest")


def along_arm(person: PersonReading, side: Side, reached: float) -> float:
    axis = person.arm_axis(side)
    upper, total = arc_length(axis[:40]), arc_length(axis)
    return float(np.interp(reached, [0, upper, total], [0, 1, 2]))
