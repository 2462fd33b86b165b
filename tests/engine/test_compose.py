from dataclasses import replace
from unittest import TestCase

import cv2
import numpy as np

from tests.garment_images import BLUE, TEE, TROUSERS, drawn_flat
from tests.images import COLOURS, drawn_reading
from tryon_engine.vision.arrays import to_bytes
from tryon_engine.vision.compose.arms import (
    HAND_FROM,
    beside_sleeve,
    clad_part,
    clean_skin,
    cuff_along,
)
from tryon_engine.vision.compose.composer import compose
from tryon_engine.vision.compose.layers import TOUCHED, Canvas
from tryon_engine.vision.compose.warp import WarpedPiece
from tryon_engine.vision.compose.worn import wear
from tryon_engine.vision.fit.lower import fit_lower
from tryon_engine.vision.fit.upper import fit_upper
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.masks import dilate, erode
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.uncover.undress import over, read_hidden, undress

RED = (200, 30, 40)


class ComposeTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.person = drawn_reading()
        cls.hidden = read_hidden(cls.person)
        tee = read_garment(drawn_flat(TEE, RED))
        trousers = read_garment(drawn_flat(TROUSERS, BLUE))
        cls.top = wear(cls.person, tee, fit_upper(cls.person, tee))
        cls.bottom = wear(cls.person, trousers, fit_lower(cls.person, trousers))

    def compose(self, top=None, bottom=None, fine=False):
        picture = self.person.image
        return compose(self.person, self.hidden, picture, top, bottom, fine)

    def chest(self):
        x, y = self.person.frame.place(0.5, 0.0).astype(int)
        return np.s_[y - 8 : y + 8, x - 8 : x + 8]

    def test_pixels_outside_of_the_mask_are_the_photo(self):
        for fine in (False, True):
            composite = self.compose(self.top, self.bottom, fine)

            same = ~composite.changed
            self.assertGreater(same.mean(), 0.5)
            np.testing.assert_array_equal(
                composite.image[same], self.person.image[same]
            )

    def test_the_chest_takes_the_colour_of_the_tee(self):
        composite = self.compose(self.top)

        colour = composite.image[self.chest()].reshape(-1, 3).mean(axis=0)
        np.testing.assert_allclose(colour, RED, atol=6)

    def test_old_top_is_gone(self):
        composite = self.compose(self.top)

        old = self.person.parsing == Part.UPPER
        unchanged = (
            np.abs(composite.image.astype(int) - COLOURS[Part.UPPER]).max(2) < 12
        )
        self.assertLess((old & unchanged).sum() / old.sum(), 0.01)

    def test_own_trousers_stay_without_a_bottom(self):
        composite = self.compose(self.top)

        x, y = self.person.joint("left", "knee").astype(int)
        np.testing.assert_array_equal(
            composite.image[y - 4 : y + 4, x - 4 : x + 4],
            self.person.image[y - 4 : y + 4, x - 4 : x + 4],
        )

    def test_own_top_stays_without_a_top(self):
        composite = self.compose(bottom=self.bottom)

        np.testing.assert_array_equal(
            composite.image[self.chest()], self.person.image[self.chest()]
        )
        x, y = self.person.joint("left", "knee").astype(int)
        np.testing.assert_allclose(composite.image[y, x], BLUE, atol=20)

    def test_nothing_worn_changes_nothing(self):
        composite = self.compose()

        np.testing.assert_array_equal(composite.image, self.person.image)
        self.assertFalse(composite.changed.any())

    def test_refined_and_coarse_agree_on_the_chest(self):
        coarse, fine = (self.compose(self.top, fine=f).image for f in (False, True))

        apart = np.abs(coarse[self.chest()].astype(int) - fine[self.chest()])
        self.assertLess(apart.mean(), 12)


