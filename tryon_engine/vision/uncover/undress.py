"""The person image without the clothes that are to be replaced.

What the old clothes hid is made up once per person (`read_hidden`); which of it is to
be seen depends on the garments tried on (`undress`).
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np

from ..arrays import (
    SIDES,
    FloatImage,
    Mask,
    Matte,
    Side,
    grid,
    in_channels,
    to_float,
)
from ..colour import colour_distance, lab_to_rgb
from ..filters import diffuse
from ..masks import (
    bounding_box,
    close_gaps,
    components,
    dilate,
    drop_small,
    erode,
    open_bridges,
    soften,
)
from ..person.body import Part, PersonReading
from ..person.crop import around_person, cropped
from ..side_by_side import both
from .bare_arms import bare_arm_shape
from .legs import hem_shadow, hidden_leg
from .missed import with_missed_cloth
from .residue import cuff_slivers, lost_corners, spilled_cloth, tinted_skin
from .straps import thin_straps
from .uncover import bare_arm, bare_legs, bare_skin, body_zone, rebuild_background

FRINGE_PX = 4
"""Old cloth mixes into so many pixels beyond its edge."""
MIN_CHROMA_APART = 11.0
"""Cloth nearer to the skin in chroma cannot be told from it."""
BAND_PX = 40
"""Height of the band that tells how kept lower clothes go on upwards."""
FRAY_PX = 6
LOWEST_BAND = 0.9
"""In `down`: lower clothes that begin above this show their own waistband; those that
begin below it go on under an untucked top."""
MIN_MIDRIFF = 0.01
"""In torso lengths: skin seen between top and lower clothes."""
FEET = 0.4
"""Up to here, from ankle to knee, reach socks."""


@dataclass(frozen=True, eq=False)
class Hidden:
    """What the old clothes hid, for every pixel of the picture.

    Attributes
    ----------
    background, skin : (H, W, 3) float32 in [0, 1]
    arms : dict of side to (H, W) float32
        Arms that the old sleeves hid; empty where bare already.
    legs : (H, W) float32
    torso : (H, W) bool
        Torso and neck.
    shadow : (H, W) bool
        Skin in the shadow of the old hem.
    """

    background: FloatImage
    skin: FloatImage
    arms: dict[Side, Matte]
    legs: Matte
    torso: Mask
    shadow: Mask


@dataclass(frozen=True, eq=False)
class Undressed:
    """The person without some of the old clothes.

    Attributes
    ----------
    image : (H, W, 3) float32 in [0, 1]
    erased : (H, W) bool
        The old clothes that were taken away.
    changed : (H, W) float32 in [0, 1]
        How much of a pixel is new.
    body : (H, W) float32 in [0, 1]
        How much of a pixel is the person, seen or made up: what shadows can fall on.
    """

    image: FloatImage
    erased: Mask
    changed: Matte
    body: Matte


def with_cloth_found(person: PersonReading) -> PersonReading:
    """Return the reading with old cloth that was taken for skin labelled as cloth.

    Collars of a skin-like colour and thin straps pass for skin. They must neither stay
    nor teach what skin looks like.
    """
    parsing = person.parsing.copy()
    found = _skin_like_cloth(person) | thin_straps(person)
    parsing[found | lost_corners(person)] = Part.UPPER
    person = replace(person, parsing=parsing)
    parsing = parsing.copy()
    parsing[tinted_skin(person) | cuff_slivers(person)] = Part.UPPER
    return with_missed_cloth(replace(person, parsing=parsing))


def read_hidden(person: PersonReading, seed: int = 7) -> Hidden:
    """Make up what the old clothes hide; the same person gives the same answer."""
    # Noise of their own for both threads: what comes first must not matter.
    behind, bare = np.random.default_rng(seed).spawn(2)
    window = around_person(person)
    near = cropped(person, window)
    legs, (arms, shadow) = both(
        lambda: {side: hidden_leg(near, side) for side in SIDES},
        lambda: (
            {side: bare_arm_shape(near, side) for side in SIDES},
            hem_shadow(near),
        ),
    )
    skin, (background, made_arms, torso) = both(
        lambda: bare_skin(near, arms, legs, shadow, bare),
        lambda: (
            rebuild_background(person, behind),
            {side: bare_arm(near, side, arms[side]) for side in SIDES},
            body_zone(near, arms),
        ),
    )

    def whole(part: np.ndarray, around: np.ndarray | float = 0) -> np.ndarray:
        picture = np.empty((*person.size, *part.shape[2:]), part.dtype)
        picture[:] = around
        picture[window] = part
        return picture

    tone = lab_to_rgb(person.skin_tone[None, None])
    return Hidden(
        background=background,
        skin=whole(skin, tone),
        arms={side: whole(arm) for side, arm in made_arms.items()},
        legs=whole(bare_legs(near, legs)),
        torso=whole(torso),
        shadow=whole(shadow),
    )


def undress(
    person: PersonReading, hidden: Hidden, upper: bool, lower: bool, waist_down: float
) -> Undressed:
    """Take away the old upper clothes, lower clothes, or both.

    Parameters
    ----------
    person : PersonReading
    hidden : Hidden
    upper, lower : bool
        What is to be replaced.
    waist_down : float
        How far up, in torso lengths below the shoulders, kept lower clothes are
        continued where the old top hid them.
    """
    old_upper = _old_upper(person) if upper else np.zeros(person.size, bool)
    old_lower = _old_lower(person) & lower & ~old_upper
    erased = old_upper | old_lower
    image = to_float(person.image)
    kept = person.mask & ~erased
    # --- background, with the soft fringe of the old cloth
    spilled = spilled_cloth(person, hidden.background, erased)
    fringe = dilate(erased, FRINGE_PX) | dilate(spilled, 2)
    fringe &= ~dilate(kept, 1)
    gone = soften((dilate(erased, 1) & ~kept) | fringe, 0.8)
    gone = np.where(kept & ~dilate(erased, 1), 0, np.clip(gone, 0, 1))
    layers = [(hidden.background, gone)]
    # --- skin
    if lower:
        seam = soften(dilate(old_lower | hidden.shadow, 7), 3)
        layers.append((hidden.skin, hidden.legs * seam))
    if upper:
        layers.append((hidden.skin, _torso_skin(person, hidden, old_upper)))
        if not lower:
            layers.append(_continued_lower(person, old_upper, waist_down))
        layers += [(hidden.skin, hidden.arms[side]) for side in SIDES]
    changed, body = np.zeros(person.size, np.float32), soften(kept)
    for colour, matte in layers:
        image = over(image, colour, matte)
        changed = changed + matte - changed * matte
        if colour is not hidden.background:
            body = np.maximum(body, matte)
    return Undressed(image, erased, np.clip(changed, 0, 1), body)


def over(below: FloatImage, above: FloatImage, matte: Matte) -> FloatImage:
    """Return `above` laid over `below`."""
    mixed = above - below
    mixed *= in_channels(matte)
    mixed += below
    return mixed


def _old_upper(person: PersonReading) -> Mask:
    """Upper clothes, and sleeves beside the thigh, which pass for trousers."""
    old = person.parsing == Part.UPPER
    for side in SIDES:
        arm = person.arms[side]
        if person.has_long_sleeve(side):
            on_arm = (arm.across < 1.3) & (arm.along < 2.4)
            beside = np.abs(person.across) > 0.40
            lower = person.parsing == Part.LOWER
            old |= lower & on_arm & beside
            # Its hem frays where both have one colour.
            frayed = lower & ~open_bridges(lower, FRAY_PX) & (arm.across < 2.5)
            old |= frayed & dilate(old, FRAY_PX)
    return old


def _old_lower(person: PersonReading) -> Mask:
    """Trousers or skirt, but neither socks nor what of shoes passes for them."""
    lower = person.parsing == Part.LOWER
    shins = [
        person.joint(side, "ankle") * (1 - FEET) + person.joint(side, "knee") * FEET
        for side in SIDES
    ]
    highest = min(-(shin - person.shoulder_centre) @ person.up for shin in shins)
    for part in components(lower, 1):
        if (person.down[part] * person.torso_length > highest).all():
            lower &= ~part
    return lower


def _skin_like_cloth(person: PersonReading) -> Mask:
    """Pixels of trunk and collar parsed as skin, but of the old top's colour."""
    upper = erode(person.parsing == Part.UPPER, 3)
    if upper.sum() < 500:
        return np.zeros(person.size, bool)
    near_arm = np.minimum(*(person.arms[side].across for side in SIDES))
    trunk = (person.down > 0.2) & (person.down < 1.1)
    collar = (person.down > -0.25) & (np.abs(person.across) < 0.4)
    cloth = np.median(person.lab[upper], axis=0)[1:]
    if np.linalg.norm(cloth - person.skin_tone[1:]) < MIN_CHROMA_APART:
        return np.zeros(person.size, bool)
    chroma = np.ascontiguousarray(person.lab[..., 1:])
    to_cloth = colour_distance(chroma, cloth)
    to_skin = colour_distance(chroma, person.skin_tone[1:])
    # On an arm it takes more to be cloth.
    most = np.where(near_arm > 0.9, 0.8, 0.5)
    suspect = (person.parsing == Part.SKIN) & (to_cloth < most * to_skin)
    suspect &= (trunk | collar) & ~dilate(person.face_mask, 4)
    close = close_gaps(suspect, 3) & (person.parsing == Part.SKIN)
    return drop_small(close, 60) & dilate(person.parsing == Part.UPPER, 40)


