"""Step 8: Verify & test (guide 14.3).

The five checks and the counts. A check that fails stops the run for a person, an advisory one does not; the
tenant reads "verified" only when nothing but advisory checks failed. Leaves no trace in the tenant.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from provisioning.domain.checklist import Checklist
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.tenant import AdminUser, TenantRecord, TenantState
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.provision import app_checks, database_checks
from provisioning.provision.ports import At
from provisioning.provision.probe_user import probe_user
from provisioning.provision.verification import Checker, Subject, record_verdict, run_checks

ROUNDS: tuple[dict[str, Checker], ...] = (
    {
        "frontend": app_checks.frontend,
        "tenant_context": app_checks.tenant_context,
        "login": app_checks.login,
        "admin_users": database_checks.admin_users,
        "vendor_configs": database_checks.vendor_configs,
        "registry_record": database_checks.registry_record,
    },
    {"isolation": app_checks.isolation, "foreign_token": app_checks.foreign_token},  # with the login's token
    {"file_upload": app_checks.file_upload},  # after the list of uploads was found empty
)
ACCESS_ROUNDS = (
    {name: ROUNDS[0][name] for name in ("frontend", "tenant_context", "login")},
    ROUNDS[1],
)
"""The guide's checks 1 to 4: whether people get in, and only where they belong."""

CHECKS = (
    "frontend",
    "tenant_context",
    "login",
    "isolation",
    "foreign_token",
    "file_upload",
    "admin_users",
    "vendor_configs",
    "registry_record",
)
"""In the guide's order. The names are what VERIFY_ADVISORY lists."""


@step(
    8,
    "Verify & test",
    typical=timedelta(seconds=30),
    deadline=timedelta(minutes=10),
    no_undo="a verification leaves nothing behind",
    detail=lambda verdict: verdict,
)
async def verify_new_tenant(at: At, request: ProvisionRequest, record: TenantRecord, admin: AdminUser) -> str:
    """Check the tenant as its first admin, with the password that was e-mailed; erase that password when it has worked."""
    async with at.ports.registry.transaction() as tx:
        sealed = await tx.tenants.temporary_password(at.subdomain)
        tenant, run = await tx.tenants.find(at.subdomain), await tx.runs.find(at.run_id)
    if sealed is None and tenant and tenant.state is TenantState.VERIFIED and run and run.checklist:
        return Checklist(run.checklist).verdict  # of an earlier try, whose end was not recorded any more
    if sealed is None:
        raise Permanent(f"The temporary password is gone; `tenantbot resend {at.subdomain}` makes a new one.")
    await app_checks.remove_verification_uploads(at)  # of a verification that was killed
    password = at.ports.vault.open(sealed, subdomain=at.subdomain, field="temporary_password")
    verdict = await _verify(
        at, Subject(str(record.tenant_id), admin.email, password, request.vendors, is_new=True)
    )
    async with at.ports.registry.transaction() as tx:
        await tx.tenants.store_temporary_password(at.subdomain, None)
    return verdict


@step(
    1,
    "Verify & test",
    typical=timedelta(seconds=30),
    deadline=timedelta(minutes=10),
    no_undo="a verification leaves nothing behind",
    detail=lambda verdict: verdict,
)
async def verify_again(at: At) -> str:
    """Check a tenant at any time, as a probe user that exists only while the checks run."""
    return await verify_as_probe_user(at, ROUNDS)


async def verify_as_probe_user(at: At, rounds: Sequence[Mapping[str, Checker]]) -> str:
    """Make these checks as a probe user, and record what they found."""
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(at.subdomain)
    if tenant is None:
        raise Permanent(f"There is no tenant {at.subdomain}.")
    async with probe_user(at) as user:
        return await _verify(
            at, Subject(str(tenant.tenant_id), user.email, user.password, user.vendors, is_new=False), rounds
        )


async def _verify(at: At, subject: Subject, rounds: Sequence[Mapping[str, Checker]] = ROUNDS) -> str:
    checklist = await run_checks(at, subject, rounds, order=CHECKS)
    await record_verdict(at, checklist)
    if checklist.failures:
        reasons = "; ".join(
            f"{check.name}: expected {check.expected}, found {check.found}" for check in checklist.failures
        )
        raise Permanent(f"{checklist.verdict}. {reasons}", code="check_failed")
    return checklist.verdict
