"""The map of a sleeve: along the arm, from the armhole to the cuff."""

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import OUTWARD, SIDES, Points, Side, resample_curve
from ..garment.keypoints import UpperSide
from ..garment.upper import UpperShape
from ..person.body import PersonReading
from ..uncover.bare_arms import SLEEVE_EASE, STATIONS, middle_and_half
from .bare_shoulders import opening_at, opening_edge
from .limbs import SAMPLES, Limb, Tube, arc_length, smooth_bend, tube_between
from .pieces import smoothstep
from .shoulder import OuterLine, arm_half_widths, outer_line
from .torso import Torso, neck_out

CLOTH = 0.018
"""Thickness of cloth on the arm, in shoulder widths."""
ROUND = 0.68
"""Seen width of a tube of cloth over its width when it lies flat."""
WIDEST = 2.0
"""Most seen width of a sleeve, in widths of the arm."""
SLANT = (-0.2, 0.04)
"""How far before and beyond the cuff's outer end its inner end may lie on the arm, in
shoulder widths."""
LONG, LONG_CUT = 0.80, 0.62
"""Sleeves that reach so far of the way to the wrist end at the wrist: the second where
the flat's sleeves are cut long."""
LONG_SHARE, LONG_EDGE, USUAL_LENGTH = 0.68, 0.64, 1.4
"""Long sleeves, over the chest's width; their outer edge over the top's length; and
the least length that counts for it, as cropped tops are short, over the chest's width.
"""
PUFF = 1.5
"""Length over mean width of a sleeve that is no long one but a puff, at most."""
BLEND_FROM, BLEND_TO = -0.12, 0.50
"""Where cloth passes from the torso's to the sleeve's way, in armhole heights beyond
the armhole."""
NARROW, DROPPED = 0.95, 1.2
"""Where shoulder seams of long sleeves may end, in lengths of the body's shoulder."""
SLEEVE_BELOW = 6.0
"""How soon, in armhole heights per armhole height, a sleeve is one below the armpit."""
EDGE_POINTS = 60
STRAP_REACH = 0.82
"""How far out straps lie on the shoulders, as a share of the shoulder's end."""


@dataclass(frozen=True, eq=False)
class Sleeve:
    """The map of one sleeve, and how much cloth already moves with it.

    Attributes
    ----------
    tube : Tube
        In the flat.
    cuff : (2,) float
        Where the cuff's inner and outer end lie along the tube.
    limb : Limb
        On the body.
    inner_last : float
        Where on the arm's axis the inner end of the cuff lies; the outer one lies at
        the limb's last.
    tip, pit : (2,) float32
        Ends of the armhole in the flat.
    under_seam : float
        Length from the armpit to the cuff, in pixels of the person.
    edge, edge_places : (N, 2) float32
        The flat's outer edge from the neck point to the cuff, and its place.
    """

    tube: Tube
    cuff: tuple[float, float]
    limb: Limb
    inner_last: float
    tip: np.ndarray
    pit: np.ndarray
    under_seam: float
    outward: int
    edge: Points
    edge_places: Points

    def __call__(self, points: Points) -> Points:
        along, across = self.tube.coordinates(points)
        side = np.clip(across, 0, 1)
        along = along / (self.cuff[0] + (self.cuff[1] - self.cuff[0]) * side)
        limb = self.limb
        shorter = (self.inner_last - limb.first) / (limb.last - limb.first)
        along = along * (shorter + (1 - shorter) * side)
        return limb.place(along, across)

    @property
    def lowest_pit(self) -> np.ndarray:
        """The place of the armpit if it were as near to the cuff as its seam is long.

        Flats often show no armpit, but where a short sleeve's hem meets the flank.
        """
        reached = max(self.inner_last - self.under_seam, self.limb.first)
        spots, normals = self.limb.frame_at(np.array([reached]))
        return (spots - normals * self.limb.inner[-1])[0]

    def beyond(self, points: Points) -> np.ndarray:
        """Return how far points lie beyond the armhole, in armhole heights.

        Below the armpit a sleeve that hangs beside the torso soon is all sleeve.
        """
        hole = self.pit - self.tip
        height = float(np.linalg.norm(hole))
        away = np.array([hole[1], -hole[0]]) / height
        away = away * (1 if away[0] * self.outward > 0 else -1)
        below = SLEEVE_BELOW * (points[:, 1] - self.pit[1])
        return np.maximum((points - self.pit) @ away, below) / height

    def weight(self, points: Points) -> np.ndarray:
        """Return how much points move with the sleeve, in [0, 1]."""
        height = float(np.linalg.norm(self.pit - self.tip))
        reach = float(np.clip(self.tube.length / (0.8 * height), 0.4, 1.0))
        return smoothstep(self.beyond(points), BLEND_FROM, BLEND_TO * reach)


