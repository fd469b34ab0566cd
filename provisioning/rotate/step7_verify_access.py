"""Step 7: the tenant is checked with nothing but its new credentials."""

from datetime import timedelta

from provisioning.engine.step import step
from provisioning.provision.ports import At
from provisioning.provision.step8_verify_tenant import ACCESS_ROUNDS, verify_as_probe_user


@step(
    7,
    "Verify access",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=5),
    no_undo="a verification leaves nothing behind",
    detail=lambda verdict: verdict,
)
async def verify_with_new_credentials(at: At) -> str:
    return await verify_as_probe_user(at, ACCESS_ROUNDS)
