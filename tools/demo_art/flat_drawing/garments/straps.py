"""Satin on thin straps: a camisole and a slip dress."""

import math

from numpy.random import Generator

from ..colours import rgb
from ..curves import (
    BOTH_SIDES,
    Curve,
    across,
    bezier,
    chain,
    circle,
    mirrored,
    on_side,
    ribbon,
    through,
    whole,
)
from ..drape import towards
from ..fabrics.cloth import Fabric
from ..noise import Field
from ..page import NO_SHADOW, Fold, Page, Shadow
from ..pattern import TopBlock
from ..trims import darken, paint, seam, stitch
from .sleeves import finish_hem

STRAP_SHADOW = Shadow(0.35, 4)
GOLD = (0.80, 0.70, 0.48)


def lay_camisole(page: Page, fabric: Fabric, colour: str) -> None:
    """Lay a camisole with adjustable straps."""
    block = TopBlock(
        neck_width=118,
        top_y=318,
        shoulder_width=126,
        shoulder_drop=6,
        chest_width=206,
        armhole_depth=130,
        hem_width=246,
        hem_y=930,
        neckline="v",
        waist_width=214,
        hem_sag=20,
        flare=4,
    )
    apex, underarm = (122, 318), (206, 452)
    neck = bezier((0, 470), (40, 430), (90, 372), apex)
    armhole = bezier(apex, (138, 390), (176, 436), underarm)
    _drape_camisole(page)
    back = chain(_dipped(206, 452, 470), (180, 640), (-180, 640))
    page.lay(
        back, fabric, z=-3, puff=3, shade=0.66, shadow=NO_SHADOW, fold=0.4, gloss=0.12
    )
    _lay_straps(page, fabric, bezier((104, 190), (92, 300), (88, 460)), 3.5, back=True)
    outline = whole(chain(neck, armhole, block.side, block.hem))
    body = page.lay(outline, fabric, z=4, puff=9, edge=30, shadow=Shadow(0.35))
    _lay_straps(
        page, fabric, bezier((121, 326), (124, 250), (104, 188)), 4, ringed=True
    )
    thread = rgb(colour) * 0.72
    _finish_edges(page, (neck, armhole), body)
    for line in (neck, armhole):
        for side in BOTH_SIDES:
            stitch(page, on_side(side, line) + (0, 8), thread, 0.4, body)
    finish_hem(page, block, body, thread, depth=14, rows=1)


def lay_slip(page: Page, fabric: Fabric) -> None:
    """Lay a slip dress cut on the bias."""
    hem_y, hem_width = 1230, 236
    apex, underarm = (104, 232), (168, 342)
    neck = bezier((0, 362), (34, 330), (76, 280), apex)
    armhole = bezier(apex, (116, 296), (146, 332), underarm)
    side = through(
        [underarm, (146, 520), (188, 760), (218, 1000), (hem_width, hem_y)], 18
    )
    hem = bezier((hem_width, hem_y), (hem_width * 0.5, hem_y + 26), (0, hem_y + 28))
    _drape_slip(page)
    back = chain(_dipped(168, 344, 372), (150, 520), (-150, 520))
    page.lay(
        back, fabric, z=-3, puff=3, shade=0.62, shadow=NO_SHADOW, fold=0.4, gloss=0.1
    )
    _lay_straps(page, fabric, bezier((88, 92), (78, 220), (72, 366)), 3, back=True)
    outline = whole(chain(neck, armhole, side, hem))
    body = page.lay(outline, fabric, z=4, puff=10, edge=32, shadow=Shadow(0.35))
    _lay_straps(page, fabric, bezier((103, 240), (106, 160), (88, 90)), 3.4)
    _finish_edges(page, (neck, armhole), body)
    seam(page, across(hem) - (0, 14), 1.0, 2.4, 1.6, body)


def _dipped(width: float, y: float, low: float) -> Curve:
    """Upper edge of the back, sagging between the arms."""
    return bezier((-width, y), (-60, low), (60, low), (width, y))


def _lay_straps(
    page: Page,
    fabric: Fabric,
    line: Curve,
    half_width: float,
    ringed: bool = False,
    back: bool = False,
) -> None:
    """Lay both straps; `ringed` adds the metal ring that shortens them."""
    for side in BOTH_SIDES:
        page.lay(
            ribbon(on_side(side, line), half_width),
            fabric,
            z=-2 if back else 7,
            puff=2 if back else 3,
            edge=3,
            shade=0.7 if back else 1.0,
            shadow=STRAP_SHADOW,
            fold=0,
        )
        if ringed:
            ring = page.stroke(circle((side * 122.5, 292), 8), 3.2)
            darken(page, page.blur(ring, 1.7), 0.4)
            paint(page, ring, GOLD, rise=2)
            page.gloss += ring * 0.5


def _finish_edges(page: Page, lines: tuple[Curve, ...], body: Field) -> None:
    for line in lines:
        for edge in (line, mirrored(line)):
            seam(page, edge + (0, 9), 1.0, 2.4, 0.9, body)


def _drape_camisole(page: Page) -> None:
    rng, folds = page.rng, []
    for _ in range(16):
        x = rng.uniform(-0.85, 0.85) * 200
        start = (x * 0.75, 470 + rng.uniform(0, 130))
        end = (x * 1.25, 930 + rng.uniform(-220, 30))
        folds.append(_liquid_fold(rng, start, end, (16, 34), (2.5, 6.5), 34))
    for side in BOTH_SIDES:
        for _ in range(4):
            angle, length = math.radians(rng.uniform(15, 70)), rng.uniform(120, 260)
            start = (side * 196, 470)
            end = towards(start, angle, length, -side)
            width, height = rng.uniform(10, 20), rng.uniform(2, 4.5)
            folds.append(Fold(start, end, width, height, rng.uniform(-20, 20)))
    for x in (-30, 0, 26):
        folds.append(Fold((x * 0.4, 470), (x * 2.6, 650), 13, 4.2, x * 0.5))
    page.add_folds(folds)
    page.crumple(1.8, 140)


def _drape_slip(page: Page) -> None:
    rng, folds = page.rng, []
    for _ in range(20):
        share, y = rng.uniform(-0.9, 0.9), rng.uniform(700, 1260)
        length = rng.uniform(240, 600)
        start = (share * 130 + rng.uniform(-20, 20), y - length)
        end = (share * 215, y)
        folds.append(_liquid_fold(rng, start, end, (14, 32), (2.5, 7), 40))
    for side in BOTH_SIDES:
        for _ in range(6):
            angle, length = math.radians(rng.uniform(5, 60)), rng.uniform(100, 240)
            start = (side * 150, rng.uniform(360, 620))
            end = towards(start, angle, length, -side)
            width, height = rng.uniform(9, 18), rng.uniform(1.8, 4.2)
            folds.append(Fold(start, end, width, height, rng.uniform(-20, 20)))
    for x in (-34, -6, 28):
        folds.append(Fold((x * 0.3, 362), (x * 2.4, 560), 13, 4.6, x * 0.6))
    page.add_folds(folds)
    page.crumple(1.8, 150)


def _liquid_fold(
    rng: Generator,
    start: tuple[float, float],
    end: tuple[float, float],
    widths: tuple[float, float],
    heights: tuple[float, float],
    bend: float,
) -> Fold:
    """A wide fold of heavy satin, now and then a valley."""
    width = rng.uniform(*widths)
    height = rng.uniform(*heights) * rng.choice([-0.6, 1])
    return Fold(start, end, width, height, rng.uniform(-bend, bend))
