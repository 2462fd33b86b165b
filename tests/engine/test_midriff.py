"""A new waistband below the old one: the kept top goes on, scraps of the old go."""

from dataclasses import replace
from unittest import TestCase

import numpy as np

from tests.garment_images import TROUSERS, drawn_flat
from tests.images import COLOURS, drawn_reading
from tryon_engine.vision.arrays import to_float
from tryon_engine.vision.colour import rgb_to_lab
from tryon_engine.vision.compose.composer import compose
from tryon_engine.vision.compose.worn import wear
from tryon_engine.vision.fit.lower import fit_lower
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.uncover.midriff import with_waistband_found
from tryon_engine.vision.uncover.undress import read_hidden

GREEN = (40, 140, 60)
OLD_WAIST = 0.55


def in_high_trousers(scrap_down=None):
    """The drawn person in trousers up to OLD_WAIST; above, a loop taken for the top."""
    seen = drawn_reading()
    parsing, image = seen.parsing.copy(), seen.image.copy()
    top = (parsing == Part.UPPER) & (np.abs(seen.across) < 0.5)
    risen = top & (seen.down > OLD_WAIST)
    parsing[risen] = Part.LOWER
    if scrap_down is not None:
        loop = top & (seen.down > scrap_down) & (np.abs(seen.across - 0.1) < 0.06)
        parsing[loop & risen & (seen.down < OLD_WAIST + 0.05)] = Part.UPPER
        risen |= loop & (seen.down <= OLD_WAIST)
    image[risen] = COLOURS[Part.LOWER]
    lab = rgb_to_lab(to_float(image))
    return replace(seen, parsing=parsing, image=image, lab=lab)


class NewWaistbandTests(TestCase):
    def colours_above(self, person):
        """Colours from above the old waistband down to the new one."""
        trousers = read_garment(drawn_flat(TROUSERS, GREEN))
        bottom = wear(person, trousers, fit_lower(person, trousers))
        hidden = read_hidden(person)
        result = compose(person, hidden, person.image, None, bottom).image
        down = np.linspace(OLD_WAIST - 0.04, bottom.fit.top_down - 0.02, 30)
        spots = [person.frame.place(down, out) for out in (-12.0, 0.0, 9.0)]
        x, y = np.concatenate(spots).astype(int).T
        return result[y, x].astype(int)

    def test_the_top_goes_on_down_to_it(self):
        off = self.colours_above(in_high_trousers()) - COLOURS[Part.UPPER]

        self.assertLess(np.abs(off).max(), 40)

    def test_no_scraps_of_the_old_one_stay(self):
        off = self.colours_above(in_high_trousers(OLD_WAIST - 0.04))
        off = off - COLOURS[Part.UPPER]

        self.assertLess(np.abs(off).max(), 40)

    def test_a_strip_of_the_top_that_passed_for_trousers_stays(self):
        seen = drawn_reading()
        waist = seen.down[seen.parsing == Part.LOWER].min()
        side = (seen.parsing == Part.UPPER) & (np.abs(seen.across) < 0.75)
        side &= (seen.across < -0.3) & (seen.down > waist - 0.25)
        for arm in seen.arms.values():
            side &= arm.across > 1.2
        parsing = np.where(side, Part.LOWER, seen.parsing).astype(np.uint8)

        found = with_waistband_found(replace(seen, parsing=parsing))

        higher = side & (seen.down < waist - 0.05)
        self.assertGreater(higher.sum(), 100)
        self.assertTrue((found.parsing[higher] == Part.UPPER).all())
