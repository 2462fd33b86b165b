"""Light on bare limbs: how they turn away from it, and the relief of an arm."""

import numpy as np
from scipy.ndimage import gaussian_filter1d

from ..arrays import OUTWARD, SIDES, Field, Side
from ..masks import erode, polygon
from ..person.body import Part, PersonReading
from ..person.faces import CHEEKS
from ..uncover.bare_arms import BareArm

EDGE_SHADE = 0.28
"""Share of lightness lost from the middle of a limb to its edge."""
ROUNDNESS = 2.0
"""Exponent of that fall: 2 for a disk, more for a tube lit from all around."""
PROFILE_BINS = 9
MIN_PROFILE_PX = 2500
MEASURED_TRUST = 0.8
MAX_ASIDE = 0.12
"""How much lighter the lit side of a limb may be, as a share of its middle."""
RELIEF = (
    # along, across (1 outer edge), sizes of both, share of lightness
    (0.22, 0.15, 0.20, 0.70, 0.040),  # the deltoid faces the sky
    (0.52, 0.45, 0.10, 0.40, -0.030),  # where it ends
    (0.70, -0.05, 0.18, 0.40, 0.035),  # biceps
    (0.70, -0.65, 0.25, 0.18, -0.025),  # its inner furrow
    (0.99, -0.20, 0.040, 0.45, -0.055),  # crook of the arm
    (1.22, 0.30, 0.20, 0.35, 0.040),  # the muscle over the forearm's outside
    (1.45, -0.25, 0.25, 0.28, -0.025),
    (1.93, 0.00, 0.06, 0.80, -0.030),  # wrist
)
"""Soft light and shade that make an arm out of a tube."""


def limb_light(
    person: PersonReading,
    arms: dict[Side, BareArm],
    legs: dict[Side, tuple[Field, Field]],
) -> Field:
    """Return a factor for the lightness of bare skin, (H, W) float32, about 1.

    Across a limb as this person's bare limbs are lit, or as a tube in the light that
    falls on the cheeks.
    """
    light = np.ones(person.size, np.float32)
    aside = side_light(person)
    for side in SIDES:
        along, across = legs[side]
        _shade(light, person, along, across, aside)
        arm = arms[side]
        _shade(light, person, arm.along, arm.across, aside * OUTWARD[side], True)
    return light


def side_light(person: PersonReading) -> float:
    """Return how much lighter what faces the image's right is, as a share; 0 unknown.

    From the cheeks: they face both ways by about as much.
    """
    if person.face_mesh is None:
        return 0.0
    lightness = person.lab[..., 0]
    patches = [polygon(person.size, person.face_mesh[rows]) for rows in CHEEKS]
    if min(patch.sum() for patch in patches) < 20:
        return 0.0
    first, second = (float(np.median(lightness[patch])) for patch in patches)
    centres = [person.face_mesh[rows, 0].mean() for rows in CHEEKS]
    if centres[0] > centres[1]:
        first, second = second, first
    share = (second - first) / max(first + second, 1.0)
    return float(np.clip(share, -MAX_ASIDE, MAX_ASIDE))


def _shade(
    light: Field,
    person: PersonReading,
    along: Field,
    across: Field,
    aside: float,
    is_arm: bool = False,
) -> None:
    """Multiply `light`, in place, by the light on one limb."""
    here = np.abs(across) < 1.15
    rows, columns = np.flatnonzero(here.any(1)), np.flatnonzero(here.any(0))
    if not rows.size:
        return
    box = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    profile = _light_profile(person, along, across, aside)
    reached, off = along[box], across[box]
    places = np.linspace(-1, 1, PROFILE_BINS)
    turned = np.interp(off, places, profile).astype(np.float32)
    # Where a limb grows out of the trunk there is no edge to turn away.
    depth = np.clip((reached - 0.2) / 0.6, 0, 1)
    shade = 1 + (turned - 1) * depth
    if is_arm:
        shade = shade * _relief(reached, off)
    light[box] = np.where(here[box], shade, light[box])


def _relief(along: Field, across: Field) -> Field:
    relief = np.ones(along.shape, np.float32)
    for at, off, length, width, share in RELIEF:
        apart = ((along - at) / length) ** 2 + ((across - off) / width) ** 2
        relief += np.float32(share) * np.exp(-apart)
    return relief


def _light_profile(
    person: PersonReading, along: Field, across: Field, aside: float
) -> np.ndarray:
    """Return the lightness across a limb, (PROFILE_BINS,), about 1 in the middle.

    Measured where the limb is bare, and blended with that of a tube.
    """
    places = np.linspace(-1, 1, PROFILE_BINS)
    tube = 1 - EDGE_SHADE * np.abs(places) ** ROUNDNESS + aside * places
    here = erode(person.parsing == Part.SKIN, 2)
    here &= (np.abs(across) < 1) & (along > 0.3) & (along < 1.9)
    if here.sum() < MIN_PROFILE_PX:
        return tube
    lightness = person.lab[..., 0][here]
    bins = np.rint((across[here] + 1) / 2 * (PROFILE_BINS - 1)).astype(int)
    is_filled = np.bincount(bins, minlength=PROFILE_BINS) > 20
    seen = [np.median(lightness[bins == i]) for i in np.flatnonzero(is_filled)]
    measured = np.interp(places, places[is_filled], seen) / np.median(lightness)
    measured = np.clip(gaussian_filter1d(measured, 0.7, mode="nearest"), 0.6, 1.2)
    return MEASURED_TRUST * measured + (1 - MEASURED_TRUST) * tube
