"""Person + fitted garments -> composite: layers in the order in which they are worn.

    undressed person
    back of collar, hood       behind neck and head
    trousers or skirt          shoes stay in front of their hems
    torso of the top or dress
    arms and hands
    sleeves                    hands stay in front of their cuffs
    hair, head

Whatever no layer touches is the person image, bit by bit.
"""

from dataclasses import dataclass, field

import cv2
import numpy as np

from .arrays import (
    SIDES,
    Field,
    FloatImage,
    Mask,
    Matte,
    Point,
    RGBImage,
    Side,
    Size,
    resize,
    to_bytes,
    to_float,
)
from .body import Part, PersonReading
from .filters import diffuse, guided_filter
from .fit import Fit
from .garment import GarmentCategory, GarmentReading
from .masks import dilate, drop_small, erode, soften
from .shading import cast_shadow, read_cloth_shading
from .undress import Hidden, Undressed, over, undress
from .warp import BackwardMap, WarpedPiece, backward_map, warp_piece

TOUCHED = 1 / 512
"""Mattes below this do not change a pixel."""
BACK_SHADE = 0.88
"""What lies behind the neck is in its shadow."""
EDGE_SHADE = 0.10
EDGE_SHADE_REACH = 0.16
"""Cloth darkens by this share towards its silhouette, over so many shoulder widths."""


@dataclass(frozen=True, eq=False)
class Worn:
    """A garment on the person: its fit, and a backward map for each piece.

    The maps are at the person's working scale; sampling enlarges them.
    """

    garment: GarmentReading
    fit: Fit
    maps: tuple[BackwardMap, ...]

    def warp(self, size: Size, fine: bool) -> dict[str, WarpedPiece]:
        """Return the pieces by name for a picture of `size`."""
        garment = self.garment
        clean, matte = garment.fine if fine else (garment.clean, garment.matte)
        mattes = {piece.name: matte for piece in self.fit.pieces}
        if garment.back is not None:
            mattes["back"] = resize(garment.back, matte.shape)
        return {
            piece.name: warp_piece(piece, backward, clean, mattes[piece.name], size)
            for piece, backward in zip(self.fit.pieces, self.maps, strict=True)
        }


@dataclass(frozen=True, eq=False)
class Composite:
    """A try-on at the size of the person image.

    Attributes
    ----------
    image : (H, W, 3) uint8, RGB
    changed : (H, W) bool
        Everywhere else `image` equals the person image exactly.
    """

    image: RGBImage
    changed: Mask


def wear(person: PersonReading, garment: GarmentReading, fit: Fit) -> Worn:
    """Make the backward maps of a fitted garment."""
    maps = tuple(backward_map(piece, person.size) for piece in fit.pieces)
    return Worn(garment, fit, maps)


def compose(
    person: PersonReading,
    hidden: Hidden,
    picture: RGBImage,
    top: Worn | None,
    bottom: Worn | None,
    fine: bool = False,
) -> Composite:
    """Draw the person with new clothes.

    Parameters
    ----------
    person : PersonReading
    hidden : Hidden
    picture : (H, W, 3) uint8, RGB
        The person image in the size of the result: the given one, or smaller.
    top : Worn or None
        A top or a dress. None keeps the person's own.
    bottom : Worn or None
        None keeps the person's own, unless a dress replaces it.
    fine : bool
        Refined: the flat's own resolution, matted edges, folds, cast shadows.
    """
    if top is None and bottom is None:
        return Composite(picture.copy(), np.zeros(picture.shape[:2], bool))
    return _Composer(person, hidden, picture, top, bottom, fine).run()


