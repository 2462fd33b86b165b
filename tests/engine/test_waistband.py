"""The inside of the back above the front of a waistband is not worn visibly."""

from unittest import TestCase

import numpy as np

from tests.garment_images import BACKDROP, SKIRT, TROUSERS, demo_flat, drawn_flat
from tryon_engine.vision.garment.reading import read_garment


class FrontEdgeTests(TestCase):
    def test_the_inside_of_the_back_and_its_label_are_hidden(self):
        names = "jeans_blue_straight", "skirt_pleated_plaid", "shorts_olive_drawstring"
        for name in names:
            with self.subTest(name):
                reading = read_garment(demo_flat(name))
                axis = round(reading.outline.axis_x)
                middle = np.s_[:, axis - 60 : axis + 60]
                top, front = (
                    part[middle].argmax(axis=0)
                    for part in (reading.mask, reading.matte > 0.5)
                )

                self.assertIsNotNone(reading.back)
                self.assertGreater((front - top).min(), 8)
                self.assertLess((front - top).max(), 36)  # the waistband stays

    def test_the_waist_is_where_the_front_begins(self):
        reading = read_garment(demo_flat("jeans_blue_straight"))
        front = (reading.matte > 0.5).any(axis=1).argmax()

        self.assertAlmostEqual(reading.keypoints["left_waist"].y, front, delta=8)

    def test_other_edges_near_the_waist_are_no_front(self):
        for half in (TROUSERS, SKIRT):
            flat = drawn_flat(half)
            cloth = np.abs(flat.astype(int) - BACKDROP).max(axis=2) > 20
            rows, columns = np.indices(cloth.shape)
            band, print_of = flat.copy(), flat.copy()
            top = cloth.any(axis=1).argmax()
            band[cloth & (rows < top + 22)] = (30, 50, 110)
            print_of[cloth & ((rows // 7 + columns // 9) % 2 == 0)] = (230, 200, 60)
            for picture in (flat, band, print_of):
                self.assertIsNone(read_garment(picture).back)
