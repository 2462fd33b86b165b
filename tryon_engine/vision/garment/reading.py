"""Garment flat -> `GarmentReading`: cut-out, kind, key points, collar."""

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
    Side,
    resize,
    to_working_scale,
)
from ..filters import guided_filter
from ..masks import erode, resize_mask
from .bodysuit import crotch_zone, find_leg_openings
from .certainty import Certainty, judge
from .collar import find_collar, split_at_collar
from .corrections import Corrections, at_working_scale, correct_upper
from .cutout import CLEAN_PX, Cutout, cut_out_garment
from .keypoints import Keypoint, UpperSide, find_upper_keypoints, part_sleeves
from .lower import LowerShape, leg_share, read_lower_shape
from .outline import Outline, trace_outline

DRESS_ASPECTS = (2.22, 1.55)
"""Length, and length below the armpits, over the mean width of the body below the
armpits, from which a one-piece is a dress."""
LONG_ASPECT = 2.35
"""Height over waist width from which legs are trousers, not shorts."""


class GarmentCategory(StrEnum):
    """Which part of the body a garment covers."""

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

    @property
    def category(self) -> GarmentCategory:
        if self in (GarmentKind.TOP, GarmentKind.DRESS):
            return GarmentCategory(self.value)
        return GarmentCategory.BOTTOM


@dataclass(frozen=True, eq=False)
class UpperShape:
    """A top or dress, measured.

    Attributes
    ----------
    sides : dict of side to UpperSide
    axis_x : float
        x of the garment's axis.
    legs_y : float or None
        Row from which leg openings narrow a bodysuit; None for all others.
    """

    sides: dict[Side, UpperSide]
    axis_x: float
    legs_y: float | None = None

    def _width(self, name: str) -> float:
        left, right = (
            self.sides[side].point(getattr(self.sides[side], name)) for side in SIDES
        )
        return float(np.linalg.norm(right - left))

    @property
    def neck_width(self) -> float:
        return self._width("neck")

    @property
    def shoulder_width(self) -> float:
        return self._width("tip")

    @property
    def chest_width(self) -> float:
        """Between the armpits; below them where a bodice widens under its straps."""
        at_pits = self._width("pit")
        if self.is_sleeved:
            return at_pits
        upper = [
            side.flank[: max(len(side.flank) // 5, 1)] for side in self.sides.values()
        ]
        widest = sum(float(np.abs(part[:, 0] - self.axis_x).max()) for part in upper)
        return max(at_pits, widest)

    @property
    def neck_y(self) -> float:
        return float(np.mean([s.point(s.neck)[1] for s in self.sides.values()]))

    @property
    def pit_y(self) -> float:
        return float(np.mean([s.point(s.pit)[1] for s in self.sides.values()]))

    @property
    def length(self) -> float:
        hem = max(s.point(s.hem)[1] for s in self.sides.values())
        return float(hem - self.neck_y)

    @property
    def aspects(self) -> tuple[float, float]:
        """Length, and length below the armpits, over the mean width below them."""
        halves = [
            np.abs(side.flank[:, 0] - self.axis_x).mean()
            for side in self.sides.values()
        ]
        width = max(float(sum(halves)), 1.0)
        return self.length / width, (self.length + self.neck_y - self.pit_y) / width

    @property
    def is_sleeved(self) -> bool:
        return self.sides["left"].is_sleeved

    @property
    def sleeve_length(self) -> float:
        """Mean length from the middle of the armhole to that of the cuff; 0 without."""
        if not self.is_sleeved:
            return 0.0
        lengths = [
            np.linalg.norm(
                np.mean([s.point(end) for end in s.cuff], axis=0)
                - (s.point(s.tip) + s.point(s.pit)) / 2
            )
            for s in self.sides.values()
        ]
        return float(np.mean(lengths))

    @property
    def is_strappy(self) -> bool:
        return not self.is_sleeved and self.shoulder_width < 0.72 * self.chest_width

    @property
    def is_strapless(self) -> bool:
        top = min(s.half.y.min() for s in self.sides.values())
        return bool(not self.is_sleeved and self.pit_y - top < 0.10 * self.chest_width)


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
        Set for tops and dresses.
    lower : LowerShape or None
        Set for trousers, shorts and skirts.
    collar : (N, 2) float32 or None
        Front edge of the neckline from left to right; None where the neckline is the
        outline itself, or the collar is closed.
    back : (H, W) float32 or None
        What lies above the collar: the inside of the back, a hood. None without it.
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
        if self.lower is not None:
            return self.lower.named()
        if self.upper is None:
            return {}
        left, right = (self.upper.sides[side].named() for side in SIDES)
        return left | right

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
    guessed = kind or _guess_kind(outline)
    if guessed.category == GarmentCategory.BOTTOM:
        reading = _reading(image, working, scale, cutout, outline, guessed)
        has_legs = guessed != GarmentKind.SKIRT
        return replace(reading, lower=read_lower_shape(outline, has_legs, corrected))
    outline = part_sleeves(outline)
    sides = find_upper_keypoints(outline)
    legs_y = find_leg_openings(outline, sides)
    whole, below = UpperShape(sides, outline.axis_x, legs_y).aspects
    sides = correct_upper(sides, corrected)
    upper = UpperShape(sides, outline.axis_x, legs_y)
    if legs_y is not None:
        worn = np.where(crotch_zone(outline, legs_y), 0, cutout.matte)
        cutout = replace(cutout, matte=worn.astype(np.float32))
    if (
        kind is None
        and legs_y is None
        and whole > DRESS_ASPECTS[0]
        and below > DRESS_ASPECTS[1]
    ):
        guessed = GarmentKind.DRESS
    reading = _reading(image, working, scale, cutout, outline, guessed)
    if upper.is_strapless:
        return replace(reading, upper=upper)
    ends = [upper.sides[side].point(upper.sides[side].neck) for side in SIDES]
    collar = find_collar(working, cutout.mask, *ends)
    if collar is None:
        return replace(reading, upper=upper)
    front, back = split_at_collar(cutout.matte, collar, outline.y0)
    return replace(reading, upper=upper, collar=collar, matte=front, back=back)


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


def _guess_kind(outline: Outline) -> GarmentKind:
    """Tell trousers, shorts, skirts by a straight single waist; the rest is tops."""

    def width(fraction: float) -> float:
        found = outline.runs(outline.row(fraction))
        return float(found[:, 1].max() - found[:, 0].min() + 1) if len(found) else 0.0

    aspect = outline.height / outline.width
    is_one = all(len(outline.runs(outline.row(f))) == 1 for f in (0.02, 0.05, 0.1))
    # Not at the very edge: a waistband lies a little tilted, its back rises over it.
    waist = width(0.03)
    has_waist = is_one and waist > 0.72 * width(0.12)
    if has_waist and leg_share(outline) >= 0.4:
        is_long = outline.height > LONG_ASPECT * width(0.02)
        return GarmentKind.TROUSERS if is_long else GarmentKind.SHORTS
    widens = width(0.5) > 1.02 * width(0.05) and width(0.9) >= width(0.3)
    if has_waist and widens and aspect < 1.9 and waist > 0.47 * outline.width:
        return GarmentKind.SKIRT
    return GarmentKind.TOP
