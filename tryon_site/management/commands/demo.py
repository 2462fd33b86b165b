"""Run the whole product: web server, poller and engine workers under one parent."""

import argparse
import fcntl
import json
import signal
import socket
import sys
import time
from typing import Any, TextIO

import requests
from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.base import BaseCommand
from django.db import OperationalError

from tryon_site.supervisor import Part, Supervisor

HEALTHY_WITHIN_S = 120


class Command(BaseCommand):
    help = "Run web server, poller and engine, with the demo catalogue."
    requires_system_checks: list[str] = []  # the parts check themselves

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        parser.add_argument(
            "--no-demo", action="store_true", help="Do not load the demo catalogue."
        )

    def handle(self, *, no_demo: bool, **options: Any) -> None:
        lock = take_data_dir()
        refuse_busy_port()
        migrate()
        if settings.SERVES_SHOP and not no_demo:
            call_command("load_demo", stdout=self.stdout)
        supervisor = Supervisor(parts_to_run())
        signal.signal(signal.SIGTERM, lambda *_: setattr(supervisor, "stopping", True))
        signal.signal(signal.SIGINT, lambda *_: setattr(supervisor, "stopping", True))
        try:
            supervisor.start()
            self._watch(supervisor)
        finally:
            supervisor.stop()
            lock.close()
        self.stdout.write("Stopped.")

    def _watch(self, supervisor: Supervisor) -> None:
        started_at, announced = time.monotonic(), False
        while not supervisor.stopping:
            supervisor.tick()
            if not announced:
                announced = self._announce(time.monotonic() - started_at)
            time.sleep(0.3)

    def _announce(self, waited_s: float) -> bool:
        """Print the address once all parts are up. True: there is no more to say."""
        state = health()
        if state.get("status") == "ok":
            self.stdout.write(f"\nFitting Room is open: {settings.SITE_URL}")
            self.stdout.write("Ctrl-C closes it.\n")
            self.stdout.flush()
            return True
        if waited_s > HEALTHY_WITHIN_S:
            self.stderr.write(f"Not everything came up: {json.dumps(state)}")
            return True
        return False


def migrate() -> None:
    try:
        call_command("migrate", interactive=False, verbosity=0)
    except OperationalError as error:
        raise CommandError(f"The database does not answer: {error}") from error


def parts_to_run() -> list[Part]:
    python = [sys.executable]
    manage = [*python, str(settings.BASE_DIR / "manage.py")]
    web = [
        *python,
        "-m",
        "gunicorn",
        "tryon_site.wsgi",
        f"--bind={settings.HOST}:{settings.PORT}",
        f"--workers={settings.WEB_PROCESSES}",
        "--worker-class=tryon_site.web.PatientWorker",
        f"--threads={settings.WEB_THREADS}",
        "--graceful-timeout=4",
        "--timeout=60",
        "--log-level=warning",
    ]
    parts = [Part("web", web)]
    if settings.SERVES_SHOP:
        parts.append(Part("poller", [*manage, "poll_tryons"]))
    if settings.SERVES_ENGINE and settings.TRYON_ENGINE_WORKERS:
        parts.append(Part("engine", [*manage, "run_engine"]))
    return parts


def take_data_dir() -> TextIO:
    """Hold the data folder for this process; the lock goes with the process."""
    lock = (settings.DATA_DIR / "running.lock").open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        raise CommandError(
            f"Another copy already runs on {settings.DATA_DIR}: "
            "stop it, or give this one its own DATA_DIR and PORT."
        ) from error
    return lock


def refuse_busy_port() -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((settings.HOST, settings.PORT))
        except OSError as error:
            raise CommandError(
                f"Port {settings.PORT} is taken: make run PORT={settings.PORT + 1}"
            ) from error


def health() -> dict:
    # The address itself, not SITE_URL: that one may lie behind a proxy that is down.
    host = "127.0.0.1" if settings.HOST in ("0.0.0.0", "") else settings.HOST  # noqa: S104
    url = f"http://{host}:{settings.PORT}/healthz"
    try:
        return requests.get(url, timeout=2).json()
    except (requests.RequestException, ValueError):
        return {"status": "starting"}
