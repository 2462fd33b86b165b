"""Person + fitted garments -> composite: layers in the order in which they are worn.

    undressed person
    back of collar, hood       behind neck and head
    trousers or skirt          over the shoes
    torso of the top or dress  before them, if it is tucked in
    arms and hands
    sleeves                    hands stay in front of their cuffs
    bags
    hair, head

Whatever no layer touches is the person image, bit by bit.
"""

from dataclasses import dataclass, field, replace

import cv2
import numpy as np

from ..arrays import (
    SIDES,
    Field,
    Mask,
    Matte,
    RGBImage,
    Side,
    is_different,
    resize,
    to_bytes,
)
from ..fit.untucked import beside_top
from ..light.cloth import light_clothes, lit, union
from ..light.photo_light import estimate_light
from ..light.shading import Shadow
from ..masks import close_gaps, dilate, erode, soften
from ..person.body import Part, PersonReading
from ..person.hands import under_garments
from ..side_by_side import both
from ..uncover.legs import peeking_legs
from ..uncover.midriff import above_old_waist, with_gap_filled
from ..uncover.undress import Hidden, over
from .armpit import tidy_armpits
from .arms import (
    Cuffs,
    beside_sleeve,
    clad_part,
    clean_skin,
    cuff_along,
    hand_before_cuff,
    lost_shoulders,
    made_arms,
    seen_arms,
)
from .head import draw_head, draw_in_front
from .layers import TOUCHED, Canvas, box_of
from .one_piece import with_legs_joined
from .tucked import Waist, above_band, find_waist
from .undressing import as_worn_with, undress_for
from .warp import WarpedPiece
from .worn import Worn

SAME_GAP_PX = 3
"""Gaps up to twice this wide between changed pixels count as changed: cloth that is
of the photo's very colour here and there."""
ARMPIT_FADE = 0.06
"""How long a sleeve's shadow takes to begin below the armpit, in shoulder widths."""
BACK_SHADE = 0.88
"""What lies behind the neck is in its shadow."""
HEM_SHADOWS = (Shadow(0.015, 0.010, 0.25), Shadow(0.11, 0.055, 0.22))
WAIST_SHADOWS = (Shadow(0.02, 0.004, 0.30), Shadow(0.06, 0.01, 0.22))
LEG_SHADOWS = (Shadow(0.015, 0.010, 0.22), Shadow(0.07, 0.035, 0.20))
SLEEVE_SHADOWS = (Shadow(0.015, 0.010, 0.22), Shadow(0.08, 0.045, 0.18))
ARM_SHADOWS = (Shadow(0.012, 0.010, 0.20), Shadow(0.12, 0.060, 0.24))
HEAD_SHADOWS = (Shadow(0.015, 0.012, 0.18), Shadow(0.12, 0.060, 0.20))
"""Of each layer on what is below: close to its edge, and the wide one around it. The
close one is narrow, cloth lies on the body: wider, it looks like a second edge."""


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
    person = as_worn_with(person, top, bottom)
    return _Composer(person, hidden, picture, top, bottom, fine).run()


