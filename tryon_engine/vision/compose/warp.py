"""Fitted garment + flat -> warped garment: a dense backward map, then one remap."""

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import (
    Field,
    FloatImage,
    Matte,
    Points,
    RGBImage,
    Size,
    bands,
    sample_indices,
    to_float,
)
from ..filters import diffuse
from ..fit.pieces import Piece
from .rim import continue_rim

CELL_PX = 10
"""Edge of the mesh's cells in the flat at working scale."""
RIM_CELLS = 2
EDGE_PX = 4
"""Cloth so near to the edge of what is covered may be deformed like what is beyond."""
SAMPLES_PER_PX = 2
"""Samples along either side of a pixel of the picture, if cloth is shrunk."""
MAGNIFIED = 1.25
"""Below so many pixels of the flat per pixel of the picture, one sample is enough."""
MAP_STEP_PX = 2
"""The map is made for every second pixel and interpolated; it is smooth."""
BUCKETS_PX = (5, 9, 17, 33)
"""Triangles are filled together with those of like size, in pixels of the map. Larger
ones come from a degenerate mesh and are left out."""
CHUNK = 400_000
"""Candidate pixels per vectorised step: bounds the memory."""


@dataclass(frozen=True, eq=False)
class BackwardMap:
    """For each pixel of the person image, the point of the flat to sample.

    Attributes
    ----------
    x, y : (H, W) float32
        Points of the flat at working scale, continued beyond the garment.
    inside : (H, W) float32 in [0, 1]
        Where the mesh covers the picture.
    flat_px_per_px : float
        Typical minification.
    """

    x: Field
    y: Field
    inside: Matte
    flat_px_per_px: float


@dataclass(frozen=True, eq=False)
class WarpedPiece:
    """A piece as it lies on the person.

    Attributes
    ----------
    name : str
    patch : (h, w, 3) float32 in [0, 1], RGB
        Its colours in the box that it covers.
    box : tuple of slices
        Rows and columns of that box in the picture.
    matte : (H, W) float32 in [0, 1]
        At the picture's size; 0 outside of the box.
    """

    name: str
    patch: FloatImage
    box: tuple[slice, slice]
    matte: Matte

    @property
    def image(self) -> FloatImage:
        """The colours in the whole picture, (H, W, 3), black outside of the box."""
        whole = np.zeros((*self.matte.shape, 3), np.float32)
        whole[self.box] = self.patch
        return whole


