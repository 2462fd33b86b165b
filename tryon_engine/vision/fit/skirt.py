"""How skirts and the lower part of dresses hang on a person.

They do not follow the legs. Seen by a camera at the height of the chest, a level hem is
the lower half of an ellipse; the wider a skirt is for its wearer, the more its cloth
falls in vertical folds.
"""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import SIDES
from ..garment.reading import GarmentReading
from ..person.body import PersonReading
from .hang import Hang
from .pieces import body_half, smoothstep

EYE_LEVEL = 0.4
"""Usual height of the camera, in torso lengths below the shoulders."""
CAMERA_DISTANCE = 10.0
"""Usual distance of the camera from a whole body, in shoulder widths."""
ROUNDNESS = 0.6
"""Depth of a skirt over its width."""
HANGS_FROM = (0.95, 1.35)
"""In `down`: above, cloth lies on the body; below, it hangs free."""
SNUG, FULL = 1.08, 1.5
"""Widths over the body's from which cloth falls in folds, and in deep ones."""
FOLD_DROP = 0.022
"""How far a hem's folds rise and fall, in shoulder widths."""


def read_hang(
    person: PersonReading,
    garment: GarmentReading,
    y: np.ndarray,
    edges: tuple[np.ndarray, np.ndarray],
    down: np.ndarray,
    half_px: np.ndarray,
) -> Hang:
    """Return how cloth hangs that is fitted row by row.

    Parameters
    ----------
    person : PersonReading
    garment : GarmentReading
    y : (N,) float32
        Rows of the flat, the last at the hem.
    edges : two (N,) float32
        Left and right edge of each row.
    down : (N,) float32
        Where each row goes, in torso lengths below the shoulders.
    half_px : (N,) float32
        Its half width on the person, in pixels.
    """
    unit, (left, right) = person.shoulder_width, edges
    middle, half = (left + right) / 2, (right - left) / 2
    free = smoothstep(down, *HANGS_FROM)
    level = np.maximum(down - EYE_LEVEL, 0) * person.torso_length
    drop = ROUNDNESS * half_px * level / (CAMERA_DISTANCE * unit)
    scale = half_px[-1] / max(half[-1], 1)
    own = _own_drop(garment, left[-1], right[-1]) * scale
    spread = np.linspace(0, 1, len(y)) * own
    body = sum(body_half(person, side, down) for side in SIDES) / 2
    loose = smoothstep(half_px / np.maximum(body, 1), SNUG, FULL) * free
    loose = gaussian_filter1d(loose, len(y) / 20, mode="nearest")
    return Hang(
        y=y,
        middle=middle,
        half=half,
        drop=np.maximum(drop - spread, 0) * free,
        wave=FOLD_DROP * unit * loose,
    )


def _own_drop(garment: GarmentReading, left: float, right: float) -> float:
    """How far the flat's hem already curves down in the middle, in its pixels."""
    mask = garment.mask
    bottom = mask.shape[0] - 1 - mask[::-1].argmax(axis=0)
    columns = np.linspace(left, right, 41).astype(int).clip(0, mask.shape[1] - 1)
    ends = bottom[columns]
    return float(np.median(ends[16:25]) - np.median(np.r_[ends[2:6], ends[-6:-2]]))
