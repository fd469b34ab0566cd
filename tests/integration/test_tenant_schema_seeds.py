"""The seeds on a real PostgreSQL: inserted once, and nobody's change overwritten."""

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import uuid4

import asyncpg
import pytest

from provisioning.domain.seeds import Seeds, read_seeds, seed_statement
from sandbox.postgres import PostgresServer
from tests.integration.tenant_schema_database import (
    GUIDE_RESELLERS,
    SCHEMA,
    Database,
    apply_by_asyncpg,
    fresh_project,
)


@pytest.fixture
async def bare(postgres_server: PostgresServer) -> AsyncIterator[Database]:
    """A fresh project: no table of ours yet."""
    async with fresh_project(postgres_server) as database:
        yield database


@pytest.fixture
async def tenant(bare: Database) -> AsyncIterator[asyncpg.Connection]:
    """The owner's connection to a tenant database."""
    async with bare.connect() as connection:
        await connection.execute(SCHEMA)
        yield connection


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return read_seeds(Path(__file__).parents[2] / "seeds")


async def seed(connection: asyncpg.Connection, seeds: Seeds) -> tuple[int, int]:
    row = await connection.fetchrow(
        seed_statement(), json.dumps(seeds.vendor_rows()), json.dumps(seeds.reseller_rows())
    )
    assert row is not None
    return row["vendors"], row["resellers"]


async def test_all_are_inserted_and_a_second_time_none(tenant: asyncpg.Connection, seeds: Seeds) -> None:
    assert await seed(tenant, seeds) == (10, 10)
    assert await seed(tenant, seeds) == (0, 0)

    rows = await tenant.fetch(
        "select vendor_name, config_data from vendor_configs"
        ' where tenant_id is null and is_active and is_default order by vendor_name collate "C"'
    )
    stored = [{**row, "config_data": json.loads(row["config_data"])} for row in rows]
    assert stored == seeds.vendor_rows()


async def test_only_what_is_missing_is_inserted(tenant: asyncpg.Connection, seeds: Seeds) -> None:
    await tenant.execute(GUIDE_RESELLERS)

    assert await seed(tenant, seeds.only(["boxnox", "online"])) == (2, 7)
    assert await seed(tenant, seeds) == (8, 0)


@pytest.mark.parametrize("change", ["config_data = '{}'", "is_active = false", "is_default = false"])
async def test_what_a_person_changed_stays(tenant: asyncpg.Connection, seeds: Seeds, change: str) -> None:
    await seed(tenant, seeds)
    await tenant.execute(f"update vendor_configs set {change} where vendor_name = 'boxnox'")
    await tenant.execute("update resellers set country = 'Spain' where name = 'Boxnox'")
    everything = "select * from vendor_configs order by vendor_name"
    before = await tenant.fetch(everything)

    assert await seed(tenant, seeds) == (0, 0)
    assert await tenant.fetch(everything) == before
    assert await tenant.fetchval("select country from resellers where name = 'Boxnox'") == "Spain"


async def test_two_seedings_at_once_insert_once(bare: Database, seeds: Seeds) -> None:
    await apply_by_asyncpg(bare)
    async with bare.connect() as one, bare.connect() as two:
        async with one.transaction():
            assert await seed(one, seeds) == (10, 10)
            late = asyncio.create_task(seed(two, seeds))
            await until_blocked(one, two.get_server_pid())
        assert await late == (0, 0)


async def test_one_active_configuration_per_vendor_and_owner(
    tenant: asyncpg.Connection, seeds: Seeds
) -> None:
    await seed(tenant, seeds)
    override = "insert into vendor_configs (tenant_id, vendor_name, config_data) values ($1, 'boxnox', '{}')"
    owner = uuid4()

    await tenant.execute(override, owner)
    for again in (owner, None):
        with pytest.raises(asyncpg.UniqueViolationError):
            await tenant.execute(override, again)

    await tenant.execute("update vendor_configs set is_active = false where vendor_name = 'boxnox'")
    await tenant.execute(override, owner)
    await tenant.execute(override, None)


async def until_blocked(connection: asyncpg.Connection, pid: int) -> None:
    async with asyncio.timeout(30):
        while not await connection.fetchval("select cardinality(pg_blocking_pids($1)) > 0", pid):
            pass
