"""When the wall clock is put back, or forward, while try-ons wait.

Leases, back-off and deadlines are moments of wall-clock time, which is all that several
machines and a database share. After a step back they lie too far ahead, and nothing may
wait for the clock to catch up. After a step forward, or a sleep of the whole machine,
no deadline has really passed.
"""

import logging
import time
from datetime import datetime, timedelta

from django.conf import settings
from django.db.models import F

from ..models import CallGate, TryOnTask
from .claims import LEASE
from .pace import LONGEST_WAIT

logger = logging.getLogger(__name__)

_NONE = timedelta(0)
_STEP = timedelta(seconds=2)  # less is how clocks are kept right, and does no harm


class WallClock:
    """Notices, from one look to the next, that the wall clock was put elsewhere."""

    def __init__(self, now: datetime) -> None:
        self._ahead = _ahead_of_monotonic(now)

    def step(self, now: datetime) -> timedelta:
        """By how much since the last look, below zero for back; most often not at all.

        Nothing but a real step counts.
        """
        before, self._ahead = self._ahead, _ahead_of_monotonic(now)
        step = self._ahead - before
        return step if abs(step) > _STEP else _NONE


def _ahead_of_monotonic(now: datetime) -> timedelta:
    """Changes only when the wall clock does not run as fast as time passes."""
    return timedelta(seconds=now.timestamp() - time.monotonic())


def catch_up(now: datetime, step: timedelta = _NONE) -> None:
    """Move what waits for a moment that time does not really take to come.

    That is what lies further ahead than anything is ever put off; after a known `step`
    back, all that waits; after one forward, all deadlines. A submit that may be under
    way keeps its lease, for nothing else tells when it began. Any number of pollers may
    do this after the same step.
    """
    pending = TryOnTask.objects.pending()
    if step:
        logger.warning("The clock was put %s", f"{step.total_seconds():+.0f} s")
    if step > _NONE:
        pending.update(deadline_at=F("deadline_at") + step)
        pending.lost().update(next_poll_at=now + LEASE)
    latest = now + settings.TRYON_TASK_DEADLINE
    pending.filter(deadline_at__gt=latest + _STEP).update(deadline_at=latest)
    furthest = now if step < _NONE else now + LONGEST_WAIT
    CallGate.objects.filter(open_at__gt=furthest).update(open_at=now)
    waiting = pending.filter(next_poll_at__gt=furthest)
    waiting.filter(submitting_since=None).update(next_poll_at=now)
    lost = pending.lost().filter(next_poll_at__gt=now + LEASE + _STEP)
    lost.update(
        next_poll_at=now + LEASE,
        submitting_since=F("submitting_since") + min(step, _NONE),
    )
