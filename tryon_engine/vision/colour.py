"""Colour: CIE Lab and back, and a histogram that says how likely a colour is."""

import cv2
import numpy as np
from scipy.ndimage import gaussian_filter

from .arrays import FloatImage, to_float

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
        flat = np.ravel_multi_index(self._bins(samples), LAB_BINS)
        counts = np.bincount(flat, minlength=int(np.prod(LAB_BINS))).astype(np.float32)
        smooth = gaussian_filter(counts.reshape(LAB_BINS), sigma_bins)
        self._log = np.log(smooth / max(float(smooth.sum()), 1e-9) + floor)

    def surprise(self, lab: np.ndarray) -> np.ndarray:
        """Return the negative log likelihood of each colour in `lab` (..., 3)."""
        return -self._log[self._bins(lab)]

    @staticmethod
    def _bins(lab: np.ndarray) -> tuple[np.ndarray, ...]:
        scale = np.array(LAB_BINS, np.float32) / LAB_SPAN
        bins = ((lab - LAB_MIN) * scale).astype(np.int32)
        return tuple(
            np.clip(bins[..., axis], 0, LAB_BINS[axis] - 1) for axis in range(3)
        )
