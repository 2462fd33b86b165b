"""`python -m tests.engine.run_fake_engine N FILE [S]`: real workers, a fake backend.

FILE may hold a behaviour of `FakeBackend`; a task may take S seconds (else 4).
Database and files are those of the site's settings; the caller names them in the
environment.
"""

import sys
from pathlib import Path

import django


def main(workers, behaviour, task_timeout_s="4"):
    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    import tryon_engine.workers
    from tests.engine.fakes import FakeBackend
    from tryon_engine import jobs, pool

    # Workers are forked from this process and inherit what is replaced here: the
    # backend, the networks that it does not need, and the patience for real pictures.
    backend = FakeBackend(Path(behaviour))
    jobs.get_backend = lambda *_: backend
    jobs.prepare = backend.prepare
    jobs.preload = lambda: None
    pool.RESTART_PAUSE_S = 0.1
    pool.STUCK_AFTER_S = min(float(task_timeout_s) / 2, 30)
    tryon_engine.workers.STOP_GRACE_S = 0.5
    settings.TRYON_ENGINE_TASK_TIMEOUT_S = float(task_timeout_s)
    call_command("run_engine", "--workers", workers)


if __name__ == "__main__":
    main(*sys.argv[1:])
