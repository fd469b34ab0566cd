"""The steps of an upgrade, one for each ring: one tenant, a tenth, all others. The first failure stops it.

Entered again, a step goes on with whoever is not done; the tenant's own list of versions tells whether it is.
"""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Final

from provisioning.domain.approval import ApprovalState
from provisioning.domain.fleet import RINGS, Member, MemberState, UpgradeRequest
from provisioning.domain.schema_files import SchemaFile, fingerprint
from provisioning.engine.step import step
from provisioning.engine.waiting import together
from provisioning.errors import Permanent, TenantbotError, Transient
from provisioning.fleet.upgrade_tenant import COMING_OR_GOING, upgrade_tenant
from provisioning.provision.ports import At

AT_ONCE: Final = 8
PROOFS_AT_ONCE: Final = 2
_NOTES: Final = 10
_OPEN: Final = (MemberState.WAITING, MemberState.FAILED)
_NO_UNDO: Final = "a schema goes forward: what is wrong with it, another file puts right"


def _said(said: str) -> str:
    return said


@step(
    1,
    "Draw the rings",
    typical=timedelta(seconds=1),
    deadline=timedelta(minutes=5),
    no_undo="nothing is changed yet",
    detail=_said,
)
async def draw_rings(at: At, request: UpgradeRequest) -> str:
    """Once: who came later has the newest schema already."""
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.fleet.draw(at.run_id, to=request.to, first=request.first, busy=COMING_OR_GOING)
        sizes = _sizes(await tx.fleet.tally(at.run_id))
    return f"{sum(sizes.values())} tenants: {', '.join(str(sizes[ring]) for ring in RINGS)}"


@step(
    2,
    "Upgrade one tenant",
    typical=timedelta(seconds=5),
    deadline=timedelta(hours=2),
    no_undo=_NO_UNDO,
    detail=_said,
)
async def upgrade_first(at: At, request: UpgradeRequest, drawn: str) -> str:  # noqa: ARG001 - only after the draw
    return await _upgrade_ring(at, request, 1)


@step(
    3,
    "Upgrade a tenth",
    typical=timedelta(seconds=15),
    deadline=timedelta(hours=12),
    no_undo=_NO_UNDO,
    detail=_said,
)
async def upgrade_tenth(at: At, request: UpgradeRequest, first: str) -> str:  # noqa: ARG001 - only after the first
    return await _upgrade_ring(at, request, 2)


@step(
    4,
    "Upgrade all others",
    typical=timedelta(minutes=1),
    deadline=timedelta(hours=48),
    no_undo=_NO_UNDO,
    detail=_said,
)
async def upgrade_others(at: At, request: UpgradeRequest, tenth: str) -> str:  # noqa: ARG001 - only after the tenth
    return await _upgrade_ring(at, request, 3)


async def _upgrade_ring(at: At, request: UpgradeRequest, ring: int) -> str:
    files = await _files(at, request)
    await _require_clearance(at, request)
    async with at.ports.registry.transaction() as tx:
        members = await tx.fleet.members(at.run_id, states=_OPEN, ring=ring)
    failed = await _Round(at, request, files).upgrade(members)
    async with at.ports.registry.transaction() as tx:
        tally = await tx.fleet.tally(at.run_id)
    if failed:
        raise _stopped(failed, tally)
    return _result(ring, tally)


class _Round:
    """Some tenants at a time. After the first failure, or once the run is to stop, no other one is begun."""

    def __init__(self, at: At, request: UpgradeRequest, files: Sequence[SchemaFile]) -> None:
        self._at = at
        self._request = request
        self._files = files
        self._slots = asyncio.Semaphore(PROOFS_AT_ONCE if request.destructive else AT_ONCE)
        self._failed: dict[str, TenantbotError] = {}
        self._is_cancelled = False
        self._ended = 0

    async def upgrade(self, members: Sequence[Member]) -> Mapping[str, TenantbotError]:
        await together(*(self._one(member, len(members)) for member in members))
        if self._is_cancelled and not self._failed:
            raise Transient("Stopped as asked.", retry_after=0)
        return self._failed

    async def _one(self, member: Member, total: int) -> None:
        async with self._slots:
            if self._failed or await self._cancel_wanted():
                return
            if (fault := await upgrade_tenant(self._at, member, self._request, self._files)) is not None:
                self._failed[member.subdomain] = fault
        self._ended += 1
        if self._ended % (total // _NOTES or 1) == 0:
            await self._at.note(f"{self._ended} of {total}, last {member.subdomain}")

    async def _cancel_wanted(self) -> bool:
        if not self._is_cancelled:
            async with self._at.ports.registry.transaction() as tx:
                self._is_cancelled = await tx.runs.cancel_wanted(self._at.run_id)
        return self._is_cancelled


async def _files(at: At, request: UpgradeRequest) -> Sequence[SchemaFile]:
    files = [file for file in await at.ports.schema.files() if file.version <= request.to]
    if fingerprint(files) != request.files:
        raise Permanent(
            f"The files up to version {request.to} are not, or no longer, those that were asked for on this machine. "
            "Put them back, or cancel this run and ask again.",
            code="changed",
        )
    return files


async def _require_clearance(at: At, request: UpgradeRequest) -> None:
    """Whatever may lose something was approved by a second person, asked anew at each ring."""
    async with at.ports.registry.transaction() as tx:
        approval = await tx.approvals.find_of_run(at.run_id)
    if request.destructive and (approval is None or approval.state is not ApprovalState.APPROVED):
        raise Permanent("Nobody has approved this run; no tenant was changed.", code="not_approved")


def _stopped(failed: Mapping[str, TenantbotError], tally: Mapping[tuple[int, MemberState], int]) -> Permanent:
    """Names each tenant that failed; what was under way beside the first one has ended."""
    told = "; ".join(f"{subdomain}: {fault.message.rstrip('.')}" for subdomain, fault in failed.items())
    done = sum(number for (_, state), number in tally.items() if state is MemberState.DONE)
    first = next(iter(failed))
    return Permanent(
        f"{told}. {done} of {sum(tally.values())} tenants are upgraded, the others wait. Put it right there and retry; "
        f"or leave the tenant out (`tenantbot fleet pin {first} --reason …`) and retry.",
        code="upgrade",
    )


def _sizes(tally: Mapping[tuple[int, MemberState], int]) -> Mapping[int, int]:
    return {ring: sum(number for (one, _), number in tally.items() if one == ring) for ring in RINGS}


def _result(ring: int, tally: Mapping[tuple[int, MemberState], int]) -> str:
    done, left_out = tally.get((ring, MemberState.DONE), 0), tally.get((ring, MemberState.LEFT_OUT), 0)
    if not done and not left_out:
        return "nobody in it"
    return f"{done} upgraded" + (f", {left_out} left out" if left_out else "")
