"""All tenants together: schema versions, verifications, digests, and the schedules of them."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from provisioning.domain.digest import DigestFacts, DigestId, DigestRow, DigestState
from provisioning.domain.fleet import AtVersion, Member, MemberState
from provisioning.domain.round import Mood, Verification
from provisioning.domain.run import (
    RunId,
    RunKind,
)
from provisioning.domain.schedule import Tick
from provisioning.domain.tenant import Tenant


class Fleet(Protocol):
    """Upgrades of all tenants: who takes part in a run, in which ring, and how far each is."""

    async def draw(self, run_id: RunId, *, to: str, first: str | None, busy: Sequence[RunKind]) -> None:
        """Put every tenant that lacks this version into a ring of the run, once.

        Left out are pinned tenants, those of no recorded version, and those with an open run of a `busy` kind.
        """
        ...

    async def members(
        self,
        run_id: RunId,
        *,
        states: Sequence[MemberState],
        ring: int | None = None,
        limit: int | None = None,
    ) -> Sequence[Member]:
        """In their order."""
        ...

    async def mark(
        self,
        run_id: RunId,
        subdomain: str,
        state: MemberState,
        *,
        detail: str | None = None,
        backup: str | None = None,
    ) -> None: ...
    async def tally(self, run_id: RunId) -> Mapping[tuple[int, MemberState], int]:
        """How many members there are, by ring and state."""
        ...

    async def versions(self) -> Sequence[AtVersion]: ...
    async def pinned(self, *, limit: int) -> Sequence[Tenant]: ...
    async def pin(self, subdomain: str, *, reason: str | None, by: str) -> None:
        """Keep the tenant at its version for this reason; None lets it go with the others again."""
        ...


class Schedules(Protocol):
    """Which tick of each schedule was acted on last, whoever's clock it was."""

    async def last_due(self, name: str) -> datetime: ...
    async def take(self, name: str, tick: Tick) -> bool:
        """Tell whether this tick is ours to act on: it is so once, and in this transaction."""
        ...


class Digests(Protocol):
    async def facts(self, *, since: datetime, now: datetime) -> DigestFacts:
        """How all tenants stand, and what is new since then."""
        ...

    async def latest_shown(self) -> DigestRow | None:
        """The newest one that was posted, or that somebody has begun to post."""
        ...

    async def add(self, row: DigestRow) -> None:
        """Where it is to be posted, it supersedes those that nobody has begun to post."""
        ...

    async def find(self, digest_id: DigestId) -> DigestRow | None: ...
    async def pending(self) -> Sequence[DigestRow]:
        """Those that are to be posted, oldest first."""
        ...

    async def save(self, digest_id: DigestId, notes: Mapping[str, Any], *, state: DigestState) -> None: ...


class Verifications(Protocol):
    async def add(self, verification: Verification, *, keep: int) -> None:
        """Keep it, and so many of the tenant's newest."""
        ...

    async def of(self, subdomain: str, *, limit: int) -> Sequence[Verification]:
        """Those of one tenant, newest first."""
        ...

    async def of_run(self, run_id: RunId) -> Sequence[Verification]: ...
    async def turned_bad(self, run_id: RunId) -> Sequence[Mood]:
        """Whom this run found bad while people believe them well; from now on they don't."""
        ...

    async def turned_well(self, run_id: RunId) -> Sequence[Mood]:
        """Whom this run found well while people believe them bad; from now on they don't."""
        ...
