"""Legs under clothes: as wide, and where, as the legs below the hem say."""

import numpy as np

from .anatomy import LEG, leg_field, limb_side
from .arrays import Field, Side, grid
from .body import Part, PersonReading

MIN_SEEN_PX = 150
SEEN_BELOW_HEM = 0.25
"""How much leg below the hem tells its width, as a share of the thigh or calf."""


def hidden_leg(person: PersonReading, side: Side) -> tuple[Field, Field]:
    """Return (along, across) of one leg, across from -1 to 1 between its edges.

    Where bare leg is seen below the hem, its edges tell; towards the hip the leg gets
    its expected width.
    """
    along, apart = leg_field(person.keypoints, person.frame, side, *grid(person.size))
    across = apart * limb_side(person.keypoints, side, LEG, along)
    cloth = person.is_part(Part.UPPER, Part.LOWER) & (apart < 0.6)
    if not cloth.any():
        return along, across
    hem = float(np.percentile(along[cloth], 99))
    below = (along > hem + 0.02) & (along < hem + SEEN_BELOW_HEM) & (apart < 1.9)
    seen = across[below & (person.parsing == Part.SKIN)]
    if seen.size < MIN_SEEN_PX:
        return along, across
    # Of evenly spread points 95 % lie within 95 % of the width.
    low, high = np.percentile(seen, [2.5, 97.5])
    half = np.clip((high - low) / 2 / 0.95, 0.5, 1.6)
    share = np.clip(along / max(hem, 0.1), 0, 1)
    middle = (high + low) / 2 * share
    return along, ((across - middle) / (1 + (half - 1) * share)).astype(np.float32)
