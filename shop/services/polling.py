"""The poller: claim what is due, let threads talk to the engine, settle what came back.

Only this thread touches the database; the others do HTTP and files. Submits, other
calls and the fetching of results have threads of their own: slow pictures hold nothing
up, and a submit goes out when it is claimed. Killed at any line, it loses nothing:
every step is one transaction, and the next poller goes on from there. While the
database is away, answers wait here.
"""

import itertools
import logging
import time
from collections import deque
from collections.abc import Callable
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import timedelta
from functools import partial

from django.db import DatabaseError, InterfaceError, close_old_connections
from django.utils import timezone

from ..dashscope import DashScopeClient, DashScopeError
from ..models import Heartbeat
from .claims import (
    LONGEST_WAIT_S,
    Claim,
    Work,
    claim_due,
    claim_looks_at,
    claim_orphans,
)
from .clocks import WallClock, catch_up
from .ended_calls import EndedCall
from .exchanges import Outcome, prepare
from .health import POLLER
from .mail import Letter, claim_letters, put_back, send, settle_letter
from .previews import start_previews
from .retention import purge_expired
from .setbacks import expire_overdue
from .settle import Settler
from .stages import advance_stragglers
from .strays import StraySweep

logger = logging.getLogger(__name__)

_IDLE_S = 0.1  # a new try-on waits no longer than this to be noticed
_HEARTBEAT_S = 5
_STRAGGLERS_S = 1
_CLOCK_S = 10
_PURGE_S = 300
_SWEPT_AT_ONCE = 500  # files of the private store, whose owners are looked for
_STOP_S = 4  # how long calls under way may take to end after a stop signal
_DATABASE_PAUSE_S = 1
_COMPLAINT_S = 15
_FETCHES_A_THREAD = 8  # under way or waiting: beyond that nothing new is looked at


