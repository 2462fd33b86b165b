"""Woven cloth: from poplin to denim."""

import math
from collections.abc import Callable

import numpy as np
from numpy.random import Generator

from ..colours import rgb
from ..noise import Field, fractal_noise, smoothstep, value_noise
from .cloth import Cloth, Fabric, dyed, slubs, wave

Wash = Callable[[Field, Field], Field]
"""Where denim is faded: f(u, v) -> 0 (as dyed) to 1 (white)."""
PlaidBand = tuple[float, float, str, float]
"""Centre, half width, colour and opacity of one stripe of a plaid."""


def twill(colour: str, pitch: float = 3.2, contrast: float = 0.05) -> Fabric:
    """Trouser cloth with fine diagonals."""
    base = rgb(colour)

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        fuzz = value_noise(rng, u.shape, 1.6)
        warp, weft = slubs(rng, u.shape, 1.6, 40)
        diagonal = np.sin((u + v * 0.75) * 2 * math.pi / pitch + 0.4 * fuzz)
        brightness = 1 + contrast * diagonal + 0.02 * fuzz
        brightness = brightness + 0.02 * (0.7 * warp + 0.4 * weft)
        relief = 0.35 * diagonal + 0.2 * fuzz + 0.12 * warp
        return Cloth(dyed(base, brightness), relief, 0.04)

    return fabric


def denim(
    colour: str, light: str, wash: Wash | None = None, contrast: float = 0.5
) -> Fabric:
    """Indigo twill: dyed warp, flecks of `light` weft, faded where `wash` says."""
    indigo, weft = rgb(colour), rgb(light)

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        fuzz = value_noise(rng, u.shape, 1.5)
        slub = value_noise(rng, u.shape, (1.5, 46))
        long_slub = value_noise(rng, u.shape, (3.2, 90))
        cloudy = fractal_noise(rng, u.shape, 90, 4)
        diagonal = (u - v * 0.8) * 2 * math.pi / 3.3 + 0.5 * fuzz + 0.3 * slub
        twill_line = np.sin(diagonal)
        flecks = smoothstep(twill_line + 0.55 * fuzz + 0.35 * slub, 0.25, 1.5)
        faded = wash(u, v) if wash else 0
        faded = np.clip(faded + 0.06 * cloudy + 0.05 * long_slub, 0, 1)
        share = contrast * flecks * (0.55 + 0.6 * faded) + 0.75 * faded + 0.03 * slub
        share = np.clip(share, 0, 1)[..., None]
        cloth = indigo * (1 - share) + weft * share
        cloth = cloth * (1 + 0.035 * fuzz + 0.03 * slub)[..., None]
        relief = 0.4 * twill_line + 0.25 * fuzz + 0.2 * slub
        return Cloth(np.clip(cloth, 0, 1), relief, 0.03)

    return fabric


def linen(colour: str, slub: float = 0.06) -> Fabric:
    """Plain weave of uneven yarn; `slub` says how uneven."""
    base = rgb(colour)

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        warp, weft = slubs(rng, u.shape, 1.5, 34)
        thick_warp, thick_weft = slubs(rng, u.shape, 2.6, 80)
        grid = wave(u, 3.0) * wave(v, 3.0)
        fuzz = value_noise(rng, u.shape, 1.5)
        thick = np.maximum(thick_warp - 0.8, 0) + np.maximum(thick_weft - 0.8, 0)
        brightness = 1 + slub * (0.42 * (warp + weft) + 0.35 * thick)
        brightness = brightness + 0.02 * grid + 0.02 * fuzz
        return Cloth(dyed(base, brightness), 0.168 * (warp + weft) + 0.2 * grid, 0.02)

    return fabric


def satin(colour: str, gloss: float = 0.55) -> Fabric:
    base = rgb(colour)

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        grain = value_noise(rng, u.shape, (1.3, 7))
        cloudy = fractal_noise(rng, u.shape, 160, 2)
        brightness = 1 + 0.008 * grain + 0.015 * cloudy
        return Cloth(dyed(base, brightness), 0.04 * grain, gloss)

    return fabric


def poplin(colour: str) -> Fabric:
    """Smooth shirt cotton."""
    base = rgb(colour)

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        warp, weft = slubs(rng, u.shape, 1.4, 12)
        fuzz = value_noise(rng, u.shape, 1.4)
        brightness = 1 + 0.012 * (warp + weft) + 0.01 * fuzz
        return Cloth(dyed(base, brightness), 0.12 * (warp + weft), 0.04)

    return fabric


def oxford(colour: str, white: str = "#f2f4f7") -> Fabric:
    """Basket weave of a coloured and a white yarn."""
    base, light = rgb(colour), rgb(white)

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        grid = wave(u, 2.9) * wave(v, 2.9)
        fuzz = value_noise(rng, u.shape, 1.5)
        share = np.clip(0.28 + 0.20 * grid + 0.10 * fuzz, 0, 1)[..., None]
        cloth = np.clip(base * (1 - share) + light * share, 0, 1)
        return Cloth(cloth, 0.25 * grid + 0.15 * fuzz, 0.03)

    return fabric


def plaid(ground: str, bands: tuple[PlaidBand, ...], period: float = 120) -> Fabric:
    """Brushed check: the same bands in warp and weft, woven as a twill."""
    base = rgb(ground)

    def stripes(x: Field) -> Field:
        yarn = np.ones((*x.shape, 3), np.float32) * base
        at = x % period
        for centre, half_width, colour, opacity in bands:
            distance = np.abs(at - centre)
            distance = np.minimum(distance, period - distance)
            share = 1 - smoothstep(distance, half_width - 0.8, half_width + 0.8)
            share = share[..., None] * opacity
            yarn = yarn * (1 - share) + rgb(colour) * share
        return yarn

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        fuzz = value_noise(rng, u.shape, 1.6)
        diagonal = wave(u + v, 3.4)
        over = np.sign(diagonal) * np.minimum(np.abs(diagonal) * 3, 1)
        warp_share = (0.5 + 0.20 * over)[..., None]
        cloth = stripes(u) * warp_share + stripes(v) * (1 - warp_share)
        nap = fractal_noise(rng, u.shape, 5, 3)
        cloth = cloth * (1 + 0.03 * fuzz + 0.03 * nap)[..., None]
        return Cloth(np.clip(cloth, 0, 1), 0.3 * diagonal + 0.3 * fuzz, 0.02)

    return fabric


def corduroy(colour: str, pitch: float = 9) -> Fabric:
    base = rgb(colour)

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        pile = value_noise(rng, u.shape, (1.6, 4))
        worn = fractal_noise(rng, u.shape, 70, 3)
        wale = np.abs(np.sin(u * math.pi / pitch))
        brightness = 0.74 + 0.30 * wale**0.7 + 0.05 * pile * wale + 0.05 * worn
        return Cloth(dyed(base, brightness), 1.7 * wale**0.6 + 0.25 * pile, 0.03)

    return fabric