def backward_map(piece: Piece, size: Size, cloth: Matte | None = None) -> BackwardMap:
    """Invert the deformation of a piece for a picture of `size` (height, width).

    `cloth` is the coverage of the whole garment, if the piece is only a part of it:
    across a seam the deformation says how the cloth goes on, beyond the edge it does
    not.

    Notes
    -----
    A mesh of triangles is laid over the piece in the flat, its corners are deformed,
    and every triangle writes the flat's coordinates into the pixels that it covers.
    Later triangles win where the mesh folds.
    """
    corners, cells, shape = _mesh(piece.coverage)
    whole = piece.coverage if cloth is None else cloth
    moved = _with_rim(piece.deform(corners), corners, shape, whole)
    small = (-(-size[0] // MAP_STEP_PX), -(-size[1] // MAP_STEP_PX))
    # Pixel centres of the small map, so that enlarging does not shift it.
    target = (moved + 0.5) / MAP_STEP_PX - 0.5
    flat_xy, covered = rasterise(target, corners, cells, small)
    if not covered.any():
        nothing = np.zeros(size, np.float32)
        return BackwardMap(nothing, nothing, nothing, 1.0)
    spread = diffuse(flat_xy, covered)
    spread[covered] = flat_xy[covered]
    large = (small[1] * MAP_STEP_PX, small[0] * MAP_STEP_PX)
    x, y = (
        cv2.resize(spread[..., axis], large)[: size[0], : size[1]] for axis in (0, 1)
    )
    # The rim of the mesh is interpolated with what was continued beyond it.
    solid = cv2.erode(covered.astype(np.float32), np.ones((3, 3)))
    # Blurred, the steps of its pixels do not show where it ends within the cloth.
    solid = cv2.GaussianBlur(solid, (0, 0), 1)
    inside = cv2.resize(solid, large)[: size[0], : size[1]]
    return BackwardMap(x, y, inside, _minification(corners, moved, cells))


def warp_piece(
    piece: Piece, backward: BackwardMap, clean: RGBImage, matte: Matte, size: Size
) -> WarpedPiece:
    """Sample a piece through its map, for a picture of `size`.

    Parameters
    ----------
    piece : Piece
    backward : BackwardMap
        Of this piece, for a picture of any size; it is enlarged.
    clean : (h, w, 3) uint8, RGB
        The garment's colours, continued beyond its edge, at working scale or larger.
    matte : (h, w) float32
        What is to be seen of the garment, as large as `clean`.
    size : (height, width)
    """
    finer = clean.shape[0] / piece.coverage.shape[0]
    larger = size[0] / backward.x.shape[0]
    flat_px_per_px = backward.flat_px_per_px * finer / larger
    # More samples than pixels, averaged in one step: crisp and free of aliasing. Only
    # what is finer than the samples is averaged before.
    per_px = 1 if flat_px_per_px < MAGNIFIED else SAMPLES_PER_PX
    shrink = min(1.0, per_px / flat_px_per_px)
    coverage = cv2.resize(piece.coverage, clean.shape[1::-1])
    source = cv2.merge([to_float(clean), matte * coverage])
    if shrink < 0.95:
        source = cv2.resize(
            source, None, fx=shrink, fy=shrink, interpolation=cv2.INTER_AREA
        )
    factor = source.shape[0] / piece.coverage.shape[0]
    seen = np.zeros(size, np.float32)
    box = rows, columns = _box(backward.inside, size)
    if not rows.stop:
        return WarpedPiece(piece.name, np.zeros((0, 0, 3), np.float32), box, seen)
    height, width = rows.stop - rows.start, columns.stop - columns.start
    patch = np.empty((height, width, 3), np.float32)
    for band in bands(height):
        first = rows.start + band.start
        dense = _sample_places(columns.start, first, per_px, 1 / larger)
        sampled = _sampled(
            source, backward, dense, factor, per_px, (band.stop - band.start, width)
        )
        patch[band] = sampled[..., :3]
        seen[first : rows.start + band.stop, columns] = sampled[..., 3]
    return WarpedPiece(piece.name, patch, box, seen)


def _sampled(
    source: np.ndarray,
    backward: BackwardMap,
    dense: np.ndarray,
    factor: float,
    per_px: int,
    size: Size,
) -> np.ndarray:
    """Return colours and matte, (h, w, 4) in [0, 1], of some rows of a piece's box.

    Parameters
    ----------
    source : (h, w, 4) float32
        Colours and matte of the flat.
    backward : BackwardMap
    dense : (2, 3)
        See `_sample_places`.
    factor : float
        Pixels of `source` per pixel of the flat at working scale.
    per_px : int
        Samples along either side of a pixel.
    size : (height, width)
        Of the rows, in pixels.
    """
    height, width = size
    x, y, inside = (
        cv2.warpAffine(
            field,
            dense,
            (width * per_px, height * per_px),
            flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP,
            borderMode=cv2.BORDER_REPLICATE,
        )
        for field in (backward.x, backward.y, backward.inside)
    )
    x, y = (x + 0.5) * factor - 0.5, (y + 0.5) * factor - 0.5
    sampled = cv2.remap(source, x, y, cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    high, wide = source.shape[:2]
    on_flat = (x > -0.5) & (x < wide - 0.5) & (y > -0.5) & (y < high - 0.5)
    sampled[..., 3] *= on_flat * np.clip((inside - 0.5) * per_px + 0.5, 0, 1)
    sampled = cv2.resize(sampled, (width, height), interpolation=cv2.INTER_AREA)
    return np.clip(sampled, 0, 1, out=sampled)


def _box(inside: Matte, size: Size) -> tuple[slice, slice]:
    """Rows and columns, in a picture of `size`, that the mesh covers; perhaps none."""
    if not (inside > 0).any():
        return slice(0, 0), slice(0, 0)

    def stretch(axis: int) -> slice:
        found = np.flatnonzero((inside > 0).any(axis=1 - axis))
        factor = size[axis] / inside.shape[axis]
        first, last = int(found[0] * factor) - 1, int((found[-1] + 1) * factor) + 2
        return slice(max(first, 0), min(last, size[axis]))

    return stretch(0), stretch(1)


def _sample_places(x0: int, y0: int, per_px: int, scale: float) -> np.ndarray:
    """Affine map (2, 3) from samples to pixels of the backward map.

    Samples begin at pixel (x0, y0) of the picture, `per_px` along either side of each
    of its pixels; `scale` brings its pixels to those of the map.
    """
    step = scale / per_px
    x, y = ((start + 0.5 / per_px) * scale - 0.5 for start in (x0, y0))
    return np.array([[step, 0, x], [0, step, y]], np.float32)


def rasterise(
    target: Points, source: Points, triangles: np.ndarray, size: Size
) -> tuple[np.ndarray, np.ndarray]:
    """Write interpolated source coordinates into the pixels of target triangles.

    Parameters
    ----------
    target, source : (N, 2) float32
        Corners in the map, and the values that they carry.
    triangles : (M, 3) int
        Indices of corners. Later triangles overwrite earlier ones.
    size : (height, width) of the map.

    Returns
    -------
    values : (height, width, 2) float32
    covered : (height, width) bool
    """
    values = np.zeros((*size, 2), np.float32)
    covered = np.zeros(size, bool)
    corners = target[triangles].astype(np.float32)
    low = np.floor(corners.min(axis=1)).astype(int)
    extent = np.ceil(corners.max(axis=1)).astype(int) - low + 1
    usable = (extent <= BUCKETS_PX[-1]).all(axis=1) & np.isfinite(corners).all((1, 2))
    triangles, corners, low = triangles[usable], corners[usable], low[usable]
    if not len(triangles):
        return values, covered
    largest = extent[usable].max(axis=1)
    for number, reach in enumerate(BUCKETS_PX):
        smaller = BUCKETS_PX[number - 1] if number else 0
        group = np.flatnonzero((largest > smaller) & (largest <= reach))
        for part in np.array_split(group, len(group) * reach**2 // CHUNK + 1):
            _write(
                values,
                covered,
                corners[part],
                low[part],
                source[triangles[part]],
                reach,
            )
    return values, covered


def _write(
    values: np.ndarray,
    covered: np.ndarray,
    corners: np.ndarray,
    low: np.ndarray,
    carried: np.ndarray,
    reach: int,
) -> None:
    """Fill `values` and `covered` in place: triangles that fit into `reach` pixels."""
    across = np.arange(reach)
    offsets = np.stack(np.meshgrid(across, across), axis=-1).reshape(-1, 2)
    pixels = low[:, None] + offsets[None]
    shares = _barycentric(corners, pixels.astype(np.float32))
    inside = (shares >= -1e-3).all(axis=2)
    inside &= (pixels >= 0).all(axis=2) & (pixels < values.shape[1::-1]).all(axis=2)
    which, _ = np.nonzero(inside)
    at = pixels[inside]
    mixed = (shares[inside][..., None] * carried[which]).sum(axis=1)
    values[at[:, 1], at[:, 0]] = mixed
    covered[at[:, 1], at[:, 0]] = True


def _barycentric(corners: np.ndarray, pixels: np.ndarray) -> np.ndarray:
    """Shares (M, P, 3) of the three corners (M, 3, 2) at pixels (M, P, 2)."""
    a, b, c = (corners[:, None, i] for i in range(3))
    ab, ac, ap = b - a, c - a, pixels - a
    area = ab[..., 0] * ac[..., 1] - ab[..., 1] * ac[..., 0]
    area = np.where(np.abs(area) < 1e-6, np.nan, area)
    at_b = (ap[..., 0] * ac[..., 1] - ap[..., 1] * ac[..., 0]) / area
    at_c = (ab[..., 0] * ap[..., 1] - ab[..., 1] * ap[..., 0]) / area
    shares = np.stack([1 - at_b - at_c, at_b, at_c], axis=2)
    return np.nan_to_num(shares, nan=-1.0)


def _with_rim(
    moved: Points, corners: Points, shape: tuple[int, ...], cloth: Matte
) -> Points:
    """Let the moved corners beyond the cloth go on from those within."""
    inner = cv2.erode(cloth, np.ones((2 * EDGE_PX + 1,) * 2))
    placed, sound = (
        (cover[sample_indices(corners, cover.shape)] > 0.5).reshape(shape)
        & _within(corners, cover.shape).reshape(shape)
        for cover in (cloth, inner)
    )
    nodes = continue_rim(moved.reshape(*shape, 2), placed, sound, RIM_CELLS + 1)
    return nodes.reshape(-1, 2)


def _within(points: Points, size: Size) -> np.ndarray:
    x, y = points.T
    return (x >= 0) & (x < size[1]) & (y >= 0) & (y < size[0])


def _mesh(coverage: Matte) -> tuple[Points, np.ndarray, tuple[int, ...]]:
    """Corners (N, 2) and triangles (M, 3) of a grid over the covered part of a flat.

    And how many rows and columns of corners there are.

    It goes on a little beyond: where the map shrinks cloth, the rim must not end
    within its edge. Triangles of the rim come first, so that cloth wins over them.
    """
    height, width = coverage.shape
    rim = RIM_CELLS * CELL_PX
    rows = np.linspace(-rim, height - 1 + rim, (height + 2 * rim) // CELL_PX + 1)
    columns = np.linspace(-rim, width - 1 + rim, (width + 2 * rim) // CELL_PX + 1)
    x, y = np.meshgrid(columns, rows)
    corners = np.stack([x.ravel(), y.ravel()], axis=1).astype(np.float32)
    at = np.round(corners[:, ::-1]).astype(int).clip(0, [height - 1, width - 1])
    near, close = (
        cv2.dilate(coverage, np.ones((2 * reach + 1,) * 2))[at[:, 0], at[:, 1]] > 0.01
        for reach in (rim, CELL_PX)
    )
    used = near.reshape(x.shape)
    index = np.arange(x.size).reshape(x.shape)
    quad = used[:-1, :-1] & used[1:, :-1] & used[:-1, 1:] & used[1:, 1:]
    a, b, c, d = index[:-1, :-1], index[1:, :-1], index[:-1, 1:], index[1:, 1:]
    triangles = np.stack([a, b, c, b, d, c], axis=-1)[quad].reshape(-1, 3)
    is_cloth = close[triangles].all(axis=1)
    cells = np.concatenate([triangles[~is_cloth], triangles[is_cloth]])
    return corners, cells, x.shape


def _minification(corners: Points, moved: Points, cells: np.ndarray) -> float:
    before, after = (_doubled_area(points[cells]) for points in (corners, moved))
    return float(np.sqrt(before.sum() / max(after.sum(), 1e-6)))


def _doubled_area(triangles: np.ndarray) -> np.ndarray:
    ab, ac = triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0]
    return np.abs(ab[:, 0] * ac[:, 1] - ab[:, 1] * ac[:, 0])
