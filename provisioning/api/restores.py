"""What rests in the archive, and a deleted tenant made anew from it."""

from typing import Final

from fastapi import APIRouter, Response

from provisioning.api.answers import ArchivesAnswer, RestorePlanAnswer, RunAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.render import ORIGIN, started_answer
from provisioning.api.responses import located
from provisioning.api.verb_bodies import Restoration
from provisioning.documents import Document, archives_document, restore_plan_document

router: Final = APIRouter(prefix="/admin/restores", tags=["restores"], route_class=Knock)


@router.get("", response_model=ArchivesAnswer)
async def list_archives(actor: Caller, control: Door) -> Document:
    """List every backup that the archive has, newest first."""
    return archives_document(await control.restores.archives(actor))


@router.post("/plan", response_model=RestorePlanAnswer)
async def plan_restore(body: Restoration, actor: Caller, control: Door) -> Document:
    """Say what POST /admin/restores would make with the same body, and what the outside says to it."""
    found = await control.restores.plan(actor, body.archive, body.as_tenant, reason=body.reason)
    return restore_plan_document(found)


@router.post(
    "",
    status_code=202,
    response_model=RunAnswer,
    responses={202: located("It has begun; Location is its run.")},
)
async def restore_tenant(body: Restoration, actor: Caller, control: Door, response: Response) -> Document:
    """Make a tenant anew from a folder of the archive: in its own place, or at a subdomain that is free."""
    started = await control.restores.as_tenant(
        actor, body.archive, body.as_tenant, reason=body.reason, origin=ORIGIN
    )
    return await started_answer(control, actor, started, response)
