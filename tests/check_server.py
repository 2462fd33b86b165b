"""A real HTTP server on loopback that answers image checks as it is told to."""

import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from django.test import override_settings


class CheckServer(ThreadingHTTPServer):
    """`findings` and `facts` are the next answer; `asked` holds the bodies received."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.findings: list[dict] = []
        self.facts: dict = {}
        self.asked: list[dict] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}/api/v1"

    def answer(self) -> dict:
        if self.status != 200:
            return {"code": "Broken", "message": "Told to refuse.", "request_id": "r"}
        severities = {found["severity"] for found in self.findings}
        output = {
            "ok": "block" not in severities,
            "findings": self.findings,
            "facts": self.facts,
        }
        return {"output": output, "request_id": "r"}


class _Handler(BaseHTTPRequestHandler):
    server: CheckServer

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.server.asked.append(json.loads(body))
        answer = json.dumps(self.server.answer()).encode()
        self.send_response(self.server.status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(answer)))
        self.end_headers()
        self.wfile.write(answer)

    def log_message(self, *args: object) -> None:
        """Quiet: a test run is no access log."""


@contextmanager
def check_server() -> Iterator[CheckServer]:
    """A running server, and the shop's settings pointing at it."""
    with CheckServer() as server:
        # Often: shutdown() waits for one turn of this loop.
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            with override_settings(TRYON_BASE_URL=server.url):
                yield server
        finally:
            server.shutdown()
            thread.join()
