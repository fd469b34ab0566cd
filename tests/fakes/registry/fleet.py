"""Upgrades of all tenants, and who takes part in them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioning.domain.fleet import AtVersion, Member, MemberState, ring_sizes
from provisioning.domain.run import RunId, RunKind
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.ports import Clock
from tests.fakes.registry.runs import FakeRuns
from tests.fakes.registry.tables import Row, Tables
from tests.fakes.registry.tenants import FakeTenants, read_tenant

_LIVING = (TenantState.UNVERIFIED, TenantState.VERIFIED, TenantState.SUSPENDED)


class FakeFleet:
    def __init__(self, tables: Tables, tenants: FakeTenants, runs: FakeRuns, clock: Clock) -> None:
        self._tables = tables
        self._tenants = tenants
        self._runs = runs
        self._clock = clock

    async def draw(self, run_id: RunId, *, to: str, first: str | None, busy: Sequence[RunKind]) -> None:
        if any(key[0] == run_id for key in self._tables.members):
            return
        behind = [row for row in self._living() if self._is_behind(row, to)]
        behind = [row for row in behind if not await self._is_busy(row["subdomain"], busy)]
        behind.sort(key=lambda row: (row["subdomain"] != first, not row["is_active"], row["subdomain"]))
        rings = [ring for ring, size in ring_sizes(len(behind)).items() for _ in range(size)]
        for row, ring in zip(behind, rings, strict=True):
            member = Member(row["subdomain"], ring, row["schema_version"], MemberState.WAITING)
            self._tables.members[run_id, row["subdomain"]] = member

    async def members(
        self,
        run_id: RunId,
        *,
        states: Sequence[MemberState],
        ring: int | None = None,
        limit: int | None = None,
    ) -> Sequence[Member]:
        found = [one for key, one in self._tables.members.items() if key[0] == run_id]
        return [one for one in found if one.state in states and ring in {None, one.ring}][:limit]

    async def mark(
        self,
        run_id: RunId,
        subdomain: str,
        state: MemberState,
        *,
        detail: str | None = None,
        backup: str | None = None,
    ) -> None:
        member = self._tables.members[run_id, subdomain]
        self._tables.members[run_id, subdomain] = replace(
            member, state=state, detail=detail, backup=backup or member.backup
        )

    async def tally(self, run_id: RunId) -> Mapping[tuple[int, MemberState], int]:
        return Counter((one.ring, one.state) for key, one in self._tables.members.items() if key[0] == run_id)

    async def versions(self) -> Sequence[AtVersion]:
        all_of, pinned_of = Counter[Any](), Counter[Any]()
        for row in self._living():
            all_of[row["schema_version"]] += 1
            pinned_of[row["schema_version"]] += row["pinned_reason"] is not None
        return [
            AtVersion(one, all_of[one], pinned_of[one]) for one in sorted(all_of, key=lambda one: one or "~")
        ]

    async def pinned(self, *, limit: int) -> Sequence[Tenant]:
        found = [read_tenant(row) for row in self._living() if row["pinned_reason"] is not None]
        return sorted(found, key=lambda tenant: tenant.subdomain)[:limit]

    async def pin(self, subdomain: str, *, reason: str | None, by: str) -> None:
        self._tenants.change(subdomain, pinned_reason=reason, pinned_by=by if reason else None)

    def _living(self) -> list[Row]:
        return [row for row in self._tables.tenants.values() if row["state"] in _LIVING]

    def _is_behind(self, row: Row, to: str) -> bool:
        version = row["schema_version"]
        return (
            row["pinned_reason"] is None
            and row["address"] is not None
            and version is not None
            and version < to
        )

    async def _is_busy(self, subdomain: str, busy: Sequence[RunKind]) -> bool:
        run = await self._runs.find_open(subdomain)
        return run is not None and run.kind in busy
