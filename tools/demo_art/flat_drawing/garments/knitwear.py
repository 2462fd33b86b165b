"""Sweatshirts, hoodies, jumpers and cardigans."""

import numpy as np

from ..colours import RGB, rgb
from ..curves import (
    BOTH_SIDES,
    Curve,
    band_along,
    bezier,
    chain,
    circle,
    facing,
    on_side,
    resample,
    ribbon,
    rounded_box,
    through,
)
from ..drape import drape_torso
from ..fabrics.cloth import Fabric
from ..fabrics.knits import rib, stockinette
from ..fabrics.wovens import poplin
from ..noise import Field
from ..page import NO_SHADOW, Fold, Page, Shadow
from ..pattern import TopBlock
from ..trims import button, crease_shadow, label, paint, ribs_across, seam, stitch
from .necklines import lay_inner_back, lay_neck_rib
from .sleeves import lay_sleeves, lay_waistband, ribbed_cuff, sew_armholes
from .tees import Print

WOOD = (0.30, 0.20, 0.13)


def lay_sweatshirt(
    page: Page,
    fabric: Fabric,
    colour: str,
    hooded: bool = False,
    print_on: Print | None = None,
) -> None:
    base, sewing = rgb(colour), rgb(colour) * 0.78
    block = TopBlock(
        top_y=214 if hooded else 186,
        shoulder_width=236,
        shoulder_drop=54,
        chest_width=268,
        armhole_depth=226,
        hem_width=252,
        hem_y=930,
        neck_depth=92,
        back_neck_depth=18,
        waist_width=268,
        hem_sag=4,
    )
    ribbing = rib(colour, 6.2, 1.7)
    drape_torso(page, block, 1.25)
    lay_inner_back(page, block, fabric, base, labelled=not hooded)
    cuff = ribbed_cuff(ribbing, 62)
    lay_sleeves(page, block, (590, 17.5, 114), fabric, cuff, 1.3)
    body = page.lay(block.body, fabric, z=4, puff=14, edge=34, shadow=Shadow(0.25))
    sew_armholes(page, block, body, sewing, 2.6)
    if print_on:
        print_on(page, body)
    lay_waistband(page, block, ribbing, 66, z=5, puff=9)
    if hooded:
        _lay_kangaroo_pocket(page, fabric, sewing)
        _lay_hood(page, block, fabric, sewing)
        _lay_drawstrings(page, block)
    else:
        lay_neck_rib(page, block, rib(colour, 5, 0.6), sewing, width=30)


def _lay_kangaroo_pocket(page: Page, fabric: Fabric, sewing: RGB) -> None:
    half = chain((112, 660), (176, 768), (182, 926))
    outline = chain(half, on_side(-1, half[::-1]))
    page.lay(outline, fabric, z=9, puff=6, edge=12, shadow=Shadow(0.35))
    opening = bezier((112, 660), (150, 714), (176, 768))
    for side in BOTH_SIDES:
        for inwards, down in ((9, 4), (14, 4)):
            line = on_side(side, opening + (-inwards, down))
            stitch(page, line, sewing, 0.55)
        stitch(page, on_side(side, [(176, 776), (177, 924)]), sewing, 0.5)
    stitch(page, [(-110, 666), (110, 666)], sewing, 0.5)


def _ring(half: list[tuple[float, float]], y: float) -> Curve:
    """Close a smooth outline whose right half runs from bottom to top centre."""
    left = [(-x, dy) for x, dy in half]
    right = half[-2:0:-1] if half[0][0] == 0 else half[-2::-1]
    return through(chain(left, right) + (0, y), 14, closed=True)


def _lay_hood(page: Page, block: TopBlock, fabric: Fabric, sewing: RGB) -> None:
    """Lay the back of the hood, its inside, and the two overlapping fronts."""
    y = block.top_y
    back = [(0, 120), (128, 24), (150, -50), (108, -118), (0, -138)]
    page.add_folds(
        [
            Fold((-120, y - 60), (-20, y - 110), 12, 4, 10),
            Fold((120, y - 40), (30, y - 110), 12, 4, -10),
            Fold((-130, y), (-60, y + 70), 10, 3, 8),
            Fold((130, y), (60, y + 70), 10, 3, -8),
        ]
    )
    page.lay(_ring(back, y), fabric, z=8, puff=14, edge=26, shadow=Shadow(0.35))
    inside = [(0, 112), (82, 6), (96, -48), (60, -92), (0, -102)]
    mask = page.lay(
        _ring(inside, y), fabric, puff=3, shade=0.62, shadow=NO_SHADOW, fold=0.4
    )
    page.light *= 1 - mask * 0.38 * np.clip((page.y - (y - 90)) / 190, 0, 1)
    seam(page, [(0, y - 100), (2, y + 20)], 1.5, 3, 1, mask)
    label(page, 0, y - 40, 64, 28)
    for side in reversed(BOTH_SIDES):
        _lay_hood_front(page, y, side, fabric, sewing)


def _lay_hood_front(
    page: Page, y: float, side: int, fabric: Fabric, sewing: RGB
) -> None:
    outline = chain(
        bezier((96, -58), (108, -10), (66, 62), (-16, 124)),
        bezier((-16, 124), (30, 150), (92, 110), (138, 22)),
        bezier((138, 22), (156, -30), (132, -84), (96, -58)),
    )
    mask = page.lay(
        on_side(side, outline) + (0, y),
        fabric,
        z=11,
        puff=10,
        edge=14,
        shadow=Shadow(0.4),
    )
    edge = bezier((110, -41), (122, 5), (82, 79), (4, 137))
    line = on_side(side, edge) + (0, y)
    stitch(page, line, sewing, 0.55, mask)
    seam(page, line, 0.9, 3, 1, mask)


