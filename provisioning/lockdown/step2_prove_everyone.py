"""Step 2: asked from outside, no tenant is served any more."""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Final

from provisioning.domain.checklist import Check, Checklist
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.engine.each import for_each
from provisioning.engine.step import step
from provisioning.engine.waiting import wait_until
from provisioning.errors import Permanent, TenantbotError, Transient
from provisioning.lifecycle.suspension_proof import ENFORCED_WITHIN
from provisioning.lockdown.served import PLACES, Sight, look_at
from provisioning.lockdown.step1_suspend_everyone import Suspended, held_by, switch_off
from provisioning.provision.ports import At

_MOST_NAMED: Final = 10


@step(
    2,
    "Prove that none is served",
    typical=timedelta(seconds=5),
    deadline=timedelta(minutes=1),
    no_undo="a proof leaves nothing behind",
    detail=lambda said: said,
)
async def prove_everyone(at: At, lockdown_id: str, suspended: Suspended) -> str:
    """Ask at every tenant's own URL for its front page and its health. Raises, loudly and by name, where one is served.

    That no tenant can be logged in to follows from it; it is not tried, as that takes a user in each.
    """
    held = await held_by(at, lockdown_id)
    sights = await for_each(
        at,
        held,
        lambda tenant: _until_refused(at, tenant, heard=tenant.subdomain not in suspended.not_switched),
        done="proved",
    )
    checklist = _checklist(at, sights)
    advisory = at.ports.policy.verify_advisory
    served = [sight for sight in sights if sight.served_at(besides=advisory)]
    await _record(at, lockdown_id, sights, served, checklist)
    await _tell_of_others(at)
    if served:
        raise _not_enforced(served)
    slowest = max((sight.seconds for sight in sights), default=0.0)
    return f"{len(sights)} of {len(sights)} refused at their own URL, the slowest after {slowest:.1f} s"


async def _until_refused(at: At, tenant: Tenant, *, heard: bool) -> Sight:
    """A tenant that is still served, or of which the platform has not `heard`, is switched off again; then it has 5 s."""
    advisory = at.ports.policy.verify_advisory
    started = at.clock.monotonic()
    last = await look_at(at, tenant)

    async def refused() -> bool | None:
        nonlocal last
        last = await look_at(at, tenant)
        return None if last.served_at(besides=advisory) else True

    if not heard or last.served_at(besides=advisory):
        if (fault := await switch_off(at, tenant)) is not None:
            return last.with_trouble(fault)
        with suppress(Transient):
            await wait_until(
                at.clock, refused, deadline=at.clock.now() + ENFORCED_WITHIN, late=lambda: "late"
            )
    return replace(last, seconds=round(at.clock.monotonic() - started, 3))


def _checklist(at: At, sights: Sequence[Sight]) -> Checklist:
    """A line for each place, with every tenant's answer as its evidence, and one for each tenant that is served."""
    advisory = at.ports.policy.verify_advisory
    slowest = max((sight.seconds for sight in sights), default=0.0)
    places = [_place(name, sights, slowest, advisory=name in advisory) for name in PLACES]
    served = [
        Check(sight.tenant.subdomain, "refused", sight.told, ok=False, seconds=sight.seconds)
        for sight in sights
        if sight.served_at(besides=advisory)
    ]
    return Checklist((*places, *served))


def _place(name: str, sights: Sequence[Sight], seconds: float, *, advisory: bool) -> Check:
    refused = [sight for sight in sights if sight.places[name].is_served is False]
    return Check(
        f"{name}_refused",
        f"refused by {len(sights)} tenants",
        f"refused by {len(refused)}",
        ok=len(refused) == len(sights),
        advisory=advisory,
        evidence="; ".join(f"{sight.tenant.subdomain} {sight.places[name].found}" for sight in sights),
        seconds=seconds,
    )


async def _record(
    at: At, lockdown_id: str, sights: Sequence[Sight], served: Sequence[Sight], checklist: Checklist
) -> None:
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.runs.store_checklist(at.run_id, checklist)
        held = {one.tenant.subdomain for one in await tx.lockdowns.covered(lockdown_id) if one.is_held}
        for sight in sights:
            if sight.tenant.subdomain in held:
                verdict = (
                    "suspended, but NOT PROVED"
                    if sight in served
                    else f"suspended, refused after {sight.seconds:.1f} s"
                )
                await tx.tenants.set_state(sight.tenant.subdomain, TenantState.SUSPENDED, verdict=verdict)


async def _tell_of_others(at: At) -> None:
    """Only what is in our registry is ours to suspend; whoever fears a leak must know of the rest."""
    with suppress(TenantbotError):
        if (other := await at.ports.platform.other_active("")) is not None:
            await at.note(
                f"The platform serves {other}, which is not in our registry: this lockdown does not cover it.",
                lasting=True,
            )


def _not_enforced(served: Sequence[Sight]) -> Permanent | Transient:
    named = "; ".join(f"{sight.tenant.subdomain} ({sight.told})" for sight in served[:_MOST_NAMED])
    more = f"; and {len(served) - _MOST_NAMED} more" if len(served) > _MOST_NAMED else ""
    message = (
        f"NOT PROVED TO BE SUSPENDED: {named}{more}. "
        "Our registry has them as suspended; look at the platform, then retry."
    )
    unanswered = [seen for sight in served for seen in sight.places.values() if seen.is_served is not False]
    if all(seen.may_pass for seen in unanswered):
        return Transient(message, code="not_enforced")
    return Permanent(message, code="not_enforced")
