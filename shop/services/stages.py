"""From stage to stage: a session follows the states of its tasks.

`advance` may be called at any time, any number of times, by any process: it reads where
the tasks are and makes every move that has become possible. So a kill between "task
succeeded" and "session moved" is healed by whoever calls it next.
"""

from django.db.models import Exists, OuterRef, Q

from .. import reasons
from ..models import SessionStatus, Stage, TaskState, TryOnSession, TryOnTask
from .sessions import start_refining

_ENDED_BADLY = (TaskState.FAILED, TaskState.EXPIRED)
# What a refiner answers that takes no bottom without a top.
_WANTS_TOP = ("InvalidParameter", "InvalidGarment")


def advance(tryon_session: TryOnSession) -> int:
    """Make every move that is due; return their number."""
    moves = 0
    while _advance_once(tryon_session):
        moves += 1
    return moves


def advance_stragglers() -> int:
    """Advance sessions that were left behind their tasks."""
    tasks = TryOnTask.objects.filter(session=OuterRef("pk"))
    behind = TryOnSession.objects.ongoing().filter(
        ~Exists(tasks.pending())
        | Q(status=SessionStatus.QUEUED) & Exists(tasks.filter(state=TaskState.RUNNING))
    )
    return sum(advance(tryon_session) for tryon_session in behind[:500])


def _advance_once(tryon_session: TryOnSession) -> bool:
    match tryon_session.status:
        case SessionStatus.QUEUED | SessionStatus.FITTING:
            return _follow_coarse(tryon_session)
        case SessionStatus.COARSE_READY:
            return _go_on_from_coarse(tryon_session)
        case SessionStatus.REFINING:
            return _follow_refine(tryon_session)
        case _:
            return False


def _follow_coarse(tryon_session: TryOnSession) -> bool:
    task = _last_task(tryon_session, Stage.COARSE)
    if task is None:  # deleted by hand
        return tryon_session.mark_failed("oops")
    if task.state in _ENDED_BADLY:
        return tryon_session.mark_failed(_reason(task))
    if task.state == TaskState.CANCELED:
        return tryon_session.mark_canceled()
    if task.state == TaskState.QUEUED:
        return False
    if tryon_session.status == SessionStatus.QUEUED:
        return tryon_session.mark_fitting()
    return task.state == TaskState.SUCCEEDED and tryon_session.mark_coarse_ready()


def _go_on_from_coarse(tryon_session: TryOnSession) -> bool:
    if tryon_session.wants_refined:
        return start_refining(tryon_session)
    return tryon_session.mark_coarse_only()


def _follow_refine(tryon_session: TryOnSession) -> bool:
    task = _last_task(tryon_session, Stage.REFINE)
    if task is None:
        return tryon_session.mark_coarse_only("oops")
    if task.state == TaskState.SUCCEEDED:
        return tryon_session.mark_refined()
    if task.is_over:
        # By the protocol a refiner may want a top; this project's own does not.
        wants_top = tryon_session.top_id is None and task.error_code in _WANTS_TOP
        return tryon_session.mark_coarse_only(
            "bottom_only" if wants_top else _reason(task)
        )
    return False


def _last_task(tryon_session: TryOnSession, stage: Stage) -> TryOnTask | None:
    tasks = TryOnTask.objects.filter(session=tryon_session, stage=stage)
    return tasks.order_by("-created_at", "-pk").first()


def _reason(task: TryOnTask) -> str:
    if task.state == TaskState.CANCELED:
        return ""
    return reasons.verdict(task.error_code, task.error_message).reason
