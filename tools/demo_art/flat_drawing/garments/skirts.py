"""Skirts: gathered satin, pleated plaid, buttoned corduroy."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from ..colours import RGB, rgb
from ..curves import Curve, across, bezier, chain, through, whole
from ..drape import towards
from ..fabrics.cloth import Fabric
from ..fabrics.knits import rib
from ..noise import Field, smoothstep
from ..page import NO_SHADOW, Fold, Page, Shadow
from ..trims import button, crease_shadow, label, seam, stitch

HORN = (0.62, 0.45, 0.26)
PLEAT_HEIGHT = 9
PLEAT_REPEAT = 87
"""Cloth in one pleat, seen and hidden; no divisor of the plaid's repeat of 120."""
FABRIC_TOP = 300
"""Where v is 0 on the page; see the default origin of `Page.lay`."""

Warp = Callable[[Field, Field], tuple[Field, Field]]


def _flare(u: Field, v: Field) -> tuple[Field, Field]:
    """Let the pattern spread towards the hem, as a flared cut does."""
    return u * (1.0 - 0.00042 * v), v


@dataclass(frozen=True)
class SkirtBlock:
    """A skirt; widths are half widths."""

    waist_y: float
    waist_width: float
    hem_y: float
    hem_width: float

    @property
    def side(self) -> Curve:
        hip = self.waist_width + (self.hem_width - self.waist_width) * 0.52
        hip_y = self.waist_y + (self.hem_y - self.waist_y) * 0.34
        waist, hem = (self.waist_width, self.waist_y), (self.hem_width, self.hem_y)
        return through([waist, (hip, hip_y), hem], 24)

    @property
    def hem(self) -> Curve:
        """The right half of the hem, from the side seam to the centre."""
        width, y = self.hem_width, self.hem_y
        return bezier((width, y), (width * 0.55, y + 40), (0, y + 42))

    @property
    def outline(self) -> Curve:
        middle, corner = (0, self.waist_y + 8), (self.waist_width, self.waist_y)
        waist = bezier(middle, (corner[0] * 0.5, self.waist_y + 8), corner)
        return whole(chain(waist, self.side, self.hem))


def lay_gathered_skirt(
    page: Page, fabric: Fabric, colour: str, block: SkirtBlock
) -> None:
    """Lay a satin skirt on an elastic waist."""
    _drape_skirt(page, block)
    _lay_back_waist(page, block, fabric)
    _lay_front(page, block, fabric, rgb(colour) * 0.75)
    page.lay(
        _waistband(block),
        rib(colour, 9, 2.6, 0.2),
        z=6,
        puff=6,
        edge=8,
        shadow=Shadow(0.3, 5),
        fold=0.2,
        gloss=0.2,
    )


def lay_buttoned_skirt(
    page: Page, fabric: Fabric, colour: str, block: SkirtBlock
) -> None:
    """Lay a stiff skirt that buttons down the front."""
    thread, y, low = rgb(colour) * 0.75, block.waist_y, block.hem_y + 42
    _drape_skirt(page, block, strength=0.55)
    _lay_back_waist(page, block, fabric)
    front = _lay_front(page, block, fabric, thread)
    page.lay(
        [(-22, y + 6), (22, y + 6), (22, low), (-22, low)],
        fabric,
        z=6,
        puff=4,
        edge=6,
        shadow=Shadow(0.25, 4),
        clip=front,
    )
    for x in (-16, 16):
        stitch(page, [(x, y + 40), (x, low - 6)], thread, 0.6, front)
    _lay_sewn_waistband(page, block, fabric, thread)
    for i in range(6):
        height = y + 26 + i * (block.hem_y - y - 40) / 5.4
        button(page, (0, height), 11, HORN, holes=2)


def lay_pleated_skirt(
    page: Page, fabric: Fabric, colour: str, block: SkirtBlock, pleats: int
) -> None:
    """Lay a skirt of pressed pleats."""
    thread = rgb(colour) * 0.75
    _press_pleats(page, block, pleats)
    _lay_back_waist(page, block, fabric)
    front = _lay_front(page, block, fabric, thread, _pleated(block, pleats))
    for i in range(1, pleats):
        share = i / pleats * 2 - 1
        bottom = block.hem_y + 41 * (1 - share * share)
        edge = [
            (share * block.waist_width, block.waist_y + 46),
            (share * block.hem_width * 0.98, bottom),
        ]
        crease_shadow(page, chain(edge) + (4, 0), 9, 3, 0.42, front)
        seam(page, edge, 3.0, 2.4, 0, front)
    _lay_sewn_waistband(page, block, fabric, thread)


