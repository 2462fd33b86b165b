"""A worker process: takes queued tasks one by one, survives what may go wrong.

    main thread        claim ─ run ─ publish ─ claim ...
    heartbeat thread   once a second: renew the lease and the worker's row; end the
                       process when the parent died, the task took too long, or a
                       stop was asked for and the task is not done in time

A `kill -9` at any instant costs one attempt: the lease runs out (or the parent frees
it at once) and another worker takes the task. Results count from one UPDATE on.
"""

import logging
import math
import os
import signal
import threading
import time
from collections.abc import Callable
from types import FrameType
from typing import Final

from django.conf import settings
from django.db import DatabaseError, close_old_connections, connection
from django.utils import timezone

from . import errors, jobs, memory, results
from .errors import ProtocolError
from .models import EngineTask, WorkerHeartbeat

logger = logging.getLogger(__name__)

IDLE_PAUSE_S: Final = 0.08
"""Between two looks into an empty queue: quick to notice, about 1 % of a core."""
SHORT_PAUSE_S: Final = 0.015
ALERT_S: Final = 60.0
"""So long after a task more are likely, and the queue is looked into more often."""
REST_S: Final = 2.0
"""So long after a task without another its memory goes back to the system."""
HEARTBEAT_S: Final = 1.0
STOP_GRACE_S: Final = 4.0
"""How long a task may go on after SIGTERM before it is handed back."""
MAX_ATTEMPTS: Final = 3
"""A task that took down its worker so many times is not tried again."""


class Worker:
    """Works on tasks of the models in `serves`, under the name `name`."""

    def __init__(self, name: str, serves: tuple[str, ...]) -> None:
        self.name = name
        self.serves = serves
        self._current: tuple[EngineTask, float] | None = None
        self._stop_asked_at: float | None = None
        self._last_done = -math.inf
        self._holds_memory = False
        self._parent = os.getppid()

    def work_until_stopped(self) -> None:
        """The life of a worker process, until SIGTERM or SIGINT."""
        self._parent = os.getppid()  # not in __init__, which runs before the fork
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._ask_stop)
        threading.Thread(target=self._beat_forever, daemon=True).start()
        jobs.prepare(self.serves)
        logger.info("Worker %s serves %s", self.name, ", ".join(self.serves))
        while self._stop_asked_at is None:
            try:
                if not self.work_once():
                    self.rest(time.monotonic())
                    time.sleep(self.pause(time.monotonic()))
            except DatabaseError as exc:  # one line: it may stay away for hours
                logger.error("Worker %s: the database failed: %r", self.name, exc)
                close_old_connections()
                time.sleep(1)
        WorkerHeartbeat.objects.filter(worker=self.name).delete()

    def work_once(self) -> bool:
        """Take one task to its end. False: there was none."""
        task = EngineTask.objects.claim(self.name, self.serves, timezone.now())
        if task is None:
            return False
        self._current = (task, time.monotonic())
        try:
            self._run(task)
        finally:
            self._current = None
            self._last_done = time.monotonic()
            self._holds_memory = True
        return True

    def rest(self, now: float) -> None:
        """Give back the memory of the last task, once no other followed for a while.

        Not at the end of each: the shopper waits for it, and the next takes it again.
        """
        if self._holds_memory and now - self._last_done > REST_S:
            memory.give_back()
            self._holds_memory = False

    def pause(self, now: float) -> float:
        """Seconds to the next look into an empty queue."""
        return SHORT_PAUSE_S if now - self._last_done < ALERT_S else IDLE_PAUSE_S

    def _run(self, task: EngineTask) -> None:
        started = time.monotonic()
        try:
            if task.attempts > MAX_ATTEMPTS:
                raise ProtocolError(
                    errors.INFERENCE_FAILED, f"{MAX_ATTEMPTS} attempts ended in a crash"
                )
            result = jobs.run(task)
        except ProtocolError as exc:
            is_mine, outcome = task.mark_failed(exc), f"failed: {exc}"
        except Exception as exc:  # one bad picture ends one task only
            logger.exception("Request %s: task %s broke", task.request_id, task.pk)
            failure = ProtocolError(errors.INFERENCE_FAILED, repr(exc))
            is_mine, outcome = task.mark_failed(failure), f"failed: {failure}"
        else:
            is_mine, outcome = task.mark_succeeded(**result), "succeeded"
        if is_mine:
            results.forget(task.images.values())
        elif EngineTask.objects.filter(pk=task.pk).exists():
            outcome += ", but the lease was lost: another worker decides"
        else:
            outcome += ", but nobody waits for it any more"
            results.discard(task)  # what was stored meanwhile
        took_s = time.monotonic() - started
        logger.info(
            "Request %s: %s task %s %s (%.2f s)",
            task.request_id,
            task.model,
            task.pk,
            outcome,
            took_s,
        )

    # --- Stopping and heartbeat ----------------------------------------------------
    def _ask_stop(self, number: int, frame: FrameType | None) -> None:
        # Only a flag: the loop ends after the task, or the heartbeat hands it back.
        self._stop_asked_at = self._stop_asked_at or time.monotonic()

    def _beat_forever(self) -> None:
        while True:
            try:
                self.beat()
            except DatabaseError as exc:
                logger.error("Worker %s: no heartbeat: %r", self.name, exc)
                connection.close()
            time.sleep(HEARTBEAT_S)

    def beat(self) -> None:
        """One heartbeat; see the module docstring."""
        now = timezone.now()
        WorkerHeartbeat.objects.update_or_create(
            worker=self.name,
            defaults={"seen_at": now},
            create_defaults={"seen_at": now, "serves": list(self.serves)},
        )
        current = self._current
        if current:
            current[0].extend_lease(now)
        if os.getppid() != self._parent:
            self._end_process("the parent is gone", EngineTask.hand_back)
        elif current and time.monotonic() - current[1] > self._time_limit():
            self._end_process("the task took too long", _mark_timed_out)
        elif self._is_grace_over():
            self._end_process("stopped", EngineTask.hand_back)

    def _time_limit(self) -> float:
        return settings.TRYON_ENGINE_TASK_TIMEOUT_S

    def _is_grace_over(self) -> bool:
        asked = self._stop_asked_at
        return asked is not None and time.monotonic() - asked > STOP_GRACE_S

    def _end_process(self, why: str, settle: Callable[[EngineTask], bool]) -> None:
        """End at once: the main thread may be deep in native code for seconds."""
        if current := self._current:
            settle(current[0])
        WorkerHeartbeat.objects.filter(worker=self.name).delete()
        logger.warning("Worker %s ends: %s", self.name, why)
        logging.shutdown()
        os._exit(0)


def _mark_timed_out(task: EngineTask) -> bool:
    return task.mark_failed(ProtocolError(errors.TIMED_OUT))
