"""Rounds over all tenants, and what verifications of one came to."""

from typing import Final

from fastapi import APIRouter, Response

from provisioning.api.addresses import Subdomain
from provisioning.api.answers import RunAnswer, TenantVerificationsAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.render import ORIGIN, started_answer
from provisioning.api.responses import located
from provisioning.documents import Document, tenant_verification_document

router: Final = APIRouter(prefix="/admin/verifications", tags=["verifications"], route_class=Knock)


@router.post(
    "",
    status_code=202,
    response_model=RunAnswer,
    responses={202: located("The round has begun, or goes on; Location is its run.")},
)
async def verify_all_tenants(actor: Caller, control: Door, response: Response) -> Document:
    """Check every tenant again, some at a time, each also tried at another; nothing is left behind."""
    started = await control.rounds.start(actor, origin=ORIGIN)
    return await started_answer(control, actor, started, response)


@router.get("/{tenant}", response_model=TenantVerificationsAnswer)
async def list_verifications(tenant: Subdomain, actor: Caller, control: Door) -> Document:
    """Show what the latest verifications of a tenant came to, newest first."""
    found = await control.rounds.history(actor, tenant)
    return {"items": [tenant_verification_document(one) for one in found]}
