"""Jumpsuits: the trunk of a top that goes on in the legs of trousers, seam-free."""

from dataclasses import replace

import numpy as np

from ..arrays import SIDES, Matte, grid
from ..garment.reading import GarmentReading
from ..person.body import PersonReading
from .legs import fit_legs, leg_pieces
from .pieces import Piece, lower_shape, smoothstep
from .torso import Torso

MIXED = 0.35
"""Height over which the trunk passes into the legs, in heights above their crotch."""


def with_legs(
    person: PersonReading,
    garment: GarmentReading,
    torso: Torso,
    pieces: tuple[Piece, ...],
) -> tuple[tuple[Piece, ...], float]:
    """Return the pieces with legs of their own, first, and where these end, in `down`.

    Parameters
    ----------
    person : PersonReading
    garment : GarmentReading
        A jumpsuit.
    torso : Torso
    pieces : tuple of Piece
        Torso and sleeves; the torso goes on below the crotch.
    """
    trunk = next(piece for piece in pieces if piece.name == "torso")
    hips = {side: float(torso.sides[side].worn[-1]) for side in SIDES}
    deform = fit_legs(person, garment, torso.scale, trunk.deform, hips)
    legs = leg_pieces(trunk.coverage, deform)
    # Above where the legs begin to part both move alike: one fades into the other.
    shape = lower_shape(garment)
    fade = MIXED * (deform.blend_from - shape.y[0])
    rows = grid(garment.size)[1]
    above = 1 - smoothstep(rows, deform.blend_from - fade, deform.blend_from)
    upper = replace(trunk, coverage=_times(trunk.coverage, above))
    start = deform.blend_from - 2 * fade
    below = tuple(
        replace(leg, coverage=_times(leg.coverage, rows >= start)) for leg in legs
    )
    others = tuple(piece for piece in pieces if piece is not trunk)
    return (*below, upper, *others), deform.hem_down(person)


def _times(cover: Matte, share: np.ndarray) -> Matte:
    return (cover * share).astype(np.float32)
