"""The body's outer line: from the neck over the shoulder down the arm to the wrist."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from ..arrays import OUTWARD, Mask, Points, Side, resample_curve, sample_indices
from ..masks import polygon
from ..person.body import Part, PersonReading
from .limbs import SAMPLES, Limb, arc_length, smooth_bend

SHOULDER_POINTS = 15
LINE_POINTS = 120
MAX_LIFT = 0.14
"""How far a shoulder may rise over the straight line from neck to tip, in shoulder
widths."""
ARM_HALF_WIDTHS = (0.150, 0.118, 0.080)
"""Half widths of shoulder, elbow and wrist in shoulder widths."""
THINNEST, THICKEST, UNDER_CLOTH = 0.5, 1.35, 1.15
"""Bounds of an arm's seen half width over the usual one; under old sleeves the last."""
JOINT_REACH = (0.06, 0.24)
"""Bounds of the distance from the shoulder joint to the skin over it."""
CAP, AIR = (0.6, 0.5), 0.3
"""What rounds the bare body off: the outer line from its first share of the shoulder to
so many shoulder widths beyond it, and how wide the air beside it is."""
MOST_ROUND, PUFFED = 1.15, 1.04
"""Most of that distance over what a round shoulder has; an old sleeve may be puffed."""


@dataclass(frozen=True, eq=False)
class OuterLine:
    """A curve on the body's silhouette, from the neck to the wrist.

    Attributes
    ----------
    points, normals : (N, 2) float32
        Evenly spaced; unit vectors away from the body.
    reached : (N,) float32
        Arc length of each point.
    tip_at : float
        Arc length where the shoulder ends.
    """

    points: Points
    normals: Points
    reached: np.ndarray
    tip_at: float

    @property
    def length(self) -> float:
        return float(self.reached[-1])

    def at(self, reached: np.ndarray, off: np.ndarray | float) -> Points:
        """Return the points at arc lengths, `off` pixels away from the body."""
        spots, normals = (
            np.stack([np.interp(reached, self.reached, v) for v in values.T], axis=1)
            for values in (self.points, self.normals)
        )
        return (spots + normals * np.reshape(off, (-1, 1))).astype(np.float32)


def shoulder_line(person: PersonReading, side: Side) -> Points:
    """Return points from the neck to the shoulder's end.

    The straight line between both is lifted to the silhouette where that is higher:
    shoulders are round, and the muscle rises towards the neck.
    """
    ends = np.stack([person.neck_point[side], person.shoulder_tip[side]])
    line = resample_curve(ends, SHOULDER_POINTS)
    steps = np.arange(0, MAX_LIFT * person.shoulder_width)
    spots = line[:, None] + person.up * steps[None, :, None]
    rows, columns = sample_indices(spots, person.size)
    on_body = person.is_part(Part.SKIN, Part.UPPER)[rows, columns]
    on_body[:, -1] = False
    ends = on_body.argmin(axis=1)
    after = person.parsing[rows, columns][np.arange(len(ends)), ends]
    # Neck and hair do not tell where the shoulder is; its end does.
    known = (ends < len(steps) - 2) & (after == Part.BACKGROUND)
    known[-1] = True
    at = np.arange(len(ends))
    lift = np.interp(at, at[known], steps[ends][known])
    lift = gaussian_filter1d(lift, 1.5, mode="nearest")
    return (line + person.up * lift[:, None]).astype(np.float32)


def bare_half_widths(person: PersonReading, side: Side, reached: np.ndarray):
    """Return usual half widths of the arm at arc lengths along its axis, in pixels."""
    axis = person.arm_axis(side)
    knots = [0, arc_length(axis[:40]), arc_length(axis)]
    widths = np.array(ARM_HALF_WIDTHS) * person.shoulder_width
    return np.interp(reached, knots, widths)


def arm_half_widths(
    person: PersonReading, side: Side, axis: Points, reached: np.ndarray
) -> np.ndarray:
    """Return how far the arm goes outwards from its axis, as seen, at arc lengths."""
    limb = Limb(axis, -OUTWARD[side], 0, arc_length(axis), *np.zeros((2, SAMPLES)))
    spots, normals = limb.frame_at(reached)
    steps = np.arange(0, int(0.34 * person.shoulder_width))
    places = spots[:, None] + normals[:, None] * steps[None, :, None]
    rows, columns = sample_indices(places, person.size)
    inside = person.mask[rows, columns]
    inside[:, -1] = False
    seen = gaussian_filter1d(inside.argmin(axis=1).astype(float), 2, mode="nearest")
    bare = bare_half_widths(person, side, reached)
    most = np.where(
        reached < _covered(person, side),
        UNDER_CLOTH * _stoutness(person, side, seen, reached),
        THICKEST,
    )
    return np.clip(seen, THINNEST * bare, most * bare)


def _covered(person: PersonReading, side: Side) -> float:
    """Arc length on the arm's axis that the old sleeve reaches; 0 without one."""
    extent = person.sleeve_extent[side]
    axis = person.arm_axis(side)
    knots = [0, arc_length(axis[:40]), arc_length(axis)]
    return float(np.interp(extent, [0, 1, 2], knots)) if extent > 0.25 else 0.0


def _stoutness(
    person: PersonReading, side: Side, seen: np.ndarray, reached: np.ndarray
) -> float:
    """Seen over usual half width, where the arm is bare above the wrist; else 1."""
    axis = person.arm_axis(side)
    is_bare = reached > _covered(person, side) + 0.1 * person.shoulder_width
    is_bare &= reached < 0.8 * arc_length(axis)
    if is_bare.sum() < 3:
        return 1.0
    usual = bare_half_widths(person, side, reached)
    return float(np.clip(np.median((seen / usual)[is_bare]), 0.8, 1.6))


