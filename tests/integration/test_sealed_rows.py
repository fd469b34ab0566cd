"""Sealing everything anew on PostgreSQL, the engine's tables too, while somebody writes."""

import asyncio
import json
from collections.abc import AsyncIterator

import asyncpg
import pytest

from provisioning.adapters.fernet_vault import FernetVault, new_key
from provisioning.adapters.registry.audit_keys import add_key
from provisioning.adapters.registry.sealed_rows import PostgresSealing, process_name
from provisioning.adapters.system_clock import SystemClock
from provisioning.domain.keyring import Keyring, UnknownKey
from provisioning.domain.secret import Secret
from provisioning.engine.lease import Lease, new_executor_id
from provisioning.engine.sealed_json import SealedJson
from sandbox.postgres import PostgresServer
from tests.integration.test_registry_contract.books import make_template, open_copy

OLD, NEW = new_key(), new_key()
TENANTS = 550
"""More than one portion."""
COLUMNS = ("database_url", "database_key", "database_anon_key", "project_password", "next_password")


@pytest.fixture
async def pool(postgres_server: PostgresServer) -> AsyncIterator[asyncpg.Pool]:
    async with open_copy(postgres_server, await make_template(postgres_server)) as pool:
        await fill(pool)
        yield pool


async def fill(pool: asyncpg.Pool) -> None:
    vault, engine = FernetVault([OLD]), SealedJson([OLD])
    token = vault.seal(Secret("fake-secret"), subdomain="t", field="f")
    columns = ", ".join(COLUMNS)
    await pool.execute(
        f"insert into tenants (company_name, subdomain, admin_email, admin_name, {columns})"
        " select 'Company', 'tenant-' || n, 'a@b.com', 'A', $1, $1, $1, $1, $1 from generate_series(1, $2) n",
        token,
        TENANTS,
    )
    await pool.execute(
        "insert into runs (run_id, kind, subdomain, request, request_hash, requested_by)"
        " values ('run', 'provision', 'tenant-1', '{}', 'hash', 'somebody')"
    )
    result = vault.seal(Secret(json.dumps({"password": token})), subdomain="tenant-1", field="run/step 1")
    await pool.execute(
        "insert into run_steps (run_id, number, title, result) values ('run', 1, 'One', $1)", result
    )
    await pool.execute(
        "insert into engine.workflow_status (workflow_uuid, status, inputs, output, priority)"
        " values ('run', 'PENDING', 'plain', $1, 0)",
        engine.serialize("succeeded"),
    )
    await pool.execute(
        "insert into engine.operation_outputs (workflow_uuid, function_id, function_name, output)"
        " values ('run', 1, 'begin', $1)",
        engine.serialize({"results": {"1": result}}),
    )
    async with pool.acquire() as connection:
        await add_key(connection, vault, Secret("fake-audit-key"))


async def test_seals_everything_anew_and_is_resumed_where_it_stopped(pool: asyncpg.Pool) -> None:
    sealing = PostgresSealing(pool, [NEW, OLD])
    everything = TENANTS * len(COLUMNS) + 4
    assert sum(place.older for place in await sealing.count()) == everything

    begun = asyncio.create_task(sealing.renew())
    while not await renewed_tenants(pool):
        assert not begun.done()
    begun.cancel()
    await asyncio.gather(begun, return_exceptions=True)
    half = await renewed_tenants(pool)
    assert 0 < half < TENANTS
    both = Keyring([NEW, OLD])
    assert all(both.open(one) for one in await passwords(pool))

    assert await sealing.renew() <= everything - (half - 1) * len(COLUMNS)
    assert await sealing.renew() == 0
    alone = PostgresSealing(pool, [NEW])
    assert sum(place.newest for place in await alone.count()) == everything
    assert sum(place.unknown + place.older for place in await alone.count()) == 0


async def test_keeps_what_was_written_while_it_looked(pool: asyncpg.Pool) -> None:
    sealing = PostgresSealing(pool, [NEW, OLD])
    fresh = FernetVault([OLD]).seal(Secret("written meanwhile"), subdomain="t", field="f")
    async with pool.acquire() as connection:
        transaction = connection.transaction()
        await transaction.start()
        await connection.execute(
            "update tenants set project_password = $1 where subdomain = 'tenant-7'", fresh
        )
        renewing = asyncio.create_task(sealing.renew())
        while not await pool.fetchval("select exists (select from pg_locks where not granted)"):
            pass
        await transaction.commit()
    await renewing
    kept = await pool.fetchval("select project_password from tenants where subdomain = 'tenant-7'")
    assert json.loads(Keyring([NEW]).open(kept))["value"] == "written meanwhile"


async def test_tells_which_living_process_knows_which_keys(
    pool: asyncpg.Pool, postgres_server: PostgresServer
) -> None:
    database = await pool.fetchval("select current_database()")
    other = await asyncpg.connect(
        postgres_server.dsn(database), server_settings={"application_name": process_name([OLD])}
    )
    sealing = PostgresSealing(pool, [NEW, OLD])
    (found,) = await sealing.processes()
    assert found.keys == Keyring([OLD]).names
    assert await PostgresSealing(pool, [OLD]).processes() == []
    await other.close()


async def test_a_lease_is_no_process_without_keys(
    pool: asyncpg.Pool, postgres_server: PostgresServer
) -> None:
    database = await pool.fetchval("select current_database()")
    lease = Lease(postgres_server.dsn(database), new_executor_id(), SystemClock())
    await lease.acquire()
    assert await PostgresSealing(pool, [NEW, OLD]).processes() == []
    await lease.release()


async def passwords(pool: asyncpg.Pool) -> list[str]:
    rows = await pool.fetch("select project_password from tenants")
    return [row["project_password"] for row in rows]


async def renewed_tenants(pool: asyncpg.Pool) -> int:
    count = 0
    alone = Keyring([NEW])
    for one in await passwords(pool):
        try:
            alone.open(one)
        except UnknownKey:
            continue
        count += 1
    return count
