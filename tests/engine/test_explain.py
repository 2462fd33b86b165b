import io
import json
import tempfile
from pathlib import Path
from unittest import TestCase

import cv2
import numpy as np
from django.core.management import CommandError, call_command

from tests.garment_images import DEMO_FLATS, TANK, demo_flat, drawn_flat
from tests.images import HOUSE_MODELS, drawn_reading
from tryon_engine.vision.explain.drawing import (
    GREEN,
    PAPER,
    RED,
    Panel,
    as_factor,
    by_confidence,
    contact_sheet,
    side_by_side,
    tinted,
    titled,
    write,
)
from tryon_engine.vision.explain.fit import draw_garment
from tryon_engine.vision.explain.person import draw_body, draw_parsing, draw_person
from tryon_engine.vision.explain.result import draw_mask
from tryon_engine.vision.garment.reading import read_garment

STAGES = [
    "01_person",
    "02_parsing",
    "03_body",
    "04_undressed",
    "05_top_garment",
    "06_top_fit",
    "07_top_pieces",
    "08_mask",
    "09_shading",
    "10_coarse",
    "11_refined",
    "index",
]


class ExplainTryonTests(TestCase):
    """The command itself, on a small copy of a house model."""

    def explain(self, *arguments):
        call_command("explain_tryon", *arguments, stdout=io.StringIO())

    def test_writes_a_picture_for_every_stage_and_the_figures(self):
        with tempfile.TemporaryDirectory() as folder:
            out = Path(folder) / "explained"
            person, flat = Path(folder) / "person.png", DEMO_FLATS / "tank_rib_rose.jpg"
            photo = cv2.imread(str(HOUSE_MODELS / "w3.jpg"))
            cv2.imwrite(str(person), cv2.resize(photo, (450, 600)))

            self.explain(person, "--top", flat, "--out", out)

            self.assertEqual(sorted(path.stem for path in out.glob("*.jpg")), STAGES)
            for path in out.glob("*.jpg"):
                with self.subTest(path.stem):
                    picture = cv2.imread(str(path))
                    self.assertGreater(picture.shape[1], 800)
                    self.assertGreater(picture.std(), 4)
            notes = json.loads((out / "notes.json").read_text())
            steps = ["person", "garments", "hidden", "fit", "coarse", "refined"]
            self.assertEqual(list(notes["seconds"]), steps)
            self.assertIn("left_pit", notes["garments"]["top"]["keypoints"])

    def test_refuses_what_it_cannot_read_in_one_sentence(self):
        with tempfile.TemporaryDirectory() as folder:
            flat = DEMO_FLATS / "tank_rib_rose.jpg"
            photo = HOUSE_MODELS / "w3.jpg"

            with self.assertRaisesRegex(CommandError, "give --top, --bottom or both"):
                self.explain(photo, "--out", folder)
            with self.assertRaisesRegex(CommandError, "nowhere.jpg"):
                self.explain("nowhere.jpg", "--top", flat, "--out", folder)
            with self.assertRaisesRegex(CommandError, "Refused: No person"):
                self.explain(flat, "--top", flat, "--out", folder)


class StagePicturesTests(TestCase):
    def test_show_the_person_without_changing_it(self):
        person = drawn_reading()
        before = person.image.copy(), person.parsing.copy()

        for draw in (draw_person, draw_parsing, draw_body):
            with self.subTest(draw.__name__):
                picture = draw(person)

                self.assertEqual((picture.ndim, picture.dtype), (3, np.uint8))
                self.assertGreater(picture.std(), 8)
        np.testing.assert_array_equal(person.image, before[0])
        np.testing.assert_array_equal(person.parsing, before[1])

    def test_show_a_garment_of_any_kind(self):
        for flat in (demo_flat("skirt_pleated_plaid"), drawn_flat(TANK)):
            self.assertGreater(draw_garment(read_garment(flat)).std(), 8)

    def test_the_mask_hides_exactly_what_changed(self):
        photo = np.full((90, 60, 3), 90, np.uint8)
        changed = np.zeros((90, 60), bool)
        changed[30:60, 20:40] = True
        result = np.where(changed[..., None], np.uint8(120), photo)

        sheet = draw_mask(photo, result, changed)

        kept = sheet[:900, 614:1214]  # the second of three panels of 600 x 900
        self.assertTrue((kept[350:550, 250:350] == 255).all())
        self.assertTrue((kept[:200] == 90).all())


class DrawingTests(TestCase):
    def test_tints_in_the_given_share_only_where_asked(self):
        image = np.full((4, 4, 3), 100, np.uint8)
        where = np.zeros((4, 4), bool)
        where[1, 1] = True

        drawn = tinted(image, where, (200, 0, 100), 0.5)

        self.assertEqual(drawn[1, 1].tolist(), [150, 50, 100])
        self.assertTrue((drawn[~where] == 100).all())
        self.assertTrue((image == 100).all())

    def test_text_never_runs_out_of_the_picture(self):
        blank = np.full((40, 120, 3), 255, np.uint8)

        written = write(blank, [((118.0, 20.0), "right_pit 1.00")])

        inked = (written < 128).any(axis=(0, 2))
        self.assertTrue(inked[:100].any())
        self.assertFalse(inked[-3:].any())

    def test_panels_get_one_height_and_captions(self):
        panels = [
            Panel(np.zeros((100, 50, 3), np.uint8), "one"),
            Panel(np.zeros((50, 50, 3), np.uint8), "two"),
        ]

        row = side_by_side(panels, height=200)

        self.assertEqual(row.shape, (242, 100 + 14 + 200, 3))
        self.assertTrue((row[:200, 100:114] == PAPER).all())

    def test_a_title_that_is_wider_than_its_picture_widens_the_page(self):
        page = titled(np.zeros((10, 10, 3), np.uint8), "A rather long title")

        self.assertGreater(page.shape[1], 200)

    def test_sheet_breaks_into_rows(self):
        pages = [np.zeros((100, 100, 3), np.uint8)] * 3

        sheet = contact_sheet(pages, height=100, width=250)

        self.assertEqual(sheet.shape, (2 * 114 + 14, 2 * 114 + 14, 3))

    def test_neutral_light_is_white(self):
        self.assertTrue((as_factor(np.ones((2, 2))) == 255).all())

    def test_colour_tells_the_confidence(self):
        self.assertEqual(by_confidence(0.9), GREEN)
        self.assertEqual(by_confidence(0.2), RED)
