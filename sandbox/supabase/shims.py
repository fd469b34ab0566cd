"""Extensions that every Supabase project has and a PostgreSQL without OpenSSL has not.

Parts of uuid-ossp and pgcrypto, written in SQL, are laid beside the data folder and offered to all databases
of the server, so that `create extension` finds them, and so does a restore of a backup.
"""

import asyncio
import shutil
from pathlib import Path

import asyncpg

from sandbox.state import State
from sandbox.supabase.sql import Connection, run_quoted

_SOURCE = Path(__file__).parent / "extensions"
_SINCE = 180000  # the first version that looks for extensions in more than one folder
_PATIENCE = 10.0
_MISSING = """
select current_setting('server_version_num')::int >= $1
   and (select count(*) from pg_available_extensions where name in ('uuid-ossp', 'pgcrypto')) < 2
"""


async def offer_missing_extensions(state: State, connection: Connection) -> None:
    if not await connection.fetchval(_MISSING, _SINCE):
        return
    folder = await asyncio.to_thread(_copy_beside, state.server.folder)
    # The system's own folder comes first: where it has one of the two, that one is used.
    await run_quoted(connection, "alter system set extension_control_path = %L", f"$system:{folder}")
    await connection.execute("select pg_reload_conf()")
    await _wait_until_offered(state)


def _copy_beside(data_folder: Path) -> Path:
    """Copy the scripts to where the server's own account can read them."""
    target = data_folder / "extensions"
    shutil.copytree(_SOURCE, target, dirs_exist_ok=True)
    for path in (target, *target.rglob("*")):
        path.chmod(0o755 if path.is_dir() else 0o644)
    return target


async def _wait_until_offered(state: State) -> None:
    """Wait for the server to have reread its settings: a new session starts with what it knows by then."""
    async with asyncio.timeout(_PATIENCE):
        while not await _is_offered(state):
            pass


async def _is_offered(state: State) -> bool:
    session = await asyncpg.connect(state.dsn("postgres"))
    try:
        offered: bool = await session.fetchval(
            "select exists (select from pg_available_extensions where name = 'pgcrypto')"
        )
    finally:
        await session.close()
    return offered