def outer_line(person: PersonReading, side: Side) -> OuterLine:
    """Return the silhouette that a garment's shoulder and sleeve lie on."""
    shoulder = shoulder_line(person, side)
    axis = smooth_bend(person.arm_axis(side))
    upper_arm = arc_length(axis[:40])
    reached = np.linspace(0.42 * upper_arm, arc_length(axis), 60)
    limb = Limb(axis, -OUTWARD[side], 0, arc_length(axis), *np.zeros((2, SAMPLES)))
    spots, normals = limb.frame_at(reached)
    arm = spots + normals * arm_half_widths(person, side, axis, reached)[:, None]
    cap = _around_joint(person, side, shoulder, arm)
    line = np.concatenate([shoulder, cap, arm])
    tip_at = arc_length(shoulder)
    points = resample_curve(line, LINE_POINTS)
    smooth = gaussian_filter1d(points, 2.5, axis=0, mode="nearest")
    smooth[[0, -1]] = points[[0, -1]]
    along = np.gradient(smooth, axis=0)
    along /= np.linalg.norm(along, axis=1, keepdims=True) + 1e-6
    normals = np.stack([along[:, 1], -along[:, 0]], axis=1) * OUTWARD[side]
    steps = np.linalg.norm(np.diff(smooth, axis=0), axis=1)
    return OuterLine(smooth, normals, np.r_[0, np.cumsum(steps)], tip_at)


def beside_shoulder(person: PersonReading, side: Side, above: bool = False) -> Mask:
    """Return (H, W) what lies beside the round end of the shoulder: no body.

    With all that is `above` the shoulder, where muscles rise to the neck: no arm.
    """
    line, unit = outer_line(person, side), person.shoulder_width
    first, last = CAP[0] * line.tip_at, line.tip_at + CAP[1] * unit
    reached = np.linspace(first, min(last, line.length), 24)
    if above:
        reached = np.r_[np.linspace(0, first, 12, endpoint=False), reached]
    away = line.at(reached, AIR * unit)
    return polygon(person.size, np.concatenate([line.at(reached, 0), away[::-1]]))


def _around_joint(
    person: PersonReading, side: Side, shoulder: Points, arm: Points
) -> Points:
    """Points on the silhouette from a shoulder's end to an arm's, around the joint.

    They lie between the straight line and a round shoulder that goes on from both.
    """
    joint, unit = person.joint(side, "shoulder"), person.shoulder_width
    first, last = shoulder[-1] - joint, arm[0] - joint
    corner = _corner(first, shoulder[-1] - shoulder[-4], last, arm[0] - arm[4])
    at = np.linspace(0, 1, 40)[:, None]
    straight = first + at * (last - first)
    arch = (1 - at) ** 2 * first + 2 * at * (1 - at) * corner + at**2 * last
    start, end = (np.arctan2(point[1], point[0]) for point in (first, last))
    turn = (end - start + np.pi) % (2 * np.pi) - np.pi
    way = start + np.linspace(0, 1, 14)[1:-1] * turn
    least, between = (_radii(curve, start, turn, way) for curve in (straight, arch))
    steps = np.arange(0, 0.34 * unit, dtype=np.float32)
    spots = np.stack([np.cos(way), np.sin(way)], axis=1)[:, None] * steps[None, :, None]
    rows, columns = sample_indices(joint + spots, person.size)
    on_body = person.is_part(Part.SKIN, Part.UPPER)[rows, columns]
    ends = on_body.argmin(axis=1)
    after = person.parsing[rows, columns][np.arange(len(ends)), ends]
    seen = on_body[:, 0] & ~on_body.all(axis=1) & (after == Part.BACKGROUND)
    found = np.where(seen, steps[ends], between)
    found = np.clip(found, JOINT_REACH[0] * unit, JOINT_REACH[1] * unit)
    before = person.parsing[rows, columns][
        np.arange(len(ends)), np.maximum(ends - 2, 0)
    ]
    most = np.where(before == Part.UPPER, PUFFED, MOST_ROUND)
    found = np.clip(found, least, np.maximum(most * between, least))
    found = gaussian_filter1d(median_filter(found, 3, mode="nearest"), 1.0)
    return joint + found[:, None] * np.stack([np.cos(way), np.sin(way)], axis=1)


def _corner(
    first: np.ndarray, first_way: np.ndarray, last: np.ndarray, last_way: np.ndarray
) -> np.ndarray:
    """Where two lines that go on from `first` and `last` meet.

    Halfway between both, if they never do, or too far away.
    """
    apart = last - first
    ways = np.stack([first_way, -last_way], axis=1)
    if abs(np.linalg.det(ways)) < 1e-6:
        return first + apart / 2
    reached = np.linalg.solve(ways, apart)
    corner = first + reached[0] * first_way
    longest = np.linalg.norm(apart)
    is_near = np.linalg.norm(corner - (first + apart / 2)) < longest
    return corner if (reached > 0).all() and is_near else first + apart / 2


def _radii(curve: Points, start: float, turn: float, way: np.ndarray) -> np.ndarray:
    """Distance from the origin of a curve that turns by `turn`, at the angles `way`."""
    turned = np.arctan2(curve[:, 1], curve[:, 0]) - start
    turned = (turned * np.sign(turn) + np.pi) % (2 * np.pi) - np.pi
    rising = np.maximum.accumulate(turned) + 1e-6 * np.arange(len(curve))
    return np.interp((way - start) * np.sign(turn), rising, np.hypot(*curve.T))
