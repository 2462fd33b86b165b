"""Named key points on the outline of a garment, found on both sides at once.

Tops and dresses have, on each side: neck (where the shoulder line begins), tip (upper
end of the armhole), pit (its lower end), hem; with sleeves also cuff_outer and
cuff_inner. Trousers, shorts and skirts have waist and hem; trousers also a crotch in
the middle.
"""

from dataclasses import dataclass, replace

import numpy as np

from ..arrays import OPPOSITE, OUTWARD, SIDES, Points, Side
from .armholes import find_armhole_end_height, find_inner_end, find_strap_end
from .cuffs import find_cuff, find_neck, find_shoulder_tip
from .outline import HalfOutline, Outline, spread_max, trace_outline

SLEEVE_REACH = 0.07
"""Least distance, in garment widths, that a sleeve goes beyond its armpit."""
MERGED, GOES_ON, USUAL_PIT = (0.66, 0.72), (0.02, 0.08), 0.38
"""Shares of the height: how low a notch is, and how far the sleeve goes on below it,
up to which it is an armpit, and from which it is only where a sleeve leaves the hem;
then the last is taken for the armpit's."""
TOO_LOW = 0.76, 0.80
"""Below the second it is no armpit, even where the sleeve ends."""
BOTH, LONE = 0.9, 1.5
"""Score from which both sides together show an armpit, and one alone for both."""
LIKE_CUFFS = 0.65
"""Width of one cuff over the other's, at least."""
LIKE_LEADS = 0.6
"""How much farther, in its own widths, one cuff may lead to the body than the other."""
LIKE_NECKS, FAR_APART = 0.15, 0.5
"""How far apart, relatively, the neck points of both sides may be off the axis where a
collar's bend shows on one of them only, and at all."""
COLLAR_BEND = 0.45
"""Concave bend, in radians, where a collar meets the shoulder."""
NARROW_END, BODY_SHARE = 0.3, 0.85
"""Width, over that of the body, of what is no hem but a crotch or a belt's end, and
down to which the body goes."""
MERGED_ASPECT = 1.5
"""Height over width up to which sleeves may reach the hem."""
SPREAD = 0.12
"""How much the outer edge of a sleeve that hangs straight down leans all the same, in
pixels aside per pixel down."""


@dataclass(frozen=True, eq=False)
class Keypoint:
    """A point (x, y) in pixels of the flat, and how sure it is, in [0, 1]."""

    x: float
    y: float
    confidence: float

    @property
    def xy(self) -> np.ndarray:
        return np.array([self.x, self.y], np.float32)


@dataclass(frozen=True, eq=False)
class UpperSide:
    """One side of a top or dress, as indices into its half outline.

    Attributes
    ----------
    half : HalfOutline
        May be the mirror of the other side's, where this side shows no armpit.
    neck, tip, pit, hem : int
    cuff_outer, cuff_inner : int or None
        None without a sleeve.
    confidence : float
    opening : int or None
        Outer end of the edge along which a sleeve that is worn off the shoulder begins.
    """

    half: HalfOutline
    neck: int
    tip: int
    pit: int
    hem: int
    cuff_outer: int | None
    cuff_inner: int | None
    confidence: float
    opening: int | None = None

    def point(self, index: int) -> np.ndarray:
        return self.half.path[index]

    @property
    def is_sleeved(self) -> bool:
        return self.cuff_outer is not None

    @property
    def outer_start(self) -> int:
        """Where the outer edge of the sleeve begins."""
        return self.tip if self.opening is None else self.opening

    @property
    def cuff(self) -> tuple[int, int]:
        """Outer and inner end of the cuff, as indices; ValueError without a sleeve."""
        if self.cuff_outer is None or self.cuff_inner is None:
            raise ValueError("A side without a sleeve has no cuff.")
        return self.cuff_outer, self.cuff_inner

    @property
    def sleeve(self) -> Points:
        """Closed polygon of the sleeve, from tip over the cuff to the armpit."""
        return self.half.path[self.tip : self.pit + 1]

    @property
    def flank(self) -> Points:
        """Contour from armpit to hem."""
        return self.half.path[self.pit : self.hem + 1]

    def named(self) -> dict[str, Keypoint]:
        """Return this side's key points by name, e.g. "left_pit"."""
        indices = {"neck": self.neck, "tip": self.tip, "pit": self.pit, "hem": self.hem}
        if self.is_sleeved:
            indices |= dict(zip(("cuff_outer", "cuff_inner"), self.cuff, strict=True))
        return {
            f"{self.half.side}_{name}": Keypoint(float(x), float(y), self.confidence)
            for name, index in indices.items()
            for x, y in [self.half.path[index]]
        }


