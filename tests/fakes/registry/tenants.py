"""Tenant rows."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, fields
from datetime import datetime
from typing import Any
from uuid import UUID, uuid4

from provisioning.domain.page import Cursor
from provisioning.domain.project import DatabaseAddress, Project, ProjectRef
from provisioning.domain.request import ProvisionRequest
from provisioning.domain.secret import Sealed
from provisioning.domain.tenant import BEING_MADE, Tenant, TenantState
from provisioning.errors import Refused
from provisioning.ports import Clock
from provisioning.registry import ProjectIntent, TenantSecrets
from tests.fakes.registry.tables import Row, Tables

_SHOWN = tuple(field.name for field in fields(Tenant))
_NOTHING_YET = dict.fromkeys(
    [
        *("project_ref", "project_name", "project_password", "project_requested_at", "platform_tenant_id"),
        *("database_url", "anon_key", "service_key", "address", "temporary_password", "database_bytes"),
        "next_password",
        *("suspended_at", "suspended_by", "suspended_reason", "deleted_at", "schema_version", "verdict"),
        *("lockdown_id", "unwell_since"),
        *("pinned_reason", "pinned_by"),
    ]
)


class FakeTenants:
    def __init__(self, tables: Tables, clock: Clock) -> None:
        self._tables = tables
        self._clock = clock

    async def reserve(self, request: ProvisionRequest) -> Tenant:
        if (there := await self.find(request.subdomain)) is not None:
            raise Refused(_why_taken(there), code="taken", field="subdomain")
        row: Row = {
            **_NOTHING_YET,
            "tenant_id": uuid4(),
            "company_name": request.company,
            "subdomain": request.subdomain,
            "admin_email": request.admin_email,
            "admin_name": request.admin_name,
            "region": request.region,
            "state": TenantState.PROVISIONING,
            "is_active": False,
            "dns_record_made": False,
            "imported": False,
            "created_at": self._clock.now(),
        }
        self._tables.tenants[row["tenant_id"]] = row
        return read_tenant(row)

    async def find(self, subdomain: str) -> Tenant | None:
        row = self._find(subdomain)
        return read_tenant(row) if row else None

    async def find_by_id(self, tenant_id: UUID) -> Tenant | None:
        row = self._tables.tenants.get(tenant_id) or next(
            (one for one in self._tables.tenants.values() if one.get("registered_as") == tenant_id), None
        )
        return read_tenant(row) if row else None

    async def find_by_project(self, ref: str) -> Tenant | None:
        found = [row for row in self._tables.tenants.values() if row["project_ref"] == ref]
        return read_tenant(found[0]) if found else None

    async def list(
        self,
        *,
        text: str,
        limit: int,
        offset: int = 0,
        states: Sequence[TenantState] = (),
        after: Cursor | None = None,
    ) -> tuple[Sequence[Tenant], int]:
        rows = self._tables.tenants.values()
        found = [row for row in rows if _matches(row, text) and _is_wanted(row, states)]
        newest_first = sorted(found, key=_place, reverse=True)
        rest = [row for row in newest_first if after is None or _place(row) < (after.at, after.id)]
        return [read_tenant(row) for row in rest[offset : offset + limit]], len(found)

    async def portion(self, *, after: Tenant | None, limit: int) -> Sequence[Tenant]:
        newest_first = sorted(self._tables.tenants.values(), key=_place, reverse=True)
        following = [row for row in newest_first if after is None or _place(row) < _place(asdict(after))]
        return [read_tenant(row) for row in following[:limit]]

    async def counts(self) -> Mapping[TenantState, int]:
        return Counter(
            row["state"] for row in self._tables.tenants.values() if row["state"] is not TenantState.DELETED
        )

    async def being_made(self) -> int:
        open_runs = {row["subdomain"] for row in self._tables.runs.values() if row["state"].is_open}
        waiting = [row for row in self._tables.tenants.values() if row["subdomain"] in open_runs]
        return sum((row["state"], row["verdict"]) == (TenantState.UNVERIFIED, BEING_MADE) for row in waiting)

    async def verifiable(self) -> Sequence[Tenant]:
        busy = {row["subdomain"] for row in self._tables.runs.values() if row["state"].is_open}
        served = {TenantState.VERIFIED, TenantState.UNVERIFIED}
        found = [
            read_tenant(row)
            for row in self._tables.tenants.values()
            if row["is_active"] and row["state"] in served and row["subdomain"] not in busy
        ]
        return sorted(found, key=lambda tenant: tenant.subdomain)

    async def other_active(self, subdomain: str) -> str | None:
        found = [
            row
            for row in self._tables.tenants.values()
            if row["is_active"] and row["state"] is TenantState.VERIFIED and row["subdomain"] != subdomain
        ]
        return min(found, key=lambda row: row["created_at"])["subdomain"] if found else None

    async def secrets(self, subdomain: str) -> TenantSecrets:
        row = self._get(subdomain)
        return TenantSecrets(
            database_url=row["database_url"],
            anon_key=row["anon_key"],
            service_key=row["service_key"],
            password=row["project_password"],
            address=row["address"] and DatabaseAddress(*row["address"]),
            next_password=row["next_password"],
        )

    async def change_admin_email(self, subdomain: str, email: str) -> None:
        self.change(subdomain, admin_email=email)

    async def store_temporary_password(self, subdomain: str, password: Sealed | None) -> None:
        self.change(subdomain, temporary_password=password)

    async def temporary_password(self, subdomain: str) -> Sealed | None:
        stored: Sealed | None = self._get(subdomain)["temporary_password"]
        return stored

    async def project_intent(self, subdomain: str) -> ProjectIntent | None:
        row = self._get(subdomain)
        if row["project_name"] is None:
            return None
        return ProjectIntent(
            name=row["project_name"],
            password=row["project_password"],
            requested=row["project_requested_at"] is not None,
            ref=row["project_ref"],
        )

    async def store_project_intent(self, subdomain: str, *, name: str, password: Sealed) -> ProjectIntent:
        if self._get(subdomain)["project_name"] is None:
            self.change(subdomain, project_name=name, project_password=password)
        intent = await self.project_intent(subdomain)
        assert intent is not None
        return intent

    async def store_next_password(self, subdomain: str, password: Sealed) -> Sealed:
        stands: Sealed = self._get(subdomain)["next_password"] or password
        self.change(subdomain, next_password=stands)
        return stands

    async def adopt_next_password(self, subdomain: str) -> None:
        row = self._get(subdomain)
        self.change(
            subdomain, project_password=row["next_password"] or row["project_password"], next_password=None
        )

    async def forget_next_password(self, subdomain: str) -> None:
        self.change(subdomain, next_password=None)

    async def store_service_key(self, subdomain: str, key: Sealed) -> None:
        self.change(subdomain, service_key=key)

    async def mark_project_requested(self, subdomain: str, *, requested: bool) -> None:
        since = (self._find(subdomain) or {}).get("project_requested_at") or self._clock.now()
        self.change(subdomain, project_requested_at=since if requested else None)

    async def store_project_ref(self, subdomain: str, ref: ProjectRef | None) -> ProjectRef | None:
        stands = ref and ((self._find(subdomain) or {}).get("project_ref") or ref)
        self.change(subdomain, project_ref=stands)
        return stands

    async def store_project(self, subdomain: str, project: Project, *, sealed_url: Sealed) -> None:
        address = project.address
        self.change(
            subdomain,
            project_ref=project.ref,
            region=project.region,
            database_url=sealed_url,
            anon_key=project.anon_key,
            service_key=project.service_key,
            address=(address.host, address.port, address.user, address.database),
        )

    async def store_schema_version(self, subdomain: str, version: str, *, size_bytes: int) -> None:
        self.change(subdomain, schema_version=version, database_bytes=size_bytes)

    async def record(self, subdomain: str, *, platform_tenant_id: str | None) -> Tenant:
        row = self._get(subdomain)
        state = row["state"]
        self.change(
            subdomain,
            platform_tenant_id=platform_tenant_id,
            is_active=True,
            suspended_at=None,
            state=TenantState.UNVERIFIED if state is TenantState.PROVISIONING else state,
            verdict=BEING_MADE if state is TenantState.PROVISIONING else row["verdict"],
        )
        if (tenant_id := _uuid(platform_tenant_id)) is not None:
            self._rename(row["tenant_id"], tenant_id)
        return read_tenant(self._get(subdomain))

    async def suspend(self, subdomain: str, *, reason: str, by: str) -> None:
        row = self._get(subdomain)
        was = row["state"] is TenantState.SUSPENDED
        kept: Row = row if row["lockdown_id"] is None else {}
        self.change(
            subdomain,
            is_active=False,
            state=TenantState.SUSPENDED,
            lockdown_id=None,
            suspended_at=kept.get("suspended_at") or self._clock.now(),
            suspended_reason=kept.get("suspended_reason") or reason,
            suspended_by=kept.get("suspended_by") or by,
            verdict=row["verdict"] if was else "suspended, not proved yet",
        )

    async def activate(self, subdomain: str) -> None:
        row = self._get(subdomain)
        was = row["state"] is TenantState.SUSPENDED
        self.change(
            subdomain,
            is_active=True,
            suspended_at=None,
            suspended_reason=None,
            suspended_by=None,
            lockdown_id=None,
            verdict=None if was else row["verdict"],
            state=TenantState.UNVERIFIED if was else row["state"],
        )

    async def bury(self, subdomain: str) -> None:
        row = self._get(subdomain)
        self.change(
            subdomain,
            state=TenantState.DELETED,
            is_active=False,
            lockdown_id=None,
            deleted_at=row["deleted_at"] or self._clock.now(),
            **dict.fromkeys(
                ["verdict", "database_url", "anon_key", "service_key", "project_password", "address"]
            ),
            temporary_password=None,
            next_password=None,
            pinned_reason=None,
            pinned_by=None,
        )

    async def exhume(self, request: ProvisionRequest) -> Tenant:
        row = self._get(request.subdomain)
        if row["state"] is not TenantState.DELETED:
            raise Refused(_why_taken(read_tenant(row)), code="taken", field="subdomain")
        self.change(
            request.subdomain,
            **_NOTHING_YET | {"platform_tenant_id": row["platform_tenant_id"]},
            tombstone=row,
            imported=False,
            company_name=request.company,
            admin_email=request.admin_email,
            admin_name=request.admin_name,
            region=request.region,
            state=TenantState.PROVISIONING,
            is_active=False,
            dns_record_made=False,
        )
        return read_tenant(self._get(request.subdomain))

    async def rebury(self, subdomain: str) -> bool:
        row = self._find(subdomain)
        if row is None or (tombstone := row.get("tombstone")) is None:
            return False
        self._rename(row["tenant_id"], tombstone["tenant_id"])
        self._tables.tenants[tombstone["tenant_id"]] = tombstone
        return True

    async def mark_imported(self, subdomain: str) -> None:
        tenant_id = self._get(subdomain)["tenant_id"]
        self.change(
            subdomain, imported=True, registered_as=tenant_id, state=TenantState.UNVERIFIED, is_active=True
        )

    async def forget_record(self, subdomain: str) -> None:
        self.change(subdomain, platform_tenant_id=None, is_active=False, state=TenantState.PROVISIONING)

    async def mark_dns_record(self, subdomain: str, *, made: bool) -> None:
        self.change(subdomain, dns_record_made=made)

    async def set_state(self, subdomain: str, state: TenantState, *, verdict: str) -> None:
        self.change(subdomain, state=state, verdict=verdict)

    async def remove(self, subdomain: str) -> None:
        if (row := self._find(subdomain)) is None:
            return
        tenant_id = row["tenant_id"]
        del self._tables.tenants[tenant_id]
        self._tables.outbox = {key: one for key, one in self._tables.outbox.items() if key[0] != tenant_id}

    def _rename(self, old: UUID, new: UUID) -> None:
        """Give a tenant another id, and all that points to it."""
        self._tables.tenants[new] = {**self._tables.tenants.pop(old), "tenant_id": new}
        self._tables.outbox = {
            (new if key[0] == old else key[0], *key[1:]): row for key, row in self._tables.outbox.items()
        }

    def _find(self, subdomain: str) -> Row | None:
        return next((row for row in self._tables.tenants.values() if row["subdomain"] == subdomain), None)

    def _get(self, subdomain: str) -> Row:
        if (row := self._find(subdomain)) is None:
            raise Refused(
                f"There is no tenant {subdomain}; `tenantbot list` shows all.", code="unknown_tenant"
            )
        return row

    def change(self, subdomain: str, **changes: Any) -> None:
        if (row := self._find(subdomain)) is not None:
            self._tables.tenants[row["tenant_id"]] = {**row, **changes}


def read_tenant(row: Row) -> Tenant:
    return Tenant(**{name: row[name] for name in _SHOWN})


def _place(row: Row) -> tuple[datetime, str]:
    return row["created_at"], str(row["tenant_id"])


def _matches(row: Row, text: str) -> bool:
    wanted = text.lower()
    return any(wanted in row[name].lower() for name in ("subdomain", "company_name", "admin_email"))


def _is_wanted(row: Row, states: Sequence[TenantState]) -> bool:
    return row["state"] in states if states else row["state"] is not TenantState.DELETED


def _why_taken(there: Tenant) -> str:
    if there.deleted_at is not None:
        return (
            f"The subdomain {there.subdomain} belonged to {there.company_name}, deleted on {there.deleted_at:%Y-%m-%d}, "
            "and stays reserved; choose another one, or ask an approver to release it."
        )
    return (
        f"The subdomain {there.subdomain} is taken; choose another one, "
        f"or see `tenantbot status {there.subdomain}`."
    )


def _uuid(text: str | None) -> UUID | None:
    try:
        return UUID(text) if text else None
    except ValueError:
        return None
