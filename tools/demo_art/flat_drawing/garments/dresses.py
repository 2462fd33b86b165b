"""Dresses with a bodice and a skirt."""

from dataclasses import dataclass

import numpy as np

from ..colours import RGB, rgb
from ..curves import (
    BOTH_SIDES,
    Curve,
    across,
    band_along,
    bezier,
    chain,
    on_side,
    ribbon,
    rounded_box,
    through,
    whole,
)
from ..drape import drape_torso
from ..fabrics.cloth import Fabric
from ..noise import Field, smoothstep
from ..page import Fold, Page, Shadow
from ..pattern import Neckline, TopBlock
from ..trims import Colour, button, crease_shadow, seam, stitch
from .necklines import lay_collar, lay_inner_back
from .sleeves import hemmed, lay_sleeves, sew_armholes

TOP_Y = 104
WAIST_Y = TOP_Y + 440
WAIST_WIDTH = 150
HEM_Y = 1235


@dataclass(frozen=True)
class Cut:
    """What a dress is cut like; `strength` scales its folds."""

    neckline: Neckline = "round"
    neck_depth: float = 74
    hem_width: float = 300
    sleeved: bool = True
    gathered: bool = True
    tied: bool = False
    tiered: bool = False
    buttons: Colour | None = None
    strength: float = 1.0

    @property
    def has_collar(self) -> bool:
        """Dresses that button down the front are shirt dresses."""
        return self.buttons is not None

    @property
    def skirt_side(self) -> Curve:
        spread = self.hem_width - WAIST_WIDTH
        knee = (WAIST_WIDTH + spread * 0.42, WAIST_Y + (HEM_Y - WAIST_Y) * 0.36)
        waist = (WAIST_WIDTH, WAIST_Y - 8)
        return through([waist, knee, (self.hem_width, HEM_Y)], 22)

    @property
    def hem(self) -> Curve:
        width = self.hem_width
        return bezier((width, HEM_Y), (width * 0.55, HEM_Y + 34), (0, HEM_Y + 36))

    @property
    def skirt(self) -> Curve:
        return whole(chain((0, WAIST_Y - 8), self.skirt_side, self.hem))


def lay_dress(
    page: Page, fabric: Fabric, colour: str, cut: Cut, thread: RGB | None = None
) -> None:
    """Lay a dress; without `thread` it is sewn with a darker shade of `colour`."""
    sewing = rgb(colour) * 0.78 if thread is None else thread
    block = _bodice(cut)
    drape_torso(page, block, 0.75 * cut.strength)
    _drape_skirt(page, cut)
    lay_inner_back(page, block, fabric, rgb(colour))
    if cut.sleeved:
        folds = 0.9 * cut.strength
        lay_sleeves(page, block, (186, 38, 138), fabric, hemmed(sewing, 16), folds)
    skirt = _lay_skirt(page, cut, fabric, sewing)
    body = page.lay(block.body, fabric, z=5, puff=9, edge=24, shadow=Shadow(0.25))
    _sew_bodice(page, block, cut, sewing, body)
    if cut.buttons is not None:
        whole_front = np.clip(body + skirt, 0, 1)
        _lay_button_band(page, block, fabric, sewing, whole_front)
        edge = rgb(colour) * 0.75
        lay_collar(page, block, fabric, edge, "point", block.neck_depth - 10, 58)
        _sew_buttons(page, block, cut.buttons, sewing)
    else:
        _, neck = band_along(block.neck_line, 13, (0, 1))
        seam(page, neck, 1.3, 3, 0.9)
        stitch(page, neck - (0, 2), sewing, 0.45)
    if cut.tied:
        _lay_tie(page, fabric)


def _bodice(cut: Cut) -> TopBlock:
    return TopBlock(
        neck_width=70,
        top_y=TOP_Y,
        shoulder_width=168,
        shoulder_drop=38,
        chest_width=182,
        armhole_depth=166,
        hem_width=WAIST_WIDTH,
        hem_y=WAIST_Y,
        neck_depth=cut.neck_depth,
        back_neck_depth=14,
        neckline=cut.neckline,
        waist_width=(182 + WAIST_WIDTH) / 2 - 4,
    )


def _drape_skirt(page: Page, cut: Cut) -> None:
    """Folds that fall from the gathers at the waist or rise from the hem."""
    rng, folds = page.rng, []
    count, shortest, longest = (24, 0.35, 1) if cut.gathered else (13, 0.3, 0.8)
    for i in range(count):
        share = (i + 0.5) / count * 2 - 1 + rng.uniform(-0.05, 0.05)
        length = rng.uniform(shortest, longest)
        hem_y = HEM_Y + 36 * (1 - share**2) + 40
        hem = np.array([share * cut.hem_width * 0.98, hem_y])
        waist = np.array([share * WAIST_WIDTH, WAIST_Y])
        if cut.gathered and rng.random() < 0.6:
            start, end = waist + (0, 2), waist + (hem - waist) * length
        else:
            start, end = hem + (waist - hem) * length, hem
        width, height = rng.uniform(9, 22), rng.uniform(2.4, 6.2)
        height *= cut.strength * rng.choice([-0.6, 1])
        bend = rng.uniform(-22, 22)
        folds.append(Fold(tuple(start), tuple(end), width, height, bend))
    page.add_folds(folds, within=smoothstep(page.y, WAIST_Y - 10, WAIST_Y + 10))
    page.crumple(0.9 * cut.strength, 80)