@dataclass(eq=False)
class _Composer:
    """One composition; `canvas` and `changed` grow layer by layer."""

    person: PersonReading
    hidden: Hidden
    picture: RGBImage
    top: Worn | None
    bottom: Worn | None
    fine: bool
    canvas: FloatImage = field(init=False)
    changed: Matte = field(init=False)

    def run(self) -> Composite:
        self.size: Size = self.picture.shape[:2]
        self.own = to_float(self.picture)
        self._start()
        self._draw_back()
        self._draw_bottom()
        self._draw_torso()
        self._draw_arms()
        self._draw_sleeves()
        self._draw_head()
        changed = self.changed > TOUCHED
        changed &= ~self._large(erode(self.person.face_mask, 2), 0.5)
        image = np.where(changed[..., None], to_bytes(self.canvas), self.picture)
        return Composite(image, changed)

    # --- steps ---------------------------------------------------------------------
    def _start(self) -> None:
        person = self.person
        is_dress = self.top is not None and (
            self.top.garment.category == GarmentCategory.DRESS
        )
        hem = self.top.fit.hem_down if self.top else 1.0
        self.undressed: Undressed = undress(
            person,
            self.hidden,
            upper=self.top is not None,
            lower=self.bottom is not None or is_dress,
            waist_down=hem - 0.12,
        )
        base = self._enlarge(self.undressed.image)
        share = self._enlarge(self.undressed.changed)
        # Where nothing was taken away the picture's own pixels stay, at its own size.
        self.base = np.where((share > TOUCHED)[..., None], base, self.own)
        if self.size != person.size:
            self.base = over(self.own, base, np.clip(share * 4, 0, 1))
        self.canvas, self.changed = self.base, share
        self.body = self._enlarge(soften(person.mask))
        self.covered = np.zeros(self.size, np.float32)
        self.tops = self.top.warp(self.size, self.fine) if self.top else {}
        self.bottoms = self.bottom.warp(self.size, self.fine) if self.bottom else {}
        self.light = self._light()

    def _draw_back(self) -> None:
        """The inside of the collar, a hood: behind neck and head."""
        back = self.tops.pop("back", None)
        if back is None:
            return
        person = self.person
        head = person.is_part(Part.SKIN, Part.HAIR) & (np.abs(person.across) < 0.45)
        head |= self.undressed.erased & self.hidden.torso
        hidden = self._enlarge(soften(head | dilate(person.face_mask, 4)))
        self._lay(back.image * BACK_SHADE, back.matte * (1 - hidden))

    def _draw_bottom(self) -> None:
        if not self.bottoms:
            return
        shade = _balanced(self._edge_shade(self.bottoms), self.bottoms)
        for piece in self.bottoms.values():
            self._lay(piece.image * shade[..., None], piece.matte)
        self.covered = np.maximum(self.covered, _union(self.bottoms))
        self._lay_own(self.person.parsing == Part.SHOES)
        if self.top is None and not self.person.is_dress:
            self._lay_own(self.person.parsing == Part.UPPER)

    def _draw_torso(self) -> None:
        torso = self.tops.get("torso")
        if torso is None:
            return
        if self.fine:
            self._cast(torso.matte, self.body * (1 - torso.matte), 0.022, 0.020, 0.36)
        self.shade = _balanced(self._edge_shade(self.tops) * self.light, self.tops)
        self._lay(torso.image * self.shade[..., None], torso.matte)
        self.covered = np.maximum(self.covered, torso.matte)

    def _draw_arms(self) -> None:
        """Bare arms and hands in front of torso and trousers."""
        seen = self._enlarge(self._arm_matte())
        made = self._enlarge(self._made_arm_matte())
        front = np.maximum(seen, made)
        if self.fine:
            self._cast(front, self.covered * (1 - front), 0.010, 0.025, 0.30)
        self._lay(self.base, made)
        self._lay(self._clean_arms(), seen)
        self.arms = front

    def _draw_sleeves(self) -> None:
        if self.top is None:
            return
        person, armpits = self.person, self.top.fit.armpits
        for side in SIDES:
            sleeve = self.tops.get(f"{side}_sleeve")
            if sleeve is None:
                continue
            arm = person.arms[side]
            hand = (person.parsing == Part.SKIN) & (arm.along > 2.02)
            hand &= arm.across < 1.6
            matte = sleeve.matte * (1 - self._enlarge(soften(hand, 0.8)))
            if self.fine:
                below = np.maximum(self.covered, self.body) * (1 - matte)
                below = below * self._below_armpit(armpits[side])
                self._cast(matte, below, 0.018, 0.018, 0.30)
            self._lay(sleeve.image * self.shade[..., None], matte)
            self.covered = np.maximum(self.covered, matte)
            self._hide_peeking_arm(side)

    def _below_armpit(self, armpit: Point) -> Matte:
        """1 below the armpit, 0 above, where sleeve and torso are one cloth."""
        factor = self.size[0] / self.person.size[0]
        armpit_y = armpit[1] * factor
        rows = np.arange(self.size[0], dtype=np.float32)[:, None]
        return np.clip((rows - armpit_y) / (0.06 * self._unit) + 0.5, 0, 1)

    def _hide_peeking_arm(self, side: Side) -> None:
        """An arm that is wider than its sleeve is drawn as wide as the sleeve."""
        person, arm = self.person, self.person.arms[side]
        inside = (arm.across < 1.6) & (arm.along < self._cuff(side) - 0.1)
        peeks = inside & (person.parsing == Part.SKIN) & (person.down > -0.1)
        aside = np.abs(person.across) * person.shoulder_width
        half = person.outline.half(side, np.maximum(person.down, 0.2))
        peeks &= (aside > 0.8 * half) & ~person.face_mask
        matte = self._enlarge(soften(dilate(peeks, 3), 1.0))
        background = self._enlarge(self.hidden.background)
        self._lay(background, matte * (1 - np.clip(self.covered * 1.2, 0, 1)))

    def _cuff(self, side: Side) -> float:
        """Where the new sleeve, as drawn, ends on the arm; 0 without one."""
        sleeve = self.tops.get(f"{side}_sleeve")
        if sleeve is None:
            return 0.0
        arm, size = self.person.arms[side], self.person.size
        drawn = cv2.resize(sleeve.matte, size[::-1]) > 0.5
        reached = arm.along[drawn & (arm.across < 0.6)]
        return float(np.percentile(reached, 98)) if len(reached) else 0.0

    def _draw_head(self) -> None:
        """Hair and head in front of collars and necklines."""
        if not self.tops:
            return
        person = self.person
        touched = self._enlarge(soften(dilate(self.undressed.erased, 3)))
        touched = np.clip(np.maximum(touched, self.covered * 4), 0, 1)
        hair = person.parsing == Part.HAIR
        if hair.sum() > 300:
            matte = soften(hair)
            if self.fine:
                matte = guided_filter(person.image, hair.astype(np.float32), 6, 80)
            matte = np.clip((matte - 0.1) / 0.8, 0, 1)
            inner = erode(hair, 2)
            colour = to_float(person.image)
            if inner.sum() > 50:
                colour = np.where(inner[..., None], colour, diffuse(colour, inner))
            own = np.where(
                self._large(inner, 0.9)[..., None], self.own, self._enlarge(colour)
            )
            self._lay(own, self._enlarge(matte) * touched)
        self._lay_own(self._head_mask(), touched)

    # --- mattes at working scale ----------------------------------------------------
    def _arm_matte(self) -> Matte:
        """Arms and hands that are seen in the photo, in front of the clothes."""
        person = self.person
        skin = person.parsing == Part.SKIN
        near = np.minimum(*(person.arms[side].across for side in SIDES))
        seen = np.zeros(person.size, bool)
        for side in SIDES:
            arm = person.arms[side]
            # What a sleeve covers is not in front of cloth.
            begins = max(0.38, self._cuff(side) - 0.06)
            is_arm = (arm.across < 1.35) & (arm.along > begins) & (person.down > 0.02)
            is_hand = (arm.across < 1.5) & (arm.along > 1.9)
            seen |= skin & (is_arm | is_hand)
        seen &= ~((np.abs(person.across) < 0.40) & (near > 1.05))
        seen &= ~self.undressed.erased
        seen = drop_small(seen, 60)
        if not self.fine:
            return soften(seen, 0.9)
        matte = guided_filter(person.image, seen.astype(np.float32), 3, 60)
        return np.clip((matte - 0.2) / 0.6, 0, 1) * soften(dilate(seen, 2))

    def _made_arm_matte(self) -> Matte:
        """Arms that had to be made up, where they hang in front of the torso."""
        person = self.person
        front = np.zeros(person.size, np.float32)
        if self.top is None:
            return front
        half = np.where(
            person.across < 0,
            person.outline.half("left", person.down),
            person.outline.half("right", person.down),
        )
        aside = np.abs(person.across) - 0.9 * half / person.shoulder_width
        outside = np.clip(aside / 0.03, 0, 1)
        for side in SIDES:
            along = person.arms[side].along
            lower = np.maximum(outside, np.clip((along - 0.9) / 0.2, 0, 1))
            begins = max(0.38, self._cuff(side) - 0.12)
            matte = self.hidden.arms[side] * np.clip((along - begins) / 0.12, 0, 1)
            front = np.maximum(front, matte * lower)
        return front

    def _clean_arms(self) -> FloatImage:
        """The photo's own arms without the old cloth's colour along their edges."""
        person = self.person
        inner = erode(person.parsing == Part.SKIN, 2)
        edge = dilate(person.parsing == Part.SKIN, 3) & ~inner
        edge &= dilate(self.undressed.erased, 4)
        if inner.sum() < 100 or not edge.any():
            return self.own
        clean = self._enlarge(diffuse(to_float(person.image), inner))
        return over(self.own, clean, self._enlarge(soften(edge, 0.7)))

    def _head_mask(self) -> Mask:
        person = self.person
        rows = np.arange(person.size[0])[:, None]
        skin = (person.parsing == Part.SKIN) & (np.abs(person.across) < 0.35)
        if person.face_mesh is None:
            head = skin & (rows < person.chin[1] - 0.06 * person.shoulder_width)
            return head & (person.down < -0.25) & ~self.undressed.erased
        head = skin & (rows < person.chin[1] + 2) & (person.down < -0.30)
        return (head | dilate(person.face_mask, 2)) & ~self.undressed.erased

    # --- drawing ---------------------------------------------------------------------
    @property
    def _unit(self) -> float:
        """The shoulder width in pixels of the picture."""
        return self.person.shoulder_width * self.size[0] / self.person.size[0]

    def _enlarge(self, array: np.ndarray) -> np.ndarray:
        """Bring an array from working scale to the picture's size."""
        if array.shape[:2] == self.size:
            return array
        return cv2.resize(array, self.size[::-1], interpolation=cv2.INTER_LINEAR)

    def _large(self, mask: Mask, threshold: float) -> Mask:
        return self._enlarge(mask.astype(np.float32)) > threshold

    def _lay(self, colour: FloatImage, matte: Matte) -> None:
        ys, xs = np.flatnonzero(matte.any(axis=1)), np.flatnonzero(matte.any(axis=0))
        if not len(ys):
            return
        box = np.s_[ys[0] : ys[-1] + 1, xs[0] : xs[-1] + 1]
        canvas, changed = self.canvas.copy(), self.changed.copy()
        canvas[box] = over(canvas[box], colour[box], matte[box])
        changed[box] = np.maximum(changed[box], matte[box])
        self.canvas, self.changed = canvas, changed

    def _lay_own(self, mask: Mask, where: Matte | None = None) -> None:
        """Put the photo's own pixels back in front."""
        matte = self._enlarge(soften(mask))
        self._lay(self.own, matte if where is None else matte * where)

    def _cast(
        self, caster: Matte, where: Matte, drop: float, sigma: float, strength: float
    ) -> None:
        """Shadow of a layer; lengths in shoulder widths."""
        shadowed = cast_shadow(
            self.canvas,
            caster,
            np.clip(where, 0, 1),
            (0, drop * self._unit),
            sigma * self._unit,
            strength,
        )
        difference = np.abs(shadowed - self.canvas).max(axis=2)
        self.changed = np.maximum(self.changed, (difference > 1 / 512) * 1.0)
        self.canvas = shadowed

    def _edge_shade(self, pieces: dict[str, WarpedPiece]) -> Matte:
        """Cloth turns away from the light towards its silhouette."""
        inside = cv2.distanceTransform(
            (_union(pieces) > 0.5).astype(np.uint8), cv2.DIST_L2, 3
        )
        part = np.clip(inside / (EDGE_SHADE_REACH * self._unit), 0, 1)
        strength = EDGE_SHADE if self.fine else 0.6 * EDGE_SHADE
        return (1.01 - strength * (1 - part) ** 2).astype(np.float32)

    def _light(self) -> Matte:
        """Light and folds of the old top, for the new one."""
        if not self.fine or self.top is None:
            return np.ones(self.size, np.float32)
        shading = read_cloth_shading(self.person)
        if not shading.is_plain:  # a print's light and shade would come through
            return np.ones(self.size, np.float32)
        light = np.clip(shading.broad * shading.folds, 0.90, 1.03)
        return self._enlarge(1 + 0.7 * (light - 1))


def _union(pieces: dict[str, WarpedPiece]) -> Matte:
    return np.maximum.reduce([piece.matte for piece in pieces.values()])


def _balanced(shade: Field, pieces: dict[str, WarpedPiece]) -> Field:
    """Return `shade` with a median of 1 on the garment, which keeps its colour."""
    cloth = _union(pieces) > 0.5
    return shade / np.median(shade[cloth]) if cloth.any() else shade


def scale_picture(picture: RGBImage, most_px: int) -> RGBImage:
    """Return `picture`, shrunk so that its long side is at most `most_px`."""
    height, width = picture.shape[:2]
    scale = most_px / max(height, width)
    if scale >= 1:
        return picture
    return resize(picture, (round(height * scale), round(width * scale)))
