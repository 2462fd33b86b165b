"""Smooth edges of cloth at the armpits, where a mesh has to turn sharply."""

from dataclasses import replace
from typing import Final

import numpy as np

from ..arrays import SIDES, Mask, Matte, Point, Side, Size
from ..masks import close_gaps, dilate, open_bridges, soften
from .warp import WarpedPiece

REACH: Final = (0.35, 0.15, 0.4)
"""How far beside, above and below the armpit one looks, in shoulder widths."""
TEAR: Final = 0.028
TAIL: Final = 0.05
"""Half widths, in shoulder widths, of the tears that are closed there and of the tails
of cloth that are cut off."""
FRINGE_PX: Final = 2
"""How far the soft edges of tails and tears reach beyond them."""


def tidy_armpits(
    pieces: dict[str, WarpedPiece],
    armpits: dict[Side, Point],
    scale: float,
    unit: float,
) -> dict[str, WarpedPiece]:
    """Return the pieces without the tails and tears between sleeves and torso.

    Where a sleeve's hem meets the flank the cloth turns from the torso's way to the
    sleeve's within a few cells of its mesh, and its edge frays.

    Parameters
    ----------
    pieces : dict of str to WarpedPiece
        The torso and its sleeves are looked at; without sleeves nothing changes.
    armpits : dict of side to (2,) float
        Where the garment's armpits are, at working scale.
    scale : float
        Pixels of the picture per pixel at working scale.
    unit : float
        The shoulder width in pixels of the picture.
    """
    tidy = dict(pieces)
    for side in SIDES:
        sleeve_piece = tidy.get(f"{side}_sleeve")
        if sleeve_piece is None or "torso" not in tidy:
            continue
        x, y = (float(value) * scale for value in armpits[side])
        beside, above, below = (reach * unit for reach in REACH)
        rows, columns = (
            slice(max(round(first), 0), max(round(last), 0))
            for first, last in ((y - above, y + below), (x - beside, x + beside))
        )
        near = np.s_[rows, columns]
        torso, sleeve = (
            piece.matte[near] > 0.5 for piece in (tidy["torso"], sleeve_piece)
        )
        if not sleeve.any():
            continue
        kept = open_bridges(sleeve, TAIL * unit)
        # Above the armpit a sleeve itself runs out thinly, over the torso's cloth.
        is_below = np.arange(rows.start, rows.start + len(sleeve))[:, None] > y
        kept = kept | (sleeve & ~is_below)
        tails = dilate(sleeve & ~kept, FRINGE_PX) & ~kept & is_below
        cloth = torso | kept
        tears = _tears(cloth, TEAR * unit)
        tears &= _within(tidy["torso"].box, rows, columns, cloth.shape)
        if tears.any():
            whole = np.maximum(tidy["torso"].matte[near], soften(tears))
            tidy["torso"] = _with_edge(tidy["torso"], near, whole)
        if tails.any():
            cut = sleeve_piece.matte[near] * (1 - soften(tails))
            tidy[sleeve_piece.name] = _with_edge(sleeve_piece, near, cut)
    return tidy


def _with_edge(
    piece: WarpedPiece, near: tuple[slice, slice], matte: Matte
) -> WarpedPiece:
    """Return a piece with another matte in a window."""
    changed = piece.matte.copy()
    changed[near] = matte
    return replace(piece, matte=changed)


def _tears(cloth: Mask, half_px: float) -> Mask:
    """Return gaps in the cloth, with its soft edges around them.

    What may go on beyond the window is no gap.
    """
    margin = int(2 * half_px) + 2
    closed = close_gaps(np.pad(cloth, margin), half_px)
    closed = closed[margin:-margin, margin:-margin]
    tears: Mask = dilate(closed & ~cloth, FRINGE_PX) & closed
    return tears


def _within(box: tuple[slice, slice], rows: slice, columns: slice, size: Size) -> Mask:
    """Return which pixels of a window, of `size`, lie in a box of the picture."""
    inside = np.zeros(size, bool)
    down, across = (
        (max(own.start - seen.start, 0), max(own.stop - seen.start, 0))
        for own, seen in zip(box, (rows, columns), strict=True)
    )
    inside[slice(*down), slice(*across)] = True
    return inside
