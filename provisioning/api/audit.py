"""The audit log: read, proved, handed out."""

from collections.abc import AsyncIterator
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from provisioning.api.addresses import RUN_ID
from provisioning.api.answers import AuditAnswer, AuditProofAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.control_plane.audit import PAGE
from provisioning.documents import Document, audit_document, verification_document

router: Final = APIRouter(prefix="/admin/audit", tags=["audit"], route_class=Knock)

_LINES: Final = "application/x-ndjson"
_EXPORTED: Final[dict[int | str, dict[str, Any]]] = {
    200: {"description": "One entry a line.", "content": {_LINES: {"schema": {"type": "string"}}}}
}


@router.get("", response_model=AuditAnswer)
async def show_audit(
    actor: Caller,
    control: Door,
    subdomain: Annotated[str | None, Query(pattern=RUN_ID)] = None,
    before: Annotated[
        int | None, Query(ge=1, le=2**53, description="Only entries before this number.")
    ] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = PAGE,
) -> Document:
    """Show the newest entries, of one tenant or of all. `next` is the `before` of the page after this one."""
    page = await control.audit.show(actor, subdomain=subdomain, limit=limit, before=before)
    full = len(page.entries) == limit
    return audit_document(page) | {"next": page.entries[-1].seq if full else None}


@router.post("/verify", response_model=AuditProofAnswer)
async def verify_audit(actor: Caller, control: Door) -> Document:
    """Prove that no entry was changed, taken out, put in or cut off."""
    return verification_document(await control.audit.verify(actor))


@router.get("/export", response_class=StreamingResponse, responses=_EXPORTED)
async def export_audit(actor: Caller, control: Door) -> Response:
    """Hand out every entry with all its columns, oldest first. That it was is an entry of its own."""
    rows = control.audit.export(actor)
    first = await anext(rows)  # so that a refusal is an answer, not a stream that breaks off
    return StreamingResponse(_lines(first, rows), media_type=_LINES)


async def _lines(first: str, rows: AsyncIterator[str]) -> AsyncIterator[str]:
    yield f"{first}\n"
    async for row in rows:
        yield f"{row}\n"
