"""Digests: computed for whoever looks, kept for the channel where they are posted, one for each tick of the schedule."""

import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from provisioning.control_plane.desk import Desk
from provisioning.domain.actor import ENGINE, Actor, Role
from provisioning.domain.digest import Digest, DigestId, DigestRow, DigestState
from provisioning.domain.schedule import Tick
from provisioning.registry import AuditEntry, Transaction

SCHEDULE: Final = "digest"
_FIRST_LOOKS_BACK: Final = timedelta(days=7)


class Digests:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def preview(self, actor: Actor) -> Digest:
        """The digest as it would be now; nothing is kept of it."""
        await self._desk.require(actor, Role.VIEWER, "digest")
        async with self._desk.registry.transaction() as tx:
            return await self._compute(tx, await tx.digests.latest_shown())

    async def send(self, actor: Actor) -> DigestRow:
        """Have it posted now, whether anything has changed or not."""
        async with self._desk.admit(actor, Role.OPERATOR, "digest"), self._desk.registry.transaction() as tx:
            digest = await self._compute(tx, await tx.digests.latest_shown())
            row = _row(f"digest-{secrets.token_hex(4)}", digest.at, actor, digest)
            await tx.digests.add(row)
            await tx.audit.append(actor, _entry(row, "digest.requested"))
            return row

    async def tick(self, tx: Transaction, tick: Tick) -> None:
        """Keep the digest of one tick, in the transaction that has taken it."""
        last = await tx.digests.latest_shown()
        digest = await self._compute(tx, last)
        is_quiet = self._desk.ports.policy.digest_quiet and not digest.has_news(
            last.digest.print if last else None
        )
        state = DigestState.QUIET if is_quiet else DigestState.PENDING
        await tx.digests.add(_row(f"digest-{tick.slot}", tick.due_at, ENGINE, digest, state))

    async def find(self, digest_id: DigestId) -> DigestRow | None:
        async with self._desk.registry.transaction() as tx:
            return await tx.digests.find(digest_id)

    async def pending(self) -> Sequence[DigestRow]:
        """Those that are to be posted; asked by a surface for itself."""
        async with self._desk.registry.transaction() as tx:
            return await tx.digests.pending()

    async def save_report(self, digest_id: DigestId, notes: Mapping[str, Any], *, done: bool = False) -> None:
        """Keep the surface's notes. `done`: it is posted."""
        state = DigestState.POSTED if done else DigestState.PENDING
        async with self._desk.registry.transaction() as tx:
            await tx.digests.save(digest_id, notes, state=state)

    async def _compute(self, tx: Transaction, last: DigestRow | None) -> Digest:
        now = self._desk.clock.now()
        since = last.digest.at if last else None
        return Digest(
            at=now,
            facts=await tx.digests.facts(since=since or now - _FIRST_LOOKS_BACK, now=now),
            cost_of_project=self._desk.ports.policy.monthly_cost,
            since=since,
            projects_before=last.digest.facts.projects if last else None,
        )


def _row(
    name: str, due_at: datetime, actor: Actor, digest: Digest, state: DigestState = DigestState.PENDING
) -> DigestRow:
    return DigestRow(DigestId(name), due_at, digest.at, actor.label, digest, state)


def _entry(row: DigestRow, action: str) -> AuditEntry:
    return AuditEntry(action=action, result="accepted", details={"digest_id": row.digest_id})
