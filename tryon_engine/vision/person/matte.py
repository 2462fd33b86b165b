"""Person image -> matte: how much of each pixel is person."""

from dataclasses import dataclass

import cv2
import numpy as np

from ..arrays import Field, Mask, Matte, RGBImage, resize
from ..colour import colour_distance, rgb_to_lab
from ..filters import diffuse, guided_filter
from ..masks import (
    close_gaps,
    components,
    dilate,
    drop_small,
    erode,
    fill_holes,
    resize_mask,
)

MIN_SEEDS_PX = 250
GRABCUT_ROUNDS = 3
MIN_SET_OFF = 1.0
"""Lab distance beyond its noise that a very plain backdrop has nowhere."""
MIN_RIM_STEP = 2.0
"""Change in Lab per pixel where a person ends."""
PLAIN_NOISE, VERY_PLAIN_NOISE = 6.0, 1.5
"""Lab noise below which a backdrop may vouch for itself; below the second, alone."""


def estimate_matte(image: RGBImage, likelihood: Matte) -> Matte:
    """Sharpen a network's soft silhouette to the edges of the picture.

    Parameters
    ----------
    image : ndarray of shape (H, W, 3), uint8, RGB
        At working scale.
    likelihood : ndarray of shape (H, W), float32 in [0, 1]
        How much each pixel looks like a person.

    Returns
    -------
    ndarray of shape (H, W), float32 in [0, 1]

    Notes
    -----
    1. At half size, mark what is surely person and surely background.
    2. Where the backdrop is plain, let it decide in the band between the two.
    3. Cut the band by GrabCut [1]_; limbs that look like the backdrop stay with the
       network, which GrabCut would eat.
    4. Transfer the outline to the full picture by a guided filter.

    References
    ----------
    .. [1] Rother, Kolmogorov, Blake, "GrabCut", SIGGRAPH 2004,
       doi:10.1145/1015706.1015720
    """
    size = image.shape[:2]
    half = (size[0] // 2, size[1] // 2)
    small, soft = resize(image, half), resize(likelihood, half)
    backdrop = _Backdrop.seen_in(small, soft)
    cut = _grab_cut(small, _trimap(backdrop, soft), soft)
    trusted = cv2.erode(soft, np.ones((5, 5), np.uint8)) > 0.75
    cut = (cut | trusted) & ~backdrop.shows_through
    cut |= _missed_rims(small, backdrop, soft, cut)
    cut &= soft >= 0.03
    cut = fill_holes(drop_small(cut, 100), 15)
    outline = resize_mask(cut, size).astype(np.float32)
    matte = guided_filter(image, outline, radius_px=5, eps=40)
    return np.clip((matte - 0.12) / 0.76, 0, 1)


@dataclass(frozen=True, eq=False)
class _Backdrop:
    """What is known of the backdrop, at half size.

    `sure` is surely backdrop; `distance` the Lab distance of each pixel to the backdrop
    continued smoothly behind the person, `noise` what is usual for the backdrop itself;
    `shows_through` where a very plain backdrop is seen between arms, legs and hair.
    """

    sure: Mask
    distance: Field
    noise: float
    shows_through: Mask

    @classmethod
    def seen_in(cls, image: RGBImage, soft: Matte) -> "_Backdrop":
        sure = ~dilate(soft > 0.08, 7)
        if sure.sum() < MIN_SEEDS_PX:
            sure = soft < 0.05
        nothing = np.zeros(soft.shape, bool)
        if not sure.any():
            return cls(sure, np.zeros(soft.shape, np.float32), np.inf, nothing)
        lab = rgb_to_lab(image)
        plate = diffuse(cv2.GaussianBlur(lab, (0, 0), 3), erode(sure, 6))
        distance = colour_distance(lab, plate)
        noise = float(np.percentile(distance[sure], 90))
        if noise >= VERY_PLAIN_NOISE:
            return cls(sure, distance, noise, nothing)
        # White clothes before a white wall match it too, but there the networks are
        # certain of a person.
        same = (cv2.blur(distance, (3, 3)) < 2 * noise + 1.0) & (soft < 0.97)
        return cls(sure, distance, noise, drop_small(same & ~sure, 12))


def _missed_rims(image: RGBImage, backdrop: _Backdrop, soft: Matte, cut: Mask) -> Mask:
    """Return what GrabCut missed beside a person before a very plain backdrop.

    The rim of a white sleeve before a pale wall: its models of colour are too wide.
    Such a rim ends sharply; the person's shadow on the wall does not.
    """
    missed = np.zeros(soft.shape, bool)
    if backdrop.noise >= VERY_PLAIN_NOISE:
        return missed
    differs = backdrop.distance > 3 * backdrop.noise + MIN_SET_OFF
    rims = close_gaps((differs & (soft > 0.5)) | cut, 3) & (soft > 0.4) & ~cut
    lab = rgb_to_lab(image)
    change = [cv2.Sobel(lab, cv2.CV_32F, *way) / 8 for way in ((1, 0), (0, 1))]
    steps = np.linalg.norm(np.concatenate(change, axis=2), axis=2)
    steps = cv2.dilate(steps, np.ones((3, 3)))
    for rim in components(rims, 20):
        around = dilate(rim, 1) & ~rim
        beyond = around & ~cut
        # Between arm and body there is as much person around as backdrop.
        is_outside = beyond.sum() > 0.5 * around.sum()
        if is_outside and np.median(steps[beyond]) > MIN_RIM_STEP:
            missed |= rim
    return missed


def _trimap(backdrop: _Backdrop, soft: Matte) -> np.ndarray:
    """Return GrabCut's labels: sure and probable background and person."""
    person = erode(soft > 0.85, 4.5)
    trimap = np.where(soft > 0.5, cv2.GC_PR_FGD, cv2.GC_PR_BGD).astype(np.uint8)
    band = ~backdrop.sure & ~person
    distance, noise = backdrop.distance, backdrop.noise
    if noise < PLAIN_NOISE:
        same = distance < 0.8 * noise + 0.8
        other = distance > 3 * noise + 8
        trimap[band & same & (soft < 0.8)] = cv2.GC_PR_BGD
        trimap[band & other & dilate(soft > 0.35, 3)] = cv2.GC_PR_FGD
    trimap[person] = cv2.GC_FGD
    trimap[backdrop.sure | backdrop.shows_through] = cv2.GC_BGD
    return trimap


def _grab_cut(image: RGBImage, trimap: np.ndarray, soft: Matte) -> Mask:
    """Return the person after GrabCut, within the box where anything is in doubt."""
    doubt = trimap != cv2.GC_BGD
    sure_person = trimap == cv2.GC_FGD
    if not sure_person.any() or doubt.all():
        return soft > 0.5
    rows, columns = np.where(doubt.any(1))[0], np.where(doubt.any(0))[0]
    margin = 12  # some backdrop around, from which its colours are learnt
    box = np.s_[
        max(rows[0] - margin, 0) : rows[-1] + margin,
        max(columns[0] - margin, 0) : columns[-1] + margin,
    ]
    labels = np.ascontiguousarray(trimap[box])
    if not (labels == cv2.GC_BGD).any():
        return soft > 0.5
    cv2.setRNGSeed(0)  # its k-means starts at random: same picture, same matte
    cv2.grabCut(
        np.ascontiguousarray(image[box]),
        labels,
        None,
        np.zeros((1, 65)),
        np.zeros((1, 65)),
        GRABCUT_ROUNDS,
        cv2.GC_INIT_WITH_MASK,
    )
    person = np.zeros(soft.shape, bool)
    person[box] = (labels == cv2.GC_FGD) | (labels == cv2.GC_PR_FGD)
    return person
