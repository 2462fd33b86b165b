from unittest import TestCase

import cv2
import numpy as np

from tests.garment_images import (
    BACKDROP,
    BLUE,
    SIZE,
    SKIRT,
    TANK,
    TEE,
    TROUSERS,
    demo_flat,
    drawn_flat,
)
from tryon_engine.vision.arrays import to_working_scale
from tryon_engine.vision.garment.cutout import NoGarmentError, cut_out_garment
from tryon_engine.vision.garment.reading import (
    GarmentCategory,
    GarmentKind,
    read_garment,
)


class CutOutGarmentTests(TestCase):
    def test_matches_the_drawn_outline(self):
        flat = drawn_flat(TEE)
        drawn = (flat == BLUE).all(axis=2)

        cutout = cut_out_garment(flat)

        both = (cutout.mask & drawn).sum() / (cutout.mask | drawn).sum()
        self.assertGreater(both, 0.98)
        self.assertGreater(cutout.matte[drawn].mean(), 0.98)
        self.assertEqual(cutout.matte[:20].max(), 0)

    def test_leaves_a_soft_drop_shadow_behind(self):
        flat = drawn_flat(TEE)
        drawn = (flat == BLUE).all(axis=2)
        cast = cv2.GaussianBlur(np.roll(drawn, (8, 8), (0, 1)) * 30.0, (0, 0), 5)
        shadow = (cast > 8) & ~drawn
        flat[~drawn] = (np.array(BACKDROP) - cast[..., None])[~drawn].astype(np.uint8)

        cutout = cut_out_garment(flat)

        self.assertLess(cutout.mask[shadow].mean(), 0.25)
        self.assertGreater(cutout.mask[drawn].mean(), 0.98)

    def test_clean_colours_hold_no_backdrop_near_the_edge(self):
        flat = drawn_flat(TEE)
        cutout = cut_out_garment(flat)

        edge = (cutout.matte > 0.02) & (cutout.matte < 0.98)

        off = np.abs(cutout.clean[edge].astype(int) - BLUE).mean()
        self.assertLess(off, 5)

    def test_keeps_its_input(self):
        flat = drawn_flat(TEE)
        before = flat.copy()

        read_garment(flat)

        np.testing.assert_array_equal(flat, before)

    def test_refuses_an_empty_backdrop(self):
        flat = np.full((300, 200, 3), BACKDROP, np.uint8)

        with self.assertRaisesRegex(NoGarmentError, "0% of the flat differ"):
            cut_out_garment(flat)