def _torso_skin(person: PersonReading, hidden: Hidden, old_upper: Mask) -> Matte:
    """Neck and chest under the old top, blended widely into the skin that is seen."""
    skin = (person.parsing == Part.SKIN) | old_upper
    torso = soften(hidden.torso & dilate(old_upper, 2), 1.2) * soften(
        dilate(old_upper, 1)
    )
    ring = dilate(old_upper, 7) & skin & hidden.torso & ~person.face_mask
    blend = soften(ring, 3.5) * soften(hidden.torso & skin)
    # Skin never grows over the silhouette: puffed sleeves reach beyond the body.
    return np.clip(np.maximum(torso, blend), 0, 1) * soften(person.mask)


def _continued_lower(
    person: PersonReading, old_upper: Mask, waist_down: float
) -> tuple[FloatImage, Matte]:
    """The kept lower clothes, continued up under the old top, as (colour, matte)."""
    image = to_float(person.image)
    lower = erode(person.parsing == Part.LOWER, 6)
    central = lower & (np.abs(person.across) < 0.3)
    if central.sum() < 50:
        return image, np.zeros(person.size, np.float32)
    seen_from = float(np.percentile(person.down[central], 2))
    if _shows_skin_above(person, old_upper):
        limit = np.inf
    elif seen_from > LOWEST_BAND:
        limit = max(0.71, waist_down)
    else:
        limit = seen_from - 0.02
    inside = np.abs(person.across) * person.shoulder_width < 1.02 * person.half_width
    where = dilate(old_upper, 5) & (old_upper | (person.parsing == Part.LOWER))
    where &= (person.down > limit) & inside
    gaps = close_gaps(person.parsing == Part.LOWER, 2 * FRAY_PX) & old_upper & inside
    where |= dilate(gaps, 2) & (old_upper | (person.parsing == Part.LOWER))
    if not where.any():
        return image, np.zeros(person.size, np.float32)
    # Only what is shown, and the cloth around it that tells how it goes on.
    x0, y0, x1, y1 = bounding_box(dilate(where, 2 * BAND_PX))
    box = np.s_[y0:y1, x0:x1]
    if lower[box].any():
        image[box] = repeated_upwards(image[box], lower[box])
    return image, soften(where)


