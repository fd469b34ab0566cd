"""Whose backup a folder of the archive holds: from its manifest, its deletion record, and what the registry still has."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from provisioning.deprovision.step7_write_deletion_record import RECORD
from provisioning.domain.backup import MANIFEST, Manifest
from provisioning.domain.request import DEFAULT_ADMIN_NAME, ProvisionRequest
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import Refused
from provisioning.ports import Backups
from provisioning.registry import Registry

_USERS: Final = "public.users"


@dataclass(frozen=True)
class ArchivedTenant:
    manifest: Manifest
    tenant_id: str | None
    company: str
    admin_email: str
    admin_name: str
    region: str | None
    manifest_sha256: str | None

    @property
    def subdomain(self) -> str:
        return self.manifest.subdomain

    @property
    def users(self) -> int:
        """How many people can log in once it is restored."""
        return sum(table.rows for table in self.manifest.contents.tables if table.label == _USERS)

    def is_of(self, tenant: Tenant) -> bool:
        """Tell whether this row is the tombstone of the archive's tenant."""
        same = str(tenant.tenant_id) == self.tenant_id or tenant.project_ref == self.manifest.project_ref
        return same and tenant.state is TenantState.DELETED

    def request(self, subdomain: str, *, default_region: str) -> ProvisionRequest:
        return ProvisionRequest(
            company=self.company,
            subdomain=subdomain,
            admin_email=self.admin_email,
            admin_name=self.admin_name,
            region=self.region or default_region,
            vendors=(),
        )


async def read_archived_tenant(backups: Backups, registry: Registry, folder: str) -> ArchivedTenant:
    """Raises Refused when its manifest can't be read, or when neither the archive nor the registry says whose it is."""
    manifest = await _manifest(backups, folder)
    record: dict[str, Any] = {}
    if f"{folder}/{RECORD}" in await backups.list(folder):
        record = await backups.read(f"{folder}/{RECORD}")
    async with registry.transaction() as tx:
        row = await tx.tenants.find(manifest.subdomain)
    if row is not None and row.project_ref == manifest.project_ref:
        record = _known(row) | record
    if not record.get("company_name") or not record.get("admin_email"):
        raise Refused(
            f"Neither {folder} nor the registry says whose backup this is; restore it with --to into a database.",
            code="unknown_tenant",
            field="archive",
        )
    return ArchivedTenant(
        manifest=manifest,
        tenant_id=record.get("tenant_id"),
        company=str(record["company_name"]),
        admin_email=str(record["admin_email"]),
        admin_name=str(record.get("admin_name") or DEFAULT_ADMIN_NAME),
        region=record.get("region"),
        manifest_sha256=_fingerprint(record),
    )


async def _manifest(backups: Backups, folder: str) -> Manifest:
    path = f"{folder}/{MANIFEST}"
    if path not in await backups.list(folder):
        raise Refused(
            f"{folder} has no {MANIFEST}, so it is no complete backup.", code="incomplete", field="archive"
        )
    try:
        return Manifest.from_json(await backups.read(path))
    except ValueError as fault:
        raise Refused(f"{path} can't be read: {fault}.", code="damaged", field="archive") from fault


def _known(row: Tenant) -> dict[str, Any]:
    return {
        "tenant_id": str(row.tenant_id),
        "company_name": row.company_name,
        "admin_email": row.admin_email,
        "admin_name": row.admin_name,
        "region": row.region,
    }


def _fingerprint(record: Mapping[str, Any]) -> str | None:
    backup = record.get("backup")
    return backup.get("manifest_sha256") if isinstance(backup, dict) else None
