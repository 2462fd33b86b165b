"""T-shirts and tanks, and what is printed on them."""

from collections.abc import Callable

import cv2
import numpy as np
import skia

from ..colours import contrast_thread, rgb, thread
from ..curves import BOTH_SIDES, Curve, band_along, bezier, chain, circle, on_side
from ..drape import drape_torso
from ..fabrics.cloth import Fabric
from ..fabrics.knits import jersey, rib
from ..noise import Field, value_noise
from ..page import NO_SHADOW, Page, Shadow
from ..pattern import TopBlock
from ..trims import Colour, label, lettering, paint, seam
from .necklines import lay_inner_back, lay_neck_rib
from .sleeves import finish_hem, hemmed, lay_sleeves, sew_armholes

Print = Callable[[Page, Field], None]
"""Prints something on the body of a top; gets the body's coverage."""


def lay_tee(
    page: Page,
    fabric: Fabric,
    colour: str,
    block: TopBlock,
    sleeve: tuple[float, float, float] = (222, 42, 166),
    print_on: Print | None = None,
    neck_rib: Fabric | None = None,
) -> None:
    """Lay a T-shirt; `sleeve` is its length, angle and width at the end."""
    sewing = contrast_thread(rgb(colour))
    drape_torso(page, block)
    lay_inner_back(page, block, fabric, rgb(colour))
    lay_sleeves(page, block, sleeve, fabric, hemmed(sewing))
    body = page.lay(block.body, fabric, z=4, puff=10, edge=26, shadow=Shadow(0.22))
    if print_on:
        print_on(page, body)
    sew_armholes(page, block, body)
    finish_hem(page, block, body, sewing)
    for side in reversed(BOTH_SIDES):
        seam(page, on_side(side, block.shoulder) + (0, 12), 0.9, 2.6, 0.5, body)
    lay_neck_rib(page, block, neck_rib or jersey(colour), sewing)


def lay_tank(page: Page, fabric: Fabric, colour: str) -> None:
    """Lay a tank top with bound neck and armholes."""
    block = TopBlock(
        neck_width=104,
        top_y=150,
        shoulder_width=148,
        shoulder_drop=12,
        chest_width=226,
        armhole_depth=262,
        hem_width=230,
        neck_depth=190,
        back_neck_depth=84,
        waist_width=212,
    )
    shoulder, underarm = np.array(block.shoulder_point), np.array(block.underarm)
    block.armhole = bezier(
        shoulder, shoulder + (-4, 130), underarm - (62, 30), underarm
    )
    block.shoulder = chain(block.neck_point, block.shoulder_point)
    drape_torso(page, block, 0.8)
    _lay_tank_back(page, block, fabric)
    body = page.lay(block.body, fabric, z=4, puff=9, edge=24, shadow=Shadow(0.3))
    finish_hem(page, block, body, rgb(colour) * 0.8)
    binding = rib(colour, 4.2, 0.9)
    lay_neck_rib(page, block, binding, thread(rgb(colour)), width=17, ribbed=False)
    for side in reversed(BOTH_SIDES):
        outline, edge = band_along(on_side(side, block.armhole), 17, (-side, 0))
        page.lay(outline, binding, z=4, puff=6, edge=8, shadow=Shadow(0.25), fold=0.3)
        seam(page, edge, 1.6, 3, 0.9)


def _lay_tank_back(page: Page, block: TopBlock, fabric: Fabric) -> None:
    shoulder, underarm = np.array(block.shoulder_point), np.array(block.underarm)
    armhole = bezier(shoulder, shoulder + (-26, 120), underarm - (34, 50), underarm)
    inside = page.lay(
        chain(
            block.back_neck,
            shoulder,
            armhole,
            (150, 700),
            (-150, 700),
            on_side(-1, armhole[::-1]),
        ),
        fabric,
        z=-2,
        puff=2,
        shade=0.72,
        shadow=NO_SHADOW,
        fold=0.3,
    )
    page.light *= 1 - inside * 0.2 * np.clip((page.y - 200) / 260, 0, 1)
    seam(page, block.back_neck + (0, 14), 1.2, 2.6, 0.4, inside)
    label(page, 0, block.top_y + 84, 54, 22)


def word_print(word: str, below: str, ink: Colour, y: float, size: float) -> Print:
    """Print a word, and a smaller line under it."""

    def print_on(page: Page, body: Field) -> None:
        press = _press(page)
        paint(page, press(lettering(page, word, 0, y, size, 6)) * body, ink, 0.94)
        small = lettering(page, below, 0, y + 44, 21, 7)
        paint(page, press(small) * body, ink, 0.9)

    return print_on


def mountain_print(word: str, ink: Colour, sun_ink: Colour, y: float) -> Print:
    """Print a mountain before the sun, striped at its foot, over a word."""
    mountain = [(-150, 70), (-62, -52), (-26, -8), (34, -92), (150, 70)]
    snow = [(34, -92), (2, -46), (18, -34), (32, -50), (48, -30), (67, -46)]

    def at(points: list[tuple[float, float]]) -> Curve:
        return chain(points) + (0, y)

    def print_on(page: Page, body: Field) -> None:
        press = _press(page)
        ridge = page.fill(at(mountain))
        sun = page.fill(circle((0, y - 40), 92)) * (1 - ridge)
        paint(page, press(sun) * body, sun_ink, 0.95)
        paint(page, press(ridge * (1 - page.fill(at(snow)))) * body, ink, 0.95)
        paint(page, press(page.fill(_bars(y + 84))) * body, ink, 0.9)
        name = lettering(page, word, 0, y + 186, 30, 6)
        paint(page, press(name) * body, ink, 0.92)

    return print_on


def _bars(y: float) -> skia.Path:
    """Four bars, each thinner than the one above."""
    path = skia.Path()
    for i in range(4):
        path.addRect(skia.Rect.MakeXYWH(-150, y + 17 * i, 300, 9 - i))
    return path


def _press(page: Page) -> Callable[[Field], Field]:
    """Return what bends a print along the folds and lets the ink crack."""
    slope_y, slope_x = np.gradient(page.blur(page.folds, 3))
    y, x = np.mgrid[0 : page.shape[0], 0 : page.shape[1]].astype(np.float32)
    pull = np.float32(page.scale * 3.3)
    x, y = x - slope_x * pull, y - slope_y * pull
    cracks = np.clip(value_noise(page.rng, page.shape, 2.2) + 0.8, 0, 1)

    def press(mask: Field) -> Field:
        return cv2.remap(mask, x, y, cv2.INTER_LINEAR) * (0.87 + 0.13 * cracks)

    return press
