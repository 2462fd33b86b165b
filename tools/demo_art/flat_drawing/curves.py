"""Curves of a paper pattern, as (N, 2) arrays of page units."""

from collections.abc import Sequence

import numpy as np
import skia
from numpy.typing import ArrayLike, NDArray

Curve = NDArray[np.float64]
Point = Sequence[float] | NDArray[np.float64]

BOTH_SIDES = (-1, 1)
"""Left of the centre line, then right of it: factors for `on_side`."""


def bezier(*controls: Point, steps: int = 24) -> Curve:
    """Sample a Bézier curve with three or four control points."""
    t = np.linspace(0, 1, steps)[:, None]
    p = [np.array(point, float) for point in controls]
    if len(p) == 3:
        return (1 - t) ** 2 * p[0] + 2 * t * (1 - t) * p[1] + t * t * p[2]
    return (
        (1 - t) ** 3 * p[0]
        + 3 * t * (1 - t) ** 2 * p[1]
        + 3 * t * t * (1 - t) * p[2]
        + t**3 * p[3]
    )


def through(points: ArrayLike, steps: int = 14, closed: bool = False) -> Curve:
    """Run a smooth (Catmull-Rom) curve through every point."""
    p = np.array(points, float)
    if closed:
        extended = np.vstack([p[-1:], p, p[:2]])
    else:
        extended = np.vstack([2 * p[0] - p[1], p, 2 * p[-1] - p[-2]])
    t = np.linspace(0, 1, steps, endpoint=False)[:, None]
    spans = []
    for a, b, c, d in zip(
        extended, extended[1:], extended[2:], extended[3:], strict=False
    ):
        cubic = (2 * a - 5 * b + 4 * c - d) * t**2 + (3 * b - a - 3 * c + d) * t**3
        spans.append(0.5 * (2 * b + (c - a) * t + cubic))
    if not closed:
        spans.append(p[-1:])
    return np.vstack(spans)


def chain(*parts: ArrayLike) -> Curve:
    """Join curves and single points end to end."""
    return np.vstack([np.atleast_2d(np.asarray(part, float)) for part in parts])


def on_side(side: int, curve: ArrayLike) -> Curve:
    """Return the curve on its own side (1) or mirrored (-1)."""
    return np.asarray(curve, float) * (side, 1)


def mirrored(curve: ArrayLike) -> Curve:
    return on_side(-1, curve)


def whole(right_half: Curve) -> Curve:
    """Close an outline that was drafted from top centre to bottom centre."""
    return chain(right_half, mirrored(right_half[::-1]))


def across(right_half: Curve) -> Curve:
    """Run a line such as a hem from the left over the centre to the right."""
    return chain(mirrored(right_half), right_half[::-1])


def resample(curve: ArrayLike, step: float) -> Curve:
    """Return points at equal distances of about `step`."""
    p = np.asarray(curve, float)
    lengths = np.linalg.norm(np.diff(p, axis=0), axis=1)
    distance = np.concatenate([[0.0], np.cumsum(lengths)])
    at = np.linspace(0, distance[-1], max(2, int(distance[-1] / step)))
    return np.column_stack([np.interp(at, distance, p[:, axis]) for axis in (0, 1)])


def normals(curve: Curve) -> Curve:
    """Return the unit normal at every point, left of the direction of travel."""
    tangent = np.gradient(curve, axis=0)
    tangent /= np.linalg.norm(tangent, axis=1, keepdims=True) + 1e-9
    return np.column_stack([-tangent[:, 1], tangent[:, 0]])


def ribbon(centre: ArrayLike, half_width: float) -> Curve:
    """Return the outline of a strap or cord along `centre`."""
    p = resample(centre, 3.0)
    n = normals(p) * half_width
    return chain(p + n, (p - n)[::-1])


def path_of(curve: ArrayLike, closed: bool) -> skia.Path:
    points = np.asarray(curve, float).tolist()
    path = skia.Path()
    path.moveTo(*points[0])
    for point in points[1:]:
        path.lineTo(*point)
    if closed:
        path.close()
    return path


def circle(centre: Point, radius: float) -> skia.Path:
    path = skia.Path()
    path.addCircle(float(centre[0]), float(centre[1]), radius)
    return path


def rounded_box(
    x: float, y: float, width: float, height: float, radius: float
) -> skia.Path:
    """Return a rectangle with its top left corner at (x, y)."""
    path = skia.Path()
    path.addRoundRect(skia.Rect.MakeXYWH(x, y, width, height), radius, radius)
    return path


def band_along(line: ArrayLike, width: float, towards: Point) -> tuple[Curve, Curve]:
    """Return the outline of a band on one side of `line`, and its far edge.

    `towards` is the direction, seen from the middle of the line, of that side.
    """
    near = resample(line, 4)
    far = near + normals(near) * width * facing(near, towards)
    return chain(near, far[::-1]), far


def facing(line: Curve, towards: Point) -> int:
    """Return 1 if the line's normals point `towards` in its middle, else -1."""
    return 1 if normals(line)[len(line) // 2] @ np.asarray(towards, float) > 0 else -1
