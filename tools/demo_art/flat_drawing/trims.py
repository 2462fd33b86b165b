"""What a sewing machine and a button box add to the pieces."""

from functools import cache
from pathlib import Path

import numpy as np
import skia
from numpy.typing import ArrayLike

from .colours import RGB
from .curves import Curve, Point, circle, normals, resample, rounded_box
from .noise import Field, value_noise
from .page import Page

PUCKER = 0.38
STITCH_DASH = (6, 3.2)
FONT_FOLDER = Path("/usr/share/fonts")

Colour = RGB | tuple[float, float, float]


def paint(
    page: Page, mask: Field, colour: Colour, strength: float = 1.0, rise: float = 0.0
) -> None:
    """Colour what `mask` covers; `rise` lifts it, as thread or metal is."""
    cover = (mask * strength)[..., None]
    page.albedo = page.albedo * (1 - cover) + np.asarray(colour, np.float32) * cover
    if rise:
        page.height += rise * mask


def darken(page: Page, mask: Field, amount: float) -> None:
    page.light *= 1 - amount * np.clip(mask, 0, 1)


def crease_shadow(
    page: Page,
    line: ArrayLike,
    width: float,
    spread: float,
    amount: float,
    within: Field | None = None,
) -> None:
    """Darken along a line, as under a pleat or a pocket's edge."""
    soft = page.blur(page.stroke(line, width), spread)
    darken(page, soft if within is None else soft * within, amount)


def seam(
    page: Page,
    line: ArrayLike,
    depth: float = 1.6,
    width: float = 3.0,
    pucker: float = 0.8,
    within: Field | None = None,
) -> None:
    """Sink a seam into the cloth; the cloth beside it puckers."""
    inside = 1.0 if within is None else within
    groove = page.blur(page.stroke(line, width), 1.0) * inside
    page.height -= 0.58 * depth * groove
    if pucker:
        beside = page.blur(page.stroke(line, 14), 5) * inside
        ripple = value_noise(page.rng, page.shape, 9 * page.scale)
        page.height += PUCKER * pucker * ripple * beside
    page.light *= 1 - 0.08 * groove


def stitch(
    page: Page,
    line: ArrayLike,
    thread: Colour,
    strength: float = 0.75,
    within: Field | None = None,
) -> None:
    """Sew a visible row of stitches."""
    inside = 1.0 if within is None else within
    groove = page.blur(page.stroke(line, 3.2), 0.9) * inside
    stitches = page.stroke(line, 1.7, STITCH_DASH) * inside
    page.height += 0.9 * stitches - 0.9 * groove
    page.light *= 1 - 0.07 * groove
    paint(page, stitches, thread, strength)


def ribs_across(
    page: Page, line: Curve, width: float, step: float, depth: float
) -> None:
    """Press fine ribs into a band that runs along `line`, at right angles to it."""
    starts = resample(line, step)
    ends = starts + normals(starts) * width
    path = skia.Path()
    for start, end in zip(starts.tolist(), ends.tolist(), strict=True):
        path.moveTo(*start)
        path.lineTo(*end)
    ribs = page.blur(page.stroke(path, step * 0.42), 0.6)
    page.height -= depth * ribs
    page.light *= 1 - 0.06 * ribs


def button(
    page: Page,
    centre: Point,
    radius: float,
    colour: Colour,
    holes: int = 4,
    thread: Colour | None = None,
) -> None:
    """Sew on a button of `radius` page units with two or four holes."""
    x, y = float(centre[0]), float(centre[1])
    mask = page.fill(circle((x, y), radius))
    below = page.blur(page.fill(circle((x + 1.4, y + 2.2), radius + 1.0)), 2.2)
    page.light *= 1 - 0.42 * below * (1 - mask)
    face = _button_face(page, x, y, radius, np.asarray(colour, np.float32))
    cover = mask[..., None]
    page.albedo = page.albedo * (1 - cover) + face * cover
    page.height = page.height * (1 - mask) + (page.blur(page.height, 2) + 1.5) * mask
    page.light = page.light * (1 - mask) + mask
    page.gloss = page.gloss * (1 - mask) + 0.35 * mask
    _button_holes(page, x, y, radius, colour, holes, thread)


def _button_face(page: Page, x: float, y: float, radius: float, colour: RGB) -> Field:
    """Shade a button: lit from the top left, with a rim and a small highlight."""
    dx, dy = page.x - x, page.y - y
    tilt = 1 - 0.10 * (dx + dy) / radius
    rim = np.exp(-(((np.hypot(dx, dy) / radius - 0.78) / 0.10) ** 2))
    glint_distance = (dx + 0.35 * radius) ** 2 + (dy + 0.42 * radius) ** 2
    glint = 0.22 * np.exp(-glint_distance / (0.30 * radius) ** 2)
    return np.clip(colour * (tilt - 0.13 * rim)[..., None] + glint[..., None], 0, 1)


def _button_holes(
    page: Page,
    x: float,
    y: float,
    radius: float,
    colour: Colour,
    holes: int,
    thread: Colour | None,
) -> None:
    offset = radius * 0.26
    corners = ((-1, -1), (1, -1), (-1, 1), (1, 1)) if holes == 4 else ((-1, 0), (1, 0))
    path = skia.Path()
    for right, down in corners:
        path.addCircle(x + right * offset, y + down * offset, radius * 0.12)
    paint(page, page.fill(path), np.asarray(colour, np.float32) * 0.25, 0.9)
    if thread is not None:
        cross = skia.Path()
        for slant in (1, -1):
            cross.moveTo(x - offset, y - slant * offset)
            cross.lineTo(x + offset, y + slant * offset)
        paint(page, page.stroke(cross, 1.1), thread, 0.8)


def label(page: Page, x: float, y: float, width: float, height: float) -> None:
    """Sew the page's brand label in, its top edge centred on (x, y)."""
    mask = page.fill(rounded_box(x - width / 2, y, width, height, 2))
    darken(page, page.blur(mask, 2) * (1 - mask), 0.35)
    paint(page, mask, (0.93, 0.92, 0.89), 0.97)
    size = min(height * 0.5, width * 0.86 / (len(page.brand) * 0.70))
    word = lettering(page, page.brand, x, y + height * 0.5 + size * 0.36, size)
    paint(page, word, (0.15, 0.15, 0.17), 0.9)


def lettering(
    page: Page, word: str, x: float, y: float, size: float, gap: float = 0
) -> Field:
    """Return the coverage of a word in bold capitals, centred on x."""
    font = skia.Font(_typeface(), size)
    font.setEdging(skia.Font.Edging.kAntiAlias)
    return page.text(word, (x, y), font, gap)


@cache
def _typeface() -> skia.Typeface:
    """Find DejaVu Sans Bold, or failing that any bold face, among system fonts."""
    for pattern in ("DejaVuSans-Bold.ttf", "*Bold*.ttf"):
        for path in sorted(FONT_FOLDER.rglob(pattern)):
            return skia.Typeface.MakeFromFile(str(path))
    raise FileNotFoundError(
        f"No bold TrueType font under {FONT_FOLDER}: install fonts-dejavu-core."
    )
