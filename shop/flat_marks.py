"""What the engine found on a flat, ready to be drawn over it as SVG."""

from dataclasses import dataclass
from typing import Any

from .models import Garment


@dataclass(frozen=True)
class FlatMarks:
    """Coordinates in pixels of the flat, written as SVG attributes want them."""

    view_box: str
    radius: float  # of a key point
    outline: str
    points: list[tuple[float, float]]
    boxes: list[tuple[float, float, float, float]]  # x, y, width, height

    def __bool__(self) -> bool:
        return bool(self.outline or self.points or self.boxes)


def marks_of(garment: Garment) -> FlatMarks:
    facts = garment.facts
    findings = garment.findings
    points = [point for found in findings for point in _pairs(found.get("points"))]
    return FlatMarks(
        view_box=f"0 0 {garment.flat_width} {garment.flat_height}",
        radius=round(max(garment.flat_width or 0, garment.flat_height or 0) / 110, 1),
        outline=" ".join(f"{x:.0f},{y:.0f}" for x, y in _pairs(facts.get("outline"))),
        points=points + _pairs(facts.get("keypoints")),
        boxes=[
            (x0, y0, x1 - x0, y1 - y0)
            for found in findings
            for x0, y0, x1, y1 in [found.get("box") or (0, 0, 0, 0)]
            if x1 > x0 and y1 > y0
        ],
    )


def _pairs(found: Any) -> list[tuple[float, float]]:
    """Points of a list, or of a mapping from names; what is behind (x, y) is left."""
    values = found.values() if isinstance(found, dict) else found or ()
    return [(value[0], value[1]) for value in values]
