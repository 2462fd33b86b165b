"""What shows above a new waistband where the old one sat higher."""

from dataclasses import replace

import numpy as np
from scipy.ndimage import median_filter

from ..arrays import (
    SIDES,
    Field,
    FloatImage,
    Mask,
    Matte,
    Point,
    Side,
    resize,
    to_float,
)
from ..colour import colour_distance
from ..masks import bounding_box, close_gaps, components, dilate, erode, soften
from ..person.body import Part, PersonReading
from .undress import MIN_MIDRIFF, Hidden, Undressed, over, repeated_upwards

TRUNK, ARM = 0.75, 1.1
"""Half width of the trunk, in shoulder widths; and of an arm in its own half widths."""
CENTRAL, SOME = 0.35, 0.25
"""Half width, in shoulder widths, of the columns that tell whether a top is cropped,
and which share of them does."""
UNDER_PX, OVER_PX = 5, 3
"""How far what is made up goes on under the new waistband, and over the old one."""
WAVE_PX = 12
"""How far a waistband swings down from its middle line."""
RIM_PX = 3
"""Along the edge of two clothes so many pixels are of both."""
SAMPLE = 9
"""Every so-manieth pixel is enough for a median."""
FEWEST_PX = 24
"""Smaller gaps are not worth a thought."""
STRAY = 0.15
"""Window, in shoulder widths, in which a column's edge lies near its neighbours'."""
LEVEL = 0.09
"""How far from its middle a waist's edge lies at most, in torso lengths."""
BAND, UNLIKE = 0.09, 16.0
"""Height of a waistband in torso lengths; how far, in Lab, it differs from a top."""
LIKER = 0.4
"""How much nearer to the top's colour than to the lower clothes' a strip of it is."""
REACH = 0.25
"""Height, in torso lengths, of the top's cloth that tells how it goes on."""


def with_waistband_found(person: PersonReading) -> PersonReading:
    """Return the reading with scraps of the old waistband labelled as what they are.

    Where top and lower clothes were parted a little too low, loops, a button or the
    band's upper edge pass for the top. It is told by its colour further up.
    """
    if _is_cropped(person):
        return person
    person = _with_strips_returned(person)
    clothes = _clothes(person)
    if clothes is None:
        return person
    upper, lower = clothes
    height = _above_old_waist(person, lower)
    band_px, reach_px = BAND * person.torso_length, REACH * person.torso_length
    near = upper & (np.abs(height) < band_px)
    above = upper & (height > band_px) & (height < band_px + reach_px)
    if above.sum() < FEWEST_PX or not near.any():
        return person
    off = _distance(person, near | above, _typical(person, above))
    spread = float(np.percentile(off[above][::SAMPLE], 85))
    unlike = near & (off > max(UNLIKE, 2 * spread))
    scraps = np.zeros(person.size, bool)
    beside = dilate(lower, 3)
    for part in components(close_gaps(unlike, 2) & near, 6):
        if (part & beside).any():
            scraps |= part
    # Along the edge both mix; below it hangs nothing of the top.
    rim = dilate(lower & (np.abs(height) < band_px), RIM_PX)
    drips = (height < -RIM_PX) & lower.any(axis=0)
    parsing = person.parsing.copy()
    parsing[(dilate(scraps, 2) | rim | drips) & upper] = Part.LOWER
    return replace(person, parsing=parsing)


def _with_strips_returned(person: PersonReading) -> PersonReading:
    """Return the reading with strips of the top that passed for lower clothes, beside
    an arm or at a corner of the hem, labelled as the top: all that is of its colour
    and above the edge of what is not."""
    clothes = _clothes(person)
    if clothes is None:
        return person
    upper, lower = clothes
    cloth, below = (_typical(person, part) for part in (upper, lower))
    begins = float(np.percentile(person.down[lower][::SAMPLE], 2))
    high = lower & (person.down < begins + REACH)
    off = _distance(person, high, cloth)
    alike = off < np.minimum(UNLIKE, LIKER * _distance(person, high, below))
    if (lower & ~alike).sum() < FEWEST_PX:
        return person
    parsing = person.parsing.copy()
    height = _above_old_waist(person, lower & ~alike)
    parsing[lower & alike & (height > -RIM_PX)] = Part.UPPER
    return replace(person, parsing=parsing)


def _clothes(person: PersonReading) -> tuple[Mask, Mask] | None:
    """Return top and lower clothes on the trunk, None where one of them is missing."""
    trunk = _trunk(person)
    upper, lower = (
        (person.parsing == part) & trunk for part in (Part.UPPER, Part.LOWER)
    )
    if upper.sum() < FEWEST_PX or lower.sum() < FEWEST_PX:
        return None
    return upper, lower


def _typical(person: PersonReading, where: Mask) -> np.ndarray:
    """Return the median Lab colour."""
    return np.median(person.lab[where][::SAMPLE], axis=0)


def _distance(person: PersonReading, where: Mask, colour: np.ndarray) -> Field:
    """Return how far from a Lab colour pixels are; infinitely, where nobody asks."""
    off = np.full(person.size, np.inf, np.float32)
    off[where] = colour_distance(person.lab[where][None], colour)[0]
    return off


