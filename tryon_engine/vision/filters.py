"""Filters that respect edges or unknown pixels."""

import cv2
import numpy as np

from .arrays import Field, Mask

NEARNESS = 4
"""A block of pixels of which a quarter is known speaks for itself: holes take after
what is next to them rather than after the average of all that is around.
"""


def guided_filter(
    guide: np.ndarray, values: Field, radius_px: int, eps: float
) -> Field:
    """Smooth `values` so that their edges follow those of `guide`.

    Parameters
    ----------
    guide : ndarray of shape (H, W, 3), uint8
        The picture whose edges count.
    values : ndarray of shape (H, W) or (H, W, C), float32
    radius_px : int
        Half the window.
    eps : float
        Variance, in squared grey levels of the guide, below which there is no edge.

    References
    ----------
    .. [1] He, Sun, Tang, "Guided Image Filtering", TPAMI 2013,
       doi:10.1109/TPAMI.2012.213
    """
    return cv2.ximgproc.guidedFilter(guide, values.astype(np.float32), radius_px, eps)


def diffuse(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """Continue `values` smoothly from where they are known to everywhere.

    Parameters
    ----------
    values : ndarray of shape (H, W) or (H, W, C)
    known : ndarray of shape (H, W), bool or float in [0, 1]
        Confidence. Where it is 1 the values come back unchanged; if it is 0
        everywhere, so is the result.

    Returns
    -------
    ndarray of the shape of `values`, float32

    Notes
    -----
    Push-pull: a pyramid of confidence-weighted averages is built downwards, then holes
    take the value of the next coarser level on the way up.

    References
    ----------
    .. [1] Gortler et al., "The Lumigraph", SIGGRAPH 1996, doi:10.1145/237170.237200
    """
    planes = np.atleast_3d(values).astype(np.float32)
    weight = known.astype(np.float32)[..., None]
    pyramid = [(planes * weight, weight)]
    while min(pyramid[-1][0].shape[:2]) > 2:
        total, weight = pyramid[-1]
        pyramid.append((_pyr_down(total), _pyr_down(weight)))
    total, weight = pyramid[-1]
    filled = total / np.maximum(weight, 1e-6)
    for total, weight in reversed(pyramid[:-1]):
        coarser = cv2.resize(filled, weight.shape[1::-1]).reshape(total.shape)
        trust = np.clip(NEARNESS * weight, 0, 1)
        mean = total / np.maximum(weight, 1e-6)
        filled = np.where(weight > 1e-4, mean * trust + coarser * (1 - trust), coarser)
    return filled.reshape(values.shape)


def masked_blur(values: Field, mask: Mask, sigma_px: float) -> Field:
    """Gaussian average of `values` over `mask` only; about 0 far from the mask."""
    weight = mask.astype(np.float32)
    total = cv2.GaussianBlur(values * weight, (0, 0), sigma_px)
    return total / (cv2.GaussianBlur(weight, (0, 0), sigma_px) + 1e-3)


def _pyr_down(planes: np.ndarray) -> np.ndarray:
    smaller = cv2.pyrDown(planes)
    return smaller.reshape(*smaller.shape[:2], -1)
