"""Light on the new clothes: the form of the body, folds, and the photo's own light."""

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Field, FloatImage, Matte, Size, in_channels
from ..compose.warp import WarpedPiece
from ..compose.worn import Worn
from ..fit.pieces import smoothstep
from ..person.body import Part, PersonReading
from .drapery import drape_surfaces
from .flat import read_flat_light
from .photo_light import Light
from .relief import trunk_of
from .shading import OldFolds, read_old_folds

COARSE_SCALE, FINE_SCALE = 0.25, 0.5
"""Size of the fields that light is worked out in, of the working scale."""
STAIN = 0.35
"""How much faster the weak channels of a colour fade in shadow than its strongest."""
SHEEN = 0.06
"""Light that any cloth throws back unstained, as a share of what white throws back:
all that is to be seen of folds in black."""
SHEEN_RANGE = (-0.04, 0.4)
DARKEST, BRIGHTEST = 0.45, 1.35
WHITE_FROM, WHITE_TO = 0.70, 0.92
"""Brightness, of 1, between which cloth passes for white."""
LUMA = np.array([0.299, 0.587, 0.114], np.float32)
"""Weights of the channels in luma, ITU-R BT.601."""
BOUNCE = 0.40
"""Share of what is missing in a shadow that white cloth around it throws back."""
UNLIKE = (0.06, 0.16)
"""Difference in width, as a share, between which old folds lose their meaning."""
OCCLUSION = 0.18
"""Share of the light that does not reach the bottom of a deep groove."""
OLD_INSTEAD = 0.6
"""Where the old top's own folds are used, drawn ones step back by this share."""


def light_clothes(
    person: PersonReading,
    worn: Worn,
    pieces: dict[str, WarpedPiece],
    light: Light,
    fine: bool,
) -> dict[str, Field]:
    """Return for each piece the light on it: 1 leaves the flat's colour as it is.

    Parameters
    ----------
    person : PersonReading
    worn : Worn
    pieces : dict of str to WarpedPiece
        The garment as it lies on the person, at the picture's size.
    light : Light
    fine : bool
        Finer folds, and those of the old top.

    Returns
    -------
    dict of str to (h, w) float32
        Factors for linear light, see `lit`, at a share of the working scale: smooth,
        and to be enlarged to the picture's size.
    """
    scale = FINE_SCALE if fine else COARSE_SCALE
    size = (round(person.size[0] * scale), round(person.size[1] * scale))
    mattes = {
        name: cv2.resize(piece.matte, size[::-1], interpolation=cv2.INTER_AREA)
        for name, piece in pieces.items()
    }
    part = Part.UPPER if "torso" in mattes else Part.LOWER
    old = read_old_folds(person, part, scale) if fine else OldFolds.none(size)
    if old.trust.any():
        old = _where_alike(person, part, old, mattes, scale)
    strength = 1 - OLD_INSTEAD * old.trust
    surfaces = drape_surfaces(person, worn, mattes, scale, strength)
    bright = _brightness(pieces)
    evened = _evened_flat(worn, size)
    factors = {}
    for name, surface in surfaces.items():
        open_to_light = 1 - OCCLUSION * np.clip(surface.hollow, 0, 1)
        factor = light.on(surface.slopes) * open_to_light * old.light
        factor = factor * evened.get(name, 1.0)
        factors[name] = np.clip(factor, DARKEST, BRIGHTEST)
    even = _typical(factors, mattes, bright)
    return {name: factor / even for name, factor in factors.items()}


def lit(colour: FloatImage, light: Field) -> FloatImage:
    """Return cloth of (H, W) under a light of (H, W).

    Notes
    -----
    Light multiplies the linear colour. Shadows are filled by the light that the cloth
    around throws back in its own colour: those of white stay light, those of yellow
    stay yellow. What reaches them has passed through cloth: they are more saturated
    than lit cloth, never grey. A little light comes back unstained from the surface,
    which black cloth lives on. A gamma of 2 stands for that of sRGB: light only changes
    it a little.
    """
    sheen = SHEEN * np.clip(light - 1, *SHEEN_RANGE)
    shade = np.maximum(1 - light, 0)
    stained = shade * STAIN
    squared = in_channels(shade * BOUNCE * (colour @ LUMA) + stained) * colour
    squared += in_channels(light - stained * colour.max(axis=2))
    squared *= colour
    squared *= colour
    squared += in_channels(sheen)
    return np.sqrt(np.maximum(squared, 0, out=squared), out=squared)


def union(pieces: dict[str, WarpedPiece]) -> Matte:
    """Return where any of the pieces is to be seen."""
    return np.maximum.reduce([piece.matte for piece in pieces.values()])


def _evened_flat(worn: Worn, size: Size) -> dict[str, Field]:
    """Return for each piece what takes the light of the flat's own photo out."""
    flat_light = read_flat_light(worn.garment)
    if flat_light is None:
        return {}
    evened = {}
    for piece, backward in zip(worn.fit.pieces, worn.maps, strict=True):
        x, y = (cv2.resize(axis, size[::-1]) for axis in (backward.x, backward.y))
        evened[piece.name] = flat_light.correction(x, y)
    return evened


def _where_alike(
    person: PersonReading,
    part: Part,
    old: OldFolds,
    mattes: dict[str, Matte],
    scale: float,
) -> OldFolds:
    """Return old folds only in rows where the new clothes are about as wide.

    Wider cloth stands off the body and folds on its own.
    """
    unit = person.shoulder_width * scale
    size = old.light.shape
    worn = cv2.resize((person.parsing == part).astype(np.float32), size[::-1])
    new = np.maximum.reduce([m for name, m in mattes.items() if "sleeve" not in name])
    before, after = trunk_of(worn, unit), trunk_of(new, unit)
    if before is None or after is None:
        return OldFolds.none(size)
    wider = after.half / before.half
    alike = 1 - smoothstep(np.abs(wider - 1), *UNLIKE)
    alike = gaussian_filter1d(alike, 0.1 * unit)[:, None].astype(np.float32)
    return OldFolds(1 + (old.light - 1) * alike, old.trust * alike)


def _typical(
    factors: dict[str, Field], mattes: dict[str, Matte], bright: float
) -> float:
    """The light that leaves the garment's colour true: the median of its light.

    For white cloth a brighter share of it: paper white cannot get brighter, it can only
    be shaded.
    """
    values = np.concatenate([factors[name][mattes[name] > 0.5] for name in factors])
    return float(np.percentile(values, 50 + 25 * bright)) if len(values) else 1.0


def _brightness(pieces: dict[str, WarpedPiece]) -> float:
    """1 for white cloth, 0 for anything that has room to get brighter."""
    piece = max(pieces.values(), key=lambda known: float(known.matte.sum()))
    seen = piece.matte[piece.box][::5, ::5] > 0.5
    colours = piece.patch[::5, ::5][seen]
    if not len(colours):
        return 0.0
    brightest = float(np.median(colours.max(axis=1)))
    return float(smoothstep(brightest, WHITE_FROM, WHITE_TO))
