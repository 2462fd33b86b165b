"""Importing garments: row by row, all or nothing, again and again without harm."""

import io
import logging
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from django.core.management import CommandError, call_command

from shop.models import Garment
from shop.services.uploads import CheckUnavailable
from tests.archives import picture, table, zipped
from tests.factories import make_garment

from .import_case import PICTURES, ROWS, ImportCase, counts

BLOCKED = {"code": "no_garment", "severity": "block", "message": "No garment."}


@contextmanager
def _folder():
    with TemporaryDirectory() as folder:
        yield Path(folder)


class RunTests(ImportCase):
    def test_each_row_becomes_a_draft(self):
        found, problems = self.run_import()

        self.assertEqual((found, problems), (counts(created=3), []))
        tee, skirt, dress = self.merchant.garments.order_by("sku")
        self.assertEqual((tee.name, tee.kind, str(tee.price)), ("Tee", "top", "99.00"))
        self.assertEqual((tee.sleeve, tee.slug, tee.status), ("short", "tee", "draft"))
        self.assertEqual((skirt.kind, skirt.sleeve), ("bottom", ""))
        self.assertEqual(dress.kind, "dress")  # seen on its picture
        self.assertEqual(tee.facts, self.server.facts)
        self.assertNotEqual(tee.flat_sha256, dress.flat_sha256)

    def test_words_for_kind_sleeves_and_audience(self):
        self.run_import(
            "1,1.jpg,T,9,Top,No sleeves,Men",
            heading="sku,picture,name,price,kind,sleeve,audience",
        )

        tee = self.merchant.garments.get()
        self.assertEqual((tee.kind, tee.sleeve, tee.audience), ("top", "none", "men"))

    def test_the_second_run_changes_nothing_and_asks_nobody(self):
        self.run_import()
        before = list(self.merchant.garments.order_by("pk").values())
        asked = len(self.server.asked)

        found, _problems = self.run_import()

        self.assertEqual(found, counts(unchanged=3))
        self.assertEqual(list(self.merchant.garments.order_by("pk").values()), before)
        self.assertEqual(len(self.server.asked), asked)

    def test_changed_words_change_the_garment_and_not_its_picture(self):
        self.run_import()
        asked = len(self.server.asked)

        found, _problems = self.run_import("A1,1.jpg,Linen tee,99,top", *ROWS[1:])

        self.assertEqual(found, counts(updated=1, unchanged=2))
        self.assertEqual(self.merchant.garments.get(sku="A1").name, "Linen tee")
        self.assertEqual(len(self.server.asked), asked)

    def test_a_changed_picture_replaces_the_flat(self):
        self.run_import(ROWS[0])
        before = self.merchant.garments.get()

        with self.captureOnCommitCallbacks(execute=True):
            found, _ = self.run_import(ROWS[0], pictures={"1.jpg": picture(9)})

        after = self.merchant.garments.get()
        self.assertEqual(found, counts(updated=1))
        self.assertNotEqual(after.flat.name, before.flat.name)
        self.assertFalse(before.flat.storage.exists(before.flat.name))

    def test_what_the_merchant_changed_on_the_page_stays(self):
        self.run_import(ROWS[0])
        self.merchant.garments.update(name="My tee")

        self.run_import(ROWS[0])

        self.assertEqual(self.merchant.garments.get().name, "My tee")

    def test_what_is_in_review_or_on_sale_is_left_alone(self):
        self.run_import(ROWS[0])
        for status in ("in_review", "published", "archived"):
            with self.subTest(status):
                self.merchant.garments.update(status=status)

                same, _none = self.run_import(ROWS[0])
                found, problems = self.run_import("A1,1.jpg,Other,99,top")

                self.assertEqual((same, found), (counts(unchanged=1), counts(failed=1)))
                self.assertEqual(problems[0].column, "sku")
                self.assertEqual(self.merchant.garments.get().name, "Tee")

    def test_two_shops_may_use_the_same_number(self):
        make_garment(sku="A1", name="Theirs")

        self.assertEqual(self.run_import(ROWS[0])[0], counts(created=1))
        self.assertEqual(
            Garment.objects.get(sku="A1", name="Theirs").merchant.shop_name[:4], "Shop"
        )


