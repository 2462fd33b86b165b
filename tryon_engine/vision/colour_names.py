"""The main colours of a garment, by everyday names.

A print is not averaged: its colours are found one by one, and what they are called
together follows from how much of the cloth each of them covers.
"""

from dataclasses import dataclass, replace
from typing import Final

import numpy as np

from .colour import rgb_to_lab
from .colour_truth import at_lightness
from .garment.reading import GarmentReading
from .masks import erode

NAMED: Final[dict[str, tuple[str, ...]]] = {
    "black": ("#101012", "#221f20", "#27272b", "#2e2e30"),
    "charcoal": ("#3c3d40", "#4a4a4d"),
    "grey": ("#77787a", "#8b8c8f", "#9c9c9e"),
    "light grey": ("#b5b6b8", "#c8c9cb"),
    "white": ("#ffffff", "#f1f1f1", "#efede8", "#e4e4e6"),
    "cream": ("#f3ead8", "#e9dfca", "#ece6d9"),
    "beige": ("#d9c8ab", "#cdbb9f", "#c3b196"),
    "tan": ("#b0926a", "#a68a64", "#bd9a6b"),
    "brown": ("#5a3d2b", "#6f4e37", "#7a5234"),
    "yellow": ("#f2d13a", "#f7e17a"),
    "mustard": ("#c99a2e", "#b8862b"),
    "orange": ("#e8822e", "#f29a4b"),
    "rust": ("#a84a24", "#b85c38", "#95482c"),
    "red": ("#c4202c", "#a81f25", "#d93a3a"),
    "burgundy": ("#5e1a26", "#701c2c", "#4a1520"),
    "coral": ("#ee7b67", "#f08d7c"),
    "peach": ("#eaa982", "#f3c4a4"),
    "pink": ("#f2b8c6", "#eaa0b4", "#e75f98"),
    "rose": ("#c48690", "#b9767f", "#cf9a9c"),
    "purple": ("#6a3d8a", "#4e2a66", "#83508f"),
    "lavender": ("#b9a7d6", "#cfc3e3"),
    "navy": ("#1d2740", "#26314f", "#1b2a4a"),
    "blue": ("#2f5ea8", "#3f6fb5", "#2a4a86", "#4a6a94", "#5f6f86"),
    "light blue": ("#a5c1e0", "#bcd2ea", "#8fb0d6"),
    "teal": ("#1d7277", "#2a8a8c"),
    "mint": ("#a9dcc3", "#bfe6d3"),
    "green": ("#2f7d46", "#3f9a58", "#1f6b4a"),
    "forest green": ("#1e3d2c", "#264a36", "#3a4a40"),
    "sage green": ("#96a58a", "#a8b59c", "#869a7e"),
    "olive": ("#5e6238", "#6f7045", "#4d5133"),
}
"""What people call colours, each by some of its typical values in sRGB."""
MULTICOLOURED: Final = "multicoloured"
SAMPLED_LONG_SIDE_PX: Final = 256
"""Pixels are left out, not averaged: stripes of black and white are not grey."""
FEW_PX: Final = 40
ENOUGH_PX: Final = 4000
ONE_COLOUR: Final = 15.0
"""Distance in Lab from the middle of a colour within which it is still the same."""
LIGHTNESS_WEIGHT: Final = 0.7
BIN: Final = 6.0
LEAST_SHARE: Final = 0.01
MOST_PAINTS: Final = 8
BETWEEN: Final = 10.0
"""Distance in Lab from the line between two colours of what is but their mixture."""
SHADE: Final = 28.0
"""Largest step in L from a colour to its own shade."""
SAME_CLOTH: Final = 6.0
"""Distance in Lab of two colours in the same light that are one, lit and shaded."""
TINTED: Final = 6.0
"""Chroma from which a colour and its shade can be told from two colours."""

GROUND: Final = 0.6
"""Share of the cloth from which one colour is the ground, and others lie on it."""
PRINT: Final = 0.1
"""Least share of the cloth that other colours together cover to be named."""
SECOND: Final = 0.12
SECOND_HALF: Final = 0.25
"""Least share of a second colour, if it is the only one, and at any rate."""
ALONE: Final = 0.6
"""Share of the other colours from which one of them stands for all."""
VIVID: Final = 15.0
LEAST_VIVID: Final = 0.05
"""Chroma, and share of the cloth, that make a print multicoloured; not just greys."""
MOST_TOLD: Final = 0.72
MOST_UNTOLD: Final = 0.18
"""Shares of the cloth that two names must cover where no colour is the ground, and that
vivid colours without a name may cover."""
THIRD: Final = 0.15
ALL_TOLD: Final = 0.9
"""Least share of a third colour, and of all three: blocks of three colours."""

_NAMES = [name for name, values in NAMED.items() for _ in values]
_ANCHORS = rgb_to_lab(
    np.array(
        [
            [int(value[i : i + 2], 16) for i in (1, 3, 5)]
            for values in NAMED.values()
            for value in values
        ],
        np.uint8,
    )[None]
)[0]


@dataclass(frozen=True, eq=False)
class Paint:
    """A colour of the cloth: Lab, and the share of the cloth that it covers."""

    lab: np.ndarray
    share: float

    @property
    def chroma(self) -> float:
        return float(np.hypot(*self.lab[1:]))


