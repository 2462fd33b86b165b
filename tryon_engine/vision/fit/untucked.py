"""What a top over trousers or a skirt hides of them: also what would show beside it."""

import numpy as np

from ..arrays import OUTWARD, SIDES, Field, Mask
from ..masks import open_bridges
from ..person.body import PersonReading

TRUNK = 0.8
"""Half width of the trunk with its clothes, in shoulder widths."""
WAIST = 0.6
"""In `down`: above, nothing hangs over trousers."""
COVERS = 0.85
"""Share of the body's half width from which a row of cloth hides the hip."""
CORNER = 0.12
"""Height of a hem's rounded corners, in shoulder widths."""
SLIVER = 0.02
"""Half the width, in shoulder widths, of what is no cloth that hides a hip."""
WIDENING = 0.45
"""How fast, in pixels per pixel, what comes out under a hem may get wider."""


def beside_top(person: PersonReading, top: Mask) -> Mask:
    """Return where trousers or a skirt would stick out beside the top over them.

    In the rows in which a top covers the hip, nothing worn under it is wider; below its
    hem it widens gradually.

    Parameters
    ----------
    person : PersonReading
    top : (H, W) bool
        The top, kept or new, without its sleeves.
    """
    beside = np.zeros(person.size, bool)
    cloth = top & (np.abs(person.across) < TRUNK) & (person.down > WAIST)
    cloth = open_bridges(cloth, SLIVER * person.shoulder_width)
    if not cloth.any():
        return beside
    axis = int(np.clip(person.hip_centre[0], 0, person.size[1] - 1))
    down = person.down[:, axis]
    for side in SIDES:
        out = person.across * OUTWARD[side] * person.shoulder_width
        reach = _reach(out, cloth)
        covers = reach > COVERS * person.outline.half(side, down)
        hiding = np.flatnonzero(covers)
        if not hiding.size:
            continue
        # The corners of a hem are round: near it, what counts is the width above.
        rows, hem = np.arange(len(reach)), hiding[-1]
        is_hem = rows > hem - CORNER * person.shoulder_width
        widest = np.where(is_hem, np.maximum.accumulate(reach), reach)
        room = widest + WIDENING * np.maximum(rows - hem, 0)
        room[~(covers | is_hem)] = np.inf  # strays of a top hide nothing beside them
        beside |= (out > room[:, None]) & (down > WAIST)[:, None]
    return beside


def _reach(out: Field, cloth: Mask) -> np.ndarray:
    """How far outwards the cloth of each row reaches in pixels; 0 without any."""
    return np.where(cloth, np.maximum(out, 0), 0).max(axis=1)
