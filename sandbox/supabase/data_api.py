"""Every project's Data API: a gateway that knows the project's keys, and behind it whatever the key's role may read.

On the real service the ref is part of the host's name; here it is part of the path.
"""

import json
from typing import Any

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.supabase.desk import Desk
from sandbox.supabase.projects import find_project
from sandbox.supabase.sql import read_script

_ROLE_OF_KEY = read_script("role_of_key.sql")
_MOST_ROWS = 1000
_PAUSED, _PAYMENT_REQUIRED = 540, 402
_OVER_QUOTA = "Service for this project is restricted due to the following violations: exceed_egress_quota."
_BEFORE = {
    "message": "No API key found in request",
    "hint": "No `apikey` request header or url param was found.",
}
_WRONG = {
    "message": "Invalid API key",
    "hint": "Double check your Supabase `anon` or `service_role` API key.",
}


async def read_table(desk: Desk, request: Request) -> Response:
    """`GET …/rest/v1/{table}?select=*&limit=…`, as far as anybody here asks for more."""
    project = await find_project(desk.state, request.path_params["ref"])
    if project is None or project.deleted_at is not None:
        return JSONResponse({"message": "Project not found"}, 404)
    if project.status in {"INACTIVE", "PAUSING"}:
        return JSONResponse({"message": "Project paused"}, _PAUSED)
    if await desk.misbehaves("over-quota"):
        return JSONResponse({"message": _OVER_QUOTA}, _PAYMENT_REQUIRED)
    if not (key := request.headers.get("apikey", "")):
        return JSONResponse(_BEFORE, 401)
    role = await desk.state.pool.fetchval(_ROLE_OF_KEY, project.ref, key)
    if role is None:
        return JSONResponse(_WRONG, 401)
    return await _read(desk, f"p_{project.ref}", role, request)


async def _read(desk: Desk, database: str, role: str, request: Request) -> Response:
    limit = request.query_params.get("limit", str(_MOST_ROWS))
    if request.query_params.get("select", "*") != "*" or not (limit.isascii() and limit.isdigit()):
        return _refusal(400, "PGRST100", "This stand-in reads select=* and limit only")
    table = request.path_params["table"]
    connection = await asyncpg.connect(desk.state.dsn(database), server_settings={"role": role})
    try:
        quoted = await connection.fetchval("select quote_ident($1)", table)
        text = await connection.fetchval(
            f"select coalesce(json_agg(found), '[]') from (select * from public.{quoted} limit $1) found",  # noqa: S608
            int(limit),
        )
    except asyncpg.UndefinedTableError:
        return _refusal(404, "PGRST205", f"Could not find the table 'public.{table}' in the schema cache")
    except asyncpg.InsufficientPrivilegeError as error:
        return _refusal(401 if role == "anon" else 403, error.sqlstate, str(error))
    finally:
        await connection.close()
    return JSONResponse(json.loads(text))


def _refusal(status: int, code: str | None, message: str) -> Response:
    body: dict[str, Any] = {"code": code, "details": None, "hint": None, "message": message}
    return JSONResponse(body, status)
