"""Move try-on tasks on: submit, query, fetch results, start the next stage."""

import argparse
import os
import signal
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from shop.services.engine import make_client
from shop.services.polling import Poller


def _positive(text: str) -> int:
    if not text.isdigit() or int(text) < 1:
        raise argparse.ArgumentTypeError(f"{text!r} is not a whole number above 0.")
    return int(text)


class Command(BaseCommand):
    help = (
        "Moves try-on tasks on: submits what is queued, asks for what is in flight, "
        "stores results, starts the refining. Any number may run at once."
    )
    stopping = False

    def add_arguments(self, parser: CommandParser) -> None:
        how = parser.add_mutually_exclusive_group()
        how.add_argument("--loop", action="store_true", help="until stopped (default)")
        how.add_argument("--once", action="store_true", help="one round, then exit")
        parser.add_argument(
            "--workers", type=_positive, default=16, help="threads for calls (16)"
        )
        parser.add_argument(
            "--downloads",
            type=_positive,
            default=4,
            help="threads that fetch, check and store results (4)",
        )
        parser.add_argument(
            "--batch",
            type=_positive,
            default=1000,
            help="most tasks that one look at the engine's task list covers (1000)",
        )

    def handle(
        self, *, once: bool, workers: int, downloads: int, batch: int, **options: Any
    ) -> None:
        with make_client() as client:
            poller = Poller(client, workers, downloads, batch)
            if once:  # leaves the signal handlers of a test run alone
                made = poller.run_round()
                poller.close()
                self.stdout.write(f"{made} call(s) made.")
                return
            signal.signal(signal.SIGTERM, self.stop)
            signal.signal(signal.SIGINT, self.stop)
            self.stdout.write("Polling.")
            finished = poller.run(lambda: self.stopping)
            poller.close()
            self.stdout.write("Stopped.")
            if not finished:
                # Threads still wait for an engine that does not answer; their claims
                # run out by themselves, as after a kill.
                self.stdout.flush()
                os._exit(0)

    def stop(self, signum: int, frame: FrameType | None) -> None:
        # Only a flag: what came back is settled first, nothing is left half stored.
        self.stopping = True
