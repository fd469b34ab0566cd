"""Lifting a lockdown: exactly the tenants that it suspended become what they were, and are seen to be served."""

from collections.abc import Sequence
from contextlib import suppress
from datetime import timedelta

from provisioning.domain.checklist import Check, Checklist
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.engine.each import for_each, named
from provisioning.engine.step import step
from provisioning.engine.waiting import wait_until
from provisioning.errors import Permanent, TenantbotError, Transient
from provisioning.lifecycle.suspension_proof import ENFORCED_WITHIN
from provisioning.lifecycle.switch import switch_at_platform
from provisioning.lockdown.served import Sight, look_at
from provisioning.lockdown.step1_suspend_everyone import held_by
from provisioning.provision.ports import At


@step(
    1,
    "Bring back what it suspended",
    typical=timedelta(seconds=3),
    deadline=timedelta(minutes=5),
    no_undo="`lockdown` suspends them again",
    detail=lambda said: said,
)
async def bring_back(at: At, lockdown_id: str) -> str:
    """Switch each on at the platform, then make its record what it was. Over when none is kept any more.

    A tenant that somebody has suspended since, or that is deleted, stays as it is.
    """
    held = await held_by(at, lockdown_id)
    faults = await for_each(
        at, held, lambda tenant: _bring_back(at, lockdown_id, tenant), done="brought back"
    )
    failed = {tenant.subdomain: fault for tenant, fault in zip(held, faults, strict=True) if fault}
    if failed:
        raise _not_back(failed)
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        covered = await tx.lockdowns.covered(lockdown_id)
        await tx.lockdowns.end(lockdown_id)
    back = [one for one in covered if one.is_restored]
    stay = [one.tenant.subdomain for one in covered if not one.is_restored]
    return f"{len(back)} brought back" + (
        f"; suspended otherwise, and left so: {named(stay)}" if stay else ""
    )


@step(
    2,
    "Prove that they are served",
    typical=timedelta(seconds=5),
    deadline=timedelta(minutes=1),
    no_undo="a proof leaves nothing behind",
    detail=lambda said: said,
)
async def prove_back(at: At, lockdown_id: str) -> str:
    """Ask for each one's front page. Who gets none is unverified, and is named."""
    async with at.ports.registry.transaction() as tx:
        covered = await tx.lockdowns.covered(lockdown_id)
    back = [one.tenant for one in covered if one.is_restored and one.tenant.is_active]
    sights = await for_each(at, back, lambda tenant: _until_served(at, tenant), done="proved")
    silent = [sight for sight in sights if not _serves(sight)]
    await _record(at, sights, silent)
    if silent:
        raise Permanent(
            f"Active again, but not served: {'; '.join(f'{one.tenant.subdomain} ({one.told})' for one in silent)}. "
            "Retry, or look with `tenantbot verify`.",
            code="not_served",
        )
    return f"{len(sights)} of {len(sights)} served at their own URL"


async def _bring_back(at: At, lockdown_id: str, tenant: Tenant) -> TenantbotError | None:
    try:
        await switch_at_platform(at.ports.platform, tenant, active=True)
    except TenantbotError as fault:
        return fault
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        is_back = await tx.lockdowns.restore(lockdown_id, tenant.subdomain)
        now = await tx.tenants.find(tenant.subdomain)
    if not is_back and now is not None and not now.is_active:  # suspended by somebody this moment
        try:
            await switch_at_platform(at.ports.platform, tenant, active=False)
        except TenantbotError as fault:
            return fault
    return None


def _not_back(failed: dict[str, TenantbotError]) -> Permanent | Transient:
    first = next(iter(failed.values()))
    message = f"Not brought back: {named([*failed])}. {first.message}"
    if all(isinstance(fault, Transient) for fault in failed.values()):
        pauses = [fault.retry_after or 0.0 for fault in failed.values() if isinstance(fault, Transient)]
        return Transient(message, retry_after=max(pauses))
    return Permanent(message, code=first.code)


async def _until_served(at: At, tenant: Tenant) -> Sight:
    last = await look_at(at, tenant)

    async def served() -> bool | None:
        nonlocal last
        last = await look_at(at, tenant)
        return True if _serves(last) else None

    if not _serves(last):
        with suppress(Transient):
            await wait_until(at.clock, served, deadline=at.clock.now() + ENFORCED_WITHIN, late=lambda: "late")
    return last


def _serves(sight: Sight) -> bool:
    return bool(sight.places["frontend"].is_served)


async def _record(at: At, sights: Sequence[Sight], silent: Sequence[Sight]) -> None:
    checks = [
        Check(
            "frontend",
            f"served by {len(sights)} tenants",
            f"served by {len(sights) - len(silent)}",
            ok=not silent,
            evidence="; ".join(f"{one.tenant.subdomain} {one.places['frontend'].found}" for one in sights),
        ),
        *(Check(one.tenant.subdomain, "served", one.told, ok=False) for one in silent),
    ]
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.runs.store_checklist(at.run_id, Checklist(tuple(checks)))
        for sight in silent:
            await tx.tenants.set_state(
                sight.tenant.subdomain, TenantState.UNVERIFIED, verdict="not served after a lockdown"
            )
