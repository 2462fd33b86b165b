"""Programs of the system that some tests need: found, skipped loudly, or required."""

import os
import shutil
from pathlib import Path

import pytest


def find_program(*names: str, what: str, package: str, also_in: str = "") -> str:
    """The path of the first program found; `also_in` is a pattern of further folders.

    Without it the test is skipped, or fails where FORBID_SKIPS=1 says that it must run.
    """
    for name in names:
        elsewhere = sorted(Path("/").glob(f"{also_in}/{name}")) if also_in else []
        found = shutil.which(name) or (str(elsewhere[-1]) if elsewhere else None)
        if found:
            return found
    message = f"NO {names[0].upper()} FOUND: {what} was NOT tested. "
    message += f"Install it (Debian, Ubuntu: sudo apt install {package})."
    if os.environ.get("FORBID_SKIPS") == "1":
        pytest.fail(message)
    pytest.skip(message)