def fit_sleeves(
    person: PersonReading, shape: UpperShape, torso: Torso, scale: float
) -> dict[Side, Sleeve]:
    """Return the maps of the sleeves of a garment whose torso is fitted.

    Both reach equally far on the way to the wrist, however arms are foreshortened.
    """
    lines = {side: outer_line(person, side) for side in SIDES}
    across, along = (scale * length for length in _edge_lengths(shape))
    ends = []
    for side, line in lines.items():
        if shape.is_off_shoulder:
            tip = begins = opening_at(person, line)
        else:
            start = _arc_at(person, line, neck_out(person, shape, side, scale), side)
            begins = start + across
            tip = max(begins, NARROW * line.tip_at)
        least = tip + max(0.75 * along, 0.14 * person.shoulder_width)
        ends.append(max(begins + along, least) / line.length)
    end = float(np.mean(ends))
    end = 1.0 if end > (LONG_CUT if cut_long(shape) else LONG) else end
    return {
        side: _fit_sleeve(person, shape, torso, side, scale, line, end)
        for side, line in lines.items()
    }


def _fit_sleeve(
    person: PersonReading,
    shape: UpperShape,
    torso: Torso,
    side: Side,
    scale: float,
    line: OuterLine,
    end: float,
) -> Sleeve:
    upper = shape.sides[side]
    outer, inner = sleeve_edges(upper)
    tube = tube_between(outer, inner, upper.sleeve)
    cuff = _ends(tube, upper.sleeve)
    seam = min(float(tube.coordinates(outer[-1:])[0][0]) / cuff[1], 1.0)
    thick = CLOTH * person.shoulder_width
    if shape.is_off_shoulder:
        starts_at = opening_at(person, line)
        edge, reached = _sleeve_edge(upper, starts_at, end * line.length, seam)
    else:
        starts_at = line.tip_at
        edge, reached = _outer_edge(person, shape, line, side, scale, end, seam)
    tip, pit = upper.point(upper.tip), upper.point(upper.pit)
    limb = _arm(
        person, torso(np.stack([tip, pit])), tube, line, end * line.length, side, scale
    )
    after = np.clip((reached - starts_at) / max(end * line.length - starts_at, 1), 0, 1)
    bare = arm_half_widths(person, side, limb.axis, _on_axis(limb, after))
    off = np.interp(after, np.linspace(0, 1, SAMPLES), limb.outer) - bare
    off = np.maximum(np.maximum(off, thick) * after**0.7, thick)
    places = line.at(reached, off)
    if shape.is_off_shoulder:
        count = EDGE_POINTS // 3
        first = opening_edge(shape, torso, line, side, starts_at, thick, count)
        edge = np.concatenate([first[0], edge])
        places = np.concatenate([first[1], places])
    below = float(scale * arc_length(inner))
    under = _nearest_arc(limb.axis, torso(pit[None])[0]) + below
    slant = np.array(SLANT) * person.shoulder_width
    if end == 1:
        slant = slant * 0  # long cuffs go around the wrist
    return Sleeve(
        tube=tube,
        cuff=cuff,
        limb=limb,
        inner_last=limb.last + float(np.clip(under - limb.last, *slant)),
        tip=tip,
        pit=pit,
        under_seam=below,
        outward=OUTWARD[side],
        edge=edge,
        edge_places=places,
    )


