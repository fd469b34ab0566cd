"""The dry run: every read-only question that a run would stumble over, asked beforehand. Changes nothing."""

from collections.abc import Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from provisioning.control_plane.desk import Desk
from provisioning.control_plane.questions import Ask, Questions, ask_all
from provisioning.control_plane.runs import refuse_rollback
from provisioning.control_plane.views import find_run
from provisioning.doctor.questions import ask_mail, ask_organization, ask_region, ask_token
from provisioning.domain.actor import Actor, Role
from provisioning.domain.question import Question
from provisioning.domain.request import REGION_GROUPS, ProvisionRequest, parse_provision_request
from provisioning.domain.run import Run, RunKind
from provisioning.errors import FieldError, InvalidRequest, TenantbotError


@dataclass(frozen=True)
class Plan:
    """What a run would do, and what the outside says to it."""

    request: ProvisionRequest
    steps: tuple[str, ...]
    monthly_cost: float
    questions: tuple[Question, ...]

    @property
    def ready(self) -> bool:
        return all(question.ok is not False for question in self.questions)


@dataclass(frozen=True)
class RollbackPlan:
    """What rolling back would undo, in that order; each is a phrase such as `delete the Supabase project`."""

    run: Run
    undo: tuple[str, ...]
    monthly_cost: float


@dataclass(frozen=True)
class Choices:
    """What a form for a request offers."""

    vendors: tuple[str, ...]
    regions: tuple[str, ...]
    default_region: str


class Plans:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._questions = Questions(desk)

    async def provision(self, actor: Actor, raw: Mapping[str, Any]) -> Plan:
        """Ask everything at once. Raises InvalidRequest when the request itself is wrong."""
        async with self._admit(actor, raw):
            request = parse_provision_request(raw, self._desk.defaults)
        ports, outside = self._desk.ports, self._questions
        asked: dict[str, Ask] = {
            "subdomain": lambda asked: self.subdomain(actor, asked.subdomain),
            "Supabase token": lambda _: ask_token(ports.projects),
            "organization": lambda _: ask_organization(ports.projects, ports.policy),
            "region": lambda asked: ask_region(ports.projects, asked.region),
            "platform": outside.platform,
            "DNS": outside.dns,
            "mail": lambda _: ask_mail(ports.mailer),
            "archive": outside.archive,
        }
        questions = [*await ask_all(asked, request), *await outside.lockdown()]
        return Plan(
            request=request,
            steps=tuple(step.title for step in self._desk.pipelines[RunKind.PROVISION].steps),
            monthly_cost=ports.policy.monthly_cost,
            questions=tuple(questions),
        )

    async def check(self, actor: Actor, raw: Mapping[str, Any]) -> ProvisionRequest:
        """Check every field, and that the subdomain is free, without asking the outside. Raises InvalidRequest."""
        async with self._admit(actor, raw):
            faults: list[FieldError] = []
            try:
                request = parse_provision_request(raw, self._desk.defaults)
            except InvalidRequest as fault:
                faults = list(fault.errors)
            name = str(raw.get("subdomain") or "").strip()
            if all(fault.field != "subdomain" for fault in faults):
                question = await self.subdomain(actor, name)
                if not question.ok:
                    faults.append(FieldError("subdomain", f"{question.answer}."))
            if faults:
                raise InvalidRequest(faults)
            return request

    async def subdomain(self, actor: Actor, name: str) -> Question:
        """Tell whether a subdomain is free in the registry; a buried tenant's is not."""
        await self._desk.require(actor, Role.OPERATOR, "provision", subdomain=name)
        async with self._desk.registry.transaction() as tx:
            tenant = await tx.tenants.find(name)
        if tenant is None:
            return Question("subdomain", f"{name} is free", ok=True)
        return Question("subdomain", f"{name} is taken by {tenant.company_name} ({tenant.state})", ok=False)

    async def choices(self) -> Choices:
        """What a form offers. Regions are Supabase's, or at least its groups while it does not answer."""
        try:
            offered = await self._desk.ports.projects.regions()
        except TenantbotError:
            offered = ()
        defaults = self._desk.defaults
        regions = dict.fromkeys([defaults.region, *sorted(REGION_GROUPS), *sorted(offered)])
        return Choices(tuple(defaults.vendors), tuple(regions), defaults.region)

    async def rollback(self, actor: Actor, reference: str) -> RollbackPlan:
        """Say what a roll back would undo. Raises Refused where the roll back itself would be."""
        async with (
            self._desk.admit(actor, Role.OPERATOR, "rollback", subdomain=reference),
            self._desk.registry.transaction() as tx,
        ):
            run = await find_run(tx, reference)
            await refuse_rollback(tx, run)
            begun = (await tx.runs.brief(run.run_id)).begun
        steps = reversed(self._desk.pipelines[run.kind].steps)
        undo = tuple(step.undoes for step in steps if step.undoes and step.number in begun)
        return RollbackPlan(run, undo, self._desk.ports.policy.monthly_cost)

    def _admit(self, actor: Actor, raw: Mapping[str, Any]) -> AbstractAsyncContextManager[None]:
        return self._desk.admit(
            actor, Role.OPERATOR, "provision", subdomain=str(raw.get("subdomain") or ""), request=raw
        )
