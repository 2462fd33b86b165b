"""Jeans, trousers and shorts."""

from dataclasses import dataclass

import numpy as np

from ..colours import RGB, rgb
from ..curves import (
    BOTH_SIDES,
    Curve,
    bezier,
    chain,
    circle,
    on_side,
    ribbon,
    rounded_box,
)
from ..drape import drape_trousers, press_creases
from ..fabrics.cloth import Fabric
from ..fabrics.knits import rib
from ..fabrics.wovens import poplin
from ..noise import Field
from ..page import NO_SHADOW, Page, Shadow
from ..pattern import TrouserBlock
from ..trims import Colour, button, crease_shadow, label, paint, seam, stitch

COPPER = (0.66, 0.47, 0.28)


@dataclass(frozen=True)
class Make:
    """How a pair of trousers is made."""

    jeans: bool = True
    shorts: bool = False
    creased: bool = False
    pleated: bool = False
    drawstring: bool = False
    turn_up: float = 0
    button: Colour = (0.60, 0.42, 0.24)


def jean_wash(u: Field, v: Field) -> Field:
    """Faded along the thighs and at the knees."""
    thigh = np.exp(-((u / 62) ** 2)) * np.exp(-(((v - 260) / 260) ** 2))
    knee = np.exp(-((u / 66) ** 2) - ((v - 500) / 120) ** 2)
    return np.clip(0.42 * thigh + 0.26 * knee, 0, 1)


def shorts_wash(u: Field, v: Field) -> Field:
    """Faded all over, most on the thighs."""
    return 0.35 * np.exp(-((u / 80) ** 2) - ((v - 240) / 160) ** 2) + 0.12


def lay_trousers(
    page: Page,
    fabric: Fabric,
    colour: str,
    sewing: str,
    block: TrouserBlock,
    make: Make = Make(),
) -> None:
    """Lay trousers front up; `sewing` is the colour of the visible stitches."""
    thread = rgb(sewing)
    drape_trousers(page, block, shorts=make.shorts)
    if make.creased:
        press_creases(page, block)
    _lay_back_waist(page, block, fabric)
    legs = sum(_lay_leg(page, block, fabric, thread, make, side) for side in BOTH_SIDES)
    legs = np.clip(legs, 0, 1)
    _sew_fly(page, block, thread, make)
    for side in BOTH_SIDES:
        if make.jeans:
            _sew_jeans_pocket(page, block, fabric, thread, legs, side)
        else:
            _sew_slant_pocket(page, block, thread, side)
    if make.jeans:
        _sew_coin_pocket(page, block, thread)
    if make.pleated:
        _press_pleats(page, block)
    _lay_waistband(
        page, block, rib(colour, 9, 2.6) if make.drawstring else fabric, thread, make
    )
    if make.drawstring:
        _lay_drawstring(page, block)
    else:
        _lay_belt_loops(page, block, fabric, thread, make)
        y = block.waist_y
        seam(page, [(2, y + 10), (2, y + 52)], 1.6, 3, 0.3)
        size, holes = (11, 2) if make.jeans else (8.5, 4)
        button(page, (18, y + 31), size, make.button, holes)


def _arc(width: float, y: float, sag: float) -> Curve:
    """A waistline from left to right; negative `sag` for the back."""
    middle = width * 0.5
    return bezier((-width, y), (-middle, y + sag), (middle, y + sag), (width, y))


def _lay_back_waist(page: Page, block: TrouserBlock, fabric: Fabric) -> None:
    width, y = block.waist_width, block.waist_y
    front = bezier((width, y + 20), (0, y + 40), (-width, y + 20))
    outline = chain(_arc(width, y, -16), front)
    page.lay(outline, fabric, z=-2, puff=2, shade=0.60, shadow=NO_SHADOW, fold=0.2)
    label(page, 0, y - 8, 64, 26)


def _lay_leg(
    page: Page,
    block: TrouserBlock,
    fabric: Fabric,
    thread: RGB,
    make: Make,
    side: int,
) -> Field:
    leg = lay_leg_cloth(page, block, fabric, side, edge=32)
    if make.turn_up:
        page.lay(
            on_side(side, _turn_up(block, make.turn_up)),
            fabric,
            angle=90,
            z=6,
            puff=6,
            edge=9,
            shadow=Shadow(0.3, 5),
            tint=(1.12, 1.12, 1.10) if make.jeans else None,
        )
    else:
        hem = on_side(side, block.hem)
        stitch(page, hem - (0, 22), thread, 0.7, leg)
        seam(page, hem - (0, 24), 1.4, 3, 2.0, leg)
        seam(page, hem - (0, 2), 0.8, 2, 0.8, leg)
    depth, pucker = (1.0, 1.4) if make.jeans else (0.6, 0.5)
    seam(page, on_side(side, block.outer - (8, 0)), depth, 3, pucker, leg)
    return leg


def lay_leg_cloth(
    page: Page, block: TrouserBlock, fabric: Fabric, side: int, edge: float
) -> Field:
    """Lay the cloth of a leg, without its seams; the right one lies on top."""
    return page.lay(
        block.leg(side),
        fabric,
        angle=-side * 2.5,
        origin=(side * block.knee_x, 300),
        z=3 if side == 1 else 2,
        puff=12,
        edge=edge,
        shadow=Shadow(0.26),
    )