def _ends(tube: Tube, outline: Points) -> tuple[float, float]:
    """Where along the tube its cloth ends at the inner and at the outer edge."""
    along, across = tube.coordinates(resample_curve(outline, 400))
    ends = [
        along[(across > first) & (across < first + 0.4)].max(initial=0.3)
        for first in (0.05, 0.55)
    ]
    slope = ends[1] - ends[0]  # from a quarter to three quarters of the width
    inner, outer = np.clip([ends[0] - slope / 2, ends[1] + slope / 2], 0.3, 1.05)
    return float(inner), float(outer)


def sleeve_edges(upper: UpperSide) -> tuple[Points, Points]:
    """Return a sleeve's outer and inner edge in the flat, from the armhole to the cuff.

    Raises ValueError where there is no sleeve.
    """
    if upper.cuff_outer is None or upper.cuff_inner is None:
        raise ValueError(f"There is no {upper.half.side} sleeve.")
    path = upper.half.path
    outer = path[upper.outer_start : upper.cuff_outer + 1]
    return outer, path[upper.cuff_inner : upper.pit + 1][::-1]


def _outer_edge(
    person: PersonReading,
    shape: UpperShape,
    line: OuterLine,
    side: Side,
    scale: float,
    end: float,
    seam: float,
) -> tuple[Points, np.ndarray]:
    """The flat's edge from neck to cuff, and the arc lengths where it lies on the body.

    Cloth keeps its length: wide shoulders drop over the arm. Narrow ones are taken to
    reach the shoulder's end all the same. The edge's last point lies at the share
    `seam` of the sleeve, which reaches the share `end` of the way to the wrist.
    """
    upper = shape.sides[side]
    shoulder = upper.half.path[upper.neck : upper.tip + 1]
    sleeve = sleeve_edges(upper)[0]
    count = EDGE_POINTS // 3
    edge = np.concatenate(
        [resample_curve(shoulder, count), resample_curve(sleeve, 2 * count)[1:]]
    )
    start = _arc_at(person, line, neck_out(person, shape, side, scale), side)
    tip = max(start + scale * _edge_lengths(shape)[0], NARROW * line.tip_at)
    if end == 1:
        tip = min(tip, DROPPED * line.tip_at)
    first = np.linspace(start, tip, count)
    last = tip + seam * (end * line.length - tip)
    second = np.linspace(tip, last, 2 * count)
    return edge, np.concatenate([first, second[1:]])


