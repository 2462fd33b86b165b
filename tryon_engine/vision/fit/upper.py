"""Fitting tops, dresses, jumpsuits: hung from the shoulders, sleeves follow arms."""

import numpy as np

from ..arrays import SIDES, Mask, Points, Side
from ..garment.reading import GarmentKind, GarmentReading
from ..masks import dilate, polygon, soften
from ..person.body import PersonReading
from .jumpsuit import with_legs
from .mesh import Lattice, Pins, Sheet, relax
from .pieces import Fit, Piece, crotch_down, smoothstep, upper_shape
from .sleeve import Sleeve, along_arm, fit_sleeves, fit_strap
from .torso import LEG_OPENINGS, Back, Torso, armpit_px, edge_px, extrapolate, fit_torso

CHEST_EASE = 1.15
"""Width of a flat's chest over the width of the body's, for an ordinary fit."""
DRESS_EASE, SLEEVELESS_EASE = 1.03, 1.02
"""Dresses are cut closer, and their length takes after their width."""
USUAL_HEMS = ((1.4, 1.2), (1.15, 1.1))
"""Length over chest width of a flat from which its hem usually falls so many torso
lengths below the shoulders; squatter tops are cropped."""
LENGTH_WEIGHT = 1.6
NECK, NECK_WEIGHT = 0.54, 1.0
"""Width of an ordinary neck opening, in shoulder widths."""
SHOULDER_WEIGHT = 0.5
LOWEST_WAIST, LEAST_SHRUNK = 0.76, 0.75
"""Where the waist of a dress lies at most, in torso lengths below its neck points, and
how far it is shrunk for that at most."""
PIT_DEPTHS = (0.24, 0.75)
"""Where armpits of clothes lie below the shoulder joints, in shoulder widths."""
HOLD = 0.12
"""How much cloth away from shoulders and armholes stays where its torso or sleeve
puts it."""


def fit_upper(person: PersonReading, garment: GarmentReading) -> Fit:
    """Fit a top, dress or jumpsuit to a person.

    Notes
    -----
    1. One scale for the whole garment, voted by neck, shoulders, length and chest.
    2. The torso hangs at the garment's own proportions; what is too wide turns away at
       the sides. Sleeves follow the arms.
    3. Both are one elastic sheet, pinned to the body along the shoulders, the outer
       side of the sleeves and at the armpits. Below the armpits sleeves and torso are
       apart.
    """
    shape = upper_shape(garment)
    scale = _scale(person, garment)
    torso = fit_torso(person, garment, scale)
    sleeves = fit_sleeves(person, shape, torso, scale) if shape.is_sleeved else {}
    covers = _coverages(garment, sleeves)
    lattice = Lattice(garment.size)
    sheets = [_torso_sheet(lattice, covers["torso"] > 0, torso, sleeves)]
    names = ["torso"]
    for side, sleeve in sleeves.items():
        name = f"{side}_sleeve"
        sheets.append(_sleeve_sheet(lattice, covers[name] > 0, torso, sleeve))
        names.append(name)
    pins = _pins(person, garment, torso, sleeves, scale)
    maps = dict(zip(names, relax(lattice, sheets, pins), strict=True))
    pieces = tuple(Piece(name, covers[name], maps[name]) for name in names)
    hem_px = extrapolate(
        np.array([shape.neck_y + shape.length]), torso.rows, torso.below_px
    )
    hem_down = float(hem_px[0] / person.torso_length)
    if garment.kind == GarmentKind.JUMPSUIT:
        pieces, hem_down = with_legs(person, garment, torso, pieces)
    if garment.back is not None:
        seen = (dilate(garment.back > 0.5, 3)).astype(np.float32)
        back = Back(maps["torso"], float(torso.rows[0]))
        pieces = (Piece("back", seen, back), *pieces)
    armpits = {
        side: maps["torso"](shape.sides[side].point(shape.sides[side].pit)[None])[0]
        for side in SIDES
    }
    return Fit(
        pieces=pieces,
        scale=scale,
        top_down=float(torso.below_px[0] / person.torso_length),
        hem_down=hem_down,
        cuff_along={s: along_arm(person, s, v.limb.last) for s, v in sleeves.items()},
        armpits=armpits,
        hang=torso.hang,
    )


