"""schemathesis, as a program of its own, against a running engine."""

import os
import subprocess
import sys
from pathlib import Path

from tests.server.running_engine import KEY, RunningEngine

CONFIG = Path(__file__).with_name("schemathesis.toml")


def fuzz(engine: RunningEngine, *options: str) -> subprocess.CompletedProcess[str]:
    """Run schemathesis against `engine`, on the document as it serves it."""
    command = [Path(sys.executable).with_name("schemathesis"), "--config-file", CONFIG]
    document = f"{engine.base_url}/openapi.json"
    command += ["run", document, "--generation-database=none", "--no-color"]
    command += ["--suppress-health-check=too_slow"]  # it judges the machine
    return subprocess.run(
        [*command, *options],
        cwd=engine.log.parent,  # it keeps a cache where it runs
        env=os.environ | {"ENGINE_KEY": KEY},
        capture_output=True,
        text=True,
    )