def find_upper_keypoints(outline: Outline) -> dict[Side, UpperSide]:
    """Find neck, shoulder tip, armpit, hem and cuffs of a top or dress.

    Notes
    -----
    Armpits are the sharpest concave bends that have sleeve beyond them. A garment is
    symmetric enough to let both sides vote on their height; a side without an armpit
    near the agreed height takes the mirror image of the other.
    """
    hems = {side: _hem(outline, outline.halves[side]) for side in SIDES}
    scores = {
        side: _armpit_scores(outline, outline.halves[side], hems[side])
        for side in SIDES
    }
    height = _agreed_height(outline, scores)
    if height is None:
        return _sleeveless(outline, hems)
    pits = {side: _pit_near(outline, side, scores[side], height) for side in SIDES}
    found = {
        side: _sleeved_side(outline.halves[side], pit, hems[side])
        for side, pit in pits.items()
        if pit is not None
    }
    if len(found) == 2:
        return _with_like_necks(outline, _with_like_cuffs(outline, found))
    return {side: found.get(side) or _mirrored(outline, found, side) for side in SIDES}


def _hem(outline: Outline, half: HalfOutline) -> int:
    """The outer lower corner of the body: low and far out, on the run over the axis."""
    bottom = min(half.y[-1], _body_end(outline))
    best, where = -np.inf, None
    for fraction in (0.012, 0.03, 0.05, 0.08, 0.12, 0.16):
        y = int(bottom - fraction * outline.height)
        run = outline.central_run(y)
        if run is None:
            continue
        x = run[0] if half.side == "left" else run[1]
        score = y + 0.9 * (x - outline.axis_x) * OUTWARD[half.side]
        if score > best:
            best, where = score, np.array([x, y], np.float32)
    if where is None:
        return len(half.path) - 1
    distance = np.linalg.norm(half.path - where, axis=1)
    distance[: int(0.3 * len(distance))] = np.inf
    return int(np.argmin(distance))


def _body_end(outline: Outline) -> float:
    """The row where the body ends, above the crotch of a bodysuit or a belt's ends."""
    fractions = np.linspace(0.55, 0.985, 60)
    widths = np.zeros(len(fractions))
    for index, fraction in enumerate(fractions):
        run = outline.central_run(outline.row(fraction))
        widths[index] = 0 if run is None else run[1] - run[0] + 1
    if not widths.any() or widths[-1] > NARROW_END * widths.max():
        return float(outline.row(1.0))
    last = np.flatnonzero(widths > BODY_SHARE * widths.max())[-1]
    return float(outline.row(fractions[last]))


def part_sleeves(outline: Outline) -> Outline:
    """Cut sleeves that lie against the body apart from it, as far as can be told.

    All that shows of the parting is a notch where the body's hem ends between the
    sleeves. From there a slit is cut up to the usual height of armpits; it leans as
    the sleeve does.
    """
    if outline.height > MERGED_ASPECT * outline.width:
        return outline  # sleeves end at the hips: a long hem has other notches
    notches, below = {}, []
    for side in SIDES:
        half = outline.halves[side]
        scores = _armpit_scores(outline, half, len(half.path) - 1, lowest=0.97)
        best = int(np.argmax(scores))
        if scores[best] < 0.6:
            return outline
        notches[side] = half.path[best]
        below.append((half.y[:best].max() - half.y[best]) / outline.height)
    notch = float(np.mean([y for _, y in notches.values()]))
    height = (notch - outline.y0) / outline.height
    low, too_low = (np.interp(height, ends, (0, 1)) for ends in (MERGED, TOO_LOW))
    goes_on = np.interp(np.mean(below), GOES_ON, (0, 1))
    merged = float(max(low * goes_on, too_low))
    if merged == 0:
        return outline
    apart = outline.mask.copy()
    top = round(notch + (outline.row(USUAL_PIT) - notch) * merged)
    for side, (x, y) in notches.items():
        rows = np.arange(top, int(y) + 2)
        inwards = _lean(outline.halves[side], rows) * (y - rows)
        columns = np.round(x - OUTWARD[side] * inwards).astype(int)
        apart[rows[:, None], columns[:, None] + np.arange(-2, 3)] = False
    return trace_outline(apart)


