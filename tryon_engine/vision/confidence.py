"""How far a try-on can be trusted, and why not further, in words.

Every doubt takes a share of the trust away: of a score of 1, doubts of 0.2 and 0.5
leave 0.8 * 0.5 = 0.4. The score tells good pictures from bad ones; it is no
probability.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np

from .arrays import FloatImage, Mask
from .masks import dilate, erode

WORTH_TELLING = 0.04
"""Doubts that weigh less are counted, but not told."""


@dataclass(frozen=True)
class Doubt:
    """Something that makes a picture worse than it might be.

    Attributes
    ----------
    code : str
        Stable name, for programs and translations.
    message : str
        One plain English sentence.
    weight : float
        The share of the trust that it takes away, in [0, 1).
    """

    code: str
    message: str
    weight: float


@dataclass(frozen=True)
class Confidence:
    """Trust in one try-on.

    Attributes
    ----------
    score : float
        1 without any doubt, towards 0 the more and the graver they are.
    reasons : tuple of Doubt
        Those worth telling, gravest first, each code once.
    """

    score: float
    reasons: tuple[Doubt, ...]

    def as_dict(self) -> dict[str, Any]:
        """Return plain values, fit for JSON."""
        return {
            "score": round(self.score, 2),
            "reasons": [
                {"code": doubt.code, "message": doubt.message} for doubt in self.reasons
            ],
        }


def weigh(doubts: Iterable[Doubt]) -> Confidence:
    """Return the confidence that is left; of doubts of one code the gravest counts."""
    gravest: dict[str, Doubt] = {}
    for doubt in sorted(doubts, key=lambda doubt: doubt.weight):
        gravest[doubt.code] = doubt
    score = float(np.prod([1 - doubt.weight for doubt in gravest.values()]))
    told = [doubt for doubt in gravest.values() if doubt.weight >= WORTH_TELLING]
    told.sort(key=lambda doubt: -doubt.weight)
    return Confidence(score, tuple(told))


def ramp(value: float, none: float, full: float) -> float:
    """Return 0 where `value` gives no cause for doubt, 1 where all, linear between.

    `none` may be above or below `full`.
    """
    return float(np.clip((value - none) / (full - none), 0, 1))


def edge_steps(lab: FloatImage, mask: Mask, of: Mask | None = None) -> np.ndarray:
    """Return how far cells along the edge of `mask` differ from the backdrop near by.

    Parameters
    ----------
    lab : (H, W, 3) float32
        CIE Lab of a small picture: the edge is taken to be one cell wide.
    mask : (H, W) bool
    of : (H, W) bool, optional
        Only cells of this part of the mask count.

    Returns
    -------
    (N,) float32, distances in Lab
    """
    beyond = (~dilate(mask, 1)).astype(np.float32)
    share = cv2.blur(beyond, (9, 9))
    backdrop = cv2.blur(lab * beyond[..., None], (9, 9)) / (share[..., None] + 1e-6)
    edge = erode(mask, 1) & ~erode(mask, 3) & (share > 0.1)
    if of is not None:
        edge &= of
    return np.linalg.norm(lab - backdrop, axis=2)[edge]
