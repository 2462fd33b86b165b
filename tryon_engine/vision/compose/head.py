"""Hair and head as layers in front of collars and necklines."""

import numpy as np

from ..arrays import Mask, Matte, to_float
from ..filters import diffuse, guided_filter
from ..masks import dilate, erode, soften
from ..person.body import Part, PersonReading
from .layers import Canvas, box_of

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
        draw_in_front(canvas, person, hair, 6 if fine else 0, touched)
    canvas.lay_own(_head(person, erased), touched)


def draw_in_front(
    canvas: Canvas, person: PersonReading, thing: Mask, matting_px: int, where: Matte
) -> None:
    """Put a part of the photo back in front, without the old clothes' colour.

    Parameters
    ----------
    canvas : Canvas
        Drawn on.
    person : PersonReading
    thing : (h, w) bool
        At working scale.
    matting_px : int
        How far from its outline the thing may reach; 0 for a plain soft edge.
    where : (H, W) float32 in [0, 1]
        Where it may be drawn, at the picture's size.
    """
    matte = soften(thing)
    if matting_px:
        matte = guided_filter(person.image, thing.astype(np.float32), matting_px, 80)
    matte = np.clip((matte - 0.1) / 0.8, 0, 1)
    inner = erode(thing, 2)
    colour = to_float(person.image)
    if inner.sum() > 50:
        colour = np.where(inner[..., None], colour, diffuse(colour, inner))
    shown = canvas.enlarge(matte) * where
    box = box_of(shown)
    if not box[0].stop:
        return
    own = canvas.enlarge_box(inner.astype(np.float32), box) > 0.9
    patch = np.where(own[..., None], canvas.own[box], canvas.enlarge_box(colour, box))
    canvas.lay_patch(patch, box, shown, own.astype(np.float32))


def _head(person: PersonReading, erased: Mask) -> Mask:
    rows = np.arange(person.size[0])[:, None]
    skin = (person.parsing == Part.SKIN) & (np.abs(person.across) < 0.35)
    if person.face_mesh is None:
        head = skin & (rows < person.chin[1] - 0.06 * person.shoulder_width)
        return head & (person.down < -0.25) & ~erased
    head = skin & (rows < person.chin[1] + 2) & (person.down < -0.30)
    return (head | dilate(person.face_mask, 2)) & ~erased