def _lean(half: HalfOutline, rows: np.ndarray) -> float:
    """How far the parting comes in per row upwards; 0 if the sleeve hangs straight."""
    inside = (half.y >= rows[0]) & (half.y <= rows[-1])
    out = np.zeros(len(rows))
    index = (half.y[inside] - rows[0]).round().astype(int).clip(0, len(rows) - 1)
    np.maximum.at(out, index, half.out[inside])
    known = out > 0
    if known.sum() < 2:
        return 0.0
    lean = float(np.polyfit(rows[known], out[known], 1)[0])
    return max(lean - SPREAD, 0.0)


def _armpit_scores(
    outline: Outline, half: HalfOutline, hem: int, lowest: float = 0.80
) -> np.ndarray:
    """How much each contour point looks like an armpit: its bend if sleeve lies beyond.

    The sleeve beyond reaches farther out, or farther down, than the armpit.
    """
    bends = [half.turning(round(reach * outline.height)) for reach in (0.03, 0.06)]
    bend = np.minimum(*bends)
    top = int(np.argmin(half.y))  # before it the path may climb out of a neckline
    out, y = half.out.copy(), half.y.copy()
    out[:top], y[:top] = out.min(), y.min()
    reach_out = np.maximum.accumulate(out) - half.out
    reach_down = np.maximum.accumulate(y) - half.y
    reach = np.maximum(reach_out, reach_down) / outline.width
    score = bend * np.clip(reach / (2 * SLEEVE_REACH), 0, 1)
    allowed = (reach > SLEEVE_REACH) & (half.out > 0.12 * outline.width)
    allowed &= half.y > outline.row(0.10)
    allowed &= half.y < outline.row(lowest)
    allowed[hem:] = False
    return np.where(allowed, score, 0)


def _agreed_height(outline: Outline, scores: dict[Side, np.ndarray]) -> float | None:
    """The row on which both sides together look most like an armpit."""
    spread = max(round(0.03 * outline.height), 1)
    by_side = np.zeros((len(SIDES), outline.mask.shape[0]), np.float32)
    for rows, side in zip(by_side, SIDES, strict=True):
        y = outline.halves[side].y.astype(int).clip(0, len(rows) - 1)
        np.maximum.at(rows, y, scores[side].astype(np.float32))
        rows[:] = spread_max(rows, 2 * spread + 1)
    total = by_side.sum(axis=0)
    # A strap with a kink in it shows one on its own side only.
    least = np.where(by_side.min(axis=0) > 0, BOTH, LONE)
    best = int(np.argmax(np.where(total > least, total, 0)))
    return float(best) if total[best] > least[best] else None


def _pit_near(
    outline: Outline, side: Side, score: np.ndarray, height: float
) -> int | None:
    away = np.abs(outline.halves[side].y - height) / outline.height
    score = np.where(away < 0.09, score * (1 - 3 * away), 0)
    best = int(np.argmax(score))
    return best if score[best] > 0.35 else None


def _sleeved_side(half: HalfOutline, pit: int, hem: int) -> UpperSide:
    neck = find_neck(half, pit)
    tip = find_shoulder_tip(half, neck, pit)
    cuff_outer, cuff_inner = find_cuff(half, tip, pit)
    confidence = float(np.clip(half.turning(30)[pit] / 1.2, 0.2, 1))
    return UpperSide(half, neck, tip, pit, hem, cuff_outer, cuff_inner, confidence)


