from collections.abc import Iterator

import pytest

from tests.server.running_engine import RunningEngine, running_engine


@pytest.fixture(scope="session")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningEngine]:
    """One engine for all tests here: they are one group, and so in one process."""
    with running_engine(tmp_path_factory.mktemp("engine")) as engine:
        yield engine
