"""The product on a real PostgreSQL server, started here."""

import os
import subprocess
import sys

import psycopg
import pytest

from tests.another_run import ROOT, run_tests

from .server import postgres_server

# One server, so one process of the test run.
pytestmark = pytest.mark.postgres

SUITES = (
    "tests/postgres/sharing.py",
    "tests/postgres/strictness.py",
    "tests/shop/test_claims.py",
    "tests/shop/test_reconcile.py",
    "tests/shop/test_session_services.py",
    "tests/shop/test_sessions.py",
    "tests/shop/test_statistics.py",
    "tests/shop/test_tasks.py",
    "tests/shop/test_transitions.py",
    "tests/shop/test_catalogue.py",
    "tests/engine/test_limits.py",
    "tests/engine/test_uploads.py",
    "tests/engine/test_views.py",
    "tests/engine/test_workers.py",
)


@pytest.fixture(scope="module")
def database_url():
    with postgres_server() as url:
        yield url


def manage(*arguments, database_url, data_dir):
    """manage.py as an operator calls it, with the real settings."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "DATA_DIR": str(data_dir),
    }
    return subprocess.run(
        [sys.executable, "-W", "error", "manage.py", *arguments],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
    )


def test_an_empty_database_migrates_and_passes_all_checks(database_url, tmp_path):
    where = {"database_url": database_url, "data_dir": tmp_path}

    migrated = manage("migrate", **where)
    checked = manage("check", "--database", "default", **where)
    settled = manage("migrate", "--check", **where)

    assert migrated.returncode == 0, migrated.stderr
    assert checked.stdout == "System check identified no issues (0 silenced).\n"
    assert settled.returncode == 0, settled.stdout
    with psycopg.connect(database_url) as connection:
        constraints = connection.execute(
            "SELECT count(*) FROM pg_constraint WHERE contype = 'c'"
            " AND conrelid::regclass::text ~ '^(shop|tryon_engine)_'"
        ).fetchone()
    assert constraints[0] > 10


def test_the_suites_that_lean_on_the_database_pass(database_url):
    run_tests(*SUITES, DATABASE_URL=database_url)
