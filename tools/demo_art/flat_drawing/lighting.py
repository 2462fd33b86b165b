"""From a page's buffers to a photograph-like picture on a pale table."""

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

from .noise import Field, value_noise
from .page import HEIGHT, WIDTH, Page

LIGHT = np.array((-0.55, -0.72, 0.95)) / np.linalg.norm((-0.55, -0.72, 0.95))
"""Direction to the lamp: over the left shoulder, towards the viewer."""
TABLE = np.array((0.955, 0.952, 0.947), np.float32)
BOUNCE = 0.3
"""Share of a shadow that white cloth fills with light of its own."""
FILL_RATIO = 0.86
"""Share of the page that the longer side of the garment takes."""
ZOOM_RANGE = (0.9, 1.25)


class Finish(NamedTuple):
    """How a fabric answers the light and the camera."""

    highlight_power: float = 18
    grain: float = 0.006


CLOTH = Finish()


class _Buffers(NamedTuple):
    """The page's buffers after laying the garment by hand (see `_settle`)."""

    albedo: Field
    coverage: Field
    height: Field
    light: Field
    gloss: Field


def photograph(page: Page, finish: Finish = CLOTH) -> NDArray[np.uint8]:
    """Light the garment and return it as a (1333, 1000, 3) uint8 BGR picture."""
    buffers = _settle(page)
    cloth = _shade(page, buffers, finish)
    cover = buffers.coverage[..., None]
    picture = _table(page, buffers.coverage) * (1 - cover) + cloth * cover
    grain = page.rng.normal(size=page.shape)[..., None].astype(np.float32)
    picture = np.clip(picture + grain * finish.grain, 0, 1)
    picture = cv2.resize(picture, (WIDTH, HEIGHT), interpolation=cv2.INTER_AREA)
    sharper = picture + 0.35 * (picture - cv2.GaussianBlur(picture, (0, 0), 1.0))
    return (np.clip(sharper, 0, 1)[..., ::-1] * 255 + 0.5).astype(np.uint8)


def _settle(page: Page) -> _Buffers:
    """Centre the garment, fill the page with it, and give it a hand-laid outline."""
    # Sideways it may lean; a tilted waist or hem would look carelessly laid.
    dx, dy = _wander(page, lean=3.0), _wander(page, lean=0)
    rows, columns = np.nonzero(page.coverage > 0.3)
    fill = min(
        FILL_RATIO * page.shape[1] / np.ptp(columns),
        FILL_RATIO * page.shape[0] / np.ptp(rows),
    )
    zoom = float(np.clip(fill, *ZOOM_RANGE))
    y, x = np.mgrid[0 : page.shape[0], 0 : page.shape[1]].astype(np.float32)
    x = (x - page.shape[1] / 2) / zoom + (columns.min() + columns.max()) / 2 + dx
    y = (y - page.shape[0] / 2) / zoom + (rows.min() + rows.max()) / 2 + dy

    def moved(buffer: Field, outside: float = 0) -> Field:
        return cv2.remap(
            buffer,
            x.astype(np.float32),
            y.astype(np.float32),
            cv2.INTER_LINEAR,
            borderMode=cv2.BORDER_CONSTANT,
            borderValue=outside,
        )

    return _Buffers(
        moved(page.albedo),
        moved(page.coverage),
        moved(page.height) * zoom,
        moved(page.light, 1),
        moved(page.gloss),
    )


def _wander(page: Page, lean: float) -> Field:
    """Return a slow displacement in pixels: cloth is never laid quite straight."""
    scale = page.scale
    wide = value_noise(page.rng, page.shape, 520 * scale)
    slow = value_noise(page.rng, page.shape, 190 * scale)
    quick = value_noise(page.rng, page.shape, 48 * scale)
    return (lean * wide + 2.2 * slow + 0.35 * quick) * scale


def _surface_normals(height: Field, steepness: float) -> tuple[Field, Field, Field]:
    slope_y, slope_x = np.gradient(height)
    slope_x, slope_y = slope_x * steepness, slope_y * steepness
    # The step at the edge of a piece must not turn black: soften steep slopes.
    soften = 1 / np.sqrt(1 + (slope_x**2 + slope_y**2) / 0.65**2)
    slope_x, slope_y = slope_x * soften, slope_y * soften
    z = 1 / np.sqrt(slope_x**2 + slope_y**2 + 1)
    return -slope_x * z, -slope_y * z, z


def _shade(page: Page, buffers: _Buffers, finish: Finish) -> Field:
    normals = _surface_normals(page.blur(buffers.height, 0.7), page.scale)
    diffuse = sum(n * light for n, light in zip(normals, LIGHT, strict=True)) / LIGHT[2]
    tone = 0.40 + 0.60 * np.clip(diffuse, 0, 2.2)
    tone = np.where(tone > 1, 1 + (tone - 1) * 0.62, tone)
    tone = tone * (1 - _occlusion(page, buffers.height)) * buffers.light
    falloff = 1.03 - 0.06 * ((page.x / WIDTH + 0.5) * 0.5 + page.y / HEIGHT * 0.5)
    brightness = np.clip(tone * falloff, 0, 1.6)[..., None]
    grey = buffers.albedo.mean(-1, keepdims=True)
    # Pale cloth lights its own hollows: its shadows are never as deep.
    brightness += BOUNCE * grey**2 * np.clip(1 - brightness, 0, 1)
    # Shadows of coloured cloth are more saturated than a plain multiply.
    deepen = np.clip(1 - brightness, 0, 1) * 0.18
    colour = np.clip(buffers.albedo + (buffers.albedo - grey) * deepen, 0, 1.2)
    shine = np.clip(_highlights(normals, buffers.gloss, finish), -0.06, 1)
    lit = colour * brightness + shine[..., None]
    return np.where(lit > 0.9, 0.9 + (1 - np.exp(-(lit - 0.9) * 6)) / 10, lit)


def _occlusion(page: Page, height: Field) -> Field:
    """Return how much of the light a hollow loses, at two sizes of hollow."""
    small = np.clip((page.blur(height, 9) - height) / 7, 0, 1) * 0.22
    large = np.clip((page.blur(height, 26) - height) / 12, 0, 1) * 0.14
    return small + large


def _highlights(
    normals: tuple[Field, Field, Field], gloss: Field, finish: Finish
) -> Field:
    """Blinn-Phong highlights, less the level that flat cloth would show."""
    halfway = (LIGHT + (0, 0, 1)) / np.linalg.norm(LIGHT + (0, 0, 1))
    facing = sum(n * h for n, h in zip(normals, halfway, strict=True))
    flat = float(halfway[2] ** finish.highlight_power)
    return gloss * (np.clip(facing, 0, 1) ** finish.highlight_power - 0.85 * flat)


def _table(page: Page, coverage: Field) -> Field:
    falloff = 1.02 - 0.05 * ((page.x / WIDTH + 0.5) * 0.45 + page.y / HEIGHT * 0.55)
    table = TABLE * falloff[..., None]
    paper = value_noise(page.rng, page.shape, 1.6 * page.scale)
    table = table + paper[..., None] * 0.0022
    shadow = (
        0.36 * page.shift(page.blur(coverage, 3), 2.5, 4)
        + 0.20 * page.shift(page.blur(coverage, 11), 7, 11)
        + 0.13 * page.shift(page.blur(coverage, 34), 14, 22)
    )
    shadow = np.clip(shadow, 0, 0.75)[..., None]
    return table * (1 - shadow) + shadow * np.array((0, 0, 0.012), np.float32)
