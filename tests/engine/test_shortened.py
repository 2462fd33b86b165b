from dataclasses import replace
from unittest import TestCase

import numpy as np

from tests.garment_images import TROUSERS, drawn_flat
from tests.images import drawn_reading
from tryon_engine.vision.compose.composer import compose
from tryon_engine.vision.compose.worn import wear
from tryon_engine.vision.fit.lower import fit_lower
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.person.body import Part
from tryon_engine.vision.uncover.undress import read_hidden


class DressUnderTrousersTests(TestCase):
    def test_the_bodice_stays_down_to_the_new_waistband(self):
        seen = drawn_reading()
        cloth = seen.is_part(Part.UPPER, Part.LOWER)
        parted = np.where(seen.down < 0.45, Part.UPPER, Part.LOWER)  # a wrong guess
        parsing = np.where(cloth, parted, seen.parsing).astype(np.uint8)
        person = replace(seen, parsing=parsing, is_dress=True)
        trousers = read_garment(drawn_flat(TROUSERS, (40, 140, 60)))
        bottom = wear(person, trousers, fit_lower(person, trousers))

        result = compose(person, read_hidden(person), person.image, None, bottom)

        down = np.linspace(0.3, bottom.fit.top_down - 0.03, 30)
        for aside in (-0.2, 0.0, 0.2):
            spots = person.frame.place(down, aside * person.shoulder_width)
            x, y = spots.astype(int).T
            off = result.image[y, x].astype(int) - person.image[y, x]
            self.assertLess(np.abs(off).max(), 12)
