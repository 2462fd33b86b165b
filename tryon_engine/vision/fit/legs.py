"""Legs of trousers and jumpsuits: each follows the wearer's own leg."""

from dataclasses import dataclass
from functools import partial

import numpy as np

from ..arrays import OUTWARD, SIDES, Matte, Points, Side, grid, resample_curve
from ..garment.lower import LowerShape
from ..garment.reading import GarmentKind, GarmentReading
from ..masks import soften
from ..person.anatomy import (
    CALF_END,
    CALF_HALF_WIDTHS,
    SHIN_HALF_WIDTHS,
    THIGH_HALF_WIDTHS,
)
from ..person.body import Part, PersonReading
from .limbs import SAMPLES, Limb, arc_length, smooth_bend
from .pieces import Deformation, Piece, body_half, crotch_down, lower_shape, smoothstep

WIDE_THIGH = 1.5
"""Cloth at the thighs is at most so many times as wide as the body."""
STOUTEST = 1.4
"""Thighs are at most so many times as wide as usual ones."""
CROPPED = 1.05
"""Inseam over waist width below which trousers do not reach the ankles."""
AT_ANKLES, ON_SHOES = (0.99, 1.03), (1.03, 1.06)
"""Where long trousers end, in lengths of the leg from hip to ankle."""
MIN_SHOES = 0.004
"""Area of shoes in squared lengths of the leg."""


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
    """Pelvis and legs as one continuous map, blended around the crotch.

    `split` is where the left half ends in each of the rows `y`.
    """

    pelvis: Deformation
    legs: dict[Side, Leg]
    y: np.ndarray
    split: np.ndarray
    blend_from: float
    blend_to: float

    def __call__(self, points: Points) -> Points:
        is_left = points[:, 0] < np.interp(points[:, 1], self.y, self.split)
        left, right = (self.of_leg(side, points) for side in SIDES)
        return np.where(is_left[:, None], left, right)

    def of_leg(self, side: Side, points: Points) -> Points:
        """Move all points with one leg, those beyond its inseam too.

        A mesh needs them: it is cut off where the other leg takes them away.
        """
        share = smoothstep(points[:, 1], self.blend_from, self.blend_to)[:, None]
        return self.pelvis(points) * (1 - share) + self.legs[side](points) * share

    def hem_down(self, person: PersonReading) -> float:
        """Return where the longer leg ends, in torso lengths below the shoulders."""
        ends = [_last(leg.limb) - person.shoulder_centre for leg in self.legs.values()]
        return max(float(-end @ person.up) for end in ends) / person.torso_length


def fit_legs(
    person: PersonReading,
    garment: GarmentReading,
    scale: float,
    pelvis: Deformation,
    hips: dict[Side, float],
) -> TrouserDeformation:
    """Return the map of trousers whose part above the crotch lies as `pelvis` says.

    Parameters
    ----------
    person : PersonReading
    garment : GarmentReading
        With `lower` set, and a crotch.
    scale : float
        Person pixels per flat pixel.
    pelvis : Deformation
    hips : dict of side to float
        How far from the body's axis it reaches at the crotch, in pixels.
    """
    shape = lower_shape(garment)
    crotch_y = crotch_of(shape)
    rise = crotch_y - shape.y[0]
    legs = {side: _leg(person, garment, side, scale, hips[side]) for side in SIDES}
    return TrouserDeformation(
        pelvis,
        legs,
        shape.y,
        shape.split,
        blend_from=crotch_y - 0.25 * rise,
        blend_to=crotch_y + min(0.45 * rise, 0.6 * shape.inseam),
    )


def crotch_of(shape: LowerShape) -> float:
    """Return the row of the crotch; raises ValueError for a skirt."""
    if shape.crotch is None:
        raise ValueError("A skirt has no crotch.")
    return float(shape.crotch.y)


def leg_pieces(cover: Matte, deform: TrouserDeformation) -> tuple[Piece, ...]:
    """Return both legs, of the part of the flat that `cover` says."""
    x, y = grid(cover.shape)
    middle = np.interp(y[:, 0], deform.y, deform.split)[:, None]
    pieces = []
    for side in SIDES:
        half = soften((x - middle) * OUTWARD[side] > -2, 0.8) * cover
        moved = partial(deform.of_leg, side)
        pieces.append(Piece(f"{side}_leg", half, moved))
    return tuple(pieces)


def _leg(
    person: PersonReading,
    garment: GarmentReading,
    side: Side,
    scale: float,
    hip: float,
) -> Leg:
    shape = lower_shape(garment)
    crotch_y = crotch_of(shape)
    below = shape.y >= crotch_y
    y = shape.y[below]
    outer = (shape.left if side == "left" else shape.right)[below]
    inner = (shape.inner_left if side == "left" else shape.inner_right)[below]
    axis = _leg_axis(person, side)
    total = arc_length(axis)
    crotch_at = crotch_down(person)
    drop = (crotch_at - 1.0) * person.torso_length
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
    crotch = person.frame.place(crotch_at, 0.0)
    edge = person.frame.place(crotch_at, OUTWARD[side] * hip)
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
    """Half widths of the leg at arc lengths from the hip.

    Thighs meet at the crotch: each is half as wide as the hips, if these are wide.
    """
    knee = float(np.linalg.norm(person.joint(side, "knee") - person.joint(side, "hip")))
    calf = knee + CALF_END * (total - knee)
    usual = np.array([*THIGH_HALF_WIDTHS, CALF_HALF_WIDTHS[1], SHIN_HALF_WIDTHS[1]])
    hips = sum(float(body_half(person, each, 1.0)) for each in SIDES) / 2
    stout = np.clip(hips / 2 / (usual[0] * person.shoulder_width), 1, STOUTEST)
    usual *= np.array([stout, np.sqrt(stout), 1, 1])
    return np.interp(
        reached, [0, knee, calf, total], usual * person.shoulder_width
    ).astype(np.float32)


def _last(limb: Limb) -> np.ndarray:
    return limb.place(np.ones(1), np.full(1, 0.5))[0]
