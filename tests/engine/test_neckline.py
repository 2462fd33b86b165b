from unittest import TestCase

import cv2
import numpy as np

from tests.garment_images import AXIS_X, SIZE, TANK, TEE, demo_flat, drawn_flat
from tryon_engine.vision.garment.label import find_label
from tryon_engine.vision.garment.reading import read_garment

CLOTH, INSIDE, INK = (206, 120, 110), (194, 112, 103), (30, 30, 34)
HALF = 60.0
CENTRE = np.array([AXIS_X, 120.0])


def shown(reading, x, y):
    """How much of a place of the drawn flat is seen when the garment is worn."""
    column, row = round(x * reading.scale), round(y * reading.scale)
    return float(reading.matte[row, column])


def with_label(flat, x0, y0, x1, y1, colour=INK):
    flat[y0:y1, x0:x1] = colour
    return flat


def cloth_with(marks):
    """Plain cloth below y = 120, with rectangles (x0, y0, x1, y1) of ink on it."""
    image = np.full((*SIZE, 3), 245, np.uint8)
    image[120:] = CLOTH
    for mark in marks:
        with_label(image, *mark)
    mask = np.zeros(SIZE, bool)
    mask[120:] = True
    return image, mask


class LabelTests(TestCase):
    def test_is_a_compact_spot_below_the_edge_of_the_back(self):
        image, mask = cloth_with([(240, 126, 276, 142)])

        edge = find_label(image, mask, CENTRE, HALF)

        self.assertAlmostEqual(float(edge[:, 1].mean()), 142, delta=3)
        self.assertAlmostEqual(float(edge[:, 0].mean()), 258, delta=3)

    def test_a_print_of_many_marks_is_none(self):
        places = [(x, y) for x in range(190, 320, 14) for y in range(124, 230, 14)]
        marks = [(x, y, x + 9, y + 9) for x, y in places]

        self.assertIsNone(find_label(*cloth_with(marks), CENTRE, HALF))

    def test_what_lies_farther_down_is_none(self):
        image, mask = cloth_with([(240, 150, 276, 166)])

        self.assertIsNone(find_label(image, mask, CENTRE, HALF))
        self.assertIsNotNone(find_label(image, mask, CENTRE, HALF, stands=True))

    def test_a_fold_is_none(self):
        image, mask = cloth_with([])
        bend = np.array([(236, 126), (250, 142), (276, 126)], np.int32)
        cv2.polylines(image, [bend], isClosed=False, color=INSIDE, thickness=2)

        self.assertIsNone(find_label(image, mask, CENTRE, HALF))


def boat_neck():
    """A wide neckline whose front edge is to be seen in its middle only."""
    wide = {"back": (AXIS_X, 122), **TEE, "neck": (172, 96), "tip": (150, 104)}
    flat = drawn_flat(wide, colour=CLOTH)
    y, x = np.mgrid[: SIZE[0], : SIZE[1]]
    front = 96 + 50 * (1 - ((x - AXIS_X) / 84) ** 2)
    behind = (flat == CLOTH).all(axis=2) & (y < front)
    flat[behind & (np.abs(x - AXIS_X) < 60)] = INSIDE
    return flat


