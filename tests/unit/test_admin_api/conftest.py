"""The admin API over a world of fakes, without a socket."""

from collections.abc import AsyncIterator

import httpx
import pytest

from tests.fakes.world import World
from tests.unit.test_admin_api.caller import Caller, open_caller


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
async def operator(world: World) -> AsyncIterator[Caller]:
    async with open_caller(world) as found:
        yield found


@pytest.fixture
async def stranger(operator: Caller) -> AsyncIterator[httpx.AsyncClient]:
    """Somebody without a token."""
    async with httpx.AsyncClient(transport=operator.transport, base_url="http://api") as found:
        yield found
