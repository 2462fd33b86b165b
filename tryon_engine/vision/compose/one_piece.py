"""A jumpsuit's trunk and legs, warped and lit as pieces, drawn as one cloth."""

import cv2
import numpy as np

from ..arrays import SIDES, Field
from .warp import WarpedPiece


def with_legs_joined(
    pieces: dict[str, WarpedPiece], lights: dict[str, Field]
) -> tuple[dict[str, WarpedPiece], dict[str, Field]]:
    """Return pieces and lights with legs, if there are any, made part of the torso.

    Where the torso ends it fades into the legs: patch and light do so together.
    """
    names = [f"{side}_leg" for side in SIDES]
    if "torso" not in pieces or not all(name in pieces for name in names):
        return pieces, lights
    parts = [pieces[name] for name in (*names, "torso")]
    seen = np.maximum.reduce([part.matte for part in parts])
    box = _around([part.box for part in parts])
    patch = np.zeros((*seen[box].shape, 3), np.float32)
    light = np.ones_like(lights["torso"])
    drawn = np.zeros_like(seen)
    for part in parts:
        rows, columns = part.box
        inside = np.s_[
            rows.start - box[0].start : rows.stop - box[0].start,
            columns.start - box[1].start : columns.stop - box[1].start,
        ]
        # The first cloth in a place is all of it, however thin its edge.
        share = np.where(drawn > 0, part.matte, part.matte > 0).astype(np.float32)
        drawn = np.maximum(drawn, part.matte)
        patch[inside] += (part.patch - patch[inside]) * share[part.box][..., None]
        small = cv2.resize(share, light.shape[::-1], interpolation=cv2.INTER_AREA)
        light += (lights[part.name] - light) * small
    joined = WarpedPiece("torso", patch, box, seen)
    kept = {name: piece for name, piece in pieces.items() if name not in names}
    return kept | {"torso": joined}, lights | {"torso": light}


def _around(boxes: list[tuple[slice, slice]]) -> tuple[slice, slice]:
    used = [box for box in boxes if box[0].stop]
    rows, columns = (
        slice(min(box[axis].start for box in used), max(box[axis].stop for box in used))
        for axis in (0, 1)
    )
    return rows, columns