def _lay_drawstrings(page: Page, block: TopBlock) -> None:
    y = block.top_y + 112
    for side, length in ((-1, 250), (1, 232)):
        cord = bezier(
            (40, y),
            (52, y + length * 0.3),
            (36, y + length * 0.7),
            (46, y + length),
            steps=40,
        )
        cord = on_side(side, cord)
        paint(page, page.stroke(circle(cord[0], 8), 4), (0.62, 0.62, 0.63), rise=1.5)
        paint(page, page.fill(circle(cord[0], 4.5)), (0.08, 0.08, 0.08), 0.9)
        page.lay(
            ribbon(cord, 4.6),
            stockinette("#efece6", 5, 4, 0.8),
            angle=20,
            z=14,
            puff=4,
            edge=3.5,
            shadow=Shadow(0.45, 5),
            fold=0,
        )
        x, end = cord[-1]
        page.lay(
            rounded_box(x - 5.5, end - 6, 11, 24, 4),
            poplin("#b9b9b6"),
            z=15,
            puff=3,
            edge=3,
            shadow=Shadow(0.4, 4),
            fold=0,
            gloss=0.3,
        )


def _lay_jumper_body(
    page: Page, fabric: Fabric, colour: str, block: TopBlock, labelled: bool = True
) -> Field:
    """Lay everything of a jumper but what surrounds the neck."""
    ribbing = rib(colour, 8.0, 2.4)
    drape_torso(page, block, 1.05)
    if labelled:
        lay_inner_back(page, block, fabric, rgb(colour))
    cuff = ribbed_cuff(ribbing, 80)
    lay_sleeves(page, block, (575, 17.5, 110), fabric, cuff, 1.1)
    body = page.lay(block.body, fabric, z=4, puff=15, edge=34, shadow=Shadow(0.25))
    sew_armholes(page, block, body, depth=3.0)
    lay_waistband(page, block, ribbing, 84, z=4, puff=10)
    return body


def _jumper_block(**shape) -> TopBlock:
    measures = {
        "top_y": 196,
        "shoulder_width": 234,
        "shoulder_drop": 52,
        "chest_width": 264,
        "armhole_depth": 220,
        "hem_width": 248,
        "hem_y": 900,
        "neck_depth": 84,
        "back_neck_depth": 18,
        "waist_width": 264,
        "hem_sag": 4,
    }
    return TopBlock(**(measures | shape))


def lay_jumper(page: Page, fabric: Fabric, colour: str) -> None:
    """Lay a crew-neck jumper."""
    block = _jumper_block()
    _lay_jumper_body(page, fabric, colour, block)
    lay_neck_rib(page, block, rib(colour, 7, 0.5), rgb(colour) * 0.8, width=36)


def lay_turtleneck(page: Page, fabric: Fabric, colour: str) -> None:
    """Lay a ribbed jumper with a folded collar."""
    block = _jumper_block(neck_depth=40)
    _lay_jumper_body(page, fabric, colour, block, labelled=False)
    ribbing, y = rib(colour, 8.0, 2.4), block.top_y
    low = bezier((-96, y + 22), (-60, y + 84), (60, y + 84), (96, y + 22))
    side = bezier((96, y + 22), (84, y - 40), (92, y - 100))
    top = bezier((92, y - 100), (0, y - 84), (-92, y - 100))
    opening = [(-90, y - 98), (0, y - 118), (90, y - 98), (0, y - 74)]
    page.lay(
        through(opening, 14, closed=True),
        ribbing,
        z=2,
        puff=4,
        shade=0.55,
        shadow=Shadow(0.1),
    )
    page.add_folds(
        [
            Fold((-90, y - 10), (60, y + 14), 11, 4.5, 10),
            Fold((92, y - 40), (-40, y - 22), 12, 4, -9),
            Fold((-88, y + 30), (90, y + 34), 10, 3.5, 22),
        ]
    )
    outline = chain(low, side, top, on_side(-1, side[::-1]))
    page.lay(outline, ribbing, z=9, puff=16, edge=24, shadow=Shadow(0.42))
    seam(page, low, 2, 4, 1)
    fold = bezier((-94, y - 4), (-40, y + 34), (40, y + 34), (94, y - 4))
    seam(page, fold, 3.0, 6, 1.5)
    crease_shadow(page, fold + (0, 5), 8, 3.3, 0.25)


def lay_cardigan(page: Page, fabric: Fabric, colour: str) -> None:
    """Lay a V-neck cardigan, buttoned up."""
    block = _jumper_block(neck_depth=300, neckline="v")
    _lay_jumper_body(page, fabric, colour, block)
    width, y = 42, block.top_y
    for side, z in ((1, 7), (-1, 9)):
        neck = on_side(side, block.neck)
        outline, edge = band_along(neck, width, (side, 0))
        page.lay(
            outline,
            rib(colour, 6, 0.4),
            angle=side * 24,
            z=z,
            puff=7,
            edge=10,
            shadow=Shadow(0.3, 5),
            fold=0.4,
        )
        towards = facing(resample(neck, 6), (side, 0))
        ribs_across(page, neck, width * towards, step=6, depth=1.5)
        seam(page, edge, 2, 3.5, 0.8)
    low = block.hem_y + 90
    band = [(-25, y + 300), (0, y + 288), (25, y + 300), (25, low), (-25, low)]
    page.lay(
        band,
        rib(colour, 6, 1.6),
        angle=90,
        z=10,
        puff=7,
        edge=9,
        shadow=Shadow(0.35, 5),
        fold=0.5,
    )
    for i in range(5):
        button(page, (0, y + 326 + i * 114), 14, WOOD, thread=rgb(colour) * 0.7)
