"""Cues -> parsing: which pixel is hair, skin, upper or lower clothes, shoes.

No network: colours are learnt from places of this very body that are almost surely
skin, chest, thigh or hair (`person_colours`); then each pixel weighs its colour against
where it lies (`label_costs`), and neighbours agree among themselves.
"""

import cv2
import numpy as np

from ..arrays import FloatImage, Mask, Matte, RGBImage
from ..filters import GuidedFilter
from ..masks import dilate, drop_small
from .body import Part
from .colours import Colours
from .cues import Cues
from .label_costs import LABELS, label_costs
from .waist import level_waist, part_at_hem

NOT_SKIN = 9.0
"""Surprise above which a colour is not this person's skin."""
SMOOTHNESS = 9.0
"""How many nats a pixel pays when all its surroundings are labelled otherwise."""
ROUNDS = 5


def parse_person(cues: Cues, colours: Colours) -> tuple[np.ndarray, bool]:
    """Return the parsing at the size of the cues, (h, w) uint8 of `Part`, and whether
    the clothes are, for all that is seen, one piece.

    Notes
    -----
    1. Costs per label from colour and place (`label_costs`).
    2. Mean-field inference of a Potts model whose neighbourhoods follow the edges of
       the picture: each round, a label costs less where the guided filter finds it
       around [1]_.
    3. A clean line between upper and lower clothes (`waist`).

    References
    ----------
    .. [1] Kraehenbuehl, Koltun, "Efficient Inference in Fully Connected CRFs with
       Gaussian Edge Potentials", NIPS 2011, arXiv:1210.5644
    """
    costs = label_costs(cues, colours)
    person = cues.matte > 0.5
    box = _bounding_box(person)
    labels = np.zeros(cues.size, np.uint8)
    labels[box] = _mean_field(costs[box], cues.image[box], person[box])
    parted = part_at_hem(labels, cues) if colours.is_one_piece else None
    if parted is not None:
        return parted, False
    upper, lower = (costs[..., LABELS.index(part)] for part in (Part.UPPER, Part.LOWER))
    return level_waist(labels, cues, upper - lower), colours.is_one_piece


def sharpen_parsing(labels: np.ndarray, image: RGBImage, matte: Matte) -> np.ndarray:
    """Return the parsing at full size, its borders moved to the edges of the picture.

    Parameters
    ----------
    labels : ndarray of shape (h, w), uint8 of `Part`
        From `parse_person`.
    image : ndarray of shape (H, W, 3), uint8, RGB
    matte : ndarray of shape (H, W), float32
        BACKGROUND is exactly where this is at most one half.
    """
    size = matte.shape
    person = matte > 0.5
    parsing = np.zeros(size, np.uint8)
    box = _bounding_box(person)
    names = (*LABELS, Part.BAG) if (labels == Part.BAG).any() else LABELS
    votes = np.stack([labels == part for part in names], axis=-1).astype(np.float32)
    votes = cv2.resize(votes, size[::-1], interpolation=cv2.INTER_LINEAR)[box]
    votes = GuidedFilter(image[box], radius_px=4, eps=60)(votes)
    for index, part in enumerate(LABELS[:-1]):  # shoes may be small
        here = (votes.argmax(axis=-1) == index) & person[box]
        islands = here & ~drop_small(here, 120 if part == Part.SKIN else 250)
        votes[islands, index] = -1
    sharp = np.array(names, np.uint8)[votes.argmax(axis=-1)]
    parsing[box] = np.where(person[box], sharp, Part.BACKGROUND)
    return parsing


def mend_collar(cues: Cues, colours: Colours, labels: np.ndarray) -> np.ndarray:
    """Return the labels with contrasting collars and neck bands as upper clothes."""
    surprise = colours.skin.surprise(cues.lab)
    near_neck = (np.abs(cues.across) < 0.5) & (cues.below > -0.36) & (cues.down < 0.3)
    collar = (labels == Part.SKIN) & (surprise > NOT_SKIN) & near_neck
    collar &= ~dilate(cues.face_mask, 2) & dilate(labels == Part.UPPER, 11)
    mended = labels.copy()
    mended[drop_small(collar, 15)] = Part.UPPER
    return mended


def _mean_field(costs: FloatImage, image: RGBImage, person: Mask) -> np.ndarray:
    """Return labels (h, w) of `Part`; see `parse_person`."""
    smooth = GuidedFilter(image, radius_px=6, eps=40)
    inside = person[..., None].astype(np.float32)
    belief = _softmax(-costs) * inside
    for _ in range(ROUNDS):
        around = smooth(belief)
        around /= np.maximum(around.sum(axis=-1, keepdims=True), 1e-3)
        belief = _softmax(SMOOTHNESS * around - costs) * inside
    labels = np.array(LABELS, np.uint8)[belief.argmax(axis=-1)]
    return np.where(person, labels, Part.BACKGROUND).astype(np.uint8)


def _softmax(scores: FloatImage) -> FloatImage:
    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def _bounding_box(mask: Mask) -> tuple[slice, slice]:
    """Return the slices that contain `mask`; everything for an empty one."""
    rows, columns = np.where(mask.any(axis=1))[0], np.where(mask.any(axis=0))[0]
    if not rows.size:
        return slice(None), slice(None)
    return slice(rows[0], rows[-1] + 1), slice(columns[0], columns[-1] + 1)
