"""Importing garments: row by row, all or nothing, again and again without harm."""

import io
import logging
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import CommandError, call_command
from django.test import TestCase
from django.urls import reverse
from django.utils import timezone

from shop.imports.archive import Archive
from shop.models import DoomedFile, Garment, GarmentImport, ReviewStatus
from shop.services import import_jobs
from shop.services.accounts import delete_account
from shop.services.imports import GarmentImporter, open_table, tally
from shop.services.retention import purge_expired
from shop.services.uploads import CheckUnavailable
from shop.storages import private_storage
from tests.archives import picture, table, zipped
from tests.check_server import check_server
from tests.factories import make_garment, make_merchant, make_user

BLOCKED = {"code": "no_garment", "severity": "block", "message": "No garment."}
PICTURES = {f"{number}.jpg": picture(number) for number in range(1, 5)}
ROWS = ("A1,1.jpg,Tee,99,top", "A2,2.jpg,Skirt,120.50,bottom", "A3,3.jpg,Dress,300,")


@contextmanager
def _folder():
    with TemporaryDirectory() as folder:
        yield Path(folder)


def counts(created=0, updated=0, unchanged=0, failed=0):
    return {
        "created": created,
        "updated": updated,
        "unchanged": unchanged,
        "failed": failed,
    }


class ImportCase(TestCase):
    def setUp(self):
        self.merchant = make_merchant()
        self.server = self.enterContext(check_server())
        self.server.facts = {"category": "dress", "sleeve": "short"}

    def importer(self, *rows, pictures=PICTURES, **options):
        archive = Archive(io.BytesIO(zipped(pictures)))
        self.addCleanup(archive.close)
        known = open_table(table(*(rows or ROWS), **options))
        return GarmentImporter(self.merchant, known, archive)

    def run_import(self, *rows, **options):
        return tally(self.importer(*rows, **options).run())

    def check(self, *rows, **options):
        return tally(self.importer(*rows, **options).check())

    def sentences(self, problems):
        return [(problem.row, problem.column, str(problem)) for problem in problems]


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


