"""Photos brought to the size they are composed at, composites brought back."""

import cv2
import numpy as np

from .arrays import RGBImage, resize
from .compose import Composite


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
    image = resize(composite.image, size)
    share = cv2.resize(composite.changed.astype(np.float32), size[::-1])
    changed = share > 0
    mixed = original + (image.astype(np.float32) - original) * share[..., None]
    mixed = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    return Composite(np.where(changed[..., None], mixed, original), changed)


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
