"""A service that adapters talk to in tests, started once a module and forgetful between tests."""

from collections.abc import AsyncIterator

import pytest

from sandbox.serve import serve
from tests.integration.scripted_service import ScriptedService


@pytest.fixture(scope="module")
async def running() -> AsyncIterator[tuple[ScriptedService, str]]:
    service = ScriptedService()
    server = await serve(service)
    yield service, server.url
    await server.stop()


@pytest.fixture
def service(running: tuple[ScriptedService, str]) -> ScriptedService:
    running[0].reset()
    return running[0]
