"""What must hold at the moment something is destroyed, asked anew each time, whatever happened before."""

from provisioning.domain.approval import Approval, ApprovalState
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import Permanent
from provisioning.provision.ports import At
from provisioning.registry import Transaction


async def require_clearance(at: At, tx: Transaction) -> tuple[Tenant, Approval]:
    """Raise Permanent unless this run is approved by a second person, its grace is over, and the tenant is off."""
    await at.hold(tx)
    approval = await tx.approvals.find_of_run(at.run_id)
    if approval is None or approval.state is not ApprovalState.APPROVED:
        raise Permanent("Nobody has approved this run; nothing was destroyed.", code="not_approved")
    tenant = await tx.tenants.find(at.subdomain)
    if tenant is None or str(tenant.tenant_id) != approval.tenant_id:
        raise Permanent(
            f"{at.subdomain} is another tenant than the one that was approved; nothing was destroyed.",
            code="changed",
        )
    if tenant.state not in {TenantState.SUSPENDED, TenantState.DELETED}:
        raise Permanent(
            f"{at.subdomain} is {tenant.state}, not suspended; nothing was destroyed.", code="not_suspended"
        )
    return tenant, approval
