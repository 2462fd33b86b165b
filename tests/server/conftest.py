import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from tests.server.running_engine import RunningEngine, running_engine


class ImageHost(ThreadingHTTPServer):
    """A host that the engine may use; each path redirects to what `targets` says."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Redirect)
        self.targets: dict[str, str] = {}

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Redirect(BaseHTTPRequestHandler):
    server: ImageHost

    def do_GET(self) -> None:
        self.send_response(302)
        self.send_header("Location", self.server.targets[self.path])
        self.end_headers()

    def log_message(self, *args: object) -> None:
        """Quiet: a test run is no access log."""


@pytest.fixture(scope="session")
def image_host() -> Iterator[ImageHost]:
    with ImageHost() as host:
        threading.Thread(target=host.serve_forever, args=(0.02,), daemon=True).start()
        yield host
        host.shutdown()


@pytest.fixture(scope="session")
def engine(
    tmp_path_factory: pytest.TempPathFactory, image_host: ImageHost
) -> Iterator[RunningEngine]:
    """One engine for all tests here: they are one share, and so in one process."""
    folder = tmp_path_factory.mktemp("engine")
    with running_engine(folder, TRYON_ENGINE_IMAGE_ORIGINS=image_host.origin) as engine:
        yield engine
