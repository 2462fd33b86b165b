"""The shape of what is worn on the upper body: tops, dresses, jumpsuits."""

from dataclasses import dataclass

import numpy as np

from ..arrays import SIDES, Side
from .keypoints import UpperSide

WAIST_ROWS = 0.08, 0.55
"""Between armpits and hem: where a dress may have its waist."""
WAISTED = 0.96
"""Width of a waist over those of bust and hips, at most."""


@dataclass(frozen=True, eq=False)
class UpperShape:
    """A top or dress, measured.

    Attributes
    ----------
    sides : dict of side to UpperSide
    axis_x : float
        x of the garment's axis.
    legs_y : float or None
        Row from which leg openings narrow a bodysuit; None for all others.
    """

    sides: dict[Side, UpperSide]
    axis_x: float
    legs_y: float | None = None

    def _width(self, name: str) -> float:
        left, right = (
            self.sides[side].point(getattr(self.sides[side], name)) for side in SIDES
        )
        return float(np.linalg.norm(right - left))

    @property
    def neck_width(self) -> float:
        return self._width("neck")

    @property
    def shoulder_width(self) -> float:
        return self._width("tip")

    @property
    def chest_width(self) -> float:
        """Between the armpits; below them where a bodice widens under its straps."""
        at_pits = self._width("pit")
        if self.is_sleeved:
            return at_pits
        upper = [
            side.flank[: max(len(side.flank) // 5, 1)] for side in self.sides.values()
        ]
        widest = sum(float(np.abs(part[:, 0] - self.axis_x).max()) for part in upper)
        return max(at_pits, widest)

    @property
    def neck_y(self) -> float:
        return float(np.mean([s.point(s.neck)[1] for s in self.sides.values()]))

    @property
    def pit_y(self) -> float:
        return float(np.mean([s.point(s.pit)[1] for s in self.sides.values()]))

    @property
    def edge_y(self) -> float:
        """The row where torso and sleeves meet at their upper edge."""
        return float(np.mean([s.point(s.tip)[1] for s in self.sides.values()]))

    @property
    def length(self) -> float:
        hem = max(s.point(s.hem)[1] for s in self.sides.values())
        return float(hem - self.neck_y)

    @property
    def aspects(self) -> tuple[float, float]:
        """Length, and length below the armpits, over the mean width below them."""
        halves = [
            np.abs(side.flank[:, 0] - self.axis_x).mean()
            for side in self.sides.values()
        ]
        width = max(float(sum(halves)), 1.0)
        return self.length / width, (self.length + self.neck_y - self.pit_y) / width

    @property
    def waist_y(self) -> float | None:
        """The row of a waist that is clearly narrower than bust and hips; else None."""
        rows = np.linspace(self.pit_y, self.neck_y + self.length, 60)
        width = np.zeros(60)
        for side in self.sides.values():
            out = np.abs(side.flank[:, 0] - self.axis_x)
            order = np.argsort(side.flank[:, 1])
            width += np.interp(rows, side.flank[order, 1], out[order])
        low, high = (round(share * len(rows)) for share in WAIST_ROWS)
        at = low + int(np.argmin(width[low:high]))
        is_narrow = width[at] < WAISTED * max(width[:low].mean(), 1)
        is_narrow &= bool(width[at] < WAISTED * width[at:].max())
        return float(rows[at]) if is_narrow else None

    @property
    def is_sleeved(self) -> bool:
        return self.sides["left"].is_sleeved

    @property
    def is_off_shoulder(self) -> bool:
        """Whether its sleeves begin on the arms and leave the shoulders bare."""
        return all(side.opening is not None for side in self.sides.values())

    @property
    def sleeve_length(self) -> float:
        """Mean length from the middle of the armhole to that of the cuff; 0 without."""
        if not self.is_sleeved:
            return 0.0
        lengths = [
            np.linalg.norm(
                np.mean([s.point(end) for end in s.cuff], axis=0)
                - (s.point(s.tip) + s.point(s.pit)) / 2
            )
            for s in self.sides.values()
        ]
        return float(np.mean(lengths))

    @property
    def is_strappy(self) -> bool:
        return not self.is_sleeved and self.shoulder_width < 0.72 * self.chest_width

    @property
    def is_strapless(self) -> bool:
        top = min(s.half.y.min() for s in self.sides.values())
        return bool(not self.is_sleeved and self.pit_y - top < 0.10 * self.chest_width)
