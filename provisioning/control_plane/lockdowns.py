"""The worst case: suspend every active tenant, by two people or by an approver who means it; and lift that again."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from provisioning.control_plane.asking import audit_approval, new_approval
from provisioning.control_plane.desk import Desk
from provisioning.control_plane.requests import Started, new_run, parse_reason, start_run
from provisioning.domain.actor import ENGINE, Actor, Role
from provisioning.domain.approval import NO_TENANT, Approval, ApprovalState
from provisioning.domain.lockdown import CONFIRMATION, FLEET, Lockdown
from provisioning.domain.run import Run, RunKind, RunState
from provisioning.domain.tenant import TenantState
from provisioning.errors import FieldError, InvalidRequest, Refused
from provisioning.registry import LegEnd, Transaction

LOCKDOWN: Final = RunKind.LOCKDOWN.value
LIFT: Final = RunKind.LIFT.value

_ACTIVE: Final = (TenantState.UNVERIFIED, TenantState.VERIFIED)


class Lockdowns:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def in_force(self, actor: Actor) -> Lockdown | None:
        await self._desk.require(actor, Role.VIEWER, "status")
        async with self._desk.registry.transaction() as tx:
            return await tx.lockdowns.in_force()

    async def request(
        self, actor: Actor, *, reason: str, confirm: str = "", origin: Mapping[str, Any] | None = None
    ) -> Approval | Started:
        """Ask for a lockdown; another person approves. An approver who types LOCKDOWN as `confirm` starts it alone.

        While one is in force already this changes nothing, and gives its run.
        """
        wanted = {"reason": reason, "confirm": confirm}
        async with self._desk.admit(actor, Role.OPERATOR, LOCKDOWN, subdomain=FLEET, request=wanted):
            said = _parse(reason, confirm)
            alone = bool(confirm.strip()) and actor.may(Role.APPROVER)
            try:
                return await self._request(actor, said, origin, alone=alone)
            except Refused as fault:  # somebody else has begun one this moment
                async with self._desk.registry.transaction() as tx:
                    standing = await standing_run(tx) if fault.code == "run_open" else None
                if standing is None:
                    raise
                return Started(standing, continued=True)

    async def request_lift(
        self, actor: Actor, *, reason: str, origin: Mapping[str, Any] | None = None
    ) -> Approval:
        """Ask for what was suspended to be brought back; another person approves, always."""
        async with self._desk.admit(actor, Role.OPERATOR, LIFT, subdomain=FLEET, request={"reason": reason}):
            said = parse_reason(reason)
            async with self._desk.registry.transaction() as tx:
                lockdown = await tx.lockdowns.in_force()
                if lockdown is None:
                    raise Refused("No lockdown is in force; there is nothing to lift.", code="no_lockdown")
                open_run = await tx.runs.find_open(FLEET)
                if open_run is not None and open_run.kind is RunKind.LIFT:
                    raise Refused(
                        f"It is being lifted ({open_run.run_id}, {open_run.state}); "
                        f"see `tenantbot status {open_run.run_id}`.",
                        code="run_open",
                    )
                facts = {
                    "holds": lockdown.holds,
                    "lockdown_reason": lockdown.reason,
                    "declared_by": lockdown.declared_by,
                    "declared_at": lockdown.declared_at.isoformat(),
                }
                request = {"reason": said, "lockdown_id": lockdown.lockdown_id}
                return await self._ask(tx, actor, LIFT, request, facts, origin, bound_to=lockdown.lockdown_id)

    async def _request(
        self, actor: Actor, reason: str, origin: Mapping[str, Any] | None, *, alone: bool
    ) -> Approval | Started:
        request = {"reason": reason}
        async with self._desk.registry.transaction() as tx:
            if (standing := await standing_run(tx)) is not None:
                return Started(standing, continued=True)
            if alone:
                await _make_void(tx, self._desk, f"{actor.label} has done it alone")
                run = await begin_lockdown(self._desk, tx, actor, request, origin, alone=True)
                return Started(run, continued=False)
            counts = await tx.tenants.counts()
            facts = {"active": sum(counts.get(state, 0) for state in _ACTIVE)}
            return await self._ask(tx, actor, LOCKDOWN, request, facts, origin, bound_to=FLEET)

    async def _ask(
        self,
        tx: Transaction,
        actor: Actor,
        action: str,
        request: Mapping[str, Any],
        facts: Mapping[str, Any],
        origin: Mapping[str, Any] | None,
        *,
        bound_to: str,
    ) -> Approval:
        """Ask, or give the question that is there already: in such an hour the reason's wording is nobody's concern."""
        asked = new_approval(
            self._desk,
            actor,
            action=action,
            subject=FLEET,
            tenant_id=NO_TENANT,
            shown=bound_to,
            request=request,
            facts=facts,
            origin=origin,
        )
        for one in await tx.approvals.expire(now=self._desk.clock.now()):
            await audit_approval(tx, ENGINE, one, "expired")
        if not await tx.approvals.create(asked):
            pending = await _pending(tx)
            if pending is not None and pending.action == action and pending.tenant_print == bound_to:
                return pending
            await _make_void(tx, self._desk, "another question about all tenants took its place")
            await tx.approvals.create(asked)
        await audit_approval(tx, actor, asked, "requested")
        return asked


async def standing_run(tx: Transaction) -> Run | None:
    """The run of the lockdown that is in force; None where there is none, or where its lifting has begun."""
    latest = await tx.runs.find_open(FLEET) or await tx.runs.find_latest(FLEET)
    if await tx.lockdowns.in_force() is None or latest is None or latest.kind is not RunKind.LOCKDOWN:
        return None
    return latest


async def begin_lockdown(
    desk: Desk,
    tx: Transaction,
    actor: Actor,
    request: Mapping[str, Any],
    origin: Mapping[str, Any] | None,
    *,
    alone: bool = False,
) -> Run:
    """From this transaction on nothing is switched on any more. A lift that is under way is cut off."""
    await _cut_off(tx)
    lockdown = await tx.lockdowns.in_force()
    run = new_run(desk, actor, RunKind.LOCKDOWN, FLEET, request, origin)
    lockdown_id = lockdown.lockdown_id if lockdown else run.run_id
    run = replace(run, request={**request, "alone": alone, "lockdown_id": lockdown_id})
    await start_run(tx, actor, run, None, result="alone" if alone else "accepted")
    if lockdown is None:
        await tx.lockdowns.declare(lockdown_id, reason=str(request["reason"]), by=actor.label)
    return run


async def begin_lift(
    desk: Desk, tx: Transaction, actor: Actor, request: Mapping[str, Any], origin: Mapping[str, Any] | None
) -> Run:
    """A lockdown that waits, because a tenant is not proved, is over with this; one at work is let finish first."""
    await _cut_off(tx)
    run = new_run(desk, actor, RunKind.LIFT, FLEET, request, origin)
    await start_run(tx, actor, run, None)
    return run


async def why_not_lockdown(tx: Transaction, asked: Approval) -> Refused | None:
    """Why a question about all tenants can't be approved as things stand; None when it can."""
    if asked.action == LOCKDOWN:
        if (standing := await standing_run(tx)) is not None:
            return Refused(f"A lockdown is in force already ({standing.run_id}).", code="in_force")
        return None
    lockdown = await tx.lockdowns.in_force()
    if lockdown is None or lockdown.lockdown_id != asked.tenant_print:
        return Refused("The lockdown that this would lift is not in force any more.", code="void")
    open_run = await tx.runs.find_open(FLEET)
    if open_run is not None and open_run.state is RunState.RUNNING:
        return Refused(f"{open_run.run_id} is at work; approve once it has ended, or waits.", code="run_open")
    return None


