"""The front edge of a neckline: above it the flat shows the inside of the back."""

from functools import cache
from itertools import product

import cv2
import numpy as np

from ..arrays import Mask, Matte, Points, RGBImage
from ..colour import rgb_to_lab
from ..masks import dilate, erode, polygon, soften

ANGLES, RADII = 96, 160
HIGH_COLLAR, STANDING = 0.85, 0.2
"""Height of a closed collar over half the width of the neckline; and from which height
a collar stands up: one that shows no opening is closed."""
MAX_STEP = 4
"""Radii that the curve may move from one angle to the next."""
WIDTHS = (0.64, 0.7, 0.76, 0.82, 0.88, 0.94, 1.0)
"""Half widths of a neckline, over that between the neck points."""
DEPTHS = tuple(np.geomspace(0.45, 4.2, 36))
"""Depths of a neckline, over half the width between the neck points."""
DEEP = 1.4
"""Depth, over half the width, from which a neckline is no colour block: a V."""
CLEAR, WHOLE = 0.65, 0.75
"""Mean edge along a neckline, and how near it begins to the neck points, from which it
is one between cloth of the same colour."""
BLOCK = 10.0
"""Distance in Lab of what lies to either side of a colour block's edge, at least."""
GAPS = 0.25
SURE = 0.3
"""The weakest share of a deep neckline's edge, and its least mean strength: stripes and
checks give edges here and there at any depth, a neckline has one all along."""
MODERATE = (0.9, 1.2)
"""Half width and depth of the V taken where a deep neckline is unsure."""
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
CLOSE = 0.06
"""How far, relatively, a neckline strays from its superellipse."""
ROUNDNESS = (0.9, 1.2, 1.6, 2.0, 2.5, 3.2, 5.0)
"""Exponents of a neckline's superellipse: 1 is a V, 2 is round, more is squarer."""


