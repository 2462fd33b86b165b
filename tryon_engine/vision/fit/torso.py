"""The map of a torso: shoulders on shoulders, below them cloth hangs on its own."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import OUTWARD, SIDES, Points, Side
from ..garment.keypoints import UpperSide
from ..garment.reading import GarmentKind, GarmentReading
from ..garment.upper import UpperShape
from ..person.body import PersonReading
from ..uncover.bare_arms import STATIONS, middle_and_half
from .hang import Hang
from .pieces import (
    Deformation,
    ankle_down,
    body_half,
    crotch_down,
    outer_edges,
    smoothstep,
    upper_shape,
)
from .shoulder import shoulder_line
from .skirt import read_hang

CLOTH_ON_SKIN = 0.015
"""How thick cloth lies on a shoulder, in shoulder widths."""
SNUG, LOOSE = 1.02, 0.45
"""Width of tight cloth over the body's, and how much of what is wider still shows:
the rest lies in folds and turns around the sides."""
FRONT, TURNED, NARROWEST = 0.5, 0.15, 0.58
"""Up to which share of its half width cloth faces the camera, how much of its width
is left to see at its edge at least, and over all."""
LONG_TOP, LONG_SHOWN = 1.2, 0.5
"""Torso lengths below the shoulders from which a top's hem is drawn up: flats of long
tops are rarely that long when worn."""
CREASE, CREASE_ENDS = 0.44, 0.45
"""How far off the axis the crease between arm and chest lies, and how far below the
armpit cloth lies on the body's own side; in shoulder widths."""
SAGS = 0.10
"""How far the crotch of a jumpsuit hangs below the body's, in torso lengths."""
WIDE_SEAT = 1.2
"""A jumpsuit at the hips is at most so many times as wide as the body."""
LEG_OPENINGS = 1.0
"""Where leg openings of a bodysuit begin, in torso lengths below the shoulders."""
WAIST, TUCKED = (0.35, 0.75), 1.04
"""Where cloth that is tucked in gets as narrow as its wearer, in `down`, and how narrow
it gets, over the body's width."""
BARED = 0.16
"""How far above the armpits tops end that leave the shoulders bare, in shoulder widths.
"""
RETURNS = 0.1
"""An arm that comes so much nearer to the body again is bent, in shoulder widths."""
BACK_HEIGHT = 0.45
"""Height of what lies behind the neck, as a share of its height in the flat."""


@dataclass(frozen=True, eq=False)
class TorsoSide:
    """One side of the torso's map.

    Attributes
    ----------
    tip_y, pit_y : float
        Rows of the flat.
    y, own, worn : (N,) float32
        Rows from the armpit down, with the flank's distance from the axis in pixels of
        the person: as it lies flat, and as it is worn.
    """

    tip_y: float
    pit_y: float
    y: np.ndarray
    own: np.ndarray
    worn: np.ndarray

    def across(self, out: np.ndarray, y: np.ndarray) -> np.ndarray:
        """Return distances from the body's axis for distances from the garment's.

        `out` is in pixels of the person. Above the armpits cloth lies flat.
        """
        own, worn = np.interp(y, self.y, self.own), np.interp(y, self.y, self.worn)
        fade = smoothstep(y, self.tip_y, self.pit_y)
        return out + (turned(out, own, worn) - out) * fade


def turned(out: np.ndarray, own: np.ndarray, worn: np.ndarray) -> np.ndarray:
    """Return where cloth lies whose edge at `own` is seen at `worn`.

    Cloth that is too wide keeps its width in front, so that prints stay as they are,
    and turns away towards the edge; cloth that is too narrow is stretched evenly.
    """
    part, ratio = out / own, np.maximum(worn / own, NARROWEST)
    front = np.minimum(FRONT, (2 * ratio - 1 - TURNED) / (1 - TURNED))
    at_edge = 2 * (ratio - front) / (1 - front) - 1
    beyond = np.clip(part - front, 0, 1 - front)
    folded = part - (1 - at_edge) * beyond**2 / (2 * (1 - front))
    return own * np.where(ratio >= 1, part * ratio, folded)


@dataclass(frozen=True, eq=False)
class Torso:
    """The map of the torso: rows stay rows, the garment keeps its own length.

    `row` is the direction of the rows: between that of the shoulders and that of the
    hips, as cloth hangs from the ones and around the others.
    """

    person: PersonReading
    row: np.ndarray
    axis_x: float
    scale: float
    rows: np.ndarray
    below_px: np.ndarray
    sides: dict[Side, TorsoSide]
    hang: Hang | None = None

    def __call__(self, points: Points) -> Points:
        """Return where points of the flat come to lie on the torso."""
        x, y = (points[:, 0] - self.axis_x) * self.scale, points[:, 1]
        down = extrapolate(y, self.rows, self.below_px)
        across = np.zeros_like(x)
        for side in SIDES:
            here = x * OUTWARD[side] >= 0
            moved = self.sides[side].across(np.abs(x[here]), y[here])
            across[here] = OUTWARD[side] * moved
        if self.hang is not None:
            down = down + self.hang.falls(points)
        person = self.person
        place = person.shoulder_centre - person.up * down[:, None]
        return (place + self.row * across[:, None]).astype(np.float32)


