"""Fabrics with something printed or woven on top of another fabric."""

import cv2
import numpy as np
from numpy.random import Generator

from ..colours import rgb
from ..noise import Field, smoothstep, value_noise
from .cloth import Cloth, Fabric

Band = tuple[float, float, str]
"""Start, end and colour of one stripe within the period."""


def striped(
    base: Fabric, bands: tuple[Band, ...], period: float, horizontal: bool
) -> Fabric:
    """Repeat `bands` every `period` page units over another fabric."""

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        ground = base(u, v, rng)
        wander = 0.3 * value_noise(rng, u.shape, (60, 60))
        at = ((v if horizontal else u) + wander) % period
        cloth = ground.rgb
        grain = cloth.mean(-1, keepdims=True)
        grain = np.clip(grain / (grain.mean() + 1e-6), 0.8, 1.2)
        for start, end, colour in bands:
            rise = smoothstep(at, start - 0.6, start + 0.6)
            share = (rise * (1 - smoothstep(at, end - 0.6, end + 0.6)))[..., None]
            cloth = cloth * (1 - share) + rgb(colour) * grain * share
        return ground._replace(rgb=cloth)

    return fabric


def tiled(base: Fabric, tile: Field, scale: float) -> Fabric:
    """Repeat an (H, W, 4) picture, alpha last, `scale` page units per pixel."""
    height, width = tile.shape[:2]
    wrapped = np.pad(tile, ((0, 2), (0, 2), (0, 0)), mode="wrap")

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        ground = base(u, v, rng)
        x = ((u / scale) % width).astype(np.float32)
        y = ((v / scale) % height).astype(np.float32)
        ink = cv2.remap(wrapped, x, y, cv2.INTER_LINEAR)
        grain = ground.rgb.mean(-1, keepdims=True)
        grain = np.clip(grain / (np.median(grain) + 1e-6), 0.85, 1.15)
        share = ink[..., 3:]
        cloth = ground.rgb * (1 - share) + ink[..., :3] * grain * share
        return ground._replace(rgb=np.clip(cloth, 0, 1))

    return fabric
