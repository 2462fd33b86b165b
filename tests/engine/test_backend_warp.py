from io import BytesIO
from unittest import TestCase, mock

import numpy as np
from PIL import Image

from tests.garment_images import SKIRT, TEE, TROUSERS, demo_flat, drawn_flat
from tests.images import house_model
from tryon_engine.backends import Options, Outfit, get_backend, warp
from tryon_engine.backends.warp import Memory, OutfitError, WarpBackend
from tryon_engine.vision.codec import decode_image
from tryon_engine.vision.garment.cutout import NoGarmentError
from tryon_engine.vision.person.reading import SeatedError


class WarpBackendTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = WarpBackend()
        cls.person = house_model("w1")
        cls.outfit = Outfit(
            demo_flat("tee_sage_vneck"), demo_flat("jeans_blue_straight")
        )
        cls.coarse = cls.backend.coarse(cls.person, cls.outfit, Options())
        cls.refined = cls.backend.refine(
            cls.person, cls.coarse.image, cls.outfit, Options()
        )

    def test_result_has_the_person_images_size(self):
        self.assertEqual(self.coarse.image.shape, self.person.shape)
        self.assertEqual(self.coarse.mask.shape, self.person.shape[:2])

    def test_everything_outside_of_the_mask_is_the_photo(self):
        same = ~self.coarse.mask

        np.testing.assert_array_equal(self.coarse.image[same], self.person[same])
        self.assertGreater(same.mean(), 0.6)

    def test_the_mask_is_hardly_larger_than_what_differs(self):
        skirt = Outfit(bottom=demo_flat("skirt_pleated_plaid"))
        results = {
            "top and bottom": self.coarse,
            "bottom only": self.backend.coarse(self.person, skirt, Options()),
        }
        for name, result in results.items():
            with self.subTest(name):
                differs = (result.image != self.person).any(axis=2)

                self.assertTrue(result.mask[differs].all())
                self.assertGreater(differs.sum() / result.mask.sum(), 0.93)

    def test_face_and_corners_are_untouched(self):
        height, width = self.person.shape[:2]
        face = np.s_[int(0.08 * height) : int(0.13 * height), width // 2 - 15 :][:2]

        self.assertFalse(self.coarse.mask[face][:, :30].any())
        for corner in (np.s_[:40, :40], np.s_[-40:, -40:]):
            self.assertFalse(self.coarse.mask[corner].any())

    def test_somebody_seated_can_try_on_tops_only(self):
        tops, bottoms = (
            Outfit(top=self.outfit.top),
            Outfit(bottom=self.outfit.bottom),
        )
        with mock.patch.object(warp, "is_surely_seated", return_value=True):
            self.assertIsNone(self.backend.fit(self.person, tops).bottom)
            for outfit in (bottoms, Outfit(top=demo_flat("dress_slip_black"))):
                with self.assertRaises(SeatedError):
                    self.backend.fit(self.person, outfit)

    def test_clothes_take_the_colours_of_the_flats(self):
        height, width = self.person.shape[:2]
        chest = self.coarse.image[int(0.33 * height), width // 2 - 20 : width // 2 + 20]
        red, green, blue = chest.mean(axis=0)

        self.assertGreater(green, red + 10)
        self.assertGreater(green, blue)

    def test_refine_reads_nothing_again(self):
        with (
            mock.patch.object(warp, "read_person", side_effect=AssertionError),
            mock.patch.object(warp, "read_garment", side_effect=AssertionError),
        ):
            refined = self.backend.refine(
                self.person, self.coarse.image, self.outfit, Options(gender="woman")
            )

        same = ~refined.mask
        np.testing.assert_array_equal(refined.image[same], self.person[same])
        self.assertEqual(refined.image.shape, self.person.shape)
        self.assertTrue((refined.image != self.coarse.image).any())

    def test_refine_takes_its_own_result_after_lossy_encoding(self):
        packed = BytesIO()
        Image.fromarray(self.coarse.image).save(packed, "JPEG", quality=60)
        lossy = decode_image(packed.getvalue())

        from_lossy = self.backend.refine(self.person, lossy, self.outfit, Options())

        np.testing.assert_array_equal(from_lossy.image, self.refined.image)

    def test_plus_draws_finer_at_the_photos_size(self):
        plus = self.backend.coarse(self.person, self.outfit, Options(quality="plus"))

        same = ~plus.mask
        apart = np.abs(plus.image.astype(int) - self.coarse.image)
        np.testing.assert_array_equal(plus.image[same], self.person[same])
        self.assertGreater(apart.max(), 16)
        self.assertLess(apart.mean(), 2)

    def test_plus_averages_edges_of_the_refined_image(self):
        plus = self.backend.refine(
            self.person, self.coarse.image, self.outfit, Options(quality="plus")
        )

        apart = np.abs(plus.image.astype(int) - self.refined.image)
        self.assertGreater(apart.max(), 16)
        self.assertLess(apart.mean(), 2)

    def test_the_same_request_gives_the_same_picture(self):
        again = self.backend.coarse(self.person, self.outfit, Options())

        np.testing.assert_array_equal(again.image, self.coarse.image)

    def test_slots_are_sorted_by_what_the_garments_are(self):
        swapped = Outfit(top=self.outfit.bottom, bottom=self.outfit.top)

        again = self.backend.coarse(self.person, swapped, Options())

        np.testing.assert_array_equal(again.image, self.coarse.image)


class OutfitTests(TestCase):
    person = np.zeros((300, 200, 3), np.uint8)

    def test_refuses_two_bottoms(self):
        outfit = Outfit(drawn_flat(TROUSERS), drawn_flat(SKIRT))

        with self.assertRaisesRegex(OutfitError, "trousers and skirt cannot be worn"):
            WarpBackend().coarse(self.person, outfit, Options())

    def test_refuses_no_garment(self):
        with self.assertRaisesRegex(OutfitError, "No garment was given"):
            WarpBackend().coarse(self.person, Outfit(), Options())

    def test_refuses_a_flat_without_a_garment(self):
        blank = np.full((300, 200, 3), 240, np.uint8)

        with self.assertRaises(NoGarmentError):
            WarpBackend().coarse(self.person, Outfit(top=blank), Options())

    def test_refuses_a_coarse_image_of_another_size(self):
        outfit = Outfit(drawn_flat(TEE))

        with self.assertRaisesRegex(OutfitError, "of the person image's size"):
            WarpBackend().refine(self.person, self.person[:100], outfit, Options())


class MemoryTests(TestCase):
    def test_makes_once_and_forgets_the_oldest(self):
        made = []
        memory = Memory(str, 2)

        for key in (1, 2, 1, 3, 1, 2):
            image = np.full((2, 2, 3), key, np.uint8)
            memory.get(image, lambda key=key: made.append(key) or "read")

        self.assertEqual(made, [1, 2, 3, 2])


class GetBackendTests(TestCase):
    def test_is_the_same_one_each_time(self):
        self.assertIs(get_backend("warp"), get_backend("warp"))

    def test_names_what_is_known(self):
        with self.assertRaisesRegex(ValueError, "Known: 'warp'"):
            get_backend("magic")
