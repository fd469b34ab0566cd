"""Who sees what in a tenant database: the API's three roles against every table of the base schema."""

from collections.abc import AsyncIterator
from uuid import uuid4

import asyncpg
import pytest

from provisioning.domain.schema_files import EXPECTED_TABLES
from sandbox.postgres import PostgresServer
from tests.integration.tenant_schema_database import (
    GUIDE_RESELLERS,
    GUIDE_USER,
    GUIDE_VENDOR,
    OWNED,
    Database,
    acting_as,
    add_rows_of,
    add_user,
    apply_by_asyncpg,
    count,
    fresh_project,
)

RELATIONS = sorted({*EXPECTED_TABLES, "vw_all_sales"})

# What Supabase projects made before May 2026 grant to every new table by themselves.
OLD_DEFAULT_GRANTS = """
    alter default privileges for role tenant_owner in schema public
    grant all on tables to anon, authenticated, service_role
"""


@pytest.fixture(params=["new default grants", "old default grants"])
async def either(postgres_server: PostgresServer, request: pytest.FixtureRequest) -> AsyncIterator[Database]:
    """A tenant database of a new or an old project."""
    async with fresh_project(postgres_server) as database:
        if request.param == "old default grants":
            await database.as_superuser(OLD_DEFAULT_GRANTS)
        await apply_by_asyncpg(database)
        yield database


async def test_row_level_security_is_on_everywhere(either: Database) -> None:
    async with either.connect() as owner:
        tables = "pg_class where relnamespace = 'public'::regnamespace and relkind = 'r'"

        assert await count(owner, f"{tables} and relrowsecurity") == len(EXPECTED_TABLES)
        assert await count(owner, f"{tables} and not relrowsecurity") == 0


async def test_anon_may_nothing(either: Database) -> None:
    async with either.connect() as owner, either.connect_as_api() as api:
        await add_rows_of(owner, await add_user(owner))
        for relation in RELATIONS:
            for verb in ("select", "insert", "update", "delete", "truncate", "references", "trigger"):
                assert not await owner.fetchval(
                    "select has_table_privilege('anon', $1, $2)", f"public.{relation}", verb
                ), (relation, verb)
            async with acting_as(api, "anon"):
                with pytest.raises(asyncpg.InsufficientPrivilegeError):
                    await api.fetch(f"select * from {relation}")


async def test_authenticated_sees_its_own_rows_only(either: Database) -> None:
    async with either.connect() as owner, either.connect_as_api() as api:
        one, other = [await add_user(owner, name) for name in ("one", "other")]
        await add_rows_of(owner, one)
        await add_rows_of(owner, other)
        await add_rows_of(owner, other)

        for user, each in ((one, 1), (other, 2), (uuid4(), 0)):
            async with acting_as(api, "authenticated", user):
                counts = {t: await count(api, t) for t in OWNED}
                assert counts == dict.fromkeys(OWNED, each)
                assert await count(api, "vw_all_sales") == 2 * each


async def test_authenticated_writes_its_own_rows_only(either: Database) -> None:
    async with either.connect() as owner, either.connect_as_api() as api:
        one, other = [await add_user(owner, name) for name in ("one", "other")]
        await add_rows_of(owner, other)
        chat = "insert into conversation_history (user_id, user_message, ai_response) values ($1, 'a', 'b')"

        async with acting_as(api, "authenticated", one):
            await api.execute(chat, one)
            assert await api.execute("delete from conversation_history") == "DELETE 1"
            assert await api.execute("delete from sellout_entries2") == "DELETE 0"
            assert await api.execute("update dashboard_configs set is_active = true") == "UPDATE 0"
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await api.execute(chat, other)

        async with acting_as(api, "authenticated", other):
            with pytest.raises(asyncpg.InsufficientPrivilegeError, match="row-level security"):
                await api.execute("update dashboard_configs set user_id = $1", one)


async def test_authenticated_gets_no_right_without_a_policy(either: Database) -> None:
    async with either.connect() as owner:
        granted = await owner.fetch(
            """
            select c.relname, lower(acl.privilege_type)
            from   pg_class c, aclexplode(c.relacl) acl
            where  c.relnamespace = 'public'::regnamespace and c.relkind = 'r'
            and    acl.grantee = 'authenticated'::regrole
            """
        )
        ruled = await owner.fetch("select tablename, lower(cmd) from pg_policies where schemaname = 'public'")

    assert sorted(map(tuple, granted)) == sorted(map(tuple, ruled))
    assert {relation for relation, _ in granted} == set(OWNED)


async def test_service_role_may_everything(either: Database) -> None:
    async with either.connect() as owner, either.connect_as_api() as api:
        for name in ("one", "other"):
            await add_rows_of(owner, await add_user(owner, name))
        async with acting_as(api, "service_role"):
            for table in OWNED:
                assert await count(api, table) == 2
            for statement in (GUIDE_VENDOR, GUIDE_RESELLERS, GUIDE_USER):
                await api.execute(statement)
            for table in EXPECTED_TABLES:
                await api.execute(f"delete from {table}")


async def test_the_trigger_function_is_nobodys_to_call(either: Database) -> None:
    async with either.connect() as owner:
        for role in ("anon", "authenticated"):
            assert not await owner.fetchval(
                "select has_function_privilege($1, 'public.touch_updated_at()', 'execute')", role
            )