class Poller:
    """Moves try-on tasks on. Any number may run against one database.

    Parameters
    ----------
    client : the protocol client; it is left open
    workers : threads for calls
    downloads : threads that fetch, check and store results
    batch : tasks that one question to the task list may cover
    """

    def __init__(
        self,
        client: DashScopeClient,
        workers: int = 16,
        downloads: int = 4,
        batch: int = 1000,
    ) -> None:
        self._client = client
        self._workers = workers
        self._most_fetches = _FETCHES_A_THREAD * downloads
        self._batch = batch
        self._pool = ThreadPoolExecutor(workers, "engine-call")
        self._pools = {
            Work.SUBMIT: ThreadPoolExecutor(workers, "submit"),
            Work.FETCH: ThreadPoolExecutor(downloads, "fetch"),
        }
        self._calls: dict[Future[Outcome], Claim] = {}
        self._ended: list[EndedCall] = []  # not written down yet
        self._errands: set[Future[None]] = set()
        self._letters: dict[Future[None], Letter] = {}
        # A mail server that does not answer must not hold up the engine's calls.
        self._postman = ThreadPoolExecutor(1, "mail")
        self._to_look_at: deque[int] = deque()
        self._settler = Settler()
        self._strays = StraySweep()
        self._last: dict[str, float] = {}
        self._no_sweep_before = 0.0
        self._clock = WallClock(timezone.now())

    def close(self) -> None:
        for pool in (self._pool, self._postman, *self._pools.values()):
            pool.shutdown(wait=False, cancel_futures=True)

    # --- one round, or for ever ---
    def run_round(self) -> int:
        """Do all that is due now, to its end; return how many calls were made."""
        self._look_at_the_clock()
        self._look_after_stragglers()
        self._look_after_mails()
        return self.start() + self.finish()

    def finish(self) -> int:
        """Settle all calls under way, however long they take."""
        made = 0
        while self._calls or self._ended:
            self._settle_finished(timeout=None)
            made += self._start_known()
        wait(self._errands)
        wait(self._letters)
        self._settle_mails()
        return made

    def run(self, should_stop: Callable[[], bool]) -> bool:
        """Go on until told to stop. Returns False when calls were left behind."""
        while not should_stop():
            started = self._try(self._keep_house, self.start)
            self._try(partial(self._settle_finished, 0 if started else _IDLE_S))
        deadline = time.monotonic() + _STOP_S
        while (self._calls or self._ended) and time.monotonic() < deadline:
            self._try(partial(self._settle_finished, deadline - time.monotonic()))
        wait(self._letters, max(0.0, deadline - time.monotonic()))
        self._try(self._settle_mails, self._put_mails_back)
        is_done = not self._calls and not self._ended and not self._letters
        return is_done and all(errand.done() for errand in self._errands)

    def _try(self, *steps: Callable[[], int | None]) -> int:
        """Take these steps as long as the database plays along."""
        done = 0
        try:
            for step in steps:
                done += step() or 0
        except (DatabaseError, InterfaceError) as error:
            if self._is_time("complaint", _COMPLAINT_S):  # it may stay away for hours
                logger.error("The database failed, trying again: %r", error)
            close_old_connections()
            time.sleep(_DATABASE_PAUSE_S)
        return done

    def _keep_house(self) -> None:
        if self._is_time("heartbeat", _HEARTBEAT_S):
            Heartbeat.beat(POLLER)
            close_old_connections()
        self._look_at_the_clock()
        if self._is_time("stragglers", _STRAGGLERS_S):
            self._look_after_stragglers()
            self._look_after_mails()
        if self._is_time("purge", _PURGE_S):
            self._purge()

    def _purge(self) -> None:
        gone, strays = purge_expired(), self._strays.sweep(_SWEPT_AT_ONCE)
        if gone or strays:
            logger.info("Purged: %s; stray files: %d", gone, strays)

    def _look_at_the_clock(self) -> None:
        now = timezone.now()
        step = self._clock.step(now)
        if step or self._is_time("clock", _CLOCK_S):
            catch_up(now, step)

    def _look_after_stragglers(self) -> None:
        """Overdue tasks, sessions left behind, previews, engine tasks left over."""
        expire_overdue(timezone.now())
        advance_stragglers()
        start_previews()
        self._errands = {errand for errand in self._errands if not errand.done()}
        for engine_task_id in claim_orphans():
            errand = self._pool.submit(_cancel_orphan, self._client, engine_task_id)
            self._errands.add(errand)

    def _look_after_mails(self) -> None:
        self._settle_mails()
        if self._letters:
            return  # one batch at a time
        for letter in claim_letters():
            self._letters[self._postman.submit(send, letter)] = letter

    def _settle_mails(self) -> None:
        for sending in [one for one in self._letters if one.done()]:
            settle_letter(self._letters.pop(sending), sending)

    def _put_mails_back(self) -> None:
        """What was claimed and not begun when the poller stops."""
        for sending in [one for one in self._letters if one.cancel()]:
            put_back(self._letters.pop(sending))

    def _is_time(self, what: str, every_s: float) -> bool:
        now = time.monotonic()
        if now - self._last.get(what, -every_s) < every_s:
            return False
        self._last[what] = now
        return True

    # --- start ---
    def start(self) -> int:
        """Claim what is due and set threads to work; returns the number of calls."""
        started = self._start_known()
        claims = claim_due(
            self._free,
            self._batch,
            timezone.now(),
            self._busy,
            submits=self._workers - self._under_way(Work.SUBMIT),
            may_sweep=self._may_sweep,
        )
        return started + sum(self._start(claim) for claim in claims)

    def _start_known(self) -> int:
        """Look at tasks that a sweep found to be over, as fast as is allowed."""
        if not self._to_look_at or self._free <= 0:
            return 0
        next_ones = list(itertools.islice(self._to_look_at, self._free))
        done, claims = claim_looks_at(next_ones, timezone.now())
        for _ in range(done):
            self._to_look_at.popleft()
        return sum(self._start(claim) for claim in claims)

    def _under_way(self, work: Work) -> int:
        return sum(claim.work is work for claim in self._calls.values())

    @property
    def _free(self) -> int:
        """How many more calls, submits apart, may be begun.

        Some may wait for a thread, which a submit must not; and nothing more is looked
        at while there is plenty to fetch.
        """
        submits, fetches = self._under_way(Work.SUBMIT), self._under_way(Work.FETCH)
        calls = len(self._calls) - submits - fetches
        return min(2 * self._workers - calls, self._most_fetches - fetches)

    @property
    def _busy(self) -> list[int]:
        """Tasks that this poller is about to ask for, has a call about, or an answer
        that is not written down."""
        claims = [*self._calls.values(), *(one.claim for one in self._ended)]
        busy = {task.pk for claim in claims for task in claim.tasks}
        return [*busy.union(self._to_look_at)]

    @property
    def _may_sweep(self) -> bool:
        is_time = time.monotonic() >= self._no_sweep_before
        return is_time and not self._under_way(Work.SWEEP)

    def _start(self, claim: Claim) -> int:
        try:
            call = prepare(self._client, claim)
        except Exception as error:  # noqa: BLE001  (one bad row must not end the round)
            outcome = Outcome(error=error, was_made=False)
            self._ended.append(EndedCall.of(claim, outcome))
        else:
            pool = self._pools.get(claim.work, self._pool)
            wait_s = (claim.at - timezone.now()) / timedelta(seconds=1)
            self._calls[pool.submit(_make, self._client, call, wait_s)] = claim
        return 1

    # --- settle ---
    def _settle_finished(self, timeout: float | None) -> None:
        if self._calls and not self._ended:
            wait(self._calls, timeout, FIRST_COMPLETED)
        elif not self._ended:
            time.sleep(timeout or 0)
        for future in [one for one in self._calls if one.done()]:
            self._ended.append(EndedCall.of(self._calls.pop(future), future.result()))
        if not self._ended:
            return
        follow = self._settler.settle(self._ended)  # else they are kept for later
        self._ended = []
        self._to_look_at += follow.looks
        if follow.no_sweep_s:
            self._no_sweep_before = time.monotonic() + follow.no_sweep_s
        for claim in follow.fetches:
            self._start(claim)


def _make(
    client: DashScopeClient, call: Callable[[], object], wait_s: float
) -> Outcome:
    """Make a call when its turn has come. Runs in a thread; never raises."""
    # The wall clock may have been put back since: a turn is never that far away.
    time.sleep(min(max(0.0, wait_s), LONGEST_WAIT_S))
    value, error = None, None
    with client.recording() as exchanges:
        try:
            value = call()
        except Exception as found:  # noqa: BLE001  (settled and logged by the main thread)
            error = found
    return Outcome(value, error, exchanges)


def _cancel_orphan(client: DashScopeClient, engine_task_id: str) -> None:
    try:
        client.cancel_task(engine_task_id)
    except DashScopeError as error:
        logger.info("Orphaned engine task %s: %s", engine_task_id, error.summary)
