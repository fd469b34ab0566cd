"""The base schema on a real PostgreSQL, applied as the owner of a fresh Supabase project applies it."""

from collections.abc import AsyncIterator, Awaitable, Callable

import asyncpg
import pytest

from provisioning.domain.schema_files import EXPECTED_TABLES
from sandbox.postgres import PostgresServer
from tests.integration.tenant_schema_database import (
    GUIDE_RESELLERS,
    GUIDE_USER,
    GUIDE_VENDOR,
    OWNED,
    SCHEMA,
    SCHEMA_FOLDER,
    Database,
    add_rows_of,
    add_user,
    apply_by_asyncpg,
    count,
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


async def apply_by_psql(database: Database) -> None:
    for file in sorted(SCHEMA_FOLDER.glob("*.sql")):
        await database.run("psql", "-1", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(file))


async def apply_statement_by_statement(database: Database) -> None:
    for file in sorted(SCHEMA_FOLDER.glob("*.sql")):
        await database.run("psql", "-q", "-v", "ON_ERROR_STOP=1", "-f", str(file))


async def test_makes_the_guides_eleven_tables_and_nothing_in_them(tenant: asyncpg.Connection) -> None:
    tables = await tenant.fetch(
        "select table_name from information_schema.tables"
        " where table_schema = 'public' and table_type = 'BASE TABLE'"
    )

    assert {row["table_name"] for row in tables} == EXPECTED_TABLES
    for table in EXPECTED_TABLES:
        assert await count(tenant, table) == 0


@pytest.mark.parametrize(
    "apply", [apply_by_asyncpg, apply_by_psql, apply_statement_by_statement], ids=lambda way: way.__name__
)
async def test_every_way_gives_the_same_and_a_second_time_changes_nothing(
    bare: Database, postgres_server: PostgresServer, apply: Callable[[Database], Awaitable[None]]
) -> None:
    async with fresh_project(postgres_server) as reference:
        await apply_by_asyncpg(reference)
        expected = await reference.catalog()

    for _ in range(2):
        await apply(bare)
        assert await bare.catalog() == expected


async def test_one_failing_statement_leaves_nothing_half_applied(bare: Database) -> None:
    async with bare.connect() as connection:
        with pytest.raises(asyncpg.UndefinedTableError):
            await connection.execute(SCHEMA + "select from nowhere;")

        assert await count(connection, "pg_tables where schemaname = 'public'") == 0


async def test_a_second_time_keeps_the_rows(tenant: asyncpg.Connection) -> None:
    await add_rows_of(tenant, await add_user(tenant))

    await tenant.execute(SCHEMA)

    for table in OWNED:
        assert await count(tenant, table) == 1


async def test_leaves_nothing_behind_in_the_session(bare: Database) -> None:
    # Loading PL/pgSQL adds settings of its own.
    settings = "select name, setting from pg_settings where name not like 'plpgsql.%' order by name"
    async with bare.connect() as connection:
        before = await connection.fetch(settings)
        await connection.execute(SCHEMA)

        assert await connection.fetch(settings) == before
        assert not connection.is_in_transaction()


async def test_needs_no_extension(tenant: asyncpg.Connection) -> None:
    extensions = await tenant.fetch("select extname from pg_extension")

    assert [row["extname"] for row in extensions] == ["plpgsql"]


async def test_every_foreign_key_has_an_index(tenant: asyncpg.Connection) -> None:
    bare_keys = await tenant.fetch(
        """
        select fk.conrelid::regclass::text, fk.conname
        from   pg_constraint fk
        where  fk.contype = 'f' and fk.connamespace = 'public'::regnamespace
        and    not exists (
            select from pg_index i
            where  i.indrelid = fk.conrelid and i.indkey[0] = fk.conkey[1]
        )
        """
    )

    assert bare_keys == []


async def test_what_a_user_owns_goes_with_the_user(tenant: asyncpg.Connection) -> None:
    await add_rows_of(tenant, await add_user(tenant))

    await tenant.execute("delete from users")

    left = {table: await count(tenant, table) for table in OWNED}
    assert left == {**dict.fromkeys(OWNED, 0), "email_logs": 1}
    assert await tenant.fetchval("select user_id from email_logs") is None


async def test_sales_go_with_their_batch_and_outlive_product_and_reseller(tenant: asyncpg.Connection) -> None:
    batch = await add_rows_of(tenant, await add_user(tenant))
    await tenant.execute("insert into products (sku, product_name) values ('S1', 'Oil')")
    await tenant.execute(GUIDE_RESELLERS)
    await tenant.execute(
        """
        update sellout_entries2 set
            product_id = (select product_id from products),
            reseller_id = (select reseller_id from resellers where name = 'Galilu'),
            upload_batch_id = $1
        """,
        batch,
    )

    await tenant.execute("delete from products")
    await tenant.execute("delete from resellers")
    sale = await tenant.fetchrow("select product_id, reseller_id, reseller from sellout_entries2")
    assert sale is not None
    assert tuple(sale) == (None, None, "Galilu")

    await tenant.execute("delete from upload_batches")
    assert await count(tenant, "sellout_entries2") == 0


@pytest.mark.parametrize("change", ["month = 13", "month = 0", "year = 1999", "year = 2101"])
async def test_a_sale_has_a_real_month(tenant: asyncpg.Connection, change: str) -> None:
    await add_rows_of(tenant, await add_user(tenant))

    with pytest.raises(asyncpg.CheckViolationError):
        await tenant.execute(f"update sellout_entries2 set {change}")


async def test_updated_at_keeps_itself(tenant: asyncpg.Connection) -> None:
    await add_rows_of(tenant, await add_user(tenant))
    await tenant.execute(GUIDE_VENDOR)

    for table in ("users", "dashboard_configs", "vendor_configs"):
        await tenant.execute(f"update {table} set updated_at = 'epoch'")
        assert await tenant.fetchval(f"select updated_at >= created_at from {table}"), table


async def test_all_sales_shows_both_channels(tenant: asyncpg.Connection) -> None:
    await add_rows_of(tenant, await add_user(tenant))

    rows = await tenant.fetch("select * from vw_all_sales order by channel")

    assert list(rows[0].keys()) == [
        "user_id", "channel", "product", "sales_eur", "quantity", "reseller",
        "year", "month", "order_date", "country", "created_at",
    ]  # fmt: skip
    assert [(row["channel"], row["reseller"], row["year"], row["month"]) for row in rows] == [
        ("offline", "Galilu", 2026, 3),
        ("online", "Online", 2026, 3),
    ]


async def test_the_guides_own_statements_work(tenant: asyncpg.Connection) -> None:
    for statement in (GUIDE_VENDOR, GUIDE_RESELLERS, GUIDE_RESELLERS, GUIDE_USER):
        await tenant.execute(statement)

    assert await count(tenant, "resellers") == 3
    assert await tenant.fetchval("select role from users") == "admin"
    vendor = await tenant.fetchrow("select tenant_id, is_active, is_default from vendor_configs")
    assert vendor is not None
    assert tuple(vendor) == (None, True, False)