@dataclass(eq=False)
class _Composer:
    """One composition; the canvas grows layer by layer."""

    person: PersonReading
    hidden: Hidden
    picture: RGBImage
    top: Worn | None
    bottom: Worn | None
    fine: bool
    canvas: Canvas = field(init=False)

    def run(self) -> Composite:
        self.canvas = Canvas(self.person, self.picture)
        self._start()
        self._draw_back()
        self._shine()
        if self.top is not None and self.top.is_tucked:
            self._tuck_in()
        else:
            self._draw_bottom()
            self._draw_torso()
        self._draw_arms()
        self._draw_sleeves()
        self._draw_bags()
        self._draw_head()
        changed = self.canvas.changed > TOUCHED
        changed &= ~self.canvas.enlarge_mask(erode(self.person.face_mask, 2), 0.5)
        drawn = to_bytes(self.canvas.image)
        image = np.where(changed[..., None], drawn, self.picture)
        # Layers of the photo's own pixels have changed nothing.
        differs = is_different(image, self.picture)
        return Composite(image, changed & close_gaps(differs, SAME_GAP_PX))

    def _start(self) -> None:
        person, canvas = self.person, self.canvas
        self.undressed, (self.tops, self.bottoms) = both(
            lambda: undress_for(person, self.hidden, self.top, self.bottom),
            self._warp,
        )
        if self.bottom is not None and self.top is None:
            drawn, band = union(self.bottoms), self.bottom.waistband
            self.undressed = with_gap_filled(
                person, self.hidden, self.undressed, drawn, band
            )
        share = canvas.enlarge(self.undressed.changed)
        # Where nothing was taken away the picture's own pixels stay, at its own size.
        if canvas.size == person.size:
            touched = (share > TOUCHED).view(np.uint8)
            self.base = cv2.copyTo(self.undressed.image, touched, canvas.own.copy())
        else:
            base = canvas.enlarge(self.undressed.image)
            self.base = over(canvas.own, base, np.clip(share * 4, 0, 1))
        canvas.start_from(self.base, share)
        self.body = canvas.enlarge(self.undressed.body)
        self.covered: Matte = np.zeros(canvas.size, np.float32)
        self.cuffs: Cuffs = {
            side: cuff_along(person, self.tops.get(f"{side}_sleeve"), side)
            for side in SIDES
        }

    def _warp(self) -> tuple[dict[str, WarpedPiece], dict[str, WarpedPiece]]:
        """Return the pieces of the top and those of the bottom, by name."""
        size, fine = self.canvas.size, self.fine
        top = self.top.warp(size, fine) if self.top else {}
        if self.top is not None:
            armpits, scale = self.top.fit.armpits, self.canvas.scale
            top = tidy_armpits(top, armpits, scale, self.canvas.unit)
        bottom = self.bottom.warp(size, fine) if self.bottom else {}
        return top, bottom

    def _draw_back(self) -> None:
        """The inside of the collar, a hood: behind neck and head."""
        back = self.tops.pop("back", None)
        if back is None:
            return
        person = self.person
        head = person.is_part(Part.SKIN, Part.HAIR) & (np.abs(person.across) < 0.45)
        head |= self.undressed.erased & self.hidden.torso
        hidden = self.canvas.enlarge(soften(head | dilate(person.face_mask, 4)))
        matte = back.matte * (1 - hidden)
        self.canvas.lay_patch(back.patch * BACK_SHADE, back.box, matte)

    def _shine(self) -> None:
        """Work out the light on all new clothes."""
        self.sun = estimate_light(self.person)
        self.light: dict[str, Field] = {}
        for worn, pieces in ((self.top, self.tops), (self.bottom, self.bottoms)):
            if worn is not None and pieces:
                lights = light_clothes(self.person, worn, pieces, self.sun, self.fine)
                self.light |= lights
        self.tops, self.light = with_legs_joined(self.tops, self.light)

    def _cast(
        self, caster: Matte, where: Matte, shadows: tuple[Shadow, Shadow]
    ) -> None:
        """Cast a layer's shadows; the coarse picture does without the sharp one."""
        self.canvas.cast(caster, where, shadows[0 if self.fine else 1 :], self.sun)

    def _lay_cloth(self, piece: WarpedPiece, matte: Matte) -> None:
        """Draw a piece in its light, as far as `matte` shows it."""
        light = self.canvas.enlarge(self.light[piece.name])
        shown = lit(piece.patch, light[piece.box])
        self.canvas.lay_patch(shown, piece.box, matte)

    def _draw_bottom(self) -> None:
        if not self.bottoms:
            return
        canvas, person = self.canvas, self.person
        self._narrow_bottoms()
        cloth = union(self.bottoms)
        self._cast(cloth, self.body * (1 - cloth), LEG_SHADOWS)
        for piece in self.bottoms.values():
            self._lay_cloth(piece, piece.matte)
        self.covered = np.maximum(self.covered, cloth)
        self._hide_peeking_legs(cloth)
        if self.top is None and not person.is_dress:
            own_top = canvas.enlarge(soften(person.parsing == Part.UPPER))
            self._cast(own_top, self.covered * (1 - own_top), HEM_SHADOWS)
            canvas.lay_own(person.parsing == Part.UPPER)

    def _tuck_in(self) -> None:
        """The torso, and in front of it what it is tucked into, kept or new."""
        canvas, torso = self.canvas, self.tops["torso"]
        waist: Waist | None = None
        if self.bottom is not None:
            front = union(self.bottoms)
            above = above_band(self.person, front, self.bottom.fit.top_down)
        else:
            waist = find_waist(self.person, self.undressed.erased)
            if waist is None:
                self._draw_torso()
                return
            front, above = canvas.enlarge(waist.front), canvas.enlarge(waist.above)
        shown = torso.matte * np.maximum(above, front)
        self.tops["torso"] = replace(torso, matte=shown)
        self._draw_torso()
        if waist is None:
            self._draw_bottom()
            return
        canvas.lay(self.base, front)
        self._cast(front, shown * (1 - front), WAIST_SHADOWS)
        self.covered *= 1 - front

    def _narrow_bottoms(self) -> None:
        """Bottoms that are wider than the top over them are drawn as wide as it."""
        person, torso = self.person, self.tops.get("torso")
        if self.top is not None and self.top.is_tucked:
            return
        if torso is not None:
            beside = beside_top(person, resize(torso.matte, person.size) > 0.5)
        elif not person.is_dress:
            beside = beside_top(person, person.parsing == Part.UPPER)
            beside |= above_old_waist(person)
        else:
            return
        beside = self.canvas.enlarge(soften(beside, 0.7))
        self.bottoms = {
            name: replace(piece, matte=piece.matte * (1 - beside))
            for name, piece in self.bottoms.items()
        }

    def _hide_peeking_legs(self, cloth: Matte) -> None:
        """Legs that stand wider than the cloth over them are drawn as wide as it."""
        person, canvas = self.person, self.canvas
        drawn = resize(cloth, person.size)
        peeks = peeking_legs(person, self.hidden.legs, drawn)
        self._lay_background(canvas.enlarge(soften(dilate(peeks, 3), 1.0)))

    def _lay_background(self, matte: Matte) -> None:
        """Draw what is behind the person, but not over the new clothes."""
        free = 1 - np.clip(self.covered * 1.2, 0, 1)
        self.canvas.lay(self.hidden.background, matte * free)

    def _draw_torso(self) -> None:
        torso = self.tops.get("torso")
        if torso is None:
            return
        under = np.maximum(self.covered, self.body) * (1 - torso.matte)
        self._cast(torso.matte, under, HEM_SHADOWS)
        self._lay_cloth(torso, torso.matte)
        self.covered = np.maximum(self.covered, torso.matte)
        if self.top is not None and self.top.is_dress:
            self._hide_peeking_legs(torso.matte)

    def _draw_arms(self) -> None:
        """Bare arms and hands in front of torso and trousers."""
        canvas = self.canvas
        seen = seen_arms(self.person, self.undressed.erased, self.cuffs, self.fine)
        seen, made = canvas.enlarge(seen), np.zeros(canvas.size, np.float32)
        if self.top is not None:
            armpits = self.top.fit.armpits
            made = made_arms(self.person, self.hidden, self.cuffs, armpits)
            # Skin in the old cuff's shadow is seen, but made up all the same.
            bared = canvas.enlarge(np.maximum(*self.hidden.arms.values()))
            made = np.maximum(canvas.enlarge(made), seen * bared)
        if "torso" in self.tops:
            pocketed = canvas.enlarge(under_garments(self.person))
            free = 1 - pocketed * self.tops["torso"].matte
            seen, made = seen * free, made * free
        front = np.maximum(seen, made)
        self._cast(front, self.covered * (1 - front), ARM_SHADOWS)
        canvas.lay(self.base, made)
        self._lay_own_arms(seen * (1 - made))

    def _lay_own_arms(self, matte: Matte) -> None:
        """Draw the photo's own arms, without what lay behind them along their edges."""
        person, canvas = self.person, self.canvas
        box = box_of(matte)
        if not box[0].stop:
            return
        cloth = resize(self.covered, person.size) > 0.05
        near = dilate(self.undressed.erased, 4) | dilate(cloth, 2)
        clean = clean_skin(person, near)
        arms = canvas.own[box]
        if clean is not None:
            arms = over(arms, *(canvas.enlarge_box(part, box) for part in clean))
        canvas.lay_patch(arms, box, matte)

    def _draw_sleeves(self) -> None:
        if self.top is None:
            return
        person, canvas, armpits = self.person, self.canvas, self.top.fit.armpits
        for side in SIDES:
            sleeve = self.tops.get(f"{side}_sleeve")
            if sleeve is None:
                continue
            hand = canvas.enlarge(hand_before_cuff(person, side))
            matte = sleeve.matte * (1 - hand)
            below = np.maximum(self.covered, self.body) * (1 - matte)
            # Above the armpit sleeve and torso are one cloth.
            below = below * canvas.below(armpits[side][1], ARMPIT_FADE)
            self._cast(matte, below, SLEEVE_SHADOWS)
            self._lay_cloth(sleeve, matte)
            self.covered = np.maximum(self.covered, matte)
            self._hide_peeking_arm(sleeve, side)
        self._hide_lost_shoulders()

    def _hide_lost_shoulders(self) -> None:
        """Shoulders made up higher than the new top has them are not drawn."""
        person, canvas = self.person, self.canvas
        covered = self._is_covered()
        made = self.hidden.torso.copy()
        for side in SIDES:
            made |= self.hidden.arms[side] > 0.5
        made &= self.undressed.erased
        self._lay_background(canvas.enlarge(lost_shoulders(person, made, covered)))

    def _draw_bags(self) -> None:
        """What the hands hold, in front of everything."""
        bag = self.person.parsing == Part.BAG
        if bag.any():
            above = self.canvas.enlarge(soften(bag))
            self._cast(above, self.covered * (1 - above), ARM_SHADOWS)
            where = self.canvas.enlarge(soften(dilate(bag, 4)))
            matting_px = 4 if self.fine else 0
            draw_in_front(self.canvas, self.person, bag, matting_px, where)

    def _draw_head(self) -> None:
        """Head and hair in front of collars, and their shadow on the cloth."""
        if not self.tops:
            return
        person, erased = self.person, self.undressed.erased
        head = (person.parsing == Part.HAIR) | person.face_mask
        above = self.canvas.enlarge(soften(head))
        self._cast(above, self.covered * (1 - above), HEAD_SHADOWS)
        draw_head(self.canvas, person, erased, self.covered, self.fine)

    def _hide_peeking_arm(self, sleeve: WarpedPiece, side: Side) -> None:
        """An arm that is wider than its sleeve is drawn as wide as the sleeve."""
        made = self.hidden.arms[side]
        clad = clad_part(self.person, sleeve, side)
        matte = beside_sleeve(self.person, clad, side, made, self._is_covered())
        self._lay_background(self.canvas.enlarge(matte))

    def _is_covered(self) -> Mask:
        """Return where the new clothes are by now, at working scale."""
        return cv2.resize(self.covered, self.person.size[::-1]) > 0.5