def _drape_skirt(page: Page, block: SkirtBlock, strength: float = 1.0) -> None:
    """Long folds from the hem upwards, and a few short ones over the hips."""
    rng, folds, count = page.rng, [], 18
    for i in range(count):
        share = (i + 0.5) / count * 2 - 1 + rng.uniform(-0.05, 0.05)
        length = rng.uniform(0.45, 1)
        hem = (share * block.hem_width * 0.98, block.hem_y + 40 * (1 - share**2))
        start = (
            hem[0] + (share * block.waist_width - hem[0]) * length,
            hem[1] + (block.waist_y - hem[1]) * length,
        )
        width, height = rng.uniform(14, 26), rng.uniform(3, 7.5)
        height *= strength * rng.choice([-0.6, 1])
        end = (hem[0], hem[1] + 60)
        folds.append(Fold(start, end, width, height, rng.uniform(-24, 24)))
    page.add_folds(folds + _hip_folds(page, block, strength))
    page.crumple(1.3 * strength, 130)


def _press_pleats(page: Page, block: SkirtBlock, pleats: int) -> None:
    """Let every pleat rise from under its neighbour towards its own pressed edge."""
    page.add_folds(_hip_folds(page, block, 0.6))
    page.crumple(1.0, 130)
    _, across_pleat = _pleat_at(block, pleats, page.x, page.y)
    below_waist = smoothstep(page.y, block.waist_y + 20, block.waist_y + 160)
    page.folds += PLEAT_HEIGHT * across_pleat * (0.35 + 0.65 * below_waist)


def _pleat_at(
    block: SkirtBlock, pleats: int, x: Field, y: Field
) -> tuple[Field, Field]:
    """Return the number of the pleat at each point, and how far across it, 0 to 1."""
    down = (y - block.waist_y) / (block.hem_y - block.waist_y)
    width = block.waist_width + (block.hem_width * 0.98 - block.waist_width) * down
    position = (x / np.maximum(width, 1) + 1) / 2 * pleats
    number = np.floor(position)
    return number, position - number


def _pleated(block: SkirtBlock, pleats: int) -> Warp:
    """Return a warp that hides part of the pattern in the depth of each pleat."""
    visible = (block.waist_width + block.hem_width) / pleats

    def warp(u: Field, v: Field) -> tuple[Field, Field]:
        number, across_pleat = _pleat_at(block, pleats, u, v + FABRIC_TOP)
        return number * PLEAT_REPEAT + across_pleat * visible, v

    return warp


def _hip_folds(page: Page, block: SkirtBlock, strength: float) -> list[Fold]:
    rng, folds = page.rng, []
    for _ in range(8):
        x = rng.uniform(-0.7, 0.7) * block.waist_width
        start = (x, block.waist_y + rng.uniform(40, 330))
        end = towards(start, rng.uniform(-0.8, 0.8), rng.uniform(70, 180))
        width, height = rng.uniform(8, 16), strength * rng.uniform(1, 2.4)
        folds.append(Fold(start, end, width, height, rng.uniform(-16, 16)))
    return folds


def _lay_back_waist(page: Page, block: SkirtBlock, fabric: Fabric) -> None:
    width, y = block.waist_width, block.waist_y
    middle = width * 0.5
    top = bezier((-width, y), (-middle, y - 16), (middle, y - 16), (width, y))
    page.lay(
        chain(top, (width, y + 20), (-width, y + 20)),
        fabric,
        z=-2,
        puff=2,
        shade=0.6,
        shadow=NO_SHADOW,
        fold=0.1,
        gloss=0.05,
    )
    label(page, 0, y - 8, 60, 24)


def _lay_front(
    page: Page, block: SkirtBlock, fabric: Fabric, thread: RGB, warp: Warp = _flare
) -> Field:
    front = page.lay(
        block.outline,
        fabric,
        z=3,
        puff=11,
        edge=34,
        shadow=Shadow(0.3),
        warp=warp,
    )
    hem = across(block.hem)
    stitch(page, hem - (0, 16), thread, 0.45, front)
    seam(page, hem - (0, 18), 1.0, 3, 1.2, front)
    return front


def _waistline(width: float, y: float) -> Curve:
    middle = width * 0.5
    return bezier((-width, y), (-middle, y + 9), (middle, y + 9), (width, y))


def _waistband(block: SkirtBlock) -> Curve:
    width, y = block.waist_width, block.waist_y
    return chain(_waistline(width + 2, y), _waistline(width + 6, y + 38)[::-1])


def _lay_sewn_waistband(
    page: Page, block: SkirtBlock, fabric: Fabric, thread: RGB
) -> None:
    band = page.lay(
        _waistband(block),
        fabric,
        angle=90,
        z=6,
        puff=6,
        edge=8,
        shadow=Shadow(0.3, 5),
        fold=0.2,
    )
    for distance in (5, 34):
        line = _waistline(block.waist_width - 2, block.waist_y + distance)
        stitch(page, line, thread, 0.55, band)
