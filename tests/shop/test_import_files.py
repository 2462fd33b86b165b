"""Tables and archives from outside: honest ones are read, all others refused."""

import io
from unittest import mock
from zipfile import ZIP_STORED

from django.core.exceptions import ValidationError
from django.test import SimpleTestCase, override_settings

from shop.imports import archive as archives
from shop.imports.archive import Archive
from shop.imports.rows import heading_names
from shop.imports.table import read_table
from tests.archives import encrypted, lying_about_its_size, picture, with_link, zipped

REQUIRED = ("sku", "name")


class ArchiveTests(SimpleTestCase):
    def open(self, data):
        archive = Archive(io.BytesIO(data))
        self.addCleanup(archive.close)
        return archive

    def refused(self, data, read=""):
        with self.assertRaises(ValidationError) as caught:
            archive = self.open(data)
            archive.read(read)
        return caught.exception.code

    def test_finds_a_picture_by_its_name_or_its_path(self):
        archive = self.open(zipped({"flats/Tee.JPG": b"one", "dress.jpg": b"two"}))

        for name in ("tee.jpg", "flats/tee.jpg", "flats\\TEE.jpg", " ./flats/Tee.JPG"):
            self.assertEqual(archive.read(name), b"one", name)
        self.assertEqual(archive.read("dress.jpg"), b"two")

    def test_two_folders_may_hold_the_same_name(self):
        data = zipped({"a/1.jpg": b"a", "b/1.jpg": b"b"})

        self.assertEqual(self.open(data).read("b/1.jpg"), b"b")
        self.assertEqual(self.refused(data, "1.jpg"), "ambiguous")
        self.assertEqual(self.refused(data, "c/1.jpg"), "missing")

    def test_names_as_chinese_windows_writes_them(self):
        data = bytearray(zipped({"AAAA.jpg": b"one"}))
        data = bytes(data).replace(b"AAAA", "衬衫".encode("gb18030"))

        self.assertEqual(self.open(data).read("衬衫.jpg"), b"one")

    def test_what_systems_add_does_not_count(self):
        archive = self.open(
            zipped({"__MACOSX/._a.csv": b"", ".DS_Store": b"", "a.csv": b"sku"})
        )

        self.assertEqual(archive.ending_with(".csv"), ["a.csv"])

    def test_hostile_archives_are_refused(self):
        deep = zipped({"b.zip": zipped({"a.jpg": picture()})})
        for code, data in {
            "not_a_zip": b"Rar!\x1a\x07\x00",
            "unsafe_name": zipped({"../../etc/cron.d/x.jpg": b"x"}),
            "link": with_link(),
            "encrypted": encrypted(),
            "nested": deep,
            "bomb": zipped({"a.jpg": bytes(20 * 1024 * 1024)}),
        }.items():
            with self.subTest(code):
                self.assertEqual(self.refused(data, "a.jpg"), code)

    def test_names_that_lead_out_are_refused_in_every_spelling(self):
        for name in ("/a.jpg", "a/../../b.jpg", "..\\a.jpg", "C:\\a.jpg", "C:a.jpg"):
            with self.subTest(name):
                self.assertEqual(self.refused(zipped({name: b"x"})), "unsafe_name")

    def test_sizes_that_it_states_are_not_believed(self):
        self.assertIn(
            self.refused(lying_about_its_size(), "a.jpg"), ("damaged", "too_large")
        )

    @override_settings(TRYON_MAX_UPLOAD_BYTES=1000)
    def test_reads_no_more_of_an_entry_than_an_upload_may_have(self):
        data = zipped({"a.jpg": bytes(1001), "b.jpg": bytes(1000)}, ZIP_STORED)

        self.assertEqual(self.refused(data, "a.jpg"), "too_large")
        self.assertEqual(len(self.open(data).read("b.jpg")), 1000)

    def test_too_many_entries_are_refused(self):
        data = zipped({f"{number}.jpg": b"" for number in range(4)})

        with mock.patch.object(archives, "MOST_ENTRIES", 3):
            self.assertEqual(self.refused(data), "too_many")

    def test_a_damaged_entry_is_refused_when_it_is_read(self):
        data = zipped({"a.jpg": picture()}, ZIP_STORED)
        broken = data.replace(picture()[100:110], bytes(10))

        self.assertEqual(self.refused(broken, "a.jpg"), "damaged")
        self.assertEqual(self.refused(data[: len(data) // 2]), "not_a_zip")


class TableTests(SimpleTestCase):
    def read(self, data):
        return read_table(data, heading_names(), REQUIRED)

    def rows(self, data):
        return [(row.number, row.cells) for row in self.read(data).rows]

    def refused(self, data):
        with self.assertRaises(ValidationError) as caught:
            self.read(data)
        return caught.exception.code

    def test_encodings_that_programs_write(self):
        text = "sku,name\r\n1,亚麻连衣裙 è\r\n2,白色棉质衬衫"
        plain = text.replace(" è", "")
        for encoding, written in (
            ("utf-8", text),
            ("utf-8-sig", text),
            ("utf-16", text),
            ("gb18030", plain),
        ):
            with self.subTest(encoding):
                rows = self.rows(written.encode(encoding))
                self.assertEqual(rows[1], (3, {"sku": "2", "name": "白色棉质衬衫"}))

    def test_an_encoding_that_cannot_be_told_is_refused(self):
        western = "sku,name\n1,Kleid für Mädchen, weiß\n".encode("cp1252")

        self.assertEqual(self.refused(western), "encoding")
        self.assertEqual(self.refused(b"sku,name\n1,\xff\xfe\xfd"), "encoding")

    def test_separators_and_quotes(self):
        for data in (
            b'sku,name\n1,"Tee, long"',
            b"sku;name\n1;Tee, long",
            b"sku\tname\n1\tTee, long",
        ):
            self.assertEqual(self.rows(data), [(2, {"sku": "1", "name": "Tee, long"})])

    def test_headings_in_any_spelling(self):
        for heading in ("sku,name", "SKU , Name", "S-K-U,NAME*"):
            with self.subTest(heading):
                rows = self.rows(f"{heading}\n1,Tee".encode())
                self.assertEqual(rows, [(2, {"sku": "1", "name": "Tee"})])

    def test_rows_are_numbered_as_spreadsheets_do(self):
        data = b'\nsku,name\n1,"two\nlines"\n\n , \n2,Tee\n'

        self.assertEqual([number for number, _ in self.rows(data)], [3, 6])

    def test_columns_that_nobody_knows_are_named(self):
        table = self.read(b"sku,name,colour,\n1,Tee,red,x")

        self.assertEqual(table.ignored, ["colour"])
        self.assertEqual(table.rows[0].cells, {"sku": "1", "name": "Tee"})

    def test_formulas_are_found_and_numbers_are_none(self):
        for cell, is_formula in (
            ("=HYPERLINK(1)", True),
            (" =1+1", True),
            ("+cmd|' /C calc'!A0", True),
            ("-2+3", True),
            ("@SUM(1)", True),
            ("\t=1", True),
            ("-5", False),
            ("+49.50", False),
            ("1=1", False),
            ("", False),
        ):
            with self.subTest(cell):
                row = self.read(f'sku,name\n1,"{cell}"'.encode()).rows[0]
                self.assertEqual(row.formulas, ["name"] if is_formula else [])

    def test_what_is_no_table_is_refused(self):
        for code, data in {
            "empty": b" \r\n",
            "not_text": zipped({"a.csv": b"sku"}),
            "columns": b"number,name\n1,Tee",
            "doubled": b"sku,name,SKU\n1,Tee,2",
            "no_rows": b"sku,name\n\n",
            "damaged": b'sku,name\n1,"Tee\n2,Shirt',
            "too_large": b"sku,name\n" + b"1,Tee\n" * 2_000_000,
        }.items():
            with self.subTest(code):
                self.assertEqual(self.refused(data), code)

    def test_too_many_rows_are_refused(self):
        self.assertEqual(self.refused(b"sku,name\n" + b"1,T\n" * 5001), "too_many")
