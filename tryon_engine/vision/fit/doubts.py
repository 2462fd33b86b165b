"""What about garments and their fit makes a try-on uncertain; `judge` says it all."""

from collections.abc import Iterator

import cv2
import numpy as np

from ..arrays import SIDES, Mask, Matte
from ..colour import rgb_to_lab
from ..compose.worn import Worn
from ..confidence import Confidence, Doubt, edge_steps, ramp, weigh
from ..garment.reading import GarmentCategory, GarmentReading
from ..garment.upper import UpperShape
from ..person.body import Part, PersonReading
from ..person.doubts import person_doubts
from ..uncover.undress import Hidden

STEP = 4
"""Every so many pixels of the working image are looked at."""
SURE_POINTS = (0.62, 0.40)
"""Confidence of the least sure key point: no doubt, all doubt."""
FAINT_EDGE = (9.0, 3.0)
"""Lab distance of cloth from its backdrop, along a quarter of the edge."""
FEW_PX = (0.75, 0.35)
"""Pixels of the flat for one pixel of the photo, along a line."""
NECK_OFF = (0.10, 0.24)
"""Distance of the garment's neck points from the neck, in shoulder widths."""
OPEN_NECK = 0.60
"""Neck openings wider than this, in shoulder widths of the garment, may lie anywhere
on the shoulders."""
OVER_ARMS = (0.05, 0.11)
"""Share of a sleeveless bodice that lies beyond the trunk, on the arms."""
ARM_IN_FRONT = 0.4
"""Where bare arms begin to lie in front of cloth: 0 shoulder, 1 elbow."""
STRETCHED = (0.75, 1.6)
"""Longer over shorter side of a square of cloth, as a logarithm, at the ninth tenth."""
MADE_SKIN = (0.25, 1.4)
MADE_BACKDROP = (0.06, 0.35)
"""Newly seen area in squares of a shoulder width."""
LOW_CONTRAST = 0.12
"""Weight of a garment that hardly stands out, at the least."""
SHAPES = {
    "cut_off": Doubt(
        "garment_cut_off",
        "The garment reaches beyond the edge of its picture.",
        0.30,
    ),
    "asymmetric": Doubt(
        "garment_asymmetric",
        "The two sides of the garment differ a lot.",
        0.25,
    ),
    "sleeves_unclear": Doubt(
        "sleeves_unclear",
        "The sleeves of the garment are hard to make out in its picture.",
        0.20,
    ),
}
"""What a garment's own doubts about its shape weigh, gravest first."""


def judge(
    person: PersonReading, hidden: Hidden, top: Worn | None, bottom: Worn | None
) -> Confidence:
    """Return how far a try-on of fitted garments can be trusted, and why not further.

    Notes
    -----
    Made of what was found on the way, before anything is drawn: it takes about as long
    as looking at every fourth pixel once.
    """
    worn = [garment for garment in (top, bottom) if garment is not None]
    if not worn:
        return Confidence(1.0, ())
    is_dress = top is not None and top.garment.category == GarmentCategory.DRESS
    is_lower_new = bottom is not None or is_dress
    covered = (
        min(one.fit.top_down for one in worn),
        max(one.fit.hem_down for one in worn),
    )
    hem_down = top.fit.hem_down if top else None
    doubts = list(person_doubts(person, covered, hem_down, is_lower_new))
    for one in worn:
        doubts += _garment_doubts(one.garment)
        doubts += _sampling_doubts(person, one)
    cloth = np.maximum.reduce([_seen(one) for one in worn])
    if top is not None and top.garment.upper is not None:
        doubts += _upper_doubts(person, top, top.garment.upper, cloth)
    old = [Part.UPPER] * (top is not None) + [Part.LOWER] * is_lower_new
    doubts += _made_up_doubts(person, hidden, cloth > 0.5, old)
    return weigh(doubts)


def _garment_doubts(garment: GarmentReading) -> Iterator[Doubt]:
    found = garment.doubts()
    yield _shape_doubt(garment, found)
    step = np.s_[::STEP, ::STEP]
    lab = rgb_to_lab(garment.image[step])
    steps = edge_steps(lab, garment.mask[step])
    faint = 0.0
    if len(steps) > 20:
        faint = 0.35 * ramp(float(np.percentile(steps, 25)), *FAINT_EDGE)
    yield Doubt(
        "garment_faint",
        "The garment hardly stands out from its background.",
        max(faint, LOW_CONTRAST if "low_contrast" in found else 0.0),
    )


def _shape_doubt(garment: GarmentReading, found: tuple[str, ...]) -> Doubt:
    """Return the gravest doubt about the shape: one cause makes several of them.

    What is cut off is not symmetric, and sleeves that are unclear have unsure points.
    """
    sure = min((point.confidence for point in garment.keypoints.values()), default=0.0)
    unclear = Doubt(
        "garment_unclear",
        "The shape of the garment is hard to make out in its picture.",
        0.35 * ramp(sure, *SURE_POINTS),
    )
    shapes = [doubt for code, doubt in SHAPES.items() if code in found]
    return max([*shapes, unclear], key=lambda doubt: doubt.weight)


