"""Try-ons, kept looks and clicks to buy, counted by garment and day.

Numbers only: a merchant learns nothing about the shoppers, and nothing is kept that
could tell.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db.models import F, IntegerField, QuerySet, Sum, Value
from django.db.models.functions import Coalesce, Greatest
from django.utils import timezone

from ..models import Garment, GarmentDay, Merchant

NUMBERS = ("tried_on", "kept", "clicks")


@dataclass(frozen=True)
class DayCount:
    day: date
    tried_on: int = 0
    kept: int = 0
    clicks: int = 0


# --- counting -----------------------------------------------------------------
def count_tryon(garments: Iterable[Garment], at: datetime) -> None:
    _count(garments, at, tried_on=1)


def count_kept(garments: Iterable[Garment], tried_on_at: datetime, step: int) -> None:
    """`step` is 1, or -1 when a look is not kept after all."""
    _count(garments, tried_on_at, kept=step)


def count_click(garment: Garment) -> None:
    _count([garment], timezone.now(), clicks=1)


def _count(garments: Iterable[Garment], at: datetime, **steps: int) -> None:
    day = timezone.localdate(at)
    chosen = list(garments)
    rows = [GarmentDay(garment=garment, day=day) for garment in chosen]
    GarmentDay.objects.bulk_create(rows, ignore_conflicts=True)
    changes = {name: Greatest(F(name) + step, 0) for name, step in steps.items()}
    GarmentDay.objects.filter(garment__in=chosen, day=day).update(**changes)


# --- reading ------------------------------------------------------------------
def totals_of(garment: Garment) -> dict[str, int]:
    """All that was ever counted of a garment."""
    return GarmentDay.objects.filter(garment=garment).aggregate(**_sums())


def days_of(
    merchant: Merchant, days: int, garment: Garment | None = None
) -> list[DayCount]:
    """The last `days` days up to today, each of them, oldest first."""
    counted = _rows(merchant, days, garment).values("day").annotate(**_sums())
    by_day = {row["day"]: DayCount(**row) for row in counted.order_by("day")}
    today = timezone.localdate()
    wanted = [today - timedelta(days=back) for back in reversed(range(days))]
    return [by_day.get(day, DayCount(day)) for day in wanted]


def garments_by_use(merchant: Merchant, days: int) -> list[dict[str, Any]]:
    """What was counted of each garment in the last `days` days, most tried on first."""
    counted = _rows(merchant, days).values("garment").annotate(**_sums())
    found = {row["garment"]: row for row in counted.order_by("garment")}
    garments = merchant.garments.filter(pk__in=found)
    rows = [found[garment.pk] | {"garment": garment} for garment in garments]
    return sorted(rows, key=lambda row: [-row[name] for name in NUMBERS])


def days_of_garments(
    merchant: Merchant, days: int, garment: Garment | None = None
) -> QuerySet[GarmentDay]:
    """Every day of every garment on which something happened, oldest first."""
    rows = _rows(merchant, days, garment).select_related("garment")
    return rows.order_by("day", "garment")


def _rows(
    merchant: Merchant, days: int, garment: Garment | None = None
) -> QuerySet[GarmentDay]:
    first = timezone.localdate() - timedelta(days=days - 1)
    rows = GarmentDay.objects.filter(garment__merchant=merchant, day__gte=first)
    return rows.filter(garment=garment) if garment else rows


def _sums() -> dict[str, Any]:
    nothing = Value(0, output_field=IntegerField())
    return {name: Coalesce(Sum(name), nothing) for name in NUMBERS}
