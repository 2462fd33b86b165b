"""What the tests of imports share: a merchant, a table, an archive, and a run."""

import io

from django.test import TestCase

from shop.imports.archive import Archive
from shop.services.imports import GarmentImporter, open_table, tally
from tests.archives import picture, table, zipped
from tests.check_server import check_server
from tests.factories import make_merchant

PICTURES = {f"{number}.jpg": picture(number) for number in range(1, 5)}
ROWS = ("A1,1.jpg,Tee,99,top", "A2,2.jpg,Skirt,120.50,bottom", "A3,3.jpg,Dress,300,")


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