def _with_like_cuffs(
    outline: Outline, sides: dict[Side, UpperSide]
) -> dict[Side, UpperSide]:
    """Where one cuff is far narrower than the other, or leads along the sleeve's
    outside while the other leads back to the body, look where the other's lies."""
    width, lead = {}, {}
    for name, s in sides.items():
        outer, inner = s.cuff
        width[name] = float(np.linalg.norm(s.point(outer) - s.point(inner)))
        lead[name] = float(s.half.out[outer] - s.half.out[inner]) / max(width[name], 1)
    narrow = min(SIDES, key=lambda name: width[name])
    if width[narrow] > LIKE_CUFFS * max(width.values()):
        narrow = min(SIDES, key=lambda name: lead[name])
        if lead[narrow] > max(lead.values()) - LIKE_LEADS:
            return sides
    wide = sides[OPPOSITE[narrow]]
    side = sides[narrow]
    sleeve = np.arange(side.tip, side.pit + 1)

    def opposite(index: int) -> int:
        x, y = wide.point(index)
        away = side.half.path[sleeve] - (2 * outline.axis_x - x, y)
        return int(sleeve[np.linalg.norm(away, axis=1).argmin()])

    outer, inner = map(opposite, wide.cuff)
    if outer >= inner:
        return sides
    return sides | {narrow: replace(side, cuff_outer=outer, cuff_inner=inner)}


def _with_like_necks(
    outline: Outline, sides: dict[Side, UpperSide]
) -> dict[Side, UpperSide]:
    """Where the neck points are unlike, look where the one that is right lies.

    That is the one in the bend between collar and shoulder, or the outer one: bows and
    ties end a neckline too near to the axis.
    """
    outs = {name: float(s.half.out[s.neck]) for name, s in sides.items()}
    outer = max(SIDES, key=lambda name: outs[name])
    apart = 1 - min(outs.values()) / max(outs[outer], 1)
    if apart < LIKE_NECKS:
        return sides
    reach = max(round(0.025 * outline.height), 4)
    bent = {
        name for name, s in sides.items() if s.half.turning(reach)[s.neck] > COLLAR_BEND
    }
    if apart < FAR_APART and len(bent) != 1:
        return sides
    right = outer if apart > FAR_APART else bent.pop()
    wrong = OPPOSITE[right]
    side = sides[wrong]
    x, y = sides[right].point(sides[right].neck)
    away = side.half.path[: side.tip] - (2 * outline.axis_x - x, y)
    if not len(away):
        return sides
    neck = int(np.linalg.norm(away, axis=1).argmin())
    return sides | {wrong: replace(side, neck=neck)}


def _mirrored(outline: Outline, found: dict[Side, UpperSide], side: Side) -> UpperSide:
    """The other side's key points, mirrored on the axis."""
    other = found[OPPOSITE[side]]
    path = other.half.path.copy()
    path[:, 0] = 2 * outline.axis_x - path[:, 0]
    half = HalfOutline(side, path, other.half.out)
    return UpperSide(
        half,
        other.neck,
        other.tip,
        other.pit,
        other.hem,
        other.cuff_outer,
        other.cuff_inner,
        0.5 * other.confidence,
    )


def _sleeveless(outline: Outline, hems: dict[Side, int]) -> dict[Side, UpperSide]:
    """Straps, tank tops, strapless bodies: the armhole is the contour itself."""
    height = find_armhole_end_height(outline, hems)
    sides = {}
    for side in SIDES:
        half, hem = outline.halves[side], hems[side]
        upper = np.arange(hem)
        top = int(np.argmin(half.y[: hem + 1]))
        below = upper[(half.y[upper] <= height) | (upper <= top)]
        pit = int(below[-1]) if len(below) else top
        neck = find_inner_end(half, pit)
        tip = find_strap_end(half, neck, pit)
        sides[side] = UpperSide(half, neck, tip, pit, hem, None, None, 0.7)
    return _with_like_necks(outline, sides)
