"""Real worker processes over a database of their own, killed in every way."""

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connections, transaction

from tests.engine.factories import make_engine_task
from tests.engine.fakes import data_url, noise
from tests.processes import is_gone, is_stopped
from tryon_engine.models import EngineTask, TaskState, WorkerHeartbeat
from tryon_engine.models.tasks import FINAL_STATES
from tryon_engine.vision.codec import decode_image

ROOT = Path(__file__).resolve().parents[2]
DATABASE = "engine_of_its_own"
PATIENCE_S = 90
"""How long a busy machine may take for what usually takes a second."""


class Engine:
    """`run_engine` as a process of its own; database and files in one folder."""

    def __init__(self, folder):
        self.folder = folder
        self.behaviour = folder / "behaviour"
        self.log = folder / "engine.log"
        self.processes = []

    def start(self, workers=1):
        environment = os.environ | {
            "DATA_DIR": str(self.folder),
            "DATABASE_URL": f"sqlite:///{self.folder / 'db.sqlite3'}",
            "DJANGO_SETTINGS_MODULE": "tryon_site.settings",
            "LOG_LEVEL": "INFO",
        }
        with self.log.open("ab") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "tests.engine.run_fake_engine"]
                + [str(workers), str(self.behaviour)],
                cwd=ROOT,
                env=environment,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    def submit(self):
        images = {
            "person_image_url": data_url(noise()),
            "top_garment_url": data_url(noise(seed=1)),
        }
        return make_engine_task(using=DATABASE, images=images)

    def wait_for(self, condition, what):
        deadline = time.monotonic() + PATIENCE_S
        while not (found := condition()):
            if time.monotonic() > deadline:
                pytest.fail(f"{what} did not happen:\n{self.log.read_text()}")
            time.sleep(0.02)
        return found

    def wait_for_state(self, task, state):
        def is_reached():
            task.refresh_from_db()
            return task.state == state or task.is_final

        self.wait_for(is_reached, f"state {state}")
        assert task.state == state, self.log.read_text()

    def wait_for_results(self, count):
        done = EngineTask.objects.using(DATABASE).filter(state=TaskState.SUCCEEDED)
        self.wait_for(lambda: done.count() >= count, f"{count} results")

    def in_danger(self):
        """Whether somebody works on a task for the second time, or more often."""
        tasks = EngineTask.objects.using(DATABASE)
        return tasks.filter(attempts__gt=1).exclude(state__in=FINAL_STATES).exists()

    def wait_until_alive(self, count):
        beats = WorkerHeartbeat.objects.using(DATABASE)
        self.wait_for(lambda: beats.count() >= count, f"{count} live workers")

    def children(self, process):
        """The workers that live."""
        path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
        return [pid for pid in map(int, path.read_text().split()) if not is_gone(pid)]

    def end(self):
        for process in self.processes:
            if process.poll() is None:
                process.terminate()
            process.wait(PATIENCE_S)


@pytest.fixture
def engine(tmp_path, django_db_blocker):
    default = connections.databases["default"]
    connections.databases[DATABASE] = default | {"NAME": str(tmp_path / "db.sqlite3")}
    engine = Engine(tmp_path)
    try:
        with django_db_blocker.unblock():
            call_command("migrate", "tryon_engine", database=DATABASE, verbosity=0)
            yield engine
    finally:
        engine.end()
        connections[DATABASE].close()
        del connections[DATABASE]
        del connections.databases[DATABASE]


def test_works_on_tasks_as_they_come(engine):
    engine.start(workers=2)
    engine.wait_until_alive(3)  # two for try-ons, one for image checks

    tasks = [engine.submit() for _ in range(4)]

    for task in tasks:
        engine.wait_for_state(task, TaskState.SUCCEEDED)
        result = decode_image(
            (engine.folder / "engine" / task.result_name).read_bytes()
        )
        assert (result[0, 0] == 1).all()
        assert (result[1:] == noise()[1:]).all()
        assert task.attempts == 1


def test_a_killed_workers_task_is_taken_up_again(engine):
    engine.behaviour.write_text("die once")
    task = engine.submit()

    engine.start()

    engine.wait_for_state(task, TaskState.SUCCEEDED)
    assert task.attempts == 2


