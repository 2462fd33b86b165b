"""Shirts and polos: collars, plackets and buttons."""

from ..colours import RGB, rgb, thread
from ..curves import Curve, bezier, chain
from ..drape import drape_torso
from ..fabrics.cloth import Fabric
from ..fabrics.knits import rib
from ..noise import Field
from ..page import NO_SHADOW, Page, Shadow
from ..pattern import TopBlock
from ..trims import Colour, button, label, seam, stitch
from .necklines import CollarKind, lay_collar, lay_inner_back
from .sleeves import (
    buttoned_cuff,
    finish_hem,
    hemmed,
    lay_sleeves,
    ribbed_edge,
    sew_armholes,
)

PEARL = (0.93, 0.92, 0.90)
COLLAR_OPENING = 60


def lay_shirt(
    page: Page,
    fabric: Fabric,
    colour: str,
    buttons: Colour = PEARL,
    short: bool = False,
    collar: CollarKind = "point",
    strength: float = 1.0,
) -> None:
    """Lay a shirt, buttoned up, with a pocket and curved tails."""
    sewing = thread(rgb(colour), 0.82)
    block = _shirt_block()
    drape_torso(page, block, strength)
    lay_inner_back(page, block, fabric, rgb(colour), labelled=False)
    sleeve = (250, 38, 172) if short else (618, 17, 112)
    cuff = hemmed(sewing) if short else buttoned_cuff(fabric, sewing, buttons)
    lay_sleeves(page, block, sleeve, fabric, cuff, strength)
    body = page.lay(block.body, fabric, z=4, puff=9, edge=24, shadow=Shadow(0.22))
    sew_armholes(page, block, body, sewing)
    finish_hem(page, block, body, sewing, depth=12, rows=1)
    _sew_yoke(page, block, sewing, body)
    _lay_placket(page, block, fabric, sewing, body)
    _lay_pocket(page, block, fabric, sewing)
    _lay_stand(page, block, fabric)
    edge = _visible_thread(rgb(colour))
    lay_collar(page, block, fabric, edge, collar, COLLAR_OPENING, 72, buttons)
    button(page, (0, block.top_y + 66), 7, buttons, thread=sewing)
    for i in range(6):
        button(page, (0, block.top_y + 148 + i * 116), 8, buttons, thread=sewing)


def _visible_thread(colour: RGB) -> RGB:
    return colour * 0.75 if colour.mean() > 0.25 else colour * 1.5 + 0.05


def _shirt_block() -> TopBlock:
    """A loose top whose hem rises at the sides."""
    block = TopBlock(
        neck_width=66,
        top_y=200,
        shoulder_width=236,
        shoulder_drop=56,
        chest_width=262,
        armhole_depth=216,
        hem_width=262,
        neck_depth=70,
        back_neck_depth=10,
    )
    rise, width, y = 46, block.hem_width, block.hem_y
    block.hem = bezier(
        (width, y - rise), (width * 0.86, y + 10), (width * 0.5, y + 22), (0, y + 22)
    )
    block.side = block.side[block.side[:, 1] < y - rise - 4]
    return block


def _sew_yoke(page: Page, block: TopBlock, sewing: RGB, body: Field) -> None:
    for side in (1, -1):
        yoke = chain((side * 74, block.top_y + 26), (side * 214, block.top_y + 84))
        seam(page, yoke, 1.5, 3, 0.8, body)
        stitch(page, yoke + (0, 5), sewing, 0.4, body)


def _lay_placket(
    page: Page, block: TopBlock, fabric: Fabric, sewing: RGB, body: Field
) -> None:
    top, low = block.top_y + 62, block.hem_y + 21
    page.lay(
        [(-21, top), (21, top), (21, low), (-21, low)],
        fabric,
        z=6,
        puff=4,
        edge=6,
        shadow=Shadow(0.25, 4),
        clip=body,
    )
    for x in (-15, 15):
        stitch(page, [(x, top + 4), (x, low - 5)], sewing, 0.5, body)