class FaintOutlineTests(TestCase):
    """White on white, soft shadows, compression: what blurs where a garment ends."""

    def roughness(self, mask):
        """Length of the outline over that of a polygon through it."""
        outlines, _ = cv2.findContours(
            mask.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_NONE
        )
        outline = max(outlines, key=len)
        polygon = cv2.approxPolyDP(outline, 4.0, True)
        return cv2.arcLength(outline, True) / cv2.arcLength(polygon, True)

    def test_white_garment_in_its_own_shadow_has_a_smooth_outline(self):
        working, _ = to_working_scale(demo_flat("tee_white_crew"))

        cutout = cut_out_garment(working)

        self.assertLess(self.roughness(cutout.mask), 1.06)

    def test_shadow_between_sleeve_and_body_is_no_cloth(self):
        working, _ = to_working_scale(demo_flat("top_breton_long"))

        cutout = cut_out_garment(working)

        self.assertFalse(cutout.mask[550, 170:185].any())
        self.assertFalse(cutout.mask[550, 592:602].any())

    def test_compression_around_a_bold_print_is_no_cloth(self):
        flat = drawn_flat(TEE, colour=(251, 251, 250))
        drawn = (flat == (251, 251, 250)).all(axis=2)
        weave = np.random.default_rng(7).integers(-3, 4, (*drawn.shape, 1))
        flat = np.where(drawn[..., None], flat + weave, flat).astype(np.uint8)
        flat[200:400, 180:330] = (200, 40, 40)
        _, packed = cv2.imencode(".jpg", flat, [cv2.IMWRITE_JPEG_QUALITY, 60])

        cutout = cut_out_garment(cv2.imdecode(packed, cv2.IMREAD_COLOR))

        both = (cutout.mask & drawn).sum() / (cutout.mask | drawn).sum()
        self.assertGreater(both, 0.94)

    def test_shadowed_backdrop_between_the_legs_is_a_hole(self):
        for flat, y, x in (
            ("trousers_wide_navy", 400, 384),
            ("trousers_chino_khaki", 450, 384),
        ):
            with self.subTest(flat):
                working, _ = to_working_scale(demo_flat(flat))

                cutout = cut_out_garment(working)

                self.assertFalse(cutout.mask[y, x - 2 : x + 3].any())

    def white_on_white(self, outline):
        """White cloth with its weave and a shaded edge on a filled white backdrop."""
        flat = drawn_flat(outline, colour=BLUE)
        drawn = (flat == BLUE).all(axis=2)
        inside = cv2.distanceTransform(drawn.astype(np.uint8), cv2.DIST_L2, 5)
        weave = np.random.default_rng(7).normal(0, 1.5, drawn.shape)
        cloth = np.clip(243 - 8 * np.exp(-inside / 4) + weave, 0, 255)
        return np.repeat(np.where(drawn, cloth, 255)[..., None], 3, 2).astype(np.uint8)

    def test_backdrop_between_white_legs_is_a_hole(self):
        wide = {"waist": (176, 60), "hem_outer": (130, 590), "hem_inner": (251, 590)}
        flat = self.white_on_white({**wide, "gap": (242, 420), "crotch": (256, 240)})

        reading = read_garment(flat)

        self.assertEqual(reading.kind, GarmentKind.TROUSERS)
        self.assertFalse(cut_out_garment(flat).mask[420, 250:262].any())

    def test_shadow_where_legs_part_is_no_cloth(self):
        outline = {**TROUSERS, "hem_inner": (238, 590)}
        flat = drawn_flat(outline, colour=(214, 196, 160))
        y, x = np.indices(SIZE)
        gap = (flat == BACKDROP).all(axis=2) & (np.abs(x - 256) < 30)
        grey = 110 + 134 * np.clip((y - 300) / 120, 0, 1)
        flat = np.where(gap[..., None], grey[..., None], flat).astype(np.uint8)

        mask = cut_out_garment(flat).mask

        self.assertLess(mask[gap & (y > 320) & (y < 420)].mean(), 0.2)

    def test_blown_out_cloth_is_no_hole(self):
        flat = self.white_on_white(TEE)
        glare = np.zeros(flat.shape[:2], np.float32)
        glare[180:420, 200:225] = 1
        glare = cv2.GaussianBlur(glare, (0, 0), 6)[..., None]
        flat = (flat * (1 - glare) + 255 * glare).round().astype(np.uint8)

        self.assertTrue(cut_out_garment(flat).mask[200:400, 190:235].all())

    def test_straps_end_at_their_own_edges(self):
        working, _ = to_working_scale(demo_flat("cami_satin_champagne"))

        cutout = cut_out_garment(working)

        off = working.astype(int) - BACKDROP
        is_grey = np.ptp(off, axis=2) < 6
        straps = cutout.mask[150:240]
        self.assertLess((straps & is_grey[150:240]).sum(), 0.2 * straps.sum())
        for row in straps[50:90:10]:
            self.assertEqual(np.count_nonzero(np.diff(row.astype(int)) == 1), 4)

    def test_print_in_the_backdrops_colour_is_no_hole(self):
        flat = drawn_flat(TEE)
        flat[240:400, 225:285] = BACKDROP

        cutout = cut_out_garment(flat)

        self.assertTrue(cutout.mask[300:340, 235:275].all())


class BowTests(TestCase):
    LOOPS = ((222, 122), (288, 122))

    def flat(self, *marks):
        """A blouse on a filled backdrop whose colour shows in round places."""
        flat = drawn_flat(TEE | {"neck": (206, 100), "tip": (150, 110)})
        for at in (*self.LOOPS, *marks):
            cv2.ellipse(flat, at, (14, 10), 0, 0, 360, BACKDROP, -1)
        return flat

    def test_backdrop_in_the_loops_of_a_bow_is_no_cloth(self):
        cutout = cut_out_garment(self.flat())

        for x, y in self.LOOPS:
            self.assertLess(cutout.matte[y, x], 0.1)

    def test_a_print_of_the_backdrops_colour_is_cloth_at_the_neck_too(self):
        marks = (256, 240), (206, 330)
        cutout = cut_out_garment(self.flat(*marks))

        for x, y in (*self.LOOPS, *marks):
            self.assertGreater(cutout.matte[y, x], 0.9)


