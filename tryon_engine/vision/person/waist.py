"""Where upper clothes end and lower clothes begin: one clean line across the trunk."""

import cv2
import numpy as np

from ..arrays import Field, Mask
from ..masks import reached_from
from .body import Part
from .cues import Cues

TRUNK = 0.75
"""Half width of what is straightened, in shoulder widths."""
HIGHEST, LOWEST = 0.35, 1.5
"""Where a top may end, in `down`."""
MAX_EVIDENCE = 3.0
STEP_COST = 2.0
"""Price in nats of a step of the line by one pixel from column to column."""
EDGE_REWARD = 8.0
FULL_EDGE = 6.0
"""Change of lightness per pixel that earns the whole reward."""
EDGE_LENGTH_PX = 25
"""Hems are long; the edges of a pattern are not."""
MIDDLE = 0.3
"""Half width, in shoulder widths, of what is trunk without doubt."""
HEMS = (0.7, 1.4)
"""Where, in `down`, a top ends that has the colour of what is worn below it."""
CLEAR_EDGE, ONLY_EDGE, NEXT_EDGE = 0.3, 0.6, 0.1
"""Share of the full reward that its edge earns at least, and a second one at most in
shares of that; how far away the second is, in torso lengths."""


def level_waist(labels: np.ndarray, cues: Cues, preference: Field) -> np.ndarray:
    """Return labels in which, on the trunk, all UPPER lies above all LOWER.

    Patterned skirts and waistbands share colours with the top; pixel by pixel they get
    mixed up. A line through all columns of the trunk cannot.

    Parameters
    ----------
    labels : ndarray of shape (h, w), uint8 of `Part`
    cues : Cues
    preference : ndarray of shape (h, w), float32
        How much more colour and place speak for LOWER than for UPPER, in nats.

    Notes
    -----
    The line minimises the cost of what lies on its wrong side plus the price of its
    steps, less a reward for running along a long edge: dynamic programming over the
    columns, whose inner minimum is a distance transform.
    """
    trunk = _trunk(cues) & np.isin(labels, (Part.UPPER, Part.LOWER))
    columns = _columns(trunk)
    if columns is None:
        return labels
    line = _cheapest_path(_line_cost(trunk, cues, preference)[columns])
    return _parted(labels, trunk, columns, line)


def part_at_hem(labels: np.ndarray, cues: Cues) -> np.ndarray | None:
    """Return labels parted where clothes of one colour show an edge right across.

    None where none does, or several do: it may be a dress, and its stripes or tiers.
    Parameters as for `level_waist`.
    """
    cloth = _trunk(cues) & np.isin(labels, (Part.UPPER, Part.LOWER))
    cloth = reached_from(cloth & (np.abs(cues.across) < MIDDLE), cloth)  # no sleeves
    trunk = cloth & (cues.down > HEMS[0]) & (cues.down < HEMS[1])
    columns = _columns(trunk)
    if columns is None:
        return None
    cost = _line_cost(trunk, cues, np.zeros(cues.size, np.float32))[columns]
    line, reward = _best_edge(cost)
    rows = np.arange(len(cost))[:, None]
    row_height = np.abs(np.diff(cues.down[columns], axis=0)).mean()
    apart = np.abs(rows - line) * row_height > NEXT_EDGE
    _, second = _best_edge(cost * apart)
    if reward < CLEAR_EDGE or second > ONLY_EDGE * reward:
        return None
    return _parted(labels, cloth, columns, line)


def _best_edge(cost: Field) -> tuple[np.ndarray, float]:
    """Return the path along the clearest edge, and how clear it is, from 0 to 1."""
    line = _cheapest_path(cost)
    return line, float(-cost[line, np.arange(len(line))].mean() / EDGE_REWARD)


def _columns(trunk: Mask) -> tuple[slice, slice] | None:
    """Return the window of the columns in which there is trunk, None if too few."""
    columns = np.flatnonzero(trunk.any(axis=0))
    if columns.size < 8:
        return None
    return np.s_[:, columns[0] : columns[-1] + 1]


def _parted(
    labels: np.ndarray, trunk: Mask, columns: tuple[slice, slice], line: np.ndarray
) -> np.ndarray:
    """Return the labels with all of the trunk UPPER above the line, LOWER below it."""
    above = np.arange(labels.shape[0])[:, None] < line
    parted = labels.copy()
    inside = trunk[columns]
    parted[columns][inside & above] = Part.UPPER
    parted[columns][inside & ~above] = Part.LOWER
    return parted


def _trunk(cues: Cues) -> Mask:
    band = (cues.down > HIGHEST) & (cues.down < LOWEST)
    forearm = (cues.arm_across < 0.9) & (cues.arm_along > 1)
    return band & (np.abs(cues.across) < TRUNK) & ~forearm


def _line_cost(trunk: Mask, cues: Cues, preference: Field) -> Field:
    """Return the cost, per pixel, of the line passing just above it."""
    evidence = np.clip(preference, -MAX_EVIDENCE, MAX_EVIDENCE) * trunk
    wrong = np.cumsum(evidence, axis=0) - evidence
    change = np.abs(cv2.Sobel(cues.lab[..., 0], cv2.CV_32F, 0, 1)) / 8
    edge = cv2.blur(np.minimum(change / FULL_EDGE, 1), (EDGE_LENGTH_PX, 1))
    return (wrong - EDGE_REWARD * edge * trunk).astype(np.float32)


def _cheapest_path(cost: Field) -> np.ndarray:
    """Return one row per column: the path of least cost from left to right."""
    rows = np.arange(cost.shape[0])
    slope = STEP_COST * rows
    total = cost[:, 0].astype(np.float64)
    came_from = np.zeros(cost.shape, np.int32)
    for column in range(1, cost.shape[1]):
        down, at_down = _running_minimum(total - slope)
        up, at_up = _running_minimum((total + slope)[::-1])
        up, at_up = up[::-1], len(rows) - 1 - at_up[::-1]
        from_above = down + slope <= up - slope
        came_from[:, column] = np.where(from_above, at_down, at_up)
        total = np.minimum(down + slope, up - slope) + cost[:, column]
    path = np.empty(cost.shape[1], np.int32)
    path[-1] = total.argmin()
    for column in range(cost.shape[1] - 1, 0, -1):
        path[column - 1] = came_from[path[column], column]
    return path


def _running_minimum(values: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return the least value so far, and where it was."""
    least = np.minimum.accumulate(values)
    is_new = values <= least
    return least, np.maximum.accumulate(np.where(is_new, np.arange(len(values)), 0))
