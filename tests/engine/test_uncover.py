import unittest
from dataclasses import replace

import numpy as np

from tests.images import COLOURS, GREY, drawn_reading
from tryon_engine.vision.arrays import SIDES, grid
from tryon_engine.vision.colour import rgb_to_lab
from tryon_engine.vision.filters import diffuse
from tryon_engine.vision.fit.shoulder import beside_shoulder
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.texture import similar_noise
from tryon_engine.vision.uncover.bare_arms import bare_arm_shape
from tryon_engine.vision.uncover.legs import hem_shadow, hidden_leg
from tryon_engine.vision.uncover.uncover import (
    bare_arm,
    bare_legs,
    bare_skin,
    body_zone,
    rebuild_background,
)


def rng():
    return np.random.default_rng(7)


def bare_arms(person):
    return {side: bare_arm_shape(person, side) for side in SIDES}


def hidden_legs(person):
    return {side: hidden_leg(person, side) for side in SIDES}


def made_skin(person):
    legs, shadow = hidden_legs(person), hem_shadow(person)
    return bare_skin(person, bare_arms(person), legs, shadow, rng())


def made_arm(person, side):
    return bare_arm(person, side, bare_arm_shape(person, side))


def bare_calves():
    """A person whose trousers end below the knee, and the skin of the legs."""
    person = drawn_reading()
    leg = (person.parsing == Part.LOWER) & (person.down > 1.85)
    parsing, lab = person.parsing.copy(), person.lab.copy()
    parsing[leg], lab[leg] = Part.SKIN, person.skin_tone
    return replace(person, parsing=parsing, lab=lab), leg


