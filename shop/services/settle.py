"""What answers mean for their tasks: where the writes of a poll are made.

`Settler.settle` takes claims and how their calls ended, leaves every task in its next
state with its next poll, moves the sessions on and writes the timelines: all in one
transaction. How many queries the common endings take (taken, still going, stored) does
not depend on how many tasks there are; failures are settled one by one.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from django.db import InterfaceError, OperationalError, transaction
from django.utils import timezone

from .. import reasons
from ..dashscope import DashScopeError, EngineState, EngineTask
from ..models import OrphanedTask, SessionStatus, TaskState, TryOnTask
from ..models.transitions import values_by_row
from .budget import cost_of
from .claims import FETCH_LEASE, Claim, Work
from .ended_calls import EndedCall, by_kind, read_again
from .exchanges import Outcome, PhotoGone, Swept
from .pace import UsualDurations, look_after, sweep_after
from .private_files import doom
from .reconcile import find_lost
from .results import DamagedResult, StoredResult
from .setbacks import (
    FIND_AFTER,
    again_or_fail,
    ask_later,
    call_failed,
    fail,
    note,
    note_exchanges,
    result_failed,
    sweep_failed,
    update,
)
from .stages import advance_all

logger = logging.getLogger(__name__)


@dataclass
class Follow:
    """What is to be asked next, without another claim.

    `looks` are tasks that a sweep found to be over; for `no_sweep_s` seconds the task
    list is no help.
    """

    looks: list[int] = field(default_factory=list)
    fetches: list[Claim] = field(default_factory=list)
    no_sweep_s: float = 0

    def add(self, more: "Follow") -> None:
        self.looks += more.looks
        self.fetches += more.fetches
        self.no_sweep_s = max(self.no_sweep_s, more.no_sweep_s)


class Settler:
    """Turns outcomes into states; remembers how long tasks usually take."""

    def __init__(self) -> None:
        self._usual = UsualDurations()

    def settle(self, ended: Sequence[EndedCall]) -> Follow:
        """Write down what came of these claims; returns what follows from it.

        Nothing is written, and may be settled again later, when the database is away:
        that raises OperationalError or InterfaceError. What cannot be settled for
        another reason is logged and left to its lease.
        """
        try:
            with transaction.atomic():
                return self._settle(ended)
        except (OperationalError, InterfaceError):
            raise
        except Exception:
            if len(ended) == 1:
                # Its lease is its back-off: the next poll comes when that runs out.
                logger.exception("%s could not be settled", ended[0].task)
                return Follow()
        follow = Follow()  # one that raises must not hold the others back
        for one in ended:
            follow.add(self.settle([one]))
        return follow

    def _settle(self, ended: Sequence[EndedCall]) -> Follow:
        follow = Follow()
        ours = []
        for one in read_again(ended):
            if one.claim.work is Work.SWEEP:
                follow.add(self._swept(one))
            else:
                ours.append(one)
        note_exchanges((one.task, one.outcome.exchanges) for one in ours)
        kinds = by_kind(ours)
        self._submitted(kinds["submitted"])
        self._still_going(kinds["going"])
        follow.fetches += self._succeeded(kinds["succeeded"])
        self._stored(kinds["stored"])
        for one in kinds["other"]:
            self._settle_one(one.claim, one.outcome)
        advance_all({one.task.session_id for one in ours})
        return follow

    # --- many at once ---
    def _submitted(self, ended: Sequence[EndedCall]) -> None:
        now = timezone.now()
        changes = [
            {
                "engine_task_id": one.outcome.value.task_id,
                "request_id": one.outcome.value.request_id,
                "next_poll_at": now
                + timedelta(seconds=look_after(0, self._usual.of(one.task.model))),
            }
            for one in ended
        ]
        TryOnTask.mark_all_running([one.task for one in ended], changes)
        # Those that did not move were canceled or expired meanwhile.
        OrphanedTask.leave(
            one.outcome.value.task_id
            for one in ended
            if one.task.engine_task_id != one.outcome.value.task_id
        )

    def _still_going(self, ended: Sequence[EndedCall]) -> None:
        now = timezone.now()
        changes = []
        for one in ended:
            age = now - (one.task.submitted_at or now)
            wait = look_after(age.total_seconds(), self._usual.of(one.task.model))
            changes.append((one.task, {"next_poll_at": now + timedelta(seconds=wait)}))
        _update_all(changes, setbacks=0)
        _begun([(one.task, one.outcome.value) for one in ended], now)

    def _stored(self, ended: Sequence[EndedCall]) -> None:
        moved = TryOnTask.mark_all_succeeded(
            [one.task for one in ended],
            [_result_fields(one) for one in ended],
        )
        for one in ended:
            # Ended otherwise in this very moment: nobody will see it. A task that waits
            # for another attempt stores that one under the same name.
            if one.task not in moved and one.task.is_over:
                _doom_unseen(one.task, one.outcome.value)

    def _swept(self, one: EndedCall) -> Follow:
        """What the engine's list has is still going; the others are looked at."""
        claim, outcome, _ = one
        if outcome.error is not None:
            return Follow(no_sweep_s=sweep_failed(claim, outcome.error))
        swept: Swept = outcome.value
        now = timezone.now()
        told = [
            (task, EngineTask(task.engine_task_id, swept.going[task.engine_task_id]))
            for task in claim.tasks
            if task.engine_task_id in swept.going
        ]
        until = now + timedelta(seconds=sweep_after(swept.pages))
        _update_all([(task, {"next_poll_at": until}) for task, _ in told], setbacks=0)
        _begun(told, now)
        over = [one for one in claim.tasks if one.engine_task_id not in swept.going]
        return Follow(looks=[task.pk for task in over])

    def _succeeded(self, ended: Sequence[EndedCall]) -> list[Claim]:
        """Fetches of what was seen to have succeeded; their leases begin anew."""
        until = timezone.now() + FETCH_LEASE
        _update_all([(one.task, {"next_poll_at": until}) for one in ended])
        return [
            replace(one.claim, work=Work.FETCH, found=one.outcome.value)
            for one in ended
        ]

    # --- one by one ---
    def _settle_one(self, claim: Claim, outcome: Outcome) -> None:
        task, error = claim.task, outcome.error
        if error is None:
            self._answered(claim, outcome)
        elif isinstance(error, PhotoGone):
            OrphanedTask.leave([task.engine_task_id])
            fail(task, reasons.PHOTO_GONE, str(error))
        elif isinstance(error, DamagedResult) or (
            claim.work is Work.FETCH and isinstance(error, DashScopeError)
        ):
            result_failed(task, error)
        elif isinstance(error, DashScopeError):
            call_failed(claim, error)
        else:  # a full disk, a store that is down, a bug: ours, so try again
            logger.error("%s: %s broke", task, claim.work, exc_info=error)
            changes = {} if outcome.was_made else {"submitting_since": None}
            ask_later(task, type(error).__name__, "See the log.", **changes)

    def _answered(self, claim: Claim, outcome: Outcome) -> None:
        task = claim.task
        match claim.work:
            case Work.FIND:
                self._found(task, outcome)
            case Work.LOOK:
                self._looked(task, outcome)
            case Work.CANCEL:
                task.mark_canceled()
            case Work.FETCH:  # of a session that was canceled meanwhile
                task.mark_canceled()
                _doom_unseen(task, outcome.value)

    def _found(self, task: TryOnTask, outcome: Outcome) -> None:
        now = timezone.now()
        finding = find_lost(task, outcome.value, now)
        if finding is None:
            update(task, next_poll_at=now + FIND_AFTER)
        elif finding.adopt:
            listed = finding.adopt
            note(task, "adopt", listed.task_id, listed.request_id)
            task.mark_running(
                listed.task_id, listed.request_id, is_adopted=True, next_poll_at=now
            )
        else:
            OrphanedTask.leave(finding.duplicates)
            OrphanedTask.leave(finding.set_aside, is_cancel_due=False)
            note(task, "resubmit", message="Not found in the task list.")
            if task.session.status == SessionStatus.CANCELED:
                task.mark_canceled()
            else:
                update(task, submitting_since=None, next_poll_at=now)

    def _looked(self, task: TryOnTask, outcome: Outcome) -> None:
        if task.session.status == SessionStatus.CANCELED:
            task.mark_canceled()
        else:
            again_or_fail(task, *_ending(outcome.value))


