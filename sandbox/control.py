"""The sandbox's own HTTP door: faults are switched and mail is read here, and health is asked for."""

import asyncio
import os

import asyncpg
from pydantic import BaseModel, ConfigDict, NonNegativeFloat, PositiveInt, ValidationError
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from sandbox.faults import KINDS, Faults
from sandbox.state import State

_HEALTH_SECONDS = 3


class FaultRequest(BaseModel):
    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    service: str
    kind: str
    path: str = ""
    times: PositiveInt | None = None  # None: until cleared
    delay: NonNegativeFloat = 0


def create_app(state: State, faults: Faults, *, mailbox: ASGIApp) -> Starlette:
    async def health(_request: Request) -> Response:
        try:
            await asyncio.wait_for(state.pool.fetchval("select 1"), _HEALTH_SECONDS)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return JSONResponse({"message": "PostgreSQL does not answer"}, 503)
        return JSONResponse({"pid": os.getpid()})

    async def list_faults(_request: Request) -> Response:
        return JSONResponse([vars(fault) for fault in await faults.all()])

    async def add_fault(request: Request) -> Response:
        try:
            wanted = FaultRequest.model_validate_json(await request.body())
        except ValidationError as error:
            return _refuse("; ".join(f"{'.'.join(map(str, e['loc']))}: {e['msg']}" for e in error.errors()))
        kinds = KINDS.get(wanted.service)
        if kinds is None:
            return _refuse(f"service: one of {', '.join(KINDS)}")
        if wanted.kind not in kinds:
            return _refuse(f"kind: for {wanted.service} one of {', '.join(sorted(kinds))}")
        number = await faults.add(wanted.service, wanted.path, wanted.kind, wanted.times, wanted.delay)
        return JSONResponse({"id": number, **wanted.model_dump()}, 201)

    async def clear_faults(_request: Request) -> Response:
        await faults.clear()
        return Response(status_code=204)

    return Starlette(
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/faults", list_faults, methods=["GET"]),
            Route("/faults", add_fault, methods=["POST"]),
            Route("/faults", clear_faults, methods=["DELETE"]),
            Mount("/mailbox", mailbox),
        ]
    )


def _refuse(message: str) -> Response:
    return JSONResponse({"message": message}, 400)
