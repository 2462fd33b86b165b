"""Named key points on the outline of a garment, found on both sides at once.

Tops and dresses have, on each side: neck (where the shoulder line begins), tip (upper
end of the armhole), pit (its lower end), hem; with sleeves also cuff_outer and
cuff_inner. Trousers, shorts and skirts have waist and hem; trousers also a crotch in
the middle.
"""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import maximum_filter1d

from .arrays import OUTWARD, SIDES, Points, Side
from .outline import HalfOutline, Outline, trace_outline

SLEEVE_REACH = 0.07
"""Least distance, in garment widths, that a sleeve goes beyond its armpit."""
USUAL_NECK = 0.48
"""Half width of a neckline over that of the chest."""
MERGED_BELOW, USUAL_PIT = 0.72, 0.38
"""Shares of the height: an armpit found below the first is only where a sleeve leaves
the hem; then the second is taken for the armpit's."""
STRAP_WIDTH = 0.11
"""Strips of garment narrower than this share of its width are straps."""


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
    """

    half: HalfOutline
    neck: int
    tip: int
    pit: int
    hem: int
    cuff_outer: int | None
    cuff_inner: int | None
    confidence: float

    def point(self, index: int) -> np.ndarray:
        return self.half.path[index]

    @property
    def is_sleeved(self) -> bool:
        return self.cuff_outer is not None

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
            indices |= {"cuff_outer": self.cuff_outer, "cuff_inner": self.cuff_inner}
        return {
            f"{self.half.side}_{name}": Keypoint(
                *map(float, self.half.path[index]), self.confidence
            )
            for name, index in indices.items()
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
        side: _sleeved_side(outline.halves[side], pits[side], hems[side])
        for side in SIDES
        if pits[side] is not None
    }
    return {side: found.get(side) or _mirrored(outline, found, side) for side in SIDES}


def _hem(outline: Outline, half: HalfOutline) -> int:
    """The outer lower corner of the body: low and far out, on the run over the axis."""
    bottom = half.y[-1]
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


def part_sleeves(outline: Outline) -> Outline:
    """Cut sleeves that lie against the body apart from it, as far as can be told.

    All that shows of the parting is a notch where the body's hem ends between the
    sleeves. From there a slit is cut straight up to the usual height of armpits.
    """
    notches = {}
    for side in SIDES:
        half = outline.halves[side]
        scores = _armpit_scores(outline, half, len(half.path) - 1, lowest=0.97)
        best = int(np.argmax(scores))
        if scores[best] < 0.6 or half.y[best] < outline.row(MERGED_BELOW):
            return outline
        notches[side] = half.path[best]
    apart = outline.mask.copy()
    top = outline.row(USUAL_PIT)
    for x, y in notches.values():
        slit = np.s_[top : int(y) + 2, int(x) - 2 : int(x) + 3]
        apart[slit] = False
    return trace_outline(apart)


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
    total = np.zeros(outline.mask.shape[0], np.float32)
    spread = max(round(0.03 * outline.height), 1)
    kernel = np.ones(2 * spread + 1, np.float32)
    for side in SIDES:
        rows = np.zeros_like(total)
        y = outline.halves[side].y.astype(int).clip(0, len(total) - 1)
        np.maximum.at(rows, y, scores[side].astype(np.float32))
        total += _spread_max(rows, len(kernel))
    best = int(np.argmax(total))
    return float(best) if total[best] > 0.9 else None


def _spread_max(rows: np.ndarray, window: int) -> np.ndarray:
    return maximum_filter1d(rows, window)


def _pit_near(
    outline: Outline, side: Side, score: np.ndarray, height: float
) -> int | None:
    away = np.abs(outline.halves[side].y - height) / outline.height
    score = np.where(away < 0.09, score * (1 - 3 * away), 0)
    best = int(np.argmax(score))
    return best if score[best] > 0.35 else None


def _sleeved_side(half: HalfOutline, pit: int, hem: int) -> UpperSide:
    neck = _neck(half, pit)
    tip = _shoulder_tip(half, neck, pit)
    cuff_outer, cuff_inner = _cuff(half, tip, pit)
    confidence = float(np.clip(half.turning(30)[pit] / 1.2, 0.2, 1))
    return UpperSide(half, neck, tip, pit, hem, cuff_outer, cuff_inner, confidence)


def _neck(half: HalfOutline, pit: int) -> int:
    """Where collar, hood or neckline meets the shoulder: a concave bend, if any.

    Otherwise the outer end of the top plateau: a plain neckline.
    """
    height = np.ptp(half.y)
    upper = np.arange(pit)
    upper = upper[half.out[upper] < 0.72 * half.out[pit]]
    if len(upper) == 0:
        return 0
    top = upper[np.argmin(half.y[upper])]
    plateau = upper[half.y[upper] <= half.y[top] + 0.012 * height]
    start = int(plateau[np.argmax(half.out[plateau])])
    below = upper[(upper >= start) & (half.y[upper] < half.y[top] + 0.26 * height)]
    bend = half.turning(max(round(0.025 * height), 4))[below]
    if len(below) and bend.max() > 0.45:
        return int(below[np.argmax(bend)])
    return start


def _shoulder_tip(half: HalfOutline, neck: int, pit: int) -> int:
    """Where the shoulder line turns down into the sleeve, about above the armpit."""
    height = np.ptp(half.y)
    beyond = np.arange(neck, pit + 1)
    farthest = np.linalg.norm(half.path[beyond] - half.path[neck], axis=1).argmax()
    beyond = beyond[: max(farthest, 2)]
    beyond = beyond[half.y[beyond] < half.y[pit] - 0.03 * height]
    least = half.out[neck] + 0.3 * max(half.out[pit] - half.out[neck], 0)
    beyond = beyond[half.out[beyond] > least]
    if len(beyond) < 2:
        return (neck + pit) // 2
    bend = -half.turning(max(round(0.05 * height), 4))[beyond]
    # Without a corner the armhole is taken to stand upright.
    off = np.log(np.maximum(half.out[beyond], 1) / half.out[pit])
    score = np.clip(bend, 0, 0.8) - 2.0 * np.abs(off + 0.03)
    return int(beyond[np.argmax(score)])


def _cuff(half: HalfOutline, tip: int, pit: int) -> tuple[int, int]:
    """The outer and inner corner of the sleeve's end."""
    path = half.path[tip : pit + 1]
    root = (path[0] + path[-1]) / 2
    reach = np.linalg.norm(path - root, axis=1)
    armhole = np.linalg.norm(path[0] - path[-1])
    if reach.max() > 1.15 * armhole:
        return _far_end(path, root, tip, 0.28 * armhole)
    return _sharpest_corners(half, tip, pit)


