"""Run the engine's workers: `manage.py run_engine`."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

# One core per worker process: before numpy is loaded, or it starts a thread per core.
for _variable in ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS"):
    os.environ.setdefault(_variable, "1")


class Command(BaseCommand):
    help = (
        "Take queued try-on tasks and image checks, in worker processes of their own."
    )
    # The checks import the whole site with its URLs; workers need none of it.
    requires_system_checks = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--workers",
            type=int,
            default=settings.TRYON_ENGINE_WORKERS,
            help="try-on worker processes (default: TRYON_ENGINE_WORKERS); "
            "one more serves the image checks",
        )
        parser.add_argument(
            "--once",
            action="store_true",
            help="work on what is queued now, in this process, and end",
        )

    def handle(self, *, workers: int, once: bool, **options: Any) -> None:
        from tryon_engine import pool  # loads numpy, after the variables above

        if once:
            self.stdout.write(f"{pool.drain_queue()} task(s) worked on.")
        elif workers < 1:
            raise CommandError("Nothing to run: --workers must be 1 or more.")
        else:
            pool.WorkerPool(workers).run()
