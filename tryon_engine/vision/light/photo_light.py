"""The light of a photo: where it comes from, read off skin and old clothes."""

from dataclasses import dataclass

import numpy as np

from ..arrays import SIDES, Field
from ..masks import erode, polygon
from ..person.body import Part, PersonReading
from ..person.faces import CHEEKS
from .relief import Slopes

FROM_ABOVE = 0.42
"""Studio light, sky and ceilings are above: its share of a light of length 1."""
MOST_ASIDE = 0.42
DIRECT = 0.72
"""Share of the light that comes from the one direction; the rest from all around."""
CHEEK_TURN = 0.75
CLOTH_TURN = 0.45
"""How far cheeks, and the flanks of a top, are turned aside on average."""
TRUST = 0.75
"""Skin and cloth are never as plain as assumed: keep this share of what they say."""
MIN_PX = 150
THINNED = 3
"""Every so many pixels of the old clothes are looked at."""


@dataclass(frozen=True)
class Light:
    """One soft light from a direction, and light from all around.

    Attributes
    ----------
    aside, above, front : float
        Direction to the light, of length 1: to the image's right, up, to the camera.
    direct : float
        Share of the first in the light on a surface that faces the camera.
    """

    aside: float
    above: float
    front: float
    direct: float = DIRECT

    def on(self, slopes: Slopes) -> Field:
        """Return the light on a surface; 1 where it faces the camera."""
        length = np.sqrt(1 + slopes.x**2 + slopes.y**2)
        facing = self.front - slopes.x * self.aside + slopes.y * self.above
        lit = np.maximum(facing, 0) / (length * self.front)
        return (1 + self.direct * (lit - 1)).astype(np.float32)

    @property
    def away(self) -> tuple[float, float]:
        """(dx, dy) by which a shadow falls aside in the picture, per height."""
        return -self.aside / self.front, self.above / self.front


def estimate_light(person: PersonReading) -> Light:
    """Return the light of the photo.

    Notes
    -----
    Which side it comes from is told by both cheeks and by both flanks of plain old
    clothes. Its height is the usual one: brows, chins and beards tell too little.
    """
    said = (_cheeks(person), _old_clothes(person))
    known = [ratio for ratio in said if ratio is not None]
    ratio = float(np.mean(known)) if known else 0.0
    aside = float(np.clip(TRUST * ratio, -MOST_ASIDE, MOST_ASIDE))
    front = float(np.sqrt(1 - FROM_ABOVE**2 - aside**2))
    return Light(aside, FROM_ABOVE, front)


def _cheeks(person: PersonReading) -> float | None:
    """Aside over front of the light, from the lightness of both cheeks."""
    if person.face_mesh is None:
        return None
    values, lightness = [], person.lab[..., 0]
    for rows in CHEEKS:
        corners = person.face_mesh[rows]
        x0, y0 = np.maximum(corners.min(axis=0).astype(int), 0)
        x1, y1 = np.maximum(corners.max(axis=0).astype(int) + 1, 0)
        box = np.s_[y0:y1, x0:x1]
        cheek = person.parsing[box] == Part.SKIN
        if not cheek.size:  # beyond the picture
            return None
        cheek &= polygon(cheek.shape, corners - (x0, y0))
        if cheek.sum() < 30:
            return None
        values.append((x0, float(np.median(lightness[box][cheek]))))
    (_, left), (_, right) = sorted(values)
    return _from_lightness(left, right, CHEEK_TURN)


def _old_clothes(person: PersonReading) -> float | None:
    """Aside over front of the light, from both flanks of a plain old top."""
    every = np.s_[::THINNED, ::THINNED]
    down = person.down[every]
    cloth = erode(person.parsing[every] == Part.UPPER, 2) & (down < 0.9)
    for arm in person.arms.values():
        cloth &= arm.across[every] > 1.1
    left, right = (person.outline.half(side, down) for side in SIDES)
    across = person.across[every]
    across = across * person.shoulder_width / np.where(across < 0, left, right)
    lab = person.lab[every]
    sides = [cloth & (across < -0.35), cloth & (across > 0.35)]
    if min(side.sum() for side in sides) < MIN_PX:
        return None
    spread = float(np.std(lab[..., 1:][cloth], axis=0).sum())
    if spread > 9:
        return None
    dark, bright = (float(np.median(lab[..., 0][side])) for side in sides)
    if min(dark, bright) < 12:
        return None
    return _from_lightness(dark, bright, CLOTH_TURN)


def _from_lightness(left: float, right: float, turn: float) -> float:
    """Aside over front of the light that makes two slanted surfaces so light."""
    # Lightness is about the cube root of the light.
    dark, bright = ((value + 16) ** 3 for value in (left, right))
    contrast = (bright - dark) / max(bright + dark, 1e-6)
    return contrast / (turn * DIRECT)
