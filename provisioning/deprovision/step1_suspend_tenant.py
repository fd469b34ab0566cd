"""Step 1: nobody writes into the tenant any more, so that the backup is of its last state."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from provisioning.deprovision.request import DeprovisionRequest
from provisioning.engine.step import step
from provisioning.lifecycle.suspend import open_session, prove_refused, switch_off
from provisioning.provision.ports import At


@dataclass(frozen=True)
class Suspended:
    """Since when it is off, and until when it can be brought back."""

    at: datetime
    until: datetime
    said: str


@step(
    1,
    "Suspend tenant",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=5),
    no_undo="`undo` brings the tenant back within the grace period",
    detail=lambda suspended: suspended.said,
)
async def suspend_for_good(at: At, request: DeprovisionRequest) -> Suspended:
    session = await open_session(at)
    await switch_off(at, request.reason)
    said = await prove_refused(at, session)
    async with at.ports.registry.transaction() as tx:
        tenant = await tx.tenants.find(at.subdomain)
    assert tenant is not None
    since = at.clock.now()
    return Suspended(since, since + request.grace, said)
