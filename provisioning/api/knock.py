"""Who knocks: before anything of a request is read, its bearer token says whose it is, and how often they may come."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any, Final

import structlog
from fastapi import Depends, Request
from fastapi.routing import APIRoute
from fastapi.security import HTTPBearer
from starlette.responses import Response

from provisioning.api.once import once
from provisioning.api.queries import Parameters, refuse_unknown
from provisioning.api.rate_limit import RateLimit
from provisioning.control_plane import ControlPlane
from provisioning.domain.actor import Actor
from provisioning.errors import Refused
from provisioning.ports import Clock

SURFACE: Final = "api"
_BODY_SECONDS: Final = 30
_NOBODY: Final = Actor(surface=SURFACE, id="unknown", name="somebody without a valid token", role=None)

Handler = Callable[[Request], Coroutine[Any, Any, Response]]
Identify = Callable[[str], Awaitable[Actor]]


@dataclass(frozen=True)
class Office:
    """What every route works with."""

    control: ControlPlane
    identify: Identify
    limit: RateLimit
    clock: Clock
    queries: Mapping[tuple[str, str], Parameters]
    """By method and path."""
    closing: asyncio.Event = field(default_factory=asyncio.Event)
    """The process is about to end: whatever would go on for long ends now."""


class Knock(APIRoute):
    """A route behind the token. It is looked at first: whoever has none learns nothing of what is wrong besides."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def admit(request: Request) -> Response:
            office: Office = request.app.state.office
            actor = await _identify(office, request)
            office.limit.take(actor.identity)
            request.state.actor = actor
            refuse_unknown(request.query_params, office.queries[request.method, self.path_format])
            await _read(request)
            with structlog.contextvars.bound_contextvars(actor=actor.label):
                return await once(office.control.repeats, actor, request, handle)

        return admit


async def _read(request: Request) -> None:
    """Read the body; it is kept for whoever reads it next."""
    try:
        async with asyncio.timeout(_BODY_SECONDS):
            await request.body()
    except TimeoutError:
        raise Refused(f"The body did not arrive within {_BODY_SECONDS} seconds.", code="too_slow") from None


async def _identify(office: Office, request: Request) -> Actor:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    stranger = f"address:{request.client.host if request.client else 'unknown'}"
    if scheme.lower() != "bearer" or not token.strip():
        office.limit.take(stranger)
        raise Refused(
            "A bearer token is missing: Authorization: Bearer …; `tenantbot token` makes one.",
            code="no_token",
        )
    try:
        return await office.identify(token.strip())
    except Refused as refusal:
        office.limit.take(stranger)
        await office.control.gate.refuse(_NOBODY, SURFACE, refusal.message)
        raise


_bearer = HTTPBearer(auto_error=False, description="Made by `tenantbot token`, or by an identity provider.")


async def _actor(request: Request, _: Annotated[object, Depends(_bearer)]) -> Actor:
    actor: Actor = request.state.actor
    return actor


async def _office(request: Request) -> Office:
    office: Office = request.app.state.office
    return office


async def _control(request: Request) -> ControlPlane:
    return (await _office(request)).control


Caller = Annotated[Actor, Depends(_actor)]
Door = Annotated[ControlPlane, Depends(_control)]
At = Annotated[Office, Depends(_office)]
