"""The sandbox's own HTTP door: faults are switched and mail is read here, and health is asked for."""

import asyncio
import os

import asyncpg
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Mount, Route
from starlette.types import ASGIApp

from sandbox.state import State
from sandbox.switches import Switches

_HEALTH_SECONDS = 3


def create_app(state: State, switches: Switches, *, mailbox: ASGIApp) -> Starlette:
    async def health(_request: Request) -> Response:
        try:
            await asyncio.wait_for(state.pool.fetchval("select 1"), _HEALTH_SECONDS)
        except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError):
            return JSONResponse({"message": "PostgreSQL does not answer"}, 503)
        return JSONResponse({"pid": os.getpid()})

    return Starlette(
        routes=[
            Route("/health", health, methods=["GET"]),
            Route("/faults", switches.show, methods=["GET"]),
            Route("/faults", switches.add, methods=["POST"]),
            Route("/faults", switches.clear, methods=["DELETE"]),
            Mount("/mailbox", mailbox),
        ]
    )