def test_thirty_tasks_survive_random_kills(engine):
    engine.behaviour.write_text("sleep 0.1")
    tasks = [engine.submit() for _ in range(30)]
    parent = engine.start(workers=2)
    chance = random.Random(7)
    engine.wait_until_alive(3)

    for kill in range(8):
        engine.wait_for_results(2 * kill)
        # Three kills end a task: who met two comes through first.
        engine.wait_for(lambda: not engine.in_danger(), "the end of a task")
        time.sleep(chance.uniform(0, 0.3))
        workers = engine.wait_for(lambda: engine.children(parent), "a worker")
        os.kill(chance.choice(workers), signal.SIGKILL)

    for task in tasks:
        engine.wait_for_state(task, TaskState.SUCCEEDED)
        assert (engine.folder / "engine" / task.result_name).exists()
    log = engine.log.read_text()
    assert "died (exit code -9)" in log
    assert log.count("succeeded (") <= 30  # none published twice


def test_a_task_that_kills_every_worker_ends(engine):
    engine.behaviour.write_text("die always")
    task = engine.submit()

    engine.start()

    engine.wait_for_state(task, TaskState.FAILED)
    assert task.error_code == "InternalError.Algo"
    assert engine.log.read_text().count("died") == 3


def test_a_task_over_the_time_limit_fails_and_the_next_is_served(engine):
    engine.behaviour.write_text("overrun")
    stuck = engine.submit()
    engine.start()

    engine.wait_for_state(stuck, TaskState.FAILED)
    engine.behaviour.unlink()
    following = engine.submit()

    assert stuck.error_code == "InternalError.Timeout"
    engine.wait_for_state(following, TaskState.SUCCEEDED)


def test_a_worker_that_hangs_is_replaced(engine):
    engine.behaviour.write_text("hold")
    task = engine.submit()
    parent = engine.start()
    engine.wait_for_state(task, TaskState.RUNNING)
    hanging = engine.children(parent)[0]

    os.kill(hanging, signal.SIGSTOP)
    engine.wait_for(lambda: is_stopped(hanging), "the stop")
    engine.behaviour.unlink()

    engine.wait_for_state(task, TaskState.SUCCEEDED)
    assert task.attempts == 2
    assert is_gone(hanging)


def test_a_worker_that_hangs_before_its_first_heartbeat_is_replaced(engine):
    engine.behaviour.write_text("stop")
    task = engine.submit()
    with transaction.atomic(using=DATABASE):  # so long no worker can write one
        engine.start()
        engine.wait_for(lambda: not engine.behaviour.exists(), "the stop")

    engine.wait_for_state(task, TaskState.SUCCEEDED)
    assert "is stuck; killing it" in engine.log.read_text()


def test_workers_end_with_their_killed_parent_and_the_task_is_not_lost(engine):
    engine.behaviour.write_text("hold")
    task = engine.submit()
    parent = engine.start()
    engine.wait_for_state(task, TaskState.RUNNING)
    workers = engine.children(parent)

    parent.send_signal(signal.SIGKILL)

    engine.wait_for(lambda: all(map(is_gone, workers)), "the end of the workers")
    task.refresh_from_db()
    assert (task.state, task.attempts) == (TaskState.RUNNING, 0)
    engine.behaviour.unlink()
    engine.start()
    engine.wait_for_state(task, TaskState.SUCCEEDED)


def test_sigterm_hands_the_task_back_and_leaves_no_process(engine):
    engine.behaviour.write_text("hold")
    task = engine.submit()
    parent = engine.start()
    engine.wait_for_state(task, TaskState.RUNNING)
    workers = engine.children(parent)

    parent.terminate()

    assert parent.wait(PATIENCE_S) == 0
    assert all(map(is_gone, workers))
    assert not WorkerHeartbeat.objects.using(DATABASE).exists()
    again = EngineTask.objects.using(DATABASE).get()
    assert (again.state, again.attempts) == (TaskState.RUNNING, 0)
    assert again.leased_until < again.scheduled_at
