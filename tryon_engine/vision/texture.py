"""Noise that is like what is seen: grain of a camera, unevenness of skin."""

import cv2
import numpy as np

from .arrays import Field, Mask, Size
from .masks import soften

FIRST_SIGMA_PX = 0.8
MAX_SHARE_OF_RANGE = 0.015
"""Stronger unevenness is no texture but shading or an edge; it is not copied."""


def similar_noise(
    values: Field, where: Mask, rng: np.random.Generator, octaves: int = 2
) -> Field:
    """Return noise with the strength that `values` show in each octave.

    Parameters
    ----------
    values : ndarray of shape (H, W), float32
        A lightness or a colour channel.
    where : ndarray of shape (H, W), bool
        The pixels to learn from; too few of them give no noise at all.
    rng : numpy.random.Generator
    octaves : int
        Bands of doubling size, the finest about one pixel.

    Returns
    -------
    ndarray of shape (H, W), float32
        Of mean about 0, in the units of `values`; exactly 0 where there is none to
        be seen.
    """
    noise = np.zeros(values.shape, np.float32)
    if where.sum() < 200:
        return noise
    limit = MAX_SHARE_OF_RANGE * float(np.ptp(values))
    sigma, finer = FIRST_SIGMA_PX, values.astype(np.float32)
    for octave in range(octaves):
        coarser = soften(values, 2 * sigma)
        # Robust: the few pixels on moles, hairs and edges must not count.
        strength = 1.48 * float(np.median(np.abs((finer - coarser)[where])))
        if strength > 0:
            band = _band(values.shape, sigma, rng)
            # The coarser a band, the more of it is shading rather than texture.
            noise += band * np.float32(min(strength, limit) * 0.5**octave)
        sigma, finer = 2 * sigma, coarser
    return noise


def unevenness(
    size: Size, bands: tuple[tuple[float, float], ...], rng: np.random.Generator
) -> Field:
    """Return soft noise, the sum of `bands` of (size in pixels, strength)."""
    noise = np.zeros(size, np.float32)
    for sigma, strength in bands:
        # Made small and enlarged: soft noise has no finer detail.
        step = max(int(sigma // 2), 1)
        small = (-(-size[0] // step) + 1, -(-size[1] // step) + 1)
        band = _band(small, max(sigma / step, 0.8), rng) * np.float32(strength)
        large = cv2.resize(band, (small[1] * step, small[0] * step))
        noise += large[: size[0], : size[1]]
    return noise


def _band(size: Size, sigma: float, rng: np.random.Generator) -> Field:
    """Return noise of unit strength between two scales."""
    white = rng.standard_normal(size, dtype=np.float32)
    band = cv2.GaussianBlur(white, (0, 0), sigma)
    band -= cv2.GaussianBlur(white, (0, 0), 2 * sigma)
    return band / max(float(band.std()), 1e-6)
