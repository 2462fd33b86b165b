"""Import garments: `manage.py import_garments SHOP table.csv pictures.zip`.

Run it again after a kill, or after mending the table: what is imported already is left
alone. Exit status 1 when a row failed.
"""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.utils import translation

from shop.imports.archive import Archive
from shop.models import Merchant
from shop.services.imports import GarmentImporter, RowReport, open_table, tally
from shop.services.uploads import CheckUnavailable

EVERY = 50  # rows between two lines of progress


class Command(BaseCommand):
    help = "Import garments from a CSV table and a ZIP archive of their pictures."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("shop", help="slug of the merchant")
        parser.add_argument("table", type=Path, help="CSV table, a row per garment")
        parser.add_argument("pictures", type=Path, help="ZIP archive of the pictures")
        parser.add_argument(
            "--dry-run", action="store_true", help="only say what would be done"
        )
        parser.add_argument(
            "--language",
            choices=[code for code, _name in settings.LANGUAGES],
            default=settings.LANGUAGE_CODE,
            help="of the messages about rows",
        )

    def handle(
        self,
        *,
        shop: str,
        table: Path,
        pictures: Path,
        dry_run: bool,
        language: str,
        **options: Any,
    ) -> None:
        merchant = Merchant.objects.filter(slug=shop).first()
        if merchant is None:
            raise CommandError(f"There is no merchant {shop!r}.")
        with translation.override(language):
            try:
                known = open_table(table.read_bytes())
                with pictures.open("rb") as file, Archive(file) as archive:
                    importer = GarmentImporter(merchant, known, archive)
                    counts, _problems = tally(self._told(importer, dry_run))
            except OSError as exc:
                raise CommandError(str(exc)) from exc
            except ValidationError as refused:
                raise CommandError(" ".join(refused.messages)) from refused
            except CheckUnavailable as exc:
                raise CommandError(
                    f"The engine checks no pictures: {exc} "
                    "Run the same command again to go on."
                ) from exc
        said = ", ".join(f"{count} {outcome}" for outcome, count in counts.items())
        self.stdout.write(f"{'Would be: ' if dry_run else ''}{said}.")
        if counts["failed"]:
            raise CommandError(
                f"{counts['failed']} of {len(known.rows)} rows failed.", returncode=1
            )

    def _told(self, importer: GarmentImporter, dry_run: bool) -> Iterator[RowReport]:
        """Each row as it is done, its problems written out at once."""
        reports = importer.check() if dry_run else importer.run()
        for number, report in enumerate(reports, 1):
            for problem in report.problems:
                column = f", {problem.column}" if problem.column else ""
                self.stderr.write(f"row {problem.row}{column}: {problem}")
            if number % EVERY == 0:
                self.stdout.write(f"{number} of {len(importer.rows)} rows")
            yield report
