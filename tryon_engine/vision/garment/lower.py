"""Trousers, shorts and skirts: their rows, crotch and inseams."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d, median_filter

from ..arrays import Mask
from .corrections import corrected_rows
from .keypoints import Keypoint
from .outline import Outline, runs

WAIST_ROW = 0.012
"""Where the waist is measured, as a share of the height: below ragged top edges."""
WAISTBAND = 0.05
"""Height of a waistband as a share of the garment's."""
HEM_ROWS = 0.70, 0.86
"""Rows, as shares of the height, from which edges go on to a hem that is not level."""
CROTCH_REACH = 0.05, 0.95
"""Shares of the height between which a crotch that was put right may lie."""
NOTHING: Mapping[str, np.ndarray] = MappingProxyType({})
HOLE, NEAR_HEM = 0.1, 0.9
"""Height, over the garment's, of a hole in the cut-out that is no gap between legs;
less makes a gap that reaches down to the hems."""
LEG_SHARE = 0.08
"""Runs of garment narrower than this share of its width are no legs."""


@dataclass(frozen=True, eq=False)
class LowerShape:
    """A garment for hips and legs, row by row.

    Attributes
    ----------
    y : (N,) float32
        Rows from waist to hem.
    left, right : (N,) float32
        Outer edges of each row.
    crotch : Keypoint or None
        None for skirts.
    inner_left, inner_right : (N,) float32
        Inseam of the leg at the image's left and right; above the crotch both are the
        middle.
    """

    y: np.ndarray
    left: np.ndarray
    right: np.ndarray
    crotch: Keypoint | None
    inner_left: np.ndarray
    inner_right: np.ndarray

    @property
    def waist_width(self) -> float:
        """Of the waistband, which may lie a little tilted: the widest of its rows."""
        band = max(round(WAISTBAND * len(self.y)), 1)
        return float((self.right - self.left)[:band].max())

    @property
    def split(self) -> np.ndarray:
        """x of each row where the left half ends: down to the crotch, then the gap."""
        between = (self.inner_left + self.inner_right) / 2
        if self.crotch is None:
            return between
        above = self.y < self.crotch.y
        seam = np.interp(
            self.y, [self.y[0], self.crotch.y], [between[0], self.crotch.x]
        )
        return np.where(above, seam, between)

    @property
    def length(self) -> float:
        return float(self.y[-1] - self.y[0])

    @property
    def inseam(self) -> float:
        """Length from crotch to hem; 0 without legs."""
        return float(self.y[-1] - self.crotch.y) if self.crotch else 0.0

    def named(self) -> dict[str, Keypoint]:
        """Return the key points by name."""
        ends = {"waist": 0, "hem": -1}
        points = {
            f"{side}_{name}": Keypoint(float(edge[at]), float(self.y[at]), 0.9)
            for name, at in ends.items()
            for side, edge in (("left", self.left), ("right", self.right))
        }
        return points | ({"crotch": self.crotch} if self.crotch else {})


def leg_share(outline: Outline) -> float:
    """In which share of the rows near the hem there are two legs of like width."""
    fractions = np.linspace(0.84, 0.985, 12)
    count = 0
    for fraction in fractions:
        found = outline.runs(outline.row(fraction))
        widths = np.sort(found[:, 1] - found[:, 0] + 1)[::-1] / outline.width
        rest = widths[2] if len(widths) > 2 else 0
        if len(widths) >= 2 and widths[1] > max(0.12, 0.6 * widths[0], 2 * rest):
            count += 1
    return count / len(fractions)


