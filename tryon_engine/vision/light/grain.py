"""Noise of the camera: clothes from a clean flat get what the photo around them has."""

from typing import Final

import cv2
import numpy as np

from ..arrays import Field, Mask, Matte, RGBImage, bands, in_channels
from ..masks import bounding_box, erode, soften

BLOCK_PX: Final = 16
SAMPLES: Final = 48
"""Blocks along either side of the picture that are looked at, at most."""
MIN_BLOCKS: Final = 12
MIN_SURE_BLOCKS: Final = 150
CALM_SHARES: Final = (0.05, 0.2)
"""The calmest blocks show no texture: what moves in them is noise."""
MIN_SKIN_PX: Final = 1000
EVEN: Final = 1.4
"""Noise is about as strong in the second as in the first of them; texture is not."""
CLIPPED: Final = (14, 241)
"""Blocks darker or lighter on average are clipped and seem free of noise."""
SIGMAS_PX: Final = (0.0, 0.8, 1.6, 3.2)
"""Noise is measured in bands between these scales."""
VISIBLE: Final = 0.5
"""Weaker noise than this, in grey levels, is not seen."""
MOST: Final = 6.0
TILE_PX: Final = 256
EDGE_PX: Final = 6
"""More than an edge reaches when it is softened."""

Strengths = np.ndarray
"""Standard deviation of the noise in each band, in grey levels."""


def match_grain(
    image: RGBImage,
    changed: Mask,
    original: RGBImage,
    skin: Mask | None = None,
    seed: int = 11,
) -> RGBImage:
    """Return `image` with noise added to what is changed, as much as it lacks.

    Parameters
    ----------
    image : (H, W, 3) uint8, RGB
    changed : (H, W) bool
        Where `image` is new; everywhere else it is returned as it is.
    original : (H, W, 3) uint8, RGB
        The photo; its unchanged parts tell how much noise there is.
    skin : (h, w) bool, optional
        The person's skin, at any scale.
    seed : int
        The same seed gives the same noise.
    """
    wanted = camera_noise(original, ~changed, skin)
    if wanted.max() < VISIBLE:
        return image
    present = _strengths(image, changed)[0]
    missing = np.sqrt(np.maximum(np.square(wanted) - np.square(present), 0))
    missing = np.minimum(missing, MOST)
    if missing.max() < VISIBLE:
        return image
    tile = _noise(missing, seed)
    columns = np.arange(changed.shape[1]) % TILE_PX
    grained = image.copy()
    for rows in bands(len(changed)):
        noise = tile[np.ix_(np.arange(rows.start, rows.stop) % TILE_PX, columns)]
        grey = cv2.cvtColor(image[rows], cv2.COLOR_RGB2GRAY).astype(np.float32)
        # Black and white have no room for noise.
        noise *= np.clip(np.minimum(grey, 255 - grey) / 24, 0, 1)
        noise *= _soft_edge(changed, rows)
        noisy = image[rows] + in_channels(noise) + 0.5
        new = np.clip(noisy, 0, 255).astype(np.uint8)
        grained[rows] = np.where(changed[rows][..., None], new, image[rows])
    return grained


def _soft_edge(changed: Mask, rows: slice) -> Matte:
    """Return a mask in some rows, fading out towards its edge."""
    first = max(rows.start - EDGE_PX, 0)
    soft = soften(changed[first : rows.stop + EDGE_PX])
    inside = soft[rows.start - first : rows.stop - first]
    return inside * changed[rows]


def camera_noise(photo: RGBImage, where: Mask, skin: Mask | None = None) -> Strengths:
    """Return the strength of a photo's noise in each band; 0 where it is not sure.

    Lawns and plaster are as restless everywhere as noise is, but skin is not: there is
    no more noise than on it.
    """
    calmest, calm = _strengths(photo, where, MIN_SURE_BLOCKS)
    noise = np.where(calm <= EVEN * calmest, calmest, 0)
    if skin is None or noise.max() < VISIBLE:
        return noise
    on_skin = _on_skin(photo, where, skin)
    if on_skin is None:
        return noise
    return np.minimum(noise * min(on_skin[0] / max(noise[0], 1e-6), 1), on_skin)


def _on_skin(photo: RGBImage, where: Mask, skin: Mask) -> Strengths | None:
    """Return how much skin moves; None if too little of it is seen."""
    height, width = where.shape
    whole = cv2.resize(
        skin.view(np.uint8), (width, height), interpolation=cv2.INTER_NEAREST
    )
    sure = erode(whole.view(bool) & where, EDGE_PX)
    if sure.sum() < MIN_SKIN_PX:
        return None
    x0, y0, x1, y1 = bounding_box(sure)
    box = np.s_[y0:y1, x0:x1]
    grey = cv2.cvtColor(photo[box], cv2.COLOR_RGB2GRAY).astype(np.float32)
    # Robust: mouth and eyes, hairs and moles do not count.
    return np.array(
        [1.48 * np.median(np.abs(band[sure[box]])) for band in _bands(grey)]
    )


def _strengths(
    image: RGBImage, where: Mask, min_blocks: int = MIN_BLOCKS
) -> np.ndarray:
    """Return how much the calmest blocks move: (`CALM_SHARES`, bands).

    All 0 if fewer than `min_blocks` are seen.
    """
    grey, mask = _sampled(cv2.cvtColor(image, cv2.COLOR_RGB2GRAY), where)
    level = _blocks(grey).mean(axis=0)
    usable = _blocks(mask).all(axis=0) & (level > CLIPPED[0]) & (level < CLIPPED[1])
    bands = _bands(grey.astype(np.float32))
    if usable.sum() < min_blocks:
        return np.zeros((len(CALM_SHARES), len(bands)))
    spreads = [_blocks(band).std(axis=0)[usable] for band in bands]
    return np.quantile(spreads, CALM_SHARES, axis=1)


def _sampled(grey: np.ndarray, where: Mask) -> tuple[np.ndarray, Mask]:
    """Cut the picture to whole blocks; of a large one keep every n-th."""
    height, width = (side // BLOCK_PX for side in grey.shape)
    step = max(-(-max(height, width) // SAMPLES), 1)
    rows, columns = (
        (np.arange(0, count, step)[:, None] * BLOCK_PX + np.arange(BLOCK_PX)).ravel()
        for count in (height, width)
    )
    at = np.ix_(rows, columns)
    return grey[at], where[at]


def _blocks(array: np.ndarray) -> np.ndarray:
    """Return (pixels of a block, rows of blocks, columns of blocks)."""
    rows, columns = (side // BLOCK_PX for side in array.shape)
    parted = array.reshape(rows, BLOCK_PX, columns, BLOCK_PX)
    return parted.transpose(1, 3, 0, 2).reshape(-1, rows, columns)


def _bands(values: Field) -> list[Field]:
    levels = [values] + [soften(values, sigma) for sigma in SIGMAS_PX[1:]]
    return [finer - coarser for finer, coarser in zip(levels, levels[1:], strict=False)]


def _noise(strengths: Strengths, seed: int) -> Field:
    """Return a tile of noise, to be repeated, with the given strength in each band."""
    rng = np.random.default_rng(seed)
    shape = (TILE_PX, TILE_PX)
    tile = np.zeros(shape, np.float32)
    for number, strength in enumerate(strengths):
        band = _bands(rng.standard_normal(shape, dtype=np.float32))[number]
        tile += np.float32(strength) * band / band.std()
    return tile
