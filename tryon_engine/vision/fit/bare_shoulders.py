"""Where tops lie that leave the shoulders bare: around chest and upper arms."""

import numpy as np

from ..arrays import Points, Side, resample_curve
from ..garment.upper import UpperShape
from ..person.body import PersonReading
from .shoulder import OuterLine
from .torso import Torso

BEGINS = 0.24
"""How far beyond the shoulder's end sleeves begin on the arm, in shoulder widths."""


def opening_at(person: PersonReading, line: OuterLine) -> float:
    """Return the arc length on the outer line at which the opening of a sleeve ends.

    Both sleeves begin equally far down their arms, tilted or raised as these may be.
    """
    return min(line.tip_at + BEGINS * person.shoulder_width, 0.9 * line.length)


def opening_edge(
    shape: UpperShape,
    torso: Torso,
    line: OuterLine,
    side: Side,
    ends_at: float,
    off: float,
    count: int,
) -> tuple[Points, Points]:
    """Return the edge along which a sleeve begins, and where it lies: across the arm.

    From the torso's edge to the arc length `ends_at` on the outer line, `off` pixels
    off it. Frills keep their height.
    """
    upper = shape.sides[side]
    edge = resample_curve(upper.half.path[upper.tip : upper.outer_start + 1], count)
    first, last = torso(edge[:1])[0], line.at(np.array([ends_at]), off)[0]
    share = np.linspace(0, 1, count)[:, None]
    straight = edge[0] + share * (edge[-1] - edge[0])
    rises = (straight[:, 1] - edge[:, 1])[:, None] * torso.scale
    places = first + share * (last - first) + rises * torso.person.up
    return edge, places.astype(np.float32)
