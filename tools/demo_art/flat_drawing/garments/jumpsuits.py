"""Jumpsuits: a bodice on trousers, sewn together at the waist."""

from dataclasses import dataclass, field

from ..colours import RGB, rgb
from ..curves import BOTH_SIDES, Curve, bezier, chain, on_side
from ..drape import drape_torso, drape_trousers
from ..fabrics.cloth import Fabric
from ..noise import Field
from ..page import Page, Shadow
from ..pattern import Neckline, TopBlock, TrouserBlock
from ..trims import seam, stitch
from .necklines import lay_inner_back
from .sleeves import hemmed, lay_sleeves, sew_armholes
from .trousers import lay_leg_cloth

TOP_Y = 84
WAIST_Y = TOP_Y + 346
WAIST_WIDTH = 142


@dataclass(frozen=True)
class JumpsuitCut:
    """What a jumpsuit is cut like; `legs` are those of its trousers."""

    legs: TrouserBlock = field(
        default_factory=lambda: TrouserBlock(
            waist_y=WAIST_Y,
            waist_width=WAIST_WIDTH,
            hip_width=196,
            hip_y=WAIST_Y + 150,
            crotch_y=WAIST_Y + 256,
            knee_width=104,
            knee_y=960,
            ankle_width=116,
            ankle_y=1252,
            gap=9,
            out=26,
        )
    )
    neckline: Neckline = "v"
    neck_depth: float = 120
    sleeved: bool = False
    is_short: bool = False


def lay_jumpsuit(
    page: Page, fabric: Fabric, colour: str, cut: JumpsuitCut = JumpsuitCut()
) -> None:
    """Lay a jumpsuit, or a romper, front up with its belt tied."""
    sewing = rgb(colour) * 0.74
    block = _bodice(cut)
    drape_trousers(page, cut.legs, 0.8, shorts=cut.is_short)
    drape_torso(page, block, 0.7)
    lay_inner_back(page, block, fabric, rgb(colour))
    if cut.sleeved:
        lay_sleeves(page, block, (168, 36, 128), fabric, hemmed(sewing, 15), 0.9)
    for side in BOTH_SIDES:
        _lay_leg(page, cut.legs, fabric, sewing, side)
    body = page.lay(block.body, fabric, z=5, puff=9, edge=24, shadow=Shadow(0.22))
    _sew(page, block, cut, sewing, body)
    _lay_belt(page, fabric)


def _bodice(cut: JumpsuitCut) -> TopBlock:
    return TopBlock(
        neck_width=66,
        top_y=TOP_Y,
        shoulder_width=152,
        shoulder_drop=34,
        chest_width=170,
        armhole_depth=150,
        hem_width=WAIST_WIDTH,
        hem_y=WAIST_Y + 12,
        neck_depth=cut.neck_depth,
        back_neck_depth=14,
        neckline=cut.neckline,
        waist_width=(170 + WAIST_WIDTH) / 2 - 4,
    )


def _lay_leg(
    page: Page, legs: TrouserBlock, fabric: Fabric, sewing: RGB, side: int
) -> None:
    leg = lay_leg_cloth(page, legs, fabric, side, edge=30)
    hem = on_side(side, legs.hem)
    stitch(page, hem - (0, 20), sewing, 0.5, leg)
    seam(page, hem - (0, 22), 1.2, 3, 1.4, leg)
    opening = chain((WAIST_WIDTH - 34, WAIST_Y + 30), (188, WAIST_Y + 150))
    seam(page, on_side(side, opening), 2.0, 3, 0.8, leg)
    seam(page, [(0, WAIST_Y + 10), (0, legs.crotch_y)], 1.6, 3.2, 1.0)


def _sew(
    page: Page, block: TopBlock, cut: JumpsuitCut, sewing: RGB, body: Field
) -> None:
    if cut.sleeved:
        sew_armholes(page, block, body)
    for side in BOTH_SIDES:
        if not cut.sleeved:
            stitch(page, on_side(side, block.armhole - (8, 0)), sewing, 0.45, body)
            seam(page, on_side(side, block.armhole - (9, 0)), 0.9, 2.6, 0.8, body)
        dart = on_side(side, [(158, TOP_Y + 240), (84, TOP_Y + 214)])
        seam(page, dart, 1.4, 2.8, 0.8, body)
    stitch(page, block.neck_line + (0, 12), sewing, 0.5, body)
    seam(page, block.neck_line + (0, 13), 1.1, 2.8, 0.8, body)


def _lay_belt(page: Page, fabric: Fabric) -> None:
    """Lay a belt of the same cloth, its buckle covered."""
    end = WAIST_WIDTH + 6

    def line(y: float, sag: float) -> Curve:
        return bezier((-end, y), (0, y + sag), (end, y))

    page.lay(
        chain(line(WAIST_Y - 16, 14), line(WAIST_Y + 22, 14)[::-1]),
        fabric,
        angle=90,
        z=9,
        puff=6,
        edge=9,
        shadow=Shadow(0.38, 5),
        fold=0.3,
    )
    buckle = [(-30, -8), (30, -8), (30, 42), (-30, 42)]
    page.lay(
        [(x, WAIST_Y + y - 4) for x, y in buckle],
        fabric,
        z=12,
        puff=5,
        edge=7,
        shadow=Shadow(0.45, 5),
        fold=0,
    )
