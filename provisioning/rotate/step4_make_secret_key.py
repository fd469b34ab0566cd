"""Step 4: a second secret key, beside the one in use; both work.

Re-enters by its name, which is the run's: a key whose answer was lost is found again. Where the key can't be
replaced, it is left as it is, and why is said: the password is changed all the same.
"""

from datetime import timedelta

from provisioning.domain.rotation import left_as_it_is
from provisioning.domain.secret import Secret
from provisioning.engine.step import step
from provisioning.errors import Permanent
from provisioning.provision.ports import At
from provisioning.provision.recorded_credentials import Credentials, readable_credentials
from provisioning.rotate.results import PasswordProved, SecretKeyChange


async def delete_new_key(at: At) -> str:
    """Undo: delete the key that this run made, unless it is in use by now."""
    credentials = await readable_credentials(at)
    keys = await at.ports.projects.secret_keys(credentials.ref)
    made = next((key for key in keys if key.name == _name(at)), None)
    if made is None:
        return "no key was made"
    if made.value is None or made.value == credentials.service_key:
        return "the new key is in use, and stays"
    await at.ports.projects.delete_key(credentials.ref, made.key_id)
    return "deleted the new key"


@step(
    4,
    "Make a new secret key",
    typical=timedelta(seconds=2),
    deadline=timedelta(minutes=5),
    undo=delete_new_key,
    undoes="delete the new secret key, unless it is in use already",
    detail=lambda change: left_as_it_is(change.left) if change.left else "both work now",
)
async def make_secret_key(at: At, proved: PasswordProved) -> SecretKeyChange:
    credentials = await readable_credentials(at)
    if why := _why_left(at, credentials):
        return SecretKeyChange(proved.ref, left=why)
    try:
        return await _ensure_key(at, credentials)
    except Permanent as refusal:
        return SecretKeyChange(proved.ref, left=refusal.message)


def _why_left(at: At, credentials: Credentials) -> str | None:
    if not at.ports.platform.publishes:
        return "nobody tells the platform (PLATFORM_REGISTRY=none), so it could not go on with another key"
    if credentials.tenant.platform_tenant_id is None:
        return "the platform has no tenant that it could be told to"
    return None


async def _ensure_key(at: At, credentials: Credentials) -> SecretKeyChange:
    projects, ref = at.ports.projects, credentials.ref
    keys = await projects.secret_keys(ref)
    old = next((key for key in keys if key.value == credentials.service_key), None)
    if old is None:
        return SecretKeyChange(
            ref,
            left="the one in use is a legacy service_role key, which changes with the project's JWT secret only",
        )
    made = next((key for key in keys if key.name == _name(at)), None)
    made = made or await projects.create_secret_key(ref, name=_name(at))
    value: Secret | None = made.value
    if value is None:
        return SecretKeyChange(ref, left="Supabase does not show the key that it made")
    sealed = at.ports.vault.seal(value, subdomain=at.subdomain, field="service_key")
    return SecretKeyChange(ref, old_id=old.key_id, new_id=made.key_id, key=sealed)


def _name(at: At) -> str:
    """Of letters, digits and underscores, as Supabase wants it; the run's id ends in what is its alone."""
    return f"tenantbot_{at.run_id.rpartition('-')[2]}"
