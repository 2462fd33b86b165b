"""Fitting trousers, shorts and skirts: hung on the waist, legs follow legs."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import SIDES, Points, Side
from ..garment.lower import LowerShape
from ..garment.reading import GarmentKind, GarmentReading
from ..masks import dilate
from ..person.body import Part, PersonReading
from .hang import Hang
from .legs import crotch_of, fit_legs, leg_pieces
from .pieces import Fit, Piece, ankle_down, body_half, crotch_down, lower_shape
from .skirt import read_hang

WAIST_EASE = 1.03
HIGHEST_WAIST, LOWEST_WAIST = 0.66, 0.86
"""Where a waistband may sit, in torso lengths below the shoulders."""
USUAL_WAIST = 0.74
WIDE_HIPS = 1.12
"""Cloth at the hips is at most so many times as wide as the body."""
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
    if cloth.sum() > 300 and not person.is_dress:  # where a dress parts is a guess
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
    crotch_y, crotch_at = crotch_of(shape), crotch_down(person)
    rise = crotch_y - shape.y[0]
    scale = _waist_width(person, waist) * WAIST_EASE / shape.waist_width
    upright = (crotch_at - waist) * person.torso_length / rise
    scale = float(np.sqrt(scale * np.clip(upright, 0.8 * scale, 1.25 * scale)))
    down = waist + (shape.y - shape.y[0]) * (crotch_at - waist) / rise
    pelvis = _rows(person, shape, down, scale, hang_from=9.0, most=WIDE_HIPS)
    hips = {
        side: float(_beyond(np.float32(crotch_y), pelvis.y, pelvis.widths[side]))
        for side in SIDES
    }
    deform = fit_legs(person, garment, scale, pelvis, hips)
    pieces = leg_pieces(dilate(garment.mask, 3).astype(np.float32), deform)
    return Fit(pieces, scale, waist, deform.hem_down(person), {}, {})


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


def _beyond(
    at: np.ndarray | np.floating, knots: np.ndarray, values: np.ndarray
) -> np.ndarray:
    """Linear interpolation that goes on straight beyond both ends."""
    step = min(10, len(knots) - 1)
    first = (values[step] - values[0]) / max(knots[step] - knots[0], 1e-6)
    last = (values[-1] - values[-1 - step]) / max(knots[-1] - knots[-1 - step], 1e-6)
    over, under = np.maximum(at - knots[-1], 0), np.minimum(at - knots[0], 0)
    return np.interp(at, knots, values) + under * first + over * last
