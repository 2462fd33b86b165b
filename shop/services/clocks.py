"""When the wall clock was put back: nothing may wait for it to catch up.

Leases, back-off and deadlines are moments of wall-clock time, which is all that several
machines and a database share. After a step back they lie too far ahead. A step forward
needs nothing: what has become due is done, and what is past its deadline ends, with a
reason.
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

_STEP = timedelta(seconds=2)  # less is how clocks are kept right, and does no harm


class WallClock:
    """Notices, from one look to the next, that the wall clock was put back."""

    def __init__(self, now: datetime) -> None:
        self._ahead = _ahead_of_monotonic(now)

    def put_back_by(self, now: datetime) -> timedelta:
        """By how much since the last look; nothing but a real step counts."""
        before, self._ahead = self._ahead, _ahead_of_monotonic(now)
        step = before - self._ahead
        return step if step > _STEP else timedelta(0)


def _ahead_of_monotonic(now: datetime) -> timedelta:
    """Changes only when the wall clock does not run as fast as time passes."""
    return timedelta(seconds=now.timestamp() - time.monotonic())


def catch_up(now: datetime, step: timedelta = timedelta(0)) -> int:
    """Pull back to `now` what waits for a moment that lies too far ahead.

    That is: further than anything is ever put off; after a known `step` back, all that
    waits. A submit that may be under way keeps its lease, moved by the step, for
    nothing else tells when it began. Returns the number of tasks.
    """
    furthest = now if step else now + LONGEST_WAIT
    CallGate.objects.filter(open_at__gt=furthest).update(open_at=now)
    pending = TryOnTask.objects.pending()
    latest = now + settings.TRYON_TASK_DEADLINE
    pending.filter(deadline_at__gt=latest + _STEP).update(deadline_at=latest)
    waiting = pending.filter(next_poll_at__gt=furthest)
    pulled = waiting.filter(submitting_since=None).update(next_poll_at=now)
    lost = pending.lost().filter(next_poll_at__gt=now + LEASE + _STEP)
    pulled += lost.update(
        next_poll_at=now + LEASE, submitting_since=F("submitting_since") - step
    )
    if pulled:
        logger.warning("The clock was put back: %s task(s) do not wait for it", pulled)
    return pulled
