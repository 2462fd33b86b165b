"""Garment flat -> `GarmentReading`: cut-out, kind, key points, collar."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cached_property

import numpy as np

from ..arrays import (
    SIDES,
    Field,
    Mask,
    Matte,
    Points,
    RGBImage,
    resize,
    to_working_scale,
)
from ..filters import guided_filter
from ..masks import erode, resize_mask
from .bare_shoulders import with_bare_shoulders
from .bodysuit import crotch_zone, find_leg_openings
from .certainty import Certainty, judge
from .collar import find_collar, split_at_collar
from .corrections import Corrections, at_working_scale, correct_upper
from .cutout import CLEAN_PX, Cutout, cut_out_garment
from .jumpsuit import RISE, Legs, find_legs, is_one_piece, lower_part, upper_part
from .keypoints import Keypoint, find_upper_keypoints, part_sleeves
from .lower import LowerShape, leg_share, read_lower_shape
from .outline import Outline, trace_outline
from .upper import UpperShape
from .waistband import find_front_edge

DRESS_ASPECTS = (2.22, 1.55)
"""Length, and length below the armpits, over the mean width of the body below the
armpits, from which a one-piece is a dress."""
LONG_ASPECT = 2.35
"""Height over waist width from which legs are trousers, not shorts."""


class GarmentCategory(StrEnum):
    """Which part of the body a garment covers; a dress covers both."""

    TOP = "top"
    BOTTOM = "bottom"
    DRESS = "dress"


class GarmentKind(StrEnum):
    """What a garment is, as far as its geometry matters."""

    TOP = "top"
    DRESS = "dress"
    TROUSERS = "trousers"
    SHORTS = "shorts"
    SKIRT = "skirt"
    JUMPSUIT = "jumpsuit"

    @property
    def category(self) -> GarmentCategory:
        if self in (GarmentKind.DRESS, GarmentKind.JUMPSUIT):
            return GarmentCategory.DRESS
        is_top = self == GarmentKind.TOP
        return GarmentCategory.TOP if is_top else GarmentCategory.BOTTOM


@dataclass(frozen=True, eq=False)
class GarmentReading:
    """Everything that the later stages know about a garment flat, at working scale.

    Attributes
    ----------
    original : (h, w, 3) uint8, RGB
        The flat as given.
    image : (H, W, 3) uint8, RGB
    scale : float
        A point of the original times the scale is a point of `image`.
    mask : (H, W) bool
        The garment, with the inside of its back.
    matte : (H, W) float32
        What is worn visibly: the inside of the back is cut out, as is the crotch of a
        bodysuit.
    clean : (H, W, 3) uint8
        Colours continued beyond the garment's edge.
    trust : (H, W) float32
        How far the nearest edge was read off single pixels; see `Cutout`.
    contrast : float
        How far garment and backdrop differ along the edge; see `Cutout`.
    outline : Outline
    kind : GarmentKind
    upper : UpperShape or None
        Set for tops, dresses and jumpsuits: of these, what is above the crotch.
    lower : LowerShape or None
        Set for trousers, shorts, skirts and jumpsuits.
    collar : (N, 2) float32 or None
        Front edge of the neckline from left to right; None where the neckline is the
        outline itself, or the collar is closed.
    back : (H, W) float32 or None
        What lies above the collar, or above the front of a waistband: the inside of
        the back, a hood. None without it.
    """

    original: RGBImage
    image: RGBImage
    scale: float
    mask: Mask
    matte: Matte
    clean: RGBImage
    trust: Field
    contrast: float
    outline: Outline
    kind: GarmentKind
    upper: UpperShape | None = None
    lower: LowerShape | None = None
    collar: Points | None = None
    back: Matte | None = None

    @property
    def size(self) -> tuple[int, int]:
        height, width = self.mask.shape
        return height, width

    @property
    def category(self) -> GarmentCategory:
        return self.kind.category

    @property
    def is_bodysuit(self) -> bool:
        """Whether it ends in a narrow crotch below leg openings: it is tucked in."""
        return self.upper is not None and self.upper.legs_y is not None

    @property
    def keypoints(self) -> dict[str, Keypoint]:
        """Key points by name, e.g. "left_pit"; see `keypoints`."""
        points: dict[str, Keypoint] = {}
        if self.upper is not None:
            for side in SIDES:
                points |= self.upper.sides[side].named()
        if self.lower is None:
            return points
        lower = self.lower.named()
        if self.upper is not None:  # of a jumpsuit: its hems are those of the legs
            lower = {name: lower[name] for name in lower if "waist" not in name}
        return points | lower

    @cached_property
    def fine(self) -> tuple[RGBImage, Matte]:
        """Clean colours and matte at the original's size, for refining."""
        size = self.original.shape[:2]
        if size == self.size or size[0] < self.size[0]:
            return self.clean, self.matte
        inner = erode(resize_mask(self.mask, size), CLEAN_PX / self.scale)
        clean = np.where(inner[..., None], self.original, resize(self.clean, size))
        coarse = resize(self.matte, size)
        radius_px = max(round(2 / self.scale), 2)
        sharp = guided_filter(self.original, coarse, radius_px, 20)
        sharp = np.clip((sharp - 0.1) / 0.8, 0, 1)
        # As steep as an edge at this size: the smooth curve stays where it is.
        curve = np.clip((coarse - 0.5) / self.scale + 0.5, 0, 1)
        trust = resize(self.trust, size)
        return clean, (curve + (sharp - curve) * trust).astype(np.float32)

    @cached_property
    def certainty(self) -> Certainty:
        """How sure the findings are, as plain numbers."""
        sides = self.upper.sides if self.upper is not None else None
        return judge(self.mask, self.contrast, self.outline.axis_x, sides)

    def doubts(self) -> tuple[str, ...]:
        """Return stable codes of what is unsure; see `Certainty.doubts`."""
        return self.certainty.doubts()

    def describe(self) -> str:
        """Return a short English summary, e.g. "top, sleeves 0.45"."""
        words = [self.kind.value]
        if self.upper is not None:
            length = self.upper.sleeve_length / max(self.upper.chest_width, 1)
            words.append(f"sleeves {length:.2f}" if length else "sleeveless")
            words += ["strappy"] * self.upper.is_strappy
            words += ["strapless"] * self.upper.is_strapless
            words += ["off the shoulder"] * self.upper.is_off_shoulder
            words += ["bodysuit"] * self.is_bodysuit
        return ", ".join(words)


