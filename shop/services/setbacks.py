"""When a call did not go well: ask again later, make one more attempt, or end it.

How often a failure is worth repeating is said by `reasons.verdict`, how long to wait by
`pace.backoff`. Every ending gets a code, from which the shopper's sentence follows.
"""

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.utils import timezone

from .. import reasons
from ..dashscope import (
    DashScopeError,
    DashScopeProtocolError,
    DashScopeRejected,
    DashScopeUnavailable,
    Exchange,
)
from ..models import (
    CallGate,
    OrphanedTask,
    SessionStatus,
    Stage,
    TaskState,
    TryOnEvent,
    TryOnTask,
)
from .claims import Claim, Work, gate_of
from .pace import backoff
from .results import DamagedResult
from .stages import advance

logger = logging.getLogger(__name__)

FIND_AFTER = timedelta(seconds=2)  # a lost submit may take a moment to be listed
_MOST_NONSENSE = 5  # answers in a row that the protocol does not know
_NO_SWEEP_S = 10.0  # after a question to the task list without an answer
_NO_LIST_S = 600.0  # after an answer that says that there is none
_MOST_RESULT_TRIES = 3  # at a result that is dead or damaged
# Refused queries, or downloads that break off, in a row: about two minutes.
_MOST_SETBACKS = 8


def call_failed(claim: Claim, error: DashScopeError) -> None:
    """The engine did not answer, refused, or spoke nonsense."""
    task, work, now = claim.task, claim.work, timezone.now()
    logger.warning("%s: %s: %s", task, work.value, error.summary)
    hold_if_throttled(work, error)
    is_refused = isinstance(error, DashScopeRejected)
    setbacks = task.setbacks + 1
    if work is Work.CANCEL:  # asked once; from now on its end is awaited
        update(task, next_poll_at=now + FIND_AFTER)
    elif work is Work.FIND and is_refused:  # the submit itself will tell what is wrong
        update(task, submitting_since=None, next_poll_at=now)
    elif error.maybe_accepted:
        update(task, setbacks=setbacks, next_poll_at=now + FIND_AFTER)
    elif is_refused and (work is Work.SUBMIT or setbacks >= _MOST_SETBACKS):
        again_or_fail(task, error.code or f"HTTP {error.status}", error.message)
    elif isinstance(error, DashScopeProtocolError) and setbacks >= _MOST_NONSENSE:
        fail(task, reasons.BAD_ANSWER, error.message)
    else:
        changes = {"submitting_since": None} if work is Work.SUBMIT else {}
        ask_later(task, error.code, error.message, _wait_of(error), **changes)


def sweep_failed(claim: Claim, error: Exception) -> float:
    """The task list is no help just now: its tasks are to be looked at one by one.

    Returns for how many seconds it is better left alone.
    """
    logger.warning("The task list gave no answer: %s", error)
    hold_if_throttled(Work.SWEEP, error)
    TryOnTask.objects.filter(
        pk__in=[task.pk for task in claim.tasks], state=TaskState.RUNNING
    ).update(next_poll_at=timezone.now())
    is_passing = isinstance(error, DashScopeUnavailable)
    return _NO_SWEEP_S if is_passing else _NO_LIST_S


def result_failed(task: TryOnTask, trouble: Exception) -> None:
    """The task succeeded; its picture did not come, or is not what it should be."""
    logger.warning("%s: %s", task, trouble)
    is_damaged = isinstance(trouble, DamagedResult)
    if is_damaged:
        note(task, "refuse", code=type(trouble).__name__, message=str(trouble))
    code = reasons.DAMAGED_RESULT if is_damaged else reasons.DEAD_RESULT
    is_final = is_damaged or isinstance(trouble, DashScopeRejected)
    tries = _MOST_RESULT_TRIES if is_final else _MOST_SETBACKS
    if task.setbacks + 1 >= tries or (is_damaged and task.is_adopted):
        again_or_fail(task, code, str(trouble))
    else:
        ask_later(task, code, str(trouble), _wait_of(trouble))


