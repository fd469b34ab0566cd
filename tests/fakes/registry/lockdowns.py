"""Lockdowns, and the tenants that they have suspended."""

from collections.abc import Sequence

from provisioning.domain.lockdown import Covered, Lockdown
from provisioning.domain.tenant import TenantState
from provisioning.ports import Clock
from tests.fakes.registry.tables import Row, Tables
from tests.fakes.registry.tenants import FakeTenants, read_tenant


class FakeLockdowns:
    def __init__(self, tables: Tables, tenants: FakeTenants, clock: Clock) -> None:
        self._tables = tables
        self._tenants = tenants
        self._clock = clock

    async def declare(self, lockdown_id: str, *, reason: str, by: str) -> None:
        assert await self.in_force() is None
        self._tables.lockdowns[lockdown_id] = {
            "lockdown_id": lockdown_id,
            "reason": reason,
            "declared_by": by,
            "declared_at": self._clock.now(),
            "lifted_at": None,
        }

    async def in_force(self) -> Lockdown | None:
        for row in self._tables.lockdowns.values():
            if row["lifted_at"] is None:
                shown = {name: value for name, value in row.items() if name != "lifted_at"}
                return Lockdown(**shown, holds=len(self._held(row["lockdown_id"])))
        return None

    async def in_force_from_now(self) -> Lockdown | None:
        return await self.in_force()

    async def suspend_all(self, lockdown_id: str) -> Sequence[str]:
        lockdown = self._tables.lockdowns[lockdown_id]
        active = [
            row
            for row in self._tables.tenants.values()
            if row["is_active"] and row["state"] in {TenantState.UNVERIFIED, TenantState.VERIFIED}
        ]
        for row in active:
            self._tables.lockdown_tenants[lockdown_id, row["subdomain"]] = {
                "state": row["state"],
                "verdict": row["verdict"],
                "restored_at": None,
            }
            self._tenants.change(
                row["subdomain"],
                is_active=False,
                state=TenantState.SUSPENDED,
                suspended_at=self._clock.now(),
                suspended_reason=f"lockdown: {lockdown['reason']}",
                suspended_by=lockdown["declared_by"],
                lockdown_id=lockdown_id,
                verdict="suspended, not proved yet",
            )
        return sorted(row["subdomain"] for row in active)

    async def covered(self, lockdown_id: str) -> Sequence[Covered]:
        found: list[Covered] = []
        for row in sorted(self._tables.tenants.values(), key=lambda one: one["subdomain"]):
            before = self._tables.lockdown_tenants.get((lockdown_id, row["subdomain"]))
            if before is not None and row["state"] is not TenantState.DELETED:
                is_held = row["lockdown_id"] == lockdown_id
                found.append(Covered(read_tenant(row), is_held, before["restored_at"] is not None))
        return found

    async def restore(self, lockdown_id: str, subdomain: str) -> bool:
        if not any(row["subdomain"] == subdomain for row in self._held(lockdown_id)):
            return False
        key = (lockdown_id, subdomain)
        before = self._tables.lockdown_tenants[key]
        self._tenants.change(
            subdomain,
            is_active=True,
            state=before["state"],
            verdict=before["verdict"],
            **dict.fromkeys(["suspended_at", "suspended_reason", "suspended_by", "lockdown_id"]),
        )
        self._tables.lockdown_tenants[key] = {**before, "restored_at": self._clock.now()}
        return True

    async def end(self, lockdown_id: str) -> None:
        row = self._tables.lockdowns[lockdown_id]
        self._tables.lockdowns[lockdown_id] = {**row, "lifted_at": row["lifted_at"] or self._clock.now()}

    def _held(self, lockdown_id: str) -> Sequence[Row]:
        return [row for row in self._tables.tenants.values() if row["lockdown_id"] == lockdown_id]
