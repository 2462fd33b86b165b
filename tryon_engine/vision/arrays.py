"""The array types of the vision package and its conventions, written once.

- Colour is RGB. An image is `(H, W, 3)` uint8 in [0, 255]; for arithmetic it is
  `(H, W, 3)` float32 in [0, 1] (`to_float`, `to_bytes`).
- A mask is `(H, W)` bool, True where the named thing is. A matte is `(H, W)` float32
  in [0, 1]: how much of the pixel the named thing covers.
- Points are `(N, 2)` float32 as (x, y) in pixels, origin top-left, y down; arrays are
  indexed `[y, x]`. A box is (x0, y0, x1, y1), end excluded. Sizes are (height, width).
- Sides are sides of the image as one looks at it: "left" is smaller x.
- Inputs are never changed; functions return new arrays.
"""

from collections.abc import Iterator
from typing import Final, Literal, TypeAlias

import cv2
import numpy as np
from numpy.typing import NDArray

RGBImage: TypeAlias = NDArray[np.uint8]
FloatImage: TypeAlias = NDArray[np.float32]
Mask: TypeAlias = NDArray[np.bool_]
Matte: TypeAlias = NDArray[np.float32]
Field: TypeAlias = NDArray[np.float32]
Points: TypeAlias = NDArray[np.float32]
Point: TypeAlias = NDArray[np.float32]
Box: TypeAlias = tuple[int, int, int, int]
Size: TypeAlias = tuple[int, ...]  # (height, width), as numpy types a shape

Side: TypeAlias = Literal["left", "right"]
SIDES: Final[tuple[Side, Side]] = ("left", "right")
OUTWARD: Final[dict[Side, int]] = {"left": -1, "right": 1}
"""Sign of x when one goes from the middle of the body outwards on that side."""
OPPOSITE: Final[dict[Side, Side]] = {"left": "right", "right": "left"}

WORKING_LONG_SIDE_PX: Final = 1024
"""Long side of the image that the stages work on; pixel constants are meant for it."""

BAND_ROWS: Final = 256


class VisionError(ValueError):
    """A picture cannot be used; the message says why, for programmers and logs."""


def to_float(image: RGBImage) -> FloatImage:
    """Return `image` as float32 in [0, 1]."""
    return image.astype(np.float32) / np.float32(255)


def to_bytes(image: FloatImage) -> RGBImage:
    """Return `image`, float in [0, 1], clipped and rounded to uint8 in [0, 255]."""
    return np.clip(image * 255 + 0.5, 0, 255).astype(np.uint8)


def is_different(image: RGBImage, other: RGBImage) -> Mask:
    """Return where two images of one size are not the same."""
    return cv2.inRange(cv2.absdiff(image, other), (0, 0, 0), (0, 0, 0)) == 0


def resize(array: np.ndarray, size: Size) -> np.ndarray:
    """Resample to `size` (height, width): area average down, cubic up; keeps dtype.

    For images and fields. Float values may overshoot slightly on the way up; a mask
    goes through `masks.resize_mask`.
    """
    if array.shape[:2] == size:
        return array.copy()
    smaller = size[0] < array.shape[0] or size[1] < array.shape[1]
    how = cv2.INTER_AREA if smaller else cv2.INTER_CUBIC
    return cv2.resize(array, size[::-1], interpolation=how)


def to_working_scale(image: RGBImage) -> tuple[RGBImage, float]:
    """Return `image` with its long side at `WORKING_LONG_SIDE_PX`, and the scale used.

    A point of the original times the scale is a point of the working image.
    """
    height, width = image.shape[:2]
    scale = WORKING_LONG_SIDE_PX / max(height, width)
    size = (max(round(height * scale), 1), max(round(width * scale), 1))
    return resize(image, size), scale


def grid(size: Size, step: int = 1) -> tuple[Field, Field]:
    """Return x and y of every pixel, each `(H, W)` float32.

    With a `step`, of every block of step x step pixels: the centre of the block in
    pixels of the full picture, as area averaging by that factor places it.
    """
    height, width = size[0] // step, size[1] // step
    x, y = np.empty((2, height, width), np.float32)
    x[:] = np.arange(width) * step + (step - 1) / 2
    y[:] = (np.arange(height) * step + (step - 1) / 2)[:, None]
    return x, y


def bands(height: int) -> Iterator[slice]:
    """Yield the rows of a picture in bands: large photos as floats fill the memory."""
    for first in range(0, height, BAND_ROWS):
        yield slice(first, min(first + BAND_ROWS, height))


def in_channels(plane: Field, count: int = 3) -> np.ndarray:
    """Return `plane` (H, W) as each of `count` channels, (H, W, count).

    Several times faster to calculate with than what numpy makes of `plane[..., None]`.
    """
    if not plane.size:
        return np.empty((*plane.shape, count), plane.dtype)
    return cv2.merge([plane] * count)


def sample_indices(points: Points, size: Size) -> tuple[np.ndarray, np.ndarray]:
    """Return the (rows, columns) of the pixels at `points`, clipped to the picture."""
    x, y = points[..., 0].astype(int), points[..., 1].astype(int)
    return np.clip(y, 0, size[0] - 1), np.clip(x, 0, size[1] - 1)


def resample_curve(curve: Points, count: int) -> Points:
    """Return `count` points evenly spaced by arc length along the polyline `curve`."""
    curve = np.asarray(curve, np.float32)
    steps = np.linalg.norm(np.diff(curve, axis=0), axis=1)
    reached = np.r_[0, np.cumsum(steps)]
    if reached[-1] < 1e-3:
        return np.repeat(curve[:1], count, axis=0)
    at = np.linspace(0, reached[-1], count)
    x, y = (np.interp(at, reached, curve[:, axis]) for axis in (0, 1))
    return np.stack([x, y], axis=1).astype(np.float32)
