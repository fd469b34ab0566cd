"""Reading the audit log: the newest entries, the proof that nobody touched it, and all of it for an outsider."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Final

from provisioning.control_plane.desk import Desk
from provisioning.control_plane.refusals import line
from provisioning.domain.actor import Actor, Role
from provisioning.domain.audit import AuditRow, Head
from provisioning.domain.audit_proof import Break, Proof
from provisioning.registry import AuditEntry

PAGE: Final = 50
_PORTION: Final = 5000
_MOST_HEADS: Final = 1000


@dataclass(frozen=True)
class AuditPage:
    """Entries, newest first, and how many there are about the same."""

    entries: Sequence[AuditRow]
    total: int


@dataclass(frozen=True)
class Verification:
    """What going over the whole log came to. `advice` says what it could not tell."""

    rows: int
    breaks: Sequence[Break]
    head: Head | None
    advice: str | None = None

    @property
    def ok(self) -> bool:
        return not self.breaks


class AuditReader:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(
        self, actor: Actor, *, subdomain: str | None = None, limit: int = PAGE, before: int | None = None
    ) -> AuditPage:
        """The newest entries, of one tenant or of all; `before` a number to leaf backwards."""
        await self._desk.require(actor, Role.VIEWER, "audit", subdomain=subdomain)
        async with self._desk.registry.transaction() as tx:
            entries, total = await tx.audit.newest(subdomain=line(subdomain), before=before, limit=limit)
        return AuditPage(entries, total)

    async def verify(self, actor: Actor) -> Verification:
        """Go over every row, compare with the heads kept outside, and keep the one of now if all holds."""
        async with self._desk.admit(actor, Role.OPERATOR, "audit.verify"):
            kept = await self._desk.archive.kept_heads(limit=_MOST_HEADS) if self._desk.archive else ()
            async with self._desk.registry.transaction() as tx:
                proof = Proof(await tx.audit.keys(), kept)
            async for rows in self._portions():
                await asyncio.to_thread(proof.read, rows)
            found = Verification(proof.rows, proof.finish(), proof.head, self._advice(kept))
            if found.ok and found.head and self._desk.archive:
                await self._desk.archive.keep_head(found.head)
            await self._desk.record(actor, _verified(found))
            return found

    async def export(self, actor: Actor) -> AsyncIterator[str]:
        """Every row with all its columns as a line of JSON, oldest first, this export's own row at the end."""
        async with self._desk.admit(actor, Role.OPERATOR, "audit.export"):
            await self._desk.record(actor, AuditEntry("audit.export", "accepted"))
            async for rows in self._portions():
                for row in rows:
                    yield json.dumps(row.to_json(), ensure_ascii=False)

    async def keep_head(self) -> None:
        """Keep outside what the log ends with now. Asked by a process for itself."""
        if self._desk.archive is None:
            return
        async with self._desk.registry.transaction() as tx:
            head = await tx.audit.head()
        if head is not None:
            await self._desk.archive.keep_head(head)

    async def _portions(self) -> AsyncIterator[Sequence[AuditRow]]:
        """All rows, oldest first; the next portion is fetched while one is worked on.

        No transaction stays open in between: rows are only ever added.
        """
        coming = asyncio.create_task(self._portion(0))
        try:
            while rows := await coming:
                coming = asyncio.create_task(self._portion(rows[-1].seq))
                yield rows
        finally:
            coming.cancel()

    async def _portion(self, after: int) -> Sequence[AuditRow]:
        async with self._desk.registry.transaction() as tx:
            return await tx.audit.rows(after=after, limit=_PORTION)

    def _advice(self, kept: Sequence[Head]) -> str | None:
        if self._desk.archive is None:
            return "Nothing is kept outside (ARCHIVE_URL), so rows cut from the end can't be told."
        if not kept:
            return "No head was kept outside before now, so rows cut from the end until now can't be told."
        return None


def _verified(found: Verification) -> AuditEntry:
    return AuditEntry(
        "audit.verify",
        "succeeded" if found.ok else "failed",
        reason=found.breaks[0].message if found.breaks else None,
        details={"rows": found.rows, "breaks": len(found.breaks)},
    )
