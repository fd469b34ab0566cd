"""The adapter of tenant databases on a real PostgreSQL, made like a fresh project's."""

import asyncio
import secrets
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from provisioning.adapters.tenant_database import PostgresTenantDatabases
from provisioning.domain.project import DatabaseAddress
from provisioning.domain.schema_files import EXPECTED_TABLES, SchemaFile, read_schema_files
from provisioning.domain.secret import Secret, new_password
from provisioning.domain.seeds import Seeds, read_seeds
from provisioning.errors import Permanent, Transient
from provisioning.ports import AdminRow, TenantDatabase
from sandbox.postgres import PostgresServer
from tests.integration.tenant_schema_database import (
    SCHEMA_FOLDER,
    Database,
    add_rows_of,
    add_user,
    fresh_project,
)

SCHEMA = read_schema_files(SCHEMA_FOLDER)
LATER = SchemaFile("20270101000000", "notes", "create table public.notes (note text)")
ADMIN = "admin@customer.com"


@pytest.fixture
async def database(postgres_server: PostgresServer) -> AsyncIterator[Database]:
    async with fresh_project(postgres_server) as database:
        yield database


@pytest.fixture
async def login(database: Database) -> AsyncIterator[tuple[DatabaseAddress, Secret]]:
    """Give the database an owner who logs in with a password, as a project's postgres does."""
    user, password = f"owner_{secrets.token_hex(4)}", new_password(32)
    await database.as_superuser(
        f"create role {user} login in role tenant_owner password '{password.reveal()}';"
        f"alter role {user} set role tenant_owner;"
        f"alter database {database.name} owner to tenant_owner"
    )
    yield DatabaseAddress(database.server.host, database.server.port, user, database.name), password
    await database.as_superuser(
        f"alter database {database.name} owner to postgres;"
        f"select pg_terminate_backend(pid) from pg_stat_activity where usename = '{user}';"
        f"drop role {user}"
    )


@pytest.fixture
async def session(login: tuple[DatabaseAddress, Secret]) -> AsyncIterator[TenantDatabase]:
    async with PostgresTenantDatabases().open(*login) as session:
        yield session


@pytest.fixture
async def tenant(session: TenantDatabase) -> TenantDatabase:
    await session.apply_schema(SCHEMA)
    return session


@pytest.fixture(scope="module")
def seeds() -> Seeds:
    return read_seeds(Path(__file__).parents[2] / "seeds")


async def ensure_admin(tenant: TenantDatabase, password_hash: str = "not a hash") -> AdminRow:
    return await tenant.ensure_user(
        email=ADMIN, password_hash=password_hash, full_name="John Doe", role="admin"
    )


# --- Schema ---------------------------------------------------------------------------------------


async def test_applies_the_base_schema(session: TenantDatabase) -> None:
    assert await session.tables() == frozenset()
    assert await session.schema_version() is None
    assert await session.apply_schema(SCHEMA) == [file.version for file in SCHEMA]
    assert await session.tables() == EXPECTED_TABLES
    assert await session.schema_version() == SCHEMA[-1].version


async def test_applying_it_again_changes_nothing(tenant: TenantDatabase, database: Database) -> None:
    before = await database.catalog()
    assert await tenant.apply_schema(SCHEMA) == []
    assert await database.catalog() == before


async def test_applies_only_what_is_new(tenant: TenantDatabase) -> None:
    assert await tenant.apply_schema([*SCHEMA, LATER]) == [LATER.version]
    assert await tenant.schema_version() == LATER.version


async def test_the_list_of_versions_reads_as_the_supabase_cli_expects(
    tenant: TenantDatabase, database: Database
) -> None:
    async with database.connect() as connection:
        columns = await connection.fetch(
            "select column_name, data_type, is_nullable from information_schema.columns"
            " where table_schema = 'supabase_migrations' and table_name = 'schema_migrations'"
        )
        versions = await connection.fetch(
            "select version, coalesce(name, '') as name, statements"
            " from supabase_migrations.schema_migrations order by version"
        )
    assert {tuple(column) for column in columns} == {
        ("version", "text", "NO"),
        ("statements", "ARRAY", "YES"),
        ("name", "text", "YES"),
    }
    assert [tuple(row) for row in versions] == [(file.version, file.name, [file.sql]) for file in SCHEMA]


