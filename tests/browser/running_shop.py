"""The site as real processes, on a free port and a throw-away data folder."""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

from tests.ports import held_port

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 180
COLLECTED = ROOT / "build" / ".collected-for-tests"
MANAGE = [sys.executable, str(ROOT / "manage.py")]


@contextmanager
def running_shop(data_dir: Path) -> Iterator[str]:
    """The address of a shop with demo catalogue, poller and engine, all of them up."""
    with _environment(data_dir) as environment:
        environment |= {
            "TRYON_ENGINE_WORKERS": "1",
            "TRYON_ON_ME_AT_ONCE": "1",  # two are looked at, and no more need be made
        }
        _collect_static(environment)
        with _running([*MANAGE, "demo"], environment, data_dir, "/healthz") as address:
            yield address


@contextmanager
def running_pages(data_dir: Path) -> Iterator[tuple[str, dict]]:
    """The address of the web part alone, and the cast it shows (`tests.browser.cast`).

    Nothing moves there: what waits goes on waiting, so that every state has its page.
    """
    with _environment(data_dir) as environment:
        _collect_static(environment)  # first: the cast renders pages too
        made = subprocess.run(
            [sys.executable, "-m", "tests.browser.cast"],
            cwd=ROOT,
            env=environment,
            check=True,
            stdout=subprocess.PIPE,
        )
        web = [sys.executable, "-m", "gunicorn", "tryon_site.wsgi", "--threads=4"]
        web += [f"--bind=127.0.0.1:{environment['PORT']}", "--log-level=warning"]
        with _running(web, environment, data_dir, "/privacy/") as address:
            yield address, json.loads(made.stdout)


@contextmanager
def _environment(data_dir: Path) -> Iterator[dict[str, str]]:
    with held_port() as port:
        environment = os.environ | {
            "DATA_DIR": str(data_dir),
            "PORT": str(port),
            "LOG_LEVEL": "WARNING",
        }
        # The parts read the real settings, not those of this test run.
        environment.pop("DJANGO_SETTINGS_MODULE", None)
        yield environment


def _collect_static(environment: dict[str, str]) -> None:
    """Collect the static files once for the whole run of tests.

    Its processes share the folder: a second collection would take files away from a
    site that is served from it.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID", str(os.getpid()))
    COLLECTED.parent.mkdir(exist_ok=True)
    with COLLECTED.open("a+") as collected:
        fcntl.flock(collected, fcntl.LOCK_EX)
        collected.seek(0)
        if collected.read() == run:
            return
        subprocess.run(
            [*MANAGE, "collectstatic", "--noinput", "--verbosity=0"],
            env=environment,
            check=True,
        )
        collected.truncate(0)
        collected.write(run)


@contextmanager
def _running(
    command: list[str], environment: dict[str, str], data_dir: Path, path: str
) -> Iterator[str]:
    """The address of what `command` serves, from when `path` answers."""
    log_path = data_dir / "site.log"
    with log_path.open("wb") as log:
        site = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        address = f"http://127.0.0.1:{environment['PORT']}"
        _wait_for(f"{address}{path}", site, log_path)
        yield address
    finally:
        site.send_signal(signal.SIGTERM)
        site.wait(timeout=60)


def _wait_for(url: str, site: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and site.poll() is None:
        try:
            if requests.get(url, timeout=5).ok:
                return
        except requests.RequestException:
            pass  # not listening yet
        time.sleep(0.2)
    raise AssertionError(f"The site did not come up:\n{log.read_text()[-4000:]}")
