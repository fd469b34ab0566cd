"""Questions that one person asks and another answers. Whatever is decided, one conditional update decides it."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any, Final

from provisioning.control_plane.asking import ask, audit_approval, new_approval
from provisioning.control_plane.desk import Desk
from provisioning.control_plane.lockdowns import LIFT, LOCKDOWN, begin_lift, begin_lockdown, why_not_lockdown
from provisioning.control_plane.requests import existing_tenant, new_run, parse_reason, start_run
from provisioning.control_plane.tenant_facts import tenant_facts
from provisioning.control_plane.upgrades import begin_approved, print_of_schema, why_not_upgrade
from provisioning.domain.actor import ENGINE, Actor, Role
from provisioning.domain.approval import (
    DEPROVISION,
    NOTIFY,
    REMOVE_ORPHAN,
    Approval,
    ApprovalId,
    ApprovalState,
    tenant_print,
)
from provisioning.domain.duration import parse_duration
from provisioning.domain.fleet import UPGRADE
from provisioning.domain.lockdown import FLEET
from provisioning.domain.orphan import orphan_print
from provisioning.domain.run import Run, RunKind, RunState
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import FieldError, InvalidRequest, Refused
from provisioning.orphans.finding import find_orphans
from provisioning.registry import Decision, LegEnd, Transaction, UnreportedApproval

LONGEST_GRACE: Final = timedelta(days=365)


_STARTS: Final = {
    DEPROVISION: RunKind.DEPROVISION,
    REMOVE_ORPHAN: RunKind.REMOVE_ORPHAN,
    NOTIFY: RunKind.NOTIFY,
}


class Approvals:
    """Each takes an approval's id, or a subdomain (its latest question)."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def usual_grace(self) -> timedelta:
        """How long a tenant can be brought back, unless the request says otherwise."""
        return self._desk.ports.policy.grace

    async def request_deprovision(
        self,
        actor: Actor,
        subdomain: str,
        *,
        confirm: str,
        reason: str,
        grace: str = "",
        confirm_project: str = "",
        origin: Mapping[str, Any] | None = None,
    ) -> Approval:
        """Ask for a tenant's end. `confirm` is its subdomain, typed again; nothing happens before another approves.

        An imported tenant takes `confirm_project` besides: the ref of its project, whose name is not ours.

        Raises InvalidRequest per field, Refused when there is nothing to end, or no way to prove a backup of it.
        """
        wanted = {"confirm": confirm, "reason": reason, "grace": grace}
        async with self._desk.admit(actor, Role.OPERATOR, DEPROVISION, subdomain=subdomain, request=wanted):
            request = self._parse(subdomain, confirm=confirm, reason=reason, grace=grace)
            return await self._ask(actor, subdomain, request, confirm_project.strip(), origin)

    async def approve(self, actor: Actor, reference: str) -> Approval:
        """Approve, and start what was asked for. Raises Refused with who, why, or what has changed."""
        async with self._desk.admit(actor, Role.APPROVER, "approve", subdomain=reference):
            async with self._desk.registry.transaction() as tx:
                asked = await _find(tx, reference)
            print_outside = await self._print_outside(asked)
            async with self._desk.registry.transaction() as tx:
                asked = await _find(tx, asked.approval_id)
                tenant = await tx.tenants.find(asked.subdomain) if asked.action == DEPROVISION else None
                print_now = tenant_print(tenant) if tenant else print_outside
                if asked.action in {LOCKDOWN, LIFT, NOTIFY}:
                    print_now = asked.tenant_print  # what such a question is bound to, it holds itself
                refusal = await self._why_not(tx, actor, asked, print_now)
                if refusal is None:
                    return await self._start(tx, actor, asked, tenant, print_now)
            raise refusal  # outside, so that a question that became void stays so

    async def reject(self, actor: Actor, reference: str, *, reason: str) -> Approval:
        """Say no. The requester may take their own question back."""
        async with self._desk.admit(actor, Role.OPERATOR, "reject", subdomain=reference):
            said = parse_reason(reason)
            async with self._desk.registry.transaction() as tx:
                asked = await _find(tx, reference)
                if asked.requester != actor.identity and not actor.may(Role.APPROVER):
                    raise Refused("Only an approver, or whoever asked, may reject.", code="not_allowed")
                decision = self._decision(
                    actor, asked, ApprovalState.REJECTED, asked.tenant_print, reason=said
                )
                decided = await tx.approvals.decide(asked.approval_id, decision)
                if decided is None:
                    raise _decided_already(asked, self._desk)
                await audit_approval(tx, actor, decided, "rejected", reason=said)
                return decided

    async def find(self, actor: Actor, reference: str) -> Approval:
        await self._desk.require(actor, Role.VIEWER, "status", subdomain=reference)
        async with self._desk.registry.transaction() as tx:
            return await _find(tx, reference)

    async def list(self, actor: Actor, *, pending: bool = True) -> Sequence[Approval]:
        await self._desk.require(actor, Role.VIEWER, "status")
        states = [ApprovalState.PENDING] if pending else []
        async with self._desk.registry.transaction() as tx:
            return await tx.approvals.list(states=states, limit=100)

    async def unreported(self, surface: str) -> Sequence[UnreportedApproval]:
        """The questions that were asked at this surface and of which not all is shown there, with its notes."""
        async with self._desk.registry.transaction() as tx:
            return await tx.approvals.unreported(surface, limit=100)

    async def save_report(
        self, approval_id: ApprovalId, notes: Mapping[str, Any], *, done: bool = False
    ) -> None:
        async with self._desk.registry.transaction() as tx:
            await tx.approvals.save_report(approval_id, notes, done=done)

    async def expire(self) -> Sequence[Approval]:
        """Close the questions whose time is over. Called on schedule, and before anything is decided."""
        async with self._desk.registry.transaction() as tx:
            expired = await tx.approvals.expire(now=self._desk.clock.now())
            for one in expired:
                await audit_approval(tx, ENGINE, one, "expired")
            return expired

    async def _ask(
        self,
        actor: Actor,
        subdomain: str,
        request: Mapping[str, Any],
        confirm_project: str,
        origin: Mapping[str, Any] | None,
    ) -> Approval:
        if self._desk.ports.backups is None:
            raise Refused(
                "Nothing is destroyed that can't be restored, and there is no place for a backup: set ARCHIVE_URL.",
                code="no_archive",
            )
        async with self._desk.registry.transaction() as tx:
            tenant = await _ending_tenant(tx, subdomain)
        if tenant.imported and tenant.project_ref is not None:
            request = {**request, "confirm_project": _confirmed(confirm_project, tenant.project_ref)}
        facts = await tenant_facts(self._desk.ports, tenant)
        asked = new_approval(
            self._desk,
            actor,
            action=DEPROVISION,
            subject=subdomain,
            tenant_id=str(tenant.tenant_id),
            shown=tenant_print(tenant),
            request=request,
            facts=facts,
            origin=origin,
        )
        async with self._desk.registry.transaction() as tx:
            if tenant_print(await _ending_tenant(tx, subdomain)) != asked.tenant_print:
                raise Refused(f"{subdomain} was changed this moment; ask again.", code="changed")
            return await ask(tx, actor, asked)

    async def _print_outside(self, asked: Approval) -> str:
        """Look at an orphan, or at the schema, as it is now. That asks the outside, so no transaction is open meanwhile."""
        if asked.action == UPGRADE:
            return await print_of_schema(self._desk, asked)
        if asked.action != REMOVE_ORPHAN or asked.state is not ApprovalState.PENDING:
            return ""
        found = await find_orphans(self._desk.ports)
        return next((orphan_print(one) for one in found if one.ref == asked.subdomain), "")

    async def _start(
        self, tx: Transaction, actor: Actor, asked: Approval, tenant: Tenant | None, print_now: str
    ) -> Approval:
        run = await self._begin(tx, actor, asked, tenant)
        decision = self._decision(actor, asked, ApprovalState.APPROVED, print_now, run_id=run.run_id)
        decided = await tx.approvals.decide(asked.approval_id, decision)
        if decided is None:  # somebody else was quicker; nothing of this transaction stays
            raise _decided_already(await _find(tx, asked.approval_id), self._desk)
        await audit_approval(tx, actor, decided, "approved")
        return decided

    async def _begin(self, tx: Transaction, actor: Actor, asked: Approval, tenant: Tenant | None) -> Run:
        if asked.action == LOCKDOWN:
            return await begin_lockdown(self._desk, tx, actor, asked.request, asked.origin)
        if asked.action == UPGRADE:
            return await begin_approved(self._desk, tx, actor, asked)
        if asked.action == LIFT:
            return await begin_lift(self._desk, tx, actor, asked.request, asked.origin)
        if (left := await tx.runs.find_open(asked.subdomain)) is not None:
            await tx.runs.next_leg(left.run_id)  # a provisioning that waits ends with its tenant
            await tx.runs.finish(left.run_id, LegEnd(RunState.CANCELLED))
        run = new_run(self._desk, actor, _STARTS[asked.action], asked.subdomain, asked.request, asked.origin)
        run = replace(run, requested_by=asked.requested_by)
        started = await start_run(tx, actor, run, tenant.tenant_id if tenant else None, action="started")
        return started.run

    async def _why_not(
        self, tx: Transaction, actor: Actor, asked: Approval, print_now: str
    ) -> Refused | None:
        """Why it can't be approved; None when it can. A question about what has changed becomes void."""
        if asked.state is not ApprovalState.PENDING or asked.expires_at <= self._desk.clock.now():
            return _decided_already(asked, self._desk)
        if asked.requester == actor.identity:
            return Refused(
                "You asked for this yourself; somebody else has to approve it.", code="own_request"
            )
        if asked.action in {LOCKDOWN, LIFT}:
            return await why_not_lockdown(tx, asked)
        if asked.tenant_print != print_now:
            what = "The tenant schema" if asked.action == UPGRADE else asked.subdomain
            reason = f"{what} has changed since it was asked"
            await tx.approvals.make_void(asked.approval_id, at=self._desk.clock.now(), reason=reason)
            return Refused(f"{reason}, so the question is void; ask again.", code="void")
        if asked.action == UPGRADE:
            return await why_not_upgrade(tx)
        run = await tx.runs.find_open(asked.subdomain)
        if run is not None and not _may_end_with_its_tenant(run):
            return Refused(
                f"{asked.subdomain} has an open run ({run.run_id}, {run.state}); approve once it has ended.",
                code="run_open",
            )
        return None

    def _decision(
        self,
        actor: Actor,
        asked: Approval,
        state: ApprovalState,
        print_now: str,
        *,
        reason: str | None = None,
        run_id: Any = None,
    ) -> Decision:
        return Decision(
            state=state,
            by=actor.label,
            decider=actor.identity,
            at=self._desk.clock.now(),
            request_hash=asked.request_hash,
            tenant_print=print_now,
            reason=reason,
            run_id=run_id,
        )

    def _parse(self, subdomain: str, *, confirm: str, reason: str, grace: str) -> dict[str, Any]:
        faults: list[FieldError] = []
        said = ""
        span = self._desk.ports.policy.grace
        if confirm.strip() != subdomain:
            faults.append(
                FieldError("confirm", f"Type the subdomain, {subdomain}, to say that you mean this tenant.")
            )
        try:
            said = parse_reason(reason)
        except InvalidRequest as fault:
            faults.extend(fault.errors)
        try:
            span = parse_duration(grace) if grace else span
            if span > LONGEST_GRACE:
                faults.append(FieldError("grace", "The grace period may be 365d at most."))
        except ValueError as fault:
            faults.append(FieldError("grace", str(fault)))
        if faults:
            raise InvalidRequest(faults)
        return {"reason": said, "grace_seconds": int(span.total_seconds())}


