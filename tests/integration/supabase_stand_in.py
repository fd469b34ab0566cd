"""The Supabase stand-in for its tests: opened over a real socket, asked in few words, its time passed by hand."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
import httpx

from sandbox.faults import Faults
from sandbox.serve import serve
from sandbox.state import State
from sandbox.supabase.app import create_app

DB_PASS = "not-a-real-password"


@asynccontextmanager
async def open_api(
    state: State, *, project_seconds: float, faults: Faults | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    token, organization = secrets.token_hex(20), f"org-{secrets.token_hex(4)}"
    app = create_app(
        state,
        faults or Faults(state),
        token=token,
        organization=organization,
        project_seconds=project_seconds,
    )
    server = await serve(app)
    headers = {"authorization": f"Bearer {token}"}
    try:
        async with httpx.AsyncClient(base_url=server.url, headers=headers, timeout=60) as client:
            yield client
    finally:
        await server.stop()
        await state.pool.execute(
            "update supabase_projects set gone_at = now() where organization_slug = $1", organization
        )


async def own_organization(api: httpx.AsyncClient) -> str:
    slug: str = (await api.get("/v1/organizations")).json()[0]["slug"]
    return slug


async def wanted(api: httpx.AsyncClient, **more: object) -> dict[str, object]:
    slug = await own_organization(api)
    return {"name": "t-acme", "organization_slug": slug, "db_pass": DB_PASS, **more}


async def make(api: httpx.AsyncClient, **more: object) -> str:
    answer = await api.post("/v1/projects", json=await wanted(api, **more))
    assert answer.status_code == 201, answer.text
    ref: str = answer.json()["ref"]
    return ref


async def status_of(api: httpx.AsyncClient, ref: str) -> str:
    answer = await api.get(f"/v1/projects/{ref}")
    assert answer.status_code == 200
    status: str = answer.json()["status"]
    return status


async def health_of(api: httpx.AsyncClient, ref: str, services: str) -> list[str]:
    answer = await api.get(f"/v1/projects/{ref}/health?services={services}")
    assert answer.status_code == 200, answer.text
    return [service["status"] for service in answer.json()]


async def pass_time(state: State, ref: str, seconds: float) -> None:
    await state.pool.execute(
        "update supabase_projects set created_at = created_at - make_interval(secs => $2),"
        " ready_at = ready_at - make_interval(secs => $2), gone_at = gone_at - make_interval(secs => $2)"
        " where ref = $1",
        ref,
        seconds,
    )


async def connect(
    state: State, api: httpx.AsyncClient, ref: str, password: str = DB_PASS
) -> asyncpg.Connection:
    pooler = (await api.get(f"/v1/projects/{ref}/config/database/pooler")).json()[0]
    dsn = state.dsn(pooler["db_name"], user=pooler["db_user"], password=password)
    connection: asyncpg.Connection = await asyncpg.connect(dsn)
    return connection
