"""Decisions about a run: retry, roll back, cancel. The row decides; the engine is told in the same transaction."""

from collections.abc import Mapping, Sequence
from typing import Final

from provisioning.control_plane.desk import Desk
from provisioning.control_plane.requests import new_run, refuse_in_lockdown, start_run
from provisioning.control_plane.views import find_run
from provisioning.deprovision.pipeline import POINT_OF_NO_RETURN
from provisioning.domain.actor import Actor, Role
from provisioning.domain.run import Direction, Run, RunKind, RunState
from provisioning.engine.pipeline import Ending
from provisioning.engine.runner import stopped_as_asked
from provisioning.errors import Refused
from provisioning.provision.step7_send_welcome_email import TEMPLATE
from provisioning.registry import AuditEntry, LegEnd, Transaction

_UNDONE_BY_ROLLBACK: Final = frozenset({RunKind.PROVISION, RunKind.RESTORE, RunKind.IMPORT, RunKind.ROTATE})


class RunDecisions:
    """Each takes a run id or a subdomain (its open or latest run) and returns the run as it is afterwards."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def retry(self, actor: Actor, reference: str) -> Run:
        """Go on from the step that stopped the run. A roll back that stopped goes on rolling back."""
        async with (
            self._desk.admit(actor, Role.OPERATOR, "retry", subdomain=reference),
            self._desk.registry.transaction() as tx,
        ):
            run = await locked_run(tx, reference)
            if run.state is not RunState.WAITING:
                raise Refused(f"{_standing(run)}; only a waiting run can be retried.", code="not_waiting")
            return await _continue(tx, actor, run, run.direction, "retry")

    async def rollback(self, actor: Actor, reference: str) -> Run:
        """Undo what the run made, in reverse. Refused once the customer may have data."""
        async with (
            self._desk.admit(actor, Role.OPERATOR, "rollback", subdomain=reference),
            self._desk.registry.transaction() as tx,
        ):
            run = await locked_run(tx, reference)
            await refuse_rollback(tx, run)
            return await _continue(tx, actor, run, Direction.ROLLBACK, "rollback")

    async def undo(self, actor: Actor, reference: str) -> Run:
        """Bring a tenant back that is to end: its run is cancelled, and a run activates the tenant.

        Possible until its project's deletion begins. Returns the activating run.
        """
        async with (
            self._desk.admit(actor, Role.OPERATOR, "undo", subdomain=reference),
            self._desk.registry.transaction() as tx,
        ):
            run = await locked_run(tx, reference)
            tenant = await tx.tenants.find(run.subdomain)
            _refuse_undo(run, (await tx.runs.brief(run.run_id)).begun)
            await refuse_in_lockdown(tx)
            assert tenant is not None
            await tx.runs.next_leg(run.run_id)  # the leg that is due at the end of the grace is void
            await tx.runs.finish(run.run_id, LegEnd(RunState.CANCELLED))
            await _audit(tx, actor, run, "undo")
            back = new_run(
                self._desk,
                actor,
                RunKind.ACTIVATE,
                run.subdomain,
                {"reason": f"undo of {run.run_id}"},
                run.origin,
            )
            return (await start_run(tx, actor, back, tenant.tenant_id)).run

    async def cancel(self, actor: Actor, reference: str) -> Run:
        """Stop before the next step. Over when nothing was made; else the run waits, to be retried or rolled back."""
        async with (
            self._desk.admit(actor, Role.OPERATOR, "cancel", subdomain=reference),
            self._desk.registry.transaction() as tx,
        ):
            run = await locked_run(tx, reference)
            if not run.state.is_open:
                raise Refused(f"{_standing(run)}; there is nothing to cancel.", code="not_open")
            if run.kind is RunKind.DEPROVISION:
                raise Refused(
                    f"{run.subdomain} is suspended and on its way out; `tenantbot undo {run.subdomain}` brings it back.",
                    code="use_undo",
                )
            if run.kind is RunKind.LOCKDOWN:
                raise Refused(
                    "A lockdown is not left half-way; `tenantbot lockdown lift` brings back what it suspended.",
                    code="use_lift",
                )
            if run.state is RunState.RUNNING:
                await tx.runs.request_cancel(run.run_id)
            else:
                await self._cancel_at_rest(tx, run)
            after = await tx.runs.lock(run.run_id)
            await _audit(tx, actor, after, "cancel", details={"state": after.state.value})
            return after

    async def _cancel_at_rest(self, tx: Transaction, run: Run) -> None:
        """Nobody is executing the run now (queued, or waiting), so the answer is known at once."""
        pipeline = self._desk.pipelines[run.kind]
        if await pipeline.made_anything(tx, run.subdomain):
            end = LegEnd(RunState.WAITING, stopped_as_asked(run.requested_by), run.error)
        else:
            end = LegEnd(RunState.CANCELLED)
        await tx.runs.next_leg(run.run_id)  # the leg that is queued, or due later, is void
        await tx.runs.finish(run.run_id, end)
        await pipeline.on_end(tx, Ending(run_id=run.run_id, subdomain=run.subdomain, state=end.state))


async def locked_run(tx: Transaction, reference: str) -> Run:
    found = await find_run(tx, reference)
    return await tx.runs.lock(found.run_id)


async def _continue(tx: Transaction, actor: Actor, run: Run, direction: Direction, action: str) -> Run:
    leg = await tx.runs.continue_with(run.run_id, direction)
    await tx.legs.enqueue(run.run_id, leg)
    await _audit(tx, actor, run, action)
    return await tx.runs.lock(run.run_id)


def _refuse_undo(run: Run, begun: Sequence[int]) -> None:
    if run.kind is not RunKind.DEPROVISION:
        raise Refused(
            f"{run.subdomain} is not being deprovisioned ({_standing(run)}); there is nothing to undo.",
            code="nothing_to_undo",
        )
    if POINT_OF_NO_RETURN in begun:
        raise Refused(
            f"The project of {run.subdomain} is deleted, or being deleted: too late to undo. "
            "Its proved backup can be restored.",
            code="too_late",
        )
    if run.state is not RunState.WAITING:
        raise Refused(
            f"{run.run_id} is {run.state}"
            + (
                "; try again in a moment, when it waits."
                if run.state.is_open
                else "; there is nothing to undo."
            ),
            code="not_waiting",
        )


async def refuse_rollback(tx: Transaction, run: Run) -> None:
    if run.kind is RunKind.LOCKDOWN:
        raise Refused(
            "A lockdown is not rolled back; `tenantbot lockdown lift` brings back what it suspended.",
            code="use_lift",
        )
    if run.kind not in _UNDONE_BY_ROLLBACK:
        raise Refused(f"A {run.kind} run makes nothing that could be rolled back.", code="nothing_to_undo")
    if run.state is not RunState.WAITING:
        raise Refused(
            f"{_standing(run)}; only a waiting run can be rolled back"
            + (
                " (cancel it first)."
                if run.state.is_open
                else "; remove a tenant with `tenantbot deprovision`."
            ),
            code="not_waiting",
        )
    if run.kind is RunKind.ROTATE:
        return
    tenant = await tx.tenants.find(run.subdomain)
    if (
        run.kind is RunKind.PROVISION
        and tenant is not None
        and (mail := await tx.outbox.latest(tenant.tenant_id, template=TEMPLATE))
        and mail.state != "pending"
    ):
        raise Refused(
            f"The welcome e-mail of {run.subdomain} is out, or may be: the customer may be using the tenant. "
            f"Retry the run, or remove the tenant with `tenantbot deprovision {run.subdomain}`.",
            code="customer_has_access",
        )


def _standing(run: Run) -> str:
    verb = "has" if run.state is RunState.SUCCEEDED else "is"
    return f"{run.run_id} {verb} {run.state.replace('_', ' ')}"


async def _audit(
    tx: Transaction, actor: Actor, run: Run, action: str, *, details: Mapping[str, str] | None = None
) -> None:
    await tx.audit.append(
        actor,
        AuditEntry(
            action=f"{run.kind}.{action}",
            result="accepted",
            subdomain=run.subdomain,
            run_id=run.run_id,
            details=details or {},
        ),
    )
