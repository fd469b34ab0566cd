"""What nobody uses any more: found, and its removal asked for."""

from typing import Annotated, Final

from fastapi import APIRouter, Path, Query, Response

from provisioning.api.addresses import RUN_ID, TENANT_ID
from provisioning.api.answers import ApprovalAnswer, OrphansAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.render import ORIGIN, asked_answer
from provisioning.api.responses import located
from provisioning.api.verb_bodies import Removal
from provisioning.documents import Document, orphans_document

router: Final = APIRouter(prefix="/admin/orphans", tags=["orphans"], route_class=Knock)


@router.get("", response_model=OrphansAnswer)
async def list_orphans(
    actor: Caller, control: Door, subdomain: Annotated[str | None, Query(pattern=TENANT_ID)] = None
) -> Document:
    """List projects and DNS records without a tenant, and tenants without their project, with what they cost."""
    return orphans_document(await control.orphans.find(actor, subdomain))


@router.post(
    "/{ref}/removal",
    status_code=202,
    response_model=ApprovalAnswer,
    responses={202: located("A second person is asked; Location is the question.")},
)
async def remove_orphan(
    ref: Annotated[str, Path(pattern=RUN_ID, description="A project's ref, or the name of a DNS record.")],
    body: Removal,
    actor: Caller,
    control: Door,
    response: Response,
) -> Document:
    """Ask for an orphan's removal."""
    asked = await control.orphans.request_removal(
        actor, ref, reason=body.reason, confirm=body.confirm, origin=ORIGIN
    )
    return asked_answer(asked, response)
