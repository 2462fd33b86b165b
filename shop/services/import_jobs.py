"""Imports through the page: stored, then worked through a few seconds at a time.

Each request does as many rows as it has time for, and the page asks for the next ones.
So an import needs no process of its own, and one whose page was closed, or whose server
was stopped, goes on when its merchant comes back.
"""

import logging
import time
from collections.abc import Iterable
from datetime import timedelta
from enum import Enum
from typing import IO

from django.core.files.base import ContentFile, File
from django.db import transaction
from django.utils import timezone

from ..imports.archive import Archive
from ..models import GarmentImport, Merchant
from ..storages import private_storage, random_name
from .imports import GarmentImporter, Outcome, RowReport, open_table, tally
from .private_files import doom
from .uploads import CheckUnavailable

logger = logging.getLogger(__name__)

STEP_S = 4.0
_PROGRESS = (
    *("started_at", "next_row", "counts", "problems", "busy_until"),
    *("ended_at", "table", "archive"),
)
_LEASE = timedelta(seconds=90)  # the slowest row takes half a minute


def start_import(
    merchant: Merchant, table: bytes, pictures: IO[bytes]
) -> GarmentImport:
    """Keep an upload and say what would come of each row: a dry run.

    Raises ValidationError for a table or an archive that is refused as a whole; then
    nothing is kept.
    """
    known = open_table(table)
    with Archive(pictures) as archive:
        plan, problems = tally(GarmentImporter(merchant, known, archive).check())
    pictures.seek(0)
    store = private_storage()
    return GarmentImport.objects.create(
        merchant=merchant,
        table=store.save(random_name("imports", "csv"), ContentFile(table)),
        archive=store.save(random_name("imports", "zip"), File(pictures)),
        rows=len(known.rows),
        plan=plan,
        counts=dict.fromkeys((str(one) for one in Outcome), 0),
        problems=[problem.as_json() for problem in problems],
        ignored=known.ignored,
    )


class Step(Enum):
    WORKED = "worked"
    BUSY = "busy"  # somebody else works on this import: nothing was done
    UNCHECKED = "unchecked"  # the engine judges no pictures just now: go on later


def step_import(job: GarmentImport, seconds: float = STEP_S) -> Step:
    """Import rows for about so long; the job then says how far it is."""
    now = timezone.now()
    free = GarmentImport.objects.filter(pk=job.pk, busy_until__lte=now, ended_at=None)
    if free.update(busy_until=now + _LEASE) != 1:
        job.refresh_from_db()
        return Step.BUSY
    job.refresh_from_db()
    if job.started_at is None:  # what the dry run found is found again on the way
        job.started_at, job.problems = now, []
    try:
        return _work(job, time.monotonic() + seconds)
    finally:
        job.busy_until = timezone.now()
        _keep(job)


def _work(job: GarmentImport, deadline: float) -> Step:
    with job.table.open() as file:
        table = open_table(file.read())
    with job.archive.open() as pictures, Archive(pictures) as archive:
        importer = GarmentImporter(job.merchant, table, archive)
        try:
            for report in importer.run(start=job.next_row):
                if not _note(job, report) or time.monotonic() > deadline:
                    break
        except CheckUnavailable as exc:
            logger.warning("Import %s stopped at row %s: %s", job, job.next_row, exc)
            return Step.UNCHECKED
    if job.next_row >= job.rows:
        _finish(job)
    return Step.WORKED


@transaction.atomic
def _finish(job: GarmentImport) -> None:
    """Its files go in the moment in which it is done, not before."""
    doom(job.files)
    job.ended_at = timezone.now()
    job.table = job.archive = ""
    _keep(job)


def _note(job: GarmentImport, report: RowReport) -> bool:
    """Write down how far it is, after each row. False: it was discarded meanwhile."""
    job.next_row += 1
    job.counts[report.outcome] += 1
    job.problems += [problem.as_json() for problem in report.problems]
    job.busy_until = timezone.now() + _LEASE
    return _keep(job)


def _keep(job: GarmentImport) -> bool:
    # Not save(): that would bring a discarded one back.
    changes = {name: getattr(job, name) for name in _PROGRESS}
    return GarmentImport.objects.filter(pk=job.pk).update(**changes) == 1


@transaction.atomic
def delete_imports(jobs: Iterable[GarmentImport]) -> None:
    """Forget imports with their files; what they imported stays."""
    chosen = list(jobs)
    doom([name for job in chosen for name in job.files])
    GarmentImport.objects.filter(pk__in=[job.pk for job in chosen]).delete()
