"""Where the garment goes on this body: one continuous map from flat to picture.

A fitted garment is a list of pieces that share a deformation. Pieces exist for the
order in which they are drawn (a sleeve over the torso); where two overlap they agree,
so that no seam shows.
"""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..arrays import SIDES, Matte, Points, Side
from ..garment.lower import LowerShape
from ..garment.reading import GarmentReading
from ..garment.upper import UpperShape
from ..person.body import PersonReading
from .hang import Hang

CROTCH_DROP = 0.24
"""How far the crotch lies below the hip joints, in shoulder widths."""
HIPS_DOWN, HIPS_OF_JOINTS = (0.7, 1.0, 1.2), (0.95, 1.0, 1.07)
"""Half width of hips over the distance of their joints, at places in `down`."""

Deformation = Callable[[Points], Points]
"""(N, 2) points of the flat at working scale -> (N, 2) points of the person image."""


@dataclass(frozen=True, eq=False)
class Piece:
    """A part of a garment that is drawn as one layer.

    Attributes
    ----------
    name : str
        "torso", "left_sleeve", "right_sleeve", "left_leg", "right_leg" or "skirt".
    coverage : (h, w) float32 in [0, 1]
        Which part of the flat belongs to the piece.
    deform : Deformation
    """

    name: str
    coverage: Matte
    deform: Deformation


@dataclass(frozen=True, eq=False)
class Fit:
    """A garment fitted to a person.

    Attributes
    ----------
    pieces : tuple of Piece
        In drawing order, the first at the bottom.
    scale : float
        Person pixels per flat pixel, both at working scale.
    top_down, hem_down : float
        Where the garment begins and ends on the body, in torso lengths below the
        shoulders (1 is the hip joints).
    cuff_along : dict of side to float
        Where sleeves end on the arm: 0 shoulder, 1 elbow, 2 wrist.
    armpits : dict of side to (2,) float32
        Where the armpits come to lie; empty for lower garments.
    hang : Hang or None
        Skirts and dresses: how they hang.
    """

    pieces: tuple[Piece, ...]
    scale: float
    top_down: float
    hem_down: float
    cuff_along: dict
    armpits: dict
    hang: Hang | None = None


def upper_shape(garment: GarmentReading) -> UpperShape:
    """Return the shape of a top or dress; raises ValueError for anything else."""
    if garment.upper is None:
        raise ValueError(f"{garment.kind.value} is not worn on the upper body.")
    return garment.upper


def lower_shape(garment: GarmentReading) -> LowerShape:
    """Return the shape of trousers, shorts or a skirt; raises ValueError otherwise."""
    if garment.lower is None:
        raise ValueError(f"{garment.kind.value} is not worn from the waist down.")
    return garment.lower


def smoothstep(values: np.ndarray | float, low: float, high: float) -> np.ndarray:
    """Return 0 below `low`, 1 above `high`, smooth between."""
    part = np.clip((values - low) / max(high - low, 1e-6), 0, 1)
    return part * part * (3 - 2 * part)


def crotch_down(person: PersonReading) -> float:
    """Return where the crotch is, in torso lengths below the shoulders."""
    return 1.0 + CROTCH_DROP * person.shoulder_width / person.torso_length


def ankle_down(person: PersonReading) -> float:
    """Return where the ankles are, in torso lengths below the shoulders."""
    ankles = np.stack([person.joint(side, "ankle") for side in SIDES])
    below = -(ankles - person.shoulder_centre) @ person.up
    return float(below.mean()) / person.torso_length


def body_half(
    person: PersonReading, side: Side, down: np.ndarray | float
) -> np.ndarray:
    """Return the body's half width in pixels at `down`.

    A loose dress hides the hips: under one they are no wider than their joints tell.
    """
    half = person.outline.half(side, down)
    if not person.is_dress:
        return half
    joints = [person.joint(each, "hip") for each in SIDES]
    apart = float(np.linalg.norm(joints[0] - joints[1]))
    most = np.interp(down, HIPS_DOWN, HIPS_OF_JOINTS) * apart
    return np.where(np.asarray(down) < HIPS_DOWN[0], half, np.minimum(half, most))


def outer_edges(
    points: Points, axis_x: float, outward: int, first_y: float, last_y: float
) -> tuple[np.ndarray, np.ndarray]:
    """Return (y, out) of a flank: for each row the outermost distance from the axis.

    Notches of the cut-out vanish, so that no row of a print can fold.
    """
    rows = np.arange(round(first_y), max(round(last_y), round(first_y) + 4) + 1)
    out = np.full(len(rows), -np.inf)
    index = np.clip(np.round(points[:, 1]).astype(int) - rows[0], 0, len(rows) - 1)
    np.maximum.at(out, index, (points[:, 0] - axis_x) * outward)
    known = np.isfinite(out)
    filled = np.interp(rows, rows[known], out[known])
    return rows.astype(np.float32), filled.astype(np.float32)