async def test_takes_up_the_list_of_an_older_cli(session: TenantDatabase, database: Database) -> None:
    await database.as_superuser(
        "create schema supabase_migrations;"
        "create table supabase_migrations.schema_migrations (version text not null primary key);"
        f"insert into supabase_migrations.schema_migrations values ('{LATER.version}');"
        "alter table supabase_migrations.schema_migrations owner to tenant_owner;"
        "alter schema supabase_migrations owner to tenant_owner"
    )
    assert await session.apply_schema([*SCHEMA, LATER]) == [file.version for file in SCHEMA]
    assert await session.tables() == EXPECTED_TABLES


async def test_a_faulty_file_is_named_and_leaves_nothing_behind(session: TenantDatabase) -> None:
    faulty = SchemaFile(
        LATER.version, "faulty", "create table public.one (a int);\ncreate table public.two (a nonsense);"
    )
    with pytest.raises(Permanent, match=r"faulty\.sql, line 2: type \"nonsense\" does not exist") as refused:
        await session.apply_schema([*SCHEMA, faulty])
    assert refused.value.code == "schema"
    assert await session.tables() == frozenset()
    assert await session.schema_version() is None


async def test_a_file_that_commits_is_refused(session: TenantDatabase) -> None:
    file = SchemaFile(LATER.version, "own_will", f"begin; {LATER.sql}; commit")
    with pytest.raises(Permanent, match="take its begin and commit out"):
        await session.apply_schema([file])


async def test_two_sessions_at_once_apply_each_file_once(login: tuple[DatabaseAddress, Secret]) -> None:
    # Without "if not exists" the second application would fail.
    files = [*SCHEMA, LATER]

    async def apply() -> int:
        async with PostgresTenantDatabases().open(*login) as session:
            return len(await session.apply_schema(files))

    assert sorted(await asyncio.gather(apply(), apply())) == [0, len(files)]


async def test_a_session_lost_in_the_middle_is_transient(
    login: tuple[DatabaseAddress, Secret],
) -> None:
    async with PostgresTenantDatabases().open(*login) as session:
        suicide = SchemaFile(
            LATER.version, "lost", "set role none; select pg_terminate_backend(pg_backend_pid())"
        )
        with pytest.raises(Transient):
            await session.apply_schema([suicide])
        with pytest.raises(Transient, match="the connection was lost"):
            await session.tables()


async def test_knows_its_size(tenant: TenantDatabase) -> None:
    assert await tenant.size_bytes() > 1_000_000


# --- Seeds ----------------------------------------------------------------------------------------


async def test_seeds_once(tenant: TenantDatabase, seeds: Seeds) -> None:
    assert await tenant.default_vendors() == frozenset()
    assert await tenant.seed(seeds) == (len(seeds.vendors), len(seeds.resellers))
    assert await tenant.seed(seeds) == (0, 0)
    assert await tenant.default_vendors() == frozenset(seeds.vendor_names)


async def test_retired_and_overriding_configurations_are_no_defaults(
    tenant: TenantDatabase, database: Database, seeds: Seeds
) -> None:
    await tenant.seed(seeds.only(["boxnox", "galilu"]))
    await database.as_superuser(
        "update vendor_configs set is_active = false where vendor_name = 'galilu';"
        "insert into vendor_configs (tenant_id, vendor_name, config_data)"
        " values (gen_random_uuid(), 'liberty', '{}')"
    )
    assert await tenant.default_vendors() == {"boxnox"}


# --- Users ----------------------------------------------------------------------------------------


async def test_makes_a_user_and_finds_it_in_any_case(tenant: TenantDatabase) -> None:
    assert await tenant.find_user(ADMIN) is None
    made = await ensure_admin(tenant)
    assert (made.email, made.full_name, made.role) == (ADMIN, "John Doe", "admin")
    assert await tenant.find_user("Admin@Customer.com") == made


async def test_gives_a_user_who_is_there_the_new_hash_and_keeps_the_name(
    tenant: TenantDatabase, database: Database
) -> None:
    made = await ensure_admin(tenant)
    again = await tenant.ensure_user(email=ADMIN, password_hash="newer", full_name="Other", role="admin")
    assert again == made
    async with database.connect() as connection:
        assert await connection.fetchval("select hashed_password from public.users") == "newer"


async def test_lists_the_admins_oldest_first(tenant: TenantDatabase, database: Database) -> None:
    async with database.connect() as connection:
        await add_user(connection, "analyst")
    await ensure_admin(tenant)
    second = await tenant.ensure_user(
        email="second@customer.com", password_hash="x", full_name="Second", role="admin"
    )
    assert [admin.email for admin in await tenant.admins()] == [ADMIN, second.email]


