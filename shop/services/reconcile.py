"""A submit whose answer was lost: did the engine take the task, and which one is it?

The task list tells model, time and state of a task, not whose picture it is about. So a
listed task is adopted only when nothing else can be meant, and its result is compared
with the photo before it is shown.
"""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.db.models import QuerySet

from ..dashscope import EngineState, ListedTask
from ..models import OrphanedTask, TryOnEvent, TryOnTask
from .claims import LEASE

_CLOCK_SKEW = timedelta(seconds=5)  # between the engine's clock and ours
_ON_ITS_WAY = timedelta(seconds=20)  # from `submitting_since` to the engine's list


@dataclass(frozen=True)
class Finding:
    """`adopt` this task. Or submit again: none of `set_aside` may be adopted by anybody
    later, and those of them that are in `duplicates` are to be canceled."""

    adopt: ListedTask | None = None
    set_aside: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)


def find_lost(
    task: TryOnTask, listed: list[ListedTask], now: datetime
) -> Finding | None:
    """Which listed task, if any, is the one that `task` was submitted as.

    Adopted is the only unclaimed candidate of the only lost submit in that window. As
    many candidates as lost submits are surely theirs, but whose is whose cannot be
    told: those that still wait are canceled. None: another submit is under way just
    now; ask again in a moment.
    """
    since = task.submitting_since or now
    rivals = list(_lost_at_the_same_time(task, since))
    if any(began and _is_recent(began, now) for began in rivals):
        return None
    candidates = _unclaimed(_in_window(task.model, since, listed))
    if len(candidates) == 1 and not rivals:
        return Finding(adopt=candidates[0])
    duplicates = []
    if len(candidates) == len(rivals) + 1:
        waiting = [one for one in candidates if one.state is EngineState.PENDING]
        duplicates = [one.task_id for one in waiting]
    return Finding(set_aside=[one.task_id for one in candidates], duplicates=duplicates)


def _is_recent(began: datetime, now: datetime) -> bool:
    """Still under way, perhaps; not when the clock was put back since."""
    return now - LEASE < began <= now + _CLOCK_SKEW


def _in_window(
    model: str, since: datetime, listed: list[ListedTask]
) -> list[ListedTask]:
    first, last = since - _CLOCK_SKEW, since + _ON_ITS_WAY
    return [
        one
        for one in listed
        if one.model == model
        and one.created_at is not None
        and first <= one.created_at <= last
    ]


def _unclaimed(listed: list[ListedTask]) -> list[ListedTask]:
    ids = [one.task_id for one in listed]
    known: set[str] = set()
    for model in (TryOnTask, TryOnEvent, OrphanedTask):
        rows = model.objects.filter(engine_task_id__in=ids)
        known.update(rows.values_list("engine_task_id", flat=True))
    return [one for one in listed if one.task_id not in known]


def _lost_at_the_same_time(
    task: TryOnTask, since: datetime
) -> QuerySet[TryOnTask, datetime | None]:
    """When other submits of the model, under way or lost, began: their windows meet."""
    apart = _ON_ITS_WAY + _CLOCK_SKEW
    window = (since - apart, since + apart)
    others = TryOnTask.objects.lost().exclude(pk=task.pk)
    return others.filter(model=task.model, submitting_since__range=window).values_list(
        "submitting_since", flat=True
    )
