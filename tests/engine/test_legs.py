from dataclasses import replace
from unittest import TestCase

import numpy as np

from tests.garment_images import BLUE, TROUSERS, drawn_flat
from tests.images import COLOURS, drawn_reading
from tryon_engine.vision.arrays import SIDES, grid
from tryon_engine.vision.colour import rgb_to_lab
from tryon_engine.vision.compose.composer import compose
from tryon_engine.vision.compose.worn import wear
from tryon_engine.vision.fit.lower import fit_lower
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.person.anatomy import leg_field
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.uncover.legs import hidden_leg, peeking_legs
from tryon_engine.vision.uncover.undress import read_hidden


def across_legs(person):
    x, y = grid(person.size)
    fields = [leg_field(person.keypoints, person.frame, s, x, y)[1] for s in SIDES]
    return np.minimum(*fields)


def with_bare_legs(person, wide):
    """Shorts over legs that are `wide` times as wide as expected."""
    across, image = across_legs(person), person.image.copy()
    parsing = person.parsing.copy()
    legs = (across < wide) & (person.down > 1.3) & (parsing != Part.SHOES)
    parsing[legs] = Part.SKIN
    image[legs] = COLOURS[Part.SKIN]
    return replace(
        person,
        image=image,
        parsing=parsing,
        lab=rgb_to_lab(image.astype(np.float32) / 255),
        matte=(parsing != Part.BACKGROUND).astype(np.float32),
    )


class PeekingLegsTests(TestCase):
    def test_whatever_of_the_legs_lies_beside_cloth_peeks_out(self):
        person = drawn_reading()
        across = across_legs(person)
        cloth = ((across < 0.5) & (person.down > 0.9) & (person.down < 2)) * 1.0

        peeks = peeking_legs(person, read_hidden(person).legs, cloth)

        beside = (across > 0.6) & (across < 0.9)
        beside &= (person.down > 1.6) & (person.down < 1.9)
        self.assertGreater(beside.sum(), 300)
        self.assertTrue(peeks[beside].all())
        # Made-up legs come out from under a hem slowly, then nothing hides them.
        self.assertFalse(peeks[person.down > 2.25].any())

    def test_legs_seen_below_a_hem_are_never_hidden(self):
        person = with_bare_legs(drawn_reading(), wide=1.2)
        cloth = (across_legs(person) < 0.5) & (person.down > 0.9) & (person.down < 1.5)

        peeks = peeking_legs(person, read_hidden(person).legs, cloth * 1.0)

        self.assertFalse(peeks[person.down > 1.5].any())

    def test_nothing_above_a_waistband_is_hidden(self):
        person = drawn_reading()
        legs = np.ones(person.size, np.float32)
        cloth = ((np.abs(person.across) < 0.5) & (person.down > 1.1)) * 1.0

        peeks = peeking_legs(person, legs, cloth)

        above = (np.abs(person.across) < 0.2) & (person.down < 1.1)
        self.assertFalse(peeks[above & (person.down > 0.8)].any())

    def test_legs_are_hidden_above_a_wide_hem(self):
        person = drawn_reading()
        across = across_legs(person)
        cloth = (across < 0.5) & (person.down > 0.9) & (person.down < 2)
        cloth |= (across < 1.2) & (person.down > 1.9) & (person.down < 2)

        peeks = peeking_legs(person, read_hidden(person).legs, cloth * 1.0)

        beside = (across > 0.6) & (across < 0.9)
        beside &= (person.down > 1.5) & (person.down < 1.8)
        self.assertTrue(peeks[beside].all())

    def test_hands_beside_the_thigh_stay(self):
        person = drawn_reading()
        hand = (person.parsing == Part.SKIN) & (person.arms["left"].along > 2)
        cloth = ((person.down > 0.9) & (person.down < 2)) * 1.0

        peeks = peeking_legs(person, read_hidden(person).legs, cloth)

        self.assertGreater(hand.sum(), 50)
        self.assertFalse(peeks[hand].any())

    def test_no_skin_shows_beside_long_trousers(self):
        person = with_bare_legs(drawn_reading(), wide=1.7)
        trousers = read_garment(drawn_flat(TROUSERS, BLUE))
        worn = wear(person, trousers, fit_lower(person, trousers))

        composite = compose(person, read_hidden(person), person.image, None, worn)

        red, _, blue = np.moveaxis(composite.image.astype(int), -1, 0)
        legs = (person.down > 1.4) & (person.down < 2.1)
        legs &= np.minimum(*(arm.across for arm in person.arms.values())) > 2
        self.assertLess(((red - blue > 30) & legs).sum(), 30)


