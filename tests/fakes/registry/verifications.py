"""Verifications, and what is told unasked."""

import builtins
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from provisioning.domain.round import Mood, Notice, NoticeId, NoticeKind, Verification
from provisioning.domain.run import RunId
from provisioning.ports import Clock
from tests.fakes.registry.tables import Tables
from tests.fakes.registry.tenants import FakeTenants


class FakeVerifications:
    def __init__(self, tables: Tables, tenants: FakeTenants, clock: Clock) -> None:
        self._tables = tables
        self._tenants = tenants
        self._clock = clock

    async def add(self, verification: Verification, *, keep: int) -> None:
        log = self._tables.verifications
        log.append(replace(verification, at=self._clock.now()))
        own = [at for at, one in enumerate(log) if one.subdomain == verification.subdomain]
        for at in reversed(own[:-keep]):
            del log[at]

    async def of(self, subdomain: str, *, limit: int) -> Sequence[Verification]:
        return [one for one in reversed(self._tables.verifications) if one.subdomain == subdomain][:limit]

    async def of_run(self, run_id: RunId) -> Sequence[Verification]:
        found = [one for one in self._tables.verifications if one.run_id == run_id]
        return sorted(found, key=lambda one: one.subdomain)

    async def turned_bad(self, run_id: RunId) -> Sequence[Mood]:
        return await self._turned(run_id, ok=False)

    async def turned_well(self, run_id: RunId) -> Sequence[Mood]:
        return await self._turned(run_id, ok=True)

    async def _turned(self, run_id: RunId, *, ok: bool) -> builtins.list[Mood]:
        turned = []
        for one in await self.of_run(run_id):
            row = next(row for row in self._tables.tenants.values() if row["subdomain"] == one.subdomain)
            if one.ok is ok and (row["unwell_since"] is not None) is ok:
                self._tenants.change(one.subdomain, unwell_since=None if ok else self._clock.now())
                turned.append(Mood(one.subdomain, one.verdict))
        return turned


class FakeNotices:
    def __init__(self, tables: Tables) -> None:
        self._tables = tables

    async def add(self, notice: Notice) -> None:
        assert notice.notice_id not in self._tables.notices
        self._tables.notices[notice.notice_id] = (notice, False)

    async def open(self, kind: NoticeKind) -> Notice | None:
        found = (one for one, _ in self._tables.notices.values() if one.kind is kind)
        return next((one for one in found if one.closed_at is None), None)

    async def change(self, notice: Notice) -> None:
        there, _ = self._tables.notices[notice.notice_id]
        changed = replace(there, tenants=notice.tenants, leaks=notice.leaks, closed_at=notice.closed_at)
        self._tables.notices[notice.notice_id] = (changed, False)

    async def unreported(self) -> Sequence[Notice]:
        return [one for one, is_told in self._tables.notices.values() if not is_told]

    async def save_report(self, notice_id: NoticeId, notes: Mapping[str, Any], *, told: str | None) -> None:
        there, is_told = self._tables.notices[notice_id]
        self._tables.notices[notice_id] = (replace(there, notes=dict(notes)), is_told or there.print == told)
