"""Step 1: no tenant is active any more, in our registry in one transaction, then at the platform side by side."""

from dataclasses import dataclass
from datetime import timedelta

from provisioning.domain.actor import ENGINE
from provisioning.domain.lockdown import FLEET
from provisioning.domain.tenant import Tenant
from provisioning.engine.each import for_each, named
from provisioning.engine.step import step
from provisioning.errors import TenantbotError
from provisioning.lifecycle.switch import switch_at_platform
from provisioning.provision.ports import At
from provisioning.registry import AuditEntry


@dataclass(frozen=True)
class Suspended:
    """All in our registry; `not_switched` names those of which the platform has not heard."""

    said: str
    not_switched: tuple[str, ...] = ()


@step(
    1,
    "Suspend every active tenant",
    typical=timedelta(seconds=3),
    deadline=timedelta(minutes=2),
    no_undo="`lockdown lift` brings back exactly the tenants that it suspended",
    detail=lambda suspended: suspended.said,
)
async def suspend_everyone(at: At, lockdown_id: str) -> Suspended:
    """Entered again, it suspends what is active by then. A platform that refuses one tenant does not spare the others.

    What could not be switched off there is tried again by the proof, which stops the run if that is in vain.
    """
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        if suspended := await tx.lockdowns.suspend_all(lockdown_id):
            await tx.audit.append(
                ENGINE,
                AuditEntry(
                    action="lockdown.suspended",
                    result="accepted",
                    subdomain=FLEET,
                    run_id=at.run_id,
                    details={"tenants": list(suspended)},
                ),
            )
    held = await held_by(at, lockdown_id)
    faults = await for_each(at, held, lambda tenant: switch_off(at, tenant), done="suspended")
    failed = {tenant.subdomain: fault for tenant, fault in zip(held, faults, strict=True) if fault}
    if not failed:
        return Suspended(f"{len(held)} of {len(held)} suspended")
    reason = next(iter(failed.values())).message
    return Suspended(
        f"{len(held)} suspended in our registry, not yet at the platform: {named([*failed])} ({reason})",
        not_switched=tuple(failed),
    )


async def held_by(at: At, lockdown_id: str) -> list[Tenant]:
    async with at.ports.registry.transaction() as tx:
        return [one.tenant for one in await tx.lockdowns.covered(lockdown_id) if one.is_held]


async def switch_off(at: At, tenant: Tenant) -> TenantbotError | None:
    """What went wrong at the platform, or None."""
    try:
        await switch_at_platform(at.ports.platform, tenant, active=False)
    except TenantbotError as fault:
        return fault
    return None