def _turn_up(block: TrouserBlock, height: float) -> Curve:
    """Outline of a turned-up hem: it follows the leg, a little wider than it."""
    outer, middle, inner = block.hem
    top = outer[1] - height
    outer_x = np.interp(top, block.outer[:, 1], block.outer[:, 0])
    inner_x = np.interp(top, block.inner[::-1, 1], block.inner[::-1, 0])
    return chain(
        (outer_x + 3, top),
        outer + (4, 2),
        middle + (0, 4),
        inner + (-3, 2),
        (inner_x - 3, top + 3),
        ((outer_x + inner_x) / 2, top + 6),
    )


def _sew_fly(page: Page, block: TrouserBlock, thread: RGB, make: Make) -> None:
    top, low = block.waist_y, block.crotch_y
    seam(page, [(0, top + 10), (0, low)], 2.0, 3.4, 1.2)
    fly = bezier((44, top + 50), (46, low - 120), (40, low - 66), (2, low - 44))
    stitch(page, fly, thread)
    if make.jeans:
        stitch(page, fly - (6, 2), thread)
        stitch(page, [(-6, top + 52), (-6, low - 4)], thread, 0.6)


def _sew_jeans_pocket(
    page: Page,
    block: TrouserBlock,
    fabric: Fabric,
    thread: RGB,
    legs: Field,
    side: int,
) -> None:
    waist, hip, y = block.waist_width, block.hip_width, block.waist_y
    opening = bezier(
        (waist * 0.50, y + 46), (waist * 0.56, y + 128), (hip - 4, y + 138)
    )
    bag = chain((waist * 0.5, y + 40), opening, (hip + 4, y + 100), (waist + 4, y + 40))
    page.lay(
        on_side(side, bag),
        fabric,
        z=1,
        puff=1,
        shade=0.93,
        shadow=NO_SHADOW,
        fold=0.6,
        clip=legs,
    )
    line = on_side(side, opening)
    crease_shadow(page, line, 8, 3, 0.22, legs)
    seam(page, line, 1.8, 3, 0.8)
    for distance in (5, 11):
        inner = on_side(side, opening + (-distance * 0.55, distance))
        stitch(page, inner, thread)
    for end in (opening[0], opening[-2]):
        rivet = page.fill(circle((side * (end[0] - 3), end[1] + 8), 4.2))
        paint(page, rivet, COPPER, rise=1.5)
        page.gloss += rivet * 0.4


def _sew_coin_pocket(page: Page, block: TrouserBlock, thread: RGB) -> None:
    waist, y = block.waist_width, block.waist_y
    edge = bezier(
        (waist * 0.66, y + 74), (waist * 0.82, y + 80), (waist * 1.06, y + 78)
    )
    stitch(page, edge, thread, 0.7)
    seam(page, edge, 1, 2.6, 0.4)


def _sew_slant_pocket(page: Page, block: TrouserBlock, thread: RGB, side: int) -> None:
    y = block.waist_y
    opening = chain((block.waist_width * 0.70, y + 46), (block.hip_width - 8, y + 178))
    crease_shadow(page, on_side(side, opening + (3, 0)), 6, 2.4, 0.28)
    seam(page, on_side(side, opening), 2.0, 3, 0.8)
    stitch(page, on_side(side, opening - (7, 0)), thread, 0.5)


def _press_pleats(page: Page, block: TrouserBlock) -> None:
    top = block.waist_y + 44
    for side in BOTH_SIDES:
        for x, length in ((62, 190), (96, 130)):
            pleat = on_side(side, [(x, top), (x + 6, top + length)])
            crease_shadow(page, pleat, 7, 3.5, 0.25)
            seam(page, pleat, 2.6, 4, 0.4)


def _lay_waistband(
    page: Page, block: TrouserBlock, fabric: Fabric, thread: RGB, make: Make
) -> None:
    width, y = block.waist_width, block.waist_y
    lower = _arc(width + 6, y + 40, 13)[::-1]
    mask = page.lay(
        chain(_arc(width + 2, y, 11), lower),
        fabric,
        angle=0 if make.drawstring else 90,
        z=6,
        puff=6,
        edge=8,
        shadow=Shadow(0.3, 5),
        fold=0.3,
    )
    if make.drawstring:
        return
    for distance in (5, 36):
        line = _arc(width - 2, y + distance, 11)
        stitch(page, line, thread, 0.7 if make.jeans else 0.45, mask)


def _lay_belt_loops(
    page: Page, block: TrouserBlock, fabric: Fabric, thread: RGB, make: Make
) -> None:
    for share in (-0.86, -0.42, 0.42, 0.86):
        x, y = share * block.waist_width, block.waist_y + 8 * (1 - share**2)
        page.lay(
            rounded_box(x - 9, y - 3, 18, 58, 2),
            fabric,
            z=10,
            puff=4,
            edge=5,
            shadow=Shadow(0.45, 4),
            fold=0,
        )
        for dx in (-5, 5):
            line = [(x + dx, y), (x + dx, y + 52)]
            stitch(page, line, thread, 0.6 if make.jeans else 0.4)


def _lay_drawstring(page: Page, block: TrouserBlock) -> None:
    y = block.waist_y
    for side, length in ((-1, 190), (1, 170)):
        cord = bezier(
            (14, y + 34),
            (34, y + 60 + length * 0.3),
            (16, y + 40 + length * 0.7),
            (30, y + 40 + length),
            steps=40,
        )
        page.lay(
            ribbon(on_side(side, cord), 3.8),
            poplin("#ece8e0"),
            z=12,
            puff=3,
            edge=3,
            shadow=Shadow(0.45, 4),
            fold=0,
        )
