"""Skirts: gathered satin, pleated plaid, buttoned corduroy."""

from dataclasses import dataclass

from ..colours import RGB, rgb
from ..curves import Curve, across, bezier, chain, through, whole
from ..drape import towards
from ..fabrics.cloth import Fabric
from ..fabrics.knits import rib
from ..noise import Field
from ..page import NO_SHADOW, Fold, Page, Shadow
from ..trims import button, crease_shadow, label, seam, stitch

HORN = (0.62, 0.45, 0.26)


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
    _drape_pleats(page, block, pleats)
    _lay_back_waist(page, block, fabric)
    front = _lay_front(page, block, fabric, thread, flared=False)
    for i in range(1, pleats):
        share = i / pleats * 2 - 1
        bottom = block.hem_y + 41 * (1 - share * share)
        edge = [
            (share * block.waist_width, block.waist_y + 46),
            (share * block.hem_width * 0.98, bottom),
        ]
        crease_shadow(page, edge, 7, 3, 0.30, front)
        seam(page, edge, 2.6, 3.2, 0, front)
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


def _drape_pleats(page: Page, block: SkirtBlock, pleats: int) -> None:
    folds = []
    for i in range(pleats):
        share = (i + 0.5) / pleats * 2 - 1
        hem = (share * block.hem_width * 0.98, block.hem_y + 40 * (1 - share**2))
        start, end = (share * block.waist_width, block.waist_y), (hem[0], hem[1] + 60)
        folds.append(Fold(start, end, block.hem_width / pleats * 0.55, 6.5))
    page.add_folds(folds + _hip_folds(page, block, 1.0))
    page.crumple(1.3, 130)


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


def _flare(u: Field, v: Field) -> tuple[Field, Field]:
    """Let the pattern spread towards the hem, as a flared cut does."""
    return u * (1.0 - 0.00042 * v), v


def _lay_front(
    page: Page, block: SkirtBlock, fabric: Fabric, thread: RGB, flared: bool = True
) -> Field:
    front = page.lay(
        block.outline,
        fabric,
        z=3,
        puff=11,
        edge=34,
        shadow=Shadow(0.3),
        warp=_flare if flared else None,
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
