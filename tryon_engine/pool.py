"""The parent of the worker processes: starts them, replaces them, ends them."""

import gc
import logging
import multiprocessing
import secrets
import signal
import socket
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from multiprocessing.connection import wait
from multiprocessing.context import ForkProcess
from types import FrameType
from typing import Final, TypeVar

from django.db import DatabaseError, connections
from django.utils import timezone

from . import jobs, results, uploads
from .models import EngineTask, WorkerHeartbeat, result_lifetime
from .models.tasks import ANSWERED_AT_ONCE
from .protocol import TRYON_MODELS
from .workers import Worker

logger = logging.getLogger(__name__)
T = TypeVar("T")

WATCH_S: Final = 0.5
PURGE_S: Final = 600.0
RESTART_PAUSE_S: Final = 1.0
"""Before a worker that died young is replaced: no hot loop of crashes."""
YOUNG_S: Final = 5.0
STUCK_AFTER_S: Final = 30.0
"""Without a new heartbeat, by the parent's own clock."""
DEAD_AFTER: Final = timedelta(hours=1)
"""No worker stays stuck for so long: its parent has killed it."""
KILL_AFTER_S: Final = 6.0
"""From SIGTERM to SIGKILL; more than the grace that workers give their task."""

# Forked, so that workers share the memory of the libraries that importing this loaded.
_fork = multiprocessing.get_context("fork")


@dataclass
class Child:
    name: str
    serves: tuple[str, ...]
    process: ForkProcess
    started: float
    """Like `alive_at`, in seconds of the monotonic clock."""
    alive_at: float
    """When the parent last learnt something new of it."""
    beat: datetime | None = None
    """The last heartbeat that the parent saw; None: none yet."""

    def is_stuck(self, beat: datetime | None, now: float) -> bool:
        """Whether `beat`, its heartbeat at `now`, has been the same for too long."""
        if beat != self.beat:
            self.beat, self.alive_at = beat, now
        return now - self.alive_at > STUCK_AFTER_S


class WorkerPool:
    """`count` workers for try-ons, and one for what callers wait for.

    Image checks and parsing have a worker of their own because somebody waits for
    their answer: they must not queue behind try-ons.
    """

    def __init__(self, count: int) -> None:
        self.lanes = [TRYON_MODELS] * count + [ANSWERED_AT_ONCE] * bool(count)
        self.stopping = False

    def run(self) -> None:
        """Keep the workers alive until SIGTERM or SIGINT."""
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_stop)
        jobs.preload()
        gc.freeze()  # the collector would touch, and so copy, the shared pages
        children = [self._start(lane) for lane in self.lanes]
        next_purge = time.monotonic()
        while not self.stopping:
            children = [self._replaced_if_dead(child) for child in children]
            self._kill_stuck(children)
            if time.monotonic() >= next_purge:
                with_database(results.purge_expired)
                with_database(uploads.purge_expired)
                with_database(forget_dead_workers)
                # Used by no task whose result is still there.
                jobs.readings_shelf().purge(result_lifetime().total_seconds())
                next_purge = time.monotonic() + PURGE_S
            wait([child.process.sentinel for child in children], timeout=WATCH_S)
        self._stop(children)

    def _ask_stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping = True

    def _start(self, serves: tuple[str, ...]) -> Child:
        name = f"{socket.gethostname()[:80]}-{secrets.token_hex(4)}"
        process = _fork.Process(
            target=Worker(name, serves).work_until_stopped, name=name
        )
        process.start()
        now = time.monotonic()
        return Child(name, serves, process, started=now, alive_at=now)

    def _replaced_if_dead(self, child: Child) -> Child:
        if child.process.is_alive():
            return child
        logger.error(
            "Worker %s died (exit code %s); starting another",
            child.name,
            child.process.exitcode,
        )
        self._bury(child)
        if time.monotonic() - child.started < YOUNG_S:
            time.sleep(RESTART_PAUSE_S)
        return self._start(child.serves)

    def _bury(self, child: Child) -> None:
        def free() -> None:
            EngineTask.objects.release(child.name)
            WorkerHeartbeat.objects.filter(worker=child.name).delete()

        with_database(free)

    def _kill_stuck(self, children: list[Child]) -> None:
        """Kill workers whose heartbeat stopped, or never came.

        Native code that never comes back, or a process that somebody stopped. A
        worker whose heartbeat cannot be read is taken to live.
        """

        def last_beats() -> dict[str, datetime]:
            beats = WorkerHeartbeat.objects.values_list("worker", "seen_at")
            return dict(beats.filter(worker__in=[child.name for child in children]))

        beats = with_database(last_beats)
        now = time.monotonic()
        for child in children:
            if beats is None:
                child.alive_at = now
            elif child.is_stuck(beats.get(child.name), now):
                logger.error("Worker %s is stuck; killing it", child.name)
                child.process.kill()

    def _stop(self, children: list[Child]) -> None:
        for child in children:
            child.process.terminate()
        deadline = time.monotonic() + KILL_AFTER_S
        for child in children:
            child.process.join(max(deadline - time.monotonic(), 0))
            if child.process.is_alive():
                logger.error("Worker %s does not stop; killing it", child.name)
                child.process.kill()
                child.process.join()
            self._bury(child)


def forget_dead_workers() -> None:
    """Delete what workers left whose parent was killed together with them."""
    dead = WorkerHeartbeat.objects.filter(seen_at__lt=timezone.now() - DEAD_AFTER)
    dead.delete()


def with_database(action: Callable[[], T]) -> T | None:
    """Run `action`, and leave no connection open: children must not inherit one.

    A database that fails is logged and tried again at the next round.
    """
    try:
        return action()
    except DatabaseError as exc:
        logger.error("The engine's database failed: %r", exc)
        return None
    finally:
        connections.close_all()


def drain_queue() -> int:
    """Work on everything that is queued now, in this process; return how much."""
    worker = Worker(
        f"{socket.gethostname()[:80]}-once", (*TRYON_MODELS, *ANSWERED_AT_ONCE)
    )
    done = 0
    while worker.work_once():
        done += 1
    return done
