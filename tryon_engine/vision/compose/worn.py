"""Fitted garment -> what can be drawn: a backward map for each of its pieces."""

from dataclasses import dataclass

import numpy as np

from ..arrays import SIDES, FloatImage, Matte, Point, Side, Size, resize
from ..fit.pieces import Fit, Piece, lower_shape
from ..garment.reading import GarmentCategory, GarmentKind, GarmentReading
from ..person.body import PersonReading
from ..side_by_side import each
from ..uncover.undress import over
from .warp import BackwardMap, WarpedPiece, backward_map, warp_piece


@dataclass(frozen=True, eq=False)
class Worn:
    """A garment on the person: its fit, and a backward map for each piece.

    The maps are at the person's working scale; sampling enlarges them.
    """

    garment: GarmentReading
    fit: Fit
    maps: tuple[BackwardMap, ...]

    @property
    def is_dress(self) -> bool:
        return self.garment.category == GarmentCategory.DRESS

    @property
    def is_tucked(self) -> bool:
        """Whether it is worn under trousers or a skirt."""
        return self.garment.is_bodysuit

    @property
    def waistband(self) -> dict[Side, Point]:
        """The upper corners of trousers or a skirt on the person."""
        shape = lower_shape(self.garment)
        ends: dict[Side, np.ndarray] = {"left": shape.left, "right": shape.right}
        corners: dict[Side, Point] = {}
        for side in SIDES:
            corner = np.array([[ends[side][0], shape.y[0]]], np.float32)
            name = side if self.garment.kind != GarmentKind.SKIRT else "skirt"
            piece = next(p for p in self.fit.pieces if p.name.startswith(name))
            corners[side] = piece.deform(corner)[0]
        return corners

    def warp(self, size: Size, fine: bool) -> dict[str, WarpedPiece]:
        """Return the pieces by name for a picture of `size`."""
        garment = self.garment
        clean, matte = garment.fine if fine else (garment.clean, garment.matte)
        mattes = {piece.name: matte for piece in self.fit.pieces}
        if garment.back is not None:
            mattes["back"] = resize(garment.back, matte.shape)

        def warped(pair: tuple[Piece, BackwardMap]) -> WarpedPiece:
            piece, backward = pair
            return warp_piece(piece, backward, clean, mattes[piece.name], size)

        pairs = zip(self.fit.pieces, self.maps, strict=True)
        return {piece.name: piece for piece in each(warped, pairs)}

    def sketch(self, size: Size) -> tuple[FloatImage, Matte]:
        """Return (colour, matte) of the garment without light, for a small picture."""
        garment = self.garment
        height, width = garment.size
        share = min(2 * size[0] / height, 1)
        small = (round(height * share), round(width * share))
        clean, front = resize(garment.clean, small), resize(garment.matte, small)
        colour, matte = np.zeros((*size, 3), np.float32), np.zeros(size, np.float32)
        for piece, backward in zip(self.fit.pieces, self.maps, strict=True):
            if piece.name != "back":
                drawn = warp_piece(piece, backward, clean, front, size)
                box = drawn.box
                colour[box] = over(colour[box], drawn.patch, drawn.matte[box])
                matte = np.maximum(matte, drawn.matte)
        return colour, matte


def wear(person: PersonReading, garment: GarmentReading, fit: Fit) -> Worn:
    """Make the backward maps of a fitted garment."""
    seen = [piece.coverage for piece in fit.pieces if piece.name != "back"]
    whole = np.maximum.reduce(seen)

    def mapped(piece: Piece) -> BackwardMap:
        cloth = None if piece.name == "back" else whole
        return backward_map(piece, person.size, cloth)

    return Worn(garment, fit, tuple(each(mapped, fit.pieces)))