def find_collar(
    image: RGBImage, mask: Mask, left_neck: np.ndarray, right_neck: np.ndarray
) -> Points | None:
    """Find the front edge of the neckline between the two neck points.

    Parameters
    ----------
    image : (H, W, 3) uint8, RGB
    mask : (H, W) bool
    left_neck, right_neck : (2,) float32

    Returns
    -------
    (N, 2) float32 from left to right, or None when nothing shows behind the neckline:
    it is open already, or closed (high necks).

    Notes
    -----
    In polar coordinates around the middle between the neck points, the superellipse on
    the most edge; close to it, the strongest smooth edge, by dynamic programming.
    """
    centre = (left_neck + right_neck) / 2
    half = float(np.linalg.norm(right_neck - left_neck)) / 2
    if half < 8:
        return None
    lab = _smooth_lab(image, centre, half)
    angles = _angles()
    radii = np.linspace(0.25 * half, 1.05 * DEPTHS[-1] * half, RADII)
    polar = _sample(lab, _spots(centre, angles[:, None], radii[None]))
    edge = np.linalg.norm(polar[:, 4:] - polar[:, :-4], axis=2)
    edge = np.pad(edge, ((0, 0), (2, 2)))
    # The outline itself, where the back's neckline ends, is not what is looked for.
    cloth = erode(mask, 5).astype(np.float32)
    on_cloth = _sample(cloth, _spots(centre, angles[:, None], radii[None]))
    edge = _saturated(edge * on_cloth)
    edge = (edge + edge[::-1]) / 2  # necklines are symmetric, labels and prints are not
    template = _best_neckline(edge, polar, angles, radii, half)
    chosen = _cheapest_path(_cost(edge, radii, template))
    strength = edge[np.arange(ANGLES), chosen].mean()
    radius = _smooth_curve(angles, radii[chosen])
    contrast = _contrast(lab, centre, angles, radius)
    cover = mask.astype(np.float32)
    behind = [_sample(cover, _spots(centre, angles, f * radius)) for f in (0.6, 0.88)]
    rise = _rise(mask, centre) / half
    is_closed = rise > HIGH_COLLAR and not _is_hood(lab, centre, half)
    if is_closed or min(found.mean() for found in behind) < 0.5:
        return None
    is_deep = radius[ANGLES // 2] > DEEP * half
    if is_deep and not _is_edge_all_along(edge, radii, template):
        width, depth = MODERATE
        radius = half / (np.abs(np.cos(angles)) / width + np.sin(angles) / depth)
        curve = _spots(centre, angles, radius)
        return np.concatenate([left_neck[None], curve, right_neck[None]])
    is_front = not is_deep and contrast > BLOCK
    is_front = is_front and _like_shoulders(lab, centre, angles, radius)
    is_unseen = contrast < 6 or strength < 0.30
    if is_unseen and rise > STANDING:
        return None
    is_clear = strength > CLEAR and radius[[0, -1]].min() > WHOLE * half
    if (is_unseen and not is_clear) or is_front:
        # Nothing to be seen, black in black: a shallow round neckline.
        radius = half * (1.0 - 0.42 * np.sin(angles) ** 2)
        contrast = 0.0
    radius = _behind_the_rib(lab, centre, angles, radius, half, contrast)
    curve = _spots(centre, angles, radius)
    return np.concatenate([left_neck[None], curve, right_neck[None]]).astype(np.float32)


def split_at_collar(matte: Matte, collar: Points, top_y: float) -> tuple[Matte, Matte]:
    """Return (front, back): `matte` below and above the collar's curve."""
    (x0, _), (x1, _) = collar[0], collar[-1]
    aside = 0.6 * (x1 - x0)  # a hood is wider than its neckline
    above = np.array([[x1 + aside, top_y - 20], [x0 - aside, top_y - 20]])
    cut = polygon(matte.shape, np.concatenate([collar, above]))
    front = matte * (1 - soften(cut, 0.8))
    # The back goes on under the front's soft edge.
    return front, matte * soften(dilate(cut, 4), 0.8)


def _smooth_lab(image: RGBImage, centre: np.ndarray, half: float) -> np.ndarray:
    """Lab colours of `image` without its grain, where necklines may be; 0 elsewhere."""
    reach = 1.5 * DEPTHS[-1] * half
    left, top = (centre - (reach, 2 * half)).clip(0).astype(int)
    right, bottom = (centre + reach).clip(1).astype(int)
    lab = np.zeros(image.shape, np.float32)
    near = np.s_[top:bottom, left:right]
    lab[near] = cv2.GaussianBlur(rgb_to_lab(image[near]), (0, 0), 1.6)
    return lab


def _saturated(edge: np.ndarray) -> np.ndarray:
    """Edge strength in [0, 1]: a bold label counts no more than a clear seam."""
    found = edge[edge > 0]
    full = max(np.percentile(found, 85), 2.0) if len(found) else 1.0
    return np.minimum(edge / full, 1)


def _best_neckline(
    edge: np.ndarray,
    polar: np.ndarray,
    angles: np.ndarray,
    radii: np.ndarray,
    half: float,
) -> np.ndarray:
    """Return the radius at each angle of the neckline that lies on most edge.

    Necklines are a family of three numbers, half width, depth and roundness, from a V
    over circles to a square. What is no neckline, a label say, cannot bend them.
    Along a neckline one colour follows on another all the way: stitches and weave have
    edges too, but lead nowhere.
    """
    family, shapes = _superellipses()
    radius = half * shapes
    place = (radius - radii[0]) / (radii[1] - radii[0])
    column = place.round().astype(int).clip(ACROSS, len(radii) - 1 - ACROSS)
    index = np.arange(len(angles))
    say = np.where(np.abs(np.cos(angles)) < MIDDLE, LABEL_SAY, 1.0)
    found = np.average(edge[index, column], axis=1, weights=say)
    steps = polar[index, column + ACROSS] - polar[index, column - ACROSS]
    size = np.linalg.norm(steps, axis=2, keepdims=True)
    # A label's bold step counts no more than a seam's.
    steps *= np.minimum(FULL_STEP / np.maximum(size, 1e-3), 1)
    step = np.linalg.norm(np.average(steps, axis=1, weights=say), axis=1)
    unusual = 0.10 * np.abs(np.log(family[:, 1] / 0.75)) + 0.15 * (1 - family[:, 0])
    unusual += 0.12 * np.maximum(np.log(family[:, 2] / 2), 0)
    score = found + STEP_WORTH * step / FULL_STEP - unusual
    best = int(np.argmax(score))
    # Of the two edges of a rib, the inner one is where the neckline is.
    size = radius[:, BESIDE].mean(axis=1) / radius[best, BESIDE].mean()
    low = radius[:, len(angles) // 2] / radius[best, len(angles) // 2]
    inner = (size > 0.6) & (size < 0.95) & (low > 0.6) & (low < 0.95)
    inner &= (step > 0.7 * step[best]) & (score > score[best] - RIVAL)
    if inner.any():
        best = int(np.argmax(np.where(inner, score, -np.inf)))
    return radius[best]


def _angles() -> np.ndarray:
    return np.linspace(0.06, np.pi - 0.06, ANGLES)


@cache
def _superellipses() -> tuple[np.ndarray, np.ndarray]:
    """Return (half width, depth, roundness) of each, (N, 3), and its radii, (N, M)."""
    family = np.array(list(product(WIDTHS, DEPTHS, ROUNDNESS)))
    width, depth, power = family.T[..., None]
    inverse = (np.abs(np.cos(_angles())) / width) ** power
    inverse += (np.sin(_angles()) / depth) ** power
    return family, inverse ** (-1 / power)


def _is_edge_all_along(
    edge: np.ndarray, radii: np.ndarray, template: np.ndarray
) -> bool:
    """Whether even the weakest part of a neckline, of those tried, has some edge."""
    place = (template - radii[0]) / (radii[1] - radii[0])
    column = place.round().astype(int).clip(0, len(radii) - 1)
    along = np.sort(edge[np.arange(len(edge)), column])
    return float(along[: round(GAPS * len(along))].mean()) > SURE


def _smooth_curve(angles: np.ndarray, radius: np.ndarray) -> np.ndarray:
    """A symmetric curve through the radii: labels and prints caught count less.

    Even cosines for round necklines, one kink in the middle for a V.
    """
    terms = np.cos(np.outer(angles, [0, 2, 4]))
    terms = np.column_stack([terms, np.abs(np.cos(angles))])
    weight = np.ones_like(radius)
    for _ in range(8):
        root = np.sqrt(weight)[:, None]
        factors, *_ = np.linalg.lstsq(terms * root, radius * root[:, 0], rcond=None)
        smooth = terms @ factors
        off = (radius - smooth) / (0.06 * np.median(radius))
        weight = 1 / (1 + off**2)
    return smooth


def _spots(centre: np.ndarray, angles: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Points at the given angles (0 = image left, pi = right, downwards between)."""
    x = centre[0] - np.cos(angles) * radii
    y = centre[1] + np.sin(angles) * radii
    return np.stack([x, y], axis=-1).astype(np.float32)


def _sample(lab: np.ndarray, spots: np.ndarray) -> np.ndarray:
    flat = spots if spots.ndim == 3 else spots[None]
    x, y = np.ascontiguousarray(flat[..., 0]), np.ascontiguousarray(flat[..., 1])
    out = cv2.remap(lab, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return out if spots.ndim == 3 else out[0]


def _is_hood(lab: np.ndarray, centre: np.ndarray, half: float) -> bool:
    """Whether what stands up is open in front: it shows its inside, in the shade."""
    x, y = centre.astype(int)
    span = max(int(0.3 * half), 2)
    above = lab[max(y - int(0.6 * half), 0) : y, x - span : x + span]
    below = lab[y + int(1.2 * half) : y + int(1.8 * half), x - span : x + span]
    if not above.size or not below.size:
        return False
    apart = np.median(above, axis=(0, 1)) - np.median(below, axis=(0, 1))
    return float(np.linalg.norm(apart)) > 10


def _rise(mask: Mask, centre: np.ndarray) -> float:
    """How far cloth stands up above the neck points: a high collar, a hood."""
    column = mask[: int(centre[1]) + 1, int(centre[0])]
    return float(centre[1] - column.argmax()) if column.any() else 0.0


def _cost(edge: np.ndarray, radii: np.ndarray, template: np.ndarray) -> np.ndarray:
    away = np.log(radii[None] / template[:, None]) / CLOSE
    return 1 - edge + 0.5 * away**2


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


def _contrast(
    lab: np.ndarray, centre: np.ndarray, angles: np.ndarray, radius: np.ndarray
) -> float:
    """Lab distance of the colours just inside and just outside of the curve."""
    inner, outer = (
        np.median(_sample(lab, _spots(centre, angles, radius * f))[12:-12], axis=0)
        for f in (0.82, 1.15)
    )
    return float(np.linalg.norm(inner - outer))


def _like_shoulders(
    lab: np.ndarray, centre: np.ndarray, angles: np.ndarray, radius: np.ndarray
) -> bool:
    """Whether what lies inside the curve is the front's own cloth: a colour block."""
    inside = np.median(
        _sample(lab, _spots(centre, angles, 0.8 * radius))[12:-12], axis=0
    )
    beside = np.r_[4:14, len(angles) - 14 : len(angles) - 4]
    shoulders = _spots(centre, angles[beside], 1.3 * radius[beside])
    shoulder = np.median(_sample(lab, shoulders), axis=0)
    return float(np.linalg.norm(inside - shoulder)) < 5


def _behind_the_rib(
    lab: np.ndarray,
    centre: np.ndarray,
    angles: np.ndarray,
    radius: np.ndarray,
    half: float,
    contrast: float,
) -> np.ndarray:
    """Step back over a collar band if the edge found was the band's lower one."""
    band = _sample(lab, _spots(centre, angles, radius * 0.90))[10:-10]
    inside = _sample(lab, _spots(centre, angles, radius * 0.70))[20:-20]
    is_band = np.linalg.norm(band.std(axis=0)) < 9 and np.linalg.norm(
        np.median(band, axis=0) - np.median(inside, axis=0)
    ) > max(6, 0.5 * contrast)
    if contrast > 12 and is_band:
        return radius - np.minimum(0.17 * half, 0.22 * radius)
    return radius
