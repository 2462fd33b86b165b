"""The engine as its clients meet it: gunicorn and workers, processes of their own.

Only the try-on itself is a fake backend, so that it takes milliseconds; parsing and
image checks are real.
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import requests

from tests.ports import held_port

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 180
KEY, OTHER_KEY = "sk-test-of-the-server-0001", "sk-test-of-the-server-0002"


@dataclass
class RunningEngine:
    """`behaviour` is the file that tells the fake backend how to misbehave."""

    address: str
    log: Path
    behaviour: Path
    environment: dict[str, str]

    @property
    def base_url(self) -> str:
        return f"{self.address}/api/v1"

    def call(
        self, method: str, path: str, key: str | None = KEY, **kwargs
    ) -> requests.Response:
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        headers |= kwargs.pop("headers", {})
        return requests.request(
            method,
            self.base_url + path,
            headers=headers,
            timeout=60,
            allow_redirects=False,
            **kwargs,
        )

    def manage(self, *command: str) -> str:
        """Run a management command on the engine's own data; return what it printed."""
        done = subprocess.run(
            [sys.executable, str(ROOT / "manage.py"), *command],
            env=self.environment,
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout


@contextmanager
def running_engine(folder: Path, **settings: str) -> Iterator[RunningEngine]:
    """An engine with one worker, on a free port, with all its data in `folder`."""
    with held_port() as port:
        yield from _running(folder, port, settings)


def _running(
    folder: Path, port: int, settings: dict[str, str]
) -> Iterator[RunningEngine]:
    environment = os.environ | {
        "DATA_DIR": str(folder),
        "DATABASE_URL": "",
        "PORT": str(port),
        "SERVE": "engine",
        "TRYON_ENGINE_WORKERS": "0",  # our own, below
        "TRYON_ENGINE_API_KEYS": f"{KEY},{OTHER_KEY}",
        "DJANGO_SETTINGS_MODULE": "tryon_site.settings",
        "LOG_LEVEL": "INFO",
        "WEB_PATIENCE_S": "3",
    }
    environment |= settings
    log, behaviour = folder / "engine.log", folder / "behaviour"
    web = [str(ROOT / "manage.py"), "demo", "--no-demo"]
    workers = ["-m", "tests.engine.run_fake_engine", "1", str(behaviour)]
    processes = []
    engine = RunningEngine(f"http://127.0.0.1:{port}", log, behaviour, environment)
    try:
        with log.open("ab") as output:
            for part in (web, workers):
                process = subprocess.Popen(
                    [sys.executable, *part],
                    cwd=ROOT,
                    env=environment,
                    stdout=output,
                    stderr=output,
                )
                processes.append(process)
                if part is web:  # it makes the tables that the workers need
                    _wait_for(lambda: _answers(engine), engine, process)
        _wait_for(lambda: log.read_text().count(" serves ") == 2, engine, process)
        yield engine
    finally:
        for process in processes:
            process.send_signal(signal.SIGTERM)
        for process in processes:
            process.wait(timeout=60)


def _answers(engine: RunningEngine) -> bool:
    try:
        return engine.call("GET", "/tasks", key=None).status_code == 401
    except requests.RequestException:
        return False  # not listening yet


def _wait_for(
    condition: Callable[[], bool], engine: RunningEngine, process: subprocess.Popen
) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and process.poll() is None:
        if condition():
            return
        time.sleep(0.1)
    raise AssertionError(
        f"The engine did not come up:\n{engine.log.read_text()[-4000:]}"
    )
