"""A repeating tile of drawn flowers."""

import math
from collections.abc import Callable

import cv2
import numpy as np
import skia
from numpy.random import Generator

from ..colours import rgb
from ..noise import Field

PETALS = ("#d9655f", "#f0b7a4", "#f4e3c8")
LEAF = "#4f6b4a"
HEART = "#e3b04b"
OVERSAMPLING = 2


def floral_tile(seed: int, size: int, flowers: int) -> Field:
    """Draw a (size, size, 4) float32 tile, RGB and alpha in [0, 1], that repeats."""
    rng = np.random.default_rng(seed)
    pixels = np.zeros((size * OVERSAMPLING, size * OVERSAMPLING, 4), np.uint8)
    canvas = skia.Canvas(pixels)
    canvas.scale(OVERSAMPLING, OVERSAMPLING)
    for centre in _scattered(rng, size, flowers):
        _repeat_at_borders(canvas, size, _Flower(rng, centre).draw)
    tile = cv2.resize(
        pixels.astype(np.float32) / 255, (size, size), interpolation=cv2.INTER_AREA
    )
    alpha = tile[..., 3:]
    colour = tile[..., :3] / np.maximum(alpha, 1e-4)  # skia premultiplies
    if skia.kN32_ColorType == skia.kBGRA_8888_ColorType:
        colour = colour[..., ::-1]
    return np.concatenate([np.clip(colour, 0, 1), alpha], -1).astype(np.float32)


def _scattered(rng: Generator, size: int, count: int) -> list[np.ndarray]:
    """Throw darts, keeping those that are far enough from all others."""
    apart = size / math.sqrt(count) * 0.78
    kept: list[np.ndarray] = []
    for _ in range(4000):
        dart = rng.uniform(0, size, 2)
        if all(_wrapped_distance(dart, other, size) > apart for other in kept):
            kept.append(dart)
        if len(kept) >= count:
            break
    return kept


def _wrapped_distance(a: np.ndarray, b: np.ndarray, size: int) -> float:
    gap = np.abs(a - b)
    return float(np.hypot(*np.minimum(gap, size - gap)))


def _repeat_at_borders(
    canvas: skia.Canvas, size: int, draw: Callable[[skia.Canvas], None]
) -> None:
    for x in (-size, 0, size):
        for y in (-size, 0, size):
            canvas.save()
            canvas.translate(x, y)
            draw(canvas)
            canvas.restore()


def _ink(colour: str, shade: float = 1.0, **stroke: float) -> skia.Paint:
    r, g, b = np.clip(rgb(colour) * shade, 0, 1).tolist()
    paint = skia.Paint(AntiAlias=True, Color4f=skia.Color4f(r, g, b, 1))
    if stroke:
        paint.setStyle(skia.Paint.kStroke_Style)
        paint.setStrokeWidth(stroke["width"])
    return paint


class _Flower:
    """One flower; it draws itself the same every time."""

    def __init__(self, rng: Generator, centre: np.ndarray) -> None:
        self.x, self.y = centre.tolist()
        self.radius = rng.uniform(19, 36)
        self.turn = rng.uniform(0, 6.28)
        self.colour = PETALS[rng.integers(len(PETALS))]
        self.petals = int(rng.integers(5, 7))
        self.shade = rng.uniform(0.88, 1.06)
        self.seed = int(rng.integers(1 << 30))

    def draw(self, canvas: skia.Canvas) -> None:
        rng = np.random.default_rng(self.seed)
        for twig in range(3):
            self._draw_twig(
                canvas, rng, self.turn + rng.uniform(-0.5, 0.5) + twig * 2.1
            )
        for ring, (size, shade) in enumerate(((1, 0.92), (0.66, 1.06))):
            for petal in range(self.petals):
                angle = self.turn + petal * 6.283 / self.petals + ring * 0.5
                self._draw_petal(canvas, rng, angle, self.radius * size, shade)
        canvas.drawCircle(self.x, self.y, self.radius * 0.2, _ink(HEART))
        for _ in range(9):
            angle, distance = rng.uniform(0, 6.28), rng.uniform(0.05, 0.24)
            x, y = self._polar(angle, distance)
            canvas.drawCircle(x, y, self.radius * 0.045, _ink(HEART, 0.65))

    def _polar(self, angle: float, distance: float) -> tuple[float, float]:
        """Return the point `distance` radii from the centre."""
        reach = distance * self.radius
        return self.x + reach * math.cos(angle), self.y + reach * math.sin(angle)

    def _draw_twig(self, canvas: skia.Canvas, rng: Generator, angle: float) -> None:
        length = rng.uniform(1.15, 1.55)
        stem = skia.Path()
        stem.moveTo(self.x, self.y)
        stem.quadTo(
            *self._polar(angle + 0.4, 0.5 * length), *self._polar(angle, length)
        )
        canvas.drawPath(stem, _ink(LEAF, 0.9, width=1.5))
        for share in (0.62, 1.0):
            leaf = self._leaf(angle, self._polar(angle, length * share))
            canvas.drawPath(leaf, _ink(LEAF, rng.uniform(0.85, 1.25)))

    def _leaf(self, angle: float, base: tuple[float, float]) -> skia.Path:
        x, y = base
        wide = self.radius * 0.26
        nx, ny = math.cos(angle + 1.57) * wide, math.sin(angle + 1.57) * wide
        long = self.radius * 0.62
        tx, ty = math.cos(angle) * long, math.sin(angle) * long
        leaf = skia.Path()
        leaf.moveTo(x, y)
        leaf.quadTo(x + tx / 2 + nx, y + ty / 2 + ny, x + tx, y + ty)
        leaf.quadTo(x + tx / 2 - nx, y + ty / 2 - ny, x, y)
        return leaf

    def _draw_petal(
        self,
        canvas: skia.Canvas,
        rng: Generator,
        angle: float,
        length: float,
        shade: float,
    ) -> None:
        canvas.save()
        canvas.translate(self.x, self.y)
        canvas.rotate(math.degrees(angle))
        petal = skia.Path()
        petal.moveTo(0, 0)
        narrow, wide = length * 0.62, length * 0.52
        petal.cubicTo(length * 0.3, -narrow, length, -wide, length * 0.98, 0)
        petal.cubicTo(length, wide, length * 0.3, narrow, 0, 0)
        shade = self.shade * shade
        canvas.drawPath(petal, _ink(self.colour, shade * rng.uniform(0.93, 1.05)))
        for bend in (-0.16, 0, 0.16):
            vein = skia.Path()
            vein.moveTo(length * 0.2, 0)
            end = (length * 0.78, length * bend * 1.5)
            vein.quadTo(length * 0.5, length * bend, *end)
            canvas.drawPath(vein, _ink(self.colour, shade * 0.78, width=0.9))
        canvas.restore()
