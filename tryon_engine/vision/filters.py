"""Filters that respect edges or unknown pixels."""

import cv2
import numpy as np

from .arrays import Field, Mask

NEARNESS = 4
"""A block of pixels of which a quarter is known speaks for itself: holes take after
what is next to them rather than after the average of all that is around.
"""


class GuidedFilter:
    """Smooths values so that their edges follow those of a picture.

    For one picture and many values: what depends on the picture alone is worked out
    once.

    Parameters
    ----------
    guide : ndarray of shape (H, W, 3), uint8
        The picture whose edges count.
    radius_px : int
        Half the window.
    eps : float
        Variance, in squared grey levels of the guide, below which there is no edge.

    Notes
    -----
    As `cv2.ximgproc.guidedFilter` within rounding, in half its time.

    References
    ----------
    .. [1] He, Sun, Tang, "Guided Image Filtering", TPAMI 2013,
       doi:10.1109/TPAMI.2012.213
    """

    def __init__(self, guide: np.ndarray, radius_px: int, eps: float) -> None:
        self._window = (2 * radius_px + 1,) * 2
        self._planes = [plane.astype(np.float32) for plane in cv2.split(guide)]
        self._means = [self._mean(plane) for plane in self._planes]
        rr, rg, rb, gg, gb, bb = (
            self._covariance(i, j) for i in range(3) for j in range(i, 3)
        )
        for variance in (rr, gg, bb):
            variance += eps
        adjugate = (
            gg * bb - gb * gb,
            gb * rb - rg * bb,
            rg * gb - gg * rb,
            rr * bb - rb * rb,
            rb * rg - rr * gb,
            rr * gg - rg * rg,
        )
        determinant = rr * adjugate[0] + rg * adjugate[1] + rb * adjugate[2]
        rr, rg, rb, gg, gb, bb = (part / determinant for part in adjugate)
        self._inverse = (rr, rg, rb), (rg, gg, gb), (rb, gb, bb)

    def __call__(self, values: Field) -> Field:
        """Smooth `values`, (H, W) or (H, W, C) float32."""
        if values.ndim == 2:
            return self._smooth(values)
        return cv2.merge([self._smooth(plane) for plane in cv2.split(values)])

    def _smooth(self, values: Field) -> Field:
        offset = self._mean(values)
        covariances = []
        for plane, mean in zip(self._planes, self._means, strict=True):
            covariance = self._mean(cv2.multiply(plane, values))
            covariance -= cv2.multiply(mean, offset)
            covariances.append(covariance)
        smooth = np.zeros_like(offset)
        for row, plane, mean in zip(
            self._inverse, self._planes, self._means, strict=True
        ):
            slope = cv2.multiply(row[0], covariances[0])
            slope += cv2.multiply(row[1], covariances[1])
            slope += cv2.multiply(row[2], covariances[2])
            offset -= cv2.multiply(slope, mean)
            smooth += cv2.multiply(self._mean(slope), plane)
        smooth += self._mean(offset)
        return smooth

    def _covariance(self, i: int, j: int) -> Field:
        product = cv2.multiply(self._planes[i], self._planes[j])
        return self._mean(product) - cv2.multiply(self._means[i], self._means[j])

    def _mean(self, plane: Field) -> Field:
        return cv2.boxFilter(plane, -1, self._window, borderType=cv2.BORDER_REFLECT)


def guided_filter(
    guide: np.ndarray, values: Field, radius_px: int, eps: float
) -> Field:
    """Smooth `values` once by `GuidedFilter`, in the box where they are not 0.

    Parameters
    ----------
    guide : ndarray of shape (H, W, 3), uint8
    values : ndarray of shape (H, W) or (H, W, C), float32
    radius_px : int
    eps : float
    """
    where = values if values.ndim == 2 else values.any(axis=2)
    rows, columns = np.flatnonzero(where.any(axis=1)), np.flatnonzero(where.any(axis=0))
    smooth = np.zeros(values.shape, np.float32)
    if not rows.size:
        return smooth
    reach = 2 * radius_px + 1  # farther away, windows see nothing but zeros
    box = np.s_[
        max(rows[0] - reach, 0) : rows[-1] + reach + 1,
        max(columns[0] - reach, 0) : columns[-1] + reach + 1,
    ]
    smooth[box] = GuidedFilter(guide[box], radius_px, eps)(values[box])
    return smooth


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
    planes = np.ascontiguousarray(np.atleast_3d(values), np.float32)
    weight = known.astype(np.float32)
    if known.dtype == bool:
        total = cv2.copyTo(planes, known.view(np.uint8)).reshape(planes.shape)
    else:
        total = planes * weight[..., None]
    finest = total, weight
    pyramid = [finest]
    while min(pyramid[-1][1].shape) > 2:
        total, weight = pyramid[-1]
        pyramid.append((_pyr_down(total), _pyr_down(weight)))
    total, weight = pyramid.pop()
    filled = total / np.maximum(weight, 1e-6)[..., None]
    for level in reversed(pyramid):
        total, weight = level
        coarser = cv2.resize(filled, weight.shape[::-1]).reshape(total.shape)
        if level is finest and known.dtype == bool:
            filled = cv2.copyTo(planes, known.view(np.uint8), coarser)
        else:
            filled = _filled_up(total, weight, coarser)
    return filled.reshape(values.shape)


def _filled_up(total: np.ndarray, weight: Field, coarser: np.ndarray) -> np.ndarray:
    """Return the means of one level, with the next coarser one where trust lacks."""
    trust = np.minimum(NEARNESS * weight, 1)
    trust[weight <= 1e-4] = 0
    share = trust / np.maximum(weight, 1e-6)
    count = total.shape[2]
    # Planes of equal shape multiply many times faster than numpy broadcasts.
    filled = total * cv2.merge([share] * count).reshape(total.shape)
    filled += coarser * cv2.merge([1 - trust] * count).reshape(total.shape)
    return filled


def diffuse_coarsely(values: np.ndarray, known: Mask) -> np.ndarray:
    """Like `diffuse` of a picture or field, at half its size, for edges.

    Next to what is known the result is a little blurred, also where it is known.
    """
    height, width = known.shape
    half = (max(width // 2, 1), max(height // 2, 1))
    small = cv2.resize(values, half, interpolation=cv2.INTER_AREA)
    weight = cv2.resize(known.astype(np.float32), half, interpolation=cv2.INTER_AREA)
    return cv2.resize(diffuse(small, weight > 0.99), (width, height))


def masked_blur(values: Field, mask: Mask, sigma_px: float) -> Field:
    """Gaussian average of `values` over `mask` only; about 0 far from the mask."""
    weight = mask.astype(np.float32)
    total = cv2.GaussianBlur(values * weight, (0, 0), sigma_px)
    return total / (cv2.GaussianBlur(weight, (0, 0), sigma_px) + 1e-3)


def _pyr_down(planes: np.ndarray) -> np.ndarray:
    smaller = cv2.pyrDown(planes)
    return smaller if planes.ndim == 2 else smaller.reshape(*smaller.shape[:2], -1)
