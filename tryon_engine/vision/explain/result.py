"""What became of it, drawn: the changed region, the light, the finished picture.

`manage.py explain_tryon` writes these pictures; docs/operations.md says how to read
them.
"""

from collections.abc import Sequence

import numpy as np

from ..arrays import Field, Mask, RGBImage, resize
from ..compose.worn import Worn
from ..light.photo_light import estimate_light
from ..light.relief import ball_slopes
from ..light.shading import read_old_folds
from ..person.body import PersonReading
from .drawing import (
    RED,
    Panel,
    as_factor,
    as_heat,
    outlined,
    side_by_side,
    tinted,
)

MOST_DIFFERENCE = 96.0
"""Difference in grey levels that is drawn brightest."""
COVERS = 0.95
"""Matte from which a pixel's light is the cloth's alone."""
DARK = 12.0
"""Grey levels added before light is compared: black cloth tells nothing of it."""


def draw_mask(photo: RGBImage, result: RGBImage, changed: Mask) -> RGBImage:
    """Draw the region that may differ from the photo, and how much it does."""
    apart = np.abs(result.astype(np.int16) - photo).max(axis=2)
    kept = np.where(changed[..., None], np.uint8(255), photo)
    return side_by_side(
        [
            Panel(outlined(tinted(photo, changed, RED, 0.4), changed, RED), "changed"),
            Panel(kept, "what stays the photo, bit by bit"),
            Panel(as_heat(apart, MOST_DIFFERENCE), "difference to the photo"),
        ]
    )


def draw_shading(
    person: PersonReading, worn: Sequence[Worn], refined: RGBImage
) -> RGBImage:
    """Draw the light on a ball, the old folds, and the light that the new clothes got.

    `refined` may have any size.
    """
    old = read_old_folds(person, scale=1.0)
    folds = "folds" if old.trust.any() else "folds (patterned or dark: not used)"
    light = estimate_light(person)
    ball = light.on(ball_slopes(person.size))
    told = f"light: {light.aside:+.2f} aside, {light.above:+.2f} above"
    given = light_given(person, worn, resize(refined, person.size))
    return side_by_side(
        [
            Panel(as_factor(ball), told),
            Panel(as_factor(old.light), f"old clothes: {folds}"),
            Panel(
                as_factor(given), "light on the new ones: blue darker, amber lighter"
            ),
        ]
    )


def light_given(person: PersonReading, worn: Sequence[Worn], image: RGBImage) -> Field:
    """Return the factor between a try-on and the bare warped cloth; 1 elsewhere."""
    factor = np.ones(person.size, np.float32)
    lightness = image.astype(np.float32).mean(axis=2)
    for garment in reversed(worn):  # tops lie over bottoms
        for piece in garment.warp(person.size, fine=True).values():
            if piece.name == "back":
                continue
            cloth = 255 * piece.image.mean(axis=2)
            seen = piece.matte > COVERS
            factor = np.where(seen, (lightness + DARK) / (cloth + DARK), factor)
    return factor.astype(np.float32)


def draw_result(photo: RGBImage, result: RGBImage, changed: Mask) -> RGBImage:
    """Draw photo and result, and the upper half of what changed, enlarged."""
    return side_by_side(
        [
            Panel(photo, "photo"),
            Panel(result, "result"),
            Panel(_upper_half(result, changed), "upper half of what changed"),
        ]
    )


def _upper_half(image: RGBImage, changed: Mask) -> RGBImage:
    rows = np.flatnonzero(changed.any(axis=1))
    columns = np.flatnonzero(changed.any(axis=0))
    if not len(rows):
        return image
    first, middle = int(rows[0]), int(rows[0] + rows[-1]) // 2
    above = max(first - (middle - first) // 4, 0)
    return image[above : middle + 1, columns[0] : columns[-1] + 1]
