"""The page a garment is laid onto, piece by piece."""

import math
from collections.abc import Callable, Iterable
from typing import NamedTuple

import cv2
import numpy as np
import skia
from numpy.typing import ArrayLike

from .colours import RGB
from .curves import path_of
from .fabrics.cloth import Fabric
from .noise import Field, fractal_noise

WIDTH, HEIGHT = 1000, 1333
MICRO_RELIEF = 0.5
"""How far the weave rises above the cloth."""
FOLD_RELIEF = 1.35
"""How far a fold lifts the cloth."""
FOLD_PULL = 1.4
"""How far a fold displaces the pattern of the cloth."""
FOLD_GRID = 3
"""Folds are smooth, so they are drawn on a grid this much coarser."""

Shape = ArrayLike | skia.Path


class Fold(NamedTuple):
    """One soft ridge from start to end, in page units."""

    start: tuple[float, float]
    end: tuple[float, float]
    width: float
    height: float
    bend: float = 0.0


class Shadow(NamedTuple):
    """Shadow of a piece on what lies below it."""

    strength: float = 0.30
    radius: float = 7


PIECE_SHADOW = Shadow()
NO_SHADOW = Shadow(0)


class Page:
    """A picture under construction.

    Buffers are (rows, columns) float32 at `scale` pixels per page unit: `albedo`
    (RGB), `coverage` (0 bare table, 1 cloth), `height`, `light` (1 = unshaded),
    `gloss`, and `folds`, the ridges that the next pieces will follow.
    """

    def __init__(self, seed: int, scale: float = 1.5, brand: str = "") -> None:
        self.rng = np.random.default_rng(seed)
        self.scale = scale
        self.brand = brand
        self.shape = int(HEIGHT * scale), int(WIDTH * scale)
        rows, columns = np.mgrid[0 : self.shape[0], 0 : self.shape[1]]
        self.x = ((columns + 0.5) / scale - WIDTH / 2).astype(np.float32)
        self.y = ((rows + 0.5) / scale).astype(np.float32)
        self.albedo = np.zeros((*self.shape, 3), np.float32)
        self.coverage = np.zeros(self.shape, np.float32)
        self.height = np.zeros(self.shape, np.float32)
        self.light = np.ones(self.shape, np.float32)
        self.gloss = np.zeros(self.shape, np.float32)
        self.folds = np.zeros(self.shape, np.float32)

    # ---- masks

    def fill(self, shape: Shape) -> Field:
        """Return the coverage, 0 to 1, of a closed shape."""
        return self._draw(shape, skia.Paint(AntiAlias=True), closed=True)

    def stroke(
        self,
        line: Shape,
        width: float,
        dash: tuple[float, float] | None = None,
        closed: bool = False,
    ) -> Field:
        """Return the coverage, 0 to 1, of a line of `width` page units."""
        paint = skia.Paint(
            AntiAlias=True, Style=skia.Paint.kStroke_Style, StrokeWidth=width
        )
        paint.setStrokeJoin(skia.Paint.kRound_Join)
        if dash:
            paint.setPathEffect(skia.DashPathEffect.Make(list(dash), 0))
        return self._draw(line, paint, closed)

    def text(self, word: str, at: tuple[float, float], font: skia.Font, gap: float):
        """Return the coverage of one line of text, centred on x, baseline on y."""
        pixels, canvas = self._canvas()
        widths = [font.measureText(letter) + gap for letter in word]
        x = at[0] - (sum(widths) - gap) / 2
        paint = skia.Paint(AntiAlias=True, Color=skia.ColorWHITE)
        for letter, width in zip(word, widths, strict=True):
            canvas.drawString(letter, x, at[1], font, paint)
            x += width
        return pixels[:, :, 3].astype(np.float32) / 255

    def blur(self, field: Field, radius: float) -> Field:
        """Blur by `radius` page units."""
        return cv2.GaussianBlur(field, (0, 0), radius * self.scale)

    def _canvas(self) -> tuple[np.ndarray, skia.Canvas]:
        pixels = np.zeros((*self.shape, 4), np.uint8)
        canvas = skia.Canvas(pixels)
        canvas.scale(self.scale, self.scale)
        canvas.translate(WIDTH / 2, 0)
        return pixels, canvas

    def _draw(self, shape: Shape, paint: skia.Paint, closed: bool) -> Field:
        path = shape if isinstance(shape, skia.Path) else path_of(shape, closed)
        pixels, canvas = self._canvas()
        paint.setColor(skia.ColorWHITE)
        canvas.drawPath(path, paint)
        return pixels[:, :, 3].astype(np.float32) / 255

    # ---- folds

    def add_folds(self, folds: Iterable[Fold], within: Field | None = None) -> None:
        """Add ridges for the pieces still to be laid."""
        size = self.shape[1] // FOLD_GRID, self.shape[0] // FOLD_GRID
        x, y = cv2.resize(self.x, size), cv2.resize(self.y, size)
        ridges = np.zeros(x.shape, np.float32)
        for fold in folds:
            ridges += _ridge(fold, x, y)
        columns, rows = self.shape[1], self.shape[0]
        ridges = cv2.resize(ridges, (columns, rows), interpolation=cv2.INTER_CUBIC)
        self.folds += ridges if within is None else ridges * within

    def crumple(self, height: float, cell: float, ridged: bool = False) -> None:
        """Add the aimless unevenness of cloth that has been worn."""
        octaves = 2 if ridged else 3
        noise = fractal_noise(self.rng, self.shape, cell * self.scale, octaves, 0.38)
        if ridged:
            noise = 1 - np.sqrt(noise * noise + 0.06)
            noise = (noise - noise.mean()) * 1.2
        self.folds += height * noise

    # ---- pieces

    def lay(
        self,
        shape: Shape,
        fabric: Fabric,
        *,
        angle: float = 0,
        origin: tuple[float, float] = (0, 300),
        z: float = 0,
        puff: float = 7,
        edge: float = 16,
        shade: float = 1.0,
        shadow: Shadow = PIECE_SHADOW,
        fold: float = 1.0,
        gloss: float | None = None,
        warp: Callable[[Field, Field], tuple[Field, Field]] | None = None,
        clip: Field | None = None,
        tint: RGB | tuple[float, float, float] | None = None,
    ) -> Field:
        """Lay one piece of cloth on top of everything so far; return its coverage.

        Parameters
        ----------
        angle, origin
            Direction of the grain in degrees, and where the pattern starts.
        z, puff, edge
            Height of the piece; how far it swells, over what distance from its edge.
        shade
            Brightness of the cloth; below 1 for what lies inside the garment.
        fold
            How much of the folds shows in this piece.
        warp
            Bends the (u, v) coordinates of the fabric, for shaped pieces.
        clip
            Coverage that the piece may not leave.
        """
        mask = self.fill(shape) if clip is None else self.fill(shape) * clip
        window = self._window(mask)
        if window is None:
            return mask
        m = mask[window]
        self._cast_shadow(window, m, shadow)
        u, v = self._fabric_coordinates(window, angle, origin)
        if warp is not None:
            u, v = warp(u, v)
        cloth = fabric(u, v, self.rng)
        colour = cloth.rgb if tint is None else cloth.rgb * np.asarray(tint, np.float32)
        inside = cv2.distanceTransform((m > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
        inside = self.blur(inside / self.scale, 2)
        swell = puff * (1 - np.exp(-inside / edge))
        relief = FOLD_RELIEF * fold * self.folds[window] + MICRO_RELIEF * cloth.relief
        shine = cloth.gloss if gloss is None else gloss
        self._blend(self.albedo, window, m[..., None], colour * shade)
        self._blend(self.height, window, m, z + swell + relief)
        self._blend(self.light, window, m, 1.0)
        self._blend(self.gloss, window, m, shine)
        self.coverage[window] = np.maximum(self.coverage[window], m)
        return mask

    @staticmethod
    def _blend(buffer: Field, window, mask: Field, value: Field | float) -> None:
        buffer[window] = buffer[window] * (1 - mask) + value * mask

    def _window(self, mask: Field) -> tuple[slice, slice] | None:
        """Return the part of the page that a piece can touch; None if it is empty."""
        rows, columns = np.nonzero(mask > 0.003)
        if len(rows) == 0:
            return None
        pad = int(40 * self.scale)
        return (
            slice(max(0, rows.min() - pad), min(self.shape[0], rows.max() + pad)),
            slice(max(0, columns.min() - pad), min(self.shape[1], columns.max() + pad)),
        )

    def _cast_shadow(self, window, mask: Field, shadow: Shadow) -> None:
        if not shadow.strength:
            return
        wide = self.shift(self.blur(mask, shadow.radius), 3, 5)
        tight = self.shift(self.blur(mask, 2.0), 1, 1.5)
        depth = shadow.strength * (0.6 * wide + 0.6 * tight)
        self.light[window] *= 1 - depth * (1 - mask)

    def shift(self, field: Field, x: float, y: float) -> Field:
        """Move a field right and down by page units."""
        move = np.float32([[1, 0, x * self.scale], [0, 1, y * self.scale]])
        return cv2.warpAffine(field, move, field.shape[::-1])

    def _fabric_coordinates(
        self, window, angle: float, origin: tuple[float, float]
    ) -> tuple[Field, Field]:
        """Return (u, v) along and across the grain, pulled about by the folds."""
        slope_y, slope_x = np.gradient(self.blur(self.folds[window], 3))
        pull = self.scale * FOLD_PULL
        x = self.x[window] - slope_x * pull - origin[0]
        y = self.y[window] - slope_y * pull - origin[1]
        cos, sin = math.cos(math.radians(angle)), math.sin(math.radians(angle))
        return x * cos + y * sin, y * cos - x * sin


def _ridge(fold: Fold, x: Field, y: Field) -> Field:
    (x0, y0), (x1, y1) = fold.start, fold.end
    length = math.hypot(x1 - x0, y1 - y0) + 1e-6
    dx, dy = (x1 - x0) / length, (y1 - y0) / length
    along = ((x - x0) * dx + (y - y0) * dy) / length
    beside = (y - y0) * dx - (x - x0) * dy - fold.bend * 4 * along * (1 - along)
    distance = beside / (fold.width * (0.55 + 0.9 * np.clip(along, 0, 1)))
    taper = np.exp(-(((along - 0.45) / 0.36) ** 4))
    valley = 0.45 * np.exp(-(((distance - 1.5) / 1.2) ** 2))
    return fold.height * taper * (np.exp(-distance * distance) - valley)
