"""Figures for whoever runs the shop, in a number of queries that does not grow.

Days are counted by `TryOnDay` as things happen; what needs single tasks (durations,
codes, garments) is read from those still kept.
"""

from collections import Counter
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db.models import Count, Min, Q

from ..models import (
    Garment,
    MailState,
    OutgoingMail,
    Stage,
    TaskState,
    TryOnDay,
    TryOnEvent,
    TryOnTask,
)

DAYS = 30
RECENT = timedelta(days=7)
_MOST_TASKS = 5000  # for durations
_WORST = 10  # garments
_BAD = (TaskState.FAILED, TaskState.EXPIRED)


@dataclass(frozen=True)
class Day:
    day: date
    tryons: int
    tasks: int
    succeeded: int
    failed: int
    cost: Decimal
    was_closed: bool

    @property
    def success_rate(self) -> float | None:
        """In [0, 1]; None when nothing ended."""
        ended = self.succeeded + self.failed
        return self.succeeded / ended if ended else None


@dataclass(frozen=True)
class Duration:
    """Half of the tasks took up to `median_s` seconds, nine of ten up to `p90_s`."""

    stage: Stage
    count: int
    median_s: float
    p90_s: float


@dataclass(frozen=True)
class Queue:
    waiting: int
    running: int
    oldest: datetime | None


@dataclass(frozen=True)
class Failing:
    garment: Garment
    failed: int
    tried: int


@dataclass(frozen=True)
class Provider:
    """The exchanges of the last hour with the engine."""

    calls: int
    refused: int  # an answer of 400 or above
    unanswered: int


def days(today: date) -> list[Day]:
    """The last DAYS days, oldest first, without gaps."""
    first = today - timedelta(days=DAYS - 1)
    known = {row.day: row for row in TryOnDay.objects.filter(day__range=(first, today))}
    found = []
    for number in range(DAYS):
        row = known.get(first + timedelta(days=number)) or TryOnDay(
            day=first + timedelta(days=number)
        )
        found.append(
            Day(
                day=row.day,
                tryons=row.tryons,
                tasks=row.tasks,
                succeeded=row.succeeded,
                failed=row.failed,
                cost=Decimal(row.cost),
                was_closed=row.closed_at is not None,
            )
        )
    return found


def durations(now: datetime) -> list[Duration]:
    """From queued to stored, for each stage, of the last RECENT time."""
    done = TryOnTask.objects.filter(
        state=TaskState.SUCCEEDED, ended_at__gt=now - RECENT
    ).order_by("-ended_at")
    seconds: dict[str, list[float]] = {}
    rows = done.values_list("stage", "created_at", "ended_at")[:_MOST_TASKS]
    for stage, began, ended in rows:
        if ended:
            seconds.setdefault(stage, []).append((ended - began).total_seconds())
    return [
        Duration(
            stage=stage,
            count=len(taken),
            median_s=taken[len(taken) // 2],
            p90_s=taken[int(len(taken) * 0.9)],
        )
        for stage in Stage
        if (taken := sorted(seconds.get(stage, [])))
    ]


def queue() -> Queue:
    found = TryOnTask.objects.pending().aggregate(
        waiting=Count("pk", Q(state=TaskState.QUEUED)),
        running=Count("pk", Q(state=TaskState.RUNNING)),
        oldest=Min("created_at"),
    )
    return Queue(**found)


def failures(now: datetime) -> list[tuple[str, int]]:
    """Error codes of the last RECENT time and how often, the most frequent first."""
    bad = TryOnTask.objects.filter(state__in=_BAD, ended_at__gt=now - RECENT)
    counted = bad.order_by().values_list("error_code").annotate(count=Count("pk"))
    return list(counted.order_by("-count", "error_code")[:20])


def failing_garments(now: datetime) -> list[Failing]:
    """The garments whose try-ons failed most in the last DAYS days."""
    recent = TryOnTask.objects.filter(created_at__gt=now - timedelta(days=DAYS))
    outfits = (
        recent.order_by()
        .values_list("session__top", "session__bottom")
        .annotate(failed=Count("pk", Q(state__in=_BAD)), tried=Count("pk"))
        .filter(failed__gt=0)
        .order_by("-failed")[:200]
    )
    failed, tried = Counter[int](), Counter[int]()
    for top, bottom, bad, all_of_them in outfits:
        for pk in filter(None, (top, bottom)):
            failed[pk] += bad
            tried[pk] += all_of_them
    worst = failed.most_common(_WORST)
    known = Garment.objects.select_related("merchant").in_bulk([pk for pk, _ in worst])
    return [Failing(known[pk], count, tried[pk]) for pk, count in worst if pk in known]


def provider(now: datetime) -> Provider:
    exchanges = TryOnEvent.objects.filter(
        at__gt=now - timedelta(hours=1), duration_ms__isnull=False
    )
    found = exchanges.aggregate(
        calls=Count("pk"),
        refused=Count("pk", Q(http_status__gte=400)),
        unanswered=Count("pk", Q(http_status=None)),
    )
    return Provider(**found)


def unsent_mails(now: datetime) -> int:
    """E-mails that failed, or that a stopped poller left half sent."""
    stuck = Q(state=MailState.SENDING, send_at__lt=now - timedelta(minutes=10))
    return OutgoingMail.objects.filter(Q(state=MailState.FAILED) | stuck).count()
