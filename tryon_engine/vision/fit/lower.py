"""Fitting trousers, shorts and skirts: hung on the waist, legs follow legs."""

from dataclasses import dataclass, replace
from functools import partial

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import OUTWARD, SIDES, Points, Side, grid, resample_curve
from ..garment.lower import LowerShape
from ..garment.reading import GarmentKind, GarmentReading
from ..masks import dilate, soften
from ..person.anatomy import (
    CALF_END,
    CALF_HALF_WIDTHS,
    SHIN_HALF_WIDTHS,
    THIGH_HALF_WIDTHS,
)
from ..person.body import Part, PersonReading
from .hang import Hang
from .limbs import SAMPLES, Limb, arc_length, smooth_bend
from .pieces import Fit, Piece, ankle_down, body_half, lower_shape, smoothstep
from .skirt import read_hang

WAIST_EASE = 1.03
CROTCH_DROP = 0.24
"""How far the crotch lies below the hip joints, in shoulder widths."""
HIGHEST_WAIST, LOWEST_WAIST = 0.66, 0.86
"""Where a waistband may sit, in torso lengths below the shoulders."""
USUAL_WAIST = 0.74
WIDE_THIGH, WIDE_HIPS = 1.5, 1.12
"""Cloth at the thighs and hips is at most so many times as wide as the body."""
CROPPED = 1.05
"""Inseam over waist width below which trousers do not reach the ankles."""
AT_ANKLES, ON_SHOES = (0.99, 1.03), (1.03, 1.06)
"""Where long trousers end, in lengths of the leg from hip to ankle."""
MIN_SHOES = 0.004
"""Area of shoes in squared lengths of the leg."""
WAIST_OF_HIPS = 0.84
TUCK = 0.06
"""How far a waistband reaches up under a top's hem, in torso lengths."""


@dataclass(frozen=True, eq=False)
class Rows:
    """Rows of the flat mapped to rows of the body: pelvis or skirt.

    Attributes
    ----------
    y, middle, half : (N,) float32
        Rows of the flat with their middle and half width.
    down : (N,) float32
        Where each row goes, in torso lengths below the shoulders.
    widths : dict of side to (N,) float32
        How far the row reaches from the body's axis, in pixels.
    hang : Hang or None
        None for the pelvis of trousers.
    """

    person: PersonReading
    y: np.ndarray
    middle: np.ndarray
    half: np.ndarray
    down: np.ndarray
    widths: dict[Side, np.ndarray]
    hang: Hang | None = None

    def __call__(self, points: Points) -> Points:
        y = points[:, 1]
        half = np.maximum(np.interp(y, self.y, self.half), 1)
        part = (points[:, 0] - np.interp(y, self.y, self.middle)) / half
        left, right = (np.interp(y, self.y, self.widths[side]) for side in SIDES)
        across = np.where(part < 0, part * left, part * right)
        down = _beyond(y, self.y, self.down)
        if self.hang is not None:
            down = down + self.hang.falls(points) / self.person.torso_length
        return self.person.frame.place(down, across)


@dataclass(frozen=True, eq=False)
class Leg:
    """One leg of trousers: ruled between inseam and outseam, row by row."""

    side: Side
    y: np.ndarray
    outer: np.ndarray
    inner: np.ndarray
    limb: Limb

    def __call__(self, points: Points) -> Points:
        y = points[:, 1]
        outer, inner = (np.interp(y, self.y, edge) for edge in (self.outer, self.inner))
        span = np.where(
            np.abs(outer - inner) < 2, OUTWARD[self.side] * 2, outer - inner
        )
        across = (points[:, 0] - inner) / span
        along = (y - self.y[0]) / max(self.y[-1] - self.y[0], 1)
        return self.limb.place(along, across)


