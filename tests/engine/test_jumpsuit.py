from unittest import TestCase

import numpy as np

from tests.garment_images import TANK, TROUSERS, demo_flat, drawn_flat
from tests.images import drawn_reading
from tryon_engine.vision.arrays import SIDES
from tryon_engine.vision.compose.composer import compose
from tryon_engine.vision.compose.worn import wear
from tryon_engine.vision.fit.pieces import ankle_down, crotch_down
from tryon_engine.vision.fit.upper import fit_upper
from tryon_engine.vision.garment.reading import (
    GarmentCategory,
    GarmentKind,
    read_garment,
)
from tryon_engine.vision.uncover.undress import read_hidden

GREEN = (40, 140, 60)
BODICE = {"neck": (222, 40), "tip": (196, 48), "pit": (188, 120), "waist": (198, 205)}
LEGS = {"hip": (180, 290), "hem_outer": (168, 600), "hem_inner": (226, 600)}
JUMPSUIT = BODICE | LEGS | {"crotch": (256, 330)}
TOUCHING = BODICE | LEGS | {"knee": (255, 450)}
ROMPER = BODICE | {
    "hip": (176, 290),
    "hem_outer": (160, 400),
    "hem_inner": (244, 400),
    "crotch": (256, 340),
}
SLEEVES = {
    "neck": (222, 60),
    "tip": (160, 80),
    "cuff_outer": (60, 520),
    "cuff_inner": (110, 525),
    "pit": (160, 180),
    "hem": (160, 420),
}


class ReadJumpsuitTests(TestCase):
    def test_a_top_on_two_legs_is_a_jumpsuit_and_replaces_both(self):
        for half in (JUMPSUIT, TOUCHING, ROMPER):
            reading = read_garment(drawn_flat(half))

            self.assertEqual(reading.kind, GarmentKind.JUMPSUIT)
            self.assertEqual(reading.category, GarmentCategory.DRESS)

    def test_tells_the_drawn_flats(self):
        kinds = {
            "jumpsuit_ink_wide": GarmentKind.JUMPSUIT,
            "romper_poppy_linen": GarmentKind.JUMPSUIT,
            "trousers_wide_navy": GarmentKind.TROUSERS,
            "dress_slip_black": GarmentKind.DRESS,
            "cardigan_mustard": GarmentKind.TOP,
        }
        for name, kind in kinds.items():
            with self.subTest(name):
                self.assertEqual(read_garment(demo_flat(name)).kind, kind)

    def test_sleeves_below_a_hem_are_no_legs(self):
        for half in (SLEEVES, TANK, TROUSERS):
            self.assertNotEqual(read_garment(drawn_flat(half)).kind, "jumpsuit")

    def test_one_whose_legs_are_not_apart_is_worn_as_a_dress(self):
        reading = read_garment(drawn_flat(TANK), GarmentKind.JUMPSUIT)

        self.assertEqual(reading.kind, GarmentKind.DRESS)

    def test_has_the_key_points_of_a_top_and_of_legs(self):
        reading = read_garment(drawn_flat(JUMPSUIT))
        wanted = {
            "left_pit": JUMPSUIT["pit"],
            "crotch": (256, 338),
            "left_hem": JUMPSUIT["hem_outer"],
        }
        for name, place in wanted.items():
            found = reading.keypoints[name].xy / reading.scale
            self.assertLess(np.abs(found - place).max(), 18, name)
        self.assertNotIn("left_waist", reading.keypoints)

    def test_thighs_that_touch_leave_the_crotch_where_crotches_are(self):
        reading = read_garment(drawn_flat(TOUCHING))

        self.assertLess(reading.keypoints["crotch"].y / reading.scale, 380)


class WornJumpsuitTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.person = drawn_reading()
        cls.garment = read_garment(drawn_flat(JUMPSUIT, GREEN))
        cls.fit = fit_upper(cls.person, cls.garment)

    def test_hangs_from_the_shoulders_down_to_the_ankles(self):
        torso = next(p for p in self.fit.pieces if p.name == "torso")
        crotch = self.garment.lower.crotch.xy[None]

        place = torso.deform(crotch)[0] - self.person.shoulder_centre
        down = float(-place @ self.person.up) / self.person.torso_length

        self.assertAlmostEqual(down, crotch_down(self.person), delta=0.15)
        self.assertAlmostEqual(self.fit.hem_down, ankle_down(self.person), delta=0.2)

    def test_trunk_and_legs_are_one_cloth_where_they_meet(self):
        pieces = {piece.name: piece for piece in self.fit.pieces}
        torso = pieces["torso"]
        for side in SIDES:
            both = (torso.coverage > 0.5) & (pieces[f"{side}_leg"].coverage > 0.5)
            rows, columns = (at[::97] for at in np.nonzero(both))
            points = np.stack([columns, rows], axis=1).astype(np.float32)

            apart = torso.deform(points) - pieces[f"{side}_leg"].deform(points)

            self.assertGreater(len(points), 3)
            self.assertLess(np.abs(apart).max(), 1.0)

    def test_is_drawn_without_a_seam(self):
        worn = wear(self.person, self.garment, self.fit)
        hidden = read_hidden(self.person)

        result = compose(self.person, hidden, self.person.image, worn, None)

        aside = 0.12 * self.person.shoulder_width
        for sign in (-1, 1):
            down = np.linspace(0.5, crotch_down(self.person) + 0.2, 60)
            x, y = self.person.frame.place(down, sign * aside).astype(int).T
            colours = result.image[y, x].astype(int)
            self.assertTrue((np.abs(colours - GREEN).max(axis=1) < 60).all())
            self.assertLess(np.abs(np.diff(colours, axis=0)).max(), 25)
