"""Light on the new clothes: factors by which a warped garment is multiplied."""

import cv2
import numpy as np

from .arrays import Field, Matte
from .body import PersonReading
from .layers import Canvas
from .shading import read_cloth_shading
from .warp import WarpedPiece

EDGE_SHADE = 0.10
EDGE_SHADE_REACH = 0.16
"""Cloth darkens by this share towards its silhouette, over so many shoulder widths."""


def edge_shade(pieces: dict[str, WarpedPiece], unit: float, fine: bool) -> Field:
    """Cloth turns away from the light towards its silhouette."""
    inside = cv2.distanceTransform(
        (union(pieces) > 0.5).astype(np.uint8), cv2.DIST_L2, 3
    )
    part = np.clip(inside / (EDGE_SHADE_REACH * unit), 0, 1)
    strength = EDGE_SHADE if fine else 0.6 * EDGE_SHADE
    return (1.01 - strength * (1 - part) ** 2).astype(np.float32)


def light_of_old_top(person: PersonReading, canvas: Canvas) -> Field:
    """Light and folds of the old top, for the new one, at the picture's size."""
    shading = read_cloth_shading(person)
    if not shading.is_plain:  # a print's light and shade would come through
        return np.ones(canvas.size, np.float32)
    light = np.clip(shading.broad * shading.folds, 0.90, 1.03)
    return canvas.enlarge(1 + 0.7 * (light - 1))


def balanced(shade: Field, pieces: dict[str, WarpedPiece]) -> Field:
    """Return `shade` with a median of 1 on the garment, which keeps its colour."""
    cloth = union(pieces) > 0.5
    return shade / np.median(shade[cloth]) if cloth.any() else shade


def union(pieces: dict[str, WarpedPiece]) -> Matte:
    """Return where any of the pieces is to be seen."""
    return np.maximum.reduce([piece.matte for piece in pieces.values()])
