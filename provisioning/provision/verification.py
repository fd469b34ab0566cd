"""Running the checks of guide 14.3, step 8: each timed, each with expected, found and evidence, none stopping the next."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from provisioning.domain.checklist import Check, Checklist
from provisioning.domain.round import Verification
from provisioning.domain.secret import Secret
from provisioning.domain.tenant import TenantState
from provisioning.engine.step import Retry
from provisioning.engine.waiting import together
from provisioning.errors import TenantbotError, Transient
from provisioning.ports import Answer
from provisioning.provision.ports import At
from provisioning.registry import Transaction


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
    partner: str | None = None
    """The other tenant that its token is tried at; None: any that is active."""
    patience: timedelta = timedelta(seconds=15)
    """How long a check that gets no answer is made again."""
    upload_rests: float = 0.0
    """Seconds that an upload is left alone before it is asked for the first time."""


_RETRY = Retry()
_PATIENCE_NEW = timedelta(minutes=5)
Checker = Callable[["Checks"], Awaitable[Finding]]


class Checks:
    """One verification in progress: the subject, and the token that the login check gained for those after it."""

    def __init__(self, at: At, subject: Subject) -> None:
        self.at = at
        self.subject = subject
        self.token: Secret | None = None
        self.at_home: Answer | None = None
        """What the tenant said to its own token, once that was asked."""

    async def make(self, name: str, check: Checker) -> Check:
        started = self.at.clock.monotonic()
        finding = await self._find(check)
        return Check(
            name=name,
            expected=finding.expected,
            found=finding.found,
            ok=finding.ok,
            advisory=name in self.at.ports.policy.verify_advisory,
            evidence=finding.evidence,
            seconds=round(self.at.clock.monotonic() - started, 3),
        )

    async def _find(self, check: Checker) -> Finding:
        """Make the check until it has an answer, or patience ends: a new name's certificate comes some minutes late."""
        until = self.at.clock.now() + (_PATIENCE_NEW if self.subject.is_new else self.subject.patience)
        attempt = 0
        while True:
            attempt += 1
            try:
                return await check(self)
            except Transient as fault:
                pause = _RETRY.pause(attempt, fault.retry_after)
                if fault.code == "database_unreachable":
                    raise  # our own registry is away: that says nothing about the tenant
                if self.at.clock.now() + timedelta(seconds=pause) > until:
                    return Finding(expected="an answer", found=fault.message, ok=False)
                await self.at.clock.sleep(pause)
            except TenantbotError as fault:
                return Finding(expected="an answer", found=fault.message, ok=False)


async def run_checks(
    at: At, subject: Subject, rounds: Sequence[Mapping[str, Checker]], *, order: Sequence[str]
) -> Checklist:
    """Make the checks of each round at once, the rounds one after the other; list them in `order`."""
    checks = Checks(at, subject)
    made: list[Check] = []
    for checkers in rounds:
        await at.note(f"checking {', '.join(checkers).replace('_', ' ')}")
        made.extend(await together(*(checks.make(name, checker) for name, checker in checkers.items())))
    return Checklist(tuple(sorted(made, key=lambda check: order.index(check.name))))


async def record_verdict(at: At, checklist: Checklist) -> None:
    """Keep the checklist with the run, and the tenant's state with the tenant."""
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)  # a process that was presumed dead must not overrule the one that took over
        await tx.runs.store_checklist(at.run_id, checklist)
        await keep_verification(tx, at, checklist)


async def keep_verification(
    tx: Transaction, at: At, checklist: Checklist, *, database: str | None = None
) -> None:
    """Keep it in the tenant's history, and what it means for the tenant's state."""
    found = Verification(
        at.subdomain, at.run_id, not checklist.failures, checklist.verdict, checklist.checks, database
    )
    await tx.verifications.add(found, keep=at.ports.policy.verify_keep)
    tenant = await tx.tenants.find(at.subdomain)
    if tenant is not None and tenant.state is not TenantState.SUSPENDED:
        state = TenantState.VERIFIED if found.ok else TenantState.UNVERIFIED
        await tx.tenants.set_state(at.subdomain, state, verdict=checklist.verdict)


def skipped(expected: str, reason: str) -> Finding:
    return Finding(expected=expected, found=f"skipped: {reason}", ok=None)


def field(data: object, name: str) -> Any:
    """Read one field of a JSON body that may be anything."""
    return data.get(name) if isinstance(data, dict) else None
