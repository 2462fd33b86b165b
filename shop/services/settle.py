"""What an answer means for its task: where the writes of a poll are made.

`Settler.settle` takes a claim and how its call ended, leaves the task in its next state
with its next poll, moves the session on and writes the timeline.
"""

import logging
from datetime import timedelta

from django.utils import timezone

from .. import reasons
from ..dashscope import DashScopeError, EngineState, EngineTask, SubmittedTask
from ..models import OrphanedTask, SessionStatus, TaskState, TryOnTask
from .claims import Claim, Work
from .exchanges import Look, Outcome, PhotoGone
from .pace import UsualDurations, backoff, look_after
from .private_files import doom
from .reconcile import find_lost
from .results import StoredResult
from .setbacks import (
    FIND_AFTER,
    again_or_fail,
    ask_later,
    call_failed,
    fail,
    hold_if_throttled,
    note,
    result_failed,
    update,
)
from .stages import advance

logger = logging.getLogger(__name__)


class Settler:
    """Turns outcomes into states; remembers how long tasks usually take."""

    def __init__(self) -> None:
        self._usual = UsualDurations()

    def settle(self, claim: Claim, outcome: Outcome) -> list[TryOnTask]:
        """Write down what came of a claim; a sweep returns the tasks to look at next.

        Raises ObjectDoesNotExist when the session was deleted meanwhile.
        """
        if claim.work is Work.SWEEP:
            return self._sweep(claim, outcome)
        task = claim.task
        task.session.refresh_from_db(fields=["status"])  # canceled meanwhile?
        if outcome.error is None:
            self._answered(claim, outcome)
        elif isinstance(outcome.error, PhotoGone):
            OrphanedTask.leave([task.engine_task_id])
            fail(task, reasons.PHOTO_GONE, str(outcome.error))
        elif isinstance(outcome.error, DashScopeError):
            call_failed(claim, outcome, outcome.error)
        else:  # a full disk, a store that is down, a bug: ours, so try again
            logger.error("%s: %s broke", task, claim.work, exc_info=outcome.error)
            changes = {} if outcome.was_made else {"submitting_since": None}
            ask_later(task, type(outcome.error).__name__, "See the log.", **changes)
        advance(task.session)
        return []

    def _answered(self, claim: Claim, outcome: Outcome) -> None:
        task = claim.task
        match claim.work:
            case Work.SUBMIT:
                self._submitted(task, outcome)
            case Work.FIND:
                self._found(task, outcome)
            case Work.LOOK:
                self._looked(task, outcome)
            case Work.CANCEL:
                note(task, "cancel", outcome, request_id=outcome.value)
                task.mark_canceled()

    def _submitted(self, task: TryOnTask, outcome: Outcome) -> None:
        taken: SubmittedTask = outcome.value
        note(task, "submit", outcome, taken.task_id, taken.request_id)
        wait = look_after(0, self._usual.of(task.model))
        is_running = task.mark_running(
            taken.task_id,
            taken.request_id,
            next_poll_at=timezone.now() + timedelta(seconds=wait),
        )
        if not is_running and task.engine_task_id != taken.task_id:
            OrphanedTask.leave([taken.task_id])  # canceled or expired meanwhile

    def _found(self, task: TryOnTask, outcome: Outcome) -> None:
        now = timezone.now()
        finding = find_lost(task, outcome.value, now)
        if finding is None:
            update(task, next_poll_at=now + FIND_AFTER)
        elif finding.adopt:
            listed = finding.adopt
            note(task, "adopt", outcome, listed.task_id, listed.request_id)
            task.mark_running(
                listed.task_id, listed.request_id, is_adopted=True, next_poll_at=now
            )
        else:
            OrphanedTask.leave(finding.duplicates)
            OrphanedTask.leave(finding.set_aside, is_cancel_due=False)
            note(task, "find", outcome, message="Not found: to be submitted again.")
            if task.session.status == SessionStatus.CANCELED:
                task.mark_canceled()
            else:
                update(task, submitting_since=None, next_poll_at=now)

    def _looked(self, task: TryOnTask, outcome: Outcome) -> None:
        look: Look = outcome.value
        found = look.engine_task
        if not found.state.is_over:
            self._still_going(task, found, outcome)
            return
        message = found.message or found.state
        note(
            task,
            "query",
            outcome,
            request_id=found.request_id,
            code=found.code,
            message=message,
        )
        if task.session.status == SessionStatus.CANCELED:
            task.mark_canceled()
            doom(look.result.files if look.result else [])
        elif look.trouble:
            result_failed(task, look.trouble)
        elif look.result:
            self._succeed(task, found, look.result)
        else:
            again_or_fail(task, *_ending(found))

    def _still_going(
        self, task: TryOnTask, found: EngineTask, outcome: Outcome
    ) -> None:
        now = timezone.now()
        age = now - (task.submitted_at or now)
        wait = look_after(age.total_seconds(), self._usual.of(task.model))
        changes = {"next_poll_at": now + timedelta(seconds=wait), "setbacks": 0}
        if found.state is EngineState.RUNNING and task.scheduled_at is None:
            changes["scheduled_at"] = found.scheduled_at or now
            request_id = found.request_id
            note(task, "query", outcome, request_id=request_id, message=found.state)
        update(task, **changes)

    def _succeed(
        self, task: TryOnTask, found: EngineTask, result: StoredResult
    ) -> None:
        is_stored = task.mark_succeeded(
            result=result.name,
            result_card=result.card,
            result_width=result.width,
            result_height=result.height,
            result_sha256=result.sha256,
            result_url=found.image_url,
            confidence=found.confidence,
            worn=found.worn,
            scheduled_at=found.scheduled_at or task.scheduled_at,
        )
        if not is_stored and task.state != TaskState.SUCCEEDED:
            doom(result.files)  # expired in this very moment: nobody will see it

    def _sweep(self, claim: Claim, outcome: Outcome) -> list[TryOnTask]:
        if outcome.error is not None:
            logger.warning("The task list gave no answer: %s", outcome.error)
            hold_if_throttled(Work.SWEEP, outcome.error)
            for task in claim.tasks:
                update(task, next_poll_at=timezone.now() + backoff(3))
            return []
        going = {
            one.task_id: one.state for one in outcome.value if not one.state.is_over
        }
        for task in claim.tasks:
            if task.engine_task_id in going:
                state = going[task.engine_task_id]
                self._still_going(task, EngineTask(task.engine_task_id, state), outcome)
        return [task for task in claim.tasks if task.engine_task_id not in going]


def discard(claim: Claim, outcome: Outcome) -> None:
    """Leave nothing behind of a call whose session was deleted meanwhile."""
    if isinstance(outcome.value, SubmittedTask):
        OrphanedTask.leave([outcome.value.task_id])
    if isinstance(outcome.value, Look) and outcome.value.result:
        doom(outcome.value.result.files)


def _ending(found: EngineTask) -> tuple[str, str]:
    if found.state is EngineState.UNKNOWN:
        return reasons.UNKNOWN_TASK, "The engine does not know this task any more."
    if found.state is EngineState.CANCELED:
        return reasons.CANCELED_ELSEWHERE, "The engine says that it was canceled."
    return found.code or "Unknown", found.message