def _confirmed(typed: str, ref: str) -> str:
    if typed != ref:
        raise InvalidRequest(
            [
                FieldError(
                    "confirm_project",
                    f"This tenant was made by hand, so its project does not have a name that we gave. "
                    f"Type its ref, {ref}, to say that it is to be deleted (--confirm-project).",
                )
            ]
        )
    return typed


async def _ending_tenant(tx: Transaction, subdomain: str) -> Tenant:
    tenant = await existing_tenant(tx, subdomain)
    run = await tx.runs.find_open(subdomain)
    if run is not None and not _may_end_with_its_tenant(run):
        raise Refused(
            f"{subdomain} has an open run ({run.run_id}, {run.state}); "
            f"see `tenantbot status {subdomain}`, and ask once it has ended.",
            code="run_open",
            field="subdomain",
        )
    if tenant.state is TenantState.PROVISIONING:
        raise Refused(
            f"{subdomain} is not provisioned; roll its run back instead (`tenantbot rollback {subdomain}`).",
            code="not_provisioned",
        )
    return tenant


def _may_end_with_its_tenant(run: Run) -> bool:
    """A provisioning that waits, past the point of a roll back perhaps, must not keep its tenant for ever."""
    return run.kind is RunKind.PROVISION and run.state is RunState.WAITING


async def _find(tx: Transaction, reference: str) -> Approval:
    found = await tx.approvals.find(ApprovalId(reference)) or await tx.approvals.find_latest(reference)
    if found is None:
        about = "all tenants" if reference == FLEET else reference
        raise Refused(f"There is no question about {about} to decide.", code="unknown_approval")
    return found


def _decided_already(asked: Approval, desk: Desk) -> Refused:
    if asked.state is ApprovalState.PENDING and asked.expires_at > desk.clock.now():
        return Refused("This was decided by somebody else this moment; look again.", code="decided")
    if asked.state in {ApprovalState.PENDING, ApprovalState.EXPIRED}:
        return Refused(
            f"This question expired at {asked.expires_at:%Y-%m-%d %H:%M} UTC; ask again.", code="expired"
        )
    why = f" ({asked.decision_reason})" if asked.decision_reason else ""
    by = f" by {asked.decided_by}" if asked.decided_by else ""
    return Refused(f"This is {asked.state} already{by}{why}.", code="decided")
