"""Made-up requests against a running engine, for long: `python tools/fuzz_api.py`.

What `tests/server/test_openapi.py` does in seconds, with as many requests as asked for
and another seed each time. Ends with status 1 if an answer breaks the document.
"""

import argparse
import secrets
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from tests.server.fuzzing import fuzz  # noqa: E402  (the path comes first)
from tests.server.running_engine import running_engine  # noqa: E402


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--examples", type=int, default=300, help="for each call")
    parser.add_argument("--seed", type=int, default=secrets.randbelow(2**32))
    options = parser.parse_args()
    with (
        tempfile.TemporaryDirectory() as folder,
        running_engine(Path(folder), LOG_LEVEL="INFO") as engine,
    ):
        run = fuzz(
            engine,
            f"--seed={options.seed}",
            f"--max-examples={options.examples}",
            "--continue-on-failure",
        )
        log = engine.log.read_text().splitlines()
        crashes = [line for line in log if " ERROR tryon_engine" in line]
    print(run.stdout + run.stderr)
    print(f"Errors in the engine's log: {len(crashes)}", *crashes, sep="\n  ")
    return int(bool(run.returncode or crashes))


if __name__ == "__main__":
    sys.exit(main())
