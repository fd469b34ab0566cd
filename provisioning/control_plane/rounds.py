"""Rounds over all tenants: asked for, or due by the clock; and what verifications came to."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from provisioning.control_plane.desk import Desk
from provisioning.control_plane.requests import Started, continue_run, new_run, start_run
from provisioning.domain.actor import ENGINE, Actor, Role
from provisioning.domain.round import ROUND, SLOT, Notice, NoticeId, Verification
from provisioning.domain.run import RunId, RunKind
from provisioning.domain.schedule import Tick
from provisioning.registry import Transaction

SCHEDULE: Final = "verify"
PAGE: Final = 20


class Rounds:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def start(self, actor: Actor, *, origin: Mapping[str, Any] | None = None) -> Started:
        """Start verifying all tenants, some at a time; a round that is under way goes on."""
        async with (
            self._desk.admit(actor, Role.OPERATOR, "verify", subdomain=ROUND),
            self._desk.registry.transaction() as tx,
        ):
            if (under_way := await tx.runs.find_open(ROUND)) is not None:
                return await continue_run(tx, actor, under_way, RunKind.VERIFY_ALL, {})
            run = new_run(self._desk, actor, RunKind.VERIFY_ALL, ROUND, {}, origin)
            return await start_run(tx, actor, run, None)

    async def tick(self, tx: Transaction, tick: Tick) -> None:
        """Start the round of one tick a little later than its time, never two at a time."""
        if await tx.runs.find_open(ROUND) is not None:
            return
        made = new_run(self._desk, ENGINE, RunKind.VERIFY_ALL, ROUND, {SLOT: tick.slot}, None)
        run = replace(made, run_id=RunId(f"{RunKind.VERIFY_ALL}-{tick.slot.replace(':', '')}"))
        begins = self._desk.clock.now() + self._jitter(tick)
        await start_run(tx, ENGINE, run, None, at=begins)

    async def history(self, actor: Actor, subdomain: str, *, limit: int = PAGE) -> Sequence[Verification]:
        """What the latest verifications of a tenant came to, newest first."""
        await self._desk.require(actor, Role.VIEWER, "status", subdomain=subdomain)
        async with self._desk.registry.transaction() as tx:
            return await tx.verifications.of(subdomain, limit=limit)

    async def notices(self) -> Sequence[Notice]:
        """What is to be told unasked; asked by a surface for itself."""
        async with self._desk.registry.transaction() as tx:
            return await tx.notices.unreported()

    async def save_report(self, notice_id: NoticeId, notes: Mapping[str, Any], *, told: str | None) -> None:
        """Keep the surface's notes. `told` is the print of what was told."""
        async with self._desk.registry.transaction() as tx:
            await tx.notices.save_report(notice_id, notes, told=told)

    def _jitter(self, tick: Tick) -> timedelta:
        """Installations whose clocks agree do not all begin at the full hour."""
        seed = hashlib.sha256(f"{self._desk.ports.policy.domain}/{tick.slot}".encode()).digest()
        return self._desk.ports.policy.verify_jitter * (seed[0] / 256)