class ReadGarmentTests(TestCase):
    def test_tells_kinds_by_their_outline(self):
        kinds = {
            half_name: read_garment(drawn_flat(half)).kind
            for half_name, half in (
                ("tee", TEE),
                ("tank", TANK),
                ("trousers", TROUSERS),
                ("skirt", SKIRT),
            )
        }

        self.assertEqual(
            kinds,
            {
                "tee": GarmentKind.TOP,
                "tank": GarmentKind.TOP,
                "trousers": GarmentKind.TROUSERS,
                "skirt": GarmentKind.SKIRT,
            },
        )

    def test_tells_the_demo_flats(self):
        found = {
            name: read_garment(demo_flat(name)).kind
            for name in ("dress_floral_midi", "shorts_denim", "hoodie_grey")
        }

        self.assertEqual(
            found,
            {
                "dress_floral_midi": GarmentKind.DRESS,
                "shorts_denim": GarmentKind.SHORTS,
                "hoodie_grey": GarmentKind.TOP,
            },
        )

    def test_crotch_is_where_the_legs_part(self):
        for flat, y in (("trousers_wide_navy", 346), ("trousers_chino_khaki", 342)):
            with self.subTest(flat):
                crotch = read_garment(demo_flat(flat)).keypoints["crotch"]

                self.assertAlmostEqual(crotch.y, y, delta=12)
                self.assertGreater(crotch.confidence, 0.5)

    def test_a_given_kind_is_not_guessed(self):
        reading = read_garment(drawn_flat(SKIRT), GarmentKind.TROUSERS)

        self.assertEqual(reading.kind, GarmentKind.TROUSERS)
        self.assertEqual(reading.category, GarmentCategory.BOTTOM)
        self.assertIn("crotch", reading.keypoints)

    def test_mirrored_flat_has_mirrored_keypoints(self):
        flat = demo_flat("top_breton_long")
        width = read_garment(flat).size[1]

        plain = read_garment(flat).keypoints
        mirrored = read_garment(np.ascontiguousarray(flat[:, ::-1])).keypoints

        for name in ("tip", "pit", "hem"):
            here, there = plain[f"left_{name}"], mirrored[f"right_{name}"]
            self.assertAlmostEqual(here.x, width - 1 - there.x, delta=14, msg=name)
            self.assertAlmostEqual(here.y, there.y, delta=14, msg=name)

    def test_a_label_does_not_bend_the_neckline(self):
        for name in ("tee_white_crew", "tee_black_graphic", "sweat_cream_word"):
            collar = read_garment(demo_flat(name)).collar[4:-4]
            turns = np.diff(np.unwrap(np.arctan2(*np.diff(collar, axis=0).T)))

            self.assertTrue((turns > -0.05).all() or (turns < 0.05).all(), name)

    def test_a_v_neck_is_cut_to_its_point(self):
        reading = read_garment(demo_flat("tee_sage_vneck"))
        collar = reading.collar
        depth = np.ptp(collar[:, 1])

        at_half_depth = collar[collar[:, 1] > collar[:, 1].min() + depth / 2]

        self.assertGreater(depth, 0.4 * np.ptp(collar[:, 0]))
        self.assertLess(np.ptp(at_half_depth[:, 0]), 0.75 * np.ptp(collar[:, 0]))

    def test_a_low_standing_collar_without_an_opening_is_closed(self):
        standing = {"collar": (216, 82), "neck": (212, 100)}
        sides = {name: at for name, at in TEE.items() if name != "neck"}

        self.assertIsNone(read_garment(drawn_flat(standing | sides)).collar)
        self.assertIsNotNone(read_garment(drawn_flat(TEE)).collar)

    def test_inside_of_the_back_is_no_part_of_the_front(self):
        reading = read_garment(demo_flat("tee_black_graphic"))

        x, y = reading.collar.mean(axis=0).astype(int)
        above = y - 15

        self.assertTrue(reading.mask[above, x])
        self.assertLess(reading.matte[above, x], 0.1)
        self.assertGreater(reading.back[above, x], 0.9)
