"""What every test run needs: the throw-away data folder goes when the run ends."""

import shutil

import pytest
from django.conf import settings


def pytest_unconfigure(config: pytest.Config) -> None:
    if settings.configured:
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fault-scripts",
        type=int,
        default=0,
        help="run so many random scripts of faults against the poller, new ones",
    )
