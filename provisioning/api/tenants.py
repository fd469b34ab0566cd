"""Tenants: made, registered, listed, looked at, and what is asked about one of them (guide 14.3 step 4, 14.7)."""

from collections.abc import Awaitable
from typing import Annotated, Any, Final

from fastapi import APIRouter, Body, Query, Response
from pydantic import Discriminator, Tag

from provisioning.api.addresses import After, Limit, Subdomain
from provisioning.api.answers import (
    ApprovalAnswer,
    Page,
    RegisteredAnswer,
    RunAnswer,
    TenantAnswer,
    TenantStatusAnswer,
)
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.render import (
    ORIGIN,
    asked_answer,
    next_cursor,
    registered_answer,
    started_answer,
    status_answer,
    tenant_answer,
)
from provisioning.api.responses import located
from provisioning.api.tenant_bodies import Provision, Register, fields_named_as_sent
from provisioning.api.verb_bodies import Ending, Reasoned, Recipient
from provisioning.api.words import ONE_LINE
from provisioning.control_plane.requests import Started
from provisioning.control_plane.views import PAGE
from provisioning.documents import Document
from provisioning.domain.tenant import TenantState

router: Final = APIRouter(prefix="/admin/tenants", tags=["tenants"], route_class=Knock)

_BEGUN: Final[dict[int | str, dict[str, Any]]] = {202: located("It has begun; Location is its run.")}


def _kind(body: Any) -> str:
    """A body with any field about a database registers what is there already."""
    names = body if isinstance(body, dict) else {}
    return "register" if any(name.startswith("database_") for name in names) else "provision"


NewTenant = Annotated[
    Annotated[Provision, Tag("provision")] | Annotated[Register, Tag("register")], Discriminator(_kind)
]


@router.post(
    "",
    status_code=202,
    response_model=RunAnswer | RegisteredAnswer,
    responses={
        201: located("Registered, unverified; Location is the run that looks at it.")
        | {"model": RegisteredAnswer},
        202: located("It is being provisioned; Location is its run.") | {"model": RunAnswer},
    },
)
async def create_tenant(
    body: Annotated[NewTenant, Body(openapi_examples=Provision.examples() | Register.examples())],
    actor: Caller,
    control: Door,
    response: Response,
) -> Document:
    """Provision a tenant; or register one that was made by hand, with its database (guide 14.7; 14.3 step 4)."""
    if isinstance(body, Provision):
        with fields_named_as_sent():
            started = await control.requests.provision(actor, body.raw(), origin=ORIGIN)
        return await started_answer(control, actor, started, response)
    with fields_named_as_sent():
        started = await control.imports.start(actor, body.raw(), origin=ORIGIN)
    view = await control.views.status(actor, started.run.subdomain)
    await started_answer(control, actor, started, response)
    response.status_code = 201
    assert view.tenant is not None
    return registered_answer(control, view.tenant)


@router.get("", response_model=Page[TenantAnswer])
async def list_tenants(
    actor: Caller,
    control: Door,
    after: After,
    text: Annotated[
        str, Query(pattern=ONE_LINE, max_length=100, description="Part of a name, a subdomain or an address.")
    ] = "",
    state: Annotated[
        list[TenantState] | None, Query(description="One or more; else all but the deleted ones.")
    ] = None,
    limit: Limit = PAGE,
) -> Document:
    """List tenants, newest first."""
    found, total = await control.views.list(actor, text=text, size=limit, states=state or (), after=after)
    cursor = next_cursor([(one.created_at, str(one.tenant_id)) for one in found], limit)
    return {"items": [tenant_answer(control, one) for one in found], "total": total, "next": cursor}


@router.get("/{tenant}", response_model=TenantStatusAnswer)
async def get_tenant(tenant: Subdomain, actor: Caller, control: Door) -> Document:
    """Show one tenant, with its open or latest run and its last verification."""
    return status_answer(control, await control.views.status(actor, tenant), tenant)


@router.patch("/{tenant}/suspend", status_code=202, response_model=TenantStatusAnswer, responses=_BEGUN)
async def suspend_tenant(
    tenant: Subdomain, actor: Caller, control: Door, response: Response, body: Reasoned | None = None
) -> Document:
    """Switch a tenant off, with the proof that it is. Twice is harmless."""
    said = body or Reasoned()
    asked = control.requests.suspend(actor, tenant, reason=said.reason, origin=ORIGIN)
    return await _switched(control, actor, asked, response)


@router.patch("/{tenant}/activate", status_code=202, response_model=TenantStatusAnswer, responses=_BEGUN)
async def activate_tenant(
    tenant: Subdomain, actor: Caller, control: Door, response: Response, body: Reasoned | None = None
) -> Document:
    """Switch a suspended tenant on again, with its access checked."""
    said = body or Reasoned()
    asked = control.requests.activate(actor, tenant, reason=said.reason, origin=ORIGIN)
    return await _switched(control, actor, asked, response)


@router.delete(
    "/{tenant}",
    status_code=202,
    response_model=ApprovalAnswer,
    responses={202: located("A second person is asked; Location is the question.")},
)
async def delete_tenant(
    tenant: Subdomain, actor: Caller, control: Door, response: Response, body: Ending | None = None
) -> Document:
    """Ask for a tenant's end. Nothing happens before somebody else approves."""
    said = body or Ending()
    asked = await control.approvals.request_deprovision(
        actor,
        tenant,
        confirm=tenant if said.confirm is None else said.confirm,
        reason=said.reason,
        grace=said.grace or "",
        confirm_project=said.confirm_project or "",
        origin=ORIGIN,
    )
    return asked_answer(asked, response)


@router.post("/{tenant}/verify", status_code=202, response_model=RunAnswer, responses=_BEGUN)
async def verify_tenant(tenant: Subdomain, actor: Caller, control: Door, response: Response) -> Document:
    """Check a tenant again: the whole checklist, leaving no trace in it."""
    started = await control.requests.verify(actor, tenant, origin=ORIGIN)
    return await started_answer(control, actor, started, response)


@router.post("/{tenant}/resend", status_code=202, response_model=RunAnswer, responses=_BEGUN)
async def resend_welcome_email(
    tenant: Subdomain, actor: Caller, control: Door, response: Response, body: Recipient | None = None
) -> Document:
    """Send the welcome e-mail once more, with a new temporary password."""
    email = body.email if body else None
    started = await control.requests.resend(actor, tenant, email=email, origin=ORIGIN)
    return await started_answer(control, actor, started, response)


@router.post("/{tenant}/rotate", status_code=202, response_model=RunAnswer, responses=_BEGUN)
async def rotate_credentials(tenant: Subdomain, actor: Caller, control: Door, response: Response) -> Document:
    """Give a tenant a new database password and a new secret key; the old ones work until those are proved."""
    started = await control.requests.rotate(actor, tenant, origin=ORIGIN)
    return await started_answer(control, actor, started, response)


async def _switched(control: Door, actor: Caller, asked: Awaitable[Started], response: Response) -> Document:
    """The switch is a run, so this tells of the tenant as it still is, with that run in it."""
    started = await asked
    await started_answer(control, actor, started, response)
    view = await control.views.status(actor, started.run.subdomain)
    return status_answer(control, view, started.run.subdomain)
