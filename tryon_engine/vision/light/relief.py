"""The form of worn clothes: tubes around torso, arms and legs, and how steep they are.

Slopes are (rise towards the camera) per (step to the right, step down) in the picture,
so that an evenly lit plate has none.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import Field, Matte, Point, Points, Side, Size, grid
from ..fit.pieces import crotch_down, smoothstep
from ..person.body import PersonReading

DEPTH = 0.62
"""Depth of a dressed trunk over its width; arms and legs are nearly round."""
LIMB_DEPTH = 0.85
RIM = 0.97
"""Where across a tube, 1 at its edge, its slope stops growing."""
SMOOTH_ROWS = 0.07
"""Sigma, in shoulder widths, that smooths the edges of a trunk from row to row."""
HEM_CORNER = 0.35
"""Height, in shoulder widths, of the rows above a hem that do not tell its width."""
SHOULDER_OVERHANG = 1.15
"""Above the armpits the chest turns into shoulders: it is so many times as wide."""
SHOULDER_ROUND = 0.1
"""How far beyond the ends of the shoulders that tube goes, in shoulder widths."""
CHEST, BELLY, THIGHS = (0.36, 0.46, 0.060), (0.86, 0.0, 0.015), (1.30, 0.45, 0.050)
"""(down, across, height): lobes of the body under cloth, in torso lengths, half widths
and shoulder widths."""
SHOULDER_SLOPE = 0.35
ARM_BINS = 24
EDGES = (3.0, 97.0)
"""Percentiles that tell a sleeve's edges: single pixels stray."""


@dataclass(frozen=True, eq=False)
class Slopes:
    """How steep a surface is, for each pixel of a field.

    Attributes
    ----------
    x, y : (h, w) float32
        Rise towards the camera per pixel to the right and per pixel down.
    """

    x: Field
    y: Field

    def __add__(self, other: "Slopes") -> "Slopes":
        return Slopes(self.x + other.x, self.y + other.y)

    def __mul__(self, factor: Field) -> "Slopes":
        return Slopes(self.x * factor, self.y * factor)

    def blend(self, other: "Slopes", share: Field) -> "Slopes":
        """Return these slopes where `share` is 0 and the other ones where it is 1."""
        return Slopes(
            self.x + (other.x - self.x) * share, self.y + (other.y - self.y) * share
        )


@dataclass(frozen=True, eq=False)
class Surface:
    """Cloth on the body.

    Attributes
    ----------
    slopes : Slopes
        Form and folds together.
    hollow : (h, w) float32
        How deep a place lies in its fold: 0 on smooth cloth, about 1 in a deep groove.
    """

    slopes: Slopes
    hollow: Field


@dataclass(frozen=True, eq=False)
class Trunk:
    """Cloth around torso, hips or one leg: a left and a right edge for each row.

    Attributes
    ----------
    left, right : (h,) float32
        Columns; continued above and below the cloth.
    width : int
        Columns of the field.
    """

    left: np.ndarray
    right: np.ndarray
    width: int

    @property
    def half(self) -> np.ndarray:
        """Half the width of each row, at least one pixel."""
        return np.maximum((self.right - self.left) / 2, 1).astype(np.float32)

    def across(self) -> Field:
        """Return how far across each pixel lies: -1 left edge, 1 right edge."""
        x = np.arange(self.width, dtype=np.float32)
        middle = ((self.left + self.right) / 2)[:, None]
        return ((x - middle) / self.half[:, None]).astype(np.float32)

    def place(self, across: np.ndarray, rows: np.ndarray) -> Points:
        """Return the (x, y) at `across` in (fractional) rows."""
        at = np.arange(len(self.left))
        left, right = (np.interp(rows, at, edge) for edge in (self.left, self.right))
        x = (left + right) / 2 + across * (right - left) / 2
        return np.stack([x, rows], axis=-1).astype(np.float32)


