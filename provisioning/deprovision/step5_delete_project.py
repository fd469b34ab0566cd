"""Step 5: delete the project (guide 14.5, 2). It takes a proof to get here, and everything is asked once more."""

from datetime import timedelta

from provisioning.deprovision.clearance import require_clearance
from provisioning.deprovision.step1_suspend_tenant import Suspended
from provisioning.deprovision.step4_prove_backup import prove_backup
from provisioning.domain.backup import BackupRef, Proof
from provisioning.domain.project import ProjectRef
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.provision.ports import At


@step(
    5,
    "Delete project",
    typical=timedelta(seconds=30),
    deadline=timedelta(minutes=30),
    no_undo="a deleted project can't be brought back; its proved backup can be restored",
    detail=lambda said: said,
)
async def delete_project(at: At, suspended: Suspended, backup: BackupRef, proof: Proof) -> str:
    if proof.manifest_sha256 != backup.manifest_sha256:
        raise Permanent(
            f"The proof is not of {backup.folder}, so nothing was deleted; a retry proves this one.",
            code="not_proved",
            again_from=prove_backup.number,
        )
    if not proof.ok or proof.rows != backup.rows or at.clock.now() < suspended.until:
        raise Permanent(
            "The backup is not proved, or the grace is not over; nothing was deleted.", code="not_proved"
        )
    async with at.ports.registry.transaction() as tx:
        tenant, approval = await require_clearance(at, tx)
    if tenant.project_ref is None:
        return "there was no project any more"
    if tenant.imported and approval.request.get("confirm_project") != tenant.project_ref:
        raise Permanent(
            f"{tenant.project_ref} was made by hand, and nobody has confirmed its deletion by typing its ref; "
            "nothing was deleted.",
            code="not_confirmed",
        )
    ref = ProjectRef(tenant.project_ref)
    found = await at.ports.projects.status(ref)
    if found is None:
        return f"{ref} was deleted already"
    if found.name != tenant.project_name:
        raise Permanent(
            f"{ref} is called {found.name} at Supabase and {tenant.project_name} in the registry; "
            "it was not made by us, or renamed since. Nothing was deleted.",
            code="not_ours",
        )
    await at.ports.projects.delete(ref)
    return f"deleted {ref}"
