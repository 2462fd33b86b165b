"""The outline of a garment flat as two half contours, and what they tell."""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d, maximum_filter1d

from ..arrays import OUTWARD, SIDES, Mask, Points, Side


@dataclass(frozen=True, eq=False)
class HalfOutline:
    """One side of a garment's contour, from the top middle down to the hem's middle.

    Attributes
    ----------
    side : {"left", "right"}
        Side of the image.
    path : (N, 2) float32
        Contour points about one pixel apart.
    out : (N,) float32
        Distance from the axis, positive outwards.
    """

    side: Side
    path: Points
    out: np.ndarray

    @property
    def y(self) -> np.ndarray:
        return self.path[:, 1]

    def turning(self, reach_px: int) -> np.ndarray:
        """Return the signed bend at each point in radians, over `reach_px` either way.

        Positive where the garment's outline is concave (armpit), negative where it is
        convex (cuff and hem corners).
        """
        index = np.arange(len(self.path))
        before = self.path - self.path[np.maximum(index - reach_px, 0)]
        after = self.path[np.minimum(index + reach_px, len(index) - 1)] - self.path
        cross = before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]
        dot = (before * after).sum(axis=1)
        return -OUTWARD[self.side] * np.arctan2(cross, dot + 1e-6)


@dataclass(frozen=True, eq=False)
class Outline:
    """A garment's mask with its box, its axis and both half contours.

    Attributes
    ----------
    mask : (H, W) bool
    x0, y0, width, height : int
        Bounding box.
    axis_x : float
        x of the garment's vertical axis.
    halves : dict of side to HalfOutline
    """

    mask: Mask
    x0: int
    y0: int
    width: int
    height: int
    axis_x: float
    halves: dict[Side, HalfOutline]

    def row(self, fraction: float) -> int:
        """Return the row at `fraction` of the height."""
        return round(self.y0 + fraction * (self.height - 1))

    def runs(self, y: int) -> np.ndarray:
        """Return the (start, end) columns of each run of garment in row `y`, end in."""
        return runs(self.mask[int(np.clip(y, 0, self.mask.shape[0] - 1))])

    def central_run(self, y: int) -> np.ndarray | None:
        """Return (start, end) of the run on the axis in row `y`, if there is one."""
        for run in self.runs(y):
            if run[0] <= self.axis_x <= run[1]:
                return run
        return None

    def point(self, side: Side, out: float, y: float) -> np.ndarray:
        """Return the (x, y) that lies `out` pixels off the axis on that side."""
        return np.array([self.axis_x + OUTWARD[side] * out, y], np.float32)


def runs(row: np.ndarray) -> np.ndarray:
    """Return (N, 2) first and last index of each run of True in a bool row."""
    bounded = np.zeros(len(row) + 2, bool)
    bounded[1:-1] = row
    edges = np.flatnonzero(bounded[1:] != bounded[:-1]).reshape(-1, 2)
    edges[:, 1] -= 1
    return edges


def spread_max(rows: np.ndarray, window: int) -> np.ndarray:
    """Return the maximum over a window around each row."""
    return maximum_filter1d(rows, window)


def trace_outline(mask: Mask) -> Outline:
    """Read box, axis and half contours of a garment's mask (one piece, not empty)."""
    x0, y0, width, height = cv2.boundingRect(mask.astype(np.uint8))
    axis_x = _axis(mask, x0, y0, width, height)
    contours, _ = cv2.findContours(
        mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
    )
    contour = max(contours, key=len)[:, 0].astype(np.float32)
    contour = gaussian_filter1d(contour, 2.0, axis=0, mode="wrap")
    halves = _halves(contour, axis_x, width)
    return Outline(mask, x0, y0, width, height, axis_x, halves)


def _axis(mask: Mask, x0: int, y0: int, width: int, height: int) -> float:
    """Median middle of the widest run near the centre, in the garment's lower half."""
    centre = x0 + width / 2
    middles = []
    for fraction in np.linspace(0.5, 0.92, 15):
        found = runs(mask[round(y0 + fraction * (height - 1))])
        near = found[(found[:, 0] < centre) & (found[:, 1] > centre)]
        if len(near):
            middles.append(near.mean(axis=1)[0])
    if not middles:
        return centre
    axis_x = float(np.median(middles))
    if abs(axis_x - centre) > 0.1 * width:  # ties and wraps hang to one side
        axis_x = (axis_x + centre) / 2
    return axis_x


def _halves(contour: Points, axis_x: float, width: int) -> dict[Side, HalfOutline]:
    near = np.flatnonzero(np.abs(contour[:, 0] - axis_x) < 0.03 * width)
    if len(near) == 0:
        near = np.argsort(np.abs(contour[:, 0] - axis_x))[:10]
    top, bottom = near[np.argmin(contour[near, 1])], near[np.argmax(contour[near, 1])]
    ring = np.roll(contour, -top, axis=0)
    split = (bottom - top) % len(contour)
    one, other = ring[: split + 1], np.concatenate([ring[:1], ring[:split:-1]])
    if one[:, 0].mean() > other[:, 0].mean():
        one, other = other, one
    return {
        side: HalfOutline(side, path, (path[:, 0] - axis_x) * OUTWARD[side])
        for side, path in zip(SIDES, (one, other), strict=True)
    }
