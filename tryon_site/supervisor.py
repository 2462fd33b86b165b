"""Runs the parts of the product under one parent: starts, restarts and stops them.

Each part is a process group of its own, so Ctrl-C reaches the parent alone, and the
parent can end a part together with whatever that part has started.
"""

import ctypes
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

logger = logging.getLogger(__name__)

STOP_WITHIN_S = 7.0  # after that a part is killed; the promise to people is 10
LONGEST_PAUSE_S = 30.0  # between two starts of a part that keeps ending
PROVEN_AFTER_S = 60.0  # a part that lived this long starts again without a pause


@dataclass
class Part:
    """One process to keep running."""

    name: str
    command: Sequence[str]
    process: subprocess.Popen | None = None
    started_at: float = 0.0
    pause_s: float = 0.0
    due_at: float = field(default=0.0)

    def start(self) -> None:
        self.process = subprocess.Popen(  # noqa: S603  our own commands
            self.command,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
            preexec_fn=_end_with_parent if sys.platform == "linux" else None,
        )
        self.started_at = time.monotonic()

    def has_ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def plan_restart(self) -> None:
        lived_s = time.monotonic() - self.started_at
        self.pause_s = (
            0.0
            if lived_s > PROVEN_AFTER_S
            else min(max(1.0, self.pause_s * 2), LONGEST_PAUSE_S)
        )
        self.due_at = time.monotonic() + self.pause_s
        self.process = None

    def signal(self, number: int) -> None:
        if self.process is None:
            return
        try:
            os.killpg(self.process.pid, number)
        except ProcessLookupError:
            return  # it ended by itself meanwhile


class Supervisor:
    """Keeps parts running until it is told to stop."""

    def __init__(self, parts: Sequence[Part]) -> None:
        self.parts = list(parts)
        self.stopping = False

    def start(self) -> None:
        for part in self.parts:
            part.start()

    def tick(self) -> None:
        """Restart what has ended; to be called a few times a second."""
        for part in self.parts:
            if part.has_ended():
                logger.error(
                    "%s ended with status %s and starts again",
                    part.name,
                    part.process.returncode if part.process else None,
                )
                part.plan_restart()
            if part.process is None and time.monotonic() >= part.due_at:
                part.start()

    def stop(self) -> None:
        """End every part: politely first, by force after `STOP_WITHIN_S`."""
        for part in self.parts:
            part.signal(signal.SIGTERM)
        deadline = time.monotonic() + STOP_WITHIN_S
        while time.monotonic() < deadline and not all(map(_is_gone, self.parts)):
            time.sleep(0.05)
        for part in self.parts:
            part.signal(signal.SIGKILL)  # also what a part left behind in its group
            if part.process is not None:
                part.process.wait()


def _is_gone(part: Part) -> bool:
    return part.process is None or part.process.poll() is not None


def _end_with_parent() -> None:
    """Linux: ask the kernel for a SIGTERM when the parent dies, however it dies."""
    pr_set_pdeathsig = 1
    ctypes.CDLL(None).prctl(pr_set_pdeathsig, signal.SIGTERM)
