"""The cap of a sleeve: around the shoulder joint, cloth ends where the body does."""

from dataclasses import dataclass

import numpy as np
from scipy.ndimage import gaussian_filter1d

from .arrays import OUTWARD, Points, Side, resample_curve, sample_indices
from .body import Part, PersonReading
from .fit import Deformation, smoothstep

ANGLES = np.arange(0, 300, 4, dtype=np.float32)
"""Degrees around the shoulder joint: 0 along the arm, 90 outwards, about 180 up."""
ARM_FROM, ARM_TO = 35.0, 75.0
"""Nearer to the arm's direction the sleeve alone tells how far cloth reaches."""
CLOTH = 0.018
MOST = 0.30
"""Thickness of cloth on the shoulder; radius beyond which nothing is shoulder. In
shoulder widths."""
LEAST_FACTOR, MOST_FACTOR = 0.6, 1.12


@dataclass(frozen=True, eq=False)
class Cap:
    """Scales the distance from the shoulder joint, direction by direction.

    Attributes
    ----------
    joint, along, outward : (2,) float32
        The shoulder joint; unit vectors along the upper arm and across it.
    factors : (A,) float32
        One for each of `ANGLES`.
    """

    joint: np.ndarray
    along: np.ndarray
    outward: np.ndarray
    factors: np.ndarray

    def angles(self, points: Points) -> np.ndarray:
        """Return degrees in [-60, 300), from the arm over the shoulder to the neck."""
        offset = points - self.joint
        found = np.degrees(np.arctan2(offset @ self.outward, offset @ self.along))
        return (found + 60) % 360 - 60

    def __call__(self, points: Points) -> Points:
        factor = np.interp(self.angles(points), ANGLES, self.factors, left=1, right=1)
        return (self.joint + (points - self.joint) * factor[:, None]).astype(np.float32)


def fit_cap(
    person: PersonReading, side: Side, edge: Points, deform: Deformation
) -> Cap:
    """Return the cap that brings a garment's edge onto the shoulder's silhouette.

    Parameters
    ----------
    person : PersonReading
    side : {"left", "right"}
    edge : (N, 2) float32
        The flat's outline from the neck point over the shoulder to the outer cuff.
    deform : Deformation
        The garment's map so far.
    """
    joint, elbow = person.joint(side, "shoulder"), person.joint(side, "elbow")
    along = (elbow - joint) / (np.linalg.norm(elbow - joint) + 1e-6)
    outward = np.array([-along[1], along[0]]) * -OUTWARD[side]
    cap = Cap(joint, along, outward, np.ones_like(ANGLES))
    worn = _radii(cap, deform(resample_curve(edge, 300)))
    body = _silhouette(person, cap)
    known = np.isfinite(worn) & np.isfinite(body)
    if known.sum() < 4:
        return cap
    wanted = (body[known] + CLOTH * person.shoulder_width) / worn[known]
    factors = np.interp(ANGLES, ANGLES[known], wanted)
    factors = np.clip(factors, LEAST_FACTOR, MOST_FACTOR)
    factors = gaussian_filter1d(factors, 1.5, mode="nearest")
    tip, neck = cap.angles(
        np.stack([person.shoulder_tip[side], person.neck_point[side]])
    )
    # Towards the neck the torso's map follows the shoulder line by itself.
    share = smoothstep(ANGLES, ARM_FROM, ARM_TO)
    share = share * (1 - smoothstep(ANGLES, tip, max(neck, tip + 10)))
    return Cap(joint, along, outward, 1 + (factors - 1) * share)


def _radii(cap: Cap, edge: Points) -> np.ndarray:
    """How far the edge reaches in each direction; NaN where it does not pass."""
    angles = cap.angles(edge)
    distance = np.linalg.norm(edge - cap.joint, axis=1)
    reached = np.full(len(ANGLES), -np.inf)
    near = np.round(angles / (ANGLES[1] - ANGLES[0])).astype(int)
    inside = (near >= 0) & (near < len(ANGLES))
    np.maximum.at(reached, near[inside], distance[inside])
    return np.where(np.isfinite(reached), np.maximum(reached, 1), np.nan)


def _silhouette(person: PersonReading, cap: Cap) -> np.ndarray:
    """How far body or old cloth reach in each direction; NaN where hair is behind."""
    steps = np.arange(0, MOST * person.shoulder_width, dtype=np.float32)
    radians = np.radians(ANGLES)[:, None]
    ways = np.cos(radians) * cap.along + np.sin(radians) * cap.outward
    rows, columns = sample_indices(
        cap.joint + ways[:, None] * steps[None, :, None], person.size
    )
    on_body = person.is_part(Part.SKIN, Part.UPPER)[rows, columns]
    ends = on_body.argmin(axis=1)
    after = person.parsing[rows, columns][np.arange(len(ends)), ends]
    seen = on_body[:, 0] & ~on_body.all(axis=1) & (after == Part.BACKGROUND)
    return np.where(seen, steps[ends], np.nan)
