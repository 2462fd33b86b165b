"""What shoppers did with the merchant's garments: charts, tables, and a download."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext
from django.views.decorators.http import require_safe

from ...charts import bar_chart
from ...csv_export import csv_download
from ...models import Garment
from ...services.statistics import (
    NUMBERS,
    days_of,
    days_of_garments,
    garments_by_use,
)
from .access import MerchantRequest, merchant_required, own_garment

PERIODS = (7, 30, 90)  # days
USUAL = 30
LABELS = {
    "tried_on": gettext_lazy("Try-ons"),
    "kept": gettext_lazy("Looks kept"),
    "clicks": gettext_lazy("Clicks to buy"),
}


@require_safe
@merchant_required
def statistics(request: MerchantRequest) -> HttpResponse:
    days, garment = _asked_for(request)
    counts = days_of(request.merchant, days, garment)
    context: dict[str, Any] = {
        "days": days,
        "periods": PERIODS,
        "garment": garment,
        "counts": counts,
        "charts": [
            (
                LABELS[name],
                bar_chart(
                    [count.day for count in counts],
                    [getattr(count, name) for count in counts],
                ),
            )
            for name in NUMBERS
        ],
        "garments": [] if garment else garments_by_use(request.merchant, days),
    }
    return render(request, "shop/merchant/statistics.html", context)


@require_safe
@merchant_required
def statistics_csv(request: MerchantRequest) -> HttpResponse:
    """Every day of every garment on which something happened."""
    days, garment = _asked_for(request)
    heading = [pgettext("date", "Day"), _("SKU"), _("Garment")]
    rows = (
        [
            row.day.isoformat(),
            row.garment.sku,
            row.garment.display_name,
            *(getattr(row, name) for name in NUMBERS),
        ]
        for row in days_of_garments(request.merchant, days, garment)
    )
    names = [str(LABELS[name]) for name in NUMBERS]
    return csv_download(f"statistics-{days}-days.csv", heading + names, rows)


def _asked_for(request: MerchantRequest) -> tuple[int, Garment | None]:
    """The period, and the one garment it is about. Nonsense is the usual period."""
    wanted = request.GET.get("days", "")
    days = int(wanted) if wanted in map(str, PERIODS) else USUAL
    pk = request.GET.get("garment", "")
    return days, own_garment(request, int(pk)) if pk.isdecimal() and len(
        pk
    ) < 18 else None