def trunk_of(
    matte: Matte,
    unit: float,
    first_row: float = 0.0,
    shoulders: tuple[float, float] | None = None,
) -> Trunk | None:
    """Read the edges of a matte row by row.

    Parameters
    ----------
    matte : (h, w) float32 in [0, 1]
    unit : float
        The shoulder width in pixels of `matte`.
    first_row : float
        Rows above are as wide as the ones below it, and a little wider.
    shoulders : (left, right), optional
        Columns that they reach at least: where an arm is raised, the armpit's row is
        narrow.

    Returns
    -------
    Trunk, or None if too little of the matte is to be seen.
    """
    seen = matte > 0.5
    rows = np.flatnonzero(seen.any(axis=1))
    rows = rows[rows >= first_row] if (rows >= first_row).sum() > 3 else rows
    if len(rows) < 4:
        return None
    left = seen[rows].argmax(axis=1)
    right = seen.shape[1] - seen[rows, ::-1].argmax(axis=1)
    # Hems are rounded at their ends; the cloth is not.
    low = rows > rows[-1] - HEM_CORNER * unit
    last = len(rows) - 1 - int((right - left)[low][::-1].argmax())
    rows, left, right = (part[: max(last, 4)] for part in (rows, left, right))
    at = np.arange(seen.shape[0])
    sigma = max(SMOOTH_ROWS * unit, 0.5)
    edges = [
        gaussian_filter1d(_continued(at, rows, edge.astype(float), unit), sigma)
        for edge in (left, right)
    ]
    grown = 1 - smoothstep(at - first_row, -0.30 * unit, 0.05 * unit)
    overhang = (SHOULDER_OVERHANG - 1) * (edges[1] - edges[0]) / 2
    left, right = edges[0] - overhang, edges[1] + overhang
    if shoulders is not None:
        beyond = SHOULDER_ROUND * unit
        left = np.minimum(left, shoulders[0] - beyond)
        right = np.maximum(right, shoulders[1] + beyond)
    left, right = (
        edge + grown * (above - edge)
        for edge, above in zip(edges, (left, right), strict=True)
    )
    return Trunk(left.astype(np.float32), right.astype(np.float32), seen.shape[1])


def _continued(
    at: np.ndarray, rows: np.ndarray, edge: np.ndarray, unit: float
) -> np.ndarray:
    """Edge of every row: straight on below the last known one, level above the first.

    Skirts go on opening down to their hems.
    """
    last = min(round(0.4 * unit), len(rows) - 1)
    slope = (edge[-1] - edge[-1 - last]) / max(rows[-1] - rows[-1 - last], 1)
    below = np.clip(at - rows[-1], 0, 0.5 * unit)
    return np.interp(at, rows, edge) + np.clip(slope, -0.5, 0.5) * below


def tube_slopes(across: Field, half: np.ndarray, depth: float) -> Slopes:
    """Return the slopes of an elliptic tube whose rows are `half` pixels wide."""
    kept = np.clip(across, -RIM, RIM)
    height = (depth * half[:, None] * np.sqrt(1 - kept * kept)).astype(np.float32)
    along = cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=1 / 8)
    # From one row to the next a tube that widens also comes nearer: keep half of it.
    return Slopes(-depth * kept / np.sqrt(1 - kept * kept), 0.5 * np.clip(along, -1, 1))


def torso_slopes(person: PersonReading, trunk: Trunk, scale: float) -> Slopes:
    """Return the form of a top, dress or skirt on the body.

    Parameters
    ----------
    person : PersonReading
    trunk : Trunk
        Its edges, in the field.
    scale : float
        Pixels of the field per pixel at working scale.
    """
    across = trunk.across()
    down = _down(person, len(trunk.left), scale)[:, None]
    form = tube_slopes(across, trunk.half, DEPTH)
    height = np.zeros(across.shape, np.float32)
    for at, aside, rise in (CHEST, BELLY, THIGHS):
        rows = np.exp(-(((down - at) / 0.17) ** 2) / 2)
        lobes = sum(
            np.exp(-(((across - out) / 0.34) ** 2) / 2) for out in (-aside, aside)
        )
        height += (rise * person.shoulder_width * scale * rows * lobes).astype("f4")
    lobes = slopes_of(height)
    shoulders = SHOULDER_SLOPE * (1 - smoothstep(down, -0.08, 0.22))
    return form + lobes + Slopes(0 * across, shoulders + 0 * across)


def leg_slopes(
    person: PersonReading, legs: dict[Side, Trunk], whole: Trunk, scale: float
) -> dict[Side, Slopes]:
    """Return the form of trousers: one tube above the crotch, two below it."""
    unit = person.shoulder_width
    crotch = crotch_down(person)
    down = _down(person, len(whole.left), scale)[:, None]
    apart = smoothstep(
        (down - crotch) * person.torso_length / unit, -0.30, 0.15
    ) + np.zeros_like(whole.across())
    pelvis = tube_slopes(whole.across(), whole.half, DEPTH)
    return {
        side: pelvis.blend(tube_slopes(leg.across(), leg.half, LIMB_DEPTH), apart)
        for side, leg in legs.items()
    }