def _shows_skin_above(person: PersonReading, old_upper: Mask) -> bool:
    """Whether the photo shows skin between the old top and the lower clothes.

    Their own waistband is then to be seen, and nothing of them is hidden.
    """
    central = np.abs(person.across) < 0.3
    tops, lower = old_upper & central, (person.parsing == Part.LOWER) & central
    columns = tops.any(axis=0) & lower.any(axis=0)
    if not columns.any():
        return False
    hem = len(tops) - 1 - tops[::-1, columns].argmax(axis=0)
    gap = lower[:, columns].argmax(axis=0) - hem - 1
    return bool(np.median(gap) > MIN_MIDRIFF * person.torso_length)


def repeated_upwards(image: FloatImage, known: Mask) -> FloatImage:
    """Each column goes on with the colour and grain at the top of the known area.

    Without its buttons, loops and fly, which stand out from the columns around.
    """
    height, width = known.shape
    x, y = grid(known.shape)
    top = np.where(known.any(axis=0), known.argmax(axis=0), -1)
    columns = np.flatnonzero(top >= 0)
    level = np.interp(np.arange(width), columns, top[columns]).astype(np.float32)
    level = cv2.GaussianBlur(level[None], (0, 0), 8)
    source = np.where(y < level, level + 5 + 0.12 * (level - y), y)
    source = np.clip(source, 0, height - 1).astype(np.float32)
    repeated = cv2.remap(image, x, source, cv2.INTER_LINEAR)
    trust = cv2.remap(known.astype(np.float32), x, source, cv2.INTER_LINEAR)
    plain = _plain_band(image, known, level[0])
    grain = repeated - cv2.GaussianBlur(repeated, (0, 0), 3)
    above = np.where((y < level)[..., None], plain + np.clip(grain, -0.03, 0.03), image)
    return over(diffuse(image, known), above, soften(trust))


def _plain_band(image: FloatImage, known: Mask, level: np.ndarray) -> FloatImage:
    """Return (1, W, 3): each column's usual colour just below `level`."""
    width = known.shape[1]
    rows = level + np.linspace(5, BAND_PX, 12)[:, None]
    rows = np.clip(rows, 0, known.shape[0] - 1).astype(int)
    columns = np.broadcast_to(np.arange(width), rows.shape)
    is_cloth = known[rows, columns][..., None]
    colours = np.where(is_cloth, image[rows, columns], np.nan)
    seen = is_cloth.any(axis=(0, 2))
    usual = np.zeros((1, width, 3), np.float32)
    usual[0, seen] = np.nanmedian(colours[:, seen], axis=0)
    usual = diffuse(usual, seen[None])
    reach = BAND_PX // 2
    padded = np.pad(usual[0], ((reach, reach), (0, 0)), mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, 2 * reach + 1, axis=0)
    smooth = np.median(windows, axis=-1).astype(np.float32)
    return cv2.GaussianBlur(smooth[None], (0, 0), 4)
