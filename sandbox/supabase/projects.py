"""The life of a project: made with its database, found, listed, renamed, deleted with its database."""

import secrets
import string
from dataclasses import dataclass
from datetime import datetime

from sandbox.state import State
from sandbox.supabase.databases import allow_login, create_database, database_of, drop_database
from sandbox.supabase.keys import make_keys
from sandbox.supabase.organizations import ProjectLimitReached, project_limit
from sandbox.supabase.sql import Connection, read_script, session_lock
from sandbox.supabase.template import ensure_template

_RESERVE = read_script("reserve.sql")
_GIVE_KEYS = read_script("give_keys.sql")
_SETTLE = read_script("settle.sql")
_BEGUN = "select ref, database_password from supabase_projects where ready_at is null and deleted_at is null"
_READY = "update supabase_projects set ready_at = created_at + make_interval(secs => $2) where ref = $1"
_RESTORING = """
update supabase_projects
set status = 'RESTORING', restored_at = now(), ready_at = now() + make_interval(secs => $2)
where ref = $1 and status = 'INACTIVE'
returning true
"""
_DELETED = """
update supabase_projects
set status = 'GOING_DOWN', deleted_at = now(), gone_at = now() + make_interval(secs => $2)
where ref = $1
"""


@dataclass(frozen=True)
class Project:
    """A project as it is to be seen now, with its ages in seconds."""

    ref: str
    number: int
    name: str
    organization_slug: str
    region: str
    status: str
    created_at: datetime
    deleted_at: datetime | None
    age: float
    ready_after: float | None
    server_version: str


async def create_project(
    state: State, *, name: str, organization: str, region: str, password: str, ready_seconds: float
) -> str:
    """Make a project with its database, COMING_UP for `ready_seconds`; return its ref."""
    ref = "".join(secrets.choice(string.ascii_lowercase) for _ in range(20))
    database = database_of(ref)
    limit = await project_limit(state, organization)
    await ensure_template(state)
    async with state.pool.acquire() as connection, session_lock(connection, ref):
        await _reserve(
            connection,
            ref,
            name=name,
            organization=organization,
            region=region,
            password=password,
            limit=limit,
        )
        try:
            await create_database(connection, database, password)
        except BaseException:
            await drop_database(connection, database)
            await connection.execute("delete from supabase_projects where ref = $1", ref)
            raise
        await connection.execute(_READY, ref, ready_seconds)
    return ref


async def finish_projects(state: State, *, ready_seconds: float) -> None:
    """Go on with projects whose making was cut off by a kill: the real service does not forget one that it has begun."""
    async with state.pool.acquire() as connection:
        for row in await connection.fetch(_BEGUN):
            await ensure_template(state)
            database = database_of(row["ref"])
            async with session_lock(connection, row["ref"]):
                await drop_database(connection, database)
                await create_database(connection, database, row["database_password"])
                await connection.execute(_READY, row["ref"], ready_seconds)


async def settle_projects(
    state: State, ref: str | None, *, never_ready: bool, init_failed: bool, unknown_status: bool
) -> None:
    """Bring one project or all to where they stand by now; nothing happens to them between requests."""
    await state.pool.execute(_SETTLE, ref, never_ready, init_failed, unknown_status)


async def find_project(state: State, ref: str) -> Project | None:
    """Return a project; one that was deleted still shows for a moment."""
    row = await state.pool.fetchrow("select * from supabase_visible_projects where ref = $1", ref)
    return Project(**row) if row else None


async def list_projects(state: State) -> list[Project]:
    rows = await state.pool.fetch("select * from supabase_visible_projects order by number")
    return [Project(**row) for row in rows]


async def rename_project(state: State, ref: str, name: str) -> None:
    await state.pool.execute("update supabase_projects set name = $2 where ref = $1", ref, name)


async def pause_project(state: State, ref: str) -> None:
    async with state.pool.acquire() as connection:
        await connection.execute("update supabase_projects set status = 'INACTIVE' where ref = $1", ref)
        await allow_login(connection, database_of(ref), allowed=False)


async def restore_project(state: State, ref: str, *, ready_seconds: float) -> bool:
    """Begin to bring a paused project up again. False when it is not paused."""
    async with state.pool.acquire() as connection:
        restoring = await connection.fetchval(_RESTORING, ref, ready_seconds)
        if restoring:
            await allow_login(connection, database_of(ref), allowed=True)
    return bool(restoring)


async def wake_project(state: State, ref: str) -> None:
    """Undo a pause as if it had never been; one that was restored meanwhile is left as it is."""
    async with state.pool.acquire() as connection:
        await connection.execute(
            "update supabase_projects set status = 'ACTIVE_HEALTHY' where ref = $1 and status = 'INACTIVE'",
            ref,
        )
        await allow_login(connection, database_of(ref), allowed=True)


async def delete_project(state: State, ref: str, *, linger_seconds: float) -> bool:
    """Drop the database and bury the project. False when someone else has deleted it already."""
    async with state.pool.acquire() as connection, session_lock(connection, ref):
        living = await connection.fetchval(
            "select exists (select from supabase_projects where ref = $1 and deleted_at is null)", ref
        )
        if living:
            await drop_database(connection, database_of(ref))
            await connection.execute(_DELETED, ref, linger_seconds)
    return bool(living)


async def _reserve(
    connection: Connection,
    ref: str,
    *,
    name: str,
    organization: str,
    region: str,
    password: str,
    limit: int,
) -> None:
    """Write the project down before its database exists, so that a crash leaves nothing unnamed."""
    keys = make_keys(ref)
    database = database_of(ref)
    async with connection.transaction():
        # Two at once could both see the last free place.
        await connection.execute("select pg_advisory_xact_lock(hashtextextended($1, 1))", organization)
        reserved = await connection.fetchval(
            _RESERVE,
            ref, name, organization, region, database.name, database.user, password,
            keys.publishable, keys.secret, keys.anon, keys.service_role, secrets.token_hex(32), limit,
        )  # fmt: skip
        if reserved is None:
            raise ProjectLimitReached(organization, limit)
        await connection.execute(_GIVE_KEYS, ref)
