"""The dry run: every read-only question that a run would stumble over, asked beforehand. Changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any

from provisioning.control_plane.desk import Desk
from provisioning.control_plane.runs import refuse_rollback
from provisioning.control_plane.views import find_run
from provisioning.doctor.questions import ask_mail, ask_organization, ask_region, ask_token
from provisioning.domain.actor import Actor, Role
from provisioning.domain.question import Question
from provisioning.domain.request import REGION_GROUPS, ProvisionRequest, parse_provision_request
from provisioning.domain.run import Run, RunKind
from provisioning.errors import FieldError, InvalidRequest, TenantbotError
from provisioning.provision.step5_configure_dns import where_it_leads


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

    async def provision(self, actor: Actor, raw: Mapping[str, Any]) -> Plan:
        """Ask everything at once. Raises InvalidRequest when the request itself is wrong."""
        async with self._admit(actor, raw):
            request = parse_provision_request(raw, self._desk.defaults)
        ports = self._desk.ports
        asked: dict[str, Callable[[ProvisionRequest], Awaitable[Question]]] = {
            "subdomain": lambda asked: self.subdomain(actor, asked.subdomain),
            "Supabase token": lambda _: ask_token(ports.projects),
            "organization": lambda _: ask_organization(ports.projects, ports.policy),
            "region": lambda asked: ask_region(ports.projects, asked.region),
            "platform": self._platform,
            "DNS": self._dns,
            "mail": lambda _: ask_mail(ports.mailer),
            "archive": self._archive,
        }
        questions = await asyncio.gather(*(_ask(name, ask, request) for name, ask in asked.items()))
        questions.extend(await self._lockdown())
        return Plan(
            request=request,
            steps=tuple(step.title for step in self._desk.pipelines[RunKind.PROVISION].steps),
            monthly_cost=ports.policy.monthly_cost,
            questions=tuple(questions),
        )

    async def _lockdown(self) -> Sequence[Question]:
        """Asked only about the one that is in force."""
        async with self._desk.registry.transaction() as tx:
            lockdown = await tx.lockdowns.in_force()
        return [Question("lockdown", lockdown.refusal, ok=False)] if lockdown else []

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

    async def _platform(self, request: ProvisionRequest) -> Question:
        platform = self._desk.ports.platform
        if not platform.publishes:
            return Question("platform", "nothing is published (PLATFORM_REGISTRY=none)", ok=None)
        if (found := await platform.find(request.subdomain)) is not None:
            return Question(
                "platform", f"already has a tenant {found.subdomain} ({found.tenant_id})", ok=False
            )
        return Question("platform", f"answers, and {request.subdomain} is free there", ok=True)

    async def _dns(self, request: ProvisionRequest) -> Question:
        policy, dns = self._desk.ports.policy, self._desk.ports.dns
        host = f"{request.subdomain}.{policy.domain}"
        if (answer := await dns.lookup(host)).exists:
            said = await where_it_leads(self._desk.ports, answer)
            how = "" if said.endswith("wildcard") else " by a record of its own"
            return Question("DNS", f"{host} {said}{how}", ok=True)
        if self._desk.ports.zone.provider == "none":
            return Question(
                "DNS",
                f"{host} does not resolve; the run will ask for: {host} CNAME {policy.dns_target}",
                ok=None,
            )
        await self._desk.ports.zone.check_access()
        return Question("DNS", f"{host} will be added at {self._desk.ports.zone.provider}", ok=True)

    async def _archive(self, _: ProvisionRequest) -> Question:
        if self._desk.archive is None:
            return Question(
                "archive", "not set (ARCHIVE_URL); needed before a tenant can be deprovisioned", ok=None
            )
        await self._desk.archive.check_access()
        return Question("archive", "can be reached", ok=True)


async def _ask(
    name: str, ask: Callable[[ProvisionRequest], Awaitable[Question]], request: ProvisionRequest
) -> Question:
    try:
        return await ask(request)
    except TenantbotError as fault:
        return Question(name, fault.message, ok=False)
