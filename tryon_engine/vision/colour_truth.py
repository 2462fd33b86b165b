"""How far the colour of a worn garment is from that of its flat, light set aside."""

from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from skimage.color import deltaE_ciede2000

from .arrays import FloatImage, Mask, Size, resize
from .colour import rgb_to_lab
from .compose.composer import Composite
from .compose.worn import Worn
from .masks import erode

LONG_SIDE_PX: Final = 320
INNER_PX: Final = 2
"""Edges mix the garment's colour with what is beside it."""
LEAST_PX: Final = 40
"""Fewer pixels of cloth tell no colour."""


@dataclass(frozen=True)
class ColourTruth:
    """A garment in a try-on, compared with its flat.

    Attributes
    ----------
    difference : float
        CIEDE2000 of hue and saturation: 1 can just be noticed side by side.
    lightness : float
        How much lighter it is than in the flat, in L of Lab; negative if darker.
    """

    difference: float
    lightness: float


@dataclass(frozen=True, eq=False)
class FlatColours:
    """The colours of a flat where they come to lie on the person, small.

    Attributes
    ----------
    lab : (h, w, 3) float32
        As in the flat, in CIE Lab.
    seen : (h, w) bool
        Where nothing but this garment is to be seen.
    """

    lab: FloatImage
    seen: Mask


def flat_colours(worn: Worn, size: Size, over_it: Worn | None = None) -> FlatColours:
    """Lay the colours of a garment's flat on the person.

    Parameters
    ----------
    worn : Worn
    size : (height, width) of the person image
    over_it : Worn, optional
        A garment that lies over this one and hides it.
    """
    small = _small(size)
    colour, matte = worn.sketch(small)
    seen = matte > 0.98
    if over_it is not None:
        seen &= over_it.sketch(small)[1] < 0.02
    return FlatColours(rgb_to_lab(colour), erode(seen, INNER_PX))


def colour_truth(flat: FlatColours, composite: Composite) -> ColourTruth | None:
    """Compare the colours of a garment's flat and of its place in a try-on.

    Returns
    -------
    ColourTruth or None
        Medians over the cloth that is seen. None where too little of it is.

    Notes
    -----
    Each small pixel is compared with the point of the flat that lies there. Light and
    shadow scale what cloth reflects; in Lab that is about one factor for a, b and
    L + 16. So the flat's colour is brought to the lightness of the worn one first:
    what remains is a change of hue or saturation, and that no shadow explains. The
    median leaves out arms and hair in front of the garment.

    References
    ----------
    Sharma, Wu, Dalal, "The CIEDE2000 Color-Difference Formula", Color Research and
    Application 30 (2005), doi:10.1002/col.20070.
    """
    small = flat.seen.shape
    seen = flat.seen & (resize(composite.changed.astype(np.float32), small) > 0.98)
    if seen.sum() < LEAST_PX:
        return None
    expected = flat.lab[seen]
    there = rgb_to_lab(resize(composite.image, small))[seen]
    difference = deltaE_ciede2000(at_lightness(expected, there), there)
    lightness = there[:, 0] - expected[:, 0]
    return ColourTruth(float(np.median(difference)), float(np.median(lightness)))


def _small(size: Size) -> Size:
    share = min(1.0, LONG_SIDE_PX / max(size))
    return max(round(size[0] * share), 1), max(round(size[1] * share), 1)


def at_lightness(lab: np.ndarray, of: np.ndarray) -> np.ndarray:
    """Return the colours `lab` (N, 3) in a light that makes them as light as `of`."""
    factor = (of[:, :1] + 16) / (lab[:, :1] + 16)
    return cv2.hconcat([of[:, :1], lab[:, 1:] * factor])
