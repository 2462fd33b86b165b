"""The 28 garments of the demo catalogue, and two jumpsuits: fabric, cut and seed."""

from collections.abc import Callable
from functools import partial
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from .fabrics.floral import floral_tile
from .fabrics.knits import jersey, rib, stockinette
from .fabrics.prints import striped, tiled
from .fabrics.wovens import corduroy, denim, linen, oxford, plaid, poplin, satin, twill
from .garments.dresses import Cut, lay_dress
from .garments.jumpsuits import JumpsuitCut, lay_jumpsuit
from .garments.knitwear import lay_cardigan, lay_jumper, lay_sweatshirt, lay_turtleneck
from .garments.shirts import lay_polo, lay_shirt
from .garments.skirts import (
    SkirtBlock,
    lay_buttoned_skirt,
    lay_gathered_skirt,
    lay_pleated_skirt,
)
from .garments.straps import lay_camisole, lay_slip
from .garments.tees import lay_tank, lay_tee, mountain_print, word_print
from .garments.trousers import Make, jean_wash, lay_trousers, shorts_wash
from .lighting import CLOTH, Finish, photograph
from .page import Page
from .pattern import TopBlock, TrouserBlock

SATIN = Finish(highlight_power=14)
FINE_SATIN = Finish(highlight_power=14, grain=0.004)

FJELL, NORDVIK = "FJELL & CO", "NORDVIK"
HIGH_COUNTRY, LUNE = "HIGH COUNTRY", "LUNE ATELIER"


class Design(NamedTuple):
    """One garment: its random seed, its label, how to lay it and how to light it."""

    seed: int
    brand: str
    lay: Callable[[Page], None]
    finish: Finish = CLOTH


def draw(name: str, scale: float) -> NDArray[np.uint8]:
    """Draw one garment of the collection as a (1333, 1000, 3) BGR picture."""
    design = COLLECTION[name]
    page = Page(design.seed, scale, design.brand)
    design.lay(page)
    return photograph(page, design.finish)


def _tee(colour: str, heather: float = 0.0, **options) -> Callable[[Page], None]:
    options = {"block": TopBlock()} | options
    return partial(lay_tee, fabric=jersey(colour, heather), colour=colour, **options)


_BRETON = partial(
    lay_tee,
    fabric=striped(jersey("#f0ede4"), ((0, 17, "#27324f"),), 46, horizontal=True),
    colour="#f0ede4",
    block=TopBlock(top_y=215, hem_y=960, neck_depth=72),
    sleeve=(660, 18, 92),
    neck_rib=jersey("#f0ede4"),
)
_FLANNEL = plaid(
    "#a8322f",
    (
        (30, 20, "#2a2430", 0.85),
        (60, 3, "#e9d9b8", 0.9),
        (90, 8, "#5a1c20", 0.8),
    ),
)
_TARTAN = plaid(
    "#4b5a50",
    (
        (30, 16, "#22302c", 0.8),
        (75, 3, "#d9c48a", 0.9),
        (98, 9, "#8a3b34", 0.6),
    ),
)
_CABLES = stockinette("#ddd0b8", cables=((-130, 26, 92), (0, 34, 108), (130, 26, 92)))
_FLOWERS = tiled(poplin("#f3eadb"), floral_tile(5, 300, flowers=17), 0.72)
_PINSTRIPE = striped(poplin("#f3f4f6"), ((0, 5, "#5b82b5"),), 14, horizontal=False)
_SHORTS = {
    "waist_y": 300,
    "hip_y": 490,
    "crotch_y": 640,
    "knee_y": 760,
    "ankle_y": 850,
    "knee_width": 132,
    "ankle_width": 128,
    "hip_width": 236,
    "out": 34,
    "waist_width": 182,
    "gap": 8,
}
_LONG_SHORTS = {
    "waist_y": 270,
    "hip_y": 460,
    "crotch_y": 620,
    "knee_y": 790,
    "ankle_y": 960,
    "knee_width": 136,
    "ankle_width": 140,
    "hip_width": 240,
    "out": 36,
    "waist_width": 180,
    "gap": 8,
}
_WIDE_LEG = {
    "knee_width": 140,
    "ankle_width": 146,
    "hip_width": 226,
    "out": 44,
    "waist_width": 160,
    "gap": 10,
}

