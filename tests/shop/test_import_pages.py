"""The import on its pages: looked through, then done a few seconds at a time."""

import logging
from datetime import timedelta
from unittest import mock

from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from shop.models import DoomedFile, Garment, GarmentImport, ReviewStatus
from shop.services import import_jobs
from shop.services.accounts import delete_account
from shop.services.imports import open_table
from shop.services.retention import purge_expired
from shop.storages import private_storage
from tests.archives import table, zipped
from tests.factories import make_garment, make_merchant, make_user

from .import_case import PICTURES, ROWS, ImportCase, counts


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
