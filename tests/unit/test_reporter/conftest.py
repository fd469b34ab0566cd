"""What the tests of the reporter share."""

import pytest

from tests.fakes.world import World
from tests.unit.test_reporter.newsroom import Newsroom


@pytest.fixture
def news(world: World) -> Newsroom:
    return Newsroom(world)
