"""The whole product as real processes, on a free port and a throw-away data folder."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import requests

ROOT = Path(__file__).parents[2]
STARTS_WITHIN_S = 90


@contextmanager
def running_shop(data_dir: Path) -> Iterator[str]:
    """The address of a shop with demo catalogue, poller and engine, all of them up."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        port = probe.getsockname()[1]
    environment = os.environ | {
        "DATA_DIR": str(data_dir),
        "PORT": str(port),
        "TRYON_ENGINE_WORKERS": "1",
        "LOG_LEVEL": "WARNING",
    }
    # The parts read the real settings, not those of this test run.
    environment.pop("DJANGO_SETTINGS_MODULE", None)
    manage = [sys.executable, str(ROOT / "manage.py")]
    subprocess.run(
        [*manage, "collectstatic", "--noinput", "--verbosity=0"],
        env=environment,
        check=True,
    )
    log_path = data_dir / "demo.log"
    with log_path.open("wb") as log:
        shop = subprocess.Popen(
            [*manage, "demo"], env=environment, stdout=log, stderr=subprocess.STDOUT
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_until_healthy(address, shop, log_path)
        yield address
    finally:
        shop.send_signal(signal.SIGTERM)
        shop.wait(timeout=15)


def _wait_until_healthy(address: str, shop: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + STARTS_WITHIN_S
    while time.monotonic() < deadline and shop.poll() is None:
        try:
            if requests.get(f"{address}/healthz", timeout=5).ok:
                return
        except requests.RequestException:
            pass  # not listening yet
        time.sleep(0.2)
    raise AssertionError(f"The shop did not come up:\n{log.read_text()[-4000:]}")