async def _cut_off(tx: Transaction) -> None:
    """End the open run about all tenants, wherever its leg is: whoever executes it has lost it."""
    open_run = await tx.runs.find_open(FLEET)
    if open_run is not None and (await tx.runs.lock(open_run.run_id)).state.is_open:
        await tx.runs.next_leg(open_run.run_id)
        await tx.runs.finish(open_run.run_id, LegEnd(RunState.CANCELLED))


async def _pending(tx: Transaction) -> Approval | None:
    found = await tx.approvals.find_latest(FLEET)
    return found if found is not None and found.state is ApprovalState.PENDING else None


async def _make_void(tx: Transaction, desk: Desk, reason: str) -> None:
    if (pending := await _pending(tx)) is not None:
        await tx.approvals.make_void(pending.approval_id, at=desk.clock.now(), reason=reason)


def _parse(reason: str, confirm: str) -> str:
    faults: list[FieldError] = []
    said = ""
    try:
        said = parse_reason(reason)
    except InvalidRequest as fault:
        faults.extend(fault.errors)
    if confirm.strip() not in {"", CONFIRMATION}:
        faults.append(
            FieldError("confirm", f"Type {CONFIRMATION} to do it alone, or nothing to ask a second person.")
        )
    if faults:
        raise InvalidRequest(faults)
    return said