class RefusedRowsTests(ImportCase):
    def test_says_all_that_is_wrong_by_row_and_column(self):
        found, problems = self.run_import(
            "A1,1.jpg,Tee,99,top",
            "A2,nowhere.jpg,,0,hat",
            ",2.jpg,Skirt,12,bottom",
            "A4,3.jpg,=1+1,9,top",
        )

        self.assertEqual(found, counts(created=1, failed=3))
        self.assertEqual(
            [(row, column) for row, column, _ in self.sentences(problems)],
            [
                (3, "picture"),
                (3, "kind"),
                (3, "name"),
                (3, "price"),
                (4, "sku"),
                (5, "name"),
            ],
        )
        self.assertEqual(
            str(problems[0]), "There is no picture “nowhere.jpg” in the ZIP archive."
        )
        self.assertIn("like a formula", str(problems[-1]))
        self.assertEqual(self.merchant.garments.count(), 1)

    def test_a_number_twice_in_the_table_is_nobodys(self):
        found, problems = self.run_import(ROWS[0], ROWS[0], ROWS[1])

        self.assertEqual(found, counts(created=1, failed=2))
        self.assertEqual([problem.row for problem in problems], [2, 3])

    def test_a_picture_that_cannot_be_tried_on_makes_no_garment(self):
        self.server.findings = [BLOCKED]

        found, (problem,) = self.run_import(ROWS[0])

        self.assertEqual(found, counts(failed=1))
        self.assertIn("We see no garment in this picture.", str(problem))
        self.assertFalse(Garment.objects.exists())

    def test_a_file_that_is_no_picture(self):
        _found, (problem,) = self.run_import(ROWS[0], pictures={"1.jpg": b"<html>"})

        self.assertEqual(problem.column, "picture")
        self.assertEqual(self.server.asked, [])

    def test_a_kind_that_nobody_tells(self):
        self.server.facts = {}

        _found, (problem,) = self.run_import(ROWS[2])

        self.assertEqual((problem.row, problem.column), (2, "kind"))
        self.assertFalse(Garment.objects.exists())

    def test_a_refused_row_leaves_its_garment_as_it_was(self):
        self.run_import(ROWS[0])

        self.run_import("A1,1.jpg,Other,0,top")

        self.assertEqual(self.merchant.garments.get().name, "Tee")

    def test_a_failure_while_writing_leaves_no_garment_and_no_file(self):
        broken = mock.patch("shop.services.imports.want_previews", side_effect=OSError)
        with broken, self.assertRaises(OSError):
            self.run_import(ROWS[0])

        self.assertFalse(Garment.objects.exists())
        self.assertEqual(self.run_import(ROWS[0])[0], counts(created=1))


class ResumeTests(ImportCase):
    def test_a_killed_import_goes_on_where_it_stopped(self):
        rows = self.importer().run()
        next(rows)
        rows.close()  # as a kill does: nothing after the first row was written
        self.assertEqual(self.merchant.garments.count(), 1)

        found, _problems = self.run_import()

        self.assertEqual(found, counts(created=2, unchanged=1))

    def test_stops_when_nobody_checks_pictures(self):
        logging.disable(logging.WARNING)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.server.status = 500

        with self.assertRaises(CheckUnavailable):
            self.run_import()

        self.assertFalse(Garment.objects.exists())


class DryRunTests(ImportCase):
    def test_says_what_would_be_and_does_nothing(self):
        self.run_import(ROWS[0], ROWS[1])
        asked = len(self.server.asked)

        found, problems = self.check(
            ROWS[0], "A2,2.jpg,Other,1,bottom", ROWS[2], "A4,4.jpg,Hat,-1,top"
        )

        self.assertEqual(found, counts(1, 1, 1, 1))
        self.assertEqual([problem.row for problem in problems], [5])
        self.assertEqual(self.merchant.garments.count(), 2)
        self.assertEqual(len(self.server.asked), asked)


class CommandTests(ImportCase):
    def setUp(self):
        super().setUp()
        self.folder = self.enterContext(_folder())

    def call(self, *options, rows=ROWS):
        out, err = io.StringIO(), io.StringIO()
        (self.folder / "t.csv").write_bytes(table(*rows))
        (self.folder / "p.zip").write_bytes(zipped(PICTURES))
        try:
            call_command(
                "import_garments",
                self.merchant.slug,
                str(self.folder / "t.csv"),
                str(self.folder / "p.zip"),
                *options,
                stdout=out,
                stderr=err,
            )
            status = 0
        except CommandError as error:
            status = error.returncode
            err.write(str(error))
        return status, out.getvalue(), err.getvalue()

    def test_imports(self):
        status, out, _err = self.call()

        self.assertEqual(status, 0)
        self.assertIn("3 created, 0 updated, 0 unchanged, 0 failed.", out)

    def test_dry_run(self):
        status, out, _err = self.call("--dry-run")

        self.assertEqual(status, 0)
        self.assertIn("Would be: 3 created", out)
        self.assertFalse(Garment.objects.exists())

    def test_tells_rows_and_columns_in_the_language_asked_for(self):
        rows = (ROWS[0], "A2,2.jpg,Skirt,zero,bottom")

        status, _out, english = self.call(rows=rows)
        _status, _out, chinese = self.call("--language", "zh-hans", rows=rows)

        self.assertEqual(status, 1)
        self.assertIn("row 3, price: Enter a number.", english)
        self.assertIn("1 of 2 rows failed.", english)
        self.assertRegex(chinese, "row 3, price: [^a-z]+\n")

    def test_refuses_in_one_sentence(self):
        (self.folder / "x.zip").write_bytes(b"no zip")
        paths = [str(self.folder / name) for name in ("t.csv", "x.zip")]
        self.call()
        for args, sentence in (
            (["nobody", *paths], "There is no merchant 'nobody'."),
            ([self.merchant.slug, *paths], "This file is not a ZIP archive."),
            ([self.merchant.slug, "/nowhere.csv", paths[1]], "No such file"),
        ):
            with self.subTest(sentence), self.assertRaisesRegex(CommandError, sentence):
                call_command("import_garments", *args)
