"""Drills of `tools/chaos.py` with real processes and a provider that does no work.

Each starts two pollers on a database of its own, queues try-ons, does something bad for
a while, and waits. `judge` says what must not have come of it.
"""

import argparse
import collections
import contextlib
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from light_provider import Provider, provider, queue_tryons

ROOT = Path(__file__).resolve().parents[1]
POLLERS = 2
TRYONS = 60
ENDS_WITHIN_S = 300
SMALL_DISK_MB = 48
CANNOT = 77  # exit status of a drill that this machine cannot make
LASTS = (0.5, 3.0)  # seconds of a task at the provider
MISHAPS: dict[str, list[dict[str, Any]]] = {
    "submit": [
        {"fault": "drop_before"},
        {"fault": "drop_after"},
        {"fault": "half_body"},
        {"fault": "throttle", "retry_after": 1},
        {"fault": "refuse", "status": 503, "code": "ModelUnavailable"},
        {"fault": "bare_error", "status": 502},
    ],
    "query": [
        {"fault": "drop_after"},
        {"fault": "text", "body": "<html>"},
        {"fault": "state", "word": "SUSPENDED"},
        {"fault": "forget"},
        {"fault": "fail_with", "code": "InternalError"},
        {"fault": "slow", "seconds": 2},
    ],
    "list": [{"fault": "drop_after"}, {"fault": "throttle"}],
    "result": [
        {"fault": "half_body"},
        {"fault": "refuse", "status": 404, "code": "NotFound"},
        {"fault": "picture", "how": "cut"},
        {"fault": "picture", "how": "negative"},
        {"fault": "slow_bytes", "seconds": 0.5, "step": 40},
    ],
}


class Skipped(Exception):
    """This machine lacks what the drill needs; the message says what."""


class Pollers:
    """Pollers as processes, started again when they end."""

    def __init__(self, count: int, log: Path, **environment: str) -> None:
        self._environment = os.environ | environment
        self._log = log
        self._processes = [self._start() for _ in range(count)]
        self.ended = 0

    def _start(self) -> subprocess.Popen:
        with self._log.open("ab") as log:
            return subprocess.Popen(
                [sys.executable, ROOT / "manage.py", "poll_tryons"],
                env=self._environment,
                stdout=log,
                stderr=log,
            )

    def tend(self) -> None:
        for number, process in enumerate(self._processes):
            if process.poll() is not None:
                self.ended += 1
                self._processes[number] = self._start()

    def kill_one(self, chance: random.Random) -> None:
        chance.choice(self._processes).kill()

    def close(self) -> None:
        for process in self._processes:
            process.kill()
        for process in self._processes:
            process.wait()


