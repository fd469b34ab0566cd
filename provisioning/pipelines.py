"""Every pipeline there is, by the kind of run that walks it."""

from typing import Final

from provisioning.deprovision.pipeline import DEPROVISION
from provisioning.fleet.pipeline import FLEET_UPGRADE
from provisioning.importing.pipeline import IMPORT
from provisioning.lifecycle.pipelines import ACTIVATE, SUSPEND
from provisioning.lockdown.pipeline import LIFT, LOCKDOWN
from provisioning.notices.pipeline import NOTIFY
from provisioning.orphans.removal import REMOVE_ORPHAN
from provisioning.provision.pipeline import PROVISION, RESEND, VERIFY
from provisioning.repair.pipeline import REPAIR
from provisioning.restore.pipeline import RESTORE
from provisioning.rotate.pipeline import ROTATE
from provisioning.rounds.pipeline import VERIFY_ALL

PIPELINES: Final = {
    pipeline.kind: pipeline
    for pipeline in (
        *(PROVISION, VERIFY, RESEND, SUSPEND, ACTIVATE, DEPROVISION),
        *(RESTORE, IMPORT, REMOVE_ORPHAN, ROTATE, REPAIR, NOTIFY, LOCKDOWN, LIFT, VERIFY_ALL),
        FLEET_UPGRADE,
    )
}
