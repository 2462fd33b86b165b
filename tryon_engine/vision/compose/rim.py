"""The rim of a mesh: cloth continued straight on beyond its edge."""

from typing import Final

import numpy as np

from ..arrays import Mask

LEAST_STRETCH: Final = 0.15
"""Cells shrunk below this share of the usual area are folds or squashed: they do not
tell how the cloth goes on."""
NEIGHBOURS: Final = tuple(
    (row, column) for row in (-1, 0, 1) for column in (-1, 0, 1) if row or column
)


def continue_rim(nodes: np.ndarray, cloth: Mask, sound: Mask, rings: int) -> np.ndarray:
    """Return `nodes` with those beyond the cloth put where it would go on.

    What a deformation says about points beyond the cloth is often degenerate: they
    fall onto its edge, and a mesh made of them cuts the edge off.

    Parameters
    ----------
    nodes : (rows, columns, 2) float32
        Where the nodes of a regular grid in the flat come to lie.
    cloth : (rows, columns) bool
        Nodes that stay as they are.
    sound : (rows, columns) bool
        Nodes of the cloth that are surely within its edge: they tell the way on.
    rings : int
        How many rings of nodes around the cloth are placed; the others stay.

    Notes
    -----
    Each node beyond is placed by its placed neighbours, each of which goes on by the
    mean steps of the grid around it.
    """
    right, down, has_steps = _steps(nodes, sound)
    placed = cloth.copy()
    steps = np.concatenate([right, down], axis=2)
    steps, known = _spread(steps, has_steps, rings + 2)
    nodes = nodes.copy()
    for _ in range(rings):
        guessed = np.zeros_like(nodes)
        count = np.zeros(cloth.shape, np.float32)
        for row, column in NEIGHBOURS:
            guess = nodes + row * steps[..., 2:] + column * steps[..., :2]
            guessed += _shifted(guess * (placed & known)[..., None], row, column)
            count += _shifted((placed & known).astype(np.float32), row, column)
        new = ~placed & (count > 0)
        nodes[new] = guessed[new] / count[new][:, None]
        placed |= new
    return nodes


def _steps(nodes: np.ndarray, sound: Mask) -> tuple[np.ndarray, np.ndarray, Mask]:
    """Return the steps to the right and down at each node, and where both are known."""
    right, has_right = _mean_step(nodes, sound, axis=1)
    down, has_down = _mean_step(nodes, sound, axis=0)
    area = right[..., 0] * down[..., 1] - right[..., 1] * down[..., 0]
    known = has_right & has_down
    usual = float(np.median(area[known])) if known.any() else 0.0
    if usual:
        known &= area / usual > LEAST_STRETCH
    return right, down, known


def _mean_step(nodes: np.ndarray, sound: Mask, axis: int) -> tuple[np.ndarray, Mask]:
    """Mean of the steps before and after each node along `axis`, if sound."""
    before, after = [slice(None)] * 2, [slice(None)] * 2
    before[axis], after[axis] = slice(None, -1), slice(1, None)
    low, high = tuple(before), tuple(after)
    pair = (sound[low] & sound[high]).astype(np.float32)
    step = (nodes[high] - nodes[low]) * pair[..., None]
    total, count = np.zeros_like(nodes), np.zeros(sound.shape, np.float32)
    for side in (low, high):
        total[side] += step
        count[side] += pair
    return total / np.maximum(count, 1)[..., None], count > 0


def _spread(values: np.ndarray, known: Mask, rings: int) -> tuple[np.ndarray, Mask]:
    """Average values over known neighbours, and hand them on ring by ring."""
    for _ in range(rings):
        weight = known.astype(np.float32)
        total, count = values * weight[..., None], weight.copy()
        for row, column in NEIGHBOURS:
            total += _shifted(values * weight[..., None], row, column)
            count += _shifted(weight, row, column)
        fresh = total / np.maximum(count, 1)[..., None]
        values = np.where(known[..., None], values, fresh)
        known = known | (count > 0)
    return values, known


def _shifted(array: np.ndarray, row: int, column: int) -> np.ndarray:
    """Move an array by one node at most; what comes in is 0."""
    moved = np.roll(array, (row, column), axis=(0, 1))
    if row:
        moved[0 if row > 0 else -1] = 0
    if column:
        moved[:, 0 if column > 0 else -1] = 0
    return moved
