"""Fitting tops and dresses: the torso hangs from the shoulders, sleeves follow arms."""

from dataclasses import dataclass, replace

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .arrays import (
    OUTWARD,
    SIDES,
    Field,
    Points,
    Side,
    grid,
    resample_curve,
    sample_indices,
)
from .body import Part, PersonReading
from .fit import Fit, Piece, ankle_down, outer_edges, smoothstep
from .garment import GarmentKind, GarmentReading, UpperShape
from .keypoints import UpperSide
from .limbs import SAMPLES, Limb, Tube, arc_length, smooth_bend, tube_between
from .masks import dilate, polygon, soften

CHEST_EASE = 1.13
"""Width of a flat's chest over the width of the body's, for an ordinary fit."""
ARM_HALF_WIDTHS = (0.150, 0.118, 0.080)
"""Half widths of shoulder, elbow and wrist in shoulder widths."""
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
BLEND_FROM, BLEND_TO = -0.10, 0.55
"""Where cloth passes from the torso's to the sleeve's movement, in armhole heights
beyond the armhole."""


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

    def __call__(self, points: Points) -> Points:
        """Return where points of the flat come to lie on the torso."""
        x, y = points[:, 0] - self.axis_x, points[:, 1]
        down = _extrapolate(y, self.rows, self.below_px)
        across = np.zeros_like(x)
        for side in SIDES:
            here = x * OUTWARD[side] >= 0
            moved, lowered = self.sides[side].move(np.abs(x[here]), y[here])
            across[here] = OUTWARD[side] * moved
            down[here] += lowered
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


@dataclass(frozen=True, eq=False)
class UpperDeformation:
    """Torso and sleeves as one continuous map (linear blend skinning).

    References
    ----------
    .. [1] Magnenat-Thalmann, Laperriere, Thalmann, "Joint-dependent local deformations
       for hand animation and object grasping", Graphics Interface 1988.
    """

    torso: Torso
    sleeves: dict[Side, Sleeve]
    is_torso_piece: bool = False

    def __call__(self, points: Points) -> Points:
        moved = self.torso(points)
        for sleeve in self.sleeves.values():
            weight = sleeve.weight(points)
            if self.is_torso_piece:
                # Below the armpit its mesh's rim must not be drawn along by the arm.
                weight = weight * (1 - sleeve.below_pit(points))
            near = weight > 0
            if near.any():
                moved[near] = sleeve.blend(moved[near], points[near], weight[near])
        return moved


def fit_upper(person: PersonReading, garment: GarmentReading) -> Fit:
    """Fit a top or dress to a person.

    Notes
    -----
    1. One scale for the whole garment, voted by chest, shoulders, neck and length.
    2. The shoulder line of the flat goes onto the body's; below, cloth hangs at the
       garment's own proportions, at least as wide as the body.
    3. Sleeves follow the arms; around the armhole both movements are blended.
    """
    shape = garment.upper
    scale = _scale(person, garment)
    torso = _torso(person, garment, scale)
    sleeves = {}
    if shape.is_sleeved:
        sleeves = {side: _sleeve(person, shape, torso, side, scale) for side in SIDES}
    deform = UpperDeformation(torso, sleeves)
    pieces = _pieces(garment, deform)
    if garment.back is not None:
        seen = (dilate(garment.back > 0.5, 3)).astype(np.float32)
        pieces = (Piece("back", seen, Back(torso)), *pieces)
    hem_px = _extrapolate(
        np.array([shape.neck_y + shape.length]), torso.rows, torso.below_px
    )
    armpits = {
        side: torso(shape.sides[side].point(shape.sides[side].pit)[None])[0]
        for side in SIDES
    }
    return Fit(
        pieces=pieces,
        scale=scale,
        top_down=float(torso.below_px[0] / person.torso_length),
        hem_down=float(hem_px[0] / person.torso_length),
        cuff_along={s: _along_arm(person, s, v.limb.last) for s, v in sleeves.items()},
        armpits=armpits,
    )


def _scale(person: PersonReading, garment: GarmentReading) -> float:
    """Person pixels per flat pixel: weighted vote of widths and length."""
    shape, unit = garment.upper, person.shoulder_width
    tips = np.linalg.norm(person.shoulder_tip["right"] - person.shoulder_tip["left"])
    chest = sum(float(person.outline.half(side, 0.3)) for side in SIDES)
    ease = CHEST_EASE if shape.is_sleeved else 1.02
    votes = [(ease * 0.5 * (unit + chest) / shape.chest_width, 1.0)]
    if shape.is_sleeved and shape.neck_width < 0.55 * shape.shoulder_width:
        votes.append((0.50 * unit / shape.neck_width, 0.5))
    if shape.is_sleeved or not shape.is_strappy:
        share = 1.0 if shape.is_sleeved else 0.9
        votes.append((share * tips / shape.shoulder_width, 0.7))
    is_long = shape.length > 1.4 * shape.chest_width
    if garment.kind == GarmentKind.TOP and is_long and not shape.is_strapless:
        votes.append((1.22 * person.torso_length / shape.length, 0.6))
    logs, weights = np.array([(np.log(k), w) for k, w in votes]).T
    scale = float(np.exp((logs * weights).sum() / weights.sum()))
    snug = chest / shape.chest_width
    return float(np.clip(scale, 1.03 * snug, 1.35 * snug))


