"""From what the door answers to the documents of the API."""

from typing import Any

from provisioning.control_plane import ControlPlane
from provisioning.control_plane.requests import Started
from provisioning.control_plane.views import TenantView
from provisioning.documents import Document, run_document, tenant_document, tenant_row
from provisioning.domain.actor import Actor
from provisioning.domain.run import Run
from provisioning.domain.tenant import Tenant
from provisioning.errors import Refused


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


def run_location(started: Started | Run) -> dict[str, str]:
    run = started.run if isinstance(started, Started) else started
    return {"location": f"/admin/runs/{run.run_id}"}


def origin(key: str | None = None) -> dict[str, Any]:
    return {"surface": "api"} | ({"key": key} if key else {})
