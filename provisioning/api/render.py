"""From what the door answers to the documents of the API."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from starlette.responses import Response

from provisioning.control_plane import ControlPlane
from provisioning.control_plane.requests import Started
from provisioning.control_plane.views import TenantView
from provisioning.documents import Document, approval_document, run_document, tenant_document, tenant_row
from provisioning.domain.actor import Actor
from provisioning.domain.approval import Approval
from provisioning.domain.page import Cursor
from provisioning.domain.run import Run
from provisioning.domain.tenant import Tenant
from provisioning.errors import Refused

ORIGIN: Final[dict[str, Any]] = {"surface": "api"}


def tenant_answer(control: ControlPlane, tenant: Tenant) -> Document:
    row = tenant_row(tenant, control.views.access_url(tenant.subdomain))
    return row | {"database_url": control.views.database_url(tenant)}


def registered_answer(control: ControlPlane, tenant: Tenant) -> Document:
    """The answer of the guide, and no field more (14.3, step 4)."""
    answer = tenant_answer(control, tenant)
    names = ("tenant_id", "subdomain", "database_url", "is_active", "created_at", "access_url")
    return {name: answer[name] for name in names}


def status_answer(control: ControlPlane, view: TenantView, reference: str) -> Document:
    """Raises Refused where there is no tenant any more, though a run remembers it."""
    if view.tenant is None:
        raise Refused(f"There is no tenant {reference}; `tenantbot list` shows all.", code="unknown_tenant")
    said = tenant_document(view)
    return tenant_answer(control, view.tenant) | {
        "run": said["run"],
        "last_verification": said["last_verification"],
        "approval": said.get("approval"),
    }


async def run_answer(control: ControlPlane, actor: Actor, run: Run) -> Document:
    now, tenant = await control.views.run(actor, run.run_id)
    return run_document(now, tenant, control.views.access_url(run.subdomain))


async def started_answer(
    control: ControlPlane, actor: Actor, started: Started | Run, response: Response
) -> Document:
    """The run, and in Location where to follow it."""
    run = started.run if isinstance(started, Started) else started
    response.headers["location"] = f"/admin/runs/{run.run_id}"
    return await run_answer(control, actor, run)


def asked_answer(asked: Approval, response: Response) -> Document:
    """The question, and in Location where its answer will be."""
    response.headers["location"] = f"/admin/approvals/{asked.approval_id}"
    return approval_document(asked)


def next_cursor(places: Sequence[tuple[datetime, str]], limit: int) -> str | None:
    """Where the page after this one begins; None when this one is not full."""
    return str(Cursor(*places[-1])) if len(places) == limit else None
