"""The read-only questions that a run which makes a project would stumble over, asked beforehand. Changes nothing."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence

from provisioning.control_plane.desk import Desk
from provisioning.domain.question import Question
from provisioning.domain.request import ProvisionRequest
from provisioning.errors import TenantbotError
from provisioning.provision.step5_configure_dns import where_it_leads

Ask = Callable[[ProvisionRequest], Awaitable[Question]]


async def ask_all(asks: Mapping[str, Ask], request: ProvisionRequest) -> Sequence[Question]:
    """Ask at once; what can't be answered is an answer that stands in the way."""
    return await asyncio.gather(*(_ask(name, ask, request) for name, ask in asks.items()))


class Questions:
    """What is asked of the outside, and of the registry about a lockdown."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def platform(self, request: ProvisionRequest) -> Question:
        platform = self._desk.ports.platform
        if not platform.publishes:
            return Question("platform", "nothing is published (PLATFORM_REGISTRY=none)", ok=None)
        if (found := await platform.find(request.subdomain)) is not None:
            return Question(
                "platform", f"already has a tenant {found.subdomain} ({found.tenant_id})", ok=False
            )
        return Question("platform", f"answers, and {request.subdomain} is free there", ok=True)

    async def dns(self, request: ProvisionRequest) -> Question:
        policy, dns = self._desk.ports.policy, self._desk.ports.dns
        host = f"{request.subdomain}.{policy.domain}"
        if (answer := await dns.lookup(host)).exists:
            said = await where_it_leads(dns, policy, answer)
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

    async def archive(self, _: ProvisionRequest) -> Question:
        if self._desk.archive is None:
            return Question(
                "archive", "not set (ARCHIVE_URL); needed before a tenant can be deprovisioned", ok=None
            )
        await self._desk.archive.check_access()
        return Question("archive", "can be reached", ok=True)

    async def lockdown(self) -> Sequence[Question]:
        """Asked only about the one that is in force."""
        async with self._desk.registry.transaction() as tx:
            lockdown = await tx.lockdowns.in_force()
        return [Question("lockdown", lockdown.refusal, ok=False)] if lockdown else []


async def _ask(name: str, ask: Ask, request: ProvisionRequest) -> Question:
    try:
        return await ask(request)
    except TenantbotError as fault:
        return Question(name, fault.message, ok=False)
