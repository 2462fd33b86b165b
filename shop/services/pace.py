"""When to ask the engine again: often enough to be prompt, and no more than that."""

import random
import time
from datetime import timedelta

from .estimates import estimate_engine

_FIRST_S = 0.4  # the shortest wait for the first look at a task
_OFTEN_S = 0.25  # between looks at a task that may be ready any moment
_PROMPT_S = 1.0  # a result should not lie there unseen for longer than this
_SWEEP_S = 0.5  # between two questions to the task list
_PAGE_S = 0.15  # for each of its pages: at most 7 requests a second
_SLOW_S = 5.0  # between looks at a task that takes unusually long
_LONGEST_BACKOFF_S = 60.0
# Nothing waits longer, for an engine may ask for five minutes (see `transport`).
LONGEST_WAIT = timedelta(minutes=6)


def look_after(age_s: float, usual_s: float | None) -> float:
    """Seconds until the next look at a task of age `age_s`; half take `usual_s`.

    The first look comes shortly before half of the tasks are done; from there on the
    looks follow each other at a small part of the usual time, and thin out when the
    task is far beyond it.
    """
    if usual_s is None:
        return min(max(_FIRST_S, age_s / 4), _SLOW_S)
    if age_s < 0.8 * usual_s:
        return min(max(0.8 * usual_s - age_s, _OFTEN_S), _SLOW_S * 2)
    prompt_s = min(max(0.08 * usual_s, _OFTEN_S), _PROMPT_S)
    overdue_s = age_s - 2 * usual_s
    return min(max(prompt_s, overdue_s / 10), _SLOW_S)


def sweep_after(pages: int) -> float:
    """Seconds until the task list is asked again that had so many pages."""
    return max(_SWEEP_S, _PAGE_S * pages)


def backoff(setbacks: int, retry_after_s: float | None = None) -> timedelta:
    """How long to wait after the `setbacks`-th call in a row without an answer.

    Doubles from half a second to a minute, with jitter so that tasks do not come back
    all at once; never earlier than the engine asked for.
    """
    ceiling = min(0.5 * 2 ** min(setbacks, 10), _LONGEST_BACKOFF_S)
    wait = ceiling * random.uniform(0.5, 1)
    return timedelta(seconds=max(wait, retry_after_s or 0))


class UsualDurations:
    """The measured median per model, looked up anew now and then."""

    _KEPT_S = 20.0

    def __init__(self) -> None:
        self._known: dict[str, tuple[float, float | None]] = {}

    def of(self, model: str) -> float | None:
        asked_at, half_s = self._known.get(model, (-self._KEPT_S, None))
        if time.monotonic() - asked_at >= self._KEPT_S:
            estimate = estimate_engine(model)
            half_s = estimate.half_s if estimate else None
            self._known[model] = (time.monotonic(), half_s)
        return half_s
