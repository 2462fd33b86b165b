"""Tables to download that no spreadsheet runs as formulas."""

import csv
import io
from collections.abc import Iterable, Sequence

from django.http import HttpResponse

# What spreadsheets take for the beginning of a formula.
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "|")


def csv_download(
    name: str, heading: Sequence[object], rows: Iterable[Sequence[object]]
) -> HttpResponse:
    """An answer that a browser saves as `name`, with the mark by which Excel knows
    UTF-8."""
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerow([safe(cell) for cell in heading])
    writer.writerows([safe(cell) for cell in row] for row in rows)
    answer = HttpResponse(
        "\ufeff" + text.getvalue(), content_type="text/csv; charset=utf-8"
    )
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    answer["X-Content-Type-Options"] = "nosniff"
    return answer


def safe(cell: object) -> object:
    """The cell as text that stays text; numbers stay numbers."""
    if isinstance(cell, int | float):
        return cell
    text = str(cell)
    return f"'{text}" if text.lstrip(" ").startswith(_DANGEROUS) else text
