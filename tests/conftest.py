"""What integration tests share: one PostgreSQL server for the whole run, and the stand-ins' state in it."""

import shutil
from collections.abc import AsyncIterator

import pytest

from sandbox.postgres import PostgresServer
from sandbox.state import State, all_scripts, close_state, open_state


@pytest.fixture(scope="session")
async def postgres_server(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[PostgresServer]:
    server = PostgresServer(tmp_path_factory.mktemp("home"), fsync=False)
    await server.start()
    yield server
    await server.stop()
    shutil.rmtree(server.folder)


@pytest.fixture(scope="session")
async def state(postgres_server: PostgresServer) -> AsyncIterator[State]:
    """Every stand-in's tables; a test that writes cleans up after itself or uses names of its own."""
    opened = await open_state(postgres_server, all_scripts())
    yield opened
    await close_state(opened)
