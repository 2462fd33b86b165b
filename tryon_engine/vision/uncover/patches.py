"""Patterned backdrops continued behind the person: bricks, tiles, leaves.

Blocks of what is around are copied in, from the outside inwards, each from the place
that fits best to what is already there.
"""

from collections import Counter
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np

from ..arrays import Field, FloatImage, Mask
from ..masks import bounding_box, distance_outside

SHRINK: Final = 4
"""Places are looked for in a picture shrunk by this, then found to the pixel."""
LEAST_BLOCK_PX: Final = 32
MOST_BLOCKS: Final = 64
"""Where there would be more, blocks are larger instead: bounds the time."""
FAR_DOWN: Final = 96
FAR_ASIDE: Final = 320
"""How far away a block may come from, in pixels: walls go on sideways, seldom up."""
FEATHER_PX: Final = 5
PATTERNED: Final = 0.022
"""Standard deviation of the detail, of 1, from which a backdrop has a pattern; weaker
detail is grain, or the soft light of a studio."""
LEAST_SHARE: Final = 0.2
"""Of the blocks, so many have a pattern around them if the backdrop has one; fewer see
the edge of a shadow, or a thing that stands there."""
FINEST_PX: Final = 1.5
COARSEST_PX: Final = 10.0
"""Sigmas between which detail lies: grain is finer, light coarser."""
UPWARDS: Final = 0.10
"""A fit from `FAR_DOWN` above or below counts as worse by this share of the pattern's
variance."""
ALONE: Final = 0.06
"""So does one from where nothing was copied to the blocks around."""
USUAL: Final = 4
"""So many of the offsets used most are tried for each block: patterns repeat."""
MOST_APART: Final = 0.06
"""Patterns have the same mean colour wherever one looks. Where it differs by more, of
1, things stand there, and smooth colours go on more quietly than a copy."""
MOST_LOST: Final = 0.05
"""So little of a block may come from where nothing is known."""

Offset = tuple[int, int]
"""How many pixels down and aside of a block there is what is copied to it."""
Window = tuple[slice, slice]


@dataclass(frozen=True)
class _Block:
    """A square to be filled, and the larger one around it that tells what fits."""

    inner: Window
    outer: Window


def continue_pattern(image: FloatImage, known: Mask, wanted: Mask) -> FloatImage:
    """Return `image` with blocks of its own known part copied to what is wanted.

    Parameters
    ----------
    image : (H, W, 3) float32
        Without the change of light over the backdrop, and continued smoothly where it
        is not known: what has no pattern around it stays so.
    known, wanted : (H, W) bool
        Where the backdrop is seen, and where it has to be made up.

    Returns
    -------
    (H, W, 3) float32
        The known part comes back as it is; the same input gives the same output.

    References
    ----------
    Efros, Freeman, "Image Quilting for Texture Synthesis and Transfer", SIGGRAPH 2001,
    doi:10.1145/383259.383296; Criminisi, Pérez, Toyama, "Region Filling and Object
    Removal by Exemplar-Based Image Inpainting", TIP 2004, doi:10.1109/TIP.2004.833105.
    """
    wanted = wanted & ~known
    if not (wanted.any() and known.any()):
        return image
    grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
    detail = _detail(grey, known)
    blocks = _blocks(wanted, known)
    around = [_mean_around(detail, known, block) for block in blocks]
    if np.quantile(around, 1 - LEAST_SHARE) < PATTERNED**2:
        return image
    variance = max(around)
    quilt = _Quilt(image, grey, known, wanted, variance)
    for block, squared in zip(blocks, around, strict=True):
        if squared > PATTERNED**2 or quilt.reaches(block):
            quilt.fill(block)
    return quilt.image


def _detail(grey: Field, known: Mask) -> Field:
    """Return the squared detail of each known pixel, 0 elsewhere."""
    # Half the size is fine enough, and a quarter of the time.
    half = cv2.resize(grey, None, fx=0.5, fy=0.5, interpolation=cv2.INTER_AREA)
    fine, coarse = (
        cv2.GaussianBlur(half, (0, 0), sigma / 2) for sigma in (FINEST_PX, COARSEST_PX)
    )
    squared = cv2.resize(np.square(fine - coarse), grey.shape[::-1])
    return np.where(known, squared, 0)


def _mean_around(detail: Field, known: Mask, block: _Block) -> float:
    seen = known[block.outer].sum()
    return float(detail[block.outer].sum() / seen) if seen else 0.0


