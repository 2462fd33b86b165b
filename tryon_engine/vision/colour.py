"""Colour: CIE Lab and back, and a histogram that says how likely a colour is."""

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter

from .arrays import Field, FloatImage, to_float

LAB_BINS = (20, 28, 28)
LAB_MIN = np.array([0, -84, -84], np.float32)
LAB_SPAN = np.array([100, 168, 168], np.float32)
"""Range of Lab that sRGB photographs of people reach, with room to spare."""


def rgb_to_lab(image: np.ndarray) -> FloatImage:
    """Return CIE Lab (D65): float32, L in [0, 100], a and b about [-128, 127].

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), RGB
        uint8 in [0, 255] or float32 in [0, 1].
    """
    rgb = to_float(image) if image.dtype == np.uint8 else image
    return cv2.cvtColor(rgb, cv2.COLOR_RGB2LAB)


def lab_to_rgb(lab: FloatImage) -> FloatImage:
    """Return RGB float32 in [0, 1]; colours outside sRGB are clipped."""
    clipped = lab.astype(np.float32)
    clipped[..., 0] = np.clip(clipped[..., 0], 0, 100)
    return np.clip(cv2.cvtColor(clipped, cv2.COLOR_LAB2RGB), 0, 1)


def colour_distance(colours: FloatImage, other: np.ndarray) -> Field:
    """Return how far each pixel's colour is from `other`, one colour or an image."""
    return np.sqrt(squared_sum(minus(colours, other)))


def minus(colours: FloatImage, other: np.ndarray) -> FloatImage:
    """Return colours (H, W, C) less `other`, (C,) or (H, W, C), as float32."""
    if other.ndim > 1:
        return cv2.subtract(colours, other, dtype=cv2.CV_32F)
    # An affine map: numpy takes ten times as long to repeat one colour.
    shift = np.column_stack([np.eye(len(other)), -other.astype(np.float64)])
    return cv2.transform(colours, shift)


def squared_sum(colours: FloatImage) -> Field:
    """Return the sum over the channels of the squares, (H, W)."""
    return dot(colours, colours)


def dot(colours: FloatImage, others: FloatImage) -> Field:
    """Return the sum over the channels of the products, (H, W)."""
    ones = np.ones((1, colours.shape[2]))
    return cv2.transform(cv2.multiply(colours, others), ones)


class ColourHistogram:
    """How likely a Lab colour is among given sample pixels.

    A smoothed three-dimensional histogram: fast, no training, no assumption about how
    many colours a cloth has.

    Parameters
    ----------
    samples : ndarray of shape (N, 3), float32
        Lab colours. None at all makes every colour equally unlikely.
    sigma_bins : float
        Gaussian smoothing of the histogram, in bins.
    floor : float
        Probability added to each bin, so that no colour is impossible.
    """

    def __init__(
        self, samples: np.ndarray, sigma_bins: float = 1.0, floor: float = 2e-5
    ) -> None:
        counts = np.bincount(
            self._bins(samples), minlength=int(np.prod(LAB_BINS))
        ).astype(np.float32)
        smooth = gaussian_filter(counts.reshape(LAB_BINS), sigma_bins)
        self._log = np.log(smooth / max(float(smooth.sum()), 1e-9) + floor)

    def surprise(self, lab: np.ndarray) -> np.ndarray:
        """Return the negative log likelihood of each colour in `lab` (..., 3)."""
        return -self._log.ravel().take(self._bins(lab))

    @staticmethod
    def _bins(lab: np.ndarray) -> np.ndarray:
        """Return the index of each colour's bin in the histogram made flat."""
        scale = np.array(LAB_BINS, np.float32) / LAB_SPAN
        flat = np.zeros(lab.shape[:-1], np.int32)
        for axis, count in enumerate(LAB_BINS):
            places = (lab[..., axis] - LAB_MIN[axis]) * scale[axis]
            flat = flat * count + np.clip(places.astype(np.int32), 0, count - 1)
        return flat
