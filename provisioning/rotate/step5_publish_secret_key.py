"""Step 5: the platform is given the new key, and the tenant is checked with it; only then is it the one we keep.

Re-enters by telling the platform again.
"""

from datetime import timedelta

from provisioning.domain.rotation import KEY_STEP, left_as_it_is
from provisioning.engine.step import step
from provisioning.provision.ports import At
from provisioning.provision.recorded_credentials import recorded_credentials
from provisioning.provision.step8_verify_tenant import ACCESS_ROUNDS, verify_as_probe_user
from provisioning.rotate.results import SecretKeyChange, SecretKeyInUse


async def publish_recorded_key(at: At) -> str:
    """Undo: give the platform the key that we keep, which is the old one until the new one was proved."""
    credentials = await recorded_credentials(at)
    tenant_id = credentials.tenant.platform_tenant_id
    if not at.ports.platform.publishes or tenant_id is None:
        return "nothing was published"
    told = credentials.for_platform(at, credentials.service_key)
    await at.ports.platform.update_credentials(tenant_id, told)
    return "the platform has the key that is proved"


@step(
    KEY_STEP,
    "Publish the new key",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=10),
    undo=publish_recorded_key,
    undoes="give the platform the old key again, unless the new one is proved already",
    detail=lambda used: left_as_it_is(used.left) if used.left else used.verdict,
)
async def publish_secret_key(at: At, change: SecretKeyChange) -> SecretKeyInUse:
    if change.key is None or change.new_id is None:
        return SecretKeyInUse(change.ref, left=change.left)
    credentials = await recorded_credentials(at)
    tenant_id = credentials.tenant.platform_tenant_id
    assert tenant_id is not None  # else no key was made
    new = at.ports.vault.open(change.key, subdomain=at.subdomain, field="service_key")
    if not await at.ports.platform.update_credentials(tenant_id, credentials.for_platform(at, new)):
        await at.ports.projects.delete_key(change.ref, change.new_id)
        return SecretKeyInUse(change.ref, left="the platform's admin API takes no new keys")
    await at.note("the platform has it; checking the tenant")
    verdict = await verify_as_probe_user(at, ACCESS_ROUNDS)
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.tenants.store_service_key(at.subdomain, change.key)
    return SecretKeyInUse(change.ref, old_id=change.old_id, verdict=verdict)
