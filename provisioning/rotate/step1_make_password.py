"""Step 1: a new password for the tenant's database, stored beside the one in use before anybody hears of it.

Re-enters by keeping the one that is stored. From here until step 3 one of the two opens.
"""

from datetime import timedelta

from provisioning.domain.secret import new_password
from provisioning.engine.step import Retry, step
from provisioning.provision.ports import At
from provisioning.provision.step1_create_project import PASSWORD_LENGTH
from provisioning.rotate.passwords import prove, recorded_passwords, set_at_supabase
from provisioning.rotate.results import PasswordChange

PATIENT = Retry(first=3.0, factor=1.5, most=15.0)
"""Supabase's pooler shuts out whoever tries a wrong password in quick succession."""


async def keep_old_password(at: At) -> str:
    """Undo: set the old password again, prove it, forget the new one. What is proved already stays."""
    passwords = await recorded_passwords(at)
    if passwords.following is None:
        return "nothing to undo: the password in use is the one that opens the database"
    await set_at_supabase(at, passwords, passwords.present, passwords.following)
    await prove(at, passwords, passwords.present)
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.tenants.forget_next_password(at.subdomain)
    return "the old password is set again, and opens the database"


@step(
    1,
    "Make a new password",
    typical=timedelta(seconds=1),
    deadline=timedelta(minutes=3),
    undo=keep_old_password,
    undoes="set the database's old password again, unless the new one is proved already",
    retry=PATIENT,
    detail=lambda _: "stored beside the one in use",
)
async def make_password(at: At) -> PasswordChange:
    passwords = await recorded_passwords(at)
    sealed = at.ports.vault.seal(
        new_password(PASSWORD_LENGTH), subdomain=at.subdomain, field="project_password"
    )
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.tenants.store_next_password(at.subdomain, sealed)
    return PasswordChange(passwords.ref)
