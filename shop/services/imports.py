"""Garments by the hundred: a table and an archive of pictures become drafts.

A row is one garment, found again by its SKU. Each row is all or nothing and committed
by itself; a row whose cells and picture were imported before is left alone. So an
import that was killed, or is run again, goes on where it stopped and changes nothing
twice.
"""

import hashlib
import io
import json
import logging
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from ..findings import in_words
from ..imports.archive import Archive
from ..imports.rows import (
    REQUIRED,
    Problem,
    RowForm,
    heading_names,
    judge_cells,
    problems_of,
)
from ..imports.table import RawRow, Table, read_table
from ..models import Garment, GarmentKind, Merchant
from ..pictures import CleanPicture, clean_picture
from ..validators import open_picture
from .garments import detected_kind, detected_sleeve, unique_slug
from .previews import want_previews
from .uploads import CheckResult, check_picture, delete_flat_files, store_flat

logger = logging.getLogger(__name__)

WORDS = tuple(name for name in RowForm.Meta.fields)


class Outcome(StrEnum):
    CREATED = "created"
    UPDATED = "updated"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True)
class RowReport:
    """What a row came to, or would come to; `problems` only when it failed."""

    number: int
    outcome: Outcome
    problems: list[Problem] = field(default_factory=list)


@dataclass(frozen=True)
class _Row:
    """A row that could be imported: everything about it is known and allowed."""

    number: int
    sku: str
    existing: Garment | None
    form: RowForm | None  # None: nothing has changed since the last import
    row_hash: str
    picture_hash: str
    picture: bytes


class _Refused(Exception):
    def __init__(self, *problems: Problem) -> None:
        super().__init__(*problems)
        self.problems = list(problems)


class GarmentImporter:
    """Works through the rows of one table.

    Parameters
    ----------
    merchant : whose garments they are
    table, archive : as read by `open_table` and `Archive`; the archive stays open
    """

    def __init__(self, merchant: Merchant, table: Table, archive: Archive) -> None:
        self._merchant = merchant
        self._archive = archive
        self.rows = table.rows
        skus = Counter(_sku(raw) for raw in table.rows)
        self._doubled = {sku for sku, count in skus.items() if count > 1}
        garments = merchant.garments.exclude(sku="")
        self._known = {garment.sku: garment for garment in garments}

    def check(self) -> Iterator[RowReport]:
        """The dry run: what each row would come to. Writes nothing, asks nobody.

        The pictures are there and can be read; what the engine's check says of them
        only the import itself tells.
        """
        for raw in self.rows:
            try:
                row = self._prepare(raw)
            except _Refused as refused:
                yield RowReport(raw.number, Outcome.FAILED, refused.problems)
            else:
                yield RowReport(raw.number, _would_be(row))

    def run(self, start: int = 0) -> Iterator[RowReport]:
        """Import row by row, from the one at the index `start`.

        Raises CheckUnavailable when the engine does not judge pictures just now; what
        was reported until then is done.
        """
        for raw in self.rows[start:]:
            yield self._import(raw)

    def _import(self, raw: RawRow) -> RowReport:
        try:
            row = self._prepare(raw)
            outcome = _would_be(row)
            if row.form is not None:
                self._known[row.sku] = _store(self._merchant, row, row.form)
        except _Refused as refused:
            return RowReport(raw.number, Outcome.FAILED, refused.problems)
        return RowReport(raw.number, outcome)

    def _prepare(self, raw: RawRow) -> _Row:
        """Judge a row by itself. Raises _Refused with all that is wrong with it."""
        sku = _sku(raw)
        existing = self._known.get(sku) if sku else None
        problems = []
        if sku in self._doubled and sku:
            problems.append(
                Problem.of(
                    raw.number, "sku", lambda: _("This SKU stands in several rows.")
                )
            )
        picture = b""
        if name := raw.cells.get("picture", "").strip():
            try:
                picture = self._archive.read(name)
                open_picture(picture)
            except ValidationError as error:
                problems.append(problems_of(raw.number, "picture", error))
        row_hash = _hash(json.dumps(sorted(raw.cells.items())).encode())
        picture_hash = _hash(picture)
        form = None
        is_new = existing is None or (
            (existing.imported_row, existing.imported_picture)
            != (row_hash, picture_hash)
        )
        if is_new and existing and not existing.is_editable:
            problems.append(_not_editable(raw.number))
        if is_new:
            form, wrong = judge_cells(raw, existing or Garment(merchant=self._merchant))
            problems += wrong
        if problems:
            self._reread(existing)
            raise _Refused(*problems)
        return _Row(raw.number, sku, existing, form, row_hash, picture_hash, picture)

    def _reread(self, garment: Garment | None) -> None:
        """A form writes into its garment even when it is refused."""
        if garment is not None:
            garment.refresh_from_db()


