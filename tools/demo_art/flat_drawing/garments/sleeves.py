"""Sleeves with their cuffs, and the seams and hems that all tops share."""

from collections.abc import Callable

import numpy as np

from ..colours import RGB
from ..curves import BOTH_SIDES, bezier, chain, on_side
from ..drape import drape_sleeve
from ..fabrics.cloth import Fabric
from ..noise import Field
from ..page import Page, Shadow
from ..pattern import Sleeve, TopBlock, draft_sleeve
from ..trims import button, seam, stitch

LONG_SLEEVE = 400
"""Sleeves longer than this have an elbow."""

CuffMaker = Callable[[Page, Sleeve, Field], None]
"""Finishes the end of one sleeve; gets the sleeve's own coverage as well."""


def lay_sleeves(
    page: Page,
    block: TopBlock,
    measures: tuple[float, float, float],
    fabric: Fabric,
    finish_cuff: CuffMaker,
    strength: float = 1.0,
) -> None:
    """Lay both sleeves; the body goes on top of them afterwards.

    `measures` are length, angle and width at the end, as of `draft_sleeve`.
    """
    long = measures[0] > LONG_SLEEVE
    pair = _draft_pair(page, block, measures, long)
    for each in pair:
        drape_sleeve(page, each, strength, long)
    for each in pair:
        mask = page.lay(
            each.outline,
            fabric,
            angle=-each.angle,
            origin=tuple(each.shoulder),
            puff=9,
            edge=20,
        )
        finish_cuff(page, each, mask)


def _draft_pair(
    page: Page, block: TopBlock, measures: tuple[float, float, float], long: bool
) -> tuple[Sleeve, Sleeve]:
    """Draft both sleeves, each laid a little differently, as by hand."""
    rng, (length, angle, width) = page.rng, measures
    sleeves = [
        draft_sleeve(
            block,
            length * rng.uniform(0.985, 1.015),
            angle + rng.uniform(-2.0, 2.0),
            width * rng.uniform(0.97, 1.03),
            bow=rng.uniform(4, 18) if long else rng.uniform(-2, 6),
        )
        for _ in range(2)
    ]
    return sleeves[0], sleeves[1].mirrored()


def hemmed(thread: RGB, depth: float = 26) -> CuffMaker:
    """A turned and twice stitched sleeve hem."""

    def finish(page: Page, sleeve: Sleeve, mask: Field) -> None:
        for distance, strength in ((depth, 0.55), (depth - 5, 0.5)):
            stitch(page, sleeve.line(-distance), thread, strength, mask)
        seam(page, sleeve.line(-depth - 1), 1.2, 3, 1.3, mask)
        seam(page, sleeve.line(-1.5), 0.8, 2.2, 0.6, mask)

    return finish


def ribbed_cuff(rib: Fabric, length: float) -> CuffMaker:
    """A knitted cuff, narrower than the sleeve."""

    def finish(page: Page, sleeve: Sleeve, mask: Field) -> None:
        page.lay(
            sleeve.band(-4, length - 4, spread=(-7, -17)),
            rib,
            angle=-sleeve.angle,
            origin=tuple(sleeve.cuff_outer),
            z=1,
            puff=8,
            edge=12,
            shadow=Shadow(0.15),
            fold=0.5,
        )
        joint = sleeve.line(-4) + np.outer([4, -4], sleeve.across)
        seam(page, joint, 2.6, 4, 1.6)

    return finish


def ribbed_edge(rib: Fabric, thread: RGB) -> CuffMaker:
    """A hem with a narrow knitted edge, as on a polo."""

    def finish(page: Page, sleeve: Sleeve, mask: Field) -> None:
        hemmed(thread, 30)(page, sleeve, mask)
        page.lay(
            sleeve.band(-20, 8, spread=(0, -3)),
            rib,
            angle=-sleeve.angle,
            origin=tuple(sleeve.cuff_outer),
            z=2,
            puff=6,
            edge=8,
            shadow=Shadow(0.2),
            fold=0.5,
        )

    return finish


def buttoned_cuff(fabric: Fabric, thread: RGB, button_colour: RGB) -> CuffMaker:
    """A shirt cuff with one button."""
    length = 66

    def finish(page: Page, sleeve: Sleeve, mask: Field) -> None:
        page.lay(
            sleeve.band(-2, length - 2, spread=(3, 0)),
            fabric,
            angle=90 - sleeve.angle,
            origin=tuple(sleeve.cuff_outer),
            z=3,
            puff=7,
            edge=9,
            shadow=Shadow(0.3),
            fold=0.5,
        )
        for distance in (5, length - 5):
            stitch(page, sleeve.line(distance - 2), thread, 0.55)
        outer, inner = sleeve.line(length / 2 - 2)
        button(page, inner * 0.82 + outer * 0.18, 6.5, button_colour)

    return finish


def finish_hem(
    page: Page,
    block: TopBlock,
    body: Field,
    thread: RGB,
    depth: float = 26,
    rows: int = 2,
) -> None:
    hem = block.hem_line
    seam(page, hem - (0, depth + 2), 1.4, 3, 1.8, body)
    for distance, strength in ((depth, 0.55), (depth - 6, 0.5))[:rows]:
        stitch(page, hem - (0, distance), thread, strength, body)


def sew_armholes(
    page: Page,
    block: TopBlock,
    body: Field,
    topstitch: RGB | None = None,
    depth: float = 2.0,
) -> None:
    for side in reversed(BOTH_SIDES):
        seam(page, on_side(side, block.armhole), depth, 3.4, 1.4)
        if topstitch is not None:
            inside = on_side(side, block.armhole - (7, 0))
            stitch(page, inside, topstitch, 0.5, body)


def lay_waistband(
    page: Page, block: TopBlock, rib: Fabric, length: float, z: float, puff: float
) -> None:
    """Lay the ribbed band at the hem of a sweatshirt or jumper."""
    top = (block.hem_width - 2, block.hem_y - 6)
    middle = (block.hem_width - 7, block.hem_y + length * 0.6)
    bottom = (block.hem_width - 17, block.hem_y + length)
    side = bezier(top, middle, bottom)
    low = bezier(bottom, (0, block.hem_y + length + 9), (-bottom[0], bottom[1]))
    outline = chain((-top[0], top[1]), top, side, low, on_side(-1, side[::-1]))
    page.lay(outline, rib, z=z, puff=puff, edge=14, shadow=Shadow(0.18), fold=0.6)
    corner = (block.hem_width, block.hem_y - 4)
    joint = [(-corner[0], corner[1]), (0, block.hem_y + 3), corner]
    seam(page, joint, 2.5, 4, 1.9)
