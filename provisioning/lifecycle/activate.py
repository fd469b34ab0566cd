"""Activate a tenant again: switch it on, and check it as a customer would."""

from datetime import timedelta

from provisioning.engine.step import step
from provisioning.lifecycle.switch import switch
from provisioning.provision.no_lockdown import require_no_lockdown
from provisioning.provision.ports import At
from provisioning.provision.step8_verify_tenant import ACCESS_ROUNDS, verify_as_probe_user


@step(
    1,
    "Activate tenant",
    typical=timedelta(seconds=2),
    deadline=timedelta(minutes=5),
    no_undo="`suspend` switches the tenant off again",
    detail=lambda said: said,
)
async def activate_tenant(at: At) -> str:
    """The platform first: our record says active only when the tenant can be."""
    async with at.ports.registry.transaction() as tx:
        await require_no_lockdown(tx)
    said = await switch(at, active=True)
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await require_no_lockdown(tx)
        await tx.tenants.activate(at.subdomain)
    return said


@step(
    2,
    "Verify access",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=5),
    no_undo="a verification leaves nothing behind",
    detail=lambda verdict: verdict,
)
async def verify_access(at: At) -> str:
    """The guide's checks 1 to 4; the upload is left to a whole verification."""
    return await verify_as_probe_user(at, ACCESS_ROUNDS)
