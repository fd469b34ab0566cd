"""One tenant in an upgrade: backed up if anything may be lost, changed in one transaction, and its version noted."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from provisioning.domain.actor import ENGINE
from provisioning.domain.fleet import Member, MemberState, UpgradeRequest
from provisioning.domain.run import RunKind
from provisioning.domain.schema_files import SchemaFile
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.engine.step import Retry
from provisioning.errors import TenantbotError, Transient
from provisioning.lifecycle.backups import make_backup, prove
from provisioning.provision.ports import At
from provisioning.provision.tenant_session import open_recorded_database
from provisioning.registry import AuditEntry

COMING_OR_GOING: Final = (RunKind.PROVISION, RunKind.RESTORE, RunKind.IMPORT, RunKind.DEPROVISION)
"""Runs that make a tenant, or end it: no upgrade gets in their way."""

_LOCK_SECONDS: Final = 5.0
_TRIES: Final = 3
_RETRY: Final = Retry(first=1.0, factor=3.0, most=10.0)


async def upgrade_tenant(
    at: At, member: Member, request: UpgradeRequest, files: Sequence[SchemaFile]
) -> TenantbotError | None:
    """Bring it to the version that was asked for, and mark it so. Returns what went wrong, which is noted too."""
    here = replace(at, subdomain=member.subdomain)
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(member.subdomain)
        run = await tx.runs.find_open(member.subdomain)
    is_busy = run is not None and run.kind in COMING_OR_GOING
    if (reason := _why_not(tenant, is_busy=is_busy)) is not None or tenant is None:
        await _mark(at, member, MemberState.LEFT_OUT, detail=reason)
        return None
    try:
        await _patiently(here, tenant, request, files)
    except TenantbotError as fault:
        await _mark(at, member, MemberState.FAILED, detail=fault.message)
        return fault
    return None


def _why_not(tenant: Tenant | None, *, is_busy: bool) -> str | None:
    if tenant is None or tenant.state in {TenantState.DELETED, TenantState.PROVISIONING}:
        return "it is no tenant any more"
    if tenant.pinned_reason is not None:
        return f"pinned by {tenant.pinned_by}: {tenant.pinned_reason}"
    return "it comes or goes by a run of its own" if is_busy else None


async def _patiently(here: At, tenant: Tenant, request: UpgradeRequest, files: Sequence[SchemaFile]) -> None:
    """A lock that is not to be had, or a pooler that is away, is asked again a few times."""
    attempt = 1
    while True:
        try:
            return await _change(here, tenant, request, files)
        except Transient as fault:
            if attempt == _TRIES:
                raise
            await here.clock.sleep(_RETRY.pause(attempt, fault.retry_after))
            attempt += 1


async def _change(here: At, tenant: Tenant, request: UpgradeRequest, files: Sequence[SchemaFile]) -> None:
    folder = await _back_up(here, tenant, request)
    async with await open_recorded_database(here) as database:
        applied = await database.apply_schema(files, lock_seconds=_LOCK_SECONDS)
        version, size = await database.schema_version(), await database.size_bytes()
    async with here.ports.registry.transaction() as tx:
        await here.hold(tx)
        await tx.tenants.store_schema_version(here.subdomain, version or request.to, size_bytes=size)
        await tx.fleet.mark(here.run_id, here.subdomain, MemberState.DONE, backup=folder)
        await tx.audit.append(ENGINE, _entry(here, applied, request, folder))


def _entry(here: At, applied: Sequence[str], request: UpgradeRequest, backup: str | None) -> AuditEntry:
    """What was done to this tenant. Nothing applied: a process that was killed had done it, or somebody by hand."""
    return AuditEntry(
        action="fleet.upgraded",
        result="accepted",
        subdomain=here.subdomain,
        run_id=here.run_id,
        reason=request.reason,
        details={"applied": list(applied), "to": request.to, "backup": backup},
    )


async def _back_up(here: At, tenant: Tenant, request: UpgradeRequest) -> str | None:
    """Always a new one: an older one lacks what was written since."""
    if not request.destructive:
        return None
    async with await open_recorded_database(here) as database:
        known = set(await database.schema_versions())
    if set(request.destructive) <= known:
        return None
    backup = await make_backup(here, tenant, since=here.clock.now() + timedelta(seconds=1))
    await prove(here, backup, spared=f"{here.subdomain} was not changed")
    return backup.folder


async def _mark(at: At, member: Member, state: MemberState, *, detail: str | None) -> None:
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.fleet.mark(at.run_id, member.subdomain, state, detail=detail)