def read_lower_shape(
    outline: Outline, has_legs: bool, corrected: Mapping[str, np.ndarray] = NOTHING
) -> LowerShape:
    """Measure a garment for hips and legs, upright, waist on top.

    `corrected` are key points, (x, y) by name, that somebody has put right.
    """
    ends = (outline.row(0.0), outline.row(1.0))
    first, last = corrected_rows(
        corrected, outline.row(WAIST_ROW), outline.row(0.99), ends
    )
    rows = np.arange(first, last + 1)
    edges = np.array([outline.runs(y)[[0, -1], [0, 1]] for y in rows], np.float32)
    window = max(outline.height // 35, 3)
    left, right = (_smooth(edges[:, column], window) for column in (0, 1))
    y = rows.astype(np.float32)
    middle = (left + right) / 2
    if not has_legs:
        left, right = _on_to_hem(left, -1), _on_to_hem(right, 1)
        middle = (left + right) / 2
        return LowerShape(y, left, right, None, middle, middle)
    gaps = _gaps(outline, rows)
    crotch = _crotch(y, left, right, gaps)
    if (place := corrected.get("crotch")) is not None:
        low, high = (y[0] + share * (y[-1] - y[0]) for share in CROTCH_REACH)
        crotch = Keypoint(float(place[0]), float(np.clip(place[1], low, high)), 1.0)
    inner_left, inner_right = _inseams(middle, gaps, int(crotch.y - y[0]), crotch.x)
    if inner_left[-1] < inner_right[-1]:
        inner_left, inner_right = _on_to_hem(inner_left, 1), _on_to_hem(inner_right, -1)
    left, right = _on_to_hem(left, -1), _on_to_hem(right, 1)
    return LowerShape(y, left, right, crotch, inner_left, inner_right)


def between(outline: Outline) -> Mask:
    """Return backdrop enclosed by garment to the left and right, without small holes
    of the cut-out."""
    box = np.s_[
        outline.y0 : outline.y0 + outline.height,
        outline.x0 : outline.x0 + outline.width,
    ]
    mask = outline.mask[box]
    columns = np.arange(mask.shape[1])
    last = mask.shape[1] - 1 - mask[:, ::-1].argmax(axis=1)
    seen = (columns > mask.argmax(axis=1)[:, None]) & (columns < last[:, None])
    inside = (seen & ~mask).view(np.uint8)
    _, labels, stats, _ = cv2.connectedComponentsWithStats(inside, connectivity=4)
    height = stats[:, cv2.CC_STAT_HEIGHT]
    is_open = stats[:, cv2.CC_STAT_TOP] + height > NEAR_HEM * outline.height
    is_gap = height > HOLE * np.where(is_open, 0.4, 1.0) * outline.height
    is_gap[0] = False
    gaps = np.zeros(outline.mask.shape, bool)
    gaps[box] = is_gap[labels]
    return gaps


def _gaps(outline: Outline, rows: np.ndarray) -> np.ndarray:
    """(N, 2) edges of the gap between the legs; nan where they touch."""
    gaps = np.full((len(rows), 2), np.nan, np.float32)
    gap = between(outline)
    for index, y in enumerate(rows):
        if not gap[y].any():
            continue
        ends = outline.runs(y)
        solid = ~gap[y]
        solid[: ends[0, 0]] = solid[ends[-1, 1] + 1 :] = False
        found = runs(solid)
        legs = found[found[:, 1] - found[:, 0] > LEG_SHARE * outline.width]
        if len(legs) >= 2:
            gaps[index] = legs[0, 1], legs[-1, 0]
    return gaps


def _crotch(
    y: np.ndarray, left: np.ndarray, right: np.ndarray, gaps: np.ndarray
) -> Keypoint:
    """Top of the gap between the legs, or a usual rise where the legs touch."""
    height = y[-1] - y[0]
    waist = right[0] - left[0]
    usual = float(np.clip(0.80 * waist, 0.2 * height, 0.42 * height))
    open_rows = np.flatnonzero(~np.isnan(gaps[:, 0]))
    open_rows = open_rows[open_rows > 0.15 * height]
    is_seen = len(open_rows) > 0.15 * height and open_rows[0] < 0.72 * height
    rise = float(open_rows[0]) if is_seen else usual
    if rise > 1.6 * usual and height > 1.8 * waist:
        rise, is_seen = usual, False  # thighs touch: the gap begins below the crotch
    at = int(rise)
    x = gaps[at].mean() if is_seen else (left[at] + right[at]) / 2
    return Keypoint(float(x), float(y[0] + rise), 0.9 if is_seen else 0.5)


def _inseams(
    middle: np.ndarray, gaps: np.ndarray, rise: int, crotch_x: float
) -> tuple[np.ndarray, np.ndarray]:
    seen = np.flatnonzero(~np.isnan(gaps[:, 0]))
    seen = seen[seen >= rise]
    index = np.arange(len(middle))
    if len(seen) < 5:
        return middle, middle
    knots = np.r_[rise, seen]
    inseams = []
    for column in (0, 1):
        values = np.r_[crotch_x, gaps[seen, column]]
        inseam = np.interp(index, knots, values)
        inseams.append(np.where(index < rise, middle, _smooth(inseam, 15)))
    left, right = (inseam.astype(np.float32) for inseam in inseams)
    return left, right


def _on_to_hem(edge: np.ndarray, outward: int) -> np.ndarray:
    """Continue an edge straight to the last row where a hem that is round or pointed
    turns away from it; `outward` is the sign of the way out of the cloth."""
    rows = np.arange(len(edge))
    first, last = (int(share * len(edge)) for share in HEM_ROWS)
    if last - first < 4:
        return edge
    slope, start = np.polyfit(rows[first:last], edge[first:last], 1)
    straight = np.maximum((start + slope * rows) * outward, edge * outward) * outward
    return np.where(rows >= last, straight, edge).astype(np.float32)


def _smooth(values: np.ndarray, window: int) -> np.ndarray:
    """Drop bites of the cut-out, then soften."""
    kept = median_filter(values, window, mode="nearest")
    return gaussian_filter1d(kept, 3, mode="nearest").astype(np.float32)