def _sleeve_edge(
    upper: UpperSide, first: float, last: float, seam: float
) -> tuple[Points, np.ndarray]:
    """The flat's outer edge of a sleeve, and the arc lengths where it lies; see above.

    It begins at `first`, its last point lies at the share `seam` of the way to `last`.
    """
    edge = resample_curve(sleeve_edges(upper)[0], 2 * EDGE_POINTS // 3)
    return edge, np.linspace(first, first + seam * (last - first), len(edge))


def _edge_lengths(shape: UpperShape) -> tuple[float, float]:
    """Lengths in the flat from neck to tip, and on to the cuff: mean of both sides."""
    lengths = []
    for upper in shape.sides.values():
        across = arc_length(upper.half.path[upper.neck : upper.tip + 1])
        # Cuffs of puffed sleeves end no lower for their bulge.
        along = upper.point(upper.cuff[0]) - upper.point(upper.outer_start)
        lengths.append((across, float(np.linalg.norm(along))))
    across, along = np.mean(lengths, axis=0)
    return float(across), float(along)


def cut_long(shape: UpperShape) -> bool:
    """Return whether a flat's sleeves are long ones.

    Where a sleeve lies against the flank no armpit shows but the gap's upper end, far
    down, and the sleeve seems short from there: then its outer edge tells, beside the
    length of the top. Puffs are about as wide as long, however narrow the top.
    """
    if shape.sleeve_length >= LONG_SHARE * shape.chest_width:
        return _slenderness(shape) > PUFF
    length = max(shape.length, USUAL_LENGTH * shape.chest_width)
    return _edge_lengths(shape)[1] > LONG_EDGE * length


def _slenderness(shape: UpperShape) -> float:
    """Length of the sleeves over their mean width."""
    areas = [
        cv2.contourArea(np.ascontiguousarray(upper.sleeve, np.float32))
        for upper in shape.sides.values()
    ]
    return shape.sleeve_length**2 / max(float(np.mean(areas)), 1.0)


def fit_strap(
    person: PersonReading, shape: UpperShape, side: Side, scale: float
) -> tuple[Points, Points]:
    """Return the upper end of a strap or of a sleeveless shoulder, and its place."""
    upper = shape.sides[side]
    line = outer_line(person, side)
    edge = resample_curve(upper.half.path[upper.neck : upper.tip + 1], 8)
    start = _arc_at(person, line, neck_out(person, shape, side, scale), side)
    reached = start + np.linspace(0, 1, 8) * scale * arc_length(edge)
    most = STRAP_REACH if shape.is_strappy else 0.97
    reached = np.minimum(reached, max(most * line.tip_at, start))
    thick = 0.3 * CLOTH if shape.is_strappy else CLOTH
    return edge, line.at(reached, thick * person.shoulder_width)


def _arc_at(person: PersonReading, line: OuterLine, out: float, side: Side) -> float:
    """The arc length at which the line is `out` off the body's axis."""
    outs = (line.points - person.shoulder_centre) @ person.right * OUTWARD[side]
    rising = np.maximum.accumulate(outs) + 1e-3 * np.arange(len(outs))
    return float(np.interp(out, rising, line.reached))


def _arm(
    person: PersonReading,
    armhole: Points,
    tube: Tube,
    line: OuterLine,
    end: float,
    side: Side,
    scale: float,
) -> Limb:
    """The arm as the sleeve wears it: from the armhole to the cuff."""
    unit = person.shoulder_width
    axis = smooth_bend(person.arm_axis(side))
    total = arc_length(axis)
    first_way = axis[8] - axis[0]
    first_way = first_way / (np.linalg.norm(first_way) + 1e-6)
    first = float(np.clip((armhole.mean(axis=0) - axis[0]) @ first_way, 0, 0.4 * total))
    last = max(_nearest_arc(axis, line.at(np.array([end]), 0)[0]), first + 0.08 * unit)
    reached = np.linspace(first, last, SAMPLES)
    seen = arm_half_widths(person, side, axis, reached)
    bare = SLEEVE_EASE * _arm_inner(person, side, axis, reached)
    flat = 2 * scale * tube.half_width(np.linspace(0, 1, SAMPLES))
    least = seen + bare + 2 * CLOTH * unit
    width = np.clip(ROUND * flat, least, WIDEST * least)
    slack = width - least
    # Cloth lies on the arm's upper side and stands off more and more below.
    slack = slack * smoothstep(np.linspace(0, 1, SAMPLES), -0.3, 0.8)
    thick = CLOTH * unit
    return Limb(
        axis,
        -OUTWARD[side],
        first,
        last,
        seen + thick + 0.6 * slack,
        bare + thick + 0.4 * slack,
    )


def _arm_inner(
    person: PersonReading, side: Side, axis: Points, reached: np.ndarray
) -> np.ndarray:
    """Distance from the arm's axis inwards to the edge of the bare arm."""
    off, half = middle_and_half(person, side)
    along = np.interp(reached, [0, arc_length(axis[:40]), arc_length(axis)], [0, 1, 2])
    return np.interp(along, STATIONS, half - off)


def _on_axis(limb: Limb, share: np.ndarray) -> np.ndarray:
    return limb.first + share * (limb.last - limb.first)


def _nearest_arc(axis: Points, point: np.ndarray) -> float:
    steps = np.linalg.norm(np.diff(axis, axis=0), axis=1)
    lengths = np.r_[0, np.cumsum(steps)]
    return float(lengths[np.argmin(np.linalg.norm(axis - point, axis=1))])


def along_arm(person: PersonReading, side: Side, reached: float) -> float:
    """Return the place on the arm (0 shoulder, 1 elbow, 2 wrist) at an arc length."""
    axis = person.arm_axis(side)
    upper, total = arc_length(axis[:40]), arc_length(axis)
    return float(np.interp(reached, [0, upper, total], [0, 1, 2]))
