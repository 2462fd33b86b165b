"""A table of garments as CSV, from whatever program wrote it.

Encodings, separators and column names differ; what cannot be told for sure is refused
with advice, and never guessed at.
"""

import csv
import io
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

MOST_BYTES = 10 * 1024 * 1024
MOST_ROWS = 5000
SEPARATORS = (",", ";", "\t")
BOMS = {
    b"\xef\xbb\xbf": "utf-8-sig",
    b"\xff\xfe": "utf-16",
    b"\xfe\xff": "utf-16",
}
NO_TABLES = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0", b"%PDF")  # workbooks, mostly
# In GBK as people write it nearly every second byte of a character is from here on; in
# a Western encoding, taken for GBK, it is a plain letter.
GBK_SECOND_BYTE = 0xA1
GBK_SHARE = 0.9
# A cell that begins so is run as a formula by the program that opens the table.
FORMULA = re.compile(r"\s*[=@+\-\t\r|]")
NUMBER = re.compile(r"\s*[+\-]?\d+([.,]\d+)*\s*$")

_REFUSALS = {
    "empty": _("The table is empty. Please choose another one."),
    "too_large": _("The table is too large. Please split it up."),
    "not_text": _(
        "This file is not a CSV table. Please save the table as “CSV UTF-8”."
    ),
    "encoding": _(
        "We cannot tell in which encoding this table is. Please save it as “CSV UTF-8”."
    ),
    "damaged": _(
        "The table cannot be read from row %(row)s on: a quotation mark is missing or "
        "too many."
    ),
    "columns": _(
        "The table has no column “%(columns)s”. Please name the columns in the first "
        "row."
    ),
    "doubled": _("The table has the column “%(columns)s” twice."),
    "too_many": _("The table has more than %(limit)s rows. Please split it up."),
    "no_rows": _("The table has no rows below the column names."),
}


def refusal(code: str, **params: object) -> ValidationError:
    return ValidationError(_REFUSALS[code], code=code, params=params or None)


@dataclass(frozen=True)
class RawRow:
    """One row: its number as spreadsheets count (names are row 1), its cells."""

    number: int
    cells: dict[str, str]

    @property
    def formulas(self) -> list[str]:
        """The columns whose cell a spreadsheet would run."""
        return [
            column
            for column, cell in self.cells.items()
            if FORMULA.match(cell) and not NUMBER.match(cell)
        ]


@dataclass(frozen=True)
class Table:
    rows: list[RawRow]
    ignored: list[str]  # columns that nobody knows


def read_table(data: bytes, names: dict[str, str], required: Iterable[str]) -> Table:
    """Read a CSV table. Raises ValidationError for the table as a whole.

    `names` says which column each folded heading means; see `fold`.
    """
    text = _decode(data)
    heading, records = _records(text, names)
    columns = [names.get(fold(name), "") for name in heading]
    for wanted in required:
        if wanted not in columns:
            raise refusal("columns", columns=wanted)
    for column in filter(None, columns):
        if columns.count(column) > 1:
            raise refusal("doubled", columns=column)
    rows: list[RawRow] = []
    for number, record in records:
        if not any(cell.strip() for cell in record):
            continue
        if len(rows) == MOST_ROWS:
            raise refusal("too_many", limit=MOST_ROWS)
        cells = dict(zip(columns, record, strict=False))
        cells.pop("", None)
        rows.append(RawRow(number, {name: cells.get(name, "") for name in cells}))
    if not rows:
        raise refusal("no_rows")
    ignored = [
        name
        for name, column in zip(heading, columns, strict=True)
        if name and not column
    ]
    return Table(rows, ignored)


def fold(heading: str) -> str:
    """How headings are compared: case, spaces and underscores do not count."""
    return re.sub(r"[\s_\-*]+", "", heading).casefold()


def _decode(data: bytes) -> str:
    if len(data) > MOST_BYTES:
        raise refusal("too_large")
    if not data.strip():
        raise refusal("empty")
    if data.startswith(NO_TABLES):
        raise refusal("not_text")
    encoding = next((name for bom, name in BOMS.items() if data.startswith(bom)), "")
    try:
        text = data.decode(encoding or "utf-8")
    except UnicodeDecodeError as exc:
        if encoding or not _is_gbk(data):
            raise refusal("encoding") from exc
        text = data.decode("gb18030")
    if "\0" in text:
        raise refusal("not_text")
    return text


def _is_gbk(data: bytes) -> bool:
    try:
        text = data.decode("gb18030")
    except UnicodeDecodeError:
        return False
    pairs = [
        code
        for code in (one.encode("gb18030") for one in set(text) if ord(one) > 127)
        if len(code) == 2
    ]
    usual = sum(code[1] >= GBK_SECOND_BYTE for code in pairs)
    return bool(pairs) and usual >= GBK_SHARE * len(pairs)


def _records(
    text: str, names: dict[str, str]
) -> tuple[list[str], Iterator[tuple[int, list[str]]]]:
    first = next((line for line in text.splitlines() if line.strip()), "")

    def known(separator: str) -> int:
        return sum(fold(cell.strip('"')) in names for cell in first.split(separator))

    separator = max(SEPARATORS, key=known)
    records = _numbered(
        csv.reader(io.StringIO(text, newline=""), delimiter=separator, strict=True)
    )
    heading: list[str] = []
    for _number, record in records:
        if any(cell.strip() for cell in record):
            heading = [cell.strip() for cell in record]
            break
    return heading, records


def _numbered(reader: Iterable[list[str]]) -> Iterator[tuple[int, list[str]]]:
    number = 0
    records = iter(reader)
    while True:
        number += 1
        try:
            record = next(records)
        except StopIteration:
            return
        except csv.Error as exc:  # also a cell without end
            raise refusal("damaged", row=number) from exc
        yield number, record
