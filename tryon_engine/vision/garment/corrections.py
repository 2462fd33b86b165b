"""Key points that somebody has put right by hand, taken over into what was read.

A key point lies on the outline, or sets a row: so a corrected one counts as the place
on the outline that is nearest to it, in the order in which the points follow each other
along it. Names that a garment does not have are passed over.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

import numpy as np

from ..arrays import SIDES, RGBImage, Side, VisionError
from .keypoints import UpperSide

UPPER_NAMES: Final = ("neck", "tip", "cuff_outer", "cuff_inner", "pit", "hem")
"""In their order along the outline, from the neck down."""
LOWER_NAMES: Final = ("waist", "hem")
NAMES: Final = tuple(
    f"{side}_{name}"
    for side in SIDES
    for name in dict.fromkeys((*UPPER_NAMES, *LOWER_NAMES))
) + ("crotch",)
LEFT_ALONE: Final = 0.02
"""How much a point that was found counts beside one that was put right."""

Corrections = Mapping[str, tuple[float, float]]
"""(x, y) by the name of a key point."""


class KeypointError(VisionError):
    """A corrected key point that cannot be one of this picture."""


def at_working_scale(
    corrections: Corrections, flat: RGBImage, scale: float
) -> dict[str, np.ndarray]:
    """Return points given in pixels of `flat` in pixels of the working picture.

    Raises
    ------
    KeypointError
        If one lies outside of the flat.
    """
    height, width = flat.shape[:2]
    for name, (x, y) in corrections.items():
        if not (0 <= x <= width and 0 <= y <= height):
            raise KeypointError(
                f"{name} at ({x:g}, {y:g}) lies outside of a flat of {width} x "
                f"{height} pixels."
            )
    return {name: np.array(xy, np.float32) * scale for name, xy in corrections.items()}


def correct_upper(
    sides: Mapping[Side, UpperSide], points: Mapping[str, np.ndarray]
) -> dict[Side, UpperSide]:
    """Return both sides of a top or dress with corrected key points.

    Notes
    -----
    Each side's points keep their order along its outline. Of all places that do, those
    are taken whose squared distances from the wanted ones sum up to the least; a point
    that nobody corrected wants to stay, but makes way.
    """
    return {
        side: _correct_side(found, _of_side(points, side))
        for side, found in sides.items()
    }


def corrected_rows(
    points: Mapping[str, np.ndarray], first: int, last: int, ends: tuple[int, int]
) -> tuple[int, int]:
    """Return the rows of waist and hem of trousers or a skirt, as far as corrected.

    `first` and `last` are the rows found, `ends` those between which there is cloth.
    One corrected side counts for both: the waist is taken as level, as is the hem.
    """
    rows = []
    for name, found in (("waist", first), ("hem", last)):
        given = [
            points[f"{side}_{name}"][1] for side in SIDES if f"{side}_{name}" in points
        ]
        row = round(float(np.mean(given))) if given else found
        rows.append(int(np.clip(row, *ends)))
    if rows[1] - rows[0] < (ends[1] - ends[0]) // 4:
        raise KeypointError(f"Waist and hem lie {rows[1] - rows[0]} pixels apart.")
    return rows[0], rows[1]


def _of_side(points: Mapping[str, np.ndarray], side: Side) -> dict[str, np.ndarray]:
    return {
        name: points[f"{side}_{name}"]
        for name in UPPER_NAMES
        if f"{side}_{name}" in points
    }


def _correct_side(found: UpperSide, wanted: Mapping[str, np.ndarray]) -> UpperSide:
    names = [name for name in UPPER_NAMES if getattr(found, name) is not None]
    if not any(name in wanted for name in names):
        return found
    path = found.half.path
    costs = np.empty((len(names), len(path)), np.float64)
    for row, name in enumerate(names):
        place = wanted.get(name, path[getattr(found, name)])
        weight = 1.0 if name in wanted else LEFT_ALONE
        costs[row] = weight * ((path - place) ** 2).sum(axis=1)
    changes: dict[str, Any] = dict(zip(names, _cheapest_in_order(costs), strict=True))
    return replace(found, **changes, confidence=1.0)


def _cheapest_in_order(costs: np.ndarray) -> list[int]:
    """Return strictly rising columns, one for each row, of the least total cost."""
    rows, columns = costs.shape
    if rows > columns:
        raise KeypointError(f"{rows} key points on an outline of {columns} pixels.")
    total = costs[0].copy()
    came_from = np.zeros((rows, columns), int)
    for row in range(1, rows):
        best = np.minimum.accumulate(total)
        is_new = total <= best
        where = np.maximum.accumulate(np.where(is_new, np.arange(columns), 0))
        came_from[row, 1:] = where[:-1]
        total = np.concatenate([[np.inf], best[:-1]]) + costs[row]
    at = [int(np.argmin(total))]
    for row in range(rows - 1, 0, -1):
        at.append(int(came_from[row, at[-1]]))
    return at[::-1]
