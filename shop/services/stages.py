"""From stage to stage: a session follows the states of its tasks.

`advance` may be called at any time, any number of times, by any process: it reads where
the tasks are and makes every move that has become possible. So a kill between "task
succeeded" and "session moved" is healed by whoever calls it next.
"""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from .. import reasons
from ..models import SessionStatus, Stage, TaskState, TryOnSession, TryOnTask
from .sessions import start_refining_all

_ENDED_BADLY = (TaskState.FAILED, TaskState.EXPIRED)
# What a refiner answers that takes no bottom without a top.
_WANTS_TOP = ("InvalidParameter", "InvalidGarment")


@dataclass(frozen=True)
class _Move:
    """Where a session goes next, and the reason to give for it, if any."""

    to: SessionStatus
    reason: str = ""


def advance(tryon_session: TryOnSession) -> int:
    """Make every move that is due; return their number."""
    moves = advance_all([tryon_session.pk])
    tryon_session.refresh_from_db()
    return moves


def advance_all(sessions: Collection[int]) -> int:
    """Make every move that is due for these sessions (their keys).

    The number of queries does not depend on how many they are.
    """
    moves = 0
    while sessions:
        sessions = _advance_once(sessions)
        moves += len(sessions)
    return moves


def advance_stragglers() -> int:
    """Advance sessions that were left behind their tasks."""
    tasks = TryOnTask.objects.filter(session=OuterRef("pk"))
    behind = TryOnSession.objects.ongoing().filter(
        ~Exists(tasks.pending())
        | Q(status=SessionStatus.QUEUED) & Exists(tasks.filter(state=TaskState.RUNNING))
    )
    return advance_all(behind.values_list("pk", flat=True)[:500])


def _advance_once(sessions: Collection[int]) -> list[int]:
    """One move for each session that has one; returns the keys of those."""
    due: dict[SessionStatus, list[tuple[TryOnSession, str]]] = defaultdict(list)
    ongoing = TryOnSession.objects.ongoing().filter(pk__in=list(sessions))
    for tryon_session in ongoing.prefetch_related("tasks"):
        if move := _next_move(tryon_session):
            due[move.to].append((tryon_session, move.reason))
    moved = []
    for to, pairs in due.items():
        rows, why = [row for row, _ in pairs], [reason for _, reason in pairs]
        if to == SessionStatus.REFINING:
            moved += start_refining_all(rows)
        else:
            moved += TryOnSession.mark_all(rows, to, why)
    return [tryon_session.pk for tryon_session in moved]


def _next_move(tryon_session: TryOnSession) -> _Move | None:
    match tryon_session.status:
        case SessionStatus.QUEUED | SessionStatus.FITTING:
            return _follow_coarse(tryon_session)
        case SessionStatus.COARSE_READY if tryon_session.wants_refined:
            return _Move(SessionStatus.REFINING)
        case SessionStatus.COARSE_READY:
            return _Move(SessionStatus.COARSE_ONLY)
        case SessionStatus.REFINING:
            return _follow_refine(tryon_session)
        case _:
            return None


def _follow_coarse(tryon_session: TryOnSession) -> _Move | None:
    task = _last_task(tryon_session, Stage.COARSE)
    if task is None:  # deleted by hand
        return _Move(SessionStatus.FAILED, "oops")
    if task.state in _ENDED_BADLY:
        return _Move(SessionStatus.FAILED, _reason(task))
    if task.state == TaskState.CANCELED:
        return _Move(SessionStatus.CANCELED)
    if task.state == TaskState.QUEUED:
        return None
    if tryon_session.status == SessionStatus.QUEUED:
        return _Move(SessionStatus.FITTING)
    is_there = task.state == TaskState.SUCCEEDED
    return _Move(SessionStatus.COARSE_READY) if is_there else None


def _follow_refine(tryon_session: TryOnSession) -> _Move | None:
    task = _last_task(tryon_session, Stage.REFINE)
    if task is None:
        return _Move(SessionStatus.COARSE_ONLY, "oops")
    if task.state == TaskState.SUCCEEDED:
        return _Move(SessionStatus.REFINED)
    if task.is_over:
        # By the protocol a refiner may want a top; this project's own does not.
        wants_top = tryon_session.top_id is None and task.error_code in _WANTS_TOP
        why = "bottom_only" if wants_top else _reason(task)
        return _Move(SessionStatus.COARSE_ONLY, why)
    return None


def _last_task(tryon_session: TryOnSession, stage: Stage) -> TryOnTask | None:
    tasks = [task for task in tryon_session.tasks.all() if task.stage == stage]
    return max(tasks, key=lambda task: (task.created_at, task.pk), default=None)


def _reason(task: TryOnTask) -> str:
    if task.state == TaskState.CANCELED:
        return ""
    return reasons.verdict(task.error_code, task.error_message).reason
