"""Calls that have ended: which of them still concern their tasks, and what they are.

Between a claim and its answer anything may have happened to a task: it is looked at
again, under a lock, before an answer changes it.
"""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from ..dashscope import EngineState, EngineTask, SubmittedTask
from ..models import OrphanedTask, SessionStatus, TaskState, TryOnSession, TryOnTask
from ..models.tasks import PENDING
from .claims import Claim, Work
from .exchanges import Outcome
from .private_files import doom
from .results import StoredResult

_STAND = ("state", "engine_task_id")


class EndedCall(NamedTuple):
    """A claim, how its call ended, and how its tasks stood when it was claimed."""

    claim: Claim
    outcome: Outcome
    before: list[list[str]]

    @classmethod
    def of(cls, claim: Claim, outcome: Outcome) -> "EndedCall":
        return cls(claim, outcome, [_stand(task) for task in claim.tasks])

    @property
    def task(self) -> TryOnTask:
        return self.claim.task


def read_again(ended: Sequence[EndedCall]) -> list[EndedCall]:
    """Those whose tasks are as they were when they were claimed.

    Their sessions are locked until the end of the transaction: whoever changes a task
    because of an answer, or cancels, waits. What came for the others is cleared away.
    """
    ids = {one.task.session_id for one in ended if one.claim.work is not Work.SWEEP}
    sessions = TryOnSession.objects.filter(pk__in=ids).order_by("pk")
    statuses = dict(sessions.select_for_update().values_list("pk", "status"))
    claimed = [task.pk for one in ended for task in one.claim.tasks]
    rows = TryOnTask.objects.filter(pk__in=claimed)
    now_in = {pk: stand for pk, *stand in rows.values_list("pk", *_STAND)}
    fresh = []
    for one in ended:
        same = [
            _as_before(task, before)
            for task, before in zip(one.claim.tasks, one.before, strict=True)
            if now_in.get(task.pk) == before
        ]
        if one.claim.work is Work.SWEEP:
            fresh.append(one._replace(claim=replace(one.claim, tasks=same)))
        elif same and one.task.session_id in statuses:
            one.task.session.status = statuses[one.task.session_id]
            fresh.append(one)
        else:
            _discard(one.outcome, *now_in.get(one.task.pk, ("", "")))
    return fresh


def _stand(task: TryOnTask) -> list[str]:
    return [getattr(task, name) for name in _STAND]


def _as_before(task: TryOnTask, before: list[str]) -> TryOnTask:
    """Forget what an attempt to settle it has left here, though not in the database."""
    if _stand(task) != before:
        task.refresh_from_db()
    return task


def _discard(outcome: Outcome, state: str, engine_task_id: str) -> None:
    """Leave nothing behind of a call about a task that has changed or is gone."""
    value = outcome.value
    if isinstance(value, SubmittedTask) and value.task_id != engine_task_id:
        OrphanedTask.leave([value.task_id])
    is_wanted = state == TaskState.SUCCEEDED or state in PENDING
    if isinstance(value, StoredResult) and not is_wanted:
        doom(value.files)


def by_kind(ended: Sequence[EndedCall]) -> dict[str, list[EndedCall]]:
    """The common endings, and the rest, which is "other"."""
    kinds: dict[str, list[EndedCall]] = defaultdict(list)
    for one in ended:
        kinds[_kind(one)].append(one)
    return kinds


def _kind(one: EndedCall) -> str:
    value = one.outcome.value
    is_canceled = one.task.session.status == SessionStatus.CANCELED
    if isinstance(value, SubmittedTask):
        return "submitted"
    if isinstance(value, EngineTask) and not value.state.is_over:
        return "going"
    if is_canceled:
        return "other"
    if isinstance(value, EngineTask) and value.state is EngineState.SUCCEEDED:
        return "succeeded"
    return "stored" if isinstance(value, StoredResult) else "other"
