"""Light on the new clothes: the form of the body, folds, and the photo's own light."""

from collections.abc import Callable

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from .arrays import SIDES, Field, FloatImage, Matte, Size
from .body import Part, PersonReading
from .creases import Crease, crease_slopes
from .fit import smoothstep
from .folds import (
    Drape,
    seeded,
    skirt_creases,
    sleeve_creases,
    top_creases,
    trouser_creases,
)
from .garment import GarmentKind
from .light import Light
from .relief import (
    Slopes,
    Trunk,
    leg_slopes,
    sleeve_slopes,
    torso_slopes,
    trunk_of,
)
from .shading import OldFolds, read_old_folds
from .warp import WarpedPiece
from .worn import Worn

COARSE_SCALE, FINE_SCALE = 0.25, 0.5
"""Size of the fields that light is worked out in, of the working scale."""
SHEEN = 0.08
"""Light that any cloth throws back unstained, as a share of what white throws back:
all that is to be seen of folds in black."""
SHEEN_RANGE = (-0.04, 0.4)
DARKEST, BRIGHTEST = 0.45, 1.35
WHITE_FROM, WHITE_TO = 0.70, 0.92
"""Brightness, of 1, between which cloth passes for white."""
BOUNCE = 0.25
"""Contrast that white cloth loses to its own reflections."""
UNLIKE = (0.06, 0.16)
"""Difference in width, as a share, between which old folds lose their meaning."""
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
    dict of str to (H, W) float32
        Factors for linear light, at the picture's size; see `lit`.
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
    slopes = _slopes(person, worn, mattes, scale, size, strength)
    bright = _brightness(pieces)
    # White cloth is lit by itself out of its own folds.
    softer = 1 - BOUNCE * bright
    factors = {
        name: np.clip(
            1 + softer * (light.on(slopes[name]) * old.light - 1), DARKEST, BRIGHTEST
        )
        for name in slopes
    }
    even = _typical(factors, mattes, bright)
    picture = next(iter(pieces.values())).matte.shape
    return {
        name: cv2.resize(factor / even, picture[::-1], interpolation=cv2.INTER_LINEAR)
        for name, factor in factors.items()
    }


def lit(colour: FloatImage, light: Field) -> FloatImage:
    """Return cloth under a light, both of (H, W).

    Notes
    -----
    Light multiplies the linear colour, so hue and saturation stay. A little of it
    comes back unstained from the surface, which black cloth lives on. A gamma of 2
    stands for that of sRGB: light only changes it a little.
    """
    factor = light[..., None]
    sheen = SHEEN * np.clip(factor - 1, *SHEEN_RANGE)
    return np.sqrt(np.maximum(colour * colour * factor + sheen, 0))


def union(pieces: dict[str, WarpedPiece]) -> Matte:
    """Return where any of the pieces is to be seen."""
    return np.maximum.reduce([piece.matte for piece in pieces.values()])


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


def _slopes(
    person: PersonReading,
    worn: Worn,
    mattes: dict[str, Matte],
    scale: float,
    size: Size,
    strength: Field,
) -> dict[str, Slopes]:
    """Form and folds of each piece in the field."""
    rng = seeded(person, worn.garment)
    unit = person.shoulder_width
    whole = np.maximum.reduce(list(mattes.values()))

    def drawn(creases: list[Crease]) -> Slopes:
        return crease_slopes(creases, size, unit, scale) * strength

    if "torso" in mattes:
        return _top_slopes(person, worn, mattes, scale, rng, drawn)
    trunk = trunk_of(whole, unit * scale)
    if trunk is None:
        return {name: _flat(size) for name in mattes}
    fit = worn.fit
    if "skirt" in mattes:
        drape = Drape(person, _at_working_scale(trunk, scale), rng)
        creases = skirt_creases(drape, fit.top_down, fit.hem_down)
        return {"skirt": torso_slopes(person, trunk, scale) + drawn(creases)}
    legs = {
        side: trunk_of(mattes[f"{side}_leg"], unit * scale) or trunk for side in SIDES
    }
    form = leg_slopes(person, legs, trunk, scale)
    drapes = {
        side: Drape(person, _at_working_scale(leg, scale), rng)
        for side, leg in legs.items()
    }
    creases = trouser_creases(drapes, fit.hem_down)
    folds = drawn(creases)
    return {f"{side}_leg": form[side] + folds for side in SIDES}


def _top_slopes(
    person: PersonReading,
    worn: Worn,
    mattes: dict[str, Matte],
    scale: float,
    rng: np.random.Generator,
    drawn: Callable[[list[Crease]], Slopes],
) -> dict[str, Slopes]:
    unit, fit = person.shoulder_width, worn.fit
    size = mattes["torso"].shape
    pits = [float(pit[1]) for pit in fit.armpits.values()]
    first_row = scale * max(pits) if pits else 0.0
    trunk = trunk_of(mattes["torso"], unit * scale, first_row)
    if trunk is None:
        return {name: _flat(size) for name in mattes}
    drape = Drape(person, _at_working_scale(trunk, scale), rng)
    creases = top_creases(drape, fit)
    if worn.garment.kind == GarmentKind.DRESS:
        creases += skirt_creases(drape, 1.0, fit.hem_down)
    form = torso_slopes(person, trunk, scale)
    slopes = {"torso": form + drawn(creases)}
    for side in SIDES:
        name = f"{side}_sleeve"
        if name not in mattes:
            continue
        own = sleeve_creases(
            drape, side, fit.armpits[side], fit.cuff_along.get(side, 0.7)
        )
        sleeve = sleeve_slopes(person, side, mattes[name], form, scale)
        slopes[name] = sleeve + drawn(own)
    return slopes


def _flat(size: Size) -> Slopes:
    return Slopes(np.zeros(size, np.float32), np.zeros(size, np.float32))


def _at_working_scale(trunk: Trunk, scale: float) -> Trunk:
    """The same trunk with as many rows and columns as the working image has."""
    rows = round(len(trunk.left) / scale)
    at = (np.arange(rows) + 0.5) * scale - 0.5
    known = np.arange(len(trunk.left))
    left, right = (
        (np.interp(at, known, edge) / scale).astype(np.float32)
        for edge in (trunk.left, trunk.right)
    )
    return Trunk(left, right, round(trunk.width / scale))


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
    colours = piece.image[::5, ::5][piece.matte[::5, ::5] > 0.5]
    if not len(colours):
        return 0.0
    brightest = float(np.median(colours.max(axis=1)))
    return float(smoothstep(brightest, WHITE_FROM, WHITE_TO))
