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

from ..dashscope import EngineTask
from ..models import CallGate, OrphanedTask, SessionStatus, TaskState, TryOnTask
from ..models.tasks import TaskQuerySet

# Longer than the slowest submit: a claim that ran out is taken for a lost submit.
LEASE = timedelta(seconds=30)
# A look may be made twice without harm, so what a killed poller was looking at is
# looked at again soon.
_LOOK_LEASE = timedelta(seconds=8)
FETCH_LEASE = timedelta(seconds=20)  # so may a download be made twice
# How far ahead of its turn a call may be claimed; it waits for the rest in a thread.
LONGEST_WAIT_S = 0.5
_HORIZON = timedelta(seconds=LONGEST_WAIT_S)
_SWEEP_FROM = 20  # looks due at about once: from here on the task list is cheaper
_SOON = timedelta(milliseconds=500)  # a sweep takes along what is due so soon
_ORPHANS = 5  # to cancel at a time: once a second, so far below the engine's limit
PAGE_SIZE = 100  # of the task list: as much as servers give at once
_RELATED = ("session__person_image", "session__top", "session__bottom")


class Work(Enum):
    """What the engine is asked."""

    SUBMIT = "submit"
    FIND = "find"  # a submit whose answer was lost, in the task list
    LOOK = "look"
    FETCH = "fetch"  # the result of a task that was seen to have succeeded
    SWEEP = "sweep"  # which of many tasks are over, in the task list
    CANCEL = "cancel"


@dataclass(frozen=True)
class Claim:
    """One call to make, not before `at`. Only a sweep is about several tasks.

    `found` is what a look told, for the fetch that follows it.
    """

    work: Work
    tasks: list[TryOnTask]
    at: datetime
    found: EngineTask | None = None

    @property
    def task(self) -> TryOnTask:
        return self.tasks[0]


def gate_of(work: Work) -> str:
    """The engine's limit that a call counts against."""
    if work in (Work.FIND, Work.SWEEP):
        return "list"
    return work.value


def claim_due(
    limit: int,
    batch: int,
    now: datetime,
    busy: Collection[int] = (),
    *,
    submits: int | None = None,
    may_sweep: bool = True,
) -> list[Claim]:
    """At most `limit` calls that are due, and `submits` submits (also `limit`).

    `busy` are the tasks that this poller has a call about already, however slow. A
    sweep covers up to `batch` tasks; not `may_sweep`: this engine's list is no help.
    """
    due = TryOnTask.objects.due(now).exclude(pk__in=busy)
    if not due.exists():  # all that an idle poller asks
        return []
    claims = _claim_submits(due, limit if submits is None else submits, now)
    others = _claim_lost(due, limit, now)
    others += _claim_cancels(due, limit - len(others), now)
    if may_sweep and (alike := _crowd(now, busy)) is not None:
        others += _claim(Work.SWEEP, alike, lambda: batch, now)
    else:
        others += _claim_looks(due, limit - len(others), now)
    return claims + others


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
    changes = {"submitting_since": now}
    return _claim(Work.SUBMIT, due, lambda: min(limit, room()), now, changes)


def _claim_lost(due: TaskQuerySet, limit: int, now: datetime) -> list[Claim]:
    if limit <= 0:
        return []
    return _claim(Work.FIND, due.lost(), lambda: limit, now)


def _claim_cancels(due: TaskQuerySet, limit: int, now: datetime) -> list[Claim]:
    if limit <= 0:
        return []
    unwanted = due.filter(
        state=TaskState.RUNNING,
        session__status=SessionStatus.CANCELED,
        cancel_asked_at=None,
    )
    changes = {"cancel_asked_at": now}
    return _claim(Work.CANCEL, unwanted, lambda: limit, now, changes)


def _claim_looks(due: TaskQuerySet, limit: int, now: datetime) -> list[Claim]:
    if limit <= 0:
        return []
    return _claim(Work.LOOK, _to_look_at(due), lambda: limit, now)