def _lay_pocket(page: Page, block: TopBlock, fabric: Fabric, sewing: RGB) -> None:
    left, right, top, low = 62, 172, block.top_y + 232, block.top_y + 362
    tip = ((left + right) / 2, low)
    outline = [(left, top), (right, top), (right, low - 22), tip, (left, low - 22)]
    page.lay(outline, fabric, z=7, puff=3, edge=6, shadow=Shadow(0.28, 4))
    inside = [
        (left + 5, top + 3),
        (left + 5, low - 25),
        (tip[0], low - 6),
        (right - 5, low - 25),
        (right - 5, top + 3),
    ]
    stitch(page, inside, sewing, 0.5)
    stitch(page, [(left + 2, top + 20), (right - 2, top + 20)], sewing, 0.5)


def _bowl(width: float, y: float, low: float, pull: float = 0.7) -> Curve:
    """A line hanging between two points at (-width, y) and (width, y)."""
    return bezier((-width, y), (-pull * width, low), (pull * width, low), (width, y))


def _lay_stand(page: Page, block: TopBlock, fabric: Fabric) -> None:
    """Lay the inside of the collar and the band that the leaves are sewn to."""
    width, y = block.neck_width, block.top_y
    page.lay(
        chain(_bowl(width, y - 4, y - 30, 0.6), _bowl(width - 2, y + 10, y + 64)[::-1]),
        fabric,
        angle=90,
        z=1,
        puff=2,
        shade=0.66,
        shadow=NO_SHADOW,
        fold=0.2,
    )
    label(page, 0, y - 6, 62, 26)
    page.lay(
        chain(_bowl(width - 4, y + 6, y + 58), _bowl(width + 8, y + 26, y + 86)[::-1]),
        fabric,
        angle=90,
        z=6,
        puff=5,
        edge=7,
        shadow=Shadow(0.3, 4),
        fold=0.2,
    )


def lay_polo(page: Page, fabric: Fabric, colour: str) -> None:
    """Lay a polo with a knitted collar and three buttons."""
    sewing, pearl = rgb(colour) * 0.75, (0.95, 0.94, 0.92)
    block = TopBlock(neck_width=72, neck_depth=92, back_neck_depth=10, hem_y=1020)
    drape_torso(page, block)
    lay_inner_back(page, block, fabric, rgb(colour), labelled=False)
    cuff = ribbed_edge(rib(colour, 4.4, 1.2), sewing)
    lay_sleeves(page, block, (226, 40, 160), fabric, cuff)
    body = page.lay(block.body, fabric, z=4, puff=10, edge=26, shadow=Shadow(0.22))
    sew_armholes(page, block, body)
    finish_hem(page, block, body, sewing)
    _lay_polo_front(page, fabric, sewing)
    lay_collar(page, block, rib(colour, 4.2, 0.8), sewing, "knitted", 52, 76)
    for y in (316, 366, 414):
        button(page, (0, y), 7.5, pearl, thread=sewing)


def _lay_polo_front(page: Page, fabric: Fabric, sewing: RGB) -> None:
    """Lay the inside of the collar and the short placket."""
    inside = chain(
        bezier((-72, 228), (-40, 202), (40, 202), (72, 228)),
        bezier((68, 242), (30, 310), (-30, 310), (-68, 242)),
    )
    page.lay(inside, fabric, z=1, puff=2, shade=0.66, shadow=NO_SHADOW, fold=0.2)
    label(page, 0, 226, 56, 24)
    placket = [(-24, 288), (24, 288), (24, 456), (-24, 456)]
    page.lay(placket, fabric, z=6, puff=4, edge=6, shadow=Shadow(0.28, 4))
    for x in (-18, 18):
        stitch(page, [(x, 302), (x, 450)], sewing, 0.5)
    for y in (450, 434):
        stitch(page, [(-22, y), (22, y)], sewing, 0.5)
