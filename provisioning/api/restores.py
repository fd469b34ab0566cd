"""A deleted tenant, made anew from its archive."""

from typing import Final

from fastapi import APIRouter, Response

from provisioning.api.answers import RunAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.render import ORIGIN, started_answer
from provisioning.api.responses import located
from provisioning.api.verb_bodies import Restoration
from provisioning.documents import Document

router: Final = APIRouter(prefix="/admin/restores", tags=["restores"], route_class=Knock)


@router.post(
    "",
    status_code=202,
    response_model=RunAnswer,
    responses={202: located("It has begun; Location is its run.")},
)
async def restore_tenant(body: Restoration, actor: Caller, control: Door, response: Response) -> Document:
    """Make a tenant anew from a folder of the archive: in its own place, or at a subdomain that is free."""
    started = await control.restores.as_tenant(actor, body.archive, body.as_tenant, origin=ORIGIN)
    return await started_answer(control, actor, started, response)
