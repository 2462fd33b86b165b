"""The official Python SDK, `dashscope` from PyPI, each major version in its own venv.

Made once by pip from the pins in `sdk-1.txt` and `sdk-2.txt`, and kept in build/.
"""

import fcntl
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
BUILD = HERE.parents[1] / "build"
DRIVER = HERE / "drive_sdk.py"
MAJORS = ("1", "2")
INSTALLS_WITHIN_S = 300


def sdk_python(major: str) -> Path:
    """The Python that has the SDK; installed now if it is not there yet.

    Without a package index the test is skipped, or fails where FORBID_SKIPS=1 says so.
    """
    pins = HERE / f"sdk-{major}.txt"
    version = hashlib.sha256(pins.read_bytes() + sys.version.encode()).hexdigest()[:8]
    folder = BUILD / f"sdk-{major}-{version}"
    python, done = folder / "bin" / "python", folder / ".installed"
    BUILD.mkdir(exist_ok=True)
    with (BUILD / f"sdk-{major}.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)  # test processes share the folder
        if not done.exists():
            _install(folder, pins)
            done.touch()
    return python


def _install(folder: Path, pins: Path) -> None:
    subprocess.run(
        [sys.executable, "-m", "venv", "--without-pip", "--clear", folder], check=True
    )
    pip = [sys.executable, "-m", "pip", "--python", str(folder / "bin" / "python")]
    options = ["--quiet", "--disable-pip-version-check", "--no-deps", "--retries=1"]
    options += ["--no-compile"]  # few of its files are ever imported
    installed = subprocess.run(
        [*pip, "install", *options, "-r", str(pins)],
        capture_output=True,
        text=True,
        timeout=INSTALLS_WITHIN_S,
    )
    if installed.returncode:
        message = f"NO SDK: {pins.name} cannot be installed here, so the official SDK "
        message += f"was NOT tested: {installed.stderr.strip()[-300:]}"
        if os.environ.get("FORBID_SKIPS") == "1":
            pytest.fail(message)
        pytest.skip(message)


def drive(python: Path, base_url: str, key: str, folder: Path, behaviour: Path) -> str:
    """Run the whole of `drive_sdk.py`; return what it printed, a line for each step."""
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(folder),  # no ~/.dashscope of the person who runs this
        "DASHSCOPE_HTTP_BASE_URL": base_url,
        "DASHSCOPE_API_KEY": key,
        "DASHSCOPE_DISABLE_DATA_INSPECTION": "false",
    }
    run = subprocess.run(
        [python, DRIVER, folder, behaviour],
        env=environment,
        capture_output=True,
        text=True,
        timeout=300,
    )
    assert run.returncode == 0, run.stdout[-3000:] + run.stderr[-3000:]
    return run.stdout
