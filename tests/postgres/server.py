"""A real PostgreSQL server in a throw-away folder, on a free port of this machine."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.needs import find_program
from tests.ports import held_port

STARTS_WITHIN_S = 90
USER = "fitting_room"


@contextmanager
def postgres_server() -> Iterator[str]:
    """The DATABASE_URL of an empty server that ends with the block."""
    with postgres() as server:
        yield server.url


@contextmanager
def postgres() -> Iterator["PostgresServer"]:
    """An empty server, running, that ends with the block."""
    initdb = find_program(
        "initdb",
        what="the product on PostgreSQL",
        package="postgresql",
        also_in="usr/lib/postgresql/*/bin",
    )
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="fitting-room-postgres-"))
    try:
        if owner:
            shutil.chown(folder, owner)
        create = [initdb, "-D", folder / "data", "-U", USER, "-E", "UTF8"]
        create += ["--locale=C", "--auth=trust", "--no-sync"]
        subprocess.run(create, user=owner, check=True, capture_output=True)
        program = Path(initdb).resolve().parent / "postgres"
        with held_port() as port:
            server = PostgresServer(program, folder, owner, port)
            server.start()
            try:
                yield server
            finally:
                server.stop(signal.SIGINT)  # PostgreSQL's "fast" shutdown
    finally:
        shutil.rmtree(folder)


class PostgresServer:
    """One server, always on the same port."""

    def __init__(
        self, program: Path, folder: Path, owner: str | None, port: int
    ) -> None:
        self._program, self._folder, self._owner = program, folder, owner
        self._port = port
        self.url = f"postgres://{USER}@127.0.0.1:{self._port}/postgres"

    def start(self) -> None:
        options = [f"-cport={self._port}", "-clisten_addresses=127.0.0.1"]
        options += ["-cfsync=off", "-cunix_socket_directories="]
        log_path = self._folder / "log"
        with log_path.open("ab") as log:
            self._server = subprocess.Popen(
                [self._program, "-D", self._folder / "data", *options],
                user=self._owner,
                stdout=log,
                stderr=subprocess.STDOUT,
            )
        _wait_until_open(self._port, self._server, log_path)

    def stop(self, how: signal.Signals) -> None:
        self._server.send_signal(how)
        self._server.wait(timeout=60)


def _owner() -> str | None:
    """PostgreSQL refuses to run as root: then as the user that its package made."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name


def _wait_until_open(port: int, server: subprocess.Popen, log_path: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and server.poll() is None:
        try:
            with psycopg.connect(
                host="127.0.0.1", port=port, user=USER, dbname="postgres"
            ):
                return
        except psycopg.OperationalError:
            time.sleep(0.05)  # not listening yet
    raise AssertionError(f"PostgreSQL did not come up:\n{log_path.read_text()}")
