"""Are vulnerabilities known of what is installed here? Part of `make lint`.

Asks PyPI through pip-audit. A machine that cannot reach it is told that nothing was
checked, and goes on: status 1 means that something was found, and nothing else.
"""

import json
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Any

import requests

PROBE = "https://pypi.org/pypi/django/{version}/json"
"""Where pip-audit asks, for each library; mirrors commonly have no such pages."""
PROBE_TIMEOUT_S = (3.05, 5)
WITHIN_S = 120

INSTALLERS = ("pip", "setuptools")
"""Come with the machine's Python, are imported by nothing of ours, and install our pins
only."""
EXCEPTIONS: dict[str, str] = {}
"""Identifiers of vulnerabilities that do not touch us, each with the reason why."""


def main() -> int:
    try:
        probe = PROBE.format(version=metadata.version("django"))
        requests.get(probe, timeout=PROBE_TIMEOUT_S).raise_for_status()
        report = audit()
    except (requests.RequestException, subprocess.TimeoutExpired, ValueError) as exc:
        print(f"Libraries NOT audited: no answer from PyPI ({type(exc).__name__}).")
        return 0
    found, checked = judge(report)
    for line in found:
        print(line)
    if not checked:
        print("Libraries NOT audited: this package index knows no vulnerabilities.")
    elif not found:
        print(f"No vulnerability is known of {checked} installed libraries.")
    return int(bool(found))


def audit() -> dict[str, Any]:
    """Return pip-audit's report. Raises ValueError if it made none."""
    done = subprocess.run(
        [Path(sys.executable).with_name("pip-audit"), "--local", "--format=json"]
        + ["--progress-spinner=off", "--timeout=10"],
        capture_output=True,
        text=True,
        timeout=WITHIN_S,
    )
    return json.loads(done.stdout)


def judge(report: dict[str, Any]) -> tuple[list[str], int]:
    """Return a sentence for each vulnerability that counts, and how many were checked.

    An exception that nothing needs any more counts as well: it should go.
    """
    checked = [
        library
        for library in report["dependencies"]
        if "vulns" in library and library["name"] not in INSTALLERS
    ]
    found, excepted = [], set()
    for library in checked:
        for flaw in library["vulns"]:
            names = {flaw["id"], *flaw.get("aliases", ())}
            if names & EXCEPTIONS.keys():
                excepted |= names & EXCEPTIONS.keys()
                continue
            mended = ", ".join(flaw.get("fix_versions", ())) or "no version yet"
            found.append(
                f"{library['name']} {library['version']} has {flaw['id']}; "
                f"mended in {mended}."
            )
    if checked:
        found += [
            f"{name} is an exception that nothing needs any more: delete it."
            for name in sorted(EXCEPTIONS.keys() - excepted)
        ]
    return found, len(checked)


if __name__ == "__main__":
    sys.exit(main())
