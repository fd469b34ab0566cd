"""Running the checks of guide 14.3, step 8: each timed, each with expected, found and evidence, none stopping the next."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from provisioning.domain.checklist import Check, Checklist
from provisioning.domain.secret import Secret
from provisioning.domain.tenant import TenantState
from provisioning.errors import TenantbotError
from provisioning.provision.ports import At


@dataclass(frozen=True)
class Finding:
    """What one check found. `ok` None: it could not be made, and `found` says why."""

    expected: str
    found: str
    ok: bool | None
    evidence: str = ""


@dataclass(frozen=True)
class Subject:
    """Whom the checks are made for, and as which user they log in."""

    tenant_id: str
    email: str
    password: Secret
    vendors: tuple[str, ...]
    is_new: bool
    """A new tenant has no uploads of anybody; a tenant at work has its own."""


Checker = Callable[["Checks"], Awaitable[Finding]]


class Checks:
    """One verification in progress: the subject, and the token that the login check gained for those after it."""

    def __init__(self, at: At, subject: Subject) -> None:
        self.at = at
        self.subject = subject
        self.token: Secret | None = None

    async def make(self, name: str, check: Checker) -> Check:
        started = self.at.clock.monotonic()
        try:
            finding = await check(self)
        except TenantbotError as fault:
            finding = Finding(expected="an answer", found=fault.message, ok=False)
        return Check(
            name=name,
            expected=finding.expected,
            found=finding.found,
            ok=finding.ok,
            advisory=name in self.at.ports.policy.verify_advisory,
            evidence=finding.evidence,
            seconds=round(self.at.clock.monotonic() - started, 3),
        )


async def run_checks(
    at: At, subject: Subject, rounds: Sequence[Mapping[str, Checker]], *, order: Sequence[str]
) -> Checklist:
    """Make the checks of each round at once, the rounds one after the other; list them in `order`."""
    checks = Checks(at, subject)
    made: list[Check] = []
    for checkers in rounds:
        await at.note(f"checking {', '.join(checkers).replace('_', ' ')}")
        made.extend(await asyncio.gather(*(checks.make(name, checker) for name, checker in checkers.items())))
    return Checklist(tuple(sorted(made, key=lambda check: order.index(check.name))))


async def record_verdict(at: At, checklist: Checklist) -> None:
    """Keep the checklist with the run, and the tenant's state with the tenant."""
    async with at.ports.registry.transaction() as tx:
        await tx.runs.store_checklist(at.run_id, checklist)
        tenant = await tx.tenants.find(at.subdomain)
        if tenant is not None and tenant.state is not TenantState.SUSPENDED:
            state = TenantState.UNVERIFIED if checklist.failures else TenantState.VERIFIED
            await tx.tenants.set_state(at.subdomain, state, run_id=at.run_id)


def skipped(expected: str, reason: str) -> Finding:
    return Finding(expected=expected, found=f"skipped: {reason}", ok=None)


def with_evidence(finding: Finding, evidence: str) -> Finding:
    return replace(finding, evidence=evidence)


def field(data: object, name: str) -> Any:
    """Read one field of a JSON body that may be anything."""
    return data.get(name) if isinstance(data, dict) else None
