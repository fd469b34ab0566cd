"""The proof of a suspension, made from outside: login and live session refused here, while another tenant works."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from provisioning.domain.checklist import Check, Checklist
from provisioning.domain.secret import Secret
from provisioning.domain.tenant import TenantState
from provisioning.engine.waiting import together, wait_until
from provisioning.errors import Permanent, TenantbotError, Transient
from provisioning.ports import Answer
from provisioning.provision.app_checks import other_tenant
from provisioning.provision.ports import At

ENFORCED_WITHIN: Final = timedelta(seconds=5)


@dataclass(frozen=True)
class _Found:
    found: str
    ok: bool | None


async def prove_suspension(at: At, *, email: str, password: Secret, token: Secret | None) -> str:
    """Ask until both are refused, at most five seconds. Raises Permanent, loudly, when they are not."""
    app = at.ports.app
    checks = await together(
        _check(
            at,
            "login_refused",
            "valid credentials refused",
            lambda: _refused(at, lambda: app.login(at.subdomain, email=email, password=password)),
        ),
        _check(at, "session_refused", "a live session refused", lambda: _session_refused(at, token)),
        _check(at, "other_tenant", "another tenant still served", lambda: _other_works(at)),
    )
    checklist = Checklist(tuple(checks))
    verdict = _verdict(checklist)
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.runs.store_checklist(at.run_id, checklist)
        await tx.tenants.set_state(at.subdomain, TenantState.SUSPENDED, verdict=verdict)
    if checklist.failures:
        reasons = "; ".join(f"{one.name.replace('_', ' ')}: {one.found}" for one in checklist.failures)
        raise Permanent(
            f"{at.subdomain} IS NOT PROVED TO BE SUSPENDED: {reasons}. "
            "Our registry has it as suspended; look at the platform, then retry.",
            code="not_enforced",
        )
    return verdict


def _verdict(checklist: Checklist) -> str:
    if checklist.failures:
        return "suspended, but NOT PROVED"
    seconds = max((check.seconds for check in checklist.checks if check.name != "other_tenant"), default=0.0)
    return f"suspended, enforced within {seconds:.1f} s"


async def _check(at: At, name: str, expected: str, look: Callable[[], Awaitable[_Found]]) -> Check:
    started = at.clock.monotonic()
    found = await look()
    return Check(name, expected, found.found, found.ok, seconds=round(at.clock.monotonic() - started, 3))


async def _session_refused(at: At, token: Secret | None) -> _Found:
    if token is None:
        return _Found("skipped: the tenant gave no session any more", None)
    return await _refused(at, lambda: at.ports.app.batches(at.subdomain, token))


async def _refused(at: At, ask: Callable[[], Awaitable[Answer]]) -> _Found:
    """Any answer but success is a refusal; no answer at all proves nothing."""
    last = "no answer"

    async def refused() -> Answer | None:
        nonlocal last
        try:
            answer = await ask()
        except Transient as fault:
            last = fault.message
            return None
        last = f"{answer.status}"
        return None if answer.is_success else answer

    try:
        answer = await wait_until(
            at.clock, refused, deadline=at.clock.now() + ENFORCED_WITHIN, late=lambda: "late"
        )
    except Transient:
        return _Found(f"{last}, after {ENFORCED_WITHIN.total_seconds():.0f} s", ok=False)
    except TenantbotError as fault:
        return _Found(fault.message, ok=False)
    return _Found(f"{answer.status}", ok=True)


async def _other_works(at: At) -> _Found:
    """A platform that serves nobody refuses everything: that is an outage, and no suspension."""
    other = await other_tenant(at)
    if other is None:
        return _Found("skipped: there is no other active tenant", None)
    try:
        answer = await at.ports.app.frontend(other)
    except TenantbotError as fault:
        return _Found(f"{other}: {fault.message}", ok=False)
    return _Found(f"{other} answered {answer.status}", ok=answer.is_success)
