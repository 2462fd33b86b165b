"""Tops that are worn off the shoulders: their sleeves begin on the arms."""

from dataclasses import replace

import numpy as np

from ..arrays import SIDES, Side
from .cuffs import find_cuff
from .keypoints import UpperSide

HIGH_PITS = 0.9
"""Armpits lie at most so far below the upper edge, over their distance from the axis:
shoulders would take more."""
OPENING = 1.15
"""How far out, as above, the opening of such a sleeve ends at least."""
HIGH_OPENING = 0.5
"""It ends in the upper part of the armhole."""
INSIDE = 0.97
"""Where, as above, torso and sleeve meet at the upper edge."""


def with_bare_shoulders(sides: dict[Side, UpperSide]) -> dict[Side, UpperSide]:
    """Return the sides of a top that bares the shoulders with its sleeves' openings.

    Its upper edge runs on over the sleeves, close above the armpits. Any other top's
    sides come back as they are.
    """
    found = {side: _opened(sides[side]) for side in SIDES}
    opened = {side: upper for side, upper in found.items() if upper is not None}
    return opened if len(opened) == len(SIDES) else sides


def _opened(upper: UpperSide) -> UpperSide | None:
    """Return a side whose armhole begins at the upper edge; None if shoulders rise."""
    half, pit = upper.half, upper.pit
    if not upper.is_sleeved or pit < 2:
        return None
    pit_out = float(half.out[pit])
    farthest = int(half.out[:pit].argmax())
    beyond = np.flatnonzero(half.out[: farthest + 1] >= INSIDE * pit_out)
    if len(beyond) < 2:
        return None
    tip = int(beyond[0])
    opening = tip + int(np.argmax((half.out - half.y)[tip : farthest + 1]))
    depth = float(half.y[pit] - half.y[tip])
    drop = float(half.y[opening] - half.y[tip])
    is_bare = 0 < depth < HIGH_PITS * pit_out and drop < HIGH_OPENING * depth
    if not is_bare or half.out[opening] < OPENING * pit_out:
        return None
    outer, inner = find_cuff(half, opening, pit)
    return replace(
        upper,
        neck=min(upper.neck, max(tip - 1, 0)),
        tip=tip,
        opening=opening,
        cuff_outer=outer,
        cuff_inner=inner,
    )