def read_garment(
    image: RGBImage,
    kind: GarmentKind | None = None,
    corrections: Corrections | None = None,
) -> GarmentReading:
    """Read a garment flat.

    Parameters
    ----------
    image : ndarray of shape (h, w, 3), uint8, RGB
        One garment, upright, laid flat or on an invisible form, on a plain backdrop.
    kind : GarmentKind, optional
        What the garment is, if known; otherwise it is guessed from its outline.
    corrections : mapping of str to (x, y), optional
        Key points that somebody has put right, in pixels of `image`; see `corrections`.
        They move where the garment lies on a body, not what it is taken for.

    Raises
    ------
    NoGarmentError
        If no garment stands out from the backdrop.
    KeypointError
        If a corrected key point cannot be one of this picture.
    """
    working, scale = to_working_scale(image)
    corrected = at_working_scale(corrections or {}, image, scale)
    cutout = cut_out_garment(working)
    outline = trace_outline(cutout.mask)
    legs = find_legs(outline)
    guessed = kind or _guess_kind(outline, legs)
    reading = _reading(image, working, scale, cutout, outline, guessed)
    if guessed.category == GarmentCategory.BOTTOM:
        return _as_lower(reading, corrected)
    if guessed == GarmentKind.JUMPSUIT:
        if legs is not None:
            return _with_collar(_as_jumpsuit(reading, legs, corrected))
        reading = replace(reading, kind=GarmentKind.DRESS)  # its legs are not apart
    return _with_collar(_as_upper(reading, kind, corrected))


def _as_lower(
    reading: GarmentReading, corrected: Mapping[str, np.ndarray]
) -> GarmentReading:
    """Read trousers, shorts or a skirt, without the inside of its back."""
    outline, has_legs = reading.outline, reading.kind != GarmentKind.SKIRT
    edge = find_front_edge(reading.image, outline)
    if edge is not None:
        front, back = split_at_collar(reading.matte, edge, outline.y0)
        reading = replace(reading, matte=front, back=back)
        corrected = {"left_waist": edge[0], "right_waist": edge[-1], **corrected}
    return replace(reading, lower=read_lower_shape(outline, has_legs, corrected))


