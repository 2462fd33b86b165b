"""The key points of a garment: what the check found, and what its merchant put right.

Positions are pixels of the flat. Left and right are those of the picture.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from .models import Garment

LABELS: dict[str, Promise] = {
    "left_neck": _("Neck, left"),
    "right_neck": _("Neck, right"),
    "left_tip": _("Shoulder, left"),
    "right_tip": _("Shoulder, right"),
    "left_cuff_outer": _("Cuff outside, left"),
    "right_cuff_outer": _("Cuff outside, right"),
    "left_cuff_inner": _("Cuff inside, left"),
    "right_cuff_inner": _("Cuff inside, right"),
    "left_pit": _("Armpit, left"),
    "right_pit": _("Armpit, right"),
    "left_waist": _("Waist, left"),
    "right_waist": _("Waist, right"),
    "crotch": _("Crotch"),
    "left_hem": _("Hem, left"),
    "right_hem": _("Hem, right"),
}
SURE = 0.5  # of a confidence from 0 to 1: below it, somebody should look
MOVED_PX = 0.5  # nearer than this, a point is where it was found


@dataclass(frozen=True)
class KeyPoint:
    name: str
    label: Promise
    x: float
    y: float
    found: tuple[float, float]
    is_corrected: bool
    is_unsure: bool


def key_points_of(garment: Garment) -> list[KeyPoint]:
    """Every point that was found, from the neck down, where it counts now.

    What the check says came over the network: a point in another shape is left out.
    """
    found = _found(garment.facts.get("keypoints"))
    points = []
    for name in (name for name in LABELS if name in found):
        x, y, confidence = found[name]
        corrected = garment.keypoints.get(name)
        at = corrected or (x, y)
        points.append(
            KeyPoint(
                name=name,
                label=LABELS[name],
                x=at[0],
                y=at[1],
                found=(x, y),
                is_corrected=corrected is not None,
                is_unsure=corrected is None and confidence < SURE,
            )
        )
    return points


def corrections(
    garment: Garment, wanted: Mapping[str, tuple[float, float]]
) -> dict[str, list[float]]:
    """What of `wanted` differs from what was found: to be kept with the garment."""
    return {
        point.name: [float(value) for value in wanted[point.name]]
        for point in key_points_of(garment)
        if point.name in wanted and _is_moved(point.found, wanted[point.name])
    }


def _is_moved(found: tuple[float, float], wanted: tuple[float, float]) -> bool:
    return any(abs(a - b) > MOVED_PX for a, b in zip(found, wanted, strict=True))


def _found(facts: Any) -> dict[str, tuple[float, float, float]]:
    if not isinstance(facts, dict):
        return {}
    points = {}
    for name, value in facts.items():
        is_list = isinstance(value, list | tuple) and len(value) >= 2
        if is_list and all(isinstance(one, int | float) for one in value[:3]):
            x, y, confidence = (*value[:3], 1.0)[:3]
            points[name] = (float(x), float(y), float(confidence))
    return points
