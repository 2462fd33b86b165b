"""Ports for the servers that tests start as processes of their own."""

import socket
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def held_port() -> Iterator[int]:
    """A port of this machine that the system gives to nobody else within the block.

    It is bound and not listened at: on Linux a server that sets SO_REUSEADDR, as they
    all do, may open it all the same, and until then callers are refused.
    """
    with socket.socket() as holder:
        holder.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        holder.bind(("127.0.0.1", 0))
        yield holder.getsockname()[1]
