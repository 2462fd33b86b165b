"""The parent of all parts: starts them, restarts them, leaves none behind."""

import os
import signal
import sys
import time

import pytest

from tests.processes import is_gone
from tryon_site import supervisor
from tryon_site.supervisor import Part, Supervisor

PATIENCE_S = 90
SLEEPS = [sys.executable, "-c", "import time; time.sleep(600)"]
IGNORES_SIGTERM = [
    sys.executable,
    "-c",
    "import signal, sys, time; signal.signal(signal.SIGTERM, signal.SIG_IGN);"
    "open(sys.argv[1], 'w').close(); time.sleep(600)",
]
STARTS_A_CHILD = [
    sys.executable,
    "-c",
    "import subprocess, sys, time;"
    "child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(600)']);"
    "open(sys.argv[1], 'w').write(str(child.pid)); time.sleep(600)",
]


@pytest.fixture
def supervise():
    """Starts parts; whatever happens, none outlives the test."""
    running = []

    def start(*commands):
        parts = [Part(f"part {n}", command) for n, command in enumerate(commands)]
        one = Supervisor(parts)
        running.append(one)
        one.start()
        return one

    yield start
    for one in running:
        one.stop()


def wait_until(holds):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if holds():
            return
        time.sleep(0.02)
    raise AssertionError("It did not happen in time.")


def test_restarts_a_part_that_was_killed(supervise):
    running = supervise(SLEEPS)
    part = running.parts[0]
    first = part.process.pid

    os.kill(first, signal.SIGKILL)
    wait_until(part.has_ended)
    running.tick()
    part.due_at = 0  # no need to sit out the pause
    running.tick()

    assert part.process.pid != first
    assert not is_gone(part.process.pid)


def test_pauses_ever_longer_when_a_part_keeps_ending(supervise):
    running = supervise([sys.executable, "-c", "raise SystemExit(3)"])
    part = running.parts[0]
    pauses = []

    for _ in range(3):
        wait_until(part.has_ended)
        running.tick()
        pauses.append(part.pause_s)
        part.due_at = 0
        running.tick()

    assert pauses == [1.0, 2.0, 4.0]


def test_stop_ends_every_part(supervise):
    running = supervise(SLEEPS, SLEEPS)
    pids = [part.process.pid for part in running.parts]

    running.stop()

    assert all(map(is_gone, pids))


def test_stop_kills_a_part_that_does_not_listen(supervise, monkeypatch, tmp_path):
    monkeypatch.setattr(supervisor, "STOP_WITHIN_S", 0.3)
    running = supervise([*IGNORES_SIGTERM, str(tmp_path / "deaf")])
    pid = running.parts[0].process.pid
    wait_until((tmp_path / "deaf").exists)

    running.stop()

    assert is_gone(pid)


def test_stop_ends_what_a_part_has_started(supervise, tmp_path):
    running = supervise([*STARTS_A_CHILD, str(tmp_path / "pid")])
    wait_until(lambda: (tmp_path / "pid").exists() and (tmp_path / "pid").read_text())
    grandchild = int((tmp_path / "pid").read_text())

    running.stop()

    wait_until(lambda: is_gone(grandchild))