@dataclass(frozen=True, eq=False)
class Back:
    """The map of what lies behind the neck: it sinks down, as a hood does.

    `first_y` is the row of the neck points in the flat.
    """

    torso: Deformation
    first_y: float

    def __call__(self, points: Points) -> Points:
        sunk = points.copy()
        above = np.minimum(points[:, 1] - self.first_y, 0)
        sunk[:, 1] += above * (BACK_HEIGHT - 1)
        return self.torso(sunk)


def fit_torso(person: PersonReading, garment: GarmentReading, scale: float) -> Torso:
    """Return the torso's map for a garment at `scale` person pixels per flat pixel."""
    shape = upper_shape(garment)
    necks = {side: neck_out(person, shape, side, scale) for side in SIDES}
    start_px = float(
        np.mean([_shoulder_level(person, side, necks[side]) for side in SIDES])
    )
    pit_px = start_px + scale * (shape.pit_y - shape.neck_y)
    if shape.is_off_shoulder:
        start_px = edge_px(person)
        pit_px = start_px + scale * (shape.pit_y - shape.edge_y)
        start_px -= scale * (shape.edge_y - shape.neck_y)
    elif shape.is_strapless:
        pit_px = armpit_px(person) + 0.05 * person.shoulder_width
        start_px = pit_px - scale * (shape.pit_y - shape.neck_y)
    elif not shape.is_sleeved:
        # Straps are as long as it takes; what hangs on them lies under the arms.
        most = armpit_px(person) + np.array([-0.12, 0.12]) * person.shoulder_width
        pit_px = float(np.clip(pit_px, *most))
    bottom_y = shape.neck_y + shape.length
    rows = np.array([shape.neck_y, shape.pit_y, bottom_y])
    hem_px = pit_px + scale * (bottom_y - shape.pit_y)
    hem_px = _plausible_hem(person, garment.kind, hem_px)
    if garment.is_bodysuit:  # it is stretched from the shoulders to the crotch
        hem_px = max(hem_px, LEG_OPENINGS * person.torso_length)
    below = np.array([start_px, pit_px, hem_px])
    sides = {
        side: _torso_side(person, garment, side, scale, rows, below) for side in SIDES
    }
    torso = Torso(
        person, _row_direction(person), shape.axis_x, scale, rows, below, sides
    )
    if garment.kind != GarmentKind.DRESS:
        return torso
    return replace(torso, hang=_hang(garment, torso))


def _row_direction(person: PersonReading) -> np.ndarray:
    shoulders = person.shoulder_tip["right"] - person.shoulder_tip["left"]
    row = person.right + shoulders / (np.linalg.norm(shoulders) + 1e-6)
    return row / np.linalg.norm(row)


def _hang(garment: GarmentReading, torso: Torso) -> Hang:
    """How the dress hangs below the armpits."""
    first = max(side.y[0] for side in torso.sides.values())
    y = np.arange(first, torso.rows[-1] + 1, dtype=np.float32)
    outs = {s: np.interp(y, side.y, side.own) for s, side in torso.sides.items()}
    left, right = (outs[side] / torso.scale for side in SIDES)
    edges = torso.axis_x - left, torso.axis_x + right
    widths = [np.interp(y, side.y, side.worn) for side in torso.sides.values()]
    down = extrapolate(y, torso.rows, torso.below_px) / torso.person.torso_length
    half_px = np.mean(widths, axis=0)
    return read_hang(torso.person, garment, y, edges, down, half_px)


def _plausible_hem(person: PersonReading, kind: GarmentKind, hem_px: float) -> float:
    """Shorten what would be a dress on a top, or trail on the floor."""
    torso = person.torso_length
    if kind == GarmentKind.TOP:
        usual = LONG_TOP * torso
        return min(hem_px, usual + LONG_SHOWN * max(hem_px - usual, 0))
    if kind == GarmentKind.JUMPSUIT:  # its trunk ends at the crotch, or sags below it
        crotch = crotch_down(person)
        return float(np.clip(hem_px, crotch * torso, (crotch + SAGS) * torso))
    return min(hem_px, ankle_down(person) * torso)


def armpit_px(person: PersonReading) -> float:
    """How far below the shoulder centre the body's armpits are."""
    joints = [person.joint(side, "shoulder") for side in SIDES]
    drop = [-(joint - person.shoulder_centre) @ person.up for joint in joints]
    return float(np.mean(drop)) + 0.30 * person.shoulder_width


def edge_px(person: PersonReading) -> float:
    """How far below the shoulder centre the edge of a top lies that bares shoulders."""
    return armpit_px(person) - BARED * person.shoulder_width


def _shoulder_level(person: PersonReading, side: Side, out: float) -> float:
    """How far below the shoulder centre cloth lies, `out` off the axis."""
    offsets = shoulder_line(person, side) - person.shoulder_centre
    outs = np.maximum.accumulate((offsets @ person.right) * OUTWARD[side])
    level = float(extrapolate(np.array([out]), outs, -(offsets @ person.up))[0])
    return level - CLOTH_ON_SKIN * person.shoulder_width


