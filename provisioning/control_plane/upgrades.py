"""A schema change of all tenants: what it would do, asked for, begun."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from provisioning.control_plane.asking import ask, audit_approval, new_approval
from provisioning.control_plane.desk import Desk
from provisioning.control_plane.requests import (
    Started,
    continue_run,
    new_run,
    parse_reason,
    refuse_in_lockdown,
    start_run,
)
from provisioning.domain.actor import ENGINE, Actor, Role
from provisioning.domain.approval import NO_TENANT, Approval
from provisioning.domain.fleet import UPGRADE, AtVersion, UpgradeRequest, ring_sizes
from provisioning.domain.lockdown import FLEET
from provisioning.domain.run import Run, RunKind
from provisioning.domain.schema_change import PlannedFile, plan_files
from provisioning.domain.schema_files import SchemaFile, fingerprint
from provisioning.errors import Permanent, Refused, TenantbotError
from provisioning.registry import Transaction

_MOST_SHOWN: Final = 10


@dataclass(frozen=True)
class UpgradePlan:
    """What an upgrade would do. `files` are those that some tenant lacks; `trial` says how they did on no tenant."""

    to: str
    files: tuple[PlannedFile, ...]
    rings: Mapping[int, int]
    pinned: int
    unrecorded: int
    trial: str
    ready: bool

    @property
    def tenants(self) -> int:
        return sum(self.rings.values())

    @property
    def destructive(self) -> tuple[str, ...]:
        return tuple(file.version for file in self.files if file.may_destroy)


class Upgrades:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def plan(self, actor: Actor) -> UpgradePlan:
        """Say what would be done, statement by statement, and try it in a database that is no tenant's."""
        async with self._desk.admit(actor, Role.OPERATOR, "fleet.upgrade"):
            return await self._plan(await self._desk.ports.schema.files())

    async def request(
        self,
        actor: Actor,
        *,
        reason: str,
        first: str | None = None,
        ask_second: bool = False,
        origin: Mapping[str, Any] | None = None,
    ) -> Approval | Started | None:
        """Bring the newest schema to all tenants; None when all have it.

        `first` goes first. A second person is asked where anything may be lost, and where the surface says so.
        Raises Refused for a schema that can't be applied to an empty database.
        """
        wanted = {"reason": reason, "first": first}
        async with self._desk.admit(actor, Role.OPERATOR, "fleet.upgrade", subdomain=FLEET, request=wanted):
            files = await self._desk.ports.schema.files()
            said = parse_reason(reason or f"schema version {files[-1].version}")
            plan = await self._plan(files)
            if not plan.ready:
                raise Refused(plan.trial, code="schema")
            request = UpgradeRequest(
                to=plan.to,
                files=fingerprint(files),
                reason=said,
                destructive=plan.destructive,
                first=first,
            )
            if plan.destructive and self._desk.ports.backups is None:
                raise Refused(
                    "Something may be lost by this change, and there is no place for backups: set ARCHIVE_URL.",
                    code="no_archive",
                )
            return await self._request(actor, request, plan, origin, ask_second=ask_second)

    async def _request(
        self,
        actor: Actor,
        request: UpgradeRequest,
        plan: UpgradePlan,
        origin: Mapping[str, Any] | None,
        *,
        ask_second: bool,
    ) -> Approval | Started | None:
        async with self._desk.registry.transaction() as tx:
            await refuse_in_lockdown(tx)
            if request.first is not None:
                await _require_behind(tx, request.first, plan.to)
            if (open_run := await tx.runs.find_open(FLEET)) is not None:
                return await continue_run(tx, actor, open_run, RunKind.FLEET, request.to_json())
            if not plan.tenants:
                return None
            if not (plan.destructive or ask_second):
                return Started(await begin_upgrade(self._desk, tx, actor, request.to_json(), origin), False)
            asked = new_approval(
                self._desk,
                actor,
                action=UPGRADE,
                subject=FLEET,
                tenant_id=NO_TENANT,
                shown=request.files,
                request=request.to_json(),
                facts=_facts(plan),
                origin=origin,
            )
            for one in await tx.approvals.expire(now=self._desk.clock.now()):
                await audit_approval(tx, ENGINE, one, "expired")
            return await ask(tx, actor, asked)

    async def _plan(self, files: Sequence[SchemaFile]) -> UpgradePlan:
        to = files[-1].version
        async with self._desk.registry.transaction() as tx:
            versions = await tx.fleet.versions()
        oldest = min((str(one.version) for one in _behind(versions, to)), default=to)
        lacking = [file for file in files if file.version > oldest]
        tenants = sum(one.tenants - one.pinned for one in _behind(versions, to))
        try:
            planned = plan_files(lacking)
        except ValueError as fault:
            planned, trial, ready = (), str(fault), False
        else:
            trial, ready = await self._try(files)
        return UpgradePlan(
            to=to,
            files=planned,
            rings=ring_sizes(tenants),
            pinned=sum(one.pinned for one in versions),
            unrecorded=sum(one.tenants for one in versions if one.version is None),
            trial=trial,
            ready=ready,
        )

    async def _try(self, files: Sequence[SchemaFile]) -> tuple[str, bool]:
        try:
            await self._desk.ports.trials.fingerprint(files)
        except Permanent as fault:
            if fault.code == "schema":
                return f"It can't be applied to an empty database: {fault.message}", False
            return f"Not tried on an empty database: {fault.message}", True
        except TenantbotError as fault:
            return f"Not tried on an empty database: {fault.message}", True
        return "It can be applied to an empty database.", True