class Drill:
    """What a drill works with: folder, provider, pollers, try-ons."""

    def __init__(self, folder: Path, engine: Provider, chance: random.Random) -> None:
        self.folder, self.engine, self.chance = folder, engine, chance
        self.pollers: Pollers | None = None
        self.sessions: list[int] = []

    def begin(self, **environment: str) -> None:
        """Queue the try-ons, then start the pollers."""
        self.sessions = queue_tryons(TRYONS, wants_refined=True)
        log = self.folder / "pollers.log"
        self.pollers = Pollers(POLLERS, log, **environment)

    def wait(self, seconds: float) -> None:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            self.tend()
            time.sleep(0.1)

    def tend(self) -> None:
        assert self.pollers
        self.pollers.tend()

    def wait_for_some(self) -> None:
        """Until there is something to lose on both sides."""
        self.wait_until(lambda: self.count_ended() >= TRYONS // 4, "began")

    def wait_for_end(self) -> None:
        took = self.wait_until(lambda: self.count_ended() == TRYONS, "ended")
        print(f"all ended       {took:.1f} s after it was over")

    def count_ended(self) -> int:
        from shop.models import TryOnSession

        mine = TryOnSession.objects.filter(pk__in=self.sessions)
        return mine.exclude(ended_at=None).count()

    def wait_until(self, holds: Callable[[], bool], what: str) -> float:
        started = time.monotonic()
        while not holds():
            self.tend()
            if time.monotonic() - started > ENDS_WITHIN_S:
                sys.exit(f"WRONG: not all {what} within {ENDS_WITHIN_S} s")
            time.sleep(0.2)
        return time.monotonic() - started


# --- what happens -------------------------------------------------------------
def faults(drill: Drill) -> None:
    """A provider that misbehaves in one of six calls, and pollers that are killed."""
    drill.engine.tell({"mishaps": MISHAPS, "rate": 1 / 6})
    drill.begin(TRYON_TASK_DEADLINE_MINUTES="3")
    kills = 0
    while drill.count_ended() < TRYONS:
        drill.wait(drill.chance.uniform(4, 15))  # long enough to start in between
        assert drill.pollers
        drill.pollers.kill_one(drill.chance)
        kills += 1
    print(f"killed          {kills} pollers")


def disk(drill: Drill) -> None:
    """The disk with database and pictures is full for twenty seconds."""
    drill.begin()
    drill.wait_for_some()
    filler = drill.folder / "filler"
    with contextlib.suppress(OSError), filler.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(4096))
    size = filler.stat().st_size
    print(f"disk full       {size >> 20} MB more did not fit; for 20 s")
    assert shutil.disk_usage(drill.folder).free < 1 << 20
    before = drill.count_ended()
    drill.wait(20)
    print(f"meanwhile       {drill.count_ended() - before} try-ons ended")
    filler.unlink()


def locked(drill: Drill) -> None:
    """Somebody holds the lock of the SQLite file for longer than anybody waits."""
    drill.begin()
    drill.wait_for_some()
    database = sqlite3.connect(drill.folder / "db.sqlite3", isolation_level=None)
    with contextlib.closing(database):
        database.execute("PRAGMA busy_timeout = 20000")
        database.execute("BEGIN IMMEDIATE")
        print("locked          for 45 s")
        drill.wait(45)
        database.execute("ROLLBACK")


def postgres(drill: Drill, server: Any) -> None:
    """PostgreSQL is killed and started again, at once and after a while."""
    from django.db import connection

    drill.begin()
    drill.wait_for_some()
    connection.close()
    for pause in (0, 2, 8):
        server.stop(signal.SIGQUIT)  # its "immediate" shutdown: a crash
        time.sleep(pause)
        server.start()
        drill.wait(3)
    print("restarted       3 times, away for 0, 2 and 8 s")


def clock(drill: Drill) -> None:
    """The pollers' clock is put back and forward while they work."""
    library, told = drill.folder / "wrong_clock.so", drill.folder / "clock"
    compiler = shutil.which("cc")
    if compiler is None:
        raise Skipped("a C compiler (Debian: apt install gcc)")
    source = ROOT / "tools" / "wrong_clock.c"
    subprocess.run([compiler, "-shared", "-fPIC", "-o", library, source], check=True)
    told.write_text("0" * 9)
    drill.begin(LD_PRELOAD=str(library), WRONG_CLOCK=str(told))
    drill.wait_for_some()
    for step_s in (-7200, -3600, -600, 0, -20):
        with told.open("r+") as file:  # in one piece, never empty in between
            file.write(f"{step_s:09}")
        drill.wait(6)
        print(f"clock at {step_s:5} s {drill.count_ended()} of {TRYONS} ended")


DRILLS: dict[str, Callable[..., None]] = {
    "faults": faults,
    "disk": disk,
    "locked": locked,
    "postgres": postgres,
    "clock": clock,
}
# What is lost on the way to the provider may be submitted twice; see reconcile.py.
MAY_SUBMIT_TWICE = ("faults",)