class HiddenLegTests(TestCase):
    def test_feet_below_long_trousers_do_not_tell_how_wide_legs_are(self):
        seen = drawn_reading()
        x, y = grid(seen.size)
        along, apart = leg_field(seen.keypoints, seen.frame, "left", x, y)
        parsing = seen.parsing.copy()
        parsing[(along > 2.8) & (apart < 1.8)] = Part.SKIN  # a foot from the front
        parsing[(along <= 2.8) & (apart < 1.2) & (seen.down > 1)] = Part.LOWER
        person = replace(seen, parsing=parsing)

        _, across = hidden_leg(person, "left")

        shin = (along > 1.5) & (along < 2.6) & (apart < 1)
        np.testing.assert_allclose(np.abs(across[shin]), apart[shin], atol=0.05)

    def test_a_leg_under_long_trousers_meets_the_ankle_below_them(self):
        seen = drawn_reading()
        x, y = grid(seen.size)
        along, apart = leg_field(seen.keypoints, seen.frame, "left", x, y)
        off = x - seen.joint("left", "ankle")[0]
        parsing = seen.parsing.copy()
        leg = (apart < 2) & (seen.down > 1)
        parsing[leg] = Part.BACKGROUND
        parsing[leg & (along <= 2.75) & (apart < 1.5)] = Part.LOWER
        ankle = leg & (along > 2.75) & (np.abs(off - 3) < 6)
        parsing[ankle] = Part.SKIN

        _, across = hidden_leg(replace(seen, parsing=parsing), "left")

        edge = (along > 2.7) & (along <= 2.75) & (np.abs(across) < 1)
        self.assertAlmostEqual(off[edge].mean(), 3, delta=1)
        self.assertAlmostEqual(np.ptp(off[edge]), 12, delta=4)


class StoutThighTests(TestCase):
    def test_thighs_as_wide_as_half_the_hips_leave_no_gap_below_the_crotch(self):
        narrow = {"hem_outer": (172, 590), "hem_inner": (208, 590)}
        trousers = read_garment(drawn_flat(TROUSERS | narrow, BLUE))
        slim = drawn_reading()
        wide = {side: half * 1.35 for side, half in slim.outline.half_widths.items()}
        stout = replace(slim, outline=replace(slim.outline, half_widths=wide))

        gaps = []
        for person in (slim, stout):
            worn = wear(person, trousers, fit_lower(person, trousers))
            cloth = worn.sketch(person.size)[1] > 0.5
            below = person.frame.place(1.5, 0.0)
            row = cloth[round(float(below[1]))]
            gaps.append((~row[140:244]).sum())

        self.assertLess(gaps[1], 5)

    def test_socks_below_bare_knees_are_not_the_hem(self):
        seen = drawn_reading()
        x, y = grid(seen.size)
        along, apart = leg_field(seen.keypoints, seen.frame, "left", x, y)
        parsing = seen.parsing.copy()
        leg = (apart < 0.8) & (seen.down > 1.05)
        parsing[leg] = Part.SKIN  # slimmer than usual, and seen from the knee down
        parsing[leg & (along < 0.8)] = Part.LOWER
        parsing[leg & (along > 2.8)] = Part.LOWER
        person = replace(seen, parsing=parsing)

        _, across = hidden_leg(person, "left")

        knee = (along > 0.7) & (along < 0.8) & (apart < 0.8)
        self.assertGreater(np.abs(across[knee]).max(), 0.9)