def open_table(data: bytes) -> Table:
    """Read a table of garments. Raises ValidationError for the table as a whole."""
    return read_table(data, heading_names(), REQUIRED)


def tally(reports: Iterable[RowReport]) -> tuple[dict[str, int], list[Problem]]:
    """How many rows came to what, and all that was wrong, in the table's order."""
    counts = dict.fromkeys((str(one) for one in Outcome), 0)
    problems: list[Problem] = []
    for report in reports:
        counts[report.outcome] += 1
        problems += report.problems
    return counts, problems


def _would_be(row: _Row) -> Outcome:
    if row.form is None:
        return Outcome.UNCHANGED
    return Outcome.UPDATED if row.existing else Outcome.CREATED


def _store(merchant: Merchant, row: _Row, form: RowForm) -> Garment:
    """Make or change the garment of a row, all of it or nothing."""
    before = row.existing
    has_new_picture = before is None or before.imported_picture != row.picture_hash
    picture, check = _judge_picture(row) if has_new_picture else (None, None)
    facts = check.facts if check else before.facts if before else {}
    values = _values(row, form, facts)
    try:
        with transaction.atomic():
            garment = _unlocked(merchant, row)
            for name, value in values.items():
                setattr(garment, name, value)
            if garment._state.adding:
                garment.slug = unique_slug(Garment, garment.name, garment.kind)
            else:
                garment.save(update_fields=list(values))
            if picture and check:
                store_flat(garment, picture, check)
            want_previews(garment)
    except IntegrityError as exc:
        # Another import of the same table was first; its rows are found the next time.
        logger.info("Row %s of an import met another: %s", row.number, exc)
        if picture:
            delete_flat_files(garment.flat_files)
        raise _Refused(_collision(row.number)) from exc
    return garment


def _unlocked(merchant: Merchant, row: _Row) -> Garment:
    """The garment to write to, read again: it may have been submitted just now."""
    if row.existing is None:
        return Garment(merchant=merchant)
    known = Garment.objects.select_for_update().filter(pk=row.existing.pk)
    garment = known.first()
    if garment is None:  # deleted by staff
        raise _Refused(_collision(row.number))
    if not garment.is_editable:
        raise _Refused(_not_editable(row.number))
    return garment


def _judge_picture(row: _Row) -> tuple[CleanPicture, CheckResult]:
    try:
        picture = clean_picture(io.BytesIO(row.picture))
    except ValidationError as error:
        raise _Refused(problems_of(row.number, "picture", error)) from error
    check = check_picture(picture, "garment")
    if check.blocking:
        finding = check.blocking[0]
        raise _Refused(
            Problem.of(row.number, "picture", lambda: in_words(finding, "garment"))
        )
    return picture, check


def _values(row: _Row, form: RowForm, facts: dict[str, Any]) -> dict[str, Any]:
    values = {name: form.cleaned_data[name] for name in WORDS}
    values["kind"] = values["kind"] or detected_kind(facts)
    if not values["kind"]:
        raise _Refused(_no_kind(row.number))
    is_bottom = values["kind"] == GarmentKind.BOTTOM
    values["sleeve"] = "" if is_bottom else values["sleeve"] or detected_sleeve(facts)
    return values | {
        "imported_row": row.row_hash,
        "imported_picture": row.picture_hash,
    }


def _sku(raw: RawRow) -> str:
    return raw.cells.get("sku", "").strip()


def _hash(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# --- what may be wrong beyond a cell ------------------------------------------
def _not_editable(number: int) -> Problem:
    return Problem.of(
        number,
        "sku",
        lambda: _(
            "This garment is in review, on sale or archived. Please take it back, or "
            "archive and restore it, before you change it."
        ),
    )


def _collision(number: int) -> Problem:
    return Problem.of(
        number,
        "sku",
        lambda: _("This garment has just changed. Please import the table again."),
    )


def _no_kind(number: int) -> Problem:
    return Problem.of(
        number,
        "kind",
        lambda: _("The kind could not be seen on the picture. Please enter it."),
    )