async def test_removes_a_user_with_all_that_is_theirs(tenant: TenantDatabase, database: Database) -> None:
    async with database.connect() as connection:
        await add_rows_of(connection, await add_user(connection, "probe"))
    await ensure_admin(tenant)
    await tenant.remove_user("probe@customer.com")
    await tenant.remove_user("nobody@customer.com")
    foreign = await tenant.foreign_rows(admin_email=ADMIN)
    assert foreign == {"email_logs": 1}  # the platform's log outlives its users


async def test_changes_an_email_address_once(tenant: TenantDatabase) -> None:
    made = await ensure_admin(tenant)
    for _ in range(2):
        await tenant.change_email("Admin@Customer.com", "New@Customer.com")
    found = await tenant.find_user("new@customer.com")
    assert found is not None
    assert (found.user_id, found.email) == (made.user_id, "new@customer.com")
    assert await tenant.find_user(ADMIN) is None


async def test_does_not_give_two_users_one_address(tenant: TenantDatabase, database: Database) -> None:
    await ensure_admin(tenant)
    async with database.connect() as connection:
        await add_user(connection, "one")
    with pytest.raises(Permanent, match="users_email_key"):
        await tenant.change_email(ADMIN, "one@customer.com")


async def test_removes_probe_users_of_this_domain_only(tenant: TenantDatabase) -> None:
    await ensure_admin(tenant)
    kept = ["tenantbot-probe-1@elsewhere.com", "someone@probes.com"]
    for email in [*kept, "tenantbot-probe-1@probes.com", "tenantbot-probe-2@probes.com"]:
        await tenant.ensure_user(email=email, password_hash="x", full_name="X", role="admin")
    await tenant.remove_probe_users(domain="probes.com")
    assert [admin.email for admin in await tenant.admins()] == [ADMIN, *kept]


async def test_removes_an_upload_with_its_rows(tenant: TenantDatabase, database: Database) -> None:
    async with database.connect() as connection:
        batch = await add_rows_of(connection, await add_user(connection))
        name = await connection.fetchval(
            "select original_filename from upload_batches where upload_batch_id = $1", batch
        )
    await tenant.remove_uploads_named("another")
    assert "upload_batches" in await tenant.foreign_rows(admin_email=ADMIN)
    await tenant.remove_uploads_named(name[:5])
    foreign = await tenant.foreign_rows(admin_email=ADMIN)
    assert not {"upload_batches", "error_reports"} & set(foreign)


# --- Whose rows are there -------------------------------------------------------------------------


async def test_a_run_leaves_no_foreign_rows(tenant: TenantDatabase, seeds: Seeds) -> None:
    await tenant.seed(seeds)
    await ensure_admin(tenant)
    assert await tenant.foreign_rows(admin_email="Admin@customer.com") == {}


async def test_counts_what_others_wrote_by_table(
    tenant: TenantDatabase, database: Database, seeds: Seeds
) -> None:
    await tenant.seed(seeds)
    await ensure_admin(tenant)
    async with database.connect() as connection:
        await add_rows_of(connection, await add_user(connection))
        await connection.execute("insert into products (sku, product_name) values ('1', 'Oil')")
        await connection.execute('create table "Odd Name" as select 1 as n')
        await connection.execute(
            "insert into vendor_configs (tenant_id, vendor_name, config_data)"
            " values (gen_random_uuid(), 'boxnox', '{}'), (null, 'own', '{}')"
        )
        await connection.execute("insert into resellers (name) values ('New shop')")
    assert await tenant.foreign_rows(admin_email=ADMIN) == {
        "Odd Name": 1,
        "conversation_history": 1,
        "dashboard_configs": 1,
        "ecommerce_orders": 1,
        "email_logs": 1,
        "error_reports": 1,
        "products": 1,
        "sellout_entries2": 1,
        "upload_batches": 1,
        "users": 1,
        "vendor_configs": 2,
    }


async def test_its_own_role_changes_its_password(
    login: tuple[DatabaseAddress, Secret], session: TenantDatabase
) -> None:
    address, old = login
    new = new_password(32)
    await session.change_password(new)
    async with PostgresTenantDatabases().open(address, new) as again:
        assert await again.size_bytes() > 0
    with pytest.raises(Permanent) as refusal:
        async with PostgresTenantDatabases().open(address, old):
            pass
    assert refusal.value.code == "bad_credentials"