class CanvasTests(TestCase):
    def setUp(self):
        self.person = drawn_reading()
        self.canvas = Canvas(self.person, self.person.image)
        self.whole = np.ones(self.person.size, bool)

    def test_what_is_laid_back_is_the_photo_again(self):
        red = np.zeros_like(self.canvas.image) + np.float32([1, 0, 0])
        hand = np.zeros(self.person.size, bool)
        hand[100:200, 100:200] = True

        self.canvas.lay(red, self.whole.astype(np.float32))
        self.canvas.lay_own(hand)

        inner, outer = np.s_[110:190, 110:190], np.s_[:90]
        self.assertLess(self.canvas.changed[inner].max(), TOUCHED)
        np.testing.assert_array_equal(
            to_bytes(self.canvas.image)[inner], self.person.image[inner]
        )
        self.assertEqual(self.canvas.changed[outer].min(), 1)

    def test_half_a_layer_over_half_a_layer_changes_three_quarters(self):
        half = np.full(self.person.size, 0.5, np.float32)

        for _ in range(2):
            self.canvas.lay(np.zeros_like(self.canvas.image), half)

        np.testing.assert_allclose(self.canvas.changed, 0.75)

    def test_the_photo_is_left_alone(self):
        before = self.canvas.own.copy()

        self.canvas.lay(np.zeros_like(before), self.whole.astype(np.float32))

        np.testing.assert_array_equal(self.canvas.own, before)


class CuffTests(TestCase):
    def test_sleeve_over_the_whole_hand_still_ends_at_the_hand(self):
        person = drawn_reading()
        matte = np.ones(person.size, np.float32)
        sleeve = WarpedPiece(
            "left_sleeve", np.zeros((*person.size, 3)), np.s_[:, :], matte
        )

        cuff = cuff_along(person, sleeve, "left")
        erased = beside_sleeve(person, clad_part(person, sleeve, "left"), "left")

        hand = person.arms["left"].along > HAND_FROM + 0.2
        self.assertEqual(cuff, HAND_FROM)
        self.assertEqual(erased[hand].max(), 0)

    def test_an_arm_below_a_slanting_cuff_is_drawn_whole(self):
        person = drawn_reading(sleeve_along=0.3)
        arm = person.arms["left"]
        rows = np.arange(person.size[0])[:, None]
        aside = np.abs(person.across) * person.shoulder_width
        middle = (np.abs(arm.along - 0.7) < 0.02) & (arm.across < 0.3)
        # The cuff ends higher on the outer side of the arm than on the inner one.
        below = (
            rows - np.nonzero(middle)[0].mean() + 0.7 * (aside - aside[middle].mean())
        )
        drawn = (below < 0) & (arm.across < 1.6)
        matte = drawn.astype(np.float32)
        sleeve = WarpedPiece(
            "left_sleeve", np.zeros((*person.size, 3)), np.s_[:, :], matte
        )

        erased = beside_sleeve(person, clad_part(person, sleeve, "left"), "left")

        bare = ~drawn & (arm.across < 0.9) & (np.abs(arm.along - 0.6) < 0.1)
        self.assertGreater(bare.sum(), 20)
        self.assertLess(erased[bare].mean(), 0.6)
        self.assertGreater(erased.max(), 0.5)

    def test_an_arm_below_a_short_sleeve_that_slants_all_the_way_is_drawn_whole(self):
        person = drawn_reading(sleeve_along=0.2)
        arm = person.arms["left"]
        aside = np.abs(person.across) * person.shoulder_width
        middle = (np.abs(arm.along - 0.5) < 0.02) & (arm.across < 0.3)
        slant = 0.02 * (aside - aside[middle].mean())
        drawn = (arm.along < 0.5 - slant) & (arm.along > 0.3) & (arm.across < 1.4)
        sleeve = WarpedPiece(
            "left_sleeve",
            np.zeros((*person.size, 3)),
            np.s_[:, :],
            drawn.astype(np.float32),
        )

        erased = beside_sleeve(person, clad_part(person, sleeve, "left"), "left")

        bare = (arm.along > 0.56 - slant) & (arm.across < 0.9) & (slant > -0.1)
        bare &= arm.along < 0.6
        self.assertGreater(bare.sum(), 20)
        self.assertLess(erased[bare].mean(), 0.2)

    def test_shoulders_above_a_sleeve_that_begins_on_the_arm_stay(self):
        person = drawn_reading(sleeve_along=0.2)
        arm = person.arms["left"]
        drawn = (arm.along > 0.3) & (arm.along < 0.7) & (arm.across < 0.8)
        matte = drawn.astype(np.float32)
        sleeve = WarpedPiece(
            "left_sleeve", np.zeros((*person.size, 3)), np.s_[:, :], matte
        )

        erased = beside_sleeve(person, clad_part(person, sleeve, "left"), "left")

        skin = (person.parsing == Part.SKIN) & (arm.across < 1.1)
        above = skin & (arm.along > 0.21) & (arm.along < 0.27)
        beside = skin & ~drawn & (arm.along > 0.4) & (arm.along < 0.6)
        self.assertGreater(min(above.sum(), beside.sum()), 20)
        self.assertLess(erased[above].mean(), 0.1)
        self.assertGreater(erased[beside].mean(), 0.5)

    def test_shoulders_bared_by_a_wide_neckline_stay(self):
        person = drawn_reading()
        out = -person.across
        on_shoulder = (person.parsing == Part.SKIN) & (person.down < 0.2)
        on_shoulder |= (person.parsing == Part.UPPER) & (person.down < 0.2)
        sleeve = person.mask & (out > 0.46) & (out < 0.50) & (person.down > 0.02)
        person = replace(
            person, parsing=np.where(on_shoulder, Part.SKIN, person.parsing)
        )

        above = person.arms["left"].along < 0.97
        erased = beside_sleeve(person, above, "left", covered=sleeve)

        row = on_shoulder & (person.down > 0.06)
        inside, outside = row & (out > 0.1) & (out < 0.44), row & (out > 0.53)
        self.assertGreater(min(inside.sum(), outside.sum()), 20)
        self.assertGreater(beside_sleeve(person, above, "left")[inside].max(), 0.5)
        self.assertLess(erased[inside].max(), 0.1)
        self.assertGreater(erased[outside].mean(), 0.5)

    def test_there_is_no_cuff_without_a_sleeve(self):
        self.assertEqual(cuff_along(drawn_reading(), None, "left"), 0)


