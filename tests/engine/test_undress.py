from dataclasses import replace
from unittest import TestCase

import numpy as np

from tests.images import COLOURS, drawn_reading
from tryon_engine.vision.colour import rgb_to_lab
from tryon_engine.vision.masks import dilate, erode
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.uncover.undress import read_hidden, undress, with_cloth_found


def bare_shouldered(strap):
    """A person whose top begins at the chest, with a line `strap` up to the neck."""
    person = drawn_reading()
    image, parsing = person.image.copy(), person.parsing.copy()
    cloth = np.median(image[parsing == Part.UPPER], axis=0)
    bare = (parsing == Part.UPPER) & (person.down < 0.2)
    image[bare], parsing[bare] = COLOURS[Part.SKIN], Part.SKIN
    line = bare & (np.abs(person.across - 0.25) * person.shoulder_width < 1.5)
    image[line] = cloth if strap is None else strap
    changed = replace(person, image=image, parsing=parsing, lab=rgb_to_lab(image))
    return changed, line


class WithClothFoundTests(TestCase):
    def test_finds_a_strap_that_passed_for_skin(self):
        person, line = bare_shouldered(strap=None)

        found = with_cloth_found(person).parsing == Part.UPPER

        self.assertGreater(found[line].mean(), 0.8)
        beside = (person.parsing == Part.SKIN) & ~line
        self.assertLess(found[beside].mean(), 0.05)

    def test_leaves_lines_of_another_colour(self):
        person, line = bare_shouldered(strap=(10, 90, 10))

        found = with_cloth_found(person).parsing == Part.UPPER

        self.assertEqual(found[line].mean(), 0)

    def test_finds_the_rest_of_a_strap_of_another_colour_that_was_begun(self):
        person, line = bare_shouldered(strap=(10, 90, 10))
        begun = line & (person.down > 0.1)
        parsing = np.where(begun, Part.UPPER, person.parsing).astype(np.uint8)

        found = with_cloth_found(replace(person, parsing=parsing)).parsing == Part.UPPER

        self.assertGreater(found[line].mean(), 0.8)
        beside = (person.parsing == Part.SKIN) & ~line
        self.assertLess(found[beside].mean(), 0.05)

    def test_finds_a_corner_of_a_skin_coloured_top_beside_the_arm(self):
        person = drawn_reading()
        image, parsing = person.image.copy(), person.parsing.copy()
        image[parsing == Part.UPPER] = (228, 188, 190)
        across = person.arms["left"].across
        corner = (parsing == Part.UPPER) & (across > 1.1) & (across < 3.5)
        corner &= (person.down > 0.4) & (person.down < 1)
        parsing[corner] = Part.SKIN
        arm = (parsing == Part.SKIN) & (across < 1)
        person = replace(person, image=image, parsing=parsing, lab=rgb_to_lab(image))

        found = with_cloth_found(person).parsing == Part.UPPER

        self.assertGreater(corner.sum(), 300)
        self.assertGreater(found[corner].mean(), 0.8)
        self.assertLess(found[arm].mean(), 0.02)


