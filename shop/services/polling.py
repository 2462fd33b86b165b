"""The poller: claim what is due, let threads talk to the engine, settle what came back.

Only this thread touches the database; the others do HTTP and files. Killed at any line,
it loses nothing: every step is one transaction, and the next poller goes on from there.
"""

import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import datetime, timedelta

from django.core.exceptions import ObjectDoesNotExist
from django.db import (
    DatabaseError,
    InterfaceError,
    OperationalError,
    close_old_connections,
)
from django.utils import timezone

from ..dashscope import DashScopeClient, DashScopeError
from ..models import Heartbeat, TryOnTask
from .claims import Claim, claim_due, claim_looks_at, claim_orphans
from .exchanges import Outcome, PhotoGone, prepare
from .health import POLLER
from .previews import start_previews
from .retention import purge_expired
from .setbacks import expire_overdue
from .settle import Settler, discard
from .stages import advance_stragglers
from .strays import StraySweep

logger = logging.getLogger(__name__)

_IDLE_S = 0.1  # a new try-on waits no longer than this to be noticed
_HEARTBEAT_S = 5
_STRAGGLERS_S = 1
_PURGE_S = 300
_SWEPT_AT_ONCE = 500  # files of the private store, whose owners are looked for
_STOP_S = 4  # how long calls under way may take to end after a stop signal
_DATABASE_PAUSE_S = 1


class Poller:
    """Moves try-on tasks on. Any number may run against one database.

    Parameters
    ----------
    client : the protocol client; it is left open
    workers : threads for HTTP
    batch : tasks that one question to the task list may cover
    """

    def __init__(
        self, client: DashScopeClient, workers: int = 8, batch: int = 200
    ) -> None:
        self._client = client
        self._workers = workers
        self._batch = batch
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="engine-call")
        self._calls: dict[Future[Outcome], Claim] = {}
        self._errands: set[Future[None]] = set()
        self._to_look_at: deque[TryOnTask] = deque()
        self._settler = Settler()
        self._strays = StraySweep()
        self._last: dict[str, float] = {}

    def close(self) -> None:
        self._pool.shutdown(wait=False, cancel_futures=True)

    # --- one round, or for ever ---
    def run_round(self) -> int:
        """Do all that is due now, to its end; return how many calls were made."""
        self._look_after_stragglers()
        return self.start() + self.finish()

    def finish(self) -> int:
        """Settle all calls under way, however long they take."""
        made = 0
        while self._calls:
            self._settle_finished(timeout=None)
            made += self._start_known()
        wait(self._errands)
        return made

    def run(self, should_stop: Callable[[], bool]) -> bool:
        """Go on until told to stop. Returns False when calls were left behind."""
        while not should_stop():
            try:
                self._keep_house()
                started = self.start()
                self._settle_finished(timeout=0 if started else _IDLE_S)
            except DatabaseError as error:  # one line: it may stay away for hours
                logger.error("The database failed, trying again: %r", error)
                close_old_connections()
                time.sleep(_DATABASE_PAUSE_S)
        deadline = time.monotonic() + _STOP_S
        while self._calls and time.monotonic() < deadline:
            self._settle_finished(timeout=deadline - time.monotonic())
        return not self._calls and all(errand.done() for errand in self._errands)

    def _keep_house(self) -> None:
        if self._is_time("heartbeat", _HEARTBEAT_S):
            Heartbeat.beat(POLLER)
            close_old_connections()
        if self._is_time("stragglers", _STRAGGLERS_S):
            self._look_after_stragglers()
        if self._is_time("purge", _PURGE_S):
            self._purge()

    def _purge(self) -> None:
        gone, strays = purge_expired(), self._strays.sweep(_SWEPT_AT_ONCE)
        if gone or strays:
            logger.info("Purged: %s; stray files: %d", gone, strays)

    def _look_after_stragglers(self) -> None:
        """Overdue tasks, sessions left behind, previews, engine tasks left over."""
        expire_overdue(timezone.now())
        advance_stragglers()
        start_previews()
        self._errands = {errand for errand in self._errands if not errand.done()}
        for engine_task_id in claim_orphans():
            errand = self._pool.submit(_cancel_orphan, self._client, engine_task_id)
            self._errands.add(errand)

    def _is_time(self, what: str, every_s: float) -> bool:
        now = time.monotonic()
        if now - self._last.get(what, -every_s) < every_s:
            return False
        self._last[what] = now
        return True

    # --- start ---
    def start(self) -> int:
        """Claim what is due and set threads to work; returns the number of calls."""
        now = timezone.now()
        started = self._start_known()
        busy = [task.pk for claim in self._calls.values() for task in claim.tasks]
        for claim in claim_due(self._free, self._batch, now, busy):
            started += self._start(claim)
        return started

    def _start_known(self) -> int:
        """Look at tasks that a sweep found to be over, as fast as is allowed."""
        if not self._to_look_at or self._free <= 0:
            return 0
        claims = claim_looks_at(list(self._to_look_at), self._free, timezone.now())
        for _ in claims:
            self._to_look_at.popleft()
        return sum(self._start(claim) for claim in claims)

    @property
    def _free(self) -> int:
        return self._workers - len(self._calls)

    def _start(self, claim: Claim) -> int:
        try:
            call = prepare(self._client, claim)
        except PhotoGone as error:
            self._settle(claim, Outcome(error=error, was_made=False))
        except Exception as error:  # noqa: BLE001  (one bad row must not end the round)
            self._settle(claim, Outcome(error=error, was_made=False))
        else:
            self._calls[self._pool.submit(_make, call, claim.at)] = claim
        return 1

    # --- settle ---
    def _settle_finished(self, timeout: float | None) -> None:
        if not self._calls:
            time.sleep(timeout or 0)
            return
        done, _ = wait(self._calls, timeout, FIRST_COMPLETED)
        for future in done:
            self._settle(self._calls.pop(future), future.result())

    def _settle(self, claim: Claim, outcome: Outcome) -> None:
        try:
            self._to_look_at += self._settler.settle(claim, outcome)
        except ObjectDoesNotExist:
            discard(claim, outcome)  # the shopper deleted the session meanwhile
        except (OperationalError, InterfaceError):
            raise  # the database is away: the claim runs out by itself
        except Exception:
            # Its lease is its back-off: the next poll comes when that runs out.
            logger.exception("%s could not be settled", claim.task)


def _make(call: Callable[[], object], at: datetime) -> Outcome:
    """Make a call when its turn has come. Runs in a thread; never raises."""
    time.sleep(max(0.0, (at - timezone.now()) / timedelta(seconds=1)))
    started = time.monotonic()
    value, error = None, None
    try:
        value = call()
    except Exception as found:  # noqa: BLE001  (settled, and logged, by the main thread)
        error = found
    return Outcome(value, error, round(1000 * (time.monotonic() - started)))


def _cancel_orphan(client: DashScopeClient, engine_task_id: str) -> None:
    try:
        client.cancel_task(engine_task_id)
    except DashScopeError as error:
        logger.info("Orphaned engine task %s: %s", engine_task_id, error.summary)
