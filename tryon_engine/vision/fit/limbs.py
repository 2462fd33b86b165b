"""Coordinates along a tube of cloth (sleeve, leg) and along the limb that wears it."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Points, resample_curve

SAMPLES = 41


@dataclass(frozen=True, eq=False)
class Tube:
    """A sleeve or leg in the flat: an axis, and both edges as offsets from it.

    Attributes
    ----------
    start, direction, normal : (2,) float32
        Middle of the upper end; unit vector towards the far end; unit vector towards
        the outer edge.
    length : float
    outer, inner : (SAMPLES,) float32
        Offsets of the edges along `normal`, evenly from start to end; outer > inner.
    """

    start: np.ndarray
    direction: np.ndarray
    normal: np.ndarray
    length: float
    outer: np.ndarray
    inner: np.ndarray

    def coordinates(self, points: Points) -> tuple[np.ndarray, np.ndarray]:
        """Return (along, across): 0 to 1 start to end, 0 to 1 inner to outer edge."""
        offset = points - self.start
        along = offset @ self.direction / self.length
        at = np.linspace(0, 1, SAMPLES)
        outer, inner = (np.interp(along, at, edge) for edge in (self.outer, self.inner))
        across = (offset @ self.normal - inner) / np.maximum(outer - inner, 1)
        return along, across

    def half_width(self, along: np.ndarray) -> np.ndarray:
        """Return half the tube's width in pixels of the flat."""
        at = np.linspace(0, 1, SAMPLES)
        return np.interp(along, at, (self.outer - self.inner) / 2)


def tube_between(outer: Points, inner: Points, whole: Points) -> Tube:
    """Return the tube between two edges, each given from the upper end to the far end.

    It is as long as its farthest point in `whole`, its outline: cuffs bulge.
    """
    start, end = (outer[0] + inner[0]) / 2, (outer[-1] + inner[-1]) / 2
    direction = (end - start) / max(float(np.linalg.norm(end - start)), 1.0)
    length = max(float(((whole - start) @ direction).max()), 1.0)
    normal = np.array([-direction[1], direction[0]])
    if ((outer - start) @ normal).mean() < ((inner - start) @ normal).mean():
        normal = -normal
    edges = [
        _offsets(edge, start, direction, normal, length) for edge in (outer, inner)
    ]
    least = 0.02 * length
    return Tube(
        start,
        direction,
        normal,
        length,
        np.maximum(edges[0], edges[1] + least),
        edges[1],
    )


def _offsets(
    edge: Points,
    start: np.ndarray,
    direction: np.ndarray,
    normal: np.ndarray,
    length: float,
) -> np.ndarray:
    edge = resample_curve(edge, 3 * SAMPLES)
    along = np.maximum.accumulate((edge - start) @ direction / length)
    offset = np.interp(np.linspace(0, 1, SAMPLES), along, (edge - start) @ normal)
    return gaussian_filter1d(offset, 1.5, mode="nearest")


@dataclass(frozen=True, eq=False)
class Limb:
    """A limb of the person, as wide as the cloth around it.

    Attributes
    ----------
    axis : (N, 2) float32
        Along the limb, from shoulder or hip to its far end.
    outward : int
        1 if the limb's outer side lies to the right of its direction as drawn, i.e.
        for a limb that hangs at the image's left; else -1.
    first, last : float
        Arc lengths on the axis where the cloth begins and ends.
    outer, inner : (SAMPLES,) float32
        Distances of the cloth's edges from the axis, from `first` to `last`.
    """

    axis: Points
    outward: int
    first: float
    last: float
    outer: np.ndarray
    inner: np.ndarray

    def place(self, along: np.ndarray, across: np.ndarray) -> Points:
        """Return where cloth at (along, across) of its tube comes to lie."""
        spots, normals = self.frame_at(self.first + along * (self.last - self.first))
        at = np.linspace(0, 1, SAMPLES)
        outer, inner = (np.interp(along, at, edge) for edge in (self.outer, self.inner))
        offset = -inner + across * (outer + inner)
        return (spots + normals * offset[:, None]).astype(np.float32)

    def frame_at(self, reached: np.ndarray) -> tuple[Points, Points]:
        """Return (points on the axis, unit vectors outwards) at arc lengths."""
        steps = np.linalg.norm(np.diff(self.axis, axis=0), axis=1)
        lengths = np.r_[0, np.cumsum(steps)]
        spots = _interpolate(reached, lengths, self.axis)
        tangents = np.gradient(self.axis, axis=0)
        tangents = gaussian_filter1d(tangents, 4, axis=0, mode="nearest")
        tangents = _unit(_interpolate(reached, lengths, tangents))
        # Beyond both ends the limb goes on straight.
        over = np.maximum(reached - lengths[-1], 0) + np.minimum(reached, 0)
        spots = spots + over[:, None] * tangents
        normals = np.stack([-tangents[:, 1], tangents[:, 0]], axis=1) * self.outward
        return spots, normals


def arc_length(axis: Points) -> float:
    """Return the length of a polyline."""
    return float(np.linalg.norm(np.diff(axis, axis=0), axis=1).sum())


def smooth_bend(axis: Points, sigma: float = 3.0) -> Points:
    """Round the corner of an elbow or knee; the ends stay."""
    smooth = gaussian_filter1d(axis, sigma, axis=0, mode="nearest")
    smooth[[0, -1]] = axis[[0, -1]]
    return smooth.astype(np.float32)


def _interpolate(at: np.ndarray, knots: np.ndarray, values: np.ndarray) -> np.ndarray:
    return np.stack([np.interp(at, knots, values[:, axis]) for axis in (0, 1)], axis=1)


def _unit(vectors: np.ndarray) -> np.ndarray:
    return vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-6)