# --- what came of it ----------------------------------------------------------
def judge(drill: Drill, name: str) -> list[str]:
    """Print what came of the try-ons; return what must not be."""
    from PIL import Image

    from shop.models import OrphanedTask, TaskState, TryOnSession, TryOnTask

    wrong = []
    rows = TryOnSession.objects.filter(pk__in=drill.sessions)
    ends = collections.Counter(rows.values_list("status", "reason"))
    print(
        "sessions       ", {f"{one} {why}".strip(): n for (one, why), n in ends.items()}
    )
    if sum(ends.values()) != TRYONS:
        wrong.append("a session is lost")
    if any(one == "failed" and not why for one, why in ends):
        wrong.append("a session failed without a reason")
    if name != "faults" and set(ends) != {("refined", "")}:
        wrong.append("not every try-on was refined")
    tasks = TryOnTask.objects.filter(session__in=drill.sessions)
    good = tasks.filter(state=TaskState.SUCCEEDED)
    per_stage = collections.Counter(good.values_list("session", "stage"))
    if set(per_stage.values()) - {1}:
        wrong.append("a stage was finished twice")
    for task in good:
        try:
            with task.result.open() as file, Image.open(file) as picture:
                picture.load()
        except OSError as error:
            wrong.append(f"{task}: {error}")
    told = drill.engine.tell()
    attempts = sum(task.retries + 1 for task in tasks.exclude(attempts=0))
    set_aside = OrphanedTask.objects.count()
    adopted = tasks.filter(is_adopted=True).count()
    print(
        f"provider        {told['taken']} tasks for {attempts} attempts, "
        f"{adopted} adopted, {set_aside} set aside; {told['most_open']} open at most"
    )
    if told["taken"] > attempts and name not in MAY_SUBMIT_TWICE:
        wrong.append("a task was submitted twice")
    assert drill.pollers
    print(f"pollers         ended {drill.pollers.ended} time(s)")
    if name != "faults" and drill.pollers.ended:
        wrong.append("a poller died")
    return wrong


# --- one drill ----------------------------------------------------------------
@contextlib.contextmanager
def surroundings(name: str, folder: Path) -> Iterator[Any]:
    """A database for the drill, set in the environment before Django reads it."""
    os.environ |= {"DATA_DIR": str(folder), "LOG_LEVEL": "WARNING"}
    os.environ["DJANGO_SETTINGS_MODULE"] = "tryon_site.settings"
    sys.path.insert(0, str(ROOT))
    if name == "postgres":
        from tests.postgres.server import postgres as postgres_server

        with postgres_server() as server:
            os.environ["DATABASE_URL"] = server.url
            yield server
    elif name == "disk":
        with _small_disk(folder):
            yield None
    else:
        yield None


@contextlib.contextmanager
def _small_disk(folder: Path) -> Iterator[None]:
    options = ["-o", f"size={SMALL_DISK_MB}m", "tmpfs", str(folder)]
    mounted = subprocess.run(["mount", "-t", "tmpfs", *options], capture_output=True)
    if mounted.returncode:
        raise Skipped("the right to mount (as root, or: unshare -rm python ...)")
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def run(name: str, folder: Path, options: argparse.Namespace) -> int:
    """One drill in this process. 0: nothing wrong; CANNOT: it cannot be made here."""
    print(f"--- {name}: {DRILLS[name].__doc__}")
    try:
        with surroundings(name, folder) as server:
            wrong = _run(name, folder, random.Random(options.seed), server)
    except Skipped as lack:
        print(f"skipped         this machine lacks {lack}")
        return CANNOT
    for sentence in wrong:
        print("WRONG:", sentence)
    return 1 if wrong else 0


def _run(name: str, folder: Path, chance: random.Random, server: Any) -> list[str]:
    import django

    with provider(folder, LASTS) as engine:
        os.environ["TRYON_BASE_URL"] = engine.base_url
        os.environ["TRYON_MAX_IN_FLIGHT"] = "10"
        django.setup()
        from django.core.management import call_command

        call_command("migrate", verbosity=0)
        drill = Drill(folder, engine, chance)
        try:
            DRILLS[name](*[drill, server] if name == "postgres" else [drill])
            drill.wait_for_end()
            return judge(drill, name)
        finally:
            if drill.pollers:
                drill.pollers.close()