@dataclass(frozen=True, eq=False)
class TrouserDeformation:
    """Pelvis and legs as one continuous map, blended around the crotch."""

    pelvis: Rows
    legs: dict[Side, Leg]
    split: np.ndarray
    blend_from: float
    blend_to: float

    def __call__(self, points: Points) -> Points:
        is_left = points[:, 0] < np.interp(points[:, 1], self.pelvis.y, self.split)
        left, right = (self.of_leg(side, points) for side in SIDES)
        return np.where(is_left[:, None], left, right)

    def of_leg(self, side: Side, points: Points) -> Points:
        """Move all points with one leg, those beyond its inseam too.

        A mesh needs them: it is cut off where the other leg takes them away.
        """
        share = smoothstep(points[:, 1], self.blend_from, self.blend_to)[:, None]
        return self.pelvis(points) * (1 - share) + self.legs[side](points) * share


def fit_lower(
    person: PersonReading, garment: GarmentReading, top_hem_down: float | None = None
) -> Fit:
    """Fit trousers, shorts or a skirt to a person.

    Parameters
    ----------
    person : PersonReading
    garment : GarmentReading
        With `lower` set.
    top_hem_down : float, optional
        Where a top worn over it ends: the waistband reaches under it.
    """
    waist = _waist_down(person, top_hem_down)
    if garment.kind == GarmentKind.SKIRT or lower_shape(garment).crotch is None:
        return _fit_skirt(person, garment, waist)
    return _fit_trousers(person, garment, waist)


def _waist_down(person: PersonReading, top_hem_down: float | None) -> float:
    """Where the old waistband is, if it is to be seen; a usual rise otherwise."""
    cloth = (person.parsing == Part.LOWER) & (np.abs(person.across) < 0.25)
    waist = USUAL_WAIST
    if cloth.sum() > 300:
        waist = float(np.percentile(person.down[cloth], 1.5))
        # Below the waist the band is hidden by an untucked top.
        waist = min(waist, USUAL_WAIST) if waist > LOWEST_WAIST else waist
    if top_hem_down is not None:
        waist = min(waist, top_hem_down - TUCK)
    return float(np.clip(waist, HIGHEST_WAIST, LOWEST_WAIST))


def _fit_skirt(person: PersonReading, garment: GarmentReading, waist: float) -> Fit:
    shape = lower_shape(garment)
    scale = _waist_width(person, waist) * WAIST_EASE / shape.waist_width
    hips = sum(float(body_half(person, side, 1.0)) for side in SIDES)
    at_hips = _width_below(shape, 0.30 * person.torso_length / scale)
    scale = float(np.clip(0.97 * hips / at_hips, scale, 1.08 * scale))
    length = min(shape.length * scale / person.torso_length, ankle_down(person) - waist)
    down = waist + (shape.y - shape.y[0]) / shape.length * length
    rows = _rows(person, shape, down, scale, hang_from=1.12)
    half_px = (rows.widths["left"] + rows.widths["right"]) / 2
    hang = read_hang(person, garment, shape.y, (shape.left, shape.right), down, half_px)
    rows = replace(rows, hang=hang)
    whole = Piece("skirt", dilate(garment.mask, 3).astype(np.float32), rows)
    return Fit((whole,), scale, waist, float(down[-1]), {}, {}, hang)


def _fit_trousers(person: PersonReading, garment: GarmentReading, waist: float) -> Fit:
    shape = lower_shape(garment)
    crotch_down = 1.0 + CROTCH_DROP * person.shoulder_width / person.torso_length
    crotch_y = _crotch_y(shape)
    rise = crotch_y - shape.y[0]
    scale = _waist_width(person, waist) * WAIST_EASE / shape.waist_width
    upright = (crotch_down - waist) * person.torso_length / rise
    scale = float(np.sqrt(scale * np.clip(upright, 0.8 * scale, 1.25 * scale)))
    down = waist + (shape.y - shape.y[0]) * (crotch_down - waist) / rise
    pelvis = _rows(person, shape, down, scale, hang_from=9.0, most=WIDE_HIPS)
    legs = {
        side: _leg(person, garment, side, scale, pelvis, crotch_down) for side in SIDES
    }
    deform = TrouserDeformation(
        pelvis,
        legs,
        shape.split,
        blend_from=crotch_y - 0.25 * rise,
        blend_to=crotch_y + min(0.45 * rise, 0.6 * shape.inseam),
    )
    hem = max(
        float(-(_last(leg.limb) - person.shoulder_centre) @ person.up)
        for leg in legs.values()
    )
    pieces = _leg_pieces(garment, deform)
    return Fit(pieces, scale, waist, hem / person.torso_length, {}, {})


