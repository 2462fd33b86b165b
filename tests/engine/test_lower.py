from unittest import TestCase

import numpy as np

from tryon_engine.vision.garment.lower import read_lower_shape
from tryon_engine.vision.garment.outline import trace_outline
from tryon_engine.vision.masks import polygon


class ReadLowerShapeTests(TestCase):
    def test_edges_of_a_skirt_go_on_to_a_round_hem(self):
        across = np.linspace(-1, 1, 41)
        hem = np.stack([300 + 160 * across, 560 - 60 * across**2], axis=1)[::-1]
        corners = np.concatenate([[[220, 60], [380, 60]], hem])

        shape = read_lower_shape(trace_outline(polygon((640, 600), corners)), False)

        self.assertLess(shape.left[-1], 145)
        self.assertGreater(shape.right[-1], 455)

    def test_legs_stay_as_wide_down_to_pointed_hems(self):
        left = [[150, 60], [450, 60], [450, 520], [400, 560], [350, 520], [300, 250]]
        right = [[250, 520], [200, 560], [150, 520]]

        outline = trace_outline(polygon((640, 600), np.array(left + right)))
        shape = read_lower_shape(outline, True)

        self.assertAlmostEqual(shape.left[-1], 150, delta=6)
        self.assertAlmostEqual(shape.right[-1], 450, delta=6)
        self.assertAlmostEqual(shape.inner_left[-1], 252, delta=9)
        self.assertAlmostEqual(shape.inner_right[-1], 348, delta=9)
