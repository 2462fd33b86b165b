"""Gunicorn's threaded worker, with an end to its patience.

By itself it waits for ever for the rest of a request that has begun, and each such
client holds a thread: eight of them would be the end of eight threads.
"""

import errno
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, BinaryIO, Final

from django.conf import settings
from gunicorn.workers.gthread import TConn, ThreadWorker

LEAST_RATE: Final = 8 * 1024
"""Bytes a second that a large request must come with."""
SEND_WITHIN_S: Final = 60.0
"""For each piece of an answer; of a file, until some more of it was taken."""
SHORTEST_S: Final = 0.001
"""Not 0, which would mean: do not wait at all."""


class PatientSocket:
    """A connection whose requests must arrive in time; otherwise as any socket."""

    def __init__(self, sock: socket.socket) -> None:
        self._sock = sock
        self.expect_request()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._sock, name)

    def expect_request(self) -> None:
        """Begin to count the time of the next request."""
        self._due = time.monotonic() + settings.WEB_PATIENCE_S

    def recv(self, size: int, *flags: int) -> bytes:
        """Receive; once the client has taken too long, as if it had hung up.

        Gunicorn's own timeout, for what it reads only to throw away, goes before.
        """
        try:
            with self._within(max(self._due - time.monotonic(), SHORTEST_S)):
                received = self._sock.recv(size, *flags)
        except TimeoutError as exc:
            if time.monotonic() < self._due:
                raise
            raise ConnectionResetError(errno.ECONNRESET, "too slow") from exc
        self._due += len(received) / LEAST_RATE
        return received

    def sendall(self, data: bytes, *flags: int) -> None:
        with self._within(SEND_WITHIN_S):
            self._sock.sendall(data, *flags)

    def sendfile(self, file: BinaryIO, **part: int) -> int:
        with self._within(SEND_WITHIN_S):
            return self._sock.sendfile(file, **part)

    @contextmanager
    def _within(self, seconds: float) -> Iterator[None]:
        before = self._sock.gettimeout()
        self._sock.settimeout(seconds if before is None else min(before, seconds))
        try:
            yield
        finally:
            self._sock.settimeout(before)


class PatientWorker(ThreadWorker):
    """Gives up on clients that send, or take, too slowly."""

    def handle(self, conn: TConn) -> Any:
        if not isinstance(conn.sock, PatientSocket):
            conn.sock = PatientSocket(conn.sock)
        conn.sock.expect_request()
        return super().handle(conn)
