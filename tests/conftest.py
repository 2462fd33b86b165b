"""What every test run needs: a data folder to throw away, and shares for processes."""

import os
import shutil

import pytest
from django.conf import settings

from tests.shares import Shares, place_of


def pytest_unconfigure(config: pytest.Config) -> None:
    if settings.configured:
        shutil.rmtree(settings.DATA_DIR, ignore_errors=True)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> Shares:
    return Shares(config, log)


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    if "PYTEST_XDIST_WORKER" in os.environ:
        items.sort(key=lambda item: place_of(item.nodeid))


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--fault-scripts",
        type=int,
        default=0,
        help="run so many random scripts of faults against the poller, new ones",
    )