def _torso(person: PersonReading, garment: GarmentReading, scale: float) -> Torso:
    shape = garment.upper
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
    return Torso(person, shape.axis_x, rows, below, sides)


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
    level = float(_extrapolate(np.array([out]), outs, below)[0])
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
    shape, upper = garment.upper, garment.upper.sides[side]
    tip = _tip_out(person, shape, side, scale, neck)
    points = [upper.point(upper.neck), upper.point(upper.tip)]
    knots = np.array([0, *(abs(p[0] - shape.axis_x) for p in points)])
    knots[1:] = np.maximum.accumulate(np.maximum(knots[1:], [4, knots[1] + 4]))
    between = np.linspace(0, 1, SHOULDER_POINTS)
    line_out = knots[1] + between * (knots[2] - knots[1])
    line_y = points[0][1] + between * (points[1][1] - points[0][1])
    placed = neck + between * (tip - neck)
    level = np.array([_shoulder_level(person, side, out) for out in placed])
    shift = level - _extrapolate(line_y, rows, below)
    if shape.is_strapless:
        shift = np.zeros_like(shift)
    y, out = _flank(garment, upper)
    target = _flank_target(
        person, garment, side, out, scale, _extrapolate(y, rows, below)
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
        garment.upper.axis_x,
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
    if not garment.upper.is_sleeved:
        # Without sleeves the armhole lies close to the body, in front of the arm.
        close = 1 - smoothstep(np.linspace(0, 1, len(out)), 0.0, 0.4)
        target = target * (1 - close) + np.minimum(target, body * 1.02) * close
    return gaussian_filter1d(target, max(len(out) / 60, 1), mode="nearest")


def _sleeve(
    person: PersonReading, shape: UpperShape, torso: Torso, side: Side, scale: float
) -> Sleeve:
    upper = shape.sides[side]
    path = upper.half.path
    outer = path[upper.tip : upper.cuff_outer + 1]
    inner = path[upper.cuff_inner : upper.pit + 1][::-1]
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
    bare = np.interp(reached, [0, upper_arm, total], np.array(ARM_HALF_WIDTHS) * unit)
    seen = np.clip(_seen_outer(person, axis, side, reached), 0.7 * bare, 1.45 * bare)
    cloth = 0.92 * scale * tube.half_width(np.linspace(0, 1, SAMPLES))
    cuff = cloth[-1] * np.linspace(1.3, 1.0, SAMPLES)
    is_full = cloth[10:30].mean() > 1.5 * cuff[10:30].mean()
    cloth = cloth if is_full else np.minimum(cloth, np.maximum(cuff, bare))
    # Cloth lies on the shoulder and stands off the arm more and more below it.
    loose = np.linspace(0.06, 0.75 if is_full else 0.36, SAMPLES)
    ease = np.clip(cloth - seen, 0.018 * unit, np.maximum(loose * seen, 0.018 * unit))
    inner = np.clip(cloth, 0.95 * bare, (1.5 if is_full else 1.15) * bare)
    outward = 1 if side == "left" else -1
    return Limb(axis, outward, first, last, seen + ease, inner)


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
    spots, normals = limb._frame_at(reached)
    steps = np.arange(0, int(0.34 * person.shoulder_width))
    places = spots[:, None] + normals[:, None] * steps[None, :, None]
    height, width = person.size
    rows = np.clip(places[..., 1].astype(int), 0, height - 1)
    columns = np.clip(places[..., 0].astype(int), 0, width - 1)
    inside = person.mask[rows, columns]
    inside[:, -1] = False
    return gaussian_filter1d(inside.argmin(axis=1).astype(float), 2, mode="nearest")


def _pieces(garment: GarmentReading, deform: UpperDeformation) -> tuple[Piece, ...]:
    size = garment.size
    garment_area = dilate(garment.mask, 3).astype(np.float32)
    if not deform.sleeves:
        return (Piece("torso", garment_area, deform),)
    x, y = grid(size)
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    torso = garment_area
    pieces = []
    for side, sleeve in deform.sleeves.items():
        outline = garment.upper.sides[side].sleeve
        region = dilate(polygon(size, outline), 3)
        beyond: Field = sleeve.beyond(points).reshape(size)
        # Under the sleeve the torso goes on a little, with the same movement.
        torso = np.where(region, torso * (1 - smoothstep(beyond, 0.10, 0.18)), torso)
        cover = soften(region & (beyond > -0.02), 0.8) * garment_area
        pieces.append(Piece(f"{side}_sleeve", cover, deform))
    below = replace(deform, is_torso_piece=True)
    return (Piece("torso", torso.astype(np.float32), below), *pieces)


def _along_arm(person: PersonReading, side: Side, reached: float) -> float:
    axis = person.arm_axis(side)
    upper, total = arc_length(axis[:40]), arc_length(axis)
    return float(np.interp(reached, [0, upper, total], [0, 1, 2]))


def _extrapolate(at: np.ndarray, knots: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Linear interpolation that goes on straight beyond both ends."""
    inside = np.interp(at, knots, values)
    first = (values[1] - values[0]) / max(knots[1] - knots[0], 1e-6)
    last = (values[-1] - values[-2]) / max(knots[-1] - knots[-2], 1e-6)
    return (
        inside
        + np.minimum(at - knots[0], 0) * first
        + np.maximum(at - knots[-1], 0) * last
    )
