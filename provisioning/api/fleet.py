"""The schema of all tenants."""

import json
from collections.abc import AsyncIterator
from dataclasses import asdict
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from provisioning.api.addresses import TENANT_ID
from provisioning.api.knock import Caller, Door, Knock
from provisioning.domain.drift import TenantDrift

router: Final = APIRouter(prefix="/admin/fleet", tags=["fleet"], route_class=Knock)

_LINES: Final = "application/x-ndjson"
_COMPARED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "A tenant a line.", "content": {_LINES: {"schema": {"type": "string"}}}}
}


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
    return json.dumps({"ok": one.ok} | asdict(one), default=str) + "\n"
