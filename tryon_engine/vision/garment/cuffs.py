"""Corners of a sleeved half outline: neck, shoulder tip and the ends of the cuff."""

import numpy as np

from .outline import HalfOutline

CLIMB = 0.05
"""Height, over the garment's, from which the edge of a wide neckline climbs."""
INNER, SLOPE, WIDE_CLIMB = 0.72, 0.3, 0.03
"""How far out necks usually end, over the armpit's distance from the axis; and how
steeply and how high, as above, a neckline rises there that goes on beyond."""


def find_neck(half: HalfOutline, pit: int) -> int:
    """Where collar, hood or neckline meets the shoulder: a concave bend, if any.

    Otherwise the outer end of the top plateau: a plain neckline. A wide neckline that
    climbs steeply up to the shoulder ends there.
    """
    height = np.ptp(half.y)
    above = np.arange(pit)
    upper = above[half.out[above] < INNER * half.out[pit]]
    if len(upper) == 0:
        return 0
    top = upper[np.argmin(half.y[upper])]
    inside = above[half.out[above] < half.out[pit]]
    peak = inside[np.argmin(half.y[inside])]
    across, climb = half.out[peak] - half.out[top], half.y[top] - half.y[peak]
    is_wide = half.out[top] > 0.95 * INNER * half.out[pit]
    slope, least = (SLOPE, WIDE_CLIMB) if is_wide else (1, CLIMB)
    if climb > max(slope * across, least * height):
        return int(inside[half.y[inside] <= half.y[peak] + 0.012 * height][0])
    plateau = upper[half.y[upper] <= half.y[top] + 0.012 * height]
    start = int(plateau[np.argmax(half.out[plateau])])
    below = upper[(upper >= start) & (half.y[upper] < half.y[top] + 0.26 * height)]
    bend = half.turning(max(round(0.025 * height), 4))[below]
    if len(below) and bend.max() > 0.45:
        return int(below[np.argmax(bend)])
    return start


def find_shoulder_tip(half: HalfOutline, neck: int, pit: int) -> int:
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


def find_cuff(half: HalfOutline, tip: int, pit: int) -> tuple[int, int]:
    """The outer and inner corner of the sleeve's end."""
    path = half.path[tip : pit + 1]
    root = (path[0] + path[-1]) / 2
    reach = np.linalg.norm(path - root, axis=1)
    armhole = float(np.linalg.norm(path[0] - path[-1]))
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
    # A cuff leads back to the body; what leads away from it is the sleeve's outside.
    is_back = half.out[peaks] > half.out[inner] - 0.02 * armhole
    fitting = peaks[(edge > 0.15) & (edge < 1.2) & is_back]
    sharp = fitting[bend[fitting] > 0.6]
    if len(sharp):
        return int(sharp[-1]), inner
    # No seam to be seen under the arm: the cuff ends at the armpit.
    at_pit = inner, pit - max(round(0.05 * armhole), 2)
    if np.linalg.norm(half.path[inner] - half.path[pit]) > 0.34 * armhole:
        return at_pit
    if len(fitting):
        return int(fitting[np.argmax(bend[fitting])]), inner
    away = np.linalg.norm(half.path[tip:inner] - half.path[inner], axis=1)
    outer = tip + int(np.argmin(np.abs(away - 0.75 * armhole)))
    return (outer, inner) if half.out[outer] > half.out[inner] else at_pit
