from unittest import TestCase

import numpy as np

from tests.garment_images import TEE, drawn_flat
from tests.images import drawn_reading
from tryon_engine.vision.compose.composer import Composite, compose
from tryon_engine.vision.compose.refine import mend
from tryon_engine.vision.compose.worn import wear
from tryon_engine.vision.fit.upper import fit_upper
from tryon_engine.vision.garment.reading import read_garment
from tryon_engine.vision.uncover.undress import read_hidden

RED, GREEN = (200, 30, 40), (30, 140, 60)


class MendTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.person = drawn_reading()
        cls.photo = cls.person.image
        tee = read_garment(drawn_flat(TEE, RED))
        cls.top = wear(cls.person, tee, fit_upper(cls.person, tee))
        hidden = read_hidden(cls.person)
        cls.coarse, cls.refined = (
            compose(cls.person, hidden, cls.photo, cls.top, None, fine)
            for fine in (False, True)
        )
        x, y = cls.person.frame.place(0.5, 0.0).astype(int)
        cls.chest = np.s_[y - 15 : y + 15, x - 15 : x + 15]

    def mend(self, refined, coarse):
        return mend(refined, coarse, self.photo, self.top, None)

    def spoiled(self, composite, where, colour):
        image = composite.image.copy()
        image[where] = colour
        return Composite(image, composite.changed)

    def test_good_refined_image_is_kept_as_it_is(self):
        self.assertIs(self.mend(self.refined, self.coarse.image), self.refined)

    def test_hole_in_the_cloth_is_filled_from_the_coarse_image(self):
        holed = self.spoiled(self.refined, self.chest, GREEN)

        mended = self.mend(holed, self.coarse.image)

        np.testing.assert_allclose(
            mended.image[self.chest], self.coarse.image[self.chest], atol=3
        )
        same = ~mended.changed
        np.testing.assert_array_equal(mended.image[same], self.photo[same])

    def test_wrong_coarse_image_changes_nothing(self):
        wrong = self.spoiled(self.coarse, self.chest, GREEN).image

        self.assertIs(self.mend(self.refined, wrong), self.refined)

    def test_where_both_hide_the_cloth_nothing_is_wrong(self):
        """A hand in front, say."""
        refined, coarse = (
            self.spoiled(composite, self.chest, GREEN)
            for composite in (self.refined, self.coarse)
        )

        self.assertIs(self.mend(refined, coarse.image), refined)

    def test_garment_lost_altogether_gives_the_coarse_image(self):
        lost = Composite(self.photo.copy(), np.zeros(self.photo.shape[:2], bool))

        mended = self.mend(lost, self.coarse.image)

        np.testing.assert_array_equal(mended.image, self.coarse.image)
        same = ~mended.changed
        np.testing.assert_array_equal(mended.image[same], self.photo[same])