def main_colours(garment: GarmentReading) -> list[str]:
    """Return what the garment's colours are called, the main one first.

    Names are keys of `NAMED`, one to three of them. `MULTICOLOURED` stands alone, or
    second: then a print of several colours lies on a ground of the first.
    """
    step = max(max(garment.size) // SAMPLED_LONG_SIDE_PX, 1)
    every = np.s_[::step, ::step]
    cloth = erode(garment.matte[every] > 0.95, 1)
    if cloth.sum() < FEW_PX:  # sheer, or nothing but straps
        cloth = garment.mask[every]
    lab = rgb_to_lab(np.ascontiguousarray(garment.clean[every]))[cloth]
    paints = _without_mixtures(_find_paints(lab[:: max(len(lab) // ENOUGH_PX, 1)]))
    shares: dict[str, float] = {}
    for paint in paints:
        name = name_of(paint.lab)
        shares[name] = shares.get(name, 0.0) + paint.share
    vivid = {name_of(paint.lab) for paint in paints if paint.chroma > VIVID}
    return _call(dict(sorted(shares.items(), key=lambda one: -one[1])), vivid)


def _call(shares: dict[str, float], vivid: set[str]) -> list[str]:
    """Return what cloth of these colours is called; `shares` has the largest first."""
    names = list(shares)
    main, *others = names
    if shares[main] < GROUND:
        first, second, third = [*shares.values(), 0.0, 0.0][:3]
        if third >= THIRD and first + second + third >= ALL_TOLD:
            return names[:3]
        untold = sum(shares[name] for name in names[2:] if name in vivid)
        is_told = untold <= MOST_UNTOLD and first + second >= MOST_TOLD
        return names[:2] if is_told else [MULTICOLOURED]
    covered = sum(shares[name] for name in others)
    if covered < PRINT:
        return [main]
    second = shares[others[0]]
    is_vivid = sum(shares[one] for one in others if one in vivid) >= LEAST_VIVID
    if second < SECOND_HALF and second < ALONE * covered and is_vivid:
        return [main, MULTICOLOURED]
    return names[:2] if second >= SECOND else [main]


def name_of(lab: np.ndarray) -> str:
    """Return the everyday name of one Lab colour."""
    # Of two greys the lightness tells, of two colours rather the hue.
    weights = np.array([0.8, 1.0, 1.0], np.float32)
    distances = (((_ANCHORS - lab) * weights) ** 2).sum(axis=1)
    return _NAMES[int(distances.argmin())]


def _find_paints(lab: np.ndarray) -> list[Paint]:
    """Return the colours of (N, 3) Lab pixels, the largest first.

    One after the other the densest ball of the pixels that are left is taken out.
    """
    weights = np.array([LIGHTNESS_WEIGHT, 1, 1], np.float32)
    left = lab * weights
    found: list[Paint] = []
    while len(left) > LEAST_SHARE * len(lab) and len(found) < MOST_PAINTS:
        bins, counts = np.unique(np.floor(left / BIN), axis=0, return_counts=True)
        centres = (bins + 0.5) * BIN
        apart = np.linalg.norm(centres[:, None] - centres[None], axis=2)
        middle = centres[((apart < ONE_COLOUR) * counts).sum(axis=1).argmax()]
        for _ in range(3):
            middle = np.median(left[_is_near(left, middle)], axis=0)
        is_in = _is_near(left, middle)
        found.append(Paint(middle / weights, float(is_in.sum() / len(lab))))
        left = left[~is_in]
    return sorted(found, key=lambda paint: -paint.share)


def _is_near(pixels: np.ndarray, middle: np.ndarray) -> np.ndarray:
    """Return which pixels have this colour; all, if none has: the search shall end."""
    near = np.linalg.norm(pixels - middle, axis=1) < ONE_COLOUR
    return near if near.any() else np.ones(len(pixels), bool)


def _without_mixtures(paints: list[Paint]) -> list[Paint]:
    """Return `paints`, those that are but edges or shade of others counted to these."""
    kept: list[Paint] = []
    for paint in paints:
        home = _home_of(paint, kept)
        if home is None:
            kept.append(paint)
        else:
            share = kept[home].share + paint.share
            kept[home] = replace(kept[home], share=share)
    return kept


def _home_of(paint: Paint, larger: list[Paint]) -> int | None:
    """Return which larger colour `paint` comes from, if it is none of its own."""
    for i, one in enumerate(larger):
        if _is_shade(paint, one):
            return i
    for i, one in enumerate(larger):
        for k, other in enumerate(larger[:i]):
            line = other.lab - one.lab
            along = float((paint.lab - one.lab) @ line / (line @ line))
            off = np.linalg.norm(paint.lab - one.lab - along * line)
            if 0 < along < 1 and off < BETWEEN:
                return i if along < 0.5 else k
    return None


def _is_shade(paint: Paint, lit: Paint) -> bool:
    if lit.chroma < TINTED or abs(paint.lab[0] - lit.lab[0]) > SHADE:
        return False
    relit = at_lightness(lit.lab[None], paint.lab[None])[0]
    return bool(np.linalg.norm(relit - paint.lab) < SAME_CLOTH)
