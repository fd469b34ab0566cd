"""What is wrong with a tenant (guide 14.6), and what mends it."""

from typing import Final

from fastapi import APIRouter, Response

from provisioning.api.addresses import Subdomain
from provisioning.api.answers import DiagnosisAnswer, RunAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.render import ORIGIN, started_answer
from provisioning.api.responses import located
from provisioning.api.verb_bodies import Examination, Mending
from provisioning.documents import Document, diagnosis_document

router: Final = APIRouter(prefix="/admin/tenants", tags=["tenants"], route_class=Knock)


@router.post("/{tenant}/diagnose", response_model=DiagnosisAnswer)
async def diagnose_tenant(
    tenant: Subdomain, actor: Caller, control: Door, body: Examination | None = None
) -> Document:
    """Ask all that the guide's four playbooks ask, ten seconds at most, and say the cause. Changes nothing."""
    issues = body.issues if body else []
    return diagnosis_document(await control.diagnoses.diagnose(actor, tenant, issues=issues))


@router.post(
    "/{tenant}/repair",
    status_code=202,
    response_model=RunAnswer,
    responses={202: located("It has begun; Location is its run.")},
)
async def repair_tenant(
    tenant: Subdomain, body: Mending, actor: Caller, control: Door, response: Response
) -> Document:
    """Start a repair that a diagnosis proposed; the tenant's access is verified after it."""
    started = await control.diagnoses.repair(actor, tenant, body.fix, origin=ORIGIN)
    return await started_answer(control, actor, started, response)