def _sampling_doubts(person: PersonReading, worn: Worn) -> Iterator[Doubt]:
    # Pixels of the given flat per pixel of the given photo.
    per_px = person.scale / (worn.fit.scale * worn.garment.scale)
    yield Doubt(
        "garment_small",
        "The picture of the garment has few pixels.",
        0.20 * ramp(per_px, *FEW_PX),
    )
    stretch = [
        _stretch(backward.x, backward.y, backward.inside)
        for piece, backward in zip(worn.fit.pieces, worn.maps, strict=True)
        if piece.name != "back"
    ]
    most = float(np.percentile(np.concatenate(stretch), 90)) if stretch else 0.0
    yield Doubt(
        "garment_stretched",
        "The garment had to be stretched to fit.",
        0.25 * ramp(most, *STRETCHED),
    )


def _stretch(x: np.ndarray, y: np.ndarray, inside: Matte) -> np.ndarray:
    """Return the logarithm of longer over shorter side where a map covers cloth."""
    step = np.s_[::STEP, ::STEP]
    covers = inside[step] > 0.5
    (xy, xx), (yy, yx) = np.gradient(x[step]), np.gradient(y[step])
    # Singular values of the Jacobian: their sum and difference, squared.
    both = (xx**2 + xy**2 + yx**2 + yy**2)[covers]
    area = np.abs(xx * yy - xy * yx)[covers]
    most = np.sqrt(both + 2 * area) + np.sqrt(np.maximum(both - 2 * area, 0))
    least = np.sqrt(both + 2 * area) - np.sqrt(np.maximum(both - 2 * area, 0))
    return np.log(np.maximum(most, 1e-3) / np.maximum(least, 1e-3))


def _seen(worn: Worn) -> Matte:
    """Return where cloth is seen on the person, on every `STEP`-th pixel."""
    garment, step = worn.garment, np.s_[::STEP, ::STEP]
    seen = np.zeros(worn.maps[0].inside[step].shape, np.float32)
    for piece, backward in zip(worn.fit.pieces, worn.maps, strict=True):
        if piece.name == "back":
            continue
        x, y = np.ascontiguousarray(backward.x[step]), backward.y[step].copy()
        matte = cv2.remap(garment.matte * piece.coverage, x, y, cv2.INTER_LINEAR)
        seen = np.maximum(seen, matte * (backward.inside[step] > 0.5))
    return seen


def _upper_doubts(
    person: PersonReading, worn: Worn, shape: UpperShape, cloth: Matte
) -> Iterator[Doubt]:
    bodice = next(piece for piece in worn.fit.pieces if piece.name == "torso")
    if shape.neck_width < OPEN_NECK * shape.shoulder_width:
        off = [
            np.linalg.norm(
                bodice.deform(shape.sides[s].point(shape.sides[s].neck)[None])[0]
                - person.neck_point[s]
            )
            for s in SIDES
        ]
        yield Doubt(
            "neckline_off",
            "The neckline does not sit where the neck is.",
            0.45 * ramp(float(np.mean(off)) / person.shoulder_width, *NECK_OFF),
        )
    if not shape.is_sleeved:
        across = person.across[::STEP, ::STEP] * person.shoulder_width
        down = person.down[::STEP, ::STEP]
        left, right = (person.outline.half(side, down) for side in SIDES)
        half = np.where(across < 0, left, right)
        # Further down, arms are drawn in front of whatever reaches beneath them.
        left, right = (person.arms[side].along[::STEP, ::STEP] for side in SIDES)
        above = np.where(across < 0, left, right) < ARM_IN_FRONT
        bust = (cloth > 0.5) & (down < 0.6)
        beyond = float(
            (bust & above & (np.abs(across) > half)).sum() / max(bust.sum(), 1)
        )
        yield Doubt(
            "cloth_over_arms",
            "The sleeveless garment reaches over the arms.",
            0.60 * ramp(beyond, *OVER_ARMS),
        )


def _made_up_doubts(
    person: PersonReading, hidden: Hidden, cloth: Mask, old: list[Part]
) -> Iterator[Doubt]:
    """Old clothes that the new ones leave uncovered: skin and background made up."""
    step = np.s_[::STEP, ::STEP]
    bare = np.isin(person.parsing[step], old) & ~cloth
    body = hidden.torso[step] | (hidden.legs[step] > 0.5)
    for made in hidden.arms.values():
        body |= made[step] > 0.5
    unit_px = person.shoulder_width / STEP
    skin, backdrop = ((bare & where).sum() / unit_px**2 for where in (body, ~body))
    yield Doubt(
        "skin_made_up",
        "Skin that the old clothes covered is made up.",
        0.30 * ramp(float(skin), *MADE_SKIN),
    )
    yield Doubt(
        "backdrop_made_up",
        "Background that the old clothes covered is made up.",
        0.25 * ramp(float(backdrop), *MADE_BACKDROP),
    )
