"""Whether the admins of affected tenants are told of an incident (guide 14.6)."""

from typing import Final

from fastapi import APIRouter, Response

from provisioning.api.addresses import Subdomain
from provisioning.api.answers import ApprovalAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.render import ORIGIN, asked_answer
from provisioning.api.responses import located
from provisioning.api.verb_bodies import Telling
from provisioning.documents import Document

router: Final = APIRouter(prefix="/admin/tenants", tags=["tenants"], route_class=Knock)


@router.post(
    "/{tenant}/notify",
    status_code=202,
    response_model=ApprovalAnswer,
    responses={202: located("A second person is asked; Location is the question.")},
)
async def notify_admins(
    tenant: Subdomain, body: Telling, actor: Caller, control: Door, response: Response
) -> Document:
    """Ask for a notice about an incident of this tenant: the one named, else its latest."""
    asked = await control.notices.request(
        actor, tenant, reason=body.reason, message=body.message, incident=body.incident, origin=ORIGIN
    )
    return asked_answer(asked, response)
