"""Step 7: what was deleted, when, by whom, and how that was proved; then all of it moves to cold storage (guide 14.5, 4)."""

from dataclasses import asdict
from datetime import timedelta
from typing import Any

from provisioning.deprovision.clearance import require_clearance
from provisioning.deprovision.request import DeprovisionRequest
from provisioning.domain.approval import Approval
from provisioning.domain.backup import ARCHIVES, BACKUPS, BackupRef, Proof
from provisioning.domain.tenant import Tenant
from provisioning.engine.step import step
from provisioning.lifecycle.backups import backups_of
from provisioning.provision.ports import At

RECORD = "deletion-record.json"


@step(
    7,
    "Write deletion record",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=30),
    no_undo="a record stays",
    detail=lambda folder: folder,
)
async def write_deletion_record(
    at: At, request: DeprovisionRequest, backup: BackupRef, proof: Proof, buried: str
) -> str:
    """Return the folder where backup and record rest."""
    async with at.ports.registry.transaction() as tx:
        tenant, approval = await require_clearance(at, tx)
    resting = backup.folder.replace(f"{BACKUPS}/", f"{ARCHIVES}/", 1)
    backups = backups_of(at)
    await backups.move(backup.folder, resting)
    await backups.write(
        f"{resting}/{RECORD}", _record(at, tenant, approval, request, backup, proof, resting, buried)
    )
    return resting


def _record(
    at: At,
    tenant: Tenant,
    approval: Approval,
    request: DeprovisionRequest,
    backup: BackupRef,
    proof: Proof,
    folder: str,
    buried: str,
) -> dict[str, Any]:
    return {
        "format": 1,
        "tenant_id": str(tenant.tenant_id),
        "company_name": tenant.company_name,
        "subdomain": tenant.subdomain,
        "admin_email": tenant.admin_email,
        "admin_name": tenant.admin_name,
        "region": tenant.region,
        "schema_version": tenant.schema_version,
        "platform_tenant_id": tenant.platform_tenant_id,
        "project_ref": tenant.project_ref,
        "project_name": tenant.project_name,
        "reason": request.reason,
        "requested_by": approval.requested_by,
        "requested_at": approval.created_at.isoformat(),
        "approved_by": approval.decided_by,
        "approved_at": approval.decided_at and approval.decided_at.isoformat(),
        "approval_id": approval.approval_id,
        "run_id": at.run_id,
        "created_at": tenant.created_at.isoformat(),
        "deleted_at": (tenant.deleted_at or at.clock.now()).isoformat(),
        "backup": asdict(backup) | {"folder": folder},
        "proof": asdict(proof),
        "registry_and_platform": buried,
    }
