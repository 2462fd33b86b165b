"""Knitted cloth: jersey, ribs, and the stitches of a jumper."""

import math

import numpy as np
from numpy.random import Generator

from ..colours import rgb
from ..noise import Field, fractal_noise, smoothstep, value_noise
from .cloth import Cloth, Fabric, dyed, wave

Cable = tuple[float, float, float]
"""Centre, half width and length of one twist, in page units."""


def jersey(colour: str, heather: float = 0.0, gloss: float = 0.03) -> Fabric:
    """T-shirt cloth; `heather` mixes light and dark fibres in."""
    base = rgb(colour)

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        fuzz = value_noise(rng, u.shape, 1.7)
        uneven = fractal_noise(rng, u.shape, 14, 3)
        columns = np.sin(u * 2 * math.pi / 2.6 + 0.5 * uneven) * 0.5
        brightness = 1 + 0.016 * fuzz + 0.010 * columns + 0.008 * uneven
        cloth = base * brightness[..., None]
        if heather:
            light = np.maximum(value_noise(rng, u.shape, (1.5, 6)) - 0.4, 0)
            dark = np.maximum(value_noise(rng, u.shape, (1.5, 10)) - 0.5, 0)
            cloth = cloth + 0.5 * heather * (0.6 * light - 0.8 * dark)[..., None]
        return Cloth(np.clip(cloth, 0, 1), 0.10 * fuzz + 0.16 * columns, gloss)

    return fabric


def rib(
    colour: str, pitch: float = 6.0, depth: float = 1.5, gloss: float = 0.03
) -> Fabric:
    """Ribbed knit with `pitch` page units from rib to rib."""
    base = rgb(colour)

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        fuzz = value_noise(rng, u.shape, 1.8)
        wander = fractal_noise(rng, u.shape, 60, 2)
        phase = (u + 0.6 * wander) * 2 * math.pi / pitch
        side = np.cos(phase)
        ridge = np.sign(side) * np.abs(side) ** 0.6
        rows = v * 2 * math.pi / 3.4 + np.sign(np.sin(phase)) * 0.8
        stitches = np.sin(rows) * 0.3
        brightness = 1 + 0.05 * ridge + 0.015 * fuzz + 0.02 * stitches * (ridge > 0)
        relief = depth * 0.5 * ridge + 0.2 * fuzz + 0.2 * stitches
        return Cloth(dyed(base, brightness), relief, gloss)

    return fabric


def stockinette(
    colour: str,
    width: float = 11.0,
    height: float = 9.0,
    depth: float = 1.6,
    cables: tuple[Cable, ...] = (),
    heather: float = 0.04,
) -> Fabric:
    """Plain knit of V-shaped stitches, `width` by `height` page units each."""
    base = rgb(colour)

    def fabric(u: Field, v: Field, rng: Generator) -> Cloth:
        wander = fractal_noise(rng, u.shape, 40, 2)
        fuzz = value_noise(rng, u.shape, 1.6)
        fluff = fractal_noise(rng, u.shape, 5, 2)
        stitches = _v_stitches(u + 0.8 * wander, v + 0.8 * wander, width, height)
        raised, dark, rope = np.zeros((3, *u.shape))
        for cable in cables:
            stitches, lift, shade, twist = _cable(u, v, stitches, cable)
            raised, dark = raised + lift, dark + shade
            rope = np.maximum(rope, twist)
        brightness = 0.80 + 0.24 * stitches + 0.03 * fuzz + 0.03 * fluff
        brightness = brightness - dark + 0.16 * rope
        fibres = value_noise(rng, u.shape, 2.4)[..., None] * 0.175 * heather
        cloth = np.clip(base * brightness[..., None] + fibres, 0, 1)
        return Cloth(cloth, depth * stitches + raised + 0.25 * fuzz, 0.02)

    return fabric


def _v_stitches(u: Field, v: Field, width: float, height: float) -> Field:
    beside = np.abs((u / width) % 1.0 - 0.5)
    row = (v / height + 1.15 * beside) % 1.0 - 0.5
    return np.exp(-((row / 0.33) ** 2)) * np.exp(-(((beside - 0.25) / 0.24) ** 2))


def _cable(
    u: Field, v: Field, stitches: Field, cable: Cable
) -> tuple[Field, Field, Field, Field]:
    """Return the stitches with one cable, what it raises, shades, and its rope."""
    centre, half_width, period = cable
    x = u - centre
    inside = smoothstep(half_width + 5 - np.abs(x), 0, 5)
    rope = _rope(x, v, half_width, period)
    twist = 0.5 + 0.5 * wave(v + np.abs(x) * 0.9, 7)
    stitches = stitches * (1 - inside) + inside * (0.55 * twist * rope)
    beside = np.abs(x) - half_width - 4
    lift = inside * rope * 4.2 - 1.6 * inside * (1 - rope)
    lift = lift - 2.2 * np.exp(-((beside / 3.2) ** 2))
    shade = inside * (1 - rope) * 0.22 + 0.16 * np.exp(-((beside / 2.6) ** 2))
    return stitches, lift, shade, inside * rope


def _rope(x: Field, v: Field, half_width: float, period: float) -> Field:
    """Two strands that take turns in front."""
    rope = np.zeros_like(x)
    for strand in range(2):
        turn = 2 * math.pi * v / period + strand * math.pi
        offset = (x - half_width * 0.52 * np.sin(turn)) / (half_width * 0.52)
        bulge = np.clip(1 - offset**2, 0, 1) ** 0.5
        front = 0.55 + 0.45 * np.cos(turn)
        rope = np.maximum(rope, bulge * (0.55 + 0.45 * front))
    return rope
