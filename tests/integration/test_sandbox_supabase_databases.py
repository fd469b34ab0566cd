"""What a project of the Supabase stand-in holds, and how it is reached: a real database with one owner."""

import json
from collections.abc import AsyncIterator

import asyncpg
import httpx
import pytest

from sandbox.state import State
from tests.integration.supabase_stand_in import DB_PASS, connect, make, open_api


@pytest.fixture
async def api(state: State) -> AsyncIterator[httpx.AsyncClient]:
    """The API with projects that are ready at once."""
    async with open_api(state, project_seconds=0) as client:
        yield client


async def test_owns_public_but_is_no_superuser(state: State, api: httpx.AsyncClient) -> None:
    connection = await connect(state, api, await make(api))
    role = await connection.fetchrow("select * from pg_roles where rolname = current_user")
    assert role is not None
    assert not role["rolsuper"]
    assert role["rolcreatedb"]
    assert role["rolcreaterole"]
    assert role["rolbypassrls"]
    for member_of in ("anon", "authenticated", "service_role"):
        assert await connection.fetchval("select pg_has_role($1, 'member')", member_of)
    assert await connection.fetchval("show search_path") == '"$user", public, extensions'
    await connection.execute("create table public.t (id uuid primary key default uuid_generate_v4())")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("alter role anon superuser")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.execute("drop table auth.users")
    await connection.close()


async def test_grants_a_new_table_to_nobody(state: State, api: httpx.AsyncClient) -> None:
    connection = await connect(state, api, await make(api))
    await connection.execute("create table public.t (id int); create sequence public.s")
    for role in ("anon", "authenticated", "service_role"):
        assert not await connection.fetchval("select has_table_privilege($1, 'public.t', 'select')", role)
        assert not await connection.fetchval("select has_sequence_privilege($1, 'public.s', 'usage')", role)
    assert await connection.fetchval("select count(*) from pg_default_acl") == 0
    await connection.execute("set role service_role")
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await connection.fetch("select * from public.t")
    await connection.close()


async def test_separates_users_by_their_claims(state: State, api: httpx.AsyncClient) -> None:
    connection = await connect(state, api, await make(api))
    await connection.execute(
        """
        create table public.notes (owner uuid references auth.users, body text);
        alter table public.notes enable row level security;
        grant select on public.notes to authenticated;
        create policy own on public.notes to authenticated using (owner = (select auth.uid()));
        insert into auth.users (id, email) values
            ('11111111-1111-4111-8111-111111111111', 'a@acme.test'),
            ('22222222-2222-4222-8222-222222222222', 'b@acme.test');
        insert into public.notes select id, email from auth.users;
        set role authenticated;
        """
    )
    claims = {"sub": "11111111-1111-4111-8111-111111111111", "role": "authenticated", "email": "a@acme.test"}
    await connection.execute("select set_config('request.jwt.claims', $1, false)", json.dumps(claims))
    assert [row["body"] for row in await connection.fetch("select body from public.notes")] == ["a@acme.test"]
    who = await connection.fetchrow("select auth.role(), auth.email(), auth.jwt() ->> 'sub' as sub")
    assert who is not None
    assert dict(who) == claims
    await connection.close()


async def test_has_the_extensions_that_a_schema_asks_for(state: State, api: httpx.AsyncClient) -> None:
    connection = await connect(state, api, await make(api))
    for name in ("uuid-ossp", "pgcrypto", "pg_trgm", "btree_gin", "citext", "unaccent"):
        await connection.execute(f'create extension if not exists "{name}" with schema extensions')
    row = await connection.fetchrow(
        """
        select uuid_generate_v4() <> uuid_generate_v4() as random,
               uuid_generate_v3(uuid_ns_dns(), 'www.example.com')::text as named,
               encode(digest('abc', 'sha256'), 'hex') as digest,
               encode(hmac('what do ya want for nothing?', 'Jefe', 'sha256'), 'hex') as keyed,
               length(gen_random_bytes(40)) as bytes
        """
    )
    assert row is not None
    assert dict(row) == {
        "random": True,
        "named": "5df41881-3aed-3515-88a7-2f4a814cf09e",
        "digest": "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
        "keyed": "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
        "bytes": 40,
    }
    await connection.close()


async def test_keeps_projects_out_of_each_others_databases(state: State, api: httpx.AsyncClient) -> None:
    first, second = await make(api), await make(api)
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(state.dsn(f"p_{first}", user=f"postgres.{second}", password=DB_PASS))


async def test_changes_the_password_of_the_database(state: State, api: httpx.AsyncClient) -> None:
    ref = await make(api)
    path = f"/v1/projects/{ref}/database/password"
    assert (await api.patch(path, json={"password": "abc"})).status_code == 400
    assert (await api.patch(path, json={"password": "it's-new"})).status_code == 200
    with pytest.raises(asyncpg.InvalidPasswordError):
        await connect(state, api, ref)
    connection = await connect(state, api, ref, "it's-new")
    await connection.close()


async def test_tells_how_to_reach_the_database_but_not_the_password(
    state: State, api: httpx.AsyncClient
) -> None:
    ref = await make(api)
    answer = await api.get(f"/v1/projects/{ref}/config/database/pooler")
    (pooler,) = answer.json()
    assert (pooler["db_host"], pooler["db_port"]) == ("127.0.0.1", state.server.port)
    assert (pooler["database_type"], pooler["pool_mode"]) == ("PRIMARY", "session")
    assert "[YOUR-PASSWORD]" in pooler["connection_string"]
    assert DB_PASS not in answer.text


async def test_runs_queries_as_the_owner(api: httpx.AsyncClient) -> None:
    path = f"/v1/projects/{(ref := await make(api))}/database/query"

    async def run(query: str, **more: object) -> httpx.Response:
        return await api.post(path, json={"query": query, **more})

    answer = await run("select current_user::text as me, '{\"a\": [1]}'::jsonb as doc, null as nothing")
    assert answer.status_code == 201
    assert answer.json() == [{"me": f"postgres.{ref}", "doc": {"a": [1]}, "nothing": None}]
    assert (
        await run("create table t (n int); insert into t values (1); insert into t values (2)")
    ).json() == []
    assert (await run("select sum(n) as total from t where n > $1", parameters=[1])).json() == [{"total": 2}]
    answer = await run("insert into t values (3); select missing from t")
    assert answer.status_code == 400
    assert answer.json()["message"].startswith("Failed to run sql query: ERROR:  42703:")
    assert (await run("select count(*) from t")).json() == [{"count": 2}]
    assert (await run("delete from t", read_only=True)).status_code == 400
    assert (await run("")).status_code == 400


async def test_answers_what_a_new_project_has_not_got_yet(api: httpx.AsyncClient) -> None:
    ref = await make(api)
    assert (await api.get(f"/v1/projects/{ref}/database/backups")).json()["backups"] == []
    assert len((await api.get(f"/v1/projects/{ref}/pgsodium")).json()["root_key"]) == 64
    assert (await api.get(f"/v1/projects/{ref}/postgrest")).json()["db_schema"] == "public,graphql_public"
    enforcement = (await api.get(f"/v1/projects/{ref}/ssl-enforcement")).json()
    assert enforcement["currentConfig"] == {"database": False}