def _lay_skirt(page: Page, cut: Cut, fabric: Fabric, sewing: RGB) -> Field:
    skirt = page.lay(cut.skirt, fabric, z=3, puff=11, edge=32, shadow=Shadow(0.3))
    hem = across(cut.hem)
    stitch(page, hem - (0, 14), sewing, 0.4, skirt)
    seam(page, hem - (0, 16), 1.0, 3, 1.2, skirt)
    if cut.tiered:
        y = WAIST_Y + (HEM_Y - WAIST_Y) * 0.5
        width = WAIST_WIDTH + (cut.hem_width - WAIST_WIDTH) * 0.60
        tier = bezier((-width, y), (0, y + 26), (width, y))
        seam(page, tier, 2.6, 4, 3.2, skirt)
        crease_shadow(page, tier + (0, 6), 12, 5, 0.2, skirt)
    return skirt


def _sew_bodice(
    page: Page, block: TopBlock, cut: Cut, sewing: RGB, body: Field
) -> None:
    if cut.sleeved:
        sew_armholes(page, block, body)
    else:
        for side in reversed(BOTH_SIDES):
            stitch(page, on_side(side, block.armhole - (8, 0)), sewing, 0.45, body)
            edge = on_side(side, block.armhole - (9, 0))
            seam(page, edge, 0.9, 2.6, 0.8, body)
    for side in BOTH_SIDES:
        dart = on_side(side, [(172, TOP_Y + 268), (92, TOP_Y + 236)])
        seam(page, dart, 1.4, 2.8, 0.8, body)
    end = WAIST_WIDTH + 3
    waist = bezier((-end, WAIST_Y - 2), (0, WAIST_Y + 14), (end, WAIST_Y - 2))
    seam(page, waist, 3.0, 4.4, 2.2 if cut.gathered else 0.8)


def _lay_button_band(
    page: Page, block: TopBlock, fabric: Fabric, sewing: RGB, front: Field
) -> None:
    top, low = TOP_Y + block.neck_depth - 2, HEM_Y + 34
    page.lay(
        [(-18, top), (18, top), (18, low), (-18, low)],
        fabric,
        z=8,
        puff=4,
        edge=6,
        shadow=Shadow(0.25, 4),
        clip=front,
    )
    for x in (-13, 13):
        stitch(page, [(x, top + 2), (x, low - 4)], sewing, 0.45, front)


def _sew_buttons(page: Page, block: TopBlock, colour: Colour, sewing: RGB) -> None:
    top = TOP_Y + block.neck_depth
    for i in range(11):
        y = top + 26 + i * (HEM_Y - top - 60) / 10.6
        button(page, (0, y), 7.5, colour, thread=sewing)


def _lay_tie(page: Page, fabric: Fabric) -> None:
    """Lay a belt of the dress's own cloth, tied in a bow."""
    y, end = WAIST_Y, WAIST_WIDTH + 5
    belt = chain(
        bezier((-end, y - 22), (0, y - 6), (end, y - 22)),
        bezier((end, y + 12), (0, y + 28), (-end, y + 12)),
    )
    page.lay(
        belt, fabric, angle=90, z=9, puff=6, edge=9, shadow=Shadow(0.4, 5), fold=0.3
    )
    for side, length in ((-1, 230), (1, 260)):
        _lay_tie_end(page, fabric, side, length)
    page.lay(
        rounded_box(-16, y - 12, 32, 32, 9),
        fabric,
        z=16,
        puff=7,
        edge=9,
        shadow=Shadow(0.5, 5),
        fold=0,
    )


def _lay_tie_end(page: Page, fabric: Fabric, side: int, length: float) -> None:
    y = WAIST_Y
    tail = bezier(
        (6, y + 6), (34, y + 40), (18, y + length * 0.6), (46, y + length), steps=40
    )
    page.lay(
        ribbon(on_side(side, tail), 13),
        fabric,
        angle=8 * side,
        z=11,
        puff=5,
        edge=8,
        shadow=Shadow(0.45, 6),
        fold=0.4,
    )
    loop = [(0, y + 4), (44, y - 22), (92, y - 8), (86, y + 22), (40, y + 20)]
    page.lay(
        through(on_side(side, loop), 12, closed=True),
        fabric,
        angle=60 * side,
        z=13,
        puff=8,
        edge=10,
        shadow=Shadow(0.45, 5),
        fold=0.3,
    )
