"""Photos brought to the size they are composed at, composites brought back."""

import math

import cv2
import numpy as np

from ..arrays import RGBImage, bands, resize
from ..masks import bounding_box, dilate
from ..uncover.undress import over
from .composer import Composite


def scale_picture(picture: RGBImage, most_px: int) -> RGBImage:
    """Return `picture`, shrunk so that its long side is at most `most_px`."""
    height, width = picture.shape[:2]
    scale = most_px / max(height, width)
    if scale >= 1:
        return picture
    return resize(picture, (round(height * scale), round(width * scale)))


def oversample(picture: RGBImage, most_px: int) -> RGBImage:
    """Return `picture` at twice its size, for finer edges, if it then fits `most_px`.

    Otherwise as `scale_picture` does.
    """
    height, width = picture.shape[:2]
    if 2 * max(height, width) > most_px:
        return scale_picture(picture, most_px)
    return resize(picture, (2 * height, 2 * width))


def fit_to(composite: Composite, original: RGBImage) -> Composite:
    """Bring a composite made at another scale to the size of the original.

    Outside of the changed region the result is the original, bit by bit.
    """
    size = original.shape[:2]
    if composite.image.shape[:2] == size:
        return composite
    if composite.image.shape[0] > size[0]:
        return _reduce(composite, original)
    return _enlarge(composite, original)


def _enlarge(composite: Composite, original: RGBImage) -> Composite:
    size = original.shape[:2]
    image, changed = original.copy(), np.zeros(size, bool)
    step_y, step_x = (
        part / whole for part, whole in zip(composite.changed.shape, size, strict=True)
    )
    # Only around what is changed: the photo may be large.
    x0, y0, x1, y1 = bounding_box(dilate(composite.changed, 2))
    x0, x1 = int(x0 / step_x), min(math.ceil(x1 / step_x), size[1])
    y0, y1 = int(y0 / step_y), min(math.ceil(y1 / step_y), size[0])
    if x0 >= x1 or y0 >= y1:
        return Composite(image, changed)
    small_share = composite.changed.astype(np.float32)
    for rows in bands(y1 - y0):
        first, last = y0 + rows.start, y0 + rows.stop
        places = np.array(
            [
                [step_x, 0, (x0 + 0.5) * step_x - 0.5],
                [0, step_y, (first + 0.5) * step_y - 0.5],
            ]
        )
        large = (x1 - x0, last - first)
        share = _sampled(small_share, places, large, cv2.INTER_LINEAR)
        new = _sampled(composite.image, places, large, cv2.INTER_CUBIC)
        band = np.s_[first:last, x0:x1]
        mixed = over(original[band].astype(np.float32), new.astype(np.float32), share)
        mixed = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
        changed[band] = share > 0
        image[band] = np.where(changed[band][..., None], mixed, original[band])
    return Composite(image, changed)


def _sampled(
    array: np.ndarray, places: np.ndarray, size: tuple[int, int], how: int
) -> np.ndarray:
    """Return `array` sampled for a picture of `size` (width, height)."""
    flags = how | cv2.WARP_INVERSE_MAP
    border = cv2.BORDER_REPLICATE
    return cv2.warpAffine(array, places, size, flags=flags, borderMode=border)


def _reduce(composite: Composite, original: RGBImage) -> Composite:
    """Average what is new; the unchanged share of a pixel is the original's own."""
    size = original.shape[:2]
    new = composite.image * composite.changed[..., None].astype(np.float32)
    new = resize(new, size)
    share = resize(composite.changed.astype(np.float32), size)
    changed = share > 0
    mixed = new + original * (1 - share)[..., None]
    mixed = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    return Composite(np.where(changed[..., None], mixed, original), changed)