class NecklineTests(TestCase):
    def test_the_back_beside_the_ends_of_a_wide_neckline_is_no_flap(self):
        reading = read_garment(boat_neck())

        self.assertLess(shown(reading, 192, 108), 0.1)
        self.assertGreater(shown(reading, 192, 136), 0.9)
        self.assertGreater(shown(reading, 164, 112), 0.9)

    def test_a_label_on_a_back_in_its_shade_is_hidden_with_it(self):
        reading = read_garment(demo_flat("jumpsuit_ink_wide"))

        self.assertLess(shown(reading, 500, 140), 0.1)  # the label
        self.assertLess(shown(reading, 500, 165), 0.1)  # what the V shows below it
        self.assertGreater(shown(reading, 500, 235), 0.9)

    def test_the_back_in_a_low_neckline_is_hidden_with_its_label(self):
        camisole = {"low": (AXIS_X, 158), "strap": (212, 158), **TANK}
        flat = drawn_flat(camisole, CLOTH)
        low = [(212, 140), (300, 140), (300, 158), (278, 178), (234, 178), (212, 158)]
        inside = np.zeros(SIZE, np.uint8)
        cv2.fillPoly(inside, [np.array(low, np.int32)], 1)
        flat[(inside > 0) & (flat == CLOTH).all(axis=2)] = INSIDE
        flat = with_label(flat, 242, 160, 270, 172)

        reading = read_garment(flat)

        self.assertLess(shown(reading, AXIS_X, 166), 0.1)
        self.assertGreater(shown(reading, AXIS_X, 196), 0.9)
        self.assertGreater(shown(reading, 184, 120), 0.9)

    def test_a_low_neckline_without_a_label_is_worn_whole(self):
        camisole = {"low": (AXIS_X, 158), "strap": (212, 158), **TANK}
        flat = drawn_flat(camisole, CLOTH)
        flat[158:166][(flat[158:166] == CLOTH).all(axis=2)] = INSIDE  # a trim

        self.assertIsNone(read_garment(flat).collar)

    def test_a_button_below_a_low_neckline_is_no_label(self):
        camisole = {"low": (AXIS_X, 178), "strap": (212, 140), **TANK}
        flat = drawn_flat(camisole, CLOTH)
        for y in (192, 252, 312):
            cv2.circle(flat, (AXIS_X, y), 9, INK, -1, cv2.LINE_AA)

        self.assertIsNone(read_garment(flat).collar)

    def test_leaves_of_a_collar_are_in_front_up_to_its_corners(self):
        for name in ("polo_forest", "shirt_linen_sand", "shirt_flannel_red"):
            with self.subTest(name):
                reading = read_garment(demo_flat(name))
                upper = reading.upper
                stands = 0.15 * upper.neck_width

                self.assertLess(reading.collar[0, 1], upper.neck_y - stands)
                self.assertLess(reading.collar[-1, 1], upper.neck_y - stands)

    def test_a_printed_mock_neck_is_closed(self):
        mock = {"collar": (214, 76), "neck": (210, 100)}
        flat = drawn_flat(mock | {k: v for k, v in TEE.items() if k != "neck"}, CLOTH)
        is_cloth = (flat == CLOTH).all(axis=2)
        rng = np.random.default_rng(3)
        for x, y in rng.integers((100, 70), (420, 470), (700, 2)):
            colour = tuple(int(c) for c in rng.choice([[250, 240, 230], [40, 90, 60]]))
            cv2.circle(flat, (int(x), int(y)), 9, colour, -1)
        flat[~is_cloth] = drawn_flat(TEE)[0, 0]

        self.assertIsNone(read_garment(flat).collar)

    def test_a_v_goes_on_in_front_of_the_band_of_the_back(self):
        flat = drawn_flat(TEE, CLOTH)
        is_cloth = (flat == CLOTH).all(axis=2)
        v = np.array([(206, 98), (AXIS_X, 184), (306, 98)], np.int32)
        cv2.polylines(flat, [v + (0, 8)], False, INK, 16)
        cv2.fillPoly(flat, [v], INSIDE)
        band = np.array([(206, 98), (306, 98), (290, 126), (222, 126)], np.int32)
        cv2.fillPoly(flat, [band], (240, 240, 240))
        flat[~is_cloth] = drawn_flat(TEE)[0, 0]

        reading = read_garment(flat)

        self.assertLess(shown(reading, AXIS_X, 150), 0.1)
        self.assertGreater(shown(reading, AXIS_X, 215), 0.9)


class NeckPointTests(TestCase):
    def test_both_are_where_the_collar_of_one_side_ends(self):
        # The leaf on the left runs smoothly into the shoulder.
        left = [(226, 70), (206, 74), (192, 92), (176, 108), *list(TEE.values())[1:]]
        right = [(228, 70), (208, 76), (196, 98), (166, 112), *list(TEE.values())[1:]]
        mirrored = [(2 * AXIS_X - x, y) for x, y in reversed(right)]
        flat = np.full((*SIZE, 3), drawn_flat(TEE)[0, 0], np.uint8)
        outline = np.array(left + mirrored, np.int32)
        cv2.fillPoly(flat, [outline], CLOTH, cv2.LINE_AA)

        points = read_garment(flat).keypoints

        outs = [abs(points[f"{s}_neck"].x / 1.6 - AXIS_X) for s in ("left", "right")]
        self.assertAlmostEqual(*outs, delta=8)

    def test_a_wide_neckline_that_still_climbs_ends_at_its_peak(self):
        boat = {"low": (AXIS_X, 150), "slope": (208, 142), "peak": (160, 102)}
        sides = {k: v for k, v in TEE.items() if k not in ("neck", "tip")}

        points = read_garment(drawn_flat(boat | {"tip": (148, 112)} | sides)).keypoints

        self.assertAlmostEqual(points["left_neck"].x / 1.6, 160, delta=8)
