"""The front edge of a neckline: above it the flat shows the inside of the back."""

import cv2
import numpy as np

from ..arrays import Mask, Matte, Points, RGBImage
from ..colour import rgb_to_lab
from ..masks import dilate, erode, polygon, soften
from .label import find_label
from .neckline import (
    ANGLES,
    DEPTHS,
    RADII,
    angles,
    best_neckline,
    is_edge_all_along,
    sample,
    spots,
    trace_neckline,
)

HIGH_COLLAR, STANDING = 0.85, 0.2
"""Height of a closed collar over half the width of the neckline; and from which height
a collar stands up: one that shows no opening is closed."""
CORNERS, CORNER = (0.25, 1.05), 0.07
"""How far off the axis the upper corners of a standing collar are, and how far below
its top at most; in half widths of the neckline."""
DEEP = 1.4
"""Depth, over half the width, from which a neckline is no colour block: a V."""
CLEAR, WHOLE = 0.65, 0.75
"""Mean edge along a neckline, and how near it begins to the neck points, from which it
is one between cloth of the same colour."""
STRIP = 0.4
"""How much of the back is seen below its label in a low neckline, at most."""
FAINT = 0.45
"""The same, where a label says that there is one."""
BLOCK = 10.0
"""Distance in Lab of what lies to either side of a colour block's edge, at least."""
MODERATE = (0.9, 1.2)
"""Half width and depth of the V taken where a deep neckline is unsure."""
SHALLOW = 0.42
"""How much less deep than half its width the neckline is that is taken where nothing is
to be seen."""
BELOW_LABEL = 0.06
"""How far the front's edge lies below a label at least, in half widths."""
BESIDE, FALLS, NEAR_ENDS = 0.12, 0.12, 8
"""How far beside its end a neckline is found at least, in half widths, and how steeply
the outline falls to there, to begin at the end after all; it is moved most near there:
by a power of the cosine."""
OUTLINE = 0.08
"""How far those tried may come nearer than outline or label, in half widths."""


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
    The leaves of a standing collar begin at its upper corners instead: these take the
    place of the neck points. A label is always behind the front's edge.
    """
    ends = np.stack([left_neck, right_neck]).astype(np.float32)
    centre, half = _middle(ends)
    if half < 8:
        return None
    rise = _rise(mask, centre) / half
    corners = None
    if rise <= HIGH_COLLAR:
        corners = _upper_corners(mask, centre, half)
    if corners is not None:
        ends = corners
        centre, half = _middle(ends)
    lab = _smooth_lab(image, centre, half)
    if rise > HIGH_COLLAR and not _is_hood(lab, centre, half):
        return None
    label = find_label(image, mask, centre, half, corners is not None)
    radii = np.linspace(0.25 * half, 1.05 * DEPTHS[-1] * half, RADII)
    places = spots(centre, angles()[:, None], radii[None])
    polar = sample(lab, places)
    edge = _edges(polar, sample(erode(mask, 5).astype(np.float32), places))
    least = _outline_radii(sample(mask.astype(np.float32), places), radii)
    below = np.zeros(ANGLES)
    if label is not None:
        below = _radii_below(label, centre) + BELOW_LABEL * half
    template = best_neckline(
        edge, polar, radii, half, np.maximum(least, below) - OUTLINE * half
    )
    radius, strength = trace_neckline(edge, radii, template, below)
    radius = _deepened(radius, below)
    contrast = _contrast(lab, centre, radius)
    cover = mask.astype(np.float32)
    behind = [sample(cover, spots(centre, angles(), f * radius)) for f in (0.6, 0.88)]
    is_open = min(found.mean() for found in behind) < 0.5
    is_sure = is_edge_all_along(edge, radii, template)
    is_unseen = contrast < 6 or strength < 0.30
    stands = corners is not None or rise > STANDING
    if is_open and (label is None or strength < FAINT):
        return None
    if is_open and (radius - below)[below > 0].min(initial=np.inf) > STRIP * half:
        return None
    if (
        stands
        and label is None
        and (is_unseen or (corners is not None and not is_sure))
    ):
        return None
    is_deep = radius[ANGLES // 2] > DEEP * half
    if is_deep and not is_sure:
        width, depth = MODERATE
        radius = half / (np.abs(np.cos(angles())) / width + np.sin(angles()) / depth)
        return _from_end_to_end(ends, centre, _deepened(radius, below))
    is_front = not is_deep and contrast > BLOCK and label is None
    is_front = is_front and _like_shoulders(lab, centre, radius)
    is_clear = strength > CLEAR and radius[[0, -1]].min() > WHOLE * half
    is_clear |= label is not None and corners is not None and strength > FAINT
    is_clear |= is_open
    if (is_unseen and not is_clear) or is_front:
        # Nothing to be seen, black in black: a shallow round neckline.
        radius = half * (1 - SHALLOW * np.sin(angles()) ** 2)
        contrast = 0.0
    radius = _behind_the_rib(lab, centre, radius, half, contrast)
    radius = _from_bare_ends(mask, ends, centre, radius)
    return _from_end_to_end(ends, centre, _deepened(radius, below))


def _middle(ends: Points) -> tuple[np.ndarray, float]:
    """Return the middle between two points, and half their distance."""
    return ends.mean(axis=0), float(np.linalg.norm(ends[1] - ends[0])) / 2


def _from_end_to_end(ends: Points, centre: np.ndarray, radius: np.ndarray) -> Points:
    curve = spots(centre, angles(), radius)
    return np.concatenate([ends[:1], curve, ends[1:]]).astype(np.float32)


def _from_bare_ends(
    mask: Mask, ends: Points, centre: np.ndarray, radius: np.ndarray
) -> np.ndarray:
    """Begin a neckline at its ends, if the outline falls from there to the middle.

    What lies between end and edge is then no collar band, which would rise, but the
    inside of the back: it would stick up beside the neck.
    """
    half = float(np.linalg.norm(ends[1] - ends[0])) / 2
    lacks = half - radius[[0, -1]]
    for end, lack, inwards in zip(ends, lacks, (1, -1), strict=True):
        column = mask[:, round(float(end[0] + inwards * lack))]
        if lack < BESIDE * half or column.argmax() - end[1] < FALLS * lack:
            return radius
    share = np.cos(angles())
    lack = np.where(share > 0, lacks[0], lacks[1])
    filled: np.ndarray = radius + lack * share**NEAR_ENDS
    return filled


def _upper_corners(mask: Mask, centre: np.ndarray, half: float) -> Points | None:
    """Return the upper corners of a collar that stands up, left and right; else None.

    They are the outermost places near its top on either side.
    """
    near, far = (reach * half for reach in CORNERS)
    corners = []
    for side in (-1, 1):
        columns = np.round(centre[0] + side * np.arange(near, far)).astype(int)
        columns = columns.clip(0, mask.shape[1] - 1)
        cloth = mask[: int(centre[1]) + 1, columns]
        top = np.where(cloth.any(axis=0), cloth.argmax(axis=0), centre[1])
        if centre[1] - top.min() < STANDING * half:
            return None
        outermost = np.flatnonzero(top <= top.min() + CORNER * half)[-1]
        corners.append((columns[outermost], top[outermost]))
    return np.array(corners, np.float32)


def _edges(polar: np.ndarray, on_cloth: np.ndarray) -> np.ndarray:
    """Return how strong edges are in [0, 1], alike on both sides."""
    edge = np.linalg.norm(polar[:, 4:] - polar[:, :-4], axis=2)
    edge = np.pad(edge, ((0, 0), (2, 2)))
    # The outline itself, where the back's neckline ends, is not what is looked for.
    edge = _saturated(edge * on_cloth)
    return (edge + edge[::-1]) / 2  # necklines are symmetric, labels and prints are not


def _outline_radii(cover: np.ndarray, radii: np.ndarray) -> np.ndarray:
    """Return at each angle where the garment begins: 0 if it does at the first."""
    begins = (cover > 0.5).argmax(axis=1)
    return np.where(begins > 0, radii[begins], 0.0)


def _radii_below(label: Points, centre: np.ndarray) -> np.ndarray:
    """Return at each angle how far a label reaches, 0 beside it."""
    away = label - centre
    turn = np.arctan2(away[:, 1], -away[:, 0])
    reach = np.linalg.norm(away, axis=1)
    step = angles()[1] - angles()[0]
    column = np.round((turn - angles()[0]) / step).astype(int)
    inside = (column >= 0) & (column < ANGLES)
    below = np.zeros(ANGLES)
    np.maximum.at(below, column[inside], reach[inside])
    seen = np.flatnonzero(below)
    if len(seen):
        at = np.arange(seen[0], seen[-1] + 1)
        below[at] = np.interp(at, seen, below[seen])
    return np.maximum(below, below[::-1])


def _deepened(radius: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Return a neckline, drawn down in the middle until it is nowhere above `below`."""
    bulge = np.sin(angles()) ** 2
    lacks = np.where(below > 0, (below - radius) / bulge, 0)
    return radius + max(float(lacks.max()), 0.0) * bulge


