"""Where cloth folds: recipes of ridges for bodies, sleeves, legs and skirts.

Every recipe draws from the page's random numbers, so no two garments fold alike.
`strength` scales the height of all ridges: linen about 1.3, corduroy 0.5.
"""

import math

from numpy.random import Generator

from .curves import BOTH_SIDES, through
from .page import Fold, Page
from .pattern import Sleeve, TopBlock, TrouserBlock


def towards(
    start: tuple[float, float], angle: float, length: float, side: int = 1
) -> tuple[float, float]:
    """Return the point `length` from `start`; `angle` in radians, y down."""
    x, y = start
    return x + side * length * math.cos(angle), y + length * math.sin(angle)


def _either_way(rng: Generator, valley: float) -> float:
    """A ridge, or now and then a valley of `valley` times its height."""
    return rng.choice([-valley, 1])


def drape_torso(page: Page, block: TopBlock, strength: float = 1.0) -> None:
    """Folds of a top: from the underarms, the shoulders and the hem."""
    rng, folds = page.rng, []
    for side in BOTH_SIDES:
        folds += [_underarm_fold(rng, block, side, strength) for _ in range(6)]
        folds += [_shoulder_fold(rng, block, side, strength) for _ in range(2)]
    folds += [_hem_fold(rng, block, strength) for _ in range(9)]
    folds += [_stray_fold(rng, block, strength) for _ in range(7)]
    page.add_folds(folds)
    page.crumple(1.0 * strength, 84)
    page.crumple(0.3 * strength, 52, ridged=True)


def _underarm_fold(rng: Generator, block: TopBlock, side: int, strength: float) -> Fold:
    angle, length = math.radians(rng.uniform(12, 78)), rng.uniform(110, 300)
    x = side * (block.chest_width - rng.uniform(4, 40))
    start = (x, block.underarm_y + rng.uniform(-60, 40))
    end = towards(start, angle, length, -side)
    width, height = rng.uniform(7, 15), strength * rng.uniform(1.6, 4.2)
    return Fold(start, end, width, height, side * rng.uniform(-18, 18))


def _shoulder_fold(rng: Generator, block: TopBlock, side: int, strength: float) -> Fold:
    x = side * rng.uniform(block.neck_width, block.shoulder_width - 20)
    y = block.top_y + 40
    end = (x + side * rng.uniform(-50, 60), y + rng.uniform(120, 260))
    width, height = rng.uniform(10, 18), strength * rng.uniform(1.2, 2.6)
    return Fold((x, y), end, width, height, rng.uniform(-12, 12))


def _hem_fold(rng: Generator, block: TopBlock, strength: float) -> Fold:
    x = rng.uniform(-0.9, 0.9) * block.hem_width
    y, length = block.hem_y + rng.uniform(-60, 40), rng.uniform(200, 520)
    start = (x - x / block.hem_width * 30, y - length)
    width, height = rng.uniform(11, 26), strength * rng.uniform(1.2, 3.6)
    height *= _either_way(rng, 0.7)
    return Fold(start, (x, y), width, height, rng.uniform(-16, 16))


def _stray_fold(rng: Generator, block: TopBlock, strength: float) -> Fold:
    x = rng.uniform(-0.8, 0.8) * block.chest_width
    y = block.underarm_y + rng.uniform(0.15, 0.8) * (block.hem_y - block.underarm_y)
    angle = rng.uniform(-0.6, 0.6) + (math.pi if rng.random() < 0.5 else 0)
    end = towards((x, y), angle, rng.uniform(90, 260))
    width, height = rng.uniform(8, 18), strength * rng.uniform(1.0, 2.8)
    return Fold((x, y), end, width, height, rng.uniform(-22, 22))


def drape_sleeve(page: Page, sleeve: Sleeve, strength: float, long: bool) -> None:
    """Folds of a sleeve: across it, most of them at the elbow, and along it."""
    rng = page.rng
    folds = [_elbow_fold(rng, sleeve, strength, long) for _ in range(15 if long else 5)]
    folds += [_upper_arm_fold(rng, sleeve, strength) for _ in range(4 if long else 3)]
    page.add_folds(folds)


def _elbow_fold(rng: Generator, sleeve: Sleeve, strength: float, long: bool) -> Fold:
    share = rng.uniform(0.12, 0.97)
    if long and rng.random() < 0.45:
        share = rng.normal(0.52, 0.07)
    outer = sleeve.shoulder + (sleeve.cuff_outer - sleeve.shoulder) * share
    inner = sleeve.underarm + (sleeve.cuff_inner - sleeve.underarm) * share
    if rng.random() < 0.5:
        outer, inner = inner, outer
    reach, slant = rng.uniform(0.45, 0.95), rng.uniform(-50, 70)
    end = outer + (inner - outer) * reach + (0, slant)
    width, height = rng.uniform(6, 13), strength * rng.uniform(1.4, 3.6)
    return Fold(tuple(outer), tuple(end), width, height, rng.uniform(-14, 14))


