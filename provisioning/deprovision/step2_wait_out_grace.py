"""Step 2: the tenant can be brought back with one click. The run waits as a row, however long that is."""

from datetime import timedelta

from provisioning.deprovision.step1_suspend_tenant import Suspended
from provisioning.engine.step import step
from provisioning.errors import NeedsPerson
from provisioning.provision.ports import At


@step(
    2,
    "Grace period",
    typical=timedelta(days=7),
    deadline=timedelta(days=400),
    no_undo="time that has passed",
    detail=lambda said: said,
)
async def wait_out_grace(at: At, suspended: Suspended) -> str:
    left = (suspended.until - at.clock.now()).total_seconds()
    if left <= 0:
        return f"over since {suspended.until:%Y-%m-%d %H:%M} UTC"
    raise NeedsPerson(
        f"In its grace period until {suspended.until:%Y-%m-%d %H:%M} UTC; "
        f"`tenantbot undo {at.subdomain}` brings the tenant back. "
        "Then a backup is archived and proved, and the project deleted.",
        recheck_after=left,
    )
