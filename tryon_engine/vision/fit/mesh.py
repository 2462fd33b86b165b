"""A garment as one elastic sheet: pinned to the body, elsewhere as it would lie.

The sheet is a lattice over the flat. Wanted are the steps between neighbouring nodes
(how cloth lies on torso or arm), a few places (pins), and softly the places of a guide.
The nodes that fit best in the least squares' sense are one sparse linear system.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np
from scipy.sparse import coo_matrix, csc_matrix
from scipy.sparse.linalg import splu

from ..arrays import Mask, Points, Size

STEP_PX = 20
"""Distance of neighbouring nodes in the flat at working scale."""
RIM = 3
"""Cells that a sheet goes on beyond its garment."""
RIM_WEIGHT = 0.05


@dataclass(frozen=True, eq=False)
class Lattice:
    """Nodes over a flat of `size` (height, width), some of them beyond it."""

    size: Size

    @property
    def shape(self) -> Size:
        """Rows and columns of nodes."""
        rows, columns = (-(-length // STEP_PX) + 2 * RIM + 1 for length in self.size)
        return rows, columns

    @property
    def nodes(self) -> Points:
        """(rows * columns, 2) float32: points of the flat."""
        rows, columns = self.shape
        y, x = np.mgrid[0:rows, 0:columns].astype(np.float32)
        return (np.stack([x.ravel(), y.ravel()], axis=1) - RIM) * STEP_PX

    def places(self, points: Points) -> Points:
        """Return points of the flat in units of nodes."""
        return (points / STEP_PX + RIM).astype(np.float32)

    def used(self, coverage: Mask) -> tuple[Mask, Mask]:
        """Return the nodes (rows, columns) near `coverage`, and those at it."""
        at = np.round(self.nodes[:, ::-1]).astype(int)
        inside = (at >= 0).all(axis=1) & (at < coverage.shape).all(axis=1)
        at = at.clip(0, np.array(coverage.shape) - 1)
        wide = 2 * STEP_PX // 2 + 1
        close = cv2.dilate(coverage.astype(np.uint8), np.ones((wide, wide)))
        touched = ((close[at[:, 0], at[:, 1]] > 0) & inside).reshape(self.shape)
        reach = 2 * RIM + 1
        near = cv2.dilate(touched.astype(np.uint8), np.ones((reach, reach))) > 0
        return near, touched


@dataclass(frozen=True, eq=False)
class Sheet:
    """What is wanted of one layer of cloth.

    Attributes
    ----------
    coverage : (h, w) bool
        The layer's cloth in the flat.
    right, down : (rows, columns, 2) float32
        Wanted steps from each node to its right and lower neighbour.
    guide : (rows, columns, 2) float32
        Where nodes would lie by themselves.
    hold : (rows, columns) float32
        How much they want to; the steps' weight is 1.
    is_own : (rows, columns) bool
        Nodes that move apart from the first sheet's.
    """

    coverage: Mask
    right: np.ndarray
    down: np.ndarray
    guide: np.ndarray
    hold: np.ndarray
    is_own: Mask


@dataclass(frozen=True, eq=False)
class Pins:
    """Points of the flat with the places where they have to be."""

    sheet: int
    points: Points
    places: Points
    weight: float = 4.0


@dataclass(frozen=True, eq=False)
class Elastic:
    """The map of one layer, by its nodes' places."""

    lattice: Lattice
    places: np.ndarray

    def __call__(self, points: Points) -> Points:
        """Return where points of the flat come to lie."""
        at = self.lattice.places(points)
        low = np.floor(at).astype(int)
        last = np.array(self.places.shape[1::-1]) - 1
        shares = _cubic_shares(at - low)
        moved = np.zeros((len(points), 2))
        for row in range(4):
            y = np.clip(low[:, 1] + row - 1, 0, last[1])
            for column in range(4):
                x = np.clip(low[:, 0] + column - 1, 0, last[0])
                share = shares[row][:, 1] * shares[column][:, 0]
                moved += share[:, None] * self.places[y, x]
        return moved.astype(np.float32)


def _cubic_shares(part: np.ndarray) -> list[np.ndarray]:
    """Shares of the four nodes around a place, `part` of a step after the second.

    References
    ----------
    .. [1] Keys, "Cubic convolution interpolation for digital image processing", IEEE
       TASSP 1981, doi:10.1109/TASSP.1981.1163711 (a = -1/2). Not `cv2.remap`, which
       knows 32 places between two nodes only.
    """
    squared, cubed = part**2, part**3
    return [
        (-cubed + 2 * squared - part) / 2,
        (3 * cubed - 5 * squared + 2) / 2,
        (-3 * cubed + 4 * squared + part) / 2,
        (cubed - squared) / 2,
    ]