def _scale(person: PersonReading, garment: GarmentReading) -> float:
    """Person pixels per flat pixel: weighted vote of widths and length."""
    shape, unit = upper_shape(garment), person.shoulder_width
    tips = np.linalg.norm(person.shoulder_tip["right"] - person.shoulder_tip["left"])
    chest = sum(float(person.outline.half(side, 0.3)) for side in SIDES)
    is_dress = garment.kind == GarmentKind.DRESS
    ease, weight = SLEEVELESS_EASE, 1.0
    if shape.is_sleeved and not shape.is_off_shoulder:
        ease, weight = (DRESS_EASE, 1.0) if is_dress else (CHEST_EASE, 0.5)
    votes = [(ease * 0.5 * (unit + chest) / shape.chest_width, weight)]
    has_shoulders = not (shape.is_strappy or shape.is_off_shoulder)
    if (
        shape.is_sleeved
        and has_shoulders
        and shape.neck_width < 0.55 * shape.shoulder_width
    ):
        # Wide clothes have wide chests and shoulders, but necks like any other's.
        votes.append((NECK * unit / shape.neck_width, NECK_WEIGHT))
    if has_shoulders:
        share = 1.0 if shape.is_sleeved and not is_dress else 0.9
        votes.append((share * float(tips) / shape.shoulder_width, SHOULDER_WEIGHT))
    if not is_dress and not shape.is_strapless:
        votes += _length_votes(garment, person)
    logs, weights = np.array([(np.log(k), w) for k, w in votes]).T
    scale = float(np.exp((logs * weights).sum() / weights.sum()))
    waist_y = shape.waist_y if is_dress else None
    if waist_y is not None:  # one that sat on the hips makes any dress too long
        lowest = LOWEST_WAIST * person.torso_length / (waist_y - shape.neck_y)
        scale = max(min(scale, lowest), LEAST_SHRUNK * scale)
    snug = chest / shape.chest_width
    return float(np.clip(scale, 0.92 * snug, 2.0 * snug))


def _length_votes(
    garment: GarmentReading, person: PersonReading
) -> list[tuple[float, float]]:
    """(scale, weight) by which the hem falls where hems of such tops usually do."""
    shape = upper_shape(garment)
    if garment.kind == GarmentKind.JUMPSUIT:
        crotch = crotch_down(person) * person.torso_length
        return [(crotch / shape.length, LENGTH_WEIGHT)]
    ratio, torso_px = shape.length / shape.chest_width, person.torso_length
    above_px = 0.0
    if shape.is_off_shoulder:  # what would lie on the shoulders is missing
        above_px = edge_px(person)
        ratio += above_px / person.shoulder_width
    if shape.legs_y is not None:
        length = shape.legs_y - shape.neck_y
        return [(LEG_OPENINGS * person.torso_length / length, LENGTH_WEIGHT)]
    usual = next((down for least, down in USUAL_HEMS if ratio >= least), None)
    if usual is None:  # cropped: it ends where its widths put it
        return []
    return [((usual * torso_px - above_px) / shape.length, LENGTH_WEIGHT)]


def _coverages(
    garment: GarmentReading, sleeves: dict[Side, Sleeve]
) -> dict[str, np.ndarray]:
    """Which part of the flat belongs to each piece, (h, w) float32 in [0, 1]."""
    size = garment.size
    whole = dilate(garment.mask, 3).astype(np.float32)
    torso = whole.copy()
    covers = {}
    for side, sleeve in sleeves.items():
        outline = upper_shape(garment).sides[side].sleeve
        region = dilate(polygon(size, outline), 3)
        rows, columns = np.nonzero(region)
        beyond = sleeve.beyond(np.stack([columns, rows], axis=1).astype(np.float32))
        # Under the sleeve the torso goes on a little, with the same movement.
        torso[rows, columns] *= 1 - smoothstep(beyond, 0.10, 0.18)
        region[rows, columns] = beyond > -0.02
        covers[f"{side}_sleeve"] = (soften(region, 0.8) * whole).astype(np.float32)
    return {"torso": torso.astype(np.float32)} | covers