def _to_look_at(tasks: TaskQuerySet) -> TaskQuerySet:
    """Without those whose cancel must be asked for first."""
    return tasks.filter(state=TaskState.RUNNING).exclude(
        session__status=SessionStatus.CANCELED, cancel_asked_at=None
    )


def _crowd(now: datetime, busy: Collection[int]) -> TaskQuerySet | None:
    """Tasks of one model to look at together, if there are enough of them."""
    soon = _to_look_at(TryOnTask.objects.due(now + _SOON)).exclude(pk__in=busy)
    oldest = soon.only("model", "next_poll_at").first()
    if oldest is None or oldest.next_poll_at > now:
        return None
    alike = soon.filter(model=oldest.model)
    return alike if alike[:_SWEEP_FROM].count() >= _SWEEP_FROM else None


def claim_looks_at(tasks: list[int], now: datetime) -> tuple[int, list[Claim]]:
    """Turns for tasks (their keys) that a sweep claimed and found to be over.

    Returns how many of them have had their turn, from the first on, and the claims:
    fewer when a task is not running any more.
    """
    with transaction.atomic():
        gate = CallGate.enter(gate_of(Work.LOOK), now)
        moments = _moments(gate, Work.LOOK, len(tasks), now)
        gate.take(len(moments), _per_second(Work.LOOK), now)
    turns = dict(zip(tasks, moments, strict=False))
    running = TryOnTask.objects.filter(pk__in=turns, state=TaskState.RUNNING)
    return len(moments), [
        Claim(Work.LOOK, [task], turns[task.pk])
        for task in running.select_related(*_RELATED)
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
        turns = _pages() if work is Work.SWEEP else wanted
        moments = _moments(gate, work, turns, now)
        most = wanted if work is Work.SWEEP and moments else len(moments)
        until = now + (_LOOK_LEASE if work is Work.LOOK else LEASE)
        tasks = _take(work, _pick(work, due, most), until, changes or {})
        used = turns if work is Work.SWEEP and tasks else min(len(tasks), len(moments))
        gate.take(used, _per_second(work), now)
    if work is Work.SWEEP:
        return [Claim(work, tasks, moments[0])] if tasks else []
    return [Claim(work, [task], at) for task, at in zip(tasks, moments, strict=False)]


def _pages() -> int:
    """How many pages of the task list a sweep is going to read, about."""
    return TryOnTask.objects.in_flight().count() // PAGE_SIZE + 2


def _moments(gate: CallGate, work: Work, wanted: int, now: datetime) -> list[datetime]:
    return gate.moments(max(wanted, 0), _per_second(work), now, _HORIZON)


def _per_second(work: Work) -> float:
    if work is Work.SUBMIT:
        return settings.TRYON_SUBMITS_PER_SECOND
    return settings.TRYON_QUERIES_PER_SECOND


def _pick(work: Work, due: TaskQuerySet, most: int) -> list[TryOnTask]:
    tasks = due
    if work is Work.SWEEP:
        tasks = tasks.only("state", "model", "engine_task_id", "scheduled_at")
    else:
        tasks = tasks.select_related(*_RELATED)
    if work is Work.SUBMIT:  # the refiner wants the coarse image
        tasks = tasks.prefetch_related("session__tasks")
    if connection.features.has_select_for_update_skip_locked:
        tasks = tasks.select_for_update(skip_locked=True, of=("self",))
    return list(tasks[:most])


def _take(
    work: Work, tasks: list[TryOnTask], until: datetime, changes: dict[str, Any]
) -> list[TryOnTask]:
    """The claim itself: one UPDATE. The rows are locked, or were picked by the only
    writer (SQLite), so what is not theirs any more is none of them."""
    values = {"next_poll_at": until} | changes
    counted = {"attempts": F("attempts") + 1} if work is Work.SUBMIT else {}
    ours = TryOnTask.objects.pending().filter(pk__in=[task.pk for task in tasks])
    if tasks and ours.update(**values, **counted) != len(tasks):
        raise RuntimeError("A task changed while its row was locked.")
    for task in tasks:
        for name, value in values.items():
            setattr(task, name, value)
        if counted:
            task.attempts += 1
    return tasks
