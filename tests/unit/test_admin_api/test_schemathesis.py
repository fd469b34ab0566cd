"""The OpenAPI document and the app say the same, whatever is sent: every check of schemathesis, over the real door."""

import asyncio
from typing import Any, Final

import schemathesis
from fastapi import FastAPI
from hypothesis import HealthCheck, Phase, settings

from provisioning.api.app import build_api
from provisioning.domain.actor import Actor, Role
from provisioning.errors import Refused
from tests.fakes.world import OPERATOR, RAW_REQUEST, World

TOKEN: Final = "fake-token"
ADA: Final = Actor(surface="api", id="ada", name="ada", role=Role.APPROVER)
FEW: Final = settings(
    max_examples=8,
    deadline=None,
    derandomize=True,
    database=None,
    phases=[Phase.explicit, Phase.generate],
    suppress_health_check=list(HealthCheck),
)


async def _identify(token: str) -> Actor:
    if token != TOKEN:
        raise Refused("This is not a token of this installation.", code="bad_token")
    return ADA


async def _app() -> FastAPI:
    """One tenant is being provisioned; it is the one of the document's examples."""
    world = World()
    await world.control.requests.provision(OPERATOR, RAW_REQUEST)
    return build_api(
        world.control,
        identify=_identify,
        a_minute=100_000,
        clock=world.clock,
        choices=await world.control.plans.choices(),
    )


SCHEMA: Final = schemathesis.openapi.from_asgi("/admin/openapi.json", asyncio.run(_app()))


@SCHEMA.parametrize()
@FEW
def test_nothing_is_found(case: Any) -> None:
    case.call_and_validate(headers={"Authorization": f"Bearer {TOKEN}"})
