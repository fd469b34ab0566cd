"""Step 6: the old secret key goes. What is gone already is no error."""

from datetime import timedelta

from provisioning.engine.step import step
from provisioning.provision.ports import At
from provisioning.rotate.results import SecretKeyInUse


@step(
    6,
    "Delete the old key",
    typical=timedelta(seconds=2),
    deadline=timedelta(minutes=5),
    no_undo="a deleted key can't be brought back",
    detail=lambda said: said,
)
async def delete_old_key(at: At, used: SecretKeyInUse) -> str:
    if used.old_id is None:
        return "no key to delete"
    await at.ports.projects.delete_key(used.ref, used.old_id)
    return "it opens nothing any more"
