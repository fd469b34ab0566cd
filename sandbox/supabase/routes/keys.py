"""API keys of a project: there once it is up; a secret one is shown in full only to whoever asks for it."""

import hashlib
import json
from typing import Any

import asyncpg
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.supabase.bodies import check_new_key
from sandbox.supabase.desk import Desk
from sandbox.supabase.keys import make_key, mask, prefix
from sandbox.supabase.projects import Project
from sandbox.supabase.reading import read_flag, read_json
from sandbox.supabase.refusals import Refusal
from sandbox.supabase.sql import read_script

_ADD = read_script("add_key.sql")
_DELETE = read_script("delete_key.sql")
_SHOW = """
select id, type, name, api_key, secret_jwt_template, inserted_at, updated_at
from supabase_api_keys where ref = $1 and id = $2
"""
_LIST = """
select id, type, name, api_key, secret_jwt_template, inserted_at, updated_at
from supabase_api_keys where ref = $1 and not (given and $2) order by type, inserted_at
"""


async def show_keys(desk: Desk, request: Request) -> Response:
    reveal = read_flag(request, "reveal", default=False)
    project = await desk.get_living_project(request.path_params["ref"])
    if project.status != "ACTIVE_HEALTHY":
        return JSONResponse([])
    missing = await desk.misbehaves("keys-missing")
    rows = await desk.state.pool.fetch(_LIST, project.ref, missing)
    found = await _legacy_keys(desk, project) + [_describe(row, reveal=reveal) for row in rows]
    return JSONResponse(found)


async def add_key(desk: Desk, request: Request) -> Response:
    reveal = read_flag(request, "reveal", default=False)
    body = await read_json(request)
    check_new_key(body)
    project = await desk.get_living_project(request.path_params["ref"])
    template = json.dumps(body.get("secret_jwt_template"))
    missing = await desk.misbehaves("keys-missing")
    row = await desk.state.pool.fetchrow(
        _ADD, project.ref, body["type"], body["name"], make_key(body["type"]), template, missing
    )
    if row is None:
        raise Refusal(409, f"A {body['type']} key named {body['name']} exists already")
    return JSONResponse(_describe(row, reveal=reveal), 201)


async def show_key(desk: Desk, request: Request) -> Response:
    reveal = read_flag(request, "reveal", default=False)
    project = await desk.get_living_project(request.path_params["ref"])
    row = await desk.state.pool.fetchrow(_SHOW, project.ref, request.path_params["id"])
    return _one(row, reveal=reveal)


async def delete_key(desk: Desk, request: Request) -> Response:
    """From now on nobody gets in with it."""
    reveal = read_flag(request, "reveal", default=False)
    read_flag(request, "was_compromised", default=False)
    project = await desk.get_living_project(request.path_params["ref"])
    row = await desk.state.pool.fetchrow(_DELETE, project.ref, request.path_params["id"])
    return _one(row, reveal=reveal)


async def show_legacy_keys_state(desk: Desk, request: Request) -> Response:
    project = await desk.get_living_project(request.path_params["ref"])
    enabled = await desk.state.pool.fetchval(
        "select legacy_keys_enabled from supabase_projects where ref = $1", project.ref
    )
    return JSONResponse({"enabled": enabled})


async def switch_legacy_keys(desk: Desk, request: Request) -> Response:
    enabled = read_flag(request, "enabled")
    project = await desk.get_living_project(request.path_params["ref"])
    await desk.state.pool.execute(
        "update supabase_projects set legacy_keys_enabled = $2 where ref = $1", project.ref, enabled
    )
    return JSONResponse({"enabled": enabled})


async def _legacy_keys(desk: Desk, project: Project) -> list[dict[str, Any]]:
    row = await desk.state.pool.fetchrow(
        "select anon_key as anon, service_role_key as service_role from supabase_projects where ref = $1",
        project.ref,
    )
    assert row is not None
    return [
        {"id": name, "name": name, "type": "legacy", "api_key": key, "prefix": key[:5], "hash": _digest(key)}
        for name, key in row.items()
    ]


def _one(row: asyncpg.Record | None, *, reveal: bool) -> Response:
    if row is None:
        raise Refusal(404, "API key not found")
    return JSONResponse(_describe(row, reveal=reveal))


def _describe(row: asyncpg.Record, *, reveal: bool) -> dict[str, Any]:
    kind, key, template = row["type"], row["api_key"], row["secret_jwt_template"]
    return {
        "id": str(row["id"]),
        "name": row["name"],
        "type": kind,
        "api_key": key if reveal or kind == "publishable" else mask(kind, key),
        "prefix": prefix(kind, key),
        "hash": _digest(key),
        "secret_jwt_template": None if template is None else json.loads(template),
        "inserted_at": row["inserted_at"].isoformat(),
        "updated_at": row["updated_at"].isoformat(),
    }


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()
