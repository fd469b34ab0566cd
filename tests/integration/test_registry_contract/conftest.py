"""The registry that a case is held against: first the one in memory, then the one on PostgreSQL."""

from collections.abc import AsyncIterator

import pytest

from sandbox.postgres import PostgresServer
from tests.integration.test_registry_contract.books import Books, FakeBooks, make_template, postgres_books


@pytest.fixture(scope="package")
async def template(postgres_server: PostgresServer) -> str:
    return await make_template(postgres_server)


@pytest.fixture(params=["memory", "postgres"])
async def books(
    request: pytest.FixtureRequest, postgres_server: PostgresServer, template: str
) -> AsyncIterator[Books]:
    if request.param == "memory":
        yield FakeBooks()
    else:
        async with postgres_books(postgres_server, template) as real:
            yield real
