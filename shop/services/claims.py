"""Who does what next: tasks are claimed by pushing their next poll ahead.

That one column is lease, back-off and protection from a task that always raises. A
claim is a conditional UPDATE, so two pollers never get the same task; when a poller is
killed, its claims run out by themselves.
"""

from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.db.models import F, Q

from ..models import CallGate, OrphanedTask, SessionStatus, TaskState, TryOnTask
from ..models.tasks import TaskQuerySet

# Longer than the slowest submit: a claim that ran out is taken for a lost submit.
LEASE = timedelta(seconds=30)
# A look may be made twice without harm, so what a killed poller was looking at is
# looked at again soon.
_LOOK_LEASE = timedelta(seconds=8)
# How far ahead of its turn a call may be claimed; it waits for the rest in a thread.
_HORIZON = timedelta(milliseconds=500)
_SWEEP_FROM = 20  # looks due at once: from here on the task list is cheaper
_ORPHANS = 5  # to cancel at a time: once a second, so far below the engine's limit
_RELATED = ("session__person_image", "session__top", "session__bottom")


class Work(Enum):
    """What the engine is asked."""

    SUBMIT = "submit"
    FIND = "find"  # a submit whose answer was lost, in the task list
    LOOK = "look"
    SWEEP = "sweep"  # which of many tasks are over, in the task list
    CANCEL = "cancel"


@dataclass(frozen=True)
class Claim:
    """One call to make, not before `at`. Only a sweep is about several tasks."""

    work: Work
    tasks: list[TryOnTask]
    at: datetime

    @property
    def task(self) -> TryOnTask:
        return self.tasks[0]


def gate_of(work: Work) -> str:
    """The engine's limit that a call counts against."""
    if work in (Work.FIND, Work.SWEEP):
        return "list"
    return work.value


def claim_due(
    limit: int, batch: int, now: datetime, busy: Collection[int] = ()
) -> list[Claim]:
    """At most `limit` calls that are due; a sweep covers up to `batch` tasks.

    `busy` are the tasks that this poller has a call about already, however slow.
    """
    due = TryOnTask.objects.due(now).exclude(pk__in=busy)
    if not due.exists():  # all that an idle poller asks
        return []
    claims = _claim_lost(due, limit, now)
    claims += _claim_submits(due, limit - len(claims), now)
    claims += _claim_cancels(due, limit - len(claims), now)
    return claims + _claim_looks(due, limit - len(claims), batch, now)


def _claim_submits(due: TaskQuerySet, limit: int, now: datetime) -> list[Claim]:
    due = due.unsubmitted()

    def room() -> int:
        """Counted behind the gate, so that the cap holds across all pollers."""
        return settings.TRYON_MAX_IN_FLIGHT - TryOnTask.objects.in_flight().count()

    if limit <= 0 or not due.exists() or room() <= 0:
        return []
    # Whoever waits for one look goes before those who look around; previews come last.
    due = due.alias(is_preview=Q(session__shopper=None)).order_by(
        "-session__wants_refined", "is_preview", "next_poll_at"
    )
    changes = {"submitting_since": now, "attempts": F("attempts") + 1}
    return _claim(Work.SUBMIT, due, lambda: min(limit, room()), now, changes)


def _claim_lost(due: TaskQuerySet, limit: int, now: datetime) -> list[Claim]:
    return _claim(Work.FIND, due.lost(), lambda: limit, now)


def _claim_cancels(due: TaskQuerySet, limit: int, now: datetime) -> list[Claim]:
    unwanted = due.filter(
        state=TaskState.RUNNING,
        session__status=SessionStatus.CANCELED,
        cancel_asked_at=None,
    )
    changes = {"cancel_asked_at": now}
    return _claim(Work.CANCEL, unwanted, lambda: limit, now, changes)


def _claim_looks(
    due: TaskQuerySet, limit: int, batch: int, now: datetime
) -> list[Claim]:
    due = due.filter(state=TaskState.RUNNING).exclude(
        session__status=SessionStatus.CANCELED, cancel_asked_at=None
    )
    if limit <= 0:
        return []
    if due[:_SWEEP_FROM].count() < _SWEEP_FROM:
        return _claim(Work.LOOK, due, lambda: limit, now)
    oldest = due.first()
    alike = due.filter(model=oldest.model) if oldest else due.none()
    return _claim(Work.SWEEP, alike, lambda: batch, now)


def claim_looks_at(tasks: list[TryOnTask], limit: int, now: datetime) -> list[Claim]:
    """Turns for tasks that are claimed already: a sweep found that they are over."""
    with transaction.atomic():
        gate = CallGate.enter(gate_of(Work.LOOK), now)
        moments = _moments(gate, Work.LOOK, min(limit, len(tasks)), now)
        gate.take(len(moments), _per_second(Work.LOOK), now)
    return [
        Claim(Work.LOOK, [task], at) for task, at in zip(tasks, moments, strict=False)
    ]


def claim_orphans() -> list[str]:
    """Ids of a few engine tasks to cancel; each comes up once."""
    due = OrphanedTask.objects.filter(is_cancel_due=True)
    return [
        orphan.pk
        for orphan in due[:_ORPHANS]
        if due.filter(pk=orphan.pk).update(is_cancel_due=False)
    ]


def _claim(
    work: Work,
    due: TaskQuerySet,
    room: Callable[[], int],
    now: datetime,
    changes: dict[str, Any] | None = None,
) -> list[Claim]:
    if not due.exists():  # the gate is locked only when somebody wants through
        return []
    with transaction.atomic():
        gate = CallGate.enter(gate_of(work), now)
        wanted = room()
        turns = 1 if work is Work.SWEEP else wanted
        moments = _moments(gate, work, turns, now)
        most = wanted if work is Work.SWEEP and moments else len(moments)
        until = now + (_LOOK_LEASE if work is Work.LOOK else LEASE)
        tasks = [task for task in _pick(due, most) if _take(task, until, changes or {})]
        used = min(len(tasks), len(moments))
        gate.take(used, _per_second(work), now)
    if work is Work.SWEEP:
        return [Claim(work, tasks, moments[0])] if tasks else []
    return [Claim(work, [task], at) for task, at in zip(tasks, moments, strict=False)]


def _moments(gate: CallGate, work: Work, wanted: int, now: datetime) -> list[datetime]:
    return gate.moments(max(wanted, 0), _per_second(work), now, _HORIZON)


def _per_second(work: Work) -> float:
    if work is Work.SUBMIT:
        return settings.TRYON_SUBMITS_PER_SECOND
    return settings.TRYON_QUERIES_PER_SECOND


def _pick(due: TaskQuerySet, most: int) -> list[TryOnTask]:
    tasks = due.select_related(*_RELATED)
    if connection.features.has_select_for_update_skip_locked:
        tasks = tasks.select_for_update(skip_locked=True, of=("self",))
    return list(tasks[:most])


def _take(task: TryOnTask, until: datetime, changes: dict[str, Any]) -> bool:
    """The claim itself. False: another poller, or the shopper, was first."""
    unclaimed = TryOnTask.objects.filter(
        pk=task.pk, state=task.state, next_poll_at=task.next_poll_at
    )
    taken = unclaimed.update(next_poll_at=until, **changes) == 1
    if taken:
        task.refresh_from_db(fields=["next_poll_at", *changes])
    return taken
