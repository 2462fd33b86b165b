"""Tops worn tucked in: where trousers or a skirt begin in front of them."""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import median_filter

from ..arrays import Mask, Matte, resize
from ..masks import soften
from ..person.body import Part, PersonReading

CENTRAL = 0.3
"""Half width, in shoulder widths, of the columns that tell how high a waist is."""
FEWEST_PX = 50
"""With fewer pixels of lower clothes there, the picture ends above them."""
HIGHEST, LOWEST, USUAL = 0.6, 0.9, 0.78
"""Where waistbands are seen, in `down`; one that an old top hid lies at the usual."""
BAND, DIP = 0.03, 0.1
"""How far below its highest point a waistband begins at most: at the sides, and in the
middle, where it is drawn from above."""
STRAY = 0.07
"""How far, in torso lengths, the band's edge lies from its usual height at most: where
a hand or a bag is before it, it goes on behind."""
MEDIAN, SMOOTH = 0.15, 0.05
"""Windows of the edge's smoothing, in shoulder widths."""
ASIDE = 1.03
"""Half width of made-up lower clothes over that of the body."""


@dataclass(frozen=True, eq=False)
class Waist:
    """The upper edge of kept lower clothes.

    Attributes
    ----------
    down : float
        Its middle, in torso lengths below the shoulders.
    front : (H, W) float32 in [0, 1]
        The lower clothes, in front of what is tucked into them.
    above : (H, W) float32 in [0, 1]
        1 above the edge, 0 below.
    """

    down: float
    front: Matte
    above: Matte


def waist_down(person: PersonReading) -> float | None:
    """Return where a top disappears in the kept lower clothes, in `down`.

    None where nothing can be tucked in: under a dress's skirt, above a picture's end.
    """
    lower = (person.parsing == Part.LOWER) & (np.abs(person.across) < CENTRAL)
    if person.is_dress or lower.sum() < FEWEST_PX:
        return None
    seen_from = float(np.percentile(person.down[lower], 2))
    return max(seen_from, HIGHEST) if seen_from < LOWEST else USUAL


def find_waist(person: PersonReading, erased: Mask) -> Waist | None:
    """Find the edge of the kept lower clothes; None where nothing can be tucked in.

    Parameters
    ----------
    person : PersonReading
    erased : (H, W) bool
        The old top that was taken away: lower clothes have been continued under it.
    """
    middle = waist_down(person)
    if middle is None:
        return None
    lower = person.parsing == Part.LOWER
    edge = _edge(person, lower, middle)
    rows = np.arange(person.size[0], dtype=np.float32)[:, None]
    above = np.clip(edge[None] - rows + 0.5, 0, 1).astype(np.float32)
    aside = np.abs(person.across) * person.shoulder_width
    inside = aside < ASIDE * person.half_width
    trunk = soften(lower | (erased & inside), 0.8)
    return Waist(middle, trunk * (1 - above), above)


def above_band(person: PersonReading, bottom: Matte, top_down: float) -> Matte:
    """Return where a top tucked into a new bottom is seen over its waistband.

    Parameters
    ----------
    person : PersonReading
    bottom : (h, w) float32 in [0, 1]
        The bottom as drawn, at the picture's size.
    top_down : float
        Where its waistband begins, in `down`; in the middle it may dip below that.
    """
    low = top_down + np.where(np.abs(person.across) < CENTRAL, DIP, BAND)
    above = resize(soften(person.down < low), bottom.shape)
    return above * (1 - np.maximum.accumulate(bottom, axis=0))


def _edge(person: PersonReading, lower: Mask, middle: float) -> np.ndarray:
    """Return (W,) the edge's row in each column."""
    columns = np.arange(person.size[1], dtype=np.float32)
    place = person.frame.place(middle, 0.0)
    slope = float(person.right[1] / max(person.right[0], 1e-3))
    level = place[1] + slope * (columns - place[0])
    top = lower.argmax(axis=0).astype(np.float32)
    seen = lower.any(axis=0)
    seen &= np.abs(top - level) < STRAY * person.torso_length
    seen &= np.abs(columns - place[0]) < 0.6 * person.shoulder_width
    if seen.sum() < 8:
        return level
    off = np.interp(columns, columns[seen], (top - level)[seen])
    off = median_filter(off, max(round(MEDIAN * person.shoulder_width), 1))
    sigma = SMOOTH * person.shoulder_width
    smooth = cv2.GaussianBlur(off[None].astype(np.float32), (0, 0), sigma)[0]
    return level + smooth