async def begin_upgrade(
    desk: Desk, tx: Transaction, actor: Actor, request: Mapping[str, Any], origin: Mapping[str, Any] | None
) -> Run:
    run = new_run(desk, actor, RunKind.FLEET, FLEET, request, origin)
    await start_run(tx, actor, run, None)
    return run


async def begin_approved(desk: Desk, tx: Transaction, actor: Actor, asked: Approval) -> Run:
    """It is still whose question it was."""
    run = new_run(desk, actor, RunKind.FLEET, FLEET, asked.request, asked.origin)
    run = replace(run, requested_by=asked.requested_by)
    await start_run(tx, actor, run, None, action="started")
    return run


async def why_not_upgrade(tx: Transaction) -> Refused | None:
    """Why a question about a schema change can't be approved as things stand; None when it can."""
    if (lockdown := await tx.lockdowns.in_force()) is not None:
        return Refused(lockdown.refusal, code="lockdown")
    if (open_run := await tx.runs.find_open(FLEET)) is not None:
        return Refused(f"{open_run.run_id} is {open_run.state}; approve once it has ended.", code="run_open")
    return None


async def print_of_schema(desk: Desk, asked: Approval) -> str:
    """Fingerprint of the files as they are now: other ones than were shown make the question void."""
    files = await desk.ports.schema.files()
    return fingerprint([file for file in files if file.version <= asked.request["to"]])


async def latest_upgrade(tx: Transaction) -> Run | None:
    open_run = await tx.runs.find_open(FLEET)
    if open_run is not None and open_run.kind is RunKind.FLEET:
        return open_run
    return await tx.runs.find_latest(FLEET, kind=RunKind.FLEET)


def _behind(versions: Sequence[AtVersion], to: str) -> list[AtVersion]:
    return [
        one for one in versions if one.version is not None and one.version < to and one.tenants > one.pinned
    ]


async def _require_behind(tx: Transaction, subdomain: str, to: str) -> None:
    tenant = await tx.tenants.find(subdomain)
    if tenant is None or tenant.schema_version is None or tenant.pinned_reason or tenant.schema_version >= to:
        raise Refused(
            f"{subdomain} can't go first: it is no tenant that lacks version {to}, or it is pinned.",
            code="not_behind",
            field="first",
        )


def _facts(plan: UpgradePlan) -> dict[str, Any]:
    destroying = [
        f"{file.label}, line {statement.line}: {statement.text}"
        for file in plan.files
        for statement in file.statements
        if statement.may_destroy
    ]
    return {
        "to": plan.to,
        "tenants": plan.tenants,
        "rings": [*plan.rings.values()],
        "statements": sum(len(file.statements) for file in plan.files),
        "files": [file.label for file in plan.files],
        "destructive": destroying[:_MOST_SHOWN],
        "destructive_total": len(destroying),
    }