def split_at_collar(matte: Matte, collar: Points, top_y: float) -> tuple[Matte, Matte]:
    """Return (front, back): `matte` below and above the collar's curve."""
    (x0, y0), (x1, _) = collar[0], collar[-1]
    is_hood = y0 - top_y > HIGH_COLLAR * (x1 - x0) / 2
    aside = 0.6 * (x1 - x0) if is_hood else 0  # a hood is wider than its neckline
    above = np.array([[x1 + aside, top_y - 20], [x0 - aside, top_y - 20]])
    cut = polygon(matte.shape, np.concatenate([collar, above]))
    front = matte * (1 - soften(cut, 0.8))
    # The back goes on under the front's soft edge.
    return front, matte * soften(dilate(cut, 4), 0.8)


def _smooth_lab(image: RGBImage, centre: np.ndarray, half: float) -> np.ndarray:
    """Lab colours of `image` without its grain, where necklines may be; 0 elsewhere."""
    reach = 1.1 * DEPTHS[-1] * half
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


def _contrast(lab: np.ndarray, centre: np.ndarray, radius: np.ndarray) -> float:
    """Lab distance of the colours just inside and just outside of the curve."""
    inner, outer = (
        np.median(sample(lab, spots(centre, angles(), radius * f))[12:-12], axis=0)
        for f in (0.82, 1.15)
    )
    return float(np.linalg.norm(inner - outer))


