"""The map of a torso: shoulders on shoulders, below them cloth hangs on its own."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .arrays import OUTWARD, SIDES, Points, Side, resample_curve, sample_indices
from .body import Part, PersonReading
from .fit import ankle_down, outer_edges, smoothstep, upper_shape
from .fit_hang import read_hang
from .garment import GarmentKind, GarmentReading, UpperShape
from .hang import Hang
from .keypoints import UpperSide

SHOULDER_POINTS = 15
MAX_LIFT = 0.14
CLOTH_ON_SKIN = 0.015
"""In shoulder widths: how far a shoulder may rise over the straight line from neck to
tip, and how thick cloth lies on it."""
LONG_TOP = 1.2
"""Torso lengths below the shoulders from which a top's hem is drawn up: flats of long
tops are rarely that long when worn."""
STRAP_REACH = 0.82
"""How far out straps lie on the shoulders, as a share of the shoulder's end."""
BACK_HEIGHT = 0.45
"""Height of what lies behind the neck, as a share of its height in the flat."""


@dataclass(frozen=True, eq=False)
class TorsoSide:
    """One side of the torso's map, in the body frame: across and below in pixels.

    Attributes
    ----------
    side : {"left", "right"}
    knots, placed : (3,) float32
        Distances from the flat's axis of middle, neck and tip, and where they go at
        the height of the shoulders.
    shift_at, shift : (N,) float32
        How far below the evenly scaled place the shoulder line lies, at distances from
        the flat's axis.
    tip_y, pit_y : float
        Rows of the flat.
    y, out, target : (N,) float32
        Rows below the armpit, with the flank's distance from the axis in the flat and
        on the body.
    """

    side: Side
    knots: np.ndarray
    placed: np.ndarray
    shift_at: np.ndarray
    shift: np.ndarray
    tip_y: float
    pit_y: float
    y: np.ndarray
    out: np.ndarray
    target: np.ndarray

    def move(self, out: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """Return (distance from the body's axis, extra way down) of cloth."""
        flank = np.interp(y, self.y, self.out)
        below = out * np.interp(y, self.y, self.target) / np.maximum(flank, 1)
        slope = (self.placed[-1] - self.placed[-2]) / (self.knots[-1] - self.knots[-2])
        above = np.interp(out, self.knots, self.placed)
        above = above + np.maximum(out - self.knots[-1], 0) * slope
        above = above + np.minimum(out, 0) * self.placed[1] / self.knots[1]
        fade = smoothstep(y, self.tip_y, self.pit_y)
        lowered = np.interp(out, self.shift_at, self.shift)
        return above * (1 - fade) + below * fade, lowered * (1 - fade)


@dataclass(frozen=True, eq=False)
class Torso:
    """The map of the torso: rows stay rows, the garment keeps its own length."""

    person: PersonReading
    axis_x: float
    rows: np.ndarray
    below_px: np.ndarray
    sides: dict[Side, TorsoSide]
    hang: Hang | None = None

    def __call__(self, points: Points) -> Points:
        """Return where points of the flat come to lie on the torso."""
        x, y = points[:, 0] - self.axis_x, points[:, 1]
        down = extrapolate(y, self.rows, self.below_px)
        across = np.zeros_like(x)
        for side in SIDES:
            here = x * OUTWARD[side] >= 0
            moved, lowered = self.sides[side].move(np.abs(x[here]), y[here])
            across[here] = OUTWARD[side] * moved
            down[here] += lowered
        if self.hang is not None:
            down = down + self.hang.falls(points)
        person = self.person
        return person.frame.place(down / person.torso_length, across)


@dataclass(frozen=True, eq=False)
class Back:
    """The map of what lies behind the neck: it sinks down, as a hood does."""

    torso: Torso

    def __call__(self, points: Points) -> Points:
        sunk = points.copy()
        above = np.minimum(points[:, 1] - self.torso.rows[0], 0)
        sunk[:, 1] += above * (BACK_HEIGHT - 1)
        return self.torso(sunk)


def fit_torso(person: PersonReading, garment: GarmentReading, scale: float) -> Torso:
    """Return the torso's map for a garment at `scale` person pixels per flat pixel."""
    shape = upper_shape(garment)
    necks = {side: _neck_out(person, shape, side, scale) for side in SIDES}
    start_px = float(
        np.mean([_shoulder_level(person, side, necks[side]) for side in SIDES])
    )
    pit_px = start_px + scale * (shape.pit_y - shape.neck_y)
    if shape.is_strapless:
        pit_px = _armpit_px(person) + 0.05 * person.shoulder_width
        start_px = pit_px - scale * (shape.pit_y - shape.neck_y)
    else:
        low, high = (0.26, 0.52) if shape.is_sleeved else (0.18, 0.42)
        joint = _armpit_px(person)
        unit = person.shoulder_width
        pit_px = float(
            np.clip(pit_px, joint + (low - 0.3) * unit, joint + (high - 0.3) * unit)
        )
    bottom_y = shape.neck_y + shape.length
    rows = np.array([shape.neck_y, shape.pit_y, bottom_y])
    hem_px = pit_px + scale * (bottom_y - shape.pit_y)
    hem_px = _plausible_hem(person, garment.kind, hem_px)
    below = np.array([start_px, pit_px, hem_px])
    sides = {
        side: _torso_side(person, garment, side, scale, necks[side], rows, below)
        for side in SIDES
    }
    # Both sides meet on the axis.
    middle = float(np.mean([side.shift[0] for side in sides.values()]))
    for side in sides.values():
        side.shift[0] = middle
    torso = Torso(person, shape.axis_x, rows, below, sides)
    if garment.kind != GarmentKind.DRESS:
        return torso
    return replace(torso, hang=_hang(garment, torso))


def _hang(garment: GarmentReading, torso: Torso) -> Hang:
    """How the dress hangs below the armpits."""
    first = max(side.y[0] for side in torso.sides.values())
    y = np.arange(first, torso.rows[-1] + 1, dtype=np.float32)
    outs = {s: np.interp(y, side.y, side.out) for s, side in torso.sides.items()}
    edges = torso.axis_x - outs["left"], torso.axis_x + outs["right"]
    widths = [np.interp(y, side.y, side.target) for side in torso.sides.values()]
    down = extrapolate(y, torso.rows, torso.below_px) / torso.person.torso_length
    half_px = np.mean(widths, axis=0)
    return read_hang(torso.person, garment, y, edges, down, half_px)


def _plausible_hem(person: PersonReading, kind: GarmentKind, hem_px: float) -> float:
    """Shorten what would be a dress on a top, or trail on the floor."""
    torso = person.torso_length
    if kind == GarmentKind.TOP:
        usual = LONG_TOP * torso
        return min(hem_px, usual + 0.5 * max(hem_px - usual, 0))
    return min(hem_px, ankle_down(person) * torso)


def _armpit_px(person: PersonReading) -> float:
    """How far below the shoulder centre the body's armpits are."""
    joints = [person.joint(side, "shoulder") for side in SIDES]
    drop = [-(joint - person.shoulder_centre) @ person.up for joint in joints]
    return float(np.mean(drop)) + 0.30 * person.shoulder_width


def _shoulder_line(person: PersonReading, side: Side) -> tuple[np.ndarray, np.ndarray]:
    """Return (out, below) of points from the neck to the shoulder tip, in pixels.

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
    lift = steps[on_body.argmin(axis=1)]
    lift[lift >= steps[-2]] = 0  # neck or hair: nothing to go by
    lift = gaussian_filter1d(lift, 1.5, mode="nearest")
    offset = line + person.up * lift[:, None] - person.shoulder_centre
    out = np.maximum.accumulate((offset @ person.right) * OUTWARD[side])
    return out, -(offset @ person.up)


def _shoulder_level(person: PersonReading, side: Side, out: float) -> float:
    """How far below the shoulder centre cloth lies, `out` off the axis."""
    outs, below = _shoulder_line(person, side)
    level = float(extrapolate(np.array([out]), outs, below)[0])
    return level - CLOTH_ON_SKIN * person.shoulder_width


def _neck_out(
    person: PersonReading, shape: UpperShape, side: Side, scale: float
) -> float:
    """How far off the axis the garment's neck point goes.

    Ordinary collars sit at the base of the neck, wide necklines stay wide.
    """
    upper = shape.sides[side]
    neck, tip = _shoulder_line(person, side)[0][[0, -1]]
    neck_out = max(upper.half.out[upper.neck], 1.0)
    tip_out = max(upper.half.out[upper.tip], neck_out + 1)
    own = neck_out * scale
    if shape.is_strappy or neck_out > 0.70 * tip_out:
        return float(np.clip(own, 0.6 * neck, 0.92 * tip))
    return float(0.3 * own + 0.7 * np.clip(own, 0.88 * neck, 1.18 * neck))


def _tip_out(
    person: PersonReading, shape: UpperShape, side: Side, scale: float, neck: float
) -> float:
    upper = shape.sides[side]
    own = upper.half.out[upper.tip] * scale
    tip = _shoulder_line(person, side)[0][-1]
    if shape.is_sleeved:
        return float(np.clip(own, 0.93 * tip, 1.04 * tip))
    most = STRAP_REACH if shape.is_strappy else 0.97
    return float(np.clip(own, neck + 0.03 * person.shoulder_width, most * tip))


def _torso_side(
    person: PersonReading,
    garment: GarmentReading,
    side: Side,
    scale: float,
    neck: float,
    rows: np.ndarray,
    below: np.ndarray,
) -> TorsoSide:
    shape = upper_shape(garment)
    upper = shape.sides[side]
    tip = _tip_out(person, shape, side, scale, neck)
    points = [upper.point(upper.neck), upper.point(upper.tip)]
    knots = np.array([0, *(abs(p[0] - shape.axis_x) for p in points)])
    knots[1:] = np.maximum.accumulate(np.maximum(knots[1:], [4, knots[1] + 4]))
    between = np.linspace(0, 1, SHOULDER_POINTS)
    line_out = knots[1] + between * (knots[2] - knots[1])
    line_y = points[0][1] + between * (points[1][1] - points[0][1])
    placed = neck + between * (tip - neck)
    level = np.array([_shoulder_level(person, side, out) for out in placed])
    shift = level - extrapolate(line_y, rows, below)
    if shape.is_strapless:
        shift = np.zeros_like(shift)
    y, out = _flank(garment, upper)
    target = _flank_target(
        person, garment, side, out, scale, extrapolate(y, rows, below)
    )
    return TorsoSide(
        side=side,
        knots=knots,
        placed=np.array([0, neck, tip]),
        shift_at=np.array([0, *line_out]),
        shift=np.array([shift[0], *shift]),
        tip_y=float(points[1][1]),
        pit_y=max(float(upper.point(upper.pit)[1]), float(points[1][1]) + 8),
        y=y,
        out=out,
        target=target,
    )


def _flank(garment: GarmentReading, upper: UpperSide) -> tuple[np.ndarray, np.ndarray]:
    flank = upper.flank
    y, out = outer_edges(
        flank,
        upper_shape(garment).axis_x,
        OUTWARD[upper.half.side],
        flank[0, 1],
        flank[-1, 1],
    )
    return y, gaussian_filter1d(out, 0.01 * garment.outline.height, mode="nearest")


def _flank_target(
    person: PersonReading,
    garment: GarmentReading,
    side: Side,
    out: np.ndarray,
    scale: float,
    below: np.ndarray,
) -> np.ndarray:
    """How far off the body's axis the flank goes: its own width, but over the body."""
    down = below / person.torso_length
    body = person.outline.half(side, down)
    own = out * scale
    slack = own[0] / max(body[0], 1)
    own = own * np.clip(1.24 / slack, 0.8, 1) if slack > 1.24 else own
    # Below the hips only the garment's own width counts: it hangs.
    hangs = np.clip((down - 1.10) / 0.25, 0, 1)
    least = body * 1.02 * (1 - hangs) + own * hangs
    target = np.maximum(own, least)
    if not upper_shape(garment).is_sleeved:
        # Without sleeves the armhole lies close to the body, in front of the arm.
        close = 1 - smoothstep(np.linspace(0, 1, len(out)), 0.0, 0.4)
        target = target * (1 - close) + np.minimum(target, body * 1.02) * close
    return gaussian_filter1d(target, max(len(out) / 60, 1), mode="nearest")


def extrapolate(at: np.ndarray, knots: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Linear interpolation that goes on straight beyond both ends."""
    inside = np.interp(at, knots, values)
    first = (values[1] - values[0]) / max(knots[1] - knots[0], 1e-6)
    last = (values[-1] - values[-2]) / max(knots[-1] - knots[-2], 1e-6)
    return (
        inside
        + np.minimum(at - knots[0], 0) * first
        + np.maximum(at - knots[-1], 0) * last
    )
