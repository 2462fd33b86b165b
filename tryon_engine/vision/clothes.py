"""Any picture -> the garments on it, cut out.

For a person the parsing tells what is top and bottom; a garment flat is one garment.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

import cv2
import numpy as np

from .arrays import Matte, RGBImage, to_float
from .garment.cutout import NoGarmentError
from .garment.reading import GarmentCategory, GarmentReading, read_garment
from .masks import bounding_box, dilate, drop_small, open_bridges, soften
from .person.body import Part, PersonReading
from .person.reading import NoPersonError, read_person

LEAST_SHARE: Final = 0.01
"""Of the person or flat: smaller is no garment but a mislabelled patch."""
ISLAND_SHARE: Final = 0.05
"""Of the garment: smaller patches apart from it are none of it."""
SLIVER_SHARE: Final = 0.006
"""Of the picture's height: half the width of what is too narrow for a bottom."""
MARGIN: Final = 0.06
"""White around a crop, as a share of its longer side; a flat needs its backdrop."""
LEAST_SIDE_PX: Final = 160
MOST_SIDE_PX: Final = 4096
"""The protocol takes pictures with sides of 150 to 4096 pixels."""


class Clothes(StrEnum):
    """What may be asked for."""

    UPPER = "upper"
    LOWER = "lower"
    DRESS = "dress"
    """One piece, or the whole outfit of a person."""


PARTS: Final = {
    Clothes.UPPER: (Part.UPPER,),
    Clothes.LOWER: (Part.LOWER,),
    Clothes.DRESS: (Part.UPPER, Part.LOWER),
}
CATEGORIES: Final = {
    Clothes.UPPER: GarmentCategory.TOP,
    Clothes.LOWER: GarmentCategory.BOTTOM,
    Clothes.DRESS: GarmentCategory.DRESS,
}


@dataclass(frozen=True, eq=False)
class ClothesFound:
    """One garment of a picture.

    Attributes
    ----------
    box : (x0, y0, x1, y1) of int
        In pixels of the picture, end excluded.
    cut_out : (H, W, 4) uint8, RGBA
        As large as the picture; black and transparent outside the garment.
    on_white : (h, w, 3) uint8, RGB
        The garment alone on white: a garment flat.
    """

    box: tuple[int, int, int, int]
    cut_out: np.ndarray
    on_white: RGBImage


def cut_out_clothes(
    image: RGBImage, asked: Sequence[Clothes]
) -> list[ClothesFound | None]:
    """Cut garments out of a picture of a person or of one garment.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8, RGB
        Upright, any size.
    asked : sequence of Clothes

    Returns
    -------
    list of ClothesFound or None
        In the order asked for; None for what is not in the picture.

    Raises
    ------
    SeveralPeopleError, UnfitPoseError
        If there is somebody whose clothes cannot be told apart.
    """
    try:
        person = read_person(image)
    except NoPersonError:
        return _of_flat(image, asked)
    return [_found(image, _worn_matte(person, kind), person.matte) for kind in asked]


def _of_flat(image: RGBImage, asked: Sequence[Clothes]) -> list[ClothesFound | None]:
    try:
        garment = read_garment(image)
    except NoGarmentError:
        return [None] * len(asked)
    matte = _flat_matte(garment)
    return [
        _found(image, matte, matte) if CATEGORIES[kind] == garment.category else None
        for kind in asked
    ]


def _worn_matte(person: PersonReading, kind: Clothes) -> Matte:
    """Return where the garment is, (h, w) at working scale, with a soft edge."""
    mask = np.isin(person.parsing, PARTS[kind])
    if kind == Clothes.LOWER:  # without the hem of the top along its sides
        radius_px = SLIVER_SHARE * mask.shape[0]
        mask &= dilate(open_bridges(mask, radius_px), radius_px)
    mask = drop_small(mask, max(ISLAND_SHARE * mask.sum(), 1))
    return np.minimum(soften(mask, 0.8), person.matte)


def _flat_matte(garment: GarmentReading) -> Matte:
    """Return where the garment is, the inside of its back included."""
    if garment.back is None:
        return garment.matte
    return np.maximum(garment.matte, garment.back)


def _found(image: RGBImage, matte: Matte, whole: Matte) -> ClothesFound | None:
    """Return the garment that `matte`, at working scale, shows, out of `whole`."""
    if (matte > 0.5).sum() < LEAST_SHARE * max((whole > 0.5).sum(), 1):
        return None
    height, width = image.shape[:2]
    alpha = cv2.resize(matte, (width, height), interpolation=cv2.INTER_LINEAR)
    alpha = alpha.clip(0, 1)
    shown = (alpha * 255).round().astype(np.uint8)
    x0, y0, x1, y1 = bounding_box(shown > 127)
    # What is transparent must not carry the face along.
    rgb = np.where(shown[..., None] > 0, image, 0).astype(np.uint8)
    crop, cover = image[y0:y1, x0:x1], alpha[y0:y1, x0:x1, None]
    blended = to_float(crop) * cover + (1 - cover)
    on_white = _framed((blended * 255).round().astype(np.uint8))
    return ClothesFound((x0, y0, x1, y1), np.dstack([rgb, shown]), on_white)


def _framed(crop: RGBImage) -> RGBImage:
    """Return `crop` with white around it."""
    margin = round(MARGIN * max(crop.shape[:2]))
    pads = []
    for side in crop.shape[:2]:
        pad = max(min(2 * margin, MOST_SIDE_PX - side), LEAST_SIDE_PX - side, 0)
        pads.append((pad // 2, pad - pad // 2))
    return np.pad(crop, (*pads, (0, 0)), constant_values=255)