def _like_shoulders(lab: np.ndarray, centre: np.ndarray, radius: np.ndarray) -> bool:
    """Whether what lies inside the curve is the front's own cloth: a colour block."""
    inside = np.median(
        sample(lab, spots(centre, angles(), 0.8 * radius))[12:-12], axis=0
    )
    beside = np.r_[4:14, ANGLES - 14 : ANGLES - 4]
    shoulders = spots(centre, angles()[beside], 1.3 * radius[beside])
    shoulder = np.median(sample(lab, shoulders), axis=0)
    return float(np.linalg.norm(inside - shoulder)) < 5


def _behind_the_rib(
    lab: np.ndarray,
    centre: np.ndarray,
    radius: np.ndarray,
    half: float,
    contrast: float,
) -> np.ndarray:
    """Step back over a collar band if the edge found was the band's lower one."""
    band = sample(lab, spots(centre, angles(), radius * 0.90))[10:-10]
    inside = sample(lab, spots(centre, angles(), radius * 0.70))[20:-20]
    is_band = np.linalg.norm(band.std(axis=0)) < 9 and np.linalg.norm(
        np.median(band, axis=0) - np.median(inside, axis=0)
    ) > max(6, 0.5 * contrast)
    if contrast > 12 and is_band:
        return radius - np.minimum(0.17 * half, 0.22 * radius)
    return radius
