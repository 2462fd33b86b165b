"""The photographic finish of a rendered picture."""

from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

JPEG_QUALITY = 92


def finish_picture(rendered: Path, seed: int) -> NDArray[np.uint8]:
    """Return the picture with a little vibrance, sharpness and film grain (BGR)."""
    picture = cv2.imread(str(rendered)).astype(np.float32) / 255
    grey = picture.mean(-1, keepdims=True)
    picture = grey + (picture - grey) * 1.10
    picture = picture + 0.35 * (picture - cv2.GaussianBlur(picture, (0, 0), 1.1))
    noise = np.random.default_rng(seed).normal(size=picture.shape[:2])
    grain = cv2.GaussianBlur(noise.astype(np.float32), (0, 0), 0.7)
    strength = 0.0055 - 0.003 * np.clip(grey[..., 0], 0, 1)  # bright film shows less
    picture = picture + (grain / grain.std() * strength)[..., None]
    return (np.clip(picture, 0, 1) * 255 + 0.5).astype(np.uint8)