def _upper_arm_fold(rng: Generator, sleeve: Sleeve, strength: float) -> Fold:
    share = rng.uniform(0.2, 0.8)
    start = sleeve.shoulder + (sleeve.underarm - sleeve.shoulder) * share
    end = start + (sleeve.cuff_outer - sleeve.shoulder) * rng.uniform(0.25, 0.7)
    width, height = rng.uniform(9, 17), strength * rng.uniform(1.2, 3.0)
    return Fold(tuple(start), tuple(end), width, height, rng.uniform(-14, 14))


def drape_trousers(
    page: Page, block: TrouserBlock, strength: float = 1.0, shorts: bool = False
) -> None:
    """Folds of trousers: whiskers at the crotch, then hips, legs and knees."""
    rng, folds = page.rng, []
    for side in BOTH_SIDES:
        folds += [_whisker(rng, block, side, strength) for _ in range(8)]
        folds += [_hip_fold(rng, block, side, strength) for _ in range(4)]
        folds += [
            _leg_fold(rng, block, side, strength) for _ in range(4 if shorts else 8)
        ]
        if not shorts:
            folds += [_knee_fold(rng, block, side, strength, i < 5) for i in range(8)]
    page.add_folds(folds)
    page.crumple(0.8 * strength, 66)
    page.crumple(0.5 * strength, 30, ridged=True)


def _whisker(rng: Generator, block: TrouserBlock, side: int, strength: float) -> Fold:
    angle, length = math.radians(rng.uniform(-30, 42)), rng.uniform(90, 190)
    start = (side * rng.uniform(4, 24), block.crotch_y + rng.uniform(-46, 30))
    end = towards(start, -angle, length, side)
    width, height = rng.uniform(6, 11), strength * rng.uniform(1.6, 3.4)
    return Fold(start, end, width, height, side * rng.uniform(-14, 14))


def _hip_fold(rng: Generator, block: TrouserBlock, side: int, strength: float) -> Fold:
    x = side * (block.hip_width - rng.uniform(10, 40))
    y = block.hip_y + rng.uniform(0, 130)
    end = (x - side * rng.uniform(50, 130), y + rng.uniform(30, 150))
    width, height = rng.uniform(9, 16), strength * rng.uniform(1.2, 2.6)
    return Fold((x, y), end, width, height, rng.uniform(-14, 14))


def _leg_fold(rng: Generator, block: TrouserBlock, side: int, strength: float) -> Fold:
    share = rng.uniform(0.1, 1)
    x = side * (block.knee_x + rng.uniform(-0.6, 0.6) * block.knee_width)
    y = block.crotch_y + share * (block.ankle_y - block.crotch_y)
    start = (x, y - rng.uniform(100, 260))
    end = (x + side * rng.uniform(-24, 24), y)
    width, height = rng.uniform(9, 20), strength * rng.uniform(1.0, 2.8)
    return Fold(start, end, width, height, rng.uniform(-14, 14))


def _knee_fold(
    rng: Generator, block: TrouserBlock, side: int, strength: float, at_knee: bool
) -> Fold:
    if at_knee:
        y = rng.normal(0.5, 0.1) * (block.ankle_y - block.crotch_y) + block.crotch_y
    else:
        y = block.ankle_y - rng.uniform(10, 130)
    edge = rng.choice([-1, 1])
    x = side * block.knee_x + edge * block.knee_width * 0.92
    end = (x - edge * rng.uniform(70, 150), y + rng.uniform(-50, 50))
    width, height = rng.uniform(6, 12), strength * rng.uniform(1.2, 3.0)
    return Fold((x, y), end, width, height, rng.uniform(-14, 14))


def press_creases(page: Page, block: TrouserBlock) -> None:
    """Iron a crease down the front of both legs."""
    for side in BOTH_SIDES:
        crease = through(
            [
                (side * 105, block.waist_y + 70),
                (side * block.knee_x, 800),
                (side * block.ankle_x, block.ankle_y),
            ],
            20,
        )
        page.folds += 3.4 * page.blur(page.stroke(crease, 5), 2.2)
        page.folds += 1.6 * page.blur(page.stroke(crease, 40), 12)
