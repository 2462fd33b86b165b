"""Paper patterns: the outlines of tops, sleeves and trousers, right half first."""

import math
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from .curves import Curve, across, bezier, chain, mirrored, on_side, through, whole

Neckline = Literal["round", "v", "square"]


@dataclass
class TopBlock:
    """Front of a top. Widths are half widths; `y` values grow downwards.

    Attributes set from these: the points `neck_point`, `shoulder_point` and
    `underarm`, and the right-half lines `neck`, `shoulder`, `armhole`, `side`, `hem`.
    """

    neck_width: float = 84
    top_y: float = 232
    shoulder_width: float = 228
    shoulder_drop: float = 48
    chest_width: float = 256
    armhole_depth: float = 206
    hem_width: float = 258
    hem_y: float = 1010
    waist_width: float | None = None
    neck_depth: float = 96
    back_neck_depth: float = 20
    neckline: Neckline = "round"
    hem_sag: float = 12
    flare: float = 0

    neck_point: tuple[float, float] = field(init=False)
    shoulder_point: tuple[float, float] = field(init=False)
    underarm: tuple[float, float] = field(init=False)
    neck: Curve = field(init=False)
    shoulder: Curve = field(init=False)
    armhole: Curve = field(init=False)
    side: Curve = field(init=False)
    hem: Curve = field(init=False)

    def __post_init__(self) -> None:
        shoulder_y = self.top_y + self.shoulder_drop
        underarm_y = shoulder_y + self.armhole_depth
        self.neck_point = (self.neck_width, self.top_y)
        self.shoulder_point = (self.shoulder_width, shoulder_y)
        self.underarm = (self.chest_width, underarm_y)
        middle = (self.neck_width + self.shoulder_width) / 2
        dip = (middle, self.top_y + self.shoulder_drop * 0.42)
        self.shoulder = bezier(self.neck_point, dip, self.shoulder_point)
        self.armhole = bezier(
            self.shoulder_point,
            (self.shoulder_width - 20, shoulder_y + self.armhole_depth * 0.42),
            (self.chest_width - 44, underarm_y - 34),
            self.underarm,
        )
        self.neck = self._draft_neck()
        self.side = self._draft_side()
        self.hem = bezier(
            self.side[-1],
            (self.hem_width * 0.6, self.hem_y + self.hem_sag),
            (0, self.hem_y + self.hem_sag),
        )

    def _draft_neck(self) -> Curve:
        width, y, depth = self.neck_width, self.top_y, self.neck_depth
        lowest = (0, y + depth)
        if self.neckline == "v":
            return bezier(lowest, (width * 0.42, y + depth * 0.52), self.neck_point)
        if self.neckline == "square":
            corner = (width * 0.80, y + depth), (width * 0.96, y + depth * 0.96)
            return chain(lowest, bezier(*corner, self.neck_point, steps=30))
        bowl = (width * 0.62, y + depth), (width * 0.98, y + depth * 0.55)
        return bezier(lowest, *bowl, self.neck_point)

    def _draft_side(self) -> Curve:
        waist = self.waist_width
        if waist is None:
            waist = (self.chest_width + self.hem_width) / 2 - 4
        underarm_y = self.underarm[1]
        waist_y = underarm_y + (self.hem_y - underarm_y) * 0.42
        hip = ((waist + self.hem_width) / 2 + self.flare, (waist_y + self.hem_y) / 2)
        corner = (self.hem_width, self.hem_y - 6)
        return through([self.underarm, (waist, waist_y), hip, corner], 16)

    @property
    def underarm_y(self) -> float:
        return self.underarm[1]

    @property
    def body(self) -> Curve:
        """Outline of the whole front."""
        return whole(chain(self.neck, self.shoulder, self.armhole, self.side, self.hem))

    @property
    def neck_line(self) -> Curve:
        """The neckline from the left shoulder to the right one."""
        return chain(mirrored(self.neck[::-1]), self.neck[1:])

    @property
    def back_neck(self) -> Curve:
        width, y, low = self.neck_width, self.top_y, self.top_y + self.back_neck_depth
        return bezier((-width, y), (-width * 0.6, low), (width * 0.6, low), (width, y))

    @property
    def hem_line(self) -> Curve:
        return across(self.hem)


