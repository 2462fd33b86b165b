"""Light and shadow: folds of the old clothes, and shadows that layers cast."""

from dataclasses import dataclass

import cv2
import numpy as np

from .arrays import Field, FloatImage, Matte
from .body import Part, PersonReading
from .filters import diffuse, masked_blur
from .masks import distance_outside, erode

MIN_CLOTH_PX = 2000
BROAD_SHADE = 0.10
FOLD = 0.018
"""Scales of shading in shoulder widths: the turn of the body, and folds."""


@dataclass(frozen=True, eq=False)
class ClothShading:
    """Light on the old clothes, as factors: 1 is neutral.

    Attributes
    ----------
    broad : (H, W) float32
        The turn of the body towards and away from the light.
    folds : (H, W) float32
        Folds and creases; all 1 if the old cloth's pattern cannot be told from folds.
    is_plain : bool
        The old cloth is of one colour, so that its light can be trusted.
    """

    broad: Field
    folds: Field
    is_plain: bool


def read_cloth_shading(person: PersonReading, part: Part = Part.UPPER) -> ClothShading:
    """Return light and folds of the old clothes, continued a little beyond them.

    Returns neutral factors when there is too little of that cloth.
    """
    cloth = erode(person.parsing == part, 4)
    if cloth.sum() < MIN_CLOTH_PX:
        neutral = np.ones(person.size, np.float32)
        return ClothShading(neutral, neutral.copy(), is_plain=False)
    unit = person.shoulder_width
    lightness = person.lab[..., 0]
    typical = float(np.median(lightness[cloth]))
    broad = masked_blur(lightness, cloth, BROAD_SHADE * unit)
    waves = masked_blur(lightness, cloth, FOLD * unit) - broad
    spread = float(np.std(person.lab[..., 1:][cloth], axis=0).sum())
    is_busy = (np.abs(waves[cloth]) > 9).mean() >= 0.06
    is_plain = not is_busy and spread < 9
    strength = (0.6 if typical < 28 else 1.0) if is_plain else 0.0
    turn = np.clip(broad / max(typical, 25), 0.84, 1.12) - 1
    folds = strength * np.clip(waves, -9, 7) / max(typical, 35)
    turn, folds = np.moveaxis(diffuse(np.dstack([turn, folds]), cloth), -1, 0)
    # The folds end where the old garment did.
    near = np.clip(1 - distance_outside(cloth) / (0.06 * unit), 0, 1)
    return ClothShading(
        broad=1 + turn * (0.55 if spread < 12 else 0.2),
        folds=1 + cv2.GaussianBlur(folds * near, (0, 0), 1.5),
        is_plain=is_plain,
    )


def cast_shadow(
    image: FloatImage,
    caster: Matte,
    where: Matte,
    offset_px: tuple[float, float],
    sigma_px: float,
    strength: float,
) -> FloatImage:
    """Return `image` darkened by the soft shadow that a layer casts on what is below.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), float32 in [0, 1]
    caster : ndarray of shape (H, W), float32 in [0, 1]
        The layer above; it is not spared from its own shadow.
    where : ndarray of shape (H, W), float32 in [0, 1]
        What can receive the shadow.
    offset_px : (dx, dy)
        Shift of the shadow, away from the light.
    sigma_px : float
        Softness.
    strength : float
        Share of the light taken away in the middle of the shadow, in [0, 1].
    """
    dx, dy = offset_px
    shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    moved = cv2.warpAffine(caster, shift, caster.shape[::-1])
    shadow = strength * cv2.GaussianBlur(moved, (0, 0), sigma_px) * where
    return image * (1 - shadow)[..., None]