def _blocks(wanted: Mask, known: Mask) -> list[_Block]:
    """Return squares that cover what is wanted, those next to what is known first."""
    most = MOST_BLOCKS * LEAST_BLOCK_PX**2
    size = int(LEAST_BLOCK_PX * np.sqrt(max(wanted.sum() / most, 1)))
    size -= size % SHRINK
    margin = size // 2 - size // 2 % SHRINK
    x0, y0, x1, y1 = bounding_box(wanted)
    away = distance_outside(known)
    found = []
    for y in range(y0 - y0 % SHRINK, y1, size):
        for x in range(x0 - x0 % SHRINK, x1, size):
            inner = np.s_[y : y + size, x : x + size]
            here = wanted[inner]
            if here.any():
                rows = slice(max(y - margin, 0), y + size + margin)
                columns = slice(max(x - margin, 0), x + size + margin)
                far = float(away[inner][here].mean())
                found.append((far, _Block(inner, (rows, columns))))
    found.sort(key=lambda pair: pair[0])
    return [block for _, block in found]


class _Quilt:
    """A picture that is filled block by block.

    Attributes
    ----------
    image : (H, W, 3) float32
        The picture so far.
    """

    def __init__(
        self,
        image: FloatImage,
        grey: Field,
        known: Mask,
        wanted: Mask,
        variance: float,
    ) -> None:
        self.image = image.copy()
        self._source, self._grey, self._known = image, grey, known
        self._wanted, self._variance = wanted, variance
        self._done_grey, self._done = grey.copy(), known.copy()
        self._small = _shrunk(grey)
        self._small_hole = _shrunk((~known).astype(np.float32))
        self._copied: list[tuple[_Block, Offset]] = []

    def reaches(self, block: _Block) -> bool:
        """Whether blocks were copied next to this one."""
        return any(_meet(block, other) for other, _ in self._copied)

    def fill(self, block: _Block) -> None:
        """Copy to a block what fits best to what is around it; nothing if none does."""
        offset = self._offset(block)
        if offset is None:
            return
        target, source = self._overlap(block, offset)
        known, fixed = self._known[source], self._done[target]
        apart = (self._source[source] - self.image[target])[known & fixed]
        if np.abs(apart.mean(axis=0)).max() > MOST_APART:
            return
        self._copied.append((block, offset))
        usable = known & self._wanted[target]
        share = np.where(fixed, self._feathered(block, target), 1) * usable
        mixed = self.image[target]
        mixed += share[..., None] * (self._source[source] - mixed)
        self._done[target] |= share > 0
        self._done_grey[target] = cv2.cvtColor(mixed, cv2.COLOR_RGB2GRAY)

    def _overlap(self, block: _Block, offset: Offset) -> tuple[Window, Window]:
        """Return where a block with its margin lies in the picture, and its source."""
        target, source = [], []
        for part, by, side in zip(block.outer, offset, self._known.shape, strict=True):
            first = max(part.start, -by)
            last = max(min(part.stop, side, side - by), first)
            target.append(slice(first, last))
            source.append(slice(first + by, last + by))
        return (target[0], target[1]), (source[0], source[1])

    def _feathered(self, block: _Block, target: Window) -> Field:
        """1 in the block itself, fading out over what was copied around it."""
        share = np.zeros(self._done[target].shape, np.float32)
        rows, columns = (
            slice(inner.start - part.start, inner.stop - part.start)
            for inner, part in zip(block.inner, target, strict=True)
        )
        share[max(rows.start, 0) : rows.stop, max(columns.start, 0) : columns.stop] = 1
        return np.clip(2 * cv2.blur(share, (2 * FEATHER_PX + 1,) * 2), 0, 1)

    def _offset(self, block: _Block) -> Offset | None:
        """Return from where to copy a block, None if nowhere enough is known."""
        nearby = {offset for other, offset in self._copied if _meet(block, other)}
        usual = Counter(offset for _, offset in self._copied).most_common(USUAL)
        tried = [*sorted(nearby), *(offset for offset, _ in usual)]
        costs = {offset: self._cost(block, offset) for offset in tried}
        if min(costs.values(), default=np.inf) > ALONE * self._variance:
            found = self._best_place(block, FAR_ASIDE)
            if found is None and min(costs.values(), default=np.inf) == np.inf:
                found = self._best_place(block, self._known.shape[1])
            if found is not None:
                offset = self._to_the_pixel(block, found)
                costs.setdefault(
                    offset, self._cost(block, offset) + ALONE * self._variance
                )
        best = min(costs, key=lambda offset: costs[offset], default=None)
        return None if best is None or np.isinf(costs[best]) else best

    def _cost(self, block: _Block, offset: Offset) -> float:
        """How badly an offset fits: in the picture's own units, squared."""
        target, source = self._overlap(block, offset)
        known, done = self._known[source], self._done[target]
        missing = self._wanted[block.outer] & ~self._done[block.outer]
        found = (self._wanted[target] & ~done & known).sum()
        if missing.sum() - found > MOST_LOST * missing.sum():
            return np.inf
        told = known & done
        if not told.any():
            return np.inf
        there = self._grey[source] - self._done_grey[target]
        apart = float(np.square(there[told]).mean())
        unsure = 1 - float(told.sum()) / float(self._done[block.outer].sum())
        return apart + self._variance * (unsure + UPWARDS * abs(offset[0]) / FAR_DOWN)

    def _best_place(self, block: _Block, far_aside: int) -> Offset | None:
        """Return where all around fits best, to the pixel of the small picture."""
        outer = tuple(
            slice(part.start // SHRINK, min(part.stop // SHRINK, side))
            for part, side in zip(block.outer, self._small.shape, strict=True)
        )
        full = tuple(slice(p.start * SHRINK, p.stop * SHRINK) for p in outer)
        weight = _shrunk(self._done[full].astype(np.float32))
        total = float(weight.sum())
        if total < 1:
            return None
        missing = _shrunk((self._wanted & ~self._done)[full].astype(np.float32))
        window = tuple(
            slice(max(part.start - far // SHRINK, 0), part.stop + far // SHRINK)
            for part, far in zip(outer, (FAR_DOWN, far_aside), strict=True)
        )
        hole = self._small_hole[window]
        cost = _apart(self._small[window], _shrunk(self._done_grey[full]), weight)
        down, aside = (
            (np.arange(count) + near.start - part.start) * SHRINK
            for count, near, part in zip(cost.shape, window, outer, strict=True)
        )
        steep = (UPWARDS / FAR_DOWN * self._variance) * np.abs(down)
        cost += steep[:, None].astype(np.float32)
        # Nothing is known of what tells where from, or of what is to be copied.
        unsure = cv2.matchTemplate(hole, weight, cv2.TM_CCORR)
        cost += self._variance * unsure / total
        lost = cv2.matchTemplate(hole, missing, cv2.TM_CCORR)
        cost[lost > MOST_LOST * missing.sum()] = np.inf
        row, column = np.unravel_index(int(np.argmin(cost)), cost.shape)
        if not np.isfinite(cost[row, column]):
            return None
        return int(down[row]), int(aside[column])

    def _to_the_pixel(self, block: _Block, rough: Offset) -> Offset:
        """Return the offset next to `rough` that fits best."""
        target, source = self._overlap(block, rough)
        room = [
            (min(SHRINK - 1, part.start), min(SHRINK - 1, side - part.stop))
            for part, side in zip(source, self._known.shape, strict=True)
        ]
        around = self._grey[
            source[0].start - room[0][0] : source[0].stop + room[0][1],
            source[1].start - room[1][0] : source[1].stop + room[1][1],
        ]
        weight = self._done[target].astype(np.float32)
        cost = _apart(around, self._done_grey[target], weight)
        best = np.unravel_index(int(np.argmin(cost)), cost.shape)
        return (
            rough[0] + int(best[0]) - room[0][0],
            rough[1] + int(best[1]) - room[1][0],
        )


def _apart(around: Field, there: Field, weight: Field) -> Field:
    """Return the mean squared difference of `there` at each place in `around`."""
    total = max(float(weight.sum()), 1e-6)
    # Less is lost to rounding if both are about 0.
    mean = float((weight * there).sum()) / total
    there, around = there - mean, around - mean
    cost = cv2.matchTemplate(around * around, weight, cv2.TM_CCORR)
    cost -= 2 * cv2.matchTemplate(around, weight * there, cv2.TM_CCORR)
    return (cost + float((weight * there * there).sum())) / total


def _meet(one: _Block, other: _Block) -> bool:
    """Whether the surroundings of one block reach into another."""
    return all(
        part.start < inner.stop and inner.start < part.stop
        for part, inner in zip(one.outer, other.inner, strict=True)
    )


def _shrunk(field: Field) -> Field:
    height, width = (side // SHRINK for side in field.shape)
    whole = field[: height * SHRINK, : width * SHRINK]
    return cv2.resize(whole, (width, height), interpolation=cv2.INTER_AREA)
