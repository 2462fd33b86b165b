"""Smooth edges of cloth at the armpits, where a mesh has to turn sharply."""

from dataclasses import replace
from typing import Final

import numpy as np

from ..arrays import SIDES, Mask, Point, Side, Size
from ..masks import close_gaps, dilate, open_bridges, soften
from .warp import WarpedPiece

REACH: Final = 0.4
"""How far around the armpit edges are looked at, in shoulder widths."""
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
        names = ["torso", f"{side}_sleeve"]
        if any(name not in tidy for name in names):
            continue
        x, y = (float(value) * scale for value in armpits[side])
        reach = REACH * unit
        rows, columns = (
            slice(max(round(middle - reach), 0), max(round(middle + reach), 0))
            for middle in (y, x)
        )
        near = np.s_[rows, columns]
        torso, sleeve = (tidy[name].matte[near] > 0.5 for name in names)
        if not sleeve.any():
            continue
        kept = open_bridges(sleeve, TAIL * unit)
        # Above the armpit a sleeve itself runs out thinly, over the torso's cloth.
        below = np.arange(rows.start, rows.start + len(sleeve))[:, None] > y
        kept = kept | (sleeve & ~below)
        tails = dilate(sleeve & ~kept, FRINGE_PX) & ~kept & below
        cloth = torso | kept
        tears = _tears(cloth, TEAR * unit)
        tears &= _within(tidy["torso"].box, rows, columns, cloth.shape)
        mattes = [tidy[name].matte.copy() for name in names]
        mattes[0][near] = np.maximum(mattes[0][near], soften(tears))
        mattes[1][near] *= 1 - soften(tails)
        for name, matte in zip(names, mattes, strict=True):
            tidy[name] = replace(tidy[name], matte=matte)
    return tidy


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
