"""Tests under other settings: a pytest of its own, in a process of its own."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]


def run_tests(*paths: str, **environment: str) -> str:
    """Run the test files with these environment variables; return what was printed.

    Raises AssertionError with all of it unless every test passed, and some ran.
    """
    run = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-rs", *paths],
        cwd=ROOT,
        env=os.environ | environment,
        capture_output=True,
        text=True,
    )
    assert run.returncode == 0, run.stdout[-20_000:] + run.stderr[-5_000:]
    return run.stdout
