"""Tenants: made, registered, listed, looked at, switched off and on, and their end asked for."""

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Query, Response
from fastapi import Body as Sent
from pydantic import Discriminator, Tag

from provisioning.api.answers import Page, RegisteredAnswer, RunAnswer, TenantAnswer, TenantStatusAnswer
from provisioning.api.knock import Caller, Door, Knock
from provisioning.api.render import (
    origin,
    registered_answer,
    run_answer,
    run_location,
    status_answer,
    tenant_answer,
)
from provisioning.api.responses import located
from provisioning.api.tenant_bodies import Provision, Register
from provisioning.api.words import ONE_LINE, TENANT_ID
from provisioning.documents import Document

router: Final = APIRouter(prefix="/admin/tenants", tags=["tenants"], route_class=Knock)

TenantId = Annotated[
    str, Path(pattern=TENANT_ID, description="A tenant's id, or its subdomain.", examples=["customerinc"])
]


def _kind(body: Any) -> str:
    """A body with any field about a database registers what is there already."""
    names = body if isinstance(body, dict) else {}
    return "register" if any(name.startswith("database_") for name in names) else "provision"


NewTenant = Annotated[
    Annotated[Provision, Tag("provision")] | Annotated[Register, Tag("register")],
    Discriminator(_kind),
]


@router.post(
    "",
    status_code=202,
    response_model=RunAnswer | RegisteredAnswer,
    responses={
        201: located("The tenant is registered, unverified; the run that looks at it has begun.")
        | {"model": RegisteredAnswer},
        202: located("The tenant is being provisioned.") | {"model": RunAnswer},
    },
)
async def create_tenant(
    body: Annotated[NewTenant, Sent(openapi_examples=Provision.examples() | Register.examples())],
    actor: Caller,
    control: Door,
    response: Response,
) -> Document:
    """Provision a tenant; or register one that was made by hand, by its database (guide 14.3 step 4, 14.7)."""
    if isinstance(body, Register):
        started = await control.imports.start(actor, body.raw(), origin=origin())
        view = await control.views.status(actor, started.run.subdomain)
        assert view.tenant is not None
        response.status_code = 201
        response.headers.update(run_location(started))
        return registered_answer(control, view.tenant)
    started = await control.requests.provision(actor, body.raw(), origin=origin())
    response.headers.update(run_location(started))
    return await run_answer(control, actor, started.run)


@router.get("", response_model=Page[TenantAnswer])
async def list_tenants(
    actor: Caller,
    control: Door,
    text: Annotated[
        str,
        Query(
            pattern=ONE_LINE, max_length=100, description="Part of a name, a subdomain or an admin's address."
        ),
    ] = "",
    limit: Annotated[int, Query(ge=1, le=100)] = 50,
) -> Document:
    """List tenants, newest first."""
    tenants, total = await control.views.list(actor, text=text, size=limit)
    return {"items": [tenant_answer(control, one) for one in tenants], "total": total, "next": None}


@router.get("/{tenant}", response_model=TenantStatusAnswer)
async def get_tenant(tenant: TenantId, actor: Caller, control: Door) -> Document:
    """Show one tenant, with its open or latest run and its last verification."""
    view = await control.views.status(actor, tenant)
    return status_answer(control, view, tenant)