def _crotch_y(shape: LowerShape) -> float:
    if shape.crotch is None:
        raise ValueError("A skirt has no crotch.")
    return float(shape.crotch.y)


def _last(limb: Limb) -> np.ndarray:
    return limb.place(np.ones(1), np.full(1, 0.5))[0]


def _waist_width(person: PersonReading, down: float) -> float:
    return sum(float(_body_half(person, side, down)) for side in SIDES)


def _body_half(
    person: PersonReading, side: Side, down: np.ndarray | float
) -> np.ndarray:
    """Half width of the body below a loose top, which hides the waist but not the hips.

    Above the hips at most the share of the hips' width that waists have.
    """
    hips = float(body_half(person, side, 1.0))
    share = np.interp(down, [USUAL_WAIST, 1.0], [WAIST_OF_HIPS, 1.0])
    at_most = np.where(down < 1.0, share * hips, np.inf)
    return np.minimum(body_half(person, side, down), at_most)


def _width_below(shape: LowerShape, depth_px: float) -> float:
    """Width of the garment so many pixels of the flat below its waist."""
    at = shape.y[0] + depth_px
    return float(np.interp(at, shape.y, shape.right - shape.left))


def _rows(
    person: PersonReading,
    shape: LowerShape,
    down: np.ndarray,
    scale: float,
    hang_from: float,
    most: float = 1.22,
) -> Rows:
    """Rows that keep the garment's own width but cover the body."""
    half = (shape.right - shape.left) / 2
    hangs = np.clip((down - hang_from) / 0.25, 0, 1)
    widths = {}
    for side in SIDES:
        own = half * scale
        body = _body_half(person, side, down) * 1.02
        widest = body * most * (1 - hangs) + np.maximum(own, body) * hangs
        target = np.clip(own, body * (1 - hangs) + own * hangs, np.maximum(widest, 1))
        widths[side] = gaussian_filter1d(target, len(down) / 60, mode="nearest")
    middle = (shape.left + shape.right) / 2
    return Rows(person, shape.y, middle, half, down, widths)


def _leg(
    person: PersonReading,
    garment: GarmentReading,
    side: Side,
    scale: float,
    pelvis: Rows,
    crotch_down: float,
) -> Leg:
    shape = lower_shape(garment)
    crotch_y = _crotch_y(shape)
    below = shape.y >= crotch_y
    y = shape.y[below]
    outer = (shape.left if side == "left" else shape.right)[below]
    inner = (shape.inner_left if side == "left" else shape.inner_right)[below]
    axis = _leg_axis(person, side)
    total = arc_length(axis)
    drop = (crotch_down - 1.0) * person.torso_length
    first = float(np.clip(drop, 0, 0.4 * total))
    last = _hem_reach(person, garment, first, total, scale)
    reached = np.linspace(first, last, SAMPLES)
    along = np.linspace(0, 1, SAMPLES)
    cloth = np.interp(along, np.linspace(0, 1, len(y)), np.abs(outer - inner))
    cloth = cloth * scale / 2
    bare = _bare_leg(person, side, reached, total)
    # Flared legs are wide at their hems, not at the thighs.
    half = np.clip(cloth, bare * 1.06, bare[0] * (WIDE_THIGH + along))
    limb = Limb(axis, 1 if side == "left" else -1, first, last, half, half)
    spots = limb.place(along, np.full(SAMPLES, 0.5))
    normals = limb.place(along, np.ones(SAMPLES)) - spots
    normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-6
    # Legs do not cross: what is too wide for the inside hangs on the outside.
    middle = person.hip_centre + 0 * spots
    middle[:, 1] = spots[:, 1]
    room = np.maximum(((spots - middle) * normals).sum(axis=1), 0.6 * half)
    inner_px = np.minimum(half, room)
    outer_px = np.minimum(2 * half - inner_px, half * 1.6)
    # At the crotch both legs meet in the middle and reach the pelvis' sides.
    root = float(_beyond(np.float32(crotch_y), pelvis.y, pelvis.widths[side]))
    crotch = person.frame.place(crotch_down, 0.0)
    edge = person.frame.place(crotch_down, OUTWARD[side] * root)
    start = 1 - smoothstep(along, 0.0, 0.5)
    outer_px = outer_px * (1 - start) + ((edge - spots[0]) @ normals[0]) * start
    inner_px = inner_px * (1 - start) + ((spots[0] - crotch) @ normals[0]) * start
    worn = Limb(axis, limb.outward, first, last, outer_px, inner_px)
    return Leg(side, y, outer, inner, worn)