@dataclass(frozen=True)
class Sleeve:
    """One sleeve on the page; `along` and `across` are unit vectors of its own."""

    outline: Curve
    shoulder: np.ndarray
    underarm: np.ndarray
    cuff_outer: np.ndarray
    cuff_inner: np.ndarray
    along: np.ndarray
    across: np.ndarray
    angle: float

    def mirrored(self) -> "Sleeve":
        flip = np.array([-1, 1])
        return replace(
            self,
            outline=mirrored(self.outline),
            shoulder=self.shoulder * flip,
            underarm=self.underarm * flip,
            cuff_outer=self.cuff_outer * flip,
            cuff_inner=self.cuff_inner * flip,
            along=self.along * flip,
            across=self.across * flip,
            angle=-self.angle,
        )

    def band(self, start: float, end: float, spread: tuple[float, float]) -> Curve:
        """Outline of a cuff from `start` to `end` along the sleeve.

        `spread` widens its two ends beyond the sleeve's own width (or narrows them).
        """
        near, far = spread
        return chain(
            self.cuff_outer + self.along * start - self.across * near,
            self.cuff_inner + self.along * start + self.across * near,
            self.cuff_inner + self.along * end + self.across * far,
            self.cuff_outer + self.along * end - self.across * far,
        )

    def line(self, distance: float) -> Curve:
        """The line across the sleeve, `distance` below (or above) its end."""
        step = self.along * distance
        return chain(self.cuff_outer + step, self.cuff_inner + step)


def draft_sleeve(
    block: TopBlock, length: float, angle: float, cuff_width: float, bow: float = 0
) -> Sleeve:
    """Draft the right sleeve, hanging `angle` degrees away from the body.

    `bow` bends it outwards at the elbow by about that much.
    """
    turn = math.radians(angle)
    along = np.array([math.sin(turn), math.cos(turn)])
    inwards = np.array([-math.cos(turn), math.sin(turn)])
    shoulder, underarm = np.array(block.shoulder_point), np.array(block.underarm)
    outer_end = shoulder + along * length
    inner_end = outer_end + inwards * cuff_width
    outer = bezier(
        shoulder,
        shoulder + (30, 14) + along * min(60, length * 0.18),
        shoulder + along * length * 0.66 - inwards * (3 + bow),
        outer_end,
        steps=36,
    )
    inner = bezier(
        inner_end, inner_end + (underarm - inner_end) * 0.45 + (bow * 0.4, 6), underarm
    )
    hidden = [underarm - (56, 34), shoulder + (-60, 60), shoulder - (36, 8)]
    return Sleeve(
        chain(outer, inner, hidden),
        shoulder,
        underarm,
        outer_end,
        inner_end,
        along,
        inwards,
        angle,
    )


@dataclass
class TrouserBlock:
    """Right leg of trousers or shorts; widths at knee and ankle are half widths."""

    waist_y: float = 150
    waist_width: float = 172
    hip_width: float = 222
    hip_y: float = 350
    crotch_y: float = 470
    knee_width: float = 106
    knee_y: float = 800
    ankle_width: float = 92
    ankle_y: float = 1225
    gap: float = 16
    out: float = 18

    waist: Curve = field(init=False)
    outer: Curve = field(init=False)
    inner: Curve = field(init=False)

    def __post_init__(self) -> None:
        crotch = (self.gap, self.crotch_y + 70), (0, self.crotch_y)
        waist = (self.waist_width, self.waist_y)
        self.waist = bezier(
            (0, self.waist_y + 10), (waist[0] * 0.5, self.waist_y + 9), waist
        )
        knee, ankle = self.knee_x, self.ankle_x
        self.outer = through(
            [
                waist,
                (self.hip_width, self.hip_y),
                (knee + self.knee_width, self.knee_y),
                (ankle + self.ankle_width, self.ankle_y),
            ],
            22,
        )
        self.inner = through(
            [
                (ankle - self.ankle_width, self.ankle_y + 6),
                (knee - self.knee_width * 0.98, self.knee_y),
                *crotch,
            ],
            22,
        )

    @property
    def knee_x(self) -> float:
        return self.hip_width * 0.5 + self.out * 0.55

    @property
    def ankle_x(self) -> float:
        return self.hip_width * 0.5 + self.out

    @property
    def hem(self) -> Curve:
        """Three points: outer corner, middle, inner corner."""
        return chain(self.outer[-1], (self.ankle_x, self.ankle_y + 8), self.inner[0])

    def leg(self, side: int) -> Curve:
        hem_middle = (self.ankle_x, self.ankle_y + 8)
        return on_side(side, chain(self.waist, self.outer, hem_middle, self.inner))
