"""Coarse image -> refined image: the flat's own pixels at the photo's own size."""

import cv2
import numpy as np

from .arrays import RGBImage, resize, to_bytes, to_float
from .compose import Composite
from .masks import erode, soften

SHARPEN = 0.05
SHARPEN_SIGMA_PX = 1.0
"""Resampling softens cloth; this share of the lost detail is put back."""


def sharpen_cloth(image: RGBImage, changed: np.ndarray) -> RGBImage:
    """Return `image` with the inner part of `changed` sharpened."""
    picture = to_float(image)
    detail = picture - cv2.GaussianBlur(picture, (0, 0), SHARPEN_SIGMA_PX)
    where = soften(erode(changed, 3), 1.0) * changed
    return to_bytes(picture + SHARPEN * detail * where[..., None])


def enlarge(composite: Composite, original: RGBImage) -> Composite:
    """Bring a composite made on a smaller picture to the size of the original.

    Outside of the changed region the result is the original, bit by bit.
    """
    size = original.shape[:2]
    if composite.image.shape[:2] == size:
        return composite
    image = resize(composite.image, size)
    share = cv2.resize(composite.changed.astype(np.float32), size[::-1])
    changed = share > 0
    mixed = original + (image.astype(np.float32) - original) * share[..., None]
    mixed = np.clip(mixed + 0.5, 0, 255).astype(np.uint8)
    return Composite(np.where(changed[..., None], mixed, original), changed)