def ask_later(
    task: TryOnTask,
    code: str,
    message: str,
    retry_after_s: float | None = None,
    **changes: object,
) -> None:
    """Ask the same again, with back-off. The last trouble is kept for whoever looks."""
    setbacks = task.setbacks + 1
    update(
        task,
        setbacks=setbacks,
        error_code=code[:80],
        error_message=message[:2000],
        next_poll_at=timezone.now() + backoff(setbacks, retry_after_s),
        **changes,
    )


def again_or_fail(task: TryOnTask, code: str, message: str) -> None:
    """A final no: one more attempt where the code is worth it, else the end."""
    not_before = timezone.now() + backoff(task.retries + 1)
    if task.session.status == SessionStatus.CANCELED:
        task.mark_canceled()
    elif task.retries >= _retries(task, code, message):
        fail(task, code, message)
    elif task.state == TaskState.RUNNING:
        task.mark_queued_again(code[:80], message[:2000], not_before)
    else:
        update(
            task,
            submitting_since=None,
            retries=task.retries + 1,
            error_code=code[:80],
            error_message=message[:2000],
            next_poll_at=not_before,
        )


def fail(task: TryOnTask, code: str, message: str) -> None:
    logger.warning("%s failed: %s %s", task, code, message)
    task.mark_failed(code[:80], message[:2000])


def expire_overdue(now: datetime) -> int:
    """End the tasks that are past their deadline, and their sessions with them."""
    overdue = TryOnTask.objects.pending().filter(deadline_at__lte=now)
    ended = 0
    for task in overdue.select_related("session")[:200]:
        OrphanedTask.leave([task.engine_task_id])
        if task.session.status == SessionStatus.CANCELED:
            ended += task.mark_canceled()
            continue
        last = f" Last trouble: {task.error_code}." if task.error_code else ""
        message = f"No result before {task.deadline_at:%H:%M:%S}.{last}"
        logger.warning("%s: %s", task, message)
        ended += task.mark_expired(reasons.DEADLINE, message)
        advance(task.session)
    return ended


def hold_if_throttled(work: Work, error: Exception) -> None:
    """Keep all calls of a kind back when the engine says that there are too many."""
    if isinstance(error, DashScopeUnavailable) and error.is_throttled:
        CallGate.hold(gate_of(work), timezone.now() + backoff(1, error.retry_after))


def update(task: TryOnTask, **changes: object) -> None:
    """Save these fields while the task is in the state that it was read in."""
    TryOnTask.objects.filter(pk=task.pk, state=task.state).update(**changes)


def note(
    task: TryOnTask,
    name: str,
    engine_task_id: str = "",
    request_id: str = "",
    code: str = "",
    message: str = "",
) -> None:
    """One line for the timeline of the task's session."""
    TryOnEvent.objects.create(
        session_id=task.session_id,
        task=task,
        name=name,
        engine_task_id=engine_task_id or task.engine_task_id,
        request_id=request_id,
        code=code[:80],
        message=message[:500],
    )


def note_exchanges(said: Iterable[tuple[TryOnTask, Iterable[Exchange]]]) -> None:
    """A line in the timelines for all that was said to and fro about these tasks."""
    TryOnEvent.objects.bulk_create(
        TryOnEvent(
            session_id=task.session_id,
            task=task,
            at=exchange.at,
            name=exchange.call,
            engine_task_id=exchange.task_id or task.engine_task_id,
            request_id=exchange.request_id,
            code=exchange.code[:80],
            message=exchange.message[:500],
            http_status=exchange.status,
            duration_ms=exchange.duration_ms,
        )
        for task, exchanges in said
        for exchange in exchanges
    )


def _retries(task: TryOnTask, code: str, message: str) -> int:
    found = reasons.verdict(code, message)
    if task.stage == Stage.REFINE and found.reason in ("load", "format"):
        return max(found.retries, 1)  # the second time with our own copy of the coarse
    return found.retries


def _wait_of(error: Exception) -> float | None:
    return error.retry_after if isinstance(error, DashScopeUnavailable) else None
