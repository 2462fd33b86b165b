"""Necklines as curves around the middle of a neck: a family, and the best of it."""

from functools import cache
from itertools import product

import cv2
import numpy as np

ANGLES, RADII = 96, 160
MAX_STEP = 4
"""Radii that the curve may move from one angle to the next."""
WIDTHS = (0.64, 0.7, 0.76, 0.82, 0.88, 0.94, 1.0)
"""Half widths of a neckline, over that between the neck points."""
DEPTHS = tuple(np.geomspace(0.45, 4.2, 36))
"""Depths of a neckline, over half the width between the neck points."""
GAPS = 0.25
SURE = 0.3
"""The weakest share of a deep neckline's edge, and its least mean strength: stripes and
checks give edges here and there at any depth, a neckline has one all along."""
RIVAL = 0.12
"""Mean edge by which a neckline may fall short of the best and still be considered."""
STEP_WORTH, FULL_STEP = 0.5, 8.0
"""What a step in colour all along counts beside edges; Lab distance of a full one."""
ACROSS = 3
"""Radii to either side of a neckline between which its step is taken."""
MIDDLE, LABEL_SAY = 0.4, 0.4
"""Cosine of the angles where a label may hang, and what they count there."""
BESIDE = np.r_[12:30, ANGLES - 30 : ANGLES - 12]
"""Angles at the sides of a neckline."""
APART, DEEPER, POINTED = 0.07, 1.8, 1.6
"""From how far on, relatively, two necklines are apart, how much deeper a V is that
may be in front of the back's band, and the roundness that it has at most."""
STRONG, CLEAN_STEP, FALLS_SHORT = 0.7, 4.0, 0.35
"""Mean edge and step in Lab of such a front one, and by how much its score may fall
short."""
STRONG_APART, STEP_APART = 0.78, 3.0
"""Its mean edge and its step where it is apart from the back's."""
CLOSE = 0.06
"""How far, relatively, a neckline strays from its superellipse."""
ROUNDNESS = (0.9, 1.2, 1.6, 2.0, 2.5, 3.2, 5.0)
"""Exponents of a neckline's superellipse: 1 is a V, 2 is round, more is squarer."""


