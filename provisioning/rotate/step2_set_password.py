"""Step 2: the new password is set. Setting the same one again changes nothing, so a lost answer is asked again."""

from datetime import timedelta

from provisioning.engine.step import step
from provisioning.provision.ports import At
from provisioning.rotate.passwords import recorded_passwords, set_at_supabase
from provisioning.rotate.results import PasswordChange, PasswordSet
from provisioning.rotate.step1_make_password import PATIENT


@step(
    2,
    "Set the new password",
    typical=timedelta(seconds=3),
    deadline=timedelta(minutes=5),
    no_undo="step 1's undo sets the old one again",
    retry=PATIENT,
    detail=lambda done: done.how,
)
async def set_password(at: At, change: PasswordChange) -> PasswordSet:
    passwords = await recorded_passwords(at)
    if passwords.following is None:
        return PasswordSet(change.ref, "before")
    how = await set_at_supabase(at, passwords, passwords.following, passwords.present)
    return PasswordSet(change.ref, how)