class PageTests(ImportCase):
    def setUp(self):
        super().setUp()
        self.client.force_login(self.merchant.user)

    def upload(self, *rows, pictures=PICTURES, with_table=True):
        files = {
            "pictures": SimpleUploadedFile("p.zip", zipped(pictures), "application/zip")
        }
        if with_table:
            files["table"] = SimpleUploadedFile("t.csv", table(*(rows or ROWS)))
        return self.client.post(reverse("merchant-import-new"), files)

    def address(self, job):
        return reverse("merchant-import", args=[job.public_id])

    def test_first_a_dry_run_then_the_import(self):
        answer = self.upload(*ROWS, "A4,none.jpg,Hat,1,top")
        job = GarmentImport.objects.get()
        self.assertRedirects(answer, self.address(job))
        page = self.client.get(self.address(job))
        self.assertContains(page, "Import 3 garments")
        self.assertContains(page, "There is no picture “none.jpg”")
        self.assertFalse(Garment.objects.exists())

        with self.captureOnCommitCallbacks(execute=True):
            done = self.client.post(self.address(job), follow=True)

        self.assertContains(done, "The import is done.")
        self.assertEqual(self.merchant.garments.count(), 3)
        self.assertFalse(private_storage().exists(job.archive.name))
        self.assertFalse(private_storage().exists(job.table.name))

    def test_a_few_rows_at_a_time_until_it_is_done(self):
        self.upload()
        job = GarmentImport.objects.get()
        with mock.patch.object(import_jobs.step_import, "__defaults__", (-1.0,)):
            first = self.client.post(self.address(job), headers={"HX-Request": "true"})
        self.assertContains(first, "1 of 3 rows done")
        self.assertContains(first, "load delay")
        self.assertNotContains(first, "<html")

        last = self.client.post(self.address(job), headers={"HX-Request": "true"})

        self.assertContains(last, "The import is done.")
        job.refresh_from_db()
        self.assertEqual(job.counts, counts(created=3))

    def test_two_tabs_do_not_work_on_it_at_the_same_time(self):
        self.upload()
        job = GarmentImport.objects.get()
        job.busy_until = timezone.now() + import_jobs._LEASE
        job.save()

        answer = self.client.post(self.address(job), headers={"HX-Request": "true"})

        self.assertFalse(Garment.objects.exists())
        self.assertNotContains(answer, "The import is done.")

    def test_waits_when_nobody_checks_pictures(self):
        logging.disable(logging.WARNING)
        self.addCleanup(logging.disable, logging.NOTSET)
        self.upload()
        job = GarmentImport.objects.get()
        self.server.status = 500

        paused = self.client.post(self.address(job), headers={"HX-Request": "true"})
        self.server.status = 200
        self.client.post(self.address(job))

        self.assertContains(paused, "Please go on in a minute.")
        self.assertNotContains(paused, "load delay")
        self.assertEqual(self.merchant.garments.count(), 3)

    def test_the_table_may_lie_in_the_archive(self):
        self.upload(
            pictures=PICTURES | {"garments.csv": table(*ROWS)}, with_table=False
        )

        self.assertEqual(GarmentImport.objects.get().plan, counts(created=3))

    def test_what_is_refused_as_a_whole_is_kept_nowhere(self):
        for refused, sentence in (
            ({"pictures": {"../x.jpg": b"x"}}, "a name that leads out of it"),
            ({"with_table": False}, "Please choose the table too"),
        ):
            with self.subTest(sentence):
                self.assertContains(self.upload(**refused), sentence)
        empty = self.client.post(reverse("merchant-import-new"), {"pictures": ""})
        self.assertContains(empty, "Please choose a ZIP archive first.")
        self.assertFalse(GarmentImport.objects.exists())

    def test_discarding_forgets_the_files_and_keeps_what_is_imported(self):
        self.upload()
        job = GarmentImport.objects.get()
        garment = make_garment(merchant=self.merchant)

        with self.captureOnCommitCallbacks(execute=True):
            self.client.post(reverse("merchant-import-discard", args=[job.public_id]))

        self.assertFalse(private_storage().exists(job.archive.name))
        self.assertFalse(GarmentImport.objects.exists())
        self.assertTrue(Garment.objects.filter(pk=garment.pk).exists())

    def test_another_merchants_import_does_not_exist_here(self):
        self.upload()
        job = GarmentImport.objects.get()
        self.client.force_login(make_merchant().user)

        for method, name in (
            ("get", "merchant-import"),
            ("post", "merchant-import"),
            ("post", "merchant-import-discard"),
        ):
            address = reverse(name, args=[job.public_id])
            self.assertEqual(getattr(self.client, method)(address).status_code, 404)
        self.assertFalse(Garment.objects.exists())
        self.assertNotContains(
            self.client.get(reverse("merchant-import-new")), str(job.public_id)
        )

    def test_only_merchants_import(self):
        self.client.force_login(make_user())

        self.assertRedirects(self.upload(), reverse("merchant-sign-up"))

    def test_the_empty_table_can_be_read_again(self):
        answer = self.client.get(reverse("merchant-import-template"))

        (row,) = open_table(answer.content).rows
        self.assertEqual(row.cells["sku"], "TEE-001")

    def test_old_imports_go_with_their_files(self):
        self.upload()
        job = GarmentImport.objects.get()
        GarmentImport.objects.update(created_at=timezone.now() - timedelta(days=8))

        with self.captureOnCommitCallbacks(execute=True):
            purge_expired()

        self.assertFalse(private_storage().exists(job.archive.name))
        self.assertFalse(GarmentImport.objects.exists())

    def test_an_account_that_goes_takes_its_imports_along(self):
        self.upload()

        delete_account(self.merchant.user)

        self.assertEqual(DoomedFile.objects.count(), 2)


class SkuFormTests(ImportCase):
    def test_a_number_is_given_once_in_a_shop(self):
        self.client.force_login(self.merchant.user)
        make_garment(merchant=self.merchant, sku="A1")
        other = make_garment(merchant=self.merchant, status=ReviewStatus.DRAFT)

        answer = self.client.post(
            reverse("merchant-garment", args=[other.pk]),
            {
                "kind": "top",
                "audience": "all",
                "name": "X",
                "price": "1",
                "currency": "CNY",
                "sku": "A1",
            },
        )

        self.assertContains(answer, "has this SKU already.")
