"""Connections that end in time, and go only where they may.

Time limits of sockets are for single pieces; a server that sends one byte after the
other, in the headers even, keeps a connection open for ever. So a watchdog cuts what
takes too long as a whole. Built on `urllib3`, below `requests`.
"""

import contextlib
import os
import socket
import threading
import time
from collections.abc import Iterator
from typing import Any

from urllib3 import HTTPConnectionPool, HTTPSConnectionPool
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import (
    ConnectTimeoutError,
    NameResolutionError,
    NewConnectionError,
)

from .addresses import Guard

_LOOK_S = 0.1  # how late a connection may be cut

_current = threading.local()


class Watch:
    """One call, with its connections, and when it must have ended."""

    def __init__(self, deadline: float) -> None:
        self.deadline = deadline
        self.is_cut = False
        self._handle: socket.socket | None = None
        self._lock = threading.Lock()

    def follow(self, sock: socket.socket) -> None:
        """Cut this connection, too, when the time is up.

        By a handle of its own: one that is closed meanwhile, or wrapped in TLS, would
        be no safe thing to touch from another thread.
        """
        with self._lock:
            self._close()
            self._handle = socket.socket(fileno=os.dup(sock.fileno()))
            if self.is_cut:
                self._shut()

    def cut(self) -> None:
        with self._lock:
            self.is_cut = True
            self._shut()

    def end(self) -> None:
        with self._lock:
            self._close()

    def _shut(self) -> None:
        if self._handle:
            with contextlib.suppress(OSError):  # it has just ended by itself
                self._handle.shutdown(socket.SHUT_RDWR)

    def _close(self) -> None:
        if self._handle:
            self._handle.close()
            self._handle = None


class Watchdog:
    """Cuts the connections of calls that take too long. Threads share it."""

    def __init__(self) -> None:
        self._watches: set[Watch] = set()
        self._lock = threading.Lock()
        self._is_needed = threading.Event()
        self._thread: threading.Thread | None = None
        self._is_closed = False

    @contextlib.contextmanager
    def within(self, seconds: float) -> Iterator[Watch]:
        """What this thread connects to in the block is cut after so many seconds."""
        watch = Watch(time.monotonic() + seconds)
        with self._lock:
            self._watches.add(watch)
            if self._thread is None:
                self._thread = threading.Thread(
                    target=self._run, name="watchdog", daemon=True
                )
                self._thread.start()
        self._is_needed.set()
        _current.watch = watch
        try:
            yield watch
        finally:
            _current.watch = None
            with self._lock:
                self._watches.discard(watch)
            watch.end()

    def close(self) -> None:
        self._is_closed = True
        self._is_needed.set()

    def _run(self) -> None:
        while not self._is_closed:
            with self._lock:
                watches = list(self._watches)
                if not watches:
                    self._is_needed.clear()
            now = time.monotonic()
            for watch in watches:
                if now >= watch.deadline and not watch.is_cut:
                    watch.cut()
            if watches:
                time.sleep(_LOOK_S)
            else:
                self._is_needed.wait()


class _Watched:
    """A connection that the watch of its thread follows."""

    guard: Guard | None = None
    scheme: str

    def _new_conn(self: Any) -> socket.socket:
        sock = _connect(self) if self.guard else super()._new_conn()  # type: ignore[misc]
        _follow(sock)
        return sock

    def request(self: Any, *arguments: Any, **options: Any) -> None:
        if self.sock is not None:  # kept open since the call before
            _follow(self.sock)
        super().request(*arguments, **options)  # type: ignore[misc]


def _follow(sock: socket.socket) -> None:
    watch: Watch | None = getattr(_current, "watch", None)
    if watch:
        watch.follow(sock)


def _connect(connection: Any) -> socket.socket:
    """Connect to the first address that passes the guard and answers."""
    host = connection.host.strip("[]")
    try:
        found = connection.guard.resolve((connection.scheme, host, connection.port))
    except (OSError, UnicodeError) as error:
        raise NameResolutionError(host, connection, OSError(str(error))) from error  # type: ignore[arg-type]
    last: OSError = OSError("no address")
    for family, kind, protocol, _, address in found:
        sock = socket.socket(family, kind, protocol)
        try:
            sock.settimeout(connection.timeout)
            for option in connection.socket_options or ():
                sock.setsockopt(*option)
            sock.connect(address)
        except OSError as error:
            sock.close()
            last = error
            continue
        return sock
    if isinstance(last, TimeoutError):
        raise ConnectTimeoutError(connection, f"{host} did not connect") from last
    raise NewConnectionError(connection, f"{host} refused: {last}") from last


def pools(guard: Guard | None = None) -> dict[str, type[HTTPConnectionPool]]:
    """Classes of connection pools by scheme, as `urllib3` wants them."""

    class Plain(_Watched, HTTPConnection):
        scheme = "http"

    class Tls(_Watched, HTTPSConnection):
        scheme = "https"

    class PlainPool(HTTPConnectionPool):
        ConnectionCls = Plain

    class TlsPool(HTTPSConnectionPool):
        ConnectionCls = Tls

    Plain.guard = Tls.guard = guard
    return {"http": PlainPool, "https": TlsPool}