def sleeve_slopes(
    person: PersonReading, side: Side, matte: Matte, torso: Slopes, scale: float
) -> Slopes:
    """Return the form of a sleeve, which grows out of the torso's at the armhole."""
    along, across = arm_coordinates(person, side, matte.shape)
    inside = (matte > 0.5) & (np.abs(across) < 3)
    if inside.sum() < 12:
        return torso
    at = np.linspace(0, 2, ARM_BINS)
    bins = np.clip(np.digitize(along[inside], at) - 1, 0, ARM_BINS - 1)
    edges = _edges_by_bin(across[inside], bins)
    low, high = (np.interp(along, at, edge) for edge in edges)
    half = np.maximum((high - low) / 2, 0.3)
    turned = np.clip((across - (low + high) / 2) / half, -RIM, RIM).astype("f4")
    steep = -LIMB_DEPTH * turned / np.sqrt(1 - turned * turned)
    away_x, away_y = _across_direction(person, side, along)
    tube = Slopes(steep * away_x, steep * away_y)
    return torso.blend(tube, smoothstep(along, 0.10, 0.55).astype(np.float32))


def arm_coordinates(
    person: PersonReading, side: Side, size: Size
) -> tuple[Field, Field]:
    """Return (along, across) of one arm in a field of `size`.

    `across` has a sign: negative to the left of a hanging arm, or above a raised one.
    """
    arm = person.arms[side]
    along, across = (
        cv2.resize(field, size[::-1], interpolation=cv2.INTER_NEAREST)
        for field in (arm.along, arm.across)
    )
    x, y = (axis * (person.size[0] / size[0]) for axis in grid(size))
    upper, lower = (
        (x - joint[0]) * normal[0] + (y - joint[1]) * normal[1]
        for joint, normal in _arm_normals(person, side)
    )
    aside = np.where(along < 1, upper, lower)
    return along, np.where(aside < 0, -across, across)


def ball_slopes(size: Size) -> Slopes:
    """Return the slopes of a ball in the middle of a level picture."""
    x, y = grid(size)
    radius = 0.4 * min(size[0], size[1])
    x, y = (x - size[1] / 2) / radius, (y - size[0] / 2) / radius
    inside = np.hypot(x, y) < RIM
    height = np.sqrt(np.where(inside, 1 - x * x - y * y, 1))
    return Slopes(*(np.where(inside, -way / height, 0).astype("f4") for way in (x, y)))


def slopes_of(height: Field) -> Slopes:
    """Return the slopes of a height in pixels."""
    return Slopes(
        cv2.Sobel(height, cv2.CV_32F, 1, 0, scale=1 / 8),
        cv2.Sobel(height, cv2.CV_32F, 0, 1, scale=1 / 8),
    )


def _down(person: PersonReading, rows: int, scale: float) -> np.ndarray:
    """Body-frame `down` of each row of the field on the body's axis."""
    y = (np.arange(rows) + 0.5) / scale - 0.5
    return ((y - person.shoulder_centre[1]) / person.torso_length).astype(np.float32)


def _edges_by_bin(values: np.ndarray, bins: np.ndarray) -> np.ndarray:
    """Lower and upper end of `values` in each bin, (2, ARM_BINS).

    Continued to bins that are empty, and smoothed.
    """
    filled = [b for b in range(ARM_BINS) if (bins == b).sum() > 5]
    if not filled:
        return np.repeat(np.percentile(values, EDGES)[:, None], ARM_BINS, axis=1)
    found = np.stack([np.percentile(values[bins == b], EDGES) for b in filled])
    every = np.arange(ARM_BINS)
    continued = [np.interp(every, filled, edge) for edge in found.T]
    return gaussian_filter1d(np.stack(continued), 1.2, axis=1, mode="nearest")


def _across_direction(
    person: PersonReading, side: Side, along: Field
) -> tuple[Field, Field]:
    """Unit vectors in which `across` of the arm grows, turning at the elbow."""
    (_, upper), (_, lower) = _arm_normals(person, side)
    share = smoothstep(along, 0.85, 1.15).astype(np.float32)
    return (
        upper[0] * (1 - share) + lower[0] * share,
        upper[1] * (1 - share) + lower[1] * share,
    )


def _arm_normals(person: PersonReading, side: Side) -> list[tuple[Point, Point]]:
    """Upper end and unit normal, to the right or down, of upper and lower arm."""
    shoulder, elbow, wrist = (
        person.joint(side, name) for name in ("shoulder", "elbow", "wrist")
    )
    found = []
    for start, end in ((shoulder, elbow), (elbow, wrist)):
        way = (end - start) / (np.linalg.norm(end - start) + 1e-6)
        normal = np.array([-way[1], way[0]], np.float32)
        found.append((start, normal if normal.sum() > 0 else -normal))
    return found
