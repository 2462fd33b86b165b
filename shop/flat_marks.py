"""What the engine found on a flat, ready to be drawn over it as SVG."""

from dataclasses import dataclass
from typing import Any

from .keypoints import KeyPoint, key_points_of
from .models import Garment


@dataclass(frozen=True)
class Spot:
    """Where a finding is: the `number` under which its sentence stands, from 1."""

    number: int
    severity: str
    box: tuple[float, float, float, float]  # x, y, width, height


@dataclass(frozen=True)
class FlatMarks:
    """Coordinates in pixels of the flat, written as SVG attributes want them."""

    view_box: str
    radius: float  # of a key point
    letters: float  # height of the numbers
    outline: str
    keypoints: list[KeyPoint]
    found: list[tuple[float, float]]  # points of findings
    spots: list[Spot]

    def __bool__(self) -> bool:
        return bool(self.outline or self.points or self.spots)

    @property
    def points(self) -> list[tuple[float, float]]:
        """All points, whatever they are."""
        return self.found + [(point.x, point.y) for point in self.keypoints]


def marks_of(garment: Garment) -> FlatMarks:
    facts = garment.facts
    findings = garment.findings
    side = max(garment.flat_width or 0, garment.flat_height or 0)
    return FlatMarks(
        view_box=f"0 0 {garment.flat_width} {garment.flat_height}",
        radius=round(side / 110, 1),
        letters=round(side / 24, 1),
        outline=" ".join(f"{x:.0f},{y:.0f}" for x, y in _pairs(facts.get("outline"))),
        keypoints=key_points_of(garment),
        found=[point for found in findings for point in _pairs(found.get("points"))],
        spots=[
            Spot(number, found.get("severity", ""), (x0, y0, x1 - x0, y1 - y0))
            for number, found in enumerate(findings, 1)
            for x0, y0, x1, y1 in [found.get("box") or (0, 0, 0, 0)]
            if x1 > x0 and y1 > y0
        ],
    )


def _pairs(found: Any) -> list[tuple[float, float]]:
    return [(value[0], value[1]) for value in found or ()]
