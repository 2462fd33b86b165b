"""How long a try-on takes here: measured from this shop's own recent tasks."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import F

from ..models import Stage, TaskState, TryOnTask

_RECENT = 50  # tasks
_ENOUGH = 5  # tasks: fewer tell nothing


@dataclass(frozen=True)
class Estimate:
    """Half of the tasks took up to `half_s` seconds, nine of ten up to `most_s`."""

    half_s: float
    most_s: float


def estimate_wait(stage: Stage | str) -> Estimate | None:
    """How long a stage takes from its start until its image is stored, or None."""
    # Previews wait on purpose, and nobody for them.
    return _estimate("created_at", stage=stage, session__shopper__isnull=False)


def estimate_engine(model: str) -> Estimate | None:
    """How long the engine takes for a task of `model`, from submit to result."""
    return _estimate("submitted_at", model=model)


def _estimate(start: str, **which: str | bool) -> Estimate | None:
    took: list[timedelta] = list(
        TryOnTask.objects.filter(state=TaskState.SUCCEEDED, **which)
        .order_by("-ended_at")
        .annotate(took=F("ended_at") - F(start))
        .values_list("took", flat=True)[:_RECENT]
    )
    # Negative ones ended after the clock was put back.
    seconds = sorted(one.total_seconds() for one in took if one and one > timedelta(0))
    if len(seconds) < _ENOUGH:
        return None
    return Estimate(
        half_s=seconds[len(seconds) // 2], most_s=seconds[int(len(seconds) * 0.9)]
    )
