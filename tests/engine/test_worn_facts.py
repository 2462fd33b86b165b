"""What a try-on says of itself: colours, sleeves, hems, and how true colours are."""

import json
from dataclasses import replace
from pathlib import Path
from unittest import TestCase

import numpy as np

from tests.garment_images import BACKDROP, TANK, TEE, demo_flat, drawn_flat
from tests.images import house_model
from tryon_engine.backends import Options, Outfit
from tryon_engine.backends.warp import WarpBackend
from tryon_engine.vision.cloth_pattern import pattern_of
from tryon_engine.vision.colour import rgb_to_lab
from tryon_engine.vision.colour_names import (
    MULTICOLOURED,
    NAMED,
    main_colours,
    name_of,
)
from tryon_engine.vision.colour_truth import (
    at_lightness,
    colour_truth,
    flat_colours,
)
from tryon_engine.vision.compose.composer import Composite
from tryon_engine.vision.garment.reading import read_garment

ROOT = Path(__file__).parents[2]


def lab_of(*rgb):
    return rgb_to_lab(np.array([[rgb]], np.uint8))[0, 0]


def in_patches(colours, rows=16):
    """A tee of level bands, each of the next of `colours`."""
    flat = drawn_flat(TEE)
    is_cloth = (flat != BACKDROP).any(axis=2)
    y = np.nonzero(is_cloth)[0]
    band = (y - y.min()) * rows // (np.ptp(y) + 1)
    flat[is_cloth] = np.array(colours, np.uint8)[band % len(colours)]
    return flat


class ColourNamesTests(TestCase):
    def test_colours_have_the_names_that_people_give_them(self):
        named = {
            (0, 0, 0): "black",
            (255, 255, 255): "white",
            (128, 128, 128): "grey",
            (200, 20, 30): "red",
            (30, 40, 80): "navy",
            (90, 140, 90): "green",
            (250, 215, 60): "yellow",
        }
        for rgb, name in named.items():
            with self.subTest(rgb):
                self.assertEqual(name_of(lab_of(*rgb)), name)

    def test_every_name_is_the_nearest_to_its_own_values(self):
        for name, values in NAMED.items():
            for value in values:
                rgb = [int(value[i : i + 2], 16) for i in (1, 3, 5)]
                self.assertEqual(name_of(lab_of(*rgb)), name)

    def test_names_the_demo_garments(self):
        flats = {
            "tee_white_crew": ["white"],
            "top_breton_long": ["white", "navy"],
            "cardigan_mustard": ["mustard"],
            "trousers_wide_navy": ["navy"],
            # Its folds are as dark as grey.
            "knit_cable_oatmeal": ["beige"],
            "dress_shirt_stripe": ["white", "blue"],
            "dress_floral_midi": ["cream", MULTICOLOURED],
            "skirt_pleated_plaid": ["forest green"],
        }
        for flat, names in flats.items():
            with self.subTest(flat):
                self.assertEqual(main_colours(read_garment(demo_flat(flat))), names)

    def test_tells_stripes_and_checks_from_all_else(self):
        flats = {
            "top_breton_long": "striped",
            "dress_shirt_stripe": "striped",
            "shirt_flannel_red": "checked",
            "skirt_pleated_plaid": "checked",
            "dress_floral_midi": None,
            "skirt_corduroy_rust": None,
            "jeans_blue_straight": None,
            "tee_black_graphic": None,
        }
        for flat, pattern in flats.items():
            with self.subTest(flat):
                self.assertEqual(pattern_of(read_garment(demo_flat(flat))), pattern)

    def test_many_colours_have_no_name_of_their_own(self):
        colours = [(220, 30, 40), (30, 90, 200), (250, 210, 60), (40, 150, 70)]

        names = main_colours(read_garment(in_patches(colours)))

        self.assertEqual(names, [MULTICOLOURED])

    def test_blocks_of_three_colours_are_all_named(self):
        colours = [(200, 20, 30), (250, 215, 60), (25, 40, 75)]

        names = main_colours(read_garment(in_patches(colours, rows=3)))

        self.assertEqual(sorted(names), ["navy", "red", "yellow"])

    def test_the_documents_list_every_name(self):
        api = json.loads((ROOT / "tryon_engine" / "openapi.json").read_text("utf-8"))
        garment = api["components"]["schemas"]["WornGarment"]["properties"]
        text = (ROOT / "docs" / "protocol.md").read_text("utf-8")

        self.assertEqual(garment["colours"]["items"]["enum"], [*NAMED, MULTICOLOURED])
        for name in (*NAMED, MULTICOLOURED):
            self.assertIn(f"`{name}`", text)

    def test_a_small_print_gives_no_second_name(self):
        reading = read_garment(drawn_flat(TEE, print_box=(226, 300, 286, 340)))

        self.assertEqual(main_colours(reading), ["blue"])


