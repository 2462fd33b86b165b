"""manage.py as people call it: one sentence when it cannot start, never a traceback."""

import fcntl
import os
import socket
import subprocess
import sys

import pytest
from django.conf import settings

from tests.ports import held_port


@pytest.fixture
def manage(tmp_path):
    """Calls manage.py with the real settings and these variables alone."""

    def call(*arguments, **variables):
        defaults = {"PATH": os.environ["PATH"], "DATA_DIR": str(tmp_path)}
        return subprocess.run(
            [sys.executable, "manage.py", *arguments],
            cwd=settings.BASE_DIR,
            env=defaults | variables,
            capture_output=True,
            text=True,
            timeout=180,
        )

    return call


@pytest.mark.parametrize(
    ("variables", "sentence"),
    [
        ({"PORT": "abc"}, "PORT='abc': use a whole number from 1 to 65535."),
        (
            {"DATA_DIR": "/dev/null"},
            "DATA_DIR='/dev/null': cannot be made a folder (File exists).",
        ),
        (
            {"SHOP_STORAGE": "s3"},
            "SHOP_S3_PUBLIC_BUCKET is empty: SHOP_STORAGE=s3 needs a bucket.",
        ),
    ],
)
def test_a_bad_setting_is_one_sentence(manage, variables, sentence):
    ended = manage("demo", **variables)

    assert ended.returncode == 1
    assert ended.stderr == f"{sentence}\n"
    assert ended.stdout == ""


def test_a_taken_port_is_one_sentence(manage):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        ended = manage("demo", PORT=str(port))

    assert ended.returncode == 1
    sentence = f"CommandError: Port {port} is taken: make run PORT={port + 1}\n"
    assert ended.stderr == sentence


def test_a_second_copy_on_one_data_folder_is_one_sentence(manage, tmp_path):
    with (tmp_path / "running.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        ended = manage("demo")

    assert ended.returncode == 1
    assert ended.stderr.startswith(
        f"CommandError: Another copy already runs on {tmp_path}: "
    )
    assert ended.stderr.count("\n") == 1


def test_a_database_that_does_not_answer_is_no_traceback(manage):
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))  # taken, but nobody listens
        taken = closed.getsockname()[1]
        url = f"postgres://shop:secret@127.0.0.1:{taken}/shop"
        with held_port() as port:
            ended = manage("demo", DATABASE_URL=url, PORT=str(port))

    assert ended.returncode == 1
    assert ended.stderr.startswith("CommandError: The database does not answer: ")
    assert "Traceback" not in ended.stderr
    assert "secret" not in ended.stderr


@pytest.mark.parametrize("name", ["below", "with space", "odd #?%20 ü"])
def test_data_folder_may_be_relative_and_have_any_name(manage, tmp_path, name):
    relative = os.path.relpath(tmp_path / name, settings.BASE_DIR)

    ended = manage("migrate", "contenttypes", DATA_DIR=relative)

    assert ended.returncode == 0, ended.stderr
    assert {"db.sqlite3", "secret_key"} <= set(os.listdir(tmp_path / name))


def test_an_https_site_passes_the_check_for_deployment(manage):
    ended = manage(
        *("check", "--deploy", "--fail-level", "WARNING"),
        SITE_URL="https://shop.example",
    )

    assert ended.returncode == 0, ended.stderr
    assert ended.stdout == "System check identified no issues (0 silenced).\n"