@dataclass(eq=False)
class _System:
    """Normal equations that grow term by term."""

    size: int
    rows: list = field(default_factory=list)
    columns: list = field(default_factory=list)
    values: list = field(default_factory=list)
    sums: np.ndarray = field(init=False)

    def __post_init__(self) -> None:
        self.sums = np.zeros((self.size, 2))

    def want(
        self,
        nodes: np.ndarray,
        shares: np.ndarray,
        goal: np.ndarray,
        weight: np.ndarray,
    ) -> None:
        """Want sum(shares * places of nodes) = goal: (M, k), (M, k), (M, 2), (M,)."""
        count = nodes.shape[1]
        for i in range(count):
            part = weight * shares[:, i]
            np.add.at(self.sums, nodes[:, i], part[:, None] * goal)
            for j in range(count):
                self.rows.append(nodes[:, i])
                self.columns.append(nodes[:, j])
                self.values.append(part * shares[:, j])

    def solve(self) -> np.ndarray:
        where = (np.concatenate(self.rows), np.concatenate(self.columns))
        matrix = coo_matrix(
            (np.concatenate(self.values), where), (self.size, self.size)
        )
        return splu(csc_matrix(matrix), permc_spec="MMD_AT_PLUS_A").solve(self.sums)


def relax(lattice: Lattice, sheets: list[Sheet], pins: list[Pins]) -> list[Elastic]:
    """Return the map of each sheet, the first being the one that others hang on."""
    used = [lattice.used(sheet.coverage) for sheet in sheets]
    numbers = np.full((len(sheets), *lattice.shape), -1)
    count = 0
    shared = np.zeros(lattice.shape, bool)
    for sheet, (near, _) in zip(sheets, used, strict=True):
        shared |= near & ~sheet.is_own
    numbers[:, shared] = np.arange(shared.sum())
    count = int(shared.sum())
    for number, (sheet, (near, _)) in enumerate(zip(sheets, used, strict=True)):
        own = near & sheet.is_own
        numbers[number][own] = count + np.arange(own.sum())
        numbers[number][~near] = -1
        count += int(own.sum())
    system = _System(count)
    for number, (sheet, (near, close)) in enumerate(zip(sheets, used, strict=True)):
        _want_steps(system, numbers[number], sheet, close)
        at = numbers[number][near]
        hold = np.maximum(sheet.hold, 1e-4)[near]
        system.want(at[:, None], np.ones((len(at), 1)), sheet.guide[near], hold)
    for pin in pins:
        nodes, shares = _corners(lattice, numbers[pin.sheet], pin.points)
        known = (nodes >= 0).all(axis=1)
        weight = np.full(int(known.sum()), pin.weight)
        system.want(nodes[known], shares[known], pin.places[known], weight)
    solved = system.solve()
    return [
        Elastic(lattice, _filled(numbers[number], solved, sheet.guide))
        for number, sheet in enumerate(sheets)
    ]


def _want_steps(
    system: _System, numbers: np.ndarray, sheet: Sheet, close: Mask
) -> None:
    for first, second, step, ends in (
        (
            np.s_[:, :-1],
            np.s_[:, 1:],
            sheet.right[:, :-1],
            (close[:, :-1], close[:, 1:]),
        ),
        (np.s_[:-1], np.s_[1:], sheet.down[:-1], (close[:-1], close[1:])),
    ):
        known = (numbers[first] >= 0) & (numbers[second] >= 0)
        nodes = np.stack([numbers[first][known], numbers[second][known]], axis=1)
        shares = np.tile([-1.0, 1.0], (len(nodes), 1))
        weight = np.where((ends[0] & ends[1])[known], 1.0, RIM_WEIGHT)
        system.want(nodes, shares, step[known], weight)


def _corners(
    lattice: Lattice, numbers: np.ndarray, points: Points
) -> tuple[np.ndarray, np.ndarray]:
    """The four nodes around each point, and their shares in it."""
    at = lattice.places(points)
    low = np.floor(at).astype(int).clip(0, np.array(numbers.shape[::-1]) - 2)
    part = at - low
    nodes, shares = [], []
    for dx in (0, 1):
        for dy in (0, 1):
            nodes.append(numbers[low[:, 1] + dy, low[:, 0] + dx])
            x, y = (
                part[:, axis] if one else 1 - part[:, axis]
                for axis, one in ((0, dx), (1, dy))
            )
            shares.append(x * y)
    return np.stack(nodes, axis=1), np.stack(shares, axis=1)


def _filled(numbers: np.ndarray, solved: np.ndarray, guide: np.ndarray) -> np.ndarray:
    """Places of all nodes; those of no use lie where the guide puts them."""
    known = numbers >= 0
    places = guide.astype(np.float32).copy()
    places[known] = solved[numbers[known]]
    return places
