"""What surrounds the neck: the inside of the back, ribs and collars."""

from typing import Literal

import numpy as np

from ..colours import RGB
from ..curves import (
    BOTH_SIDES,
    Curve,
    band_along,
    bezier,
    chain,
    facing,
    on_side,
    resample,
)
from ..fabrics.cloth import Fabric
from ..page import NO_SHADOW, Page, Shadow
from ..pattern import TopBlock
from ..trims import button, label, ribs_across, seam, stitch

CollarKind = Literal["point", "button_down", "knitted"]


def lay_inner_back(
    page: Page, block: TopBlock, fabric: Fabric, colour: RGB, labelled: bool = True
) -> None:
    """Lay what shows of the back through the neck opening."""
    width, y, depth = block.neck_width, block.top_y, block.neck_depth
    low = y + depth + 30
    hidden = [
        (width + 6, y + 30),
        (width * 0.8, low),
        (-width * 0.8, low),
        (-width - 6, y + 30),
    ]
    inside = page.lay(
        chain(block.back_neck, hidden),
        fabric,
        z=-2,
        puff=2,
        edge=8,
        shade=0.70,
        shadow=NO_SHADOW,
        fold=0.3,
    )
    seam(page, block.back_neck + (0, 15), 1.2, 2.4, 0.3, inside)
    stitch(page, block.back_neck + (0, 18), colour * 0.62, 0.5, inside)
    deeper = np.clip((page.y - y) / (depth + 10), 0, 1)
    page.light *= 1 - inside * (0.06 + 0.26 * deeper)
    if labelled:
        label(page, 0, y + 24, 58, 24)


def lay_neck_rib(
    page: Page,
    block: TopBlock,
    fabric: Fabric,
    thread: RGB,
    width: float = 24,
    ribbed: bool = True,
) -> None:
    """Lay the band around a round or V neck."""
    down = (0, 1)
    outline, edge = band_along(block.neck_line, width, down)
    page.lay(outline, fabric, z=3, puff=6, edge=9, shadow=Shadow(0.32, 5), fold=0.35)
    side = facing(resample(block.neck_line, 4), down)
    if ribbed:
        ribs_across(page, block.neck_line, width * side, step=4.6, depth=1.1)
    seam(page, edge, 2.0, 3.2, 1.2)
    _, below = band_along(block.neck_line, width + 6, down)
    stitch(page, below, thread, 0.45)


def lay_collar(
    page: Page,
    block: TopBlock,
    fabric: Fabric,
    thread: RGB,
    kind: CollarKind,
    opening: float,
    length: float,
    button_colour: RGB | None = None,
) -> None:
    """Lay a turned-down collar: the back of it, then two leaves.

    `opening` is how far below the shoulder the leaves meet, `length` how far their
    tips reach below that.
    """
    _lay_collar_back(page, block, fabric, 0 if kind == "knitted" else 90)
    for side in BOTH_SIDES:
        leaf, edge, corner, tip = _draft_leaf(block, opening, length)
        mask = page.lay(
            on_side(side, leaf),
            fabric,
            angle=side * (52 if kind == "knitted" else 38),
            origin=(side * corner[0], corner[1]),
            z=8,
            puff=6,
            edge=9,
            shadow=Shadow(0.42, 6),
            fold=0.25,
        )
        visible = 0.0 if kind == "knitted" else 0.5
        stitch(page, on_side(side, edge), thread, visible, mask)
        if kind == "button_down" and button_colour is not None:
            button(page, (side * (tip[0] - 7), tip[1] - 14), 5, button_colour)


def _lay_collar_back(page: Page, block: TopBlock, fabric: Fabric, angle: float) -> None:
    width, y = block.neck_width, block.top_y
    top = bezier(
        (-width - 4, y + 6),
        (-width * 0.7, y - 44),
        (width * 0.7, y - 44),
        (width + 4, y + 6),
    )
    low = bezier(
        (width - 6, y + 24),
        (width * 0.5, y + 26),
        (-width * 0.5, y + 26),
        (-width + 6, y + 24),
    )
    mask = page.lay(
        chain(top, low),
        fabric,
        angle=angle,
        z=2,
        puff=5,
        edge=10,
        shade=0.82,
        shadow=Shadow(0.15),
        fold=0.3,
    )
    page.light *= 1 - mask * 0.22 * np.clip((page.y - (y - 30)) / 50, 0, 1)


def _draft_leaf(
    block: TopBlock, opening: float, length: float
) -> tuple[Curve, Curve, tuple[float, float], tuple[float, float]]:
    """Return the right leaf, its stitching line, its outer corner and its tip."""
    width, y = block.neck_width, block.top_y
    top, corner = (width * 0.80, y - 27), (width + 10, y + 4)
    tip, inner = (width * 0.80 + 6, y + opening + length), (5, y + opening)
    outer = bezier(corner, (width + 12, y + opening * 0.6), tip)
    lower = bezier(tip, (width * 0.42, y + opening + length * 0.42), inner)
    leaf = chain(
        bezier(top, (width + 6, y - 22), corner),
        outer,
        tip,
        lower,
        bezier(inner, (width * 0.52, y + opening * 0.55), (width * 0.74, y + 4), top),
    )
    edge = chain(outer, lower)
    middle = np.array([(top[0] + tip[0]) / 2 - 14, (top[1] + tip[1]) / 2])
    inwards = middle - edge
    distance = np.linalg.norm(inwards, axis=1, keepdims=True) + 1e-6
    return leaf, edge + inwards / distance * 7, corner, tip
