"""The schema of all tenants."""

import json
from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from provisioning.api.addresses import TENANT_ID, Subdomain
from provisioning.api.answers import ApprovalAnswer, FleetAnswer, RunAnswer, TenantAnswer, UpgradePlanAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.render import ORIGIN, started_answer, tenant_answer
from provisioning.api.responses import located
from provisioning.api.verb_bodies import Rejected, Upgrade
from provisioning.control_plane.requests import Started
from provisioning.documents import (
    Document,
    approval_document,
    drift_row,
    fleet_document,
    upgrade_plan_document,
)
from provisioning.domain.drift import TenantDrift

router: Final = APIRouter(prefix="/admin/fleet", tags=["fleet"], route_class=Knock)

_LINES: Final = "application/x-ndjson"
_COMPARED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A tenant a line.", "content": {_LINES: {"schema": {"type": "string"}}}}
}


@router.get("", response_model=FleetAnswer)
async def get_fleet(actor: Caller, control: Door) -> Document:
    """Show who has which version, who is pinned, and how the open or latest upgrade stands."""
    return fleet_document(await control.fleet.status(actor))


@router.get("/upgrade", response_model=UpgradePlanAnswer)
async def plan_upgrade(actor: Caller, control: Door) -> Document:
    """Show every statement that the newest schema brings, and the rings; nothing is changed."""
    return upgrade_plan_document(await control.upgrades.plan(actor))


@router.post(
    "/upgrade",
    status_code=202,
    response_model=ApprovalAnswer | RunAnswer | FleetAnswer,
    responses={
        200: {"model": FleetAnswer, "description": "All tenants have the newest schema already."},
        202: located("A second person is asked, or it has begun; Location is the question or the run."),
    },
)
async def upgrade_fleet(body: Upgrade, actor: Caller, control: Door, response: Response) -> Document:
    """Bring the newest schema to all tenants, in rings; what may lose something takes a second person."""
    asked = await control.upgrades.request(actor, reason=body.reason, first=body.first, origin=ORIGIN)
    if asked is None:
        response.status_code = 200
        return fleet_document(await control.fleet.status(actor))
    if isinstance(asked, Started):
        return await started_answer(control, actor, asked, response)
    response.headers["location"] = f"/admin/approvals/{asked.approval_id}"
    return approval_document(asked)


@router.put("/pins/{tenant}", response_model=TenantAnswer)
async def pin_tenant(subdomain: Subdomain, body: Rejected, actor: Caller, control: Door) -> Document:
    """Keep a tenant at its version: upgrades leave it out."""
    return tenant_answer(control, await control.fleet.pin(actor, subdomain, reason=body.reason))


@router.delete("/pins/{tenant}", response_model=TenantAnswer)
async def unpin_tenant(subdomain: Subdomain, actor: Caller, control: Door) -> Document:
    """Let a tenant go with the others again."""
    return tenant_answer(control, await control.fleet.unpin(actor, subdomain))


@router.get("/drift", response_class=StreamingResponse, responses=_COMPARED)
async def find_drift(
    actor: Caller, control: Door, subdomain: Annotated[str | None, Query(pattern=TENANT_ID)] = None
) -> Response:
    """Compare one tenant, or each in turn, with its own version of the schema and with the seeds; read only."""
    found = control.fleet.drift(actor, subdomain)
    first = await anext(found, None)  # so that a refusal is an answer, not a stream that breaks off
    return StreamingResponse(_lines(first, found), media_type=_LINES)


async def _lines(first: TenantDrift | None, rest: AsyncIterator[TenantDrift]) -> AsyncIterator[str]:
    if first is not None:
        yield _line(first)
    async for one in rest:
        yield _line(one)


def _line(one: TenantDrift) -> str:
    return json.dumps(drift_row(one), default=str) + "\n"