def neck_out(
    person: PersonReading, shape: UpperShape, side: Side, scale: float
) -> float:
    """How far off the axis the garment's neck point goes.

    Ordinary collars sit at the base of the neck, wide necklines stay wide.
    """
    upper = shape.sides[side]
    ends = shoulder_line(person, side)[[0, -1]] - person.shoulder_centre
    neck, tip = (ends @ person.right) * OUTWARD[side]
    neck_out = max(upper.half.out[upper.neck], 1.0)
    tip_out = max(upper.half.out[upper.tip], neck_out + 1)
    own = neck_out * scale
    if shape.is_strappy or neck_out > 0.70 * tip_out:
        return float(np.clip(own, 0.6 * neck, 0.92 * tip))
    return float(0.3 * own + 0.7 * np.clip(own, 0.88 * neck, 1.18 * neck))


def _torso_side(
    person: PersonReading,
    garment: GarmentReading,
    side: Side,
    scale: float,
    rows: np.ndarray,
    below: np.ndarray,
) -> TorsoSide:
    upper = upper_shape(garment).sides[side]
    y, out = _flank(garment, upper)
    own = np.maximum(out * scale, 1)
    worn = _flank_worn(person, garment, side, own, extrapolate(y, rows, below))
    tip_y = float(upper.point(upper.tip)[1])
    pit_y = max(float(upper.point(upper.pit)[1]), tip_y + 8)
    if upper.opening is not None:  # nothing of it lies flat on the shoulders
        pit_y, tip_y = tip_y, tip_y - 8
    return TorsoSide(tip_y, pit_y, y, own, worn)


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


def _flank_worn(
    person: PersonReading,
    garment: GarmentReading,
    side: Side,
    own: np.ndarray,
    below: np.ndarray,
) -> np.ndarray:
    """How far off the body's axis the flank is seen: loose or tight, over the body."""
    down = below / person.torso_length
    body = SNUG * body_half(person, side, down)
    chest = max(len(own) // 4, 1)
    slack = float(own[:chest].mean() / body[:chest].mean())
    hung = own * (1 + LOOSE * (slack - 1)) / slack if slack > 1 else own / slack
    # Below the hips only the garment's own width counts: it hangs.
    hangs = np.asarray(np.clip((down - 1.10) / 0.25, 0, 1), np.float64)
    if garment.kind == GarmentKind.DRESS:
        hung = hung * (1 - hangs) + np.maximum(hung, own) * hangs
        body = body * (1 - hangs)
    worn = np.maximum(hung, body)
    if garment.kind == GarmentKind.JUMPSUIT:
        seat = smoothstep(down, 0.8, 1.0)
        worn = np.minimum(worn, worn * (1 - seat) + WIDE_SEAT * body * seat)
    if garment.is_bodysuit:  # it is drawn in where it is tucked in
        drawn_in = smoothstep(down, *WAIST)
        worn = worn * (1 - drawn_in) + np.minimum(worn, TUCKED * body) * drawn_in
    if not upper_shape(garment).is_sleeved:
        # Without sleeves cloth begins where arm and chest part.
        unit = person.shoulder_width
        close = 1 - smoothstep(below - below[0], 0, CREASE_ENDS * unit)
        crease = np.minimum(np.minimum(worn, body), crease_px(person))
        worn = worn * (1 - close) + crease * close
    beside = _arm_out(person, side, down)
    if garment.kind == GarmentKind.DRESS:
        beside = beside + hangs * own  # skirts go on behind the arms
    worn = np.minimum(worn, np.maximum(beside, crease_px(person)))
    fine, broad = (
        gaussian_filter1d(worn, max(len(own) / parts, 1), mode="nearest")
        for parts in (60, 16)
    )
    # The sides of a skirt have no kinks.
    skirt = smoothstep(down, 0.75, 1.0) * (garment.kind == GarmentKind.DRESS)
    return fine * (1 - skirt) + broad * skirt


def _arm_out(person: PersonReading, side: Side, down: np.ndarray) -> np.ndarray:
    """How far off the body's axis cloth goes on behind the arm: it gives way to it.

    A forearm that comes back to the body, as of a hand on the hip, holds nothing off.
    """
    axis = person.arm_axis(side)
    aside, _ = middle_and_half(person, side)
    outwards = np.interp(np.linspace(0, 2, len(axis)), STATIONS, aside)
    offsets = axis - person.shoulder_centre
    out = (offsets @ person.right) * OUTWARD[side] + outwards
    at = np.maximum.accumulate(-(offsets @ person.up) / person.torso_length)
    at = at + 1e-4 * np.arange(len(at))
    returns = out < np.maximum.accumulate(out) - RETURNS * person.shoulder_width
    out = np.where(np.maximum.accumulate(returns), np.inf, out)
    last = int(np.isfinite(out).sum())
    return np.interp(down, at[:last], out[:last], left=np.inf, right=np.inf)


def crease_px(person: PersonReading) -> float:
    """How far off the axis arm and chest part."""
    return CREASE * person.shoulder_width


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
