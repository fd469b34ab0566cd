"""The guide's database verification: exactly one admin, the default vendors, the registry row."""

from provisioning.provision.tenant_session import open_recorded_database
from provisioning.provision.verification import Checks, Finding


async def admin_users(checks: Checks) -> Finding:
    async with await open_recorded_database(checks.at) as database:
        admins = await database.admins()
    count = len(admins)
    if checks.subject.is_new:
        return Finding(
            "exactly 1 admin", f"{count}", ok=count == 1, evidence=", ".join(admin.email for admin in admins)
        )
    return Finding(
        "at least 1 admin", f"{count}", ok=count >= 1, evidence=", ".join(admin.email for admin in admins)
    )


async def vendor_configs(checks: Checks) -> Finding:
    async with await open_recorded_database(checks.at) as database:
        present = await database.default_vendors()
    wanted = set(checks.subject.vendors)
    missing = wanted - present
    return Finding(
        expected=f"{len(wanted)} default vendors",
        found=f"{len(wanted - missing)}" + (f", missing {', '.join(sorted(missing))}" if missing else ""),
        ok=not missing,
        evidence=", ".join(sorted(present)),
    )


async def registry_record(checks: Checks) -> Finding:
    """Our row, and where we publish, the platform's copy of it: active, with the same database."""
    ports, subdomain = checks.at.ports, checks.at.subdomain
    async with ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(subdomain)
    if tenant is None or not tenant.is_active:
        return Finding("an active row", "none" if tenant is None else "an inactive row", ok=False)
    if not ports.platform.publishes:
        return Finding("an active row", "active; not published (PLATFORM_REGISTRY=none)", ok=True)
    published = await ports.platform.find(subdomain)
    return Finding(
        expected="an active row, published",
        found="active, "
        + (
            "not at the platform"
            if published is None
            else "published"
            if published.is_active
            else "inactive at the platform"
        ),
        ok=published is not None and published.is_active,
        evidence=f"tenant_id {tenant.tenant_id}, project {tenant.project_ref}",
    )