class BareBodyTests(TestCase):
    def test_there_is_no_body_where_a_wide_skirt_stood(self):
        person = drawn_reading()
        cloth = person.is_part(Part.UPPER, Part.LOWER)
        skirt = (person.down > 0.7) & (np.abs(person.across) < 0.9)
        skirt &= person.down < 1.6
        parsing = np.where(skirt, Part.LOWER, person.parsing)
        matte = np.maximum(person.matte, skirt.astype(np.float32))
        person = replace(person, parsing=parsing, matte=matte)
        hidden = read_hidden(person)

        body = undress(person, hidden, upper=True, lower=True, waist_down=1).body

        beside = erode(skirt & ~cloth, 8) & (hidden.legs < 0.05)
        self.assertGreater((beside & (person.down < 1.1)).sum(), 100)
        self.assertLess(body[beside].max(), 0.05)
        chest = person.frame.place(0.4, 0.0).astype(int)
        self.assertGreater(body[chest[1], chest[0]], 0.95)


class CleanSkinTests(TestCase):
    def setUp(self):
        person = drawn_reading()
        self.skin = person.parsing == Part.SKIN
        blurred = cv2.GaussianBlur(person.image, (0, 0), 1)
        self.person = replace(person, image=blurred)
        # The outer edge of a forearm, in front of the backdrop.
        self.edge = self.skin & dilate(~self.skin, 1)
        self.edge &= (person.arms["left"].along > 1.2) & (person.across < -0.7)

    def test_the_backdrop_is_taken_out_of_the_edge(self):
        colour, matte = clean_skin(self.person, np.ones(self.person.size, bool))

        off = np.abs(colour[self.edge] * 255 - COLOURS[Part.SKIN]).max()
        was_off = np.abs(self.person.image[self.edge] - COLOURS[Part.SKIN]).max()
        self.assertGreater(was_off, 8)
        self.assertLess(off, 3)
        self.assertGreater(matte[self.edge].min(), 0.5)

    def test_only_near_what_is_given(self):
        nothing = np.zeros(self.person.size, bool)

        self.assertIsNone(clean_skin(self.person, nothing))


class UndressTests(TestCase):
    def test_bare_arms_appear_where_sleeves_were(self):
        person = drawn_reading(sleeve_along=1.6)
        hidden = read_hidden(person)

        undressed = undress(person, hidden, upper=True, lower=False, waist_down=0.8)

        x, y = person.joint("left", "elbow").astype(int)
        skin = np.array(COLOURS[Part.SKIN]) / 255
        np.testing.assert_allclose(undressed.image[y, x], skin, atol=0.15)

    def test_nothing_to_take_away_leaves_the_photo(self):
        person = drawn_reading()

        undressed = undress(person, read_hidden(person), False, False, 0.8)

        self.assertEqual(undressed.changed.max(), 0)
        np.testing.assert_allclose(undressed.image * 255, person.image, atol=0.01)

    def test_over_mixes_by_the_matte(self):
        below, above = np.zeros((2, 2, 3)), np.ones((2, 2, 3))

        mixed = over(below, above, np.full((2, 2), 0.25))

        np.testing.assert_allclose(mixed, 0.25)