def _as_upper(
    reading: GarmentReading,
    kind: GarmentKind | None,
    corrected: Mapping[str, np.ndarray],
) -> GarmentReading:
    """Read what ends in one hem, or in the crotch of a bodysuit: a top or a dress."""
    outline = part_sleeves(reading.outline)
    sides = with_bare_shoulders(find_upper_keypoints(outline))
    legs_y = find_leg_openings(outline, sides)
    whole, below = UpperShape(sides, outline.axis_x, legs_y).aspects
    upper = UpperShape(correct_upper(sides, corrected), outline.axis_x, legs_y)
    reading = replace(reading, outline=outline, upper=upper)
    if legs_y is not None:
        worn = np.where(crotch_zone(outline, legs_y), 0, reading.matte)
        return replace(reading, matte=worn.astype(np.float32))
    if kind is None and whole > DRESS_ASPECTS[0] and below > DRESS_ASPECTS[1]:
        return replace(reading, kind=GarmentKind.DRESS)
    return reading


def _as_jumpsuit(
    reading: GarmentReading, legs: Legs, corrected: Mapping[str, np.ndarray]
) -> GarmentReading:
    """Read a top down to the crotch, and trousers from the waist down."""
    top = trace_outline(upper_part(reading.mask, legs))
    of_top = {name: at for name, at in corrected.items() if "hem" not in name}
    sides = with_bare_shoulders(find_upper_keypoints(top))
    sides = correct_upper(sides, of_top)
    trousers = trace_outline(lower_part(reading.mask, legs))
    of_legs = {"crotch": np.array(legs.crotch, np.float32)} | {
        name: at for name, at in corrected.items() if "waist" not in name
    }
    return replace(
        reading,
        upper=UpperShape(sides, top.axis_x),
        lower=read_lower_shape(trousers, True, of_legs),
    )


def _with_collar(reading: GarmentReading) -> GarmentReading:
    """Tell what is worn visibly from the inside of the back above it."""
    upper = reading.upper
    if upper is None or upper.is_strapless:
        return reading
    ends = [upper.sides[side].point(upper.sides[side].neck) for side in SIDES]
    collar = find_collar(reading.image, reading.mask, *ends)
    if collar is None:
        return reading
    front, back = split_at_collar(reading.matte, collar, reading.outline.y0)
    return replace(reading, collar=collar, matte=front, back=back)


def _reading(
    image: RGBImage,
    working: RGBImage,
    scale: float,
    cutout: Cutout,
    outline: Outline,
    kind: GarmentKind,
) -> GarmentReading:
    return GarmentReading(
        original=image,
        image=working,
        scale=scale,
        mask=cutout.mask,
        matte=cutout.matte,
        clean=cutout.clean,
        trust=cutout.trust,
        contrast=cutout.contrast,
        outline=outline,
        kind=kind,
    )


def _guess_kind(outline: Outline, legs: Legs | None) -> GarmentKind:
    """Tell trousers, shorts, skirts by a straight single waist, and jumpsuits by a top
    on legs; the rest is tops."""

    def width(fraction: float) -> float:
        found = outline.runs(outline.row(fraction))
        return float(found[:, 1].max() - found[:, 0].min() + 1) if len(found) else 0.0

    aspect = outline.height / outline.width
    is_one = all(len(outline.runs(outline.row(f))) == 1 for f in (0.02, 0.05, 0.1))
    # Not at the very edge: a waistband lies a little tilted, its back rises over it.
    waist = width(0.03)
    has_waist = is_one and waist > 0.72 * width(0.12)
    if legs is not None and is_one_piece(outline, legs, has_waist):
        return GarmentKind.JUMPSUIT
    # A nick in its edge takes a waist away, but no legs; with a top they rise higher.
    is_on_legs = legs is not None and legs.rise < RISE
    if is_on_legs or (has_waist and leg_share(outline) >= 0.4):
        is_long = outline.height > LONG_ASPECT * width(0.02)
        return GarmentKind.TROUSERS if is_long else GarmentKind.SHORTS
    widens = width(0.5) > 1.02 * width(0.05) and width(0.9) >= width(0.3)
    if has_waist and widens and aspect < 1.9 and waist > 0.47 * outline.width:
        return GarmentKind.SKIRT
    return GarmentKind.TOP