_ROMPER = {
    "waist_y": 430,
    "waist_width": 142,
    "hip_width": 200,
    "hip_y": 580,
    "crotch_y": 686,
    "knee_width": 114,
    "knee_y": 790,
    "ankle_width": 116,
    "ankle_y": 868,
    "out": 42,
    "gap": 16,
}

COLLECTION: dict[str, Design] = {
    # ---- tops
    "tee_white_crew": Design(1, FJELL, _tee("#f1f0ec")),
    "tee_black_graphic": Design(
        2,
        HIGH_COUNTRY,
        _tee(
            "#26272b",
            print_on=mountain_print(
                HIGH_COUNTRY, (0.90, 0.86, 0.76), (0.86, 0.50, 0.28), y=530
            ),
        ),
    ),
    "tee_sage_vneck": Design(
        3, FJELL, _tee("#93a48e", 0.10, block=TopBlock(neck_depth=150, neckline="v"))
    ),
    "top_breton_long": Design(4, NORDVIK, _BRETON),
    "tank_rib_rose": Design(
        5, FJELL, partial(lay_tank, fabric=rib("#c98f8a", 6.4), colour="#c98f8a")
    ),
    "cami_satin_champagne": Design(
        6,
        LUNE,
        partial(lay_camisole, fabric=satin("#d8c0a0"), colour="#d8c0a0"),
        FINE_SATIN,
    ),
    "polo_forest": Design(
        7,
        NORDVIK,
        partial(
            lay_polo,
            fabric=stockinette("#2f5a48", 4.6, 4.0, 0.7, heather=0),
            colour="#2f5a48",
        ),
    ),
    "shirt_oxford_blue": Design(
        8,
        NORDVIK,
        partial(
            lay_shirt, fabric=oxford("#8fb0d8"), colour="#a9c1de", collar="button_down"
        ),
    ),
    "shirt_flannel_red": Design(
        9,
        HIGH_COUNTRY,
        partial(
            lay_shirt,
            fabric=_FLANNEL,
            colour="#8a2c2a",
            buttons=(0.20, 0.15, 0.13),
            strength=1.15,
        ),
    ),
    "shirt_linen_sand": Design(
        10,
        FJELL,
        partial(
            lay_shirt,
            fabric=linen("#d9c7a6", 0.07),
            colour="#d9c7a6",
            buttons=(0.70, 0.58, 0.42),
            short=True,
            strength=1.35,
        ),
    ),
    "hoodie_grey": Design(
        11,
        HIGH_COUNTRY,
        partial(
            lay_sweatshirt,
            fabric=jersey("#a3a5a8", 0.14),
            colour="#a3a5a8",
            hooded=True,
        ),
    ),
    "sweat_cream_word": Design(
        12,
        NORDVIK,
        partial(
            lay_sweatshirt,
            fabric=jersey("#ece3d0"),
            colour="#ece3d0",
            print_on=word_print(
                NORDVIK, "SAILING CLUB  1968", (0.16, 0.28, 0.24), y=440, size=66
            ),
        ),
    ),
    "knit_cable_oatmeal": Design(
        13, FJELL, partial(lay_jumper, fabric=_CABLES, colour="#ddd0b8")
    ),
    "knit_turtleneck_burgundy": Design(
        14,
        LUNE,
        partial(lay_turtleneck, fabric=rib("#6d2632", 9, 2.3), colour="#6d2632"),
    ),
    "cardigan_mustard": Design(
        15,
        FJELL,
        partial(
            lay_cardigan, fabric=stockinette("#c8932f", 9, 7.4, 1.3), colour="#c8932f"
        ),
    ),
    # ---- bottoms
    "jeans_blue_straight": Design(
        16,
        HIGH_COUNTRY,
        partial(
            lay_trousers,
            fabric=denim("#3a5679", "#b4c6d6", jean_wash),
            colour="#3a5679",
            sewing="#c98a45",
            block=TrouserBlock(),
        ),
    ),
    "jeans_black_slim": Design(
        17,
        HIGH_COUNTRY,
        partial(
            lay_trousers,
            fabric=denim("#25262a", "#6b6d72", jean_wash, 0.25),
            colour="#25262a",
            sewing="#4a4a4e",
            block=TrouserBlock(knee_width=92, ankle_width=70, hip_width=206, out=14),
            make=Make(button=(0.45, 0.45, 0.47)),
        ),
    ),
    "trousers_chino_khaki": Design(
        18,
        NORDVIK,
        partial(
            lay_trousers,
            fabric=twill("#b39a72"),
            colour="#b39a72",
            sewing="#97805b",
            block=TrouserBlock(knee_width=112, ankle_width=84),
            make=Make(jeans=False, button=(0.36, 0.27, 0.18)),
        ),
    ),
    "trousers_wide_navy": Design(
        19,
        LUNE,
        partial(
            lay_trousers,
            fabric=twill("#2b3142", pitch=2.8, contrast=0.03),
            colour="#2b3142",
            sewing="#3b4256",
            block=TrouserBlock(**_WIDE_LEG),
            make=Make(
                jeans=False, creased=True, pleated=True, button=(0.12, 0.12, 0.14)
            ),
        ),
    ),
    "shorts_denim": Design(
        20,
        HIGH_COUNTRY,
        partial(
            lay_trousers,
            fabric=denim("#5f83a8", "#d2dde6", shorts_wash),
            colour="#5f83a8",
            sewing="#cf9a55",
            block=TrouserBlock(**_SHORTS),
            make=Make(shorts=True, turn_up=34),
        ),
    ),
    "shorts_olive_drawstring": Design(
        21,
        FJELL,
        partial(
            lay_trousers,
            fabric=linen("#6f7352", 0.05),
            colour="#6f7352",
            sewing="#5a5e42",
            block=TrouserBlock(**_LONG_SHORTS),
            make=Make(jeans=False, shorts=True, drawstring=True),
        ),
    ),
    "skirt_midi_satin_emerald": Design(
        22,
        LUNE,
        partial(
            lay_gathered_skirt,
            fabric=satin("#1f6a55", 0.45),
            colour="#1f6a55",
            block=SkirtBlock(150, 150, 1150, 300),
        ),
        SATIN,
    ),
    "skirt_pleated_plaid": Design(
        23,
        HIGH_COUNTRY,
        partial(
            lay_pleated_skirt,
            fabric=_TARTAN,
            colour="#4b5a50",
            block=SkirtBlock(300, 170, 980, 330),
            pleats=13,
        ),
    ),
    "skirt_corduroy_rust": Design(
        24,
        HIGH_COUNTRY,
        partial(
            lay_buttoned_skirt,
            fabric=corduroy("#a4572f"),
            colour="#a4572f",
            block=SkirtBlock(300, 176, 900, 272),
        ),
    ),
    # ---- dresses
    "dress_floral_midi": Design(
        25,
        LUNE,
        partial(
            lay_dress,
            fabric=_FLOWERS,
            colour="#efe2cf",
            cut=Cut(neckline="v", neck_depth=150, tied=True),
            thread=np.array((0.8, 0.7, 0.6), np.float32),
        ),
    ),
    "dress_slip_black": Design(
        26, LUNE, partial(lay_slip, fabric=satin("#23232a", 0.40)), FINE_SATIN
    ),
    "dress_shirt_stripe": Design(
        27,
        NORDVIK,
        partial(
            lay_dress,
            fabric=_PINSTRIPE,
            colour="#c9d6e8",
            cut=Cut(
                neck_depth=66,
                hem_width=262,
                gathered=False,
                buttons=(0.94, 0.94, 0.93),
            ),
            thread=np.array((0.75, 0.79, 0.86), np.float32),
        ),
    ),
    "dress_linen_terracotta": Design(
        28,
        FJELL,
        partial(
            lay_dress,
            fabric=linen("#c0714f"),
            colour="#c0714f",
            cut=Cut(
                neckline="square",
                neck_depth=96,
                sleeved=False,
                tiered=True,
                strength=1.1,
            ),
        ),
    ),
    # ---- jumpsuits
    "jumpsuit_ink_wide": Design(
        29,
        NORDVIK,
        partial(lay_jumpsuit, fabric=twill("#2c3a55"), colour="#2c3a55"),
    ),
    "romper_poppy_linen": Design(
        30,
        LUNE,
        partial(
            lay_jumpsuit,
            fabric=linen("#c8553d", 0.05),
            colour="#c8553d",
            cut=JumpsuitCut(
                legs=TrouserBlock(**_ROMPER),
                neckline="round",
                neck_depth=84,
                sleeved=True,
                is_short=True,
            ),
        ),
    ),
}
