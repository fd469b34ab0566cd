"""What happens to a project: paused, deleted, its password or key replaced in the dashboard, a table opened to everybody."""

import re
import secrets
from typing import Any, Final

import asyncpg

from sandbox.mishaps.at_platform import find_row
from sandbox.mishaps.bench import Bench, Memory, Mishap, MishapError
from sandbox.supabase.databases import allow_login, change_password, database_of
from sandbox.supabase.keys import make_key
from sandbox.supabase.projects import pause_project, wake_project
from sandbox.supabase.sql import Connection, read_script

_URL: Final = re.compile(r"https://([a-z]{20})\.supabase\.co/?")
_DELETE_KEY: Final = read_script("delete_key.sql")
_TABLE: Final = "users"


async def _pause(bench: Bench, subdomain: str) -> Memory:
    ref = await _ref_of(bench, subdomain)
    await pause_project(bench.state, ref)
    return {"ref": ref}


async def _wake(bench: Bench, memory: Memory) -> None:
    await wake_project(bench.state, memory["ref"])


async def _change_password(bench: Bench, subdomain: str) -> Memory:
    ref, planted = await _ref_of(bench, subdomain), secrets.token_urlsafe(24)
    before = await bench.state.pool.fetchval(_PASSWORD, ref)
    await _set_password(bench, ref, planted)
    return {"ref": ref, "password": before, "planted": planted}


async def _change_password_back(bench: Bench, memory: Memory) -> None:
    if await bench.state.pool.fetchval(_PASSWORD, memory["ref"]) == memory["planted"]:
        await _set_password(bench, memory["ref"], memory["password"])


async def _set_password(bench: Bench, ref: str, password: str) -> None:
    async with bench.state.pool.acquire() as connection, connection.transaction():
        await change_password(connection, database_of(ref), password)
        await connection.execute(
            "update supabase_projects set database_password = $2 where ref = $1", ref, password
        )


async def _replace_key(bench: Bench, subdomain: str) -> Memory:
    """The secret key in use is deleted, and another one made in its place."""
    ref = await _ref_of(bench, subdomain)
    async with bench.state.pool.acquire() as connection, connection.transaction():
        row = await connection.fetchrow(
            _KEY_IN_USE, ref, (await find_row(bench, subdomain))["database_service_key"]
        )
        if row is None:
            raise MishapError(f"{subdomain} uses no secret key of the newer kind")
        await connection.execute(_DELETE_KEY, ref, row["id"])
        made = await _add_key(connection, ref, make_key("secret"))
    return {"ref": ref, "key": row["api_key"], "planted": made, "subdomain": subdomain}


async def _give_key_back(bench: Bench, memory: Memory) -> None:
    """Not where the platform uses the new one by now."""
    async with bench.state.pool.acquire() as connection, connection.transaction():
        in_use = await connection.fetchval(
            "select exists (select from taskifai_tenants where database_service_key = $1 and deleted_at is null)",
            memory["planted"],
        )
        if not in_use:
            await connection.execute("delete from supabase_api_keys where api_key = $1", memory["planted"])
            await _add_key(connection, memory["ref"], memory["key"])


async def _add_key(connection: Connection, ref: str, key: str) -> str:
    await connection.execute(
        "insert into supabase_api_keys (ref, type, name, api_key, secret_jwt_template)"
        """ values ($1, 'secret', 'default', $2, '{"role": "service_role"}')""",
        ref,
        key,
    )
    await connection.execute("update supabase_projects set secret_key = $2 where ref = $1", ref, key)
    return key


async def _lose(bench: Bench, subdomain: str) -> Memory:
    """The project is deleted as far as anybody can see; here its database is kept, to be brought back."""
    ref = await _ref_of(bench, subdomain)
    await bench.state.pool.execute(
        "update supabase_projects set deleted_at = now(), gone_at = now() where ref = $1", ref
    )
    await _let_in(bench, ref, allowed=False)
    return {"ref": ref}


async def _find_again(bench: Bench, memory: Memory) -> None:
    await bench.state.pool.execute(
        "update supabase_projects set deleted_at = null, gone_at = null where ref = $1", memory["ref"]
    )
    await _let_in(bench, memory["ref"], allowed=True)


async def _let_in(bench: Bench, ref: str, *, allowed: bool) -> None:
    async with bench.state.pool.acquire() as connection:
        await allow_login(connection, database_of(ref), allowed=allowed)


async def _open_table(bench: Bench, subdomain: str) -> Memory:
    ref = await _ref_of(bench, subdomain)
    await _inside(
        bench, ref, f"alter table {_TABLE} disable row level security; grant select on {_TABLE} to anon"
    )
    return {"ref": ref}


async def _close_table(bench: Bench, memory: Memory) -> None:
    ref = memory["ref"]
    await _inside(
        bench, ref, f"alter table {_TABLE} enable row level security; revoke all on {_TABLE} from anon"
    )


async def _inside(bench: Bench, ref: str, script: str) -> None:
    connection = await asyncpg.connect(bench.state.dsn(database_of(ref).name))
    try:
        await connection.execute(script)
    finally:
        await connection.close()


async def _ref_of(bench: Bench, subdomain: str) -> str:
    row: Any = await find_row(bench, subdomain)
    found = _URL.fullmatch(row["database_url"])
    if found is None:
        raise MishapError(f"{subdomain} has no project here")
    return found[1]


_PASSWORD: Final = "select database_password from supabase_projects where ref = $1"  # noqa: S105 - a query
_KEY_IN_USE: Final = (
    "select id, api_key from supabase_api_keys where ref = $1 and api_key = $2 and type = 'secret'"
)

MISHAPS: Final = {
    "paused": Mishap(_pause, _wake),
    "password-changed": Mishap(_change_password, _change_password_back),
    "key-replaced": Mishap(_replace_key, _give_key_back),
    "project-gone": Mishap(_lose, _find_again),
    "open-table": Mishap(_open_table, _close_table),
}
