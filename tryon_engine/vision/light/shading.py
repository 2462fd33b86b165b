"""Light and shadow: folds of the old clothes, and shadows that layers cast."""

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Field, Matte, Size
from ..filters import masked_blur
from ..fit.pieces import smoothstep
from ..masks import dilate, erode, resize_mask, soften
from ..person.body import Part, PersonReading

MIN_CLOTH_PX = 2000
"""At working scale."""
BROAD = 0.10
FOLD = 0.016
"""Scales in shoulder widths: the turn of the body, and folds."""
BUSY_CONTRAST, BUSY_SHARE = 0.20, 0.06
"""Cloth of which so large a share differs so much from what is around has a pattern."""
PLAIN_SPREAD = 9.0
"""Standard deviations of a and b, added, up to which cloth is of one colour."""
DARK = 25.0
"""Lightness below which cloth shows more noise and shine than folds."""
EDGE_FADE = 0.14
"""Old folds fade out over so many shoulder widths towards the old garment's edge: its
seams, straps and hem are none of the new one."""
SPECK = 0.45
"""Ratio of the curvatures across and along from which a dent is a button, no fold."""
LEAST_SIGMA_PX = 2.0
"""Softness in pixels from which a smaller picture will do."""
DEEPEST, HIGHEST = -0.30, 0.22


@dataclass(frozen=True, eq=False)
class OldFolds:
    """Folds of the old clothes, for the new ones.

    Attributes
    ----------
    light : (h, w) float32
        Factor for linear light: 1 is neutral.
    trust : (h, w) float32 in [0, 1]
        Where these folds can be used; 0 everywhere if the old cloth is patterned or
        too dark.
    """

    light: Field
    trust: Matte

    @classmethod
    def none(cls, size: Size) -> "OldFolds":
        return cls(np.ones(size, np.float32), np.zeros(size, np.float32))


def read_old_folds(
    person: PersonReading, part: Part = Part.UPPER, scale: float = 0.5
) -> OldFolds:
    """Return the folds of the old clothes in a field of `scale` the working size.

    Notes
    -----
    Light relative to that around it, where the cloth is of one colour. Dents that are
    as long as wide are buttons or stains and are left out.
    """
    height, width = (round(length * scale) for length in person.size)
    cloth = person.parsing == part
    if cloth.sum() < MIN_CLOTH_PX:
        return OldFolds.none((height, width))
    lab = cv2.resize(person.lab, (width, height), interpolation=cv2.INTER_AREA)
    cloth = erode(resize_mask(cloth, (height, width)), 2)
    if not cloth.any():
        return OldFolds.none((height, width))
    unit = person.shoulder_width * scale
    lightness = lab[..., 0]
    spread = float(np.std(lab[..., 1:][cloth], axis=0).sum())
    if spread > PLAIN_SPREAD or np.median(lightness[cloth]) < DARK:
        return OldFolds.none((height, width))
    luminance = ((lightness + 16) / 116) ** 3
    broad = masked_blur(luminance, cloth, BROAD * unit)
    waves = masked_blur(luminance, cloth, FOLD * unit) / np.maximum(broad, 1e-3) - 1
    if (np.abs(waves[cloth]) > BUSY_CONTRAST).mean() > BUSY_SHARE:
        return OldFolds.none((height, width))
    inside = cv2.distanceTransform(cloth.astype(np.uint8), cv2.DIST_L2, 3)
    trust = smoothstep(inside / unit, 0.0, EDGE_FADE).astype(np.float32)
    trust *= 1 - _specks(waves, FOLD * unit)
    light = 1 + np.clip(waves, DEEPEST, HIGHEST) * trust
    return OldFolds(light.astype(np.float32), trust)


def _specks(waves: Field, sigma: float) -> Matte:
    """Return where the light is dented or raised all around, not along a line."""
    smooth = cv2.GaussianBlur(waves, (0, 0), sigma)
    xx = cv2.Sobel(smooth, cv2.CV_32F, 2, 0)
    yy = cv2.Sobel(smooth, cv2.CV_32F, 0, 2)
    xy = cv2.Sobel(smooth, cv2.CV_32F, 1, 1)
    mean, apart = (xx + yy) / 2, np.hypot((xx - yy) / 2, xy)
    one, other = np.abs(mean + apart), np.abs(mean - apart)
    is_round = np.abs(mean) > apart
    ratio = np.minimum(one, other) / np.maximum(np.maximum(one, other), 1e-6)
    strong = np.abs(waves) > 0.05
    found = (is_round & strong & (ratio > SPECK)).astype(np.float32)
    return np.clip(2 * soften(dilate(found > 0, 3 * sigma), sigma), 0, 1)


@dataclass(frozen=True)
class Shadow:
    """A shadow that a layer casts on what lies so far below it.

    Attributes
    ----------
    height : float
        Distance between the two, in shoulder widths: how far the shadow falls aside.
    softness : float
        Sigma of its edge, in shoulder widths.
    strength : float
        Share of the light taken away in its middle, in [0, 1].
    """

    height: float
    softness: float
    strength: float


def shadow_share(
    caster: Matte, shadow: Shadow, away: tuple[float, float], unit: float
) -> Matte:
    """Return which share of the light a layer takes away around it.

    Parameters
    ----------
    caster : ndarray of shape (H, W), float32 in [0, 1]
        The layer above; it is not spared from its own shadow.
    shadow : Shadow
    away : (dx, dy)
        Way of a shadow per height, away from the light; see `Light.away`.
    unit : float
        The shoulder width in pixels.

    Returns
    -------
    ndarray of shape (H, W), float32 in [0, 1]

    Notes
    -----
    Soft shadows are worked out on a smaller picture: their cost does not grow.
    """
    sigma = max(shadow.softness * unit, 0.5)
    shrink = int(np.clip(sigma / LEAST_SIGMA_PX, 1, 8))
    height, width = caster.shape
    small = caster
    if shrink > 1:
        size = (-(-width // shrink), -(-height // shrink))
        small = cv2.resize(caster, size, interpolation=cv2.INTER_AREA)
    dx, dy = (way * shadow.height * unit / shrink for way in away)
    shift = np.array([[1, 0, dx], [0, 1, dy]], np.float32)
    moved = cv2.warpAffine(small, shift, small.shape[::-1])
    soft = shadow.strength * cv2.GaussianBlur(moved, (0, 0), sigma / shrink)
    return cv2.resize(soft, (width, height)) if shrink > 1 else soft
