"""The dry run: every question that a run would stumble over, asked beforehand. Changes nothing."""

from typing import Annotated, Final

from fastapi import APIRouter, Body

from provisioning.api.answers import PlanAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.tenant_bodies import Provision, Register, fields_named_as_sent
from provisioning.api.tenants import NewTenant
from provisioning.documents import Document, import_plan_document, plan_document

router: Final = APIRouter(prefix="/admin/plans", tags=["plans"], route_class=Knock)


@router.post("", response_model=PlanAnswer)
async def plan_tenant(
    body: Annotated[NewTenant, Body(openapi_examples=Provision.examples() | Register.examples())],
    actor: Caller,
    control: Door,
) -> Document:
    """Say what POST /admin/tenants would do with the same body, and what the outside says to it."""
    with fields_named_as_sent():
        if isinstance(body, Register):
            return import_plan_document(await control.imports.plan(actor, body.raw()))
        return plan_document(await control.plans.provision(actor, body.raw()))