class UndressTests(TestCase):
    def test_no_skin_shines_up_along_a_sleeve_that_lay_on_kept_trousers(self):
        person = drawn_reading()
        image, parsing = person.image.copy(), person.parsing.copy()
        midriff = (parsing == Part.UPPER) & (person.down > 0.75)
        image[midriff], parsing[midriff] = COLOURS[Part.SKIN], Part.SKIN
        sleeve = np.zeros(person.size, bool)
        sleeve[280:330, 218:230] = True
        image[sleeve], parsing[sleeve] = COLOURS[Part.UPPER], Part.UPPER
        person = replace(person, image=image, parsing=parsing, lab=rgb_to_lab(image))

        bare = undress(
            person, read_hidden(person), upper=True, lower=False, waist_down=1
        )

        around = bare.image[285:325, 212:236] * 255
        lightest = around.max(axis=2).max()
        self.assertLess(lightest, max(COLOURS[Part.LOWER]) + 40)

    def test_socks_stay(self):
        person = drawn_reading()
        parsing = person.parsing.copy()
        x, y = (int(part) for part in person.joint("left", "ankle"))
        parsing[y - 30 : y - 10][parsing[y - 30 : y - 10] == Part.LOWER] = Part.SKIN
        person = replace(person, parsing=parsing)

        bare = undress(
            person, read_hidden(person), upper=False, lower=True, waist_down=1
        )

        self.assertEqual(parsing[y - 5, x], Part.LOWER)
        self.assertFalse(bare.erased[y - 5, x])
        self.assertTrue(bare.erased[y - 45, x])

    def test_trousers_below_a_bare_midriff_begin_at_their_own_waistband(self):
        person = drawn_reading()
        image, parsing = person.image.copy(), person.parsing.copy()
        trunk = np.isin(parsing, (Part.UPPER, Part.LOWER)) & (
            np.abs(person.across) < 0.4
        )
        bare = trunk & (person.down > 0.82) & (person.down < 0.88)
        over = trunk & (person.down >= 0.88)
        above = trunk & (person.down <= 0.82)
        for where, part in (
            (above, Part.UPPER),
            (bare, Part.SKIN),
            (over, Part.LOWER),
        ):
            image[where], parsing[where] = COLOURS[part], part
        person = replace(person, image=image, parsing=parsing, lab=rgb_to_lab(image))

        undressed = undress(
            person, read_hidden(person), upper=True, lower=False, waist_down=0.5
        )

        midriff = (np.abs(person.across) < 0.2) & (person.down > 0.65)
        midriff &= person.down < 0.80
        found = undressed.image[midriff] * 255
        to_skin = np.abs(found - COLOURS[Part.SKIN]).sum(axis=1)
        to_trousers = np.abs(found - COLOURS[Part.LOWER]).sum(axis=1)
        self.assertGreater((to_skin < to_trousers).mean(), 0.95)

    def test_cloth_that_the_matte_missed_goes_too(self):
        person = drawn_reading()
        lower = person.parsing == Part.LOWER
        rim = lower & (person.down > 1.4) & ~erode(person.mask, 7)
        matte, parsing = person.matte.copy(), person.parsing.copy()
        matte[rim], parsing[rim] = 0, Part.BACKGROUND
        person = replace(person, matte=matte, parsing=parsing)

        bare = undress(
            person, read_hidden(person), upper=False, lower=True, waist_down=1
        )

        old = np.abs(bare.image * 255 - COLOURS[Part.LOWER]).max(axis=2) < 30
        self.assertGreater(rim.sum(), 300)
        self.assertLess(old[rim].mean(), 0.05)

    def test_outline_of_cloth_that_the_matte_missed_goes_too(self):
        person = drawn_reading()
        lower = person.parsing == Part.LOWER
        line = dilate(lower, 8) & ~dilate(lower, 6) & ~dilate(person.mask & ~lower, 12)
        line &= ~person.mask & (person.down > 1.4)
        image, lab = person.image.copy(), person.lab.copy()
        image[line] = (0.9 * image[line]).astype(np.uint8)
        lab[line] = rgb_to_lab(image[line][None])[0]
        person = replace(person, image=image, lab=lab)
        hidden = read_hidden(person)

        bare = undress(person, hidden, upper=False, lower=True, waist_down=1)

        off = np.abs(bare.image - hidden.background)[line].max(axis=1)
        self.assertGreater(line.sum(), 200)
        self.assertLess((off > 0.05).mean(), 0.05)


class ContactShadowTests(TestCase):
    def test_made_skin_goes_on_over_the_shadow_of_an_old_cuff(self):
        person = drawn_reading()
        arm = person.arms["left"]
        skin, upper = (person.parsing == part for part in (Part.SKIN, Part.UPPER))

        made = read_hidden(person).arms["left"]

        core = skin & (arm.across < 0.5) & (arm.along > 0.5) & (arm.along < 1)
        shadow, beyond = core & dilate(upper, 4), core & ~dilate(upper, 14)
        self.assertGreater(min(shadow.sum(), beyond.sum()), 20)
        self.assertGreater(made[shadow].mean(), 0.85)
        self.assertLess(made[beyond].max(), 0.05)