class RebuildBackgroundTests(unittest.TestCase):
    def test_flat_backdrop_comes_back_exactly(self):
        background = rebuild_background(drawn_reading(), rng())

        bytes_ = np.round(background * 255)
        np.testing.assert_array_equal(bytes_, np.full(background.shape, GREY))

    def test_gradient_is_continued_across_the_person(self):
        ramp = np.linspace(120, 220, 512)[:, None, None]
        backdrop = np.broadcast_to(ramp, (512, 384, 3)).astype(np.uint8)

        background = rebuild_background(drawn_reading(backdrop), rng())

        self.assertLess(np.abs(background * 255 - backdrop).max(), 3)

    def test_grain_goes_on_behind_the_person(self):
        grain = np.random.default_rng(0).normal(0, 6, (512, 384, 1))
        backdrop = np.clip(180 + grain, 0, 255).repeat(3, axis=2).astype(np.uint8)
        person = drawn_reading(backdrop)

        background = rebuild_background(person, rng())

        inside = background[200:240, 180:200, 0] * 255
        self.assertTrue(2 < inside.std() < 10, inside.std())

    def test_bricks_go_on_behind_the_clothes(self):
        rows, columns = np.indices((512, 384))
        joint = (rows % 20 < 4) | ((columns + rows // 20 % 2 * 24) % 48 < 4)
        wall = np.where(joint[..., None], (210, 200, 190), (150, 80, 70))
        person = drawn_reading(wall.astype(np.uint8))

        background = rebuild_background(person, rng())

        cloth = person.is_part(Part.UPPER, Part.LOWER)
        off = np.abs(background * 255 - wall).max(axis=2)[cloth]
        self.assertGreater((off < 40).mean(), 0.9)

    def test_person_who_fills_the_picture_is_returned_as_is(self):
        person = drawn_reading()
        filling = replace(person, matte=np.ones_like(person.matte))

        background = rebuild_background(filling, rng())

        np.testing.assert_allclose(background * 255, person.image, atol=1e-3)


class BareSkinTests(unittest.TestCase):
    def test_skin_is_continued_in_its_own_tone(self):
        person = drawn_reading()

        skin = made_skin(person)

        chest = skin[150:220, 170:210].mean(axis=(0, 1)) * 255
        np.testing.assert_allclose(chest, COLOURS[Part.SKIN], atol=6)

    def test_limbs_darken_towards_their_edges(self):
        person = drawn_reading(sleeve_along=2.0)
        forearm = (person.arms["left"].along > 1.2) & (person.arms["left"].along < 1.8)

        skin = made_skin(person).mean(axis=2)

        middle = skin[forearm & (person.arms["left"].across < 0.2)].mean()
        edge = skin[
            forearm
            & (person.arms["left"].across > 0.8)
            & (person.arms["left"].across < 1)
        ].mean()
        self.assertLess(edge, 0.95 * middle)

    def test_comes_closer_to_the_seen_skin_towards_it(self):
        person = drawn_reading(sleeve_along=1.0)
        lab = person.lab.copy()
        forearm = (person.parsing == Part.SKIN) & (person.arms["left"].along > 1)
        lab[forearm & (person.arms["left"].across < 1), 0] -= 8
        person = replace(person, lab=lab)

        skin = rgb_to_lab(made_skin(person))

        axis = person.arms["left"].across < 0.3
        along = person.arms["left"].along
        made = np.median(skin[axis & (along > 0.94) & (along < 1), 0])
        seen = np.median(lab[axis & (along > 1) & (along < 1.06), 0])
        far = np.median(skin[axis & (along > 0.4) & (along < 0.5), 0])
        self.assertGreater(abs(far - seen), 5)
        self.assertLess(abs(made - seen), 0.6 * abs(far - seen))

    def test_legs_take_their_tone_from_legs(self):
        person, leg = bare_calves()
        lab = person.lab.copy()
        lab[leg, 0] -= 12

        skin = rgb_to_lab(made_skin(replace(person, lab=lab)))

        thigh, arm = skin[330:345, 158:162, 0], skin[180:200, 125:128, 0]
        self.assertLess(thigh.mean(), arm.mean() - 6)

    def test_the_shadow_of_the_old_hem_does_not_go_on(self):
        person, leg = bare_calves()
        lab = person.lab.copy()
        shadow = leg & (person.down < 2.0)
        lab[shadow, 0] -= 15
        person = replace(person, lab=lab)

        skin = rgb_to_lab(made_skin(person))

        seen = np.median(lab[leg & ~shadow, 0])
        made = np.median(skin[345:352, 158:162, 0])
        self.assertLess(abs(made - seen), 8)
        self.assertGreater(hem_shadow(person)[shadow].mean(), 0.9)

    def test_plain_clothes_tell_the_light(self):
        person = drawn_reading()
        x, _ = grid((512, 384))
        lab = person.lab.copy()
        lab[..., 0] *= np.where(x < 192, 0.85, 1.15)

        skin = made_skin(replace(person, lab=lab)).mean(axis=2)

        self.assertLess(
            skin[180:220, 165:180].mean(), 0.93 * skin[180:220, 205:220].mean()
        )

    def test_same_generator_gives_same_skin(self):
        person = drawn_reading()

        np.testing.assert_array_equal(made_skin(person), made_skin(person))


class BareArmTests(unittest.TestCase):
    def test_bare_arm_needs_no_new_skin(self):
        person = drawn_reading(sleeve_along=0.0)

        for side in SIDES:
            self.assertEqual(made_arm(person, side).max(), 0)

    def test_covers_the_sleeve_and_stops_at_its_end(self):
        person = drawn_reading(sleeve_along=1.0)
        arm = person.arms["right"]

        matte = made_arm(person, "right")

        axis = arm.across < 0.3
        upper_arm = axis & (arm.along > 0.4) & (arm.along < 0.9)
        self.assertGreater(matte[upper_arm].min(), 0.9)
        self.assertEqual(matte[axis & (arm.along > 1.3)].max(), 0)
        self.assertLess(matte[~person.mask].max(), 0.6)

    def test_left_and_right_are_mirror_images(self):
        person = drawn_reading(sleeve_along=1.5)

        left, right = (made_arm(person, side) for side in SIDES)

        apart = np.abs(left[:, 1:] - right[:, :0:-1])
        # But for a pixel here and there on the drawn edge.
        self.assertLess(np.percentile(apart, 99.9), 0.05)
        self.assertLess(apart.max(), 0.5)


class BodyZoneTests(unittest.TestCase):
    def test_holds_torso_and_neck_without_forearms_and_legs(self):
        person = drawn_reading()

        zone = body_zone(person, bare_arms(person))

        for at in (person.frame.place(0.5, 0), person.frame.place(-0.2, 0)):
            self.assertTrue(zone[int(at[1]), int(at[0])])
        for name in ("elbow", "wrist", "ankle"):
            x, y = person.joint("left", name).astype(int)
            if name != "ankle":
                self.assertFalse(zone[y, x], name)

    def test_is_round_at_the_shoulders_however_square_old_sleeves_are(self):
        person = drawn_reading()
        x, y = person.shoulder_tip["left"].astype(int)
        parsing = person.parsing.copy()
        parsing[y - 4 : y + 60, x - 10 : x + 20] = Part.UPPER
        matte = np.maximum(person.matte, parsing != Part.BACKGROUND)
        person = replace(person, parsing=parsing, matte=matte)

        zone = body_zone(person, bare_arms(person))
        made = made_arm(person, "left") > 0.5

        beside = beside_shoulder(person, "left")
        self.assertGreater((beside & person.mask).sum(), 50)
        self.assertFalse((beside & (zone | made)).any())

    def test_reaches_up_to_the_shoulders_line_where_it_rises_over_neck_and_tip(self):
        person = drawn_reading()
        middle = (person.neck_point["left"] + person.shoulder_tip["left"]) / 2
        x, y = middle.round().astype(int)
        parsing = person.parsing.copy()
        parsing[y - 8 : y + 8, x - 12 : x + 13] = Part.UPPER
        person = replace(person, parsing=parsing)

        zone = body_zone(person, bare_arms(person))

        self.assertTrue(zone[y - 4, x])

    def test_legs_reach_from_hip_to_ankle(self):
        person = drawn_reading()

        legs = bare_legs(person, hidden_legs(person))

        for side in SIDES:
            for name in ("hip", "knee"):
                x, y = person.joint(side, name).astype(int)
                self.assertGreater(legs[y, x], 0.95)
        x, y = person.frame.place(0.3, 0).astype(int)
        self.assertEqual(legs[y, x], 0)


class DiffuseTests(unittest.TestCase):
    def test_keeps_known_values_and_fills_a_constant(self):
        values = np.full((40, 30), 3.5, np.float32)
        known = np.zeros((40, 30), bool)
        known[:5] = True
        values[~known] = -100

        filled = diffuse(values, known)

        np.testing.assert_allclose(filled, 3.5, atol=1e-4)

    def test_fills_between_the_neighbours_values(self):
        values = np.zeros((32, 32, 2), np.float32)
        values[:, 16:] = 1
        known = np.ones((32, 32), bool)
        known[:, 12:20] = False

        filled = diffuse(values, known)

        self.assertTrue((filled >= -1e-5).all() and (filled <= 1 + 1e-5).all())
        self.assertTrue((np.diff(filled[16, 12:20, 0]) >= -0.05).all())


class SimilarNoiseTests(unittest.TestCase):
    def test_no_grain_gives_no_noise(self):
        flat = np.full((64, 64), 50, np.float32)

        noise = similar_noise(flat, np.ones((64, 64), bool), rng())

        self.assertEqual(np.abs(noise).max(), 0)

    def test_noise_is_as_strong_as_what_is_seen(self):
        seen = np.random.default_rng(1).normal(50, 1.0, (256, 256)).astype(np.float32)
        seen[0, 0], seen[0, 1] = 0, 100

        noise = similar_noise(seen, np.ones(seen.shape, bool), rng(), octaves=1)

        self.assertTrue(0.5 < noise.std() < 1.5, noise.std())
