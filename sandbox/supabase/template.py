"""The database that new projects are copied from: made once per version of the prelude."""

import hashlib

import asyncpg

from sandbox.state import State
from sandbox.supabase.shims import offer_missing_extensions
from sandbox.supabase.sql import Connection, read_script, run_quoted, session_lock

_PRELUDE = tuple(
    read_script(name)
    for name in ("prelude.sql", "prelude_auth.sql", "prelude_storage.sql", "prelude_data_api.sql")
)
TEMPLATE = f"supabase_template_{hashlib.sha256(''.join(_PRELUDE).encode()).hexdigest()[:8]}"
_DRAFT = "supabase_template_draft"


async def ensure_template(state: State) -> None:
    """Make the template if it is missing; whoever comes meanwhile waits, and finds it."""
    async with state.pool.acquire() as connection:
        if await _is_there(connection):
            return
        async with session_lock(connection, "supabase template"):
            if not await _is_there(connection):
                await offer_missing_extensions(state, connection)
                await _make(state, connection)


async def _is_there(connection: Connection) -> bool:
    there: bool = await connection.fetchval(
        "select exists (select from pg_database where datname = $1)", TEMPLATE
    )
    return there


async def _make(state: State, connection: Connection) -> None:
    """Fill a draft and rename it, so that a template that is there is whole."""
    await run_quoted(connection, "drop database if exists %I with (force)", _DRAFT)
    await run_quoted(connection, "create database %I template template0", _DRAFT)
    inside = await asyncpg.connect(state.dsn(_DRAFT))
    try:
        for script in _PRELUDE:
            await inside.execute(script)
    finally:
        await inside.close()
    await run_quoted(connection, "alter database %I is_template true allow_connections false", _DRAFT)
    await run_quoted(connection, "alter database %I rename to %I", _DRAFT, TEMPLATE)