def _result_fields(one: EndedCall) -> dict[str, object]:
    found, result = one.claim.found, one.outcome.value
    if found is None:
        raise LookupError(f"{one.task}: a result that nobody had found.")
    return {
        "result": result.name,
        "result_card": result.card,
        "result_width": result.width,
        "result_height": result.height,
        "result_sha256": result.sha256,
        "result_url": found.image_url,
        "confidence": found.confidence,
        "cost": cost_of(one.task.model, found.image_count),
        "worn": found.worn,
        "scheduled_at": found.scheduled_at or one.task.scheduled_at,
    }


def _doom_unseen(task: TryOnTask, result: StoredResult) -> None:
    if task.state != TaskState.SUCCEEDED:
        doom(result.files)


def _begun(told: Sequence[tuple[TryOnTask, EngineTask]], now: datetime) -> None:
    """Note when the engine was first seen to work on these tasks."""
    begun = [
        (task, found)
        for task, found in told
        if found.state is EngineState.RUNNING and task.scheduled_at is None
    ]
    _update_all(
        [(task, {"scheduled_at": found.scheduled_at or now}) for task, found in begun]
    )


def _update_all(
    changes: Sequence[tuple[TryOnTask, Mapping[str, object]]], **more: object
) -> None:
    """Save these fields of running tasks, while they are running, in one UPDATE."""
    if changes:
        rows = TryOnTask.objects.filter(state=TaskState.RUNNING)
        rows = rows.filter(pk__in=[task.pk for task, _ in changes])
        rows.update(**values_by_row(changes), **more)


def _ending(found: EngineTask) -> tuple[str, str]:
    if found.state is EngineState.UNKNOWN:
        return reasons.UNKNOWN_TASK, "The engine does not know this task any more."
    if found.state is EngineState.CANCELED:
        return reasons.CANCELED_ELSEWHERE, "The engine says that it was canceled."
    return found.code or "Unknown", found.message
