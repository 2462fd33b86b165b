"""What the official SDK says to a running engine: `python tools/sdk_transcript.py`.

Both major versions of `dashscope` from PyPI do what the tests have them do; a line for
each step, pictures shortened. --json prints the answers whole.
"""

import argparse
import json
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.server import sdk  # noqa: E402  (the path comes first)
from tests.server.running_engine import KEY, running_engine  # noqa: E402
from tests.server.test_sdk import write_pictures  # noqa: E402

SHOWN_CHARACTERS = 60


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="whole answers")
    whole = parser.parse_args().json
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        write_pictures(folder)
        with running_engine(folder) as engine:
            for major in sdk.MAJORS:
                python = sdk.sdk_python(major)
                printed = sdk.drive(
                    python, engine.base_url, KEY, folder, engine.behaviour
                )
                for line in printed.splitlines():
                    print(line if whole else told(json.loads(line)))


def told(step: dict) -> str:
    """One line for people."""
    if "version" in step:
        return f"\ndashscope {step['version']}"
    output = step["output"] or {}
    said = [str(step["status_code"]), step["code"] or output.get("code", "")]
    said.append(step["message"] or output.get("message", ""))
    said += [
        f"{name}={shortened(output[name])}"
        for name in ("task_status", "task_id", "image_url", "bbox", "total")
        if output.get(name)
    ]
    said += [f"usage={step['usage']}"] if step["usage"] else []
    said += [f"sent {address}" for address in step.get("addresses", ())]
    said += [f"downloaded {step['downloaded']} bytes"] if "downloaded" in step else []
    return f"  {step['step']:<26}" + " ".join(word for word in said if word)


def shortened(value: object) -> str:
    text = str(value)
    return text if len(text) <= SHOWN_CHARACTERS else f"{text[:SHOWN_CHARACTERS]}..."


if __name__ == "__main__":
    main()
