"""Garment on a person -> the surface of its cloth: the form of the body, and folds."""

from collections.abc import Callable

import numpy as np

from ..arrays import SIDES, Field, Matte, Size
from ..compose.worn import Worn
from ..garment.reading import GarmentKind
from ..person.body import PersonReading
from .creases import Crease, draw_creases
from .folds import (
    Drape,
    seeded,
    skirt_creases,
    sleeve_creases,
    top_creases,
    trouser_creases,
)
from .relief import (
    Slopes,
    Surface,
    Trunk,
    leg_slopes,
    sleeve_slopes,
    torso_slopes,
    trunk_of,
)


def drape_surfaces(
    person: PersonReading,
    worn: Worn,
    mattes: dict[str, Matte],
    scale: float,
    strength: Field,
) -> dict[str, Surface]:
    """Return form and folds of each piece of a garment.

    Parameters
    ----------
    person : PersonReading
    worn : Worn
    mattes : dict of str to (h, w) float32
        Where each piece is to be seen, in the field.
    scale : float
        Pixels of the field per pixel at working scale.
    strength : (h, w) float32
        Of the drawn folds.
    """
    rng = seeded(person, worn.garment)
    unit = person.shoulder_width
    whole = np.maximum.reduce(list(mattes.values()))

    def folded(form: Slopes, creases: list[Crease]) -> Surface:
        steep, hollow = draw_creases(creases, strength.shape, unit, scale)
        return Surface(form + steep * strength, hollow * strength)

    if "torso" in mattes:
        return _top_slopes(person, worn, mattes, scale, rng, folded)
    trunk = trunk_of(whole, unit * scale)
    if trunk is None:
        return {name: _flat(strength.shape) for name in mattes}
    fit = worn.fit
    if "skirt" in mattes:
        drape = Drape(person, _at_working_scale(trunk, scale), rng)
        creases = skirt_creases(drape, fit.top_down, fit.hem_down)
        return {"skirt": folded(torso_slopes(person, trunk, scale), creases)}
    return _legs(person, worn, mattes, trunk, scale, rng, folded)


def _legs(
    person: PersonReading,
    worn: Worn,
    mattes: dict[str, Matte],
    trunk: Trunk,
    scale: float,
    rng: np.random.Generator,
    folded: Callable[[Slopes, list[Crease]], Surface],
) -> dict[str, Surface]:
    """Return form and folds of both legs below the `trunk` of the same garment."""
    unit_px = person.shoulder_width * scale
    legs = {side: trunk_of(mattes[f"{side}_leg"], unit_px) or trunk for side in SIDES}
    form = leg_slopes(person, legs, trunk, scale)
    drapes = {
        side: Drape(person, _at_working_scale(leg, scale), rng)
        for side, leg in legs.items()
    }
    creases = trouser_creases(drapes, worn.fit.hem_down)
    return {f"{side}_leg": folded(form[side], creases) for side in SIDES}


def _top_slopes(
    person: PersonReading,
    worn: Worn,
    mattes: dict[str, Matte],
    scale: float,
    rng: np.random.Generator,
    folded: Callable[[Slopes, list[Crease]], Surface],
) -> dict[str, Surface]:
    unit, fit = person.shoulder_width, worn.fit
    pits = [float(pit[1]) for pit in fit.armpits.values()]
    first_row = scale * max(pits) if pits else 0.0
    below = [mattes[name] for name in mattes if name.endswith("_leg")]
    whole = np.maximum.reduce([mattes["torso"], *below])
    left, right = (scale * float(person.shoulder_tip[side][0]) for side in SIDES)
    trunk = trunk_of(whole, unit * scale, first_row, (left, right))
    if trunk is None:
        return {name: _flat(whole.shape) for name in mattes}
    drape = Drape(person, _at_working_scale(trunk, scale), rng)
    creases = top_creases(drape, fit)
    if worn.garment.kind == GarmentKind.DRESS:
        creases += skirt_creases(drape, 1.0, fit.hem_down)
    form = torso_slopes(person, trunk, scale)
    surfaces = {"torso": folded(form, creases)}
    if below:
        surfaces |= _legs(person, worn, mattes, trunk, scale, rng, folded)
    for side in SIDES:
        name = f"{side}_sleeve"
        if name not in mattes:
            continue
        own = sleeve_creases(
            drape, side, fit.armpits[side], fit.cuff_along.get(side, 0.7)
        )
        sleeve = sleeve_slopes(person, side, mattes[name], form, scale)
        surfaces[name] = folded(sleeve, own)
    return surfaces


def _flat(size: Size) -> Surface:
    level = np.zeros(size, np.float32)
    return Surface(Slopes(level, level), level)


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
