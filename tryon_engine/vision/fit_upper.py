"""Fitting tops and dresses: the torso hangs from the shoulders, sleeves follow arms."""

from dataclasses import dataclass, field, replace

import numpy as np

from .arrays import OUTWARD, SIDES, Field, Points, Side, grid
from .body import PersonReading
from .fit import Fit, Piece, smoothstep, upper_shape
from .fit_cap import Cap, fit_cap
from .fit_sleeve import Sleeve, along_arm, fit_sleeve, sleeve_edges
from .fit_torso import Back, Torso, extrapolate, fit_torso
from .garment import GarmentKind, GarmentReading, UpperShape
from .masks import dilate, polygon, soften

CHEST_EASE = 1.13
"""Width of a flat's chest over the width of the body's, for an ordinary fit."""
DRESS_EASE, SLEEVELESS_EASE = 1.07, 1.02
"""Dresses are cut closer, and their length takes after their width."""
USUAL_HEMS = ((1.4, 1.2), (1.15, 1.1))
"""Length over chest width of a flat from which its hem usually falls so many torso
lengths below the shoulders; squatter tops are cropped."""
LENGTH_WEIGHT = 1.2
NECK, NECK_WEIGHT = 0.54, 1.2
"""Width of an ordinary neck opening, in shoulder widths."""


@dataclass(frozen=True, eq=False)
class UpperDeformation:
    """Torso and sleeves as one continuous map (linear blend skinning).

    References
    ----------
    .. [1] Magnenat-Thalmann, Laperriere, Thalmann, "Joint-dependent local deformations
       for hand animation and object grasping", Graphics Interface 1988.
    """

    torso: Torso
    sleeves: dict[Side, Sleeve]
    caps: dict[Side, Cap] = field(default_factory=dict)
    is_torso_piece: bool = False

    def __call__(self, points: Points) -> Points:
        moved = self.torso(points)
        for sleeve in self.sleeves.values():
            weight = sleeve.weight(points)
            if self.is_torso_piece:
                # Below the armpit its mesh's rim must not be drawn along by the arm.
                weight = weight * (1 - sleeve.below_pit(points))
            near = weight > 0
            if near.any():
                moved[near] = sleeve.blend(moved[near], points[near], weight[near])
        for side, cap in self.caps.items():
            here = (points[:, 0] - self.torso.axis_x) * OUTWARD[side] > 0
            moved[here] = cap(moved[here])
        return moved


def fit_upper(person: PersonReading, garment: GarmentReading) -> Fit:
    """Fit a top or dress to a person.

    Notes
    -----
    1. One scale for the whole garment, voted by chest, shoulders, neck and length.
    2. The shoulder line of the flat goes onto the body's; below, cloth hangs at the
       garment's own proportions, at least as wide as the body.
    3. Sleeves follow the arms; around the armhole both movements are blended.
    """
    shape = upper_shape(garment)
    scale = _scale(person, garment)
    torso = fit_torso(person, garment, scale)
    sleeves = {}
    if shape.is_sleeved:
        sleeves = {
            side: fit_sleeve(person, shape, torso, side, scale) for side in SIDES
        }
    deform = UpperDeformation(torso, sleeves)
    deform = replace(deform, caps=_caps(person, shape, deform))
    pieces = _pieces(garment, deform)
    if garment.back is not None:
        seen = (dilate(garment.back > 0.5, 3)).astype(np.float32)
        pieces = (Piece("back", seen, Back(torso)), *pieces)
    hem_px = extrapolate(
        np.array([shape.neck_y + shape.length]), torso.rows, torso.below_px
    )
    armpits = {
        side: torso(shape.sides[side].point(shape.sides[side].pit)[None])[0]
        for side in SIDES
    }
    return Fit(
        pieces=pieces,
        scale=scale,
        top_down=float(torso.below_px[0] / person.torso_length),
        hem_down=float(hem_px[0] / person.torso_length),
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
    ease = SLEEVELESS_EASE
    if shape.is_sleeved:
        ease = DRESS_EASE if is_dress else CHEST_EASE
    votes = [(ease * 0.5 * (unit + chest) / shape.chest_width, 1.0)]
    if shape.is_sleeved and shape.neck_width < 0.55 * shape.shoulder_width:
        # Wide clothes have wide chests and shoulders, but necks like any other's.
        votes.append((NECK * unit / shape.neck_width, NECK_WEIGHT))
    if shape.is_sleeved or not shape.is_strappy:
        share = 1.0 if shape.is_sleeved and not is_dress else 0.9
        votes.append((share * float(tips) / shape.shoulder_width, 0.7))
    if garment.kind == GarmentKind.TOP and not shape.is_strapless:
        votes += _length_votes(shape, person)
    logs, weights = np.array([(np.log(k), w) for k, w in votes]).T
    scale = float(np.exp((logs * weights).sum() / weights.sum()))
    snug = chest / shape.chest_width
    return float(np.clip(scale, 1.03 * snug, 1.35 * snug))


def _length_votes(
    shape: UpperShape, person: PersonReading
) -> list[tuple[float, float]]:
    """(scale, weight) by which the hem falls where hems of such tops usually do."""
    ratio = shape.length / shape.chest_width
    usual = next((down for least, down in USUAL_HEMS if ratio >= least), None)
    if usual is None:  # cropped: it ends where its widths put it
        return []
    return [(usual * person.torso_length / shape.length, LENGTH_WEIGHT)]


def _caps(
    person: PersonReading, shape: UpperShape, deform: UpperDeformation
) -> dict[Side, Cap]:
    """The rounding over each shoulder that has a sleeve."""
    caps = {}
    for side in deform.sleeves:
        upper = shape.sides[side]
        shoulder = upper.half.path[upper.neck : upper.tip]
        edge = np.concatenate([shoulder, sleeve_edges(upper)[0]])
        caps[side] = fit_cap(person, side, edge, deform)
    return caps


def _pieces(garment: GarmentReading, deform: UpperDeformation) -> tuple[Piece, ...]:
    size = garment.size
    garment_area = dilate(garment.mask, 3).astype(np.float32)
    if not deform.sleeves:
        return (Piece("torso", garment_area, deform),)
    x, y = grid(size)
    points = np.stack([x.ravel(), y.ravel()], axis=1)
    torso = garment_area
    pieces = []
    for side, sleeve in deform.sleeves.items():
        outline = upper_shape(garment).sides[side].sleeve
        region = dilate(polygon(size, outline), 3)
        beyond: Field = sleeve.beyond(points).reshape(size)
        # Under the sleeve the torso goes on a little, with the same movement.
        torso = np.where(region, torso * (1 - smoothstep(beyond, 0.10, 0.18)), torso)
        cover = soften(region & (beyond > -0.02), 0.8) * garment_area
        pieces.append(Piece(f"{side}_sleeve", cover, deform))
    below = replace(deform, is_torso_piece=True)
    return (Piece("torso", torso.astype(np.float32), below), *pieces)
