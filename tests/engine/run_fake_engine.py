"""`python -m tests.engine.run_fake_engine N FILE`: real workers, a fake backend.

FILE may hold a behaviour of `FakeBackend`. Database and files are those of the site's
settings; the caller names them in the environment.

Patience is short only with those who are told to try it, so that no worker of a busy
machine is taken for one of them.
"""

import sys
from datetime import timedelta
from pathlib import Path

import django

SHORT_S, LONG_S = 1.0, 60.0


def main(workers, behaviour):
    django.setup()
    from django.core.management import call_command

    import tryon_engine.models.tasks
    import tryon_engine.workers
    from tests.engine.fakes import FakeBackend
    from tests.processes import is_stopped
    from tryon_engine import jobs, pool

    # Workers are forked from this process and inherit what is replaced here: the
    # backend, the networks that it does not need, and the patience for real pictures.
    backend = FakeBackend(Path(behaviour))
    jobs.get_backend = lambda *_: backend
    jobs.prepare = backend.prepare
    jobs.preload = lambda: None
    pool.RESTART_PAUSE_S = 0.1
    tryon_engine.workers.STOP_GRACE_S = 0.5
    tryon_engine.models.tasks.LEASE = timedelta(seconds=LONG_S)

    def time_limit(worker):
        return SHORT_S if backend.behaves("overrun") else LONG_S

    def is_stuck(child, beat, now, judge=pool.Child.is_stuck):
        pool.STUCK_AFTER_S = SHORT_S if is_stopped(child.process.pid) else LONG_S
        return judge(child, beat, now)

    tryon_engine.workers.Worker._time_limit = time_limit
    pool.Child.is_stuck = is_stuck
    call_command("run_engine", "--workers", workers)


if __name__ == "__main__":
    main(*sys.argv[1:])