class ColourTruthTests(TestCase):
    @classmethod
    def setUpClass(cls):
        cls.backend = WarpBackend()
        cls.person = house_model("w1")
        outfit = Outfit(demo_flat("tee_sage_vneck"), demo_flat("jeans_blue_straight"))
        cls.result = cls.backend.coarse(cls.person, outfit, Options())
        worn = cls.backend.fit(cls.person, outfit).top
        cls.flat = flat_colours(worn, cls.person.shape[:2])

    def test_facts_are_measured_on_the_body(self):
        facts = {slot: one.as_dict() for slot, one in self.result.worn.items()}

        top, bottom = facts["top"], facts["bottom"]
        self.assertEqual((top["kind"], top["colours"]), ("top", ["sage green"]))
        self.assertEqual((top["sleeves"], top["hem"]), ("short", "hip"))
        self.assertEqual((bottom["kind"], bottom["hem"]), ("trousers", "ankle"))
        self.assertNotIn("sleeves", bottom)

    def test_a_garment_in_its_own_colour_hardly_differs(self):
        for one in self.result.worn.values():
            self.assertLess(one.truth.difference, 1.5)

    def test_shade_is_no_other_colour(self):
        shaded = (self.result.image * 0.7).astype(np.uint8)

        truth = colour_truth(self.flat, Composite(shaded, self.result.mask))

        self.assertLess(truth.difference, 2)
        self.assertLess(truth.lightness, -10)

    def test_a_tint_is(self):
        tinted = self.result.image.astype(float) * (1.15, 0.95, 0.75)
        tinted = np.clip(tinted, 0, 255).astype(np.uint8)

        truth = colour_truth(self.flat, Composite(tinted, self.result.mask))

        self.assertGreater(truth.difference, 5)

    def test_what_is_not_seen_is_not_compared(self):
        nothing = np.zeros_like(self.result.mask)

        self.assertIsNone(
            colour_truth(self.flat, Composite(self.result.image, nothing))
        )

    def test_light_scales_what_cloth_reflects(self):
        linear = np.array([0.2, 0.1, 0.05])
        bright, dim = (
            rgb_to_lab(
                (1.055 * (linear * light) ** (1 / 2.4) - 0.055)[None, None].astype(
                    np.float32
                )
            )[0]
            for light in (1.0, 0.5)
        )

        np.testing.assert_allclose(at_lightness(bright, dim), dim, atol=0.6)

    def test_straps_are_told_from_sleeves(self):
        result = self.backend.coarse(
            self.person, Outfit(top=drawn_flat(TANK)), Options()
        )

        self.assertIn(result.worn["top"].sleeves, ("none", "straps"))
        self.assertEqual(result.worn["top"].colours, ["blue"])

    def test_plain_values_leave_out_what_is_not_known(self):
        unknown = replace(self.result.worn["top"], hem=None, truth=None)

        self.assertEqual(set(unknown.as_dict()), {"kind", "colours", "sleeves"})