def _torso_sheet(
    lattice: Lattice, coverage: Mask, torso: Torso, sleeves: dict[Side, Sleeve]
) -> Sheet:
    nodes = lattice.nodes
    place = torso(nodes).reshape(*lattice.shape, 2)
    right, down = _steps(place)
    moving = np.zeros(lattice.shape)
    for sleeve in sleeves.values():
        above = nodes[:, 1] < sleeve.pit[1]
        weight = (sleeve.weight(nodes) * above).reshape(lattice.shape)
        own = sleeve(nodes).reshape(*lattice.shape, 2)
        right, down = (
            _mixed(step, other, weight)
            for step, other in zip((right, down), _steps(own), strict=True)
        )
        moving = np.maximum(moving, weight)
    top = min(torso.sides[side].tip_y for side in SIDES)
    pit = max(torso.sides[side].pit_y for side in SIDES)
    hanging = smoothstep(nodes[:, 1].reshape(lattice.shape), top, pit)
    hold = HOLD * (1 - smoothstep(moving, 0.0, 0.3)) * hanging
    return Sheet(coverage, right, down, place, hold, np.zeros(lattice.shape, bool))


def _sleeve_sheet(
    lattice: Lattice, coverage: Mask, torso: Torso, sleeve: Sleeve
) -> Sheet:
    nodes = lattice.nodes
    place = sleeve(nodes).reshape(*lattice.shape, 2)
    weight = sleeve.weight(nodes).reshape(lattice.shape)
    right, down = (
        _mixed(step, other, weight)
        for step, other in zip(
            _steps(torso(nodes).reshape(place.shape)), _steps(place), strict=True
        )
    )
    below = (nodes[:, 1] >= sleeve.pit[1]).reshape(lattice.shape)
    hold = HOLD * smoothstep(weight, 0.7, 1.0)
    return Sheet(coverage, right, down, place, hold, below)


def _steps(place: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Steps from each node to its right and its lower neighbour."""
    right, down = np.zeros_like(place), np.zeros_like(place)
    right[:, :-1] = np.diff(place, axis=1)
    down[:-1] = np.diff(place, axis=0)
    return right, down


def _mixed(first: np.ndarray, second: np.ndarray, share: np.ndarray) -> np.ndarray:
    """Steps between two wishes: turned by a share of the angle, not cut short."""
    a, b = first[..., 0] + 1j * first[..., 1], second[..., 0] + 1j * second[..., 1]
    turn = np.angle(b * np.conj(a))
    length = np.abs(a) * (1 - share) + np.abs(b) * share
    mixed = length * np.exp(1j * (np.angle(a) + share * turn))
    return np.stack([mixed.real, mixed.imag], axis=-1)


def _pins(
    person: PersonReading,
    garment: GarmentReading,
    torso: Torso,
    sleeves: dict[Side, Sleeve],
    scale: float,
) -> list[Pins]:
    shape = upper_shape(garment)
    pins = []
    for side in SIDES:
        upper = shape.sides[side]
        if side in sleeves:
            sleeve, sheet = sleeves[side], 1 + SIDES.index(side)
            edge, places = sleeve.edge, sleeve.edge_places
            on_torso = edge[:, 1] < sleeve.pit[1]
            near = sleeve.beyond(edge) < 0.1
            pins.append(Pins(0, edge[near & on_torso], places[near & on_torso]))
            pins.append(Pins(sheet, edge[~near], places[~near]))
        elif not shape.is_strapless:
            pins.append(Pins(0, *fit_strap(person, shape, side, scale)))
        pit = upper.point(upper.pit)[None]
        pins.append(Pins(0, pit, _pit_place(person, torso, pit, sleeves.get(side))))
    return pins


def _pit_place(
    person: PersonReading, torso: Torso, pit: Points, sleeve: Sleeve | None
) -> Points:
    """Where a garment's armpit hangs: at the torso's side, not above the body's."""
    place = torso(pit)[0]
    middle = person.shoulder_centre
    down = -(place - middle) @ person.up
    level = armpit_px(person) - 0.30 * person.shoulder_width
    low, high = (level + depth * person.shoulder_width for depth in PIT_DEPTHS)
    if sleeve is not None:
        hem = -(sleeve.lowest_pit - middle) @ person.up
        high = float(np.clip(hem, low, high))
    return (place - person.up * (np.clip(down, low, high) - down))[None]