def _far_end(
    path: np.ndarray, root: np.ndarray, tip: int, depth: float
) -> tuple[int, int]:
    """The ends, across the sleeve, of what lies farthest along it: long sleeves."""
    far = path[np.argmax(np.linalg.norm(path - root, axis=1))]
    along = (far - root) / (np.linalg.norm(far - root) + 1e-6)
    reach = (path - root) @ along
    end = np.flatnonzero(reach >= reach.max() - min(depth, 0.22 * reach.max()))
    off = (path[end] - root) @ np.array([-along[1], along[0]])
    corners = sorted((int(end[np.argmax(off)]), int(end[np.argmin(off)])))
    return tip + corners[0], tip + max(corners[1], corners[0] + 1)


def _sharpest_corners(half: HalfOutline, tip: int, pit: int) -> tuple[int, int]:
    """Short sleeves: the last sharp corner before the armpit, and the one before it."""
    height = np.ptp(half.y)
    apart = max(round(0.03 * height), 4)
    armhole = float(np.linalg.norm(half.path[tip] - half.path[pit]))
    beyond = np.arange(tip + apart, pit - apart // 3)
    if len(beyond) < 2 * apart:
        middle = (tip + pit) // 2
        return middle, middle + 1
    bend = -half.turning(apart)
    window = apart // 2
    peaks = np.array(
        [
            i
            for i in beyond
            if bend[i] > 0.3
            and bend[i] >= bend[max(i - window, 0) : i + window + 1].max()
        ],
        int,
    )
    if not len(peaks):
        return _far_end(half.path[tip : pit + 1], half.path[[tip, pit]].mean(0), tip, 0)
    inner = int(peaks[-1])
    edge = np.linalg.norm(half.path[peaks] - half.path[inner], axis=1) / armhole
    fitting = peaks[(edge > 0.15) & (edge < 1.2)]
    sharp = fitting[bend[fitting] > 0.6]
    if len(sharp):
        return int(sharp[-1]), inner
    if np.linalg.norm(half.path[inner] - half.path[pit]) > 0.34 * armhole:
        # No seam to be seen under the arm: the cuff ends at the armpit.
        return inner, pit - max(round(0.05 * armhole), 2)
    if len(fitting):
        return int(fitting[np.argmax(bend[fitting])]), inner
    away = np.linalg.norm(half.path[tip:inner] - half.path[inner], axis=1)
    return tip + int(np.argmin(np.abs(away - 0.75 * armhole))), inner


def _mirrored(outline: Outline, found: dict[Side, UpperSide], side: Side) -> UpperSide:
    """The other side's key points, mirrored on the axis."""
    other = found["right" if side == "left" else "left"]
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
    height = _armhole_end_height(outline, hems)
    sides = {}
    for side in SIDES:
        half, hem = outline.halves[side], hems[side]
        upper = np.arange(hem)
        top = int(np.argmin(half.y[: hem + 1]))
        below = upper[(half.y[upper] <= height) | (upper <= top)]
        pit = int(below[-1]) if len(below) else top
        neck = _inner_end(half, pit)
        tip = _strap_end(half, neck, pit)
        sides[side] = UpperSide(half, neck, tip, pit, hem, None, None, 0.7)
    return sides


def _armhole_end_height(outline: Outline, hems: dict[Side, int]) -> float:
    """The row of the convex corner where the armhole ends and the flank begins."""
    strap_end = _strap_end_row(outline)
    if strap_end is not None:
        return strap_end
    total = np.zeros(outline.mask.shape[0], np.float32)
    reach = round(0.04 * outline.height)
    for side in SIDES:
        half = outline.halves[side]
        corner = -half.turning(reach)
        far_out = half.out > 0.6 * half.out[: hems[side] + 1].max()
        top = half.y.min()
        allowed = far_out & (half.y > top + 0.10 * outline.height)
        allowed &= half.y < outline.row(0.5)
        allowed[hems[side] :] = False
        rows = np.zeros_like(total)
        y = half.y.astype(int).clip(0, len(total) - 1)
        np.maximum.at(rows, y, np.where(allowed, corner, 0).astype(np.float32))
        total += _spread_max(rows, 2 * round(0.02 * outline.height) + 1)
    best = int(np.argmax(total))
    if total[best] > 0.5:
        return float(best)
    return outline.y0 + min(0.30 * outline.height, 0.55 * outline.width)


def _strap_end_row(outline: Outline) -> float | None:
    """The row where straps have widened into the body; None without thin straps."""
    rows = np.arange(outline.row(0.03), outline.row(0.45))
    widths = []
    for y in rows:
        found = outline.runs(y)
        sizes = (found[:, 1] - found[:, 0] + 1) / outline.width
        on_both = len(found) >= 2 and found[0, 1] < outline.axis_x < found[-1, 0]
        widths.append(min(sizes[0], sizes[-1]) if on_both else np.nan)
    widths = np.array(widths)
    seen = np.flatnonzero(np.isfinite(widths))
    if len(seen) < 10 or np.median(widths[seen[: len(seen) // 4]]) > STRAP_WIDTH:
        return None
    wide = seen[widths[seen] > 1.6 * STRAP_WIDTH]
    return float(rows[wide[0]]) if len(wide) else None


def _inner_end(half: HalfOutline, pit: int) -> int:
    """The inner upper corner of the strap or shoulder.

    Where the back closes the neckline to a straight top, the shoulder is taken to be
    as wide as shoulders usually are.
    """
    if pit < 2:
        return 0
    height = np.ptp(half.y)
    upper = np.arange(pit)
    top = half.y[upper].min()
    plateau = upper[half.y[upper] <= top + 0.012 * height]
    first = int(plateau[0])
    widest = half.out[: pit + 1].max()
    if half.out[first] > 0.15 * widest:
        return first
    bend = half.turning(max(round(0.025 * height), 4))[upper]
    bend[half.out[upper] > 0.7 * widest] = 0
    if bend.max() > 0.45:
        return int(np.argmax(bend))
    return int(np.argmin(np.abs(half.out[upper] - USUAL_NECK * widest)))


def _strap_end(half: HalfOutline, neck: int, pit: int) -> int:
    """The outer upper corner of the strap or shoulder."""
    reach = np.arange(neck, max(pit, neck + 1))
    reach = reach[half.y[reach] < half.y[neck] + 0.12 * np.ptp(half.y)]
    if len(reach) == 0:
        return neck
    return int(reach[np.argmax(half.out[reach] - 0.9 * (half.y[reach] - half.y[neck]))])
