"""Step 3: the database is opened with the new password; only then is it the tenant's own, and the old one forgotten.

Re-enters by proving what is recorded by then.
"""

from datetime import timedelta

from provisioning.engine.step import step
from provisioning.provision.ports import At
from provisioning.rotate.passwords import prove, recorded_passwords
from provisioning.rotate.results import PasswordProved, PasswordSet
from provisioning.rotate.step1_make_password import PATIENT


@step(
    3,
    "Prove the new password",
    typical=timedelta(seconds=5),
    deadline=timedelta(minutes=3),
    no_undo="a password that is proved stays",
    retry=PATIENT,
    detail=lambda _: "it opens the database; the old one is forgotten",
)
async def prove_password(at: At, done: PasswordSet) -> PasswordProved:
    passwords = await recorded_passwords(at)
    await prove(at, passwords, passwords.following or passwords.present)
    async with at.ports.registry.transaction() as tx:
        await at.hold(tx)
        await tx.tenants.adopt_next_password(at.subdomain)
    return PasswordProved(done.ref)
