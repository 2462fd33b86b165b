"""How sure the findings about a garment flat are, as plain numbers in [0, 1]."""

from dataclasses import dataclass

import numpy as np

from ..arrays import SIDES, Mask, Side
from .keypoints import UpperSide

LEAST_CONTRAST, LEAST_SYMMETRY, LEAST_SLEEVES = 0.25, 0.78, 0.35
"""Certainty of each finding from which there is no doubt about it."""
CUT_OFF_SHARE = 0.04
"""Share of an edge of the picture that a garment touches when it goes beyond."""


@dataclass(frozen=True)
class Certainty:
    """How sure the findings about a garment are.

    Attributes
    ----------
    contrast : float
        How far garment and backdrop differ along the outline.
    symmetry : float
        Overlap of the garment with its mirror image, over both together.
    sleeves : float
        How clear armpits and cuffs are, and how alike on both sides; 1 without sleeves.
    wholeness : float
        1 less the largest share of an edge of the picture that the garment touches.
    """

    contrast: float
    symmetry: float
    sleeves: float
    wholeness: float

    def doubts(self) -> tuple[str, ...]:
        """Return the codes of what is unsure: "low_contrast", "asymmetric",
        "sleeves_unclear", "cut_off", in this order."""
        found = {
            "low_contrast": self.contrast < LEAST_CONTRAST,
            "asymmetric": self.symmetry < LEAST_SYMMETRY,
            "sleeves_unclear": self.sleeves < LEAST_SLEEVES,
            "cut_off": self.wholeness < 1 - CUT_OFF_SHARE,
        }
        return tuple(code for code, is_unsure in found.items() if is_unsure)


def judge(
    mask: Mask, contrast: float, axis_x: float, sides: dict[Side, UpperSide] | None
) -> Certainty:
    """Judge what was found about a garment; `sides` are those of a top or dress."""
    edges = (mask[0], mask[-1], mask[:, 0], mask[:, -1])
    return Certainty(
        contrast=contrast,
        symmetry=_symmetry(mask, axis_x),
        sleeves=_sleeves(sides) if sides else 1.0,
        wholeness=1 - max(float(edge.mean()) for edge in edges),
    )


def _symmetry(mask: Mask, axis_x: float) -> float:
    columns = np.arange(mask.shape[1])
    mirrored = np.round(2 * axis_x - columns).astype(int)
    has_room = (mirrored >= 0) & (mirrored < mask.shape[1])
    mirror = np.zeros_like(mask)
    mirror[:, has_room] = mask[:, mirrored[has_room]]
    return float((mask & mirror).sum() / max((mask | mirror).sum(), 1))


def _sleeves(sides: dict[Side, UpperSide]) -> float:
    sleeved = [sides[side] for side in SIDES if sides[side].is_sleeved]
    if not sleeved:
        return 1.0
    if len(sleeved) == 1:
        return 0.0
    clear = min(side.confidence for side in sleeved)
    lengths, cuffs = [], []
    for side in sleeved:
        outer, inner = (side.point(end) for end in side.cuff)
        root = (side.point(side.tip) + side.point(side.pit)) / 2
        lengths.append(float(np.linalg.norm((outer + inner) / 2 - root)))
        cuffs.append(float(np.linalg.norm(outer - inner)))
    alike = min(_ratio(*lengths), _ratio(*cuffs))
    return float(min(clear, 1.0) * alike)


def _ratio(one: float, other: float) -> float:
    return min(one, other) / max(one, other, 1e-6)
