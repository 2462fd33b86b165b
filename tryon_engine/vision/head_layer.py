"""Hair and head as layers in front of collars and necklines."""

import numpy as np

from .arrays import Mask, Matte, to_float
from .body import Part, PersonReading
from .filters import diffuse, guided_filter
from .layers import Canvas
from .masks import dilate, erode, soften

MIN_HAIR_PX = 300


def draw_head(
    canvas: Canvas, person: PersonReading, erased: Mask, covered: Matte, fine: bool
) -> None:
    """Put hair and head back in front.

    Parameters
    ----------
    canvas : Canvas
        Drawn on.
    person : PersonReading
    erased : (h, w) bool
        The old clothes that were taken away, at working scale.
    covered : (H, W) float32 in [0, 1]
        The new clothes, at the picture's size.
    fine : bool
        With matted strands.
    """
    touched = canvas.enlarge(soften(dilate(erased, 3)))
    touched = np.clip(np.maximum(touched, covered * 4), 0, 1)
    hair = person.parsing == Part.HAIR
    if hair.sum() > MIN_HAIR_PX:
        matte = soften(hair)
        if fine:
            matte = guided_filter(person.image, hair.astype(np.float32), 6, 80)
        matte = np.clip((matte - 0.1) / 0.8, 0, 1)
        inner = erode(hair, 2)
        colour = to_float(person.image)
        if inner.sum() > 50:
            colour = np.where(inner[..., None], colour, diffuse(colour, inner))
        own = canvas.enlarge_mask(inner, 0.9)
        colour = np.where(own[..., None], canvas.own, canvas.enlarge(colour))
        canvas.lay(colour, canvas.enlarge(matte) * touched, own.astype(np.float32))
    canvas.lay_own(_head(person, erased), touched)


def _head(person: PersonReading, erased: Mask) -> Mask:
    rows = np.arange(person.size[0])[:, None]
    skin = (person.parsing == Part.SKIN) & (np.abs(person.across) < 0.35)
    if person.face_mesh is None:
        head = skin & (rows < person.chin[1] - 0.06 * person.shoulder_width)
        return head & (person.down < -0.25) & ~erased
    head = skin & (rows < person.chin[1] + 2) & (person.down < -0.30)
    return (head | dilate(person.face_mask, 2)) & ~erased
