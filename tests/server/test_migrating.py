"""docs/migrating.md does what it says: its programs run against a running engine."""

import os
import re
import shutil
import subprocess
import sys

import pytest

from tests.engine.fakes import noise
from tests.server import sdk
from tests.server.conversation import Conversation
from tests.server.running_engine import KEY, ROOT
from tryon_engine.vision.codec import encode_png

GUIDE = (ROOT / "docs" / "migrating.md").read_text()


def programs(language: str, heading: str) -> list[str]:
    """The code blocks under a heading."""
    section = GUIDE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    return re.findall(rf"```{language}\n(.*?)```", section, re.DOTALL)


@pytest.fixture
def adapted(engine):
    """A program of the guide with this engine's address and pictures that exist."""
    conversation = Conversation(engine)
    person, shirt = (conversation.upload(encode_png(noise(seed=s))) for s in (3, 4))

    def adapt(program: str) -> str:
        for old, new in (
            ("http://127.0.0.1:8000/api/v1", engine.base_url),
            ("https://shop.example/person.jpg", person),
            ("https://shop.example/shirt.jpg", shirt),
            ("sk-…", KEY),
            ("$(cat var/engine_key)", KEY),
        ):
            program = program.replace(old, new)
        return program

    return adapt


def output_of(command, **environment):
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        timeout=300,
        env={"PATH": os.environ["PATH"], "HOME": "/nonexistent"} | environment,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_the_program_with_requests(engine, adapted):
    (program,) = programs("python", "requests")

    printed = output_of([sys.executable, "-c", adapted(program)])

    assert printed.startswith(f"{engine.base_url}/results/")


def test_the_program_with_the_sdk(engine, adapted):
    setup, program, _ = programs("python", "The Python SDK")

    printed = output_of([sdk.sdk_python("2"), "-c", adapted(setup + program)])

    assert printed.startswith(f"SUCCEEDED {engine.base_url}/results/")


def test_the_three_lines_are_enough_for_the_sdk(engine, adapted):
    program = programs("python", "The Python SDK")[1]
    lines = re.findall(r"export (\w+)=(\S+)", adapted(GUIDE))

    printed = output_of([sdk.sdk_python("1"), "-c", adapted(program)], **dict(lines))

    assert printed.startswith(f"SUCCEEDED {engine.base_url}/results/")


@pytest.mark.skipif(not shutil.which("curl"), reason="the curl command is missing")
def test_the_program_with_curl(adapted):
    (program,) = programs("", "curl")

    printed = output_of(["sh", "-ec", adapted(program)])

    assert '"task_status": "PENDING"' in printed
    assert '"task_status": "UNKNOWN"' in printed