def with_gap_filled(
    person: PersonReading,
    hidden: Hidden,
    undressed: Undressed,
    bottom: Matte,
    band: dict[Side, Point],
) -> Undressed:
    """Continue the kept top, or the skin below it, down to a new waistband.

    Parameters
    ----------
    person : PersonReading
    hidden : Hidden
    undressed : Undressed
        Without the old lower clothes.
    bottom : (h, w) float32
        The new ones as drawn, of any size.
    band : dict of side to (2,) float32
        Their upper corners.
    """
    drawn = resize(bottom, person.size)
    gap = _gap(person, undressed.erased, drawn, band)
    if gap.sum() < FEWEST_PX:
        return undressed
    if _is_cropped(person):
        colour = hidden.skin
    else:
        colour = _cloth_below(person, gap)
        # Along its edge the top had lost a little to the backdrop.
        gap |= dilate(gap, OVER_PX) & (person.parsing == Part.UPPER)
    matte = soften(gap, 0.8)
    image = over(undressed.image, colour, matte)
    changed, body = (
        np.maximum(before, matte) for before in (undressed.changed, undressed.body)
    )
    return replace(undressed, image=image, changed=changed, body=body)


def _gap(
    person: PersonReading, erased: Mask, bottom: Matte, band: dict[Side, Point]
) -> Mask:
    """Between the upper edge of the old lower clothes and that of the new ones."""
    columns = np.arange(person.size[1])
    rows = np.arange(person.size[0])[:, None]
    trunk = _trunk(person)
    old = erased & trunk
    drawn = (bottom > 0.5) & trunk
    in_both = old.any(axis=0) & drawn.any(axis=0)
    if in_both.sum() < 8:
        return np.zeros(person.size, bool)
    window = max(round(STRAY * person.shoulder_width), 3)
    edges = [part.argmax(axis=0)[in_both].astype(np.float32) for part in (old, drawn)]
    usual = [median_filter(edge, window) for edge in edges]
    usual[1] = np.clip(edges[1], usual[1], usual[1] + WAVE_PX)
    first, last = (np.interp(columns, columns[in_both], edge) for edge in usual)
    gap = (rows > first - OVER_PX) & (rows < last + UNDER_PX) & (last > first + 1)
    left, right = (float(band[side][0]) for side in SIDES)
    return gap & old & (columns > left - 2) & (columns < right + 2)


def above_old_waist(person: PersonReading) -> Mask:
    """Return where no new bottom may show that is worn with the kept top: above the
    line at which the old one began, whether at its waistband or under the top's hem."""
    trunk = _trunk(person)
    lower = (person.parsing == Part.LOWER) & trunk
    if lower.sum() < FEWEST_PX:
        return np.zeros(person.size, bool)
    return trunk & (_above_old_waist(person, lower) > 0)


def _above_old_waist(person: PersonReading, lower: Mask) -> Field:
    """Return how many pixels each one lies above the edge of the old lower clothes."""
    columns = np.flatnonzero(lower.any(axis=0))
    edge = lower[:, columns].argmax(axis=0).astype(np.float32)
    # Farther out the hips begin, not the waist.
    middle = np.abs(columns - person.hip_centre[0]) < CENTRAL * person.shoulder_width
    level = np.median(edge[middle] if middle.any() else edge)
    is_waist = np.abs(edge - level) < LEVEL * person.torso_length
    columns, edge = columns[is_waist], edge[is_waist]
    window = max(round(STRAY * person.shoulder_width), 3)
    smooth = np.interp(
        np.arange(person.size[1]), columns, median_filter(edge, window)
    ).astype(np.float32)
    return smooth - np.arange(person.size[0], dtype=np.float32)[:, None]


def _is_cropped(person: PersonReading) -> bool:
    """Whether skin is seen between top and lower clothes: both end where they end."""
    central = np.abs(person.across) < CENTRAL
    tops, lower = (
        (person.parsing == part) & central for part in (Part.UPPER, Part.LOWER)
    )
    columns = tops.any(axis=0) & lower.any(axis=0)
    if not columns.any():
        return False
    hem = len(tops) - 1 - tops[::-1, columns].argmax(axis=0)
    gap = lower[:, columns].argmax(axis=0) - hem - 1
    return bool(np.mean(gap > MIN_MIDRIFF * person.torso_length) > SOME)


def _trunk(person: PersonReading) -> Mask:
    trunk = np.abs(person.across) < TRUNK
    for side in SIDES:
        if person.has_long_sleeve(side):
            trunk &= person.arms[side].across > ARM
    return trunk


def _cloth_below(person: PersonReading, gap: Mask) -> FloatImage:
    """The picture with the top's cloth going on below its end."""
    image = to_float(person.image)
    cloth = erode(person.parsing == Part.UPPER, 4)
    x0, y0, x1, y1 = bounding_box(gap)
    y0 = max(y0 - round(REACH * person.torso_length), 0)
    x0, x1 = max(x0 - 8, 0), x1 + 8
    box = np.s_[y0:y1, x0:x1]
    if cloth[box].any():
        flipped = image[box][::-1], cloth[box][::-1]
        image[box] = repeated_upwards(*flipped)[::-1]
    return image