def _leg_axis(person: PersonReading, side: Side) -> Points:
    hip, knee, ankle = (person.joint(side, name) for name in ("hip", "knee", "ankle"))
    thigh = resample_curve(np.stack([hip, knee]), 40)
    shin = resample_curve(np.stack([knee, ankle]), 40)[1:]
    return smooth_bend(np.concatenate([thigh, shin]))


def _hem_reach(
    person: PersonReading,
    garment: GarmentReading,
    first: float,
    total: float,
    scale: float,
) -> float:
    """Arc length on the leg where the hem lies: for trousers at the ankles, or on the
    shoes."""
    shape = lower_shape(garment)
    own = first + shape.inseam * scale
    if garment.kind == GarmentKind.SHORTS:
        return min(own, 0.8 * total)
    if shape.inseam < CROPPED * shape.waist_width:
        return min(own, total)
    has_shoes = (person.parsing == Part.SHOES).sum() > MIN_SHOES * total**2
    low, high = ON_SHOES if has_shoes else AT_ANKLES
    return float(np.clip(own, low * total, high * total))


def _bare_leg(
    person: PersonReading, side: Side, reached: np.ndarray, total: float
) -> np.ndarray:
    """Half widths of the leg at arc lengths from the hip."""
    knee = float(np.linalg.norm(person.joint(side, "knee") - person.joint(side, "hip")))
    calf = knee + CALF_END * (total - knee)
    return np.interp(
        reached,
        [0, knee, calf, total],
        np.array([*THIGH_HALF_WIDTHS, CALF_HALF_WIDTHS[1], SHIN_HALF_WIDTHS[1]])
        * person.shoulder_width,
    )


def _leg_pieces(
    garment: GarmentReading, deform: TrouserDeformation
) -> tuple[Piece, ...]:
    x, y = grid(garment.size)
    middle = np.interp(y[:, 0], deform.pelvis.y, deform.split)[:, None]
    area = dilate(garment.mask, 3)
    pieces = []
    for side in SIDES:
        cover = soften((x - middle) * OUTWARD[side] > -2, 0.8) * area
        moved = partial(deform.of_leg, side)
        pieces.append(Piece(f"{side}_leg", cover, moved))
    return tuple(pieces)


def _beyond(
    at: np.ndarray | np.floating, knots: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """Linear interpolation that goes on straight beyond both ends."""
    step = min(10, len(knots) - 1)
    first = (values[step] - values[0]) / max(knots[step] - knots[0], 1e-6)
    last = (values[-1] - values[-1 - step]) / max(knots[-1] - knots[-1 - step], 1e-6)
    over, under = np.maximum(at - knots[-1], 0), np.minimum(at - knots[0], 0)
    return np.interp(at, knots, values) + under * first + over * last
