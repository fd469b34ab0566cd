"""What the tests over fakes share: a fresh world, and a worker in it."""

from collections.abc import Iterator

import pytest
from structlog.testing import capture_logs

from tests.fakes.worker import FakeWorker
from tests.fakes.world import World


@pytest.fixture(autouse=True)
def quiet() -> Iterator[None]:
    """Keep logs from being printed; drawing one traceback takes seconds."""
    with capture_logs():
        yield


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def worker(world: World) -> FakeWorker:
    return FakeWorker(world)
