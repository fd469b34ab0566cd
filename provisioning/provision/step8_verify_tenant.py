"""Step 8: Verify & test (guide 14.3).

The five checks and the counts. A check that fails stops the run for a person, an advisory one does not; the
tenant reads "verified" only when nothing but advisory checks failed. Leaves no trace in the tenant.
"""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta

from provisioning.domain.checklist import Checklist
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.secret import new_password
from provisioning.domain.tenant import AdminUser, TenantRecord, TenantState
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.provision import app_checks, database_checks
from provisioning.provision.ports import At
from provisioning.provision.tenant_session import open_recorded_database
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

_PROBE_BCRYPT_COST = 4
_PROBE_DOMAIN = "example.com"  # reserved: nothing sent there arrives anywhere


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
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(at.subdomain)
    if tenant is None:
        raise Permanent(f"There is no tenant {at.subdomain}.")
    async with _probe_user(at, str(tenant.tenant_id)) as subject:
        return await _verify(at, subject)


async def _verify(at: At, subject: Subject) -> str:
    checklist = await run_checks(at, subject, ROUNDS, order=CHECKS)
    await record_verdict(at, checklist)
    if checklist.failures:
        reasons = "; ".join(
            f"{check.name}: expected {check.expected}, found {check.found}" for check in checklist.failures
        )
        raise Permanent(f"{checklist.verdict}. {reasons}", code="check_failed")
    return checklist.verdict


@asynccontextmanager
async def _probe_user(at: At, tenant_id: str) -> AsyncIterator[Subject]:
    email = f"tenantbot-probe-{secrets.token_hex(6)}@{_PROBE_DOMAIN}"
    password = new_password(24)
    hashed = await at.ports.hasher.hash(password, cost=_PROBE_BCRYPT_COST)
    async with await open_recorded_database(at) as database:
        vendors = await database.default_vendors()
        await database.remove_probe_users(domain=_PROBE_DOMAIN)  # of a verification that was killed
        await database.ensure_user(
            email=email, password_hash=hashed, full_name="Verification probe", role="analyst"
        )
    try:
        yield Subject(tenant_id, email, password, tuple(sorted(vendors)), is_new=False)
    finally:
        async with await open_recorded_database(at) as database:
            await database.remove_user(email)
