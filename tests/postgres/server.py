"""A real PostgreSQL server in a throw-away folder, on a free port of this machine."""

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from tests.needs import find_program

STARTS_WITHIN_S = 30
USER = "fitting_room"


@contextmanager
def postgres_server() -> Iterator[str]:
    """The DATABASE_URL of an empty server that ends with the block."""
    initdb = find_program(
        "initdb",
        what="the product on PostgreSQL",
        package="postgresql",
        also_in="usr/lib/postgresql/*/bin",
    )
    programs = Path(initdb).resolve().parent
    owner = _owner()
    folder = Path(tempfile.mkdtemp(prefix="fitting-room-postgres-"))
    try:
        if owner:
            shutil.chown(folder, owner)
        create = [initdb, "-D", folder / "data", "-U", USER, "-E", "UTF8"]
        create += ["--locale=C", "--auth=trust", "--no-sync"]
        subprocess.run(create, user=owner, check=True, capture_output=True)
        with _running(programs / "postgres", folder, owner) as port:
            yield f"postgres://{USER}@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder)


def _owner() -> str | None:
    """PostgreSQL refuses to run as root: then as the user that its package made."""
    if os.geteuid() != 0:
        return None
    return pwd.getpwnam("postgres").pw_name


@contextmanager
def _running(program: Path, folder: Path, owner: str | None) -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    options = [f"-cport={port}", "-clisten_addresses=127.0.0.1", "-cfsync=off"]
    options += ["-cunix_socket_directories="]
    log_path = folder / "log"
    with log_path.open("wb") as log:
        server = subprocess.Popen(
            [program, "-D", folder / "data", *options],
            user=owner,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    try:
        _wait_until_open(port, server, log_path)
        yield port
    finally:
        server.send_signal(signal.SIGINT)  # PostgreSQL's "fast" shutdown
        server.wait(timeout=20)


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