def best_neckline(
    edge: np.ndarray,
    polar: np.ndarray,
    radii: np.ndarray,
    half: float,
    least: np.ndarray,
) -> np.ndarray:
    """Return the radius at each angle of the neckline that lies on most edge.

    Parameters
    ----------
    edge, polar : (ANGLES, RADII) and (ANGLES, RADII, 3) float
        Strength of edges in [0, 1], and Lab colours.
    radii : (RADII,) float
    half : float
        Half the width between the neck points, in pixels.
    least : (ANGLES,) float
        Radii that a neckline has at least.

    Notes
    -----
    Necklines are a family of three numbers, half width, depth and roundness, from a V
    over circles to a square. What is no neckline, a label say, cannot bend them.
    Along a neckline one colour follows on another all the way: stitches and weave have
    edges too, but lead nowhere. Where the edge of the back's band comes off a neckline
    that itself goes on deeper, the deeper one is in front.
    """
    family, shapes = _superellipses()
    radius = half * shapes
    place = (radius - radii[0]) / (radii[1] - radii[0])
    column = place.round().astype(int).clip(ACROSS, len(radii) - 1 - ACROSS)
    index = np.arange(ANGLES)
    say = np.where(np.abs(np.cos(angles())) < MIDDLE, LABEL_SAY, 1.0)
    along = edge[index, column]
    found = np.average(along, axis=1, weights=say)
    steps = polar[index, column + ACROSS] - polar[index, column - ACROSS]
    size = np.linalg.norm(steps, axis=2, keepdims=True)
    # A label's bold step counts no more than a seam's.
    steps *= np.minimum(FULL_STEP / np.maximum(size, 1e-3), 1)
    step = np.linalg.norm(np.average(steps, axis=1, weights=say), axis=1)
    unusual = 0.10 * np.abs(np.log(family[:, 1] / 0.75)) + 0.15 * (1 - family[:, 0])
    unusual += 0.12 * np.maximum(np.log(family[:, 2] / 2), 0)
    score = found + STEP_WORTH * step / FULL_STEP - unusual
    score[(radius < least).any(axis=1)] = -np.inf
    best = int(np.argmax(score))
    # Of the two edges of a rib, the inner one is where the neckline is.
    size = radius[:, BESIDE].mean(axis=1) / radius[best, BESIDE].mean()
    low = radius[:, ANGLES // 2] / radius[best, ANGLES // 2]
    inner = (size > 0.6) & (size < 0.95) & (low > 0.6) & (low < 0.95)
    inner &= (step > 0.7 * step[best]) & (score > score[best] - RIVAL)
    if inner.any():
        best = int(np.argmax(np.where(inner, score, -np.inf)))
    good = (found > STRONG) & (step > CLEAN_STEP)
    good &= score > score[best] - FALLS_SHORT
    front = good & _is_in_front(radius, best, good, along, steps)
    if front.any():
        best = int(np.argmax(np.where(front, score, -np.inf)))
    return radius[best]


def _is_in_front(
    radius: np.ndarray,
    best: int,
    good: np.ndarray,
    along: np.ndarray,
    steps: np.ndarray,
) -> np.ndarray:
    """Return which of the good necklines, (N,) bool, are in front of the best one.

    They are a V that goes on much deeper, and all the way where it is apart from the
    other one colour follows on another.
    """
    off = np.log(radius / radius[best])
    family, _ = _superellipses()
    deeper = (off[:, ANGLES // 2] > np.log(DEEPER)) & (family[:, 2] <= POINTED)
    front = np.zeros(len(radius), bool)
    for each in np.flatnonzero(deeper & good):
        own = off[each] > APART
        sure = np.sort(along[each, own])
        weakest = sure[: max(round(GAPS * len(sure)), 1)].mean()
        step = np.linalg.norm(steps[each, own].mean(axis=0))
        front[each] = (
            sure.mean() > STRONG_APART and weakest > SURE and step > STEP_APART
        )
    return front


def angles() -> np.ndarray:
    """Return the angles of a neckline: from the left neck point around to the right."""
    return np.linspace(0.06, np.pi - 0.06, ANGLES)


@cache
def _superellipses() -> tuple[np.ndarray, np.ndarray]:
    """Return (half width, depth, roundness) of each, (N, 3), and its radii, (N, M)."""
    family = np.array(list(product(WIDTHS, DEPTHS, ROUNDNESS)))
    width, depth, power = family.T[..., None]
    inverse = (np.abs(np.cos(angles())) / width) ** power
    inverse += (np.sin(angles()) / depth) ** power
    return family, inverse ** (-1 / power)


def is_edge_all_along(
    edge: np.ndarray, radii: np.ndarray, neckline: np.ndarray
) -> bool:
    """Whether even the weakest part of a neckline, of those tried, has some edge."""
    place = (neckline - radii[0]) / (radii[1] - radii[0])
    column = place.round().astype(int).clip(0, len(radii) - 1)
    along = np.sort(edge[np.arange(len(edge)), column])
    return float(along[: round(GAPS * len(along))].mean()) > SURE


def trace_neckline(
    edge: np.ndarray, radii: np.ndarray, neckline: np.ndarray, least: np.ndarray
) -> tuple[np.ndarray, float]:
    """Return the strongest smooth edge close to a neckline, and its mean strength."""
    away = np.log(radii[None] / neckline[:, None]) / CLOSE
    cost = 1 - edge + 0.5 * away**2 + 2.0 * (radii[None] < least[:, None])
    chosen = _cheapest_path(cost)
    strength = float(edge[np.arange(ANGLES), chosen].mean())
    return smooth_curve(radii[chosen]), strength


def smooth_curve(radius: np.ndarray) -> np.ndarray:
    """Return a symmetric curve through the radii: labels and prints count less.

    Even cosines for round necklines, one kink in the middle for a V.
    """
    terms = np.cos(np.outer(angles(), [0, 2, 4]))
    terms = np.column_stack([terms, np.abs(np.cos(angles()))])
    weight = np.ones_like(radius)
    for _ in range(8):
        root = np.sqrt(weight)[:, None]
        factors, *_ = np.linalg.lstsq(terms * root, radius * root[:, 0], rcond=None)
        smooth = terms @ factors
        off = (radius - smooth) / (0.06 * np.median(radius))
        weight = 1 / (1 + off**2)
    return smooth


def spots(centre: np.ndarray, at: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Points at the given angles (0 = image left, pi = right, downwards between)."""
    x = centre[0] - np.cos(at) * radii
    y = centre[1] + np.sin(at) * radii
    return np.stack([x, y], axis=-1).astype(np.float32)


def sample(lab: np.ndarray, places: np.ndarray) -> np.ndarray:
    """Return what a picture or field has at (..., 2) places."""
    flat = places if places.ndim == 3 else places[None]
    x, y = np.ascontiguousarray(flat[..., 0]), np.ascontiguousarray(flat[..., 1])
    out = cv2.remap(lab, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out if places.ndim == 3 else out[0]


def _cheapest_path(cost: np.ndarray) -> np.ndarray:
    """Column of the cheapest path through the rows of `cost`."""
    rows, columns = cost.shape
    total, came_from = cost.copy(), np.zeros((rows, columns), int)
    moves = np.arange(-MAX_STEP, MAX_STEP + 1)
    index = np.arange(columns)[None] - moves[:, None]
    valid = (index >= 0) & (index < columns)
    index = index.clip(0, columns - 1)
    price = 0.12 * np.abs(moves)[:, None] + np.where(valid, 0, np.inf)
    for row in range(1, rows):
        options = total[row - 1][index] + price
        best = options.argmin(axis=0)
        total[row] += options[best, np.arange(columns)]
        came_from[row] = index[best, np.arange(columns)]
    path = np.zeros(rows, int)
    path[-1] = total[-1].argmin()
    for row in range(rows - 1, 0, -1):
        path[row - 1] = came_from[row, path[row]]
    return path
