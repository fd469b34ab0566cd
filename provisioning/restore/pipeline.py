"""The pipeline that makes a tenant anew from its archive: the guide's steps, with the old data in place of the seeds.

Users and the hashes of their passwords come back with the data, so nobody is sent anything.
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from provisioning.domain.run import RunKind, RunState
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.provision.pipeline import project_was_requested
from provisioning.provision.ports import ProvisionPorts
from provisioning.provision.step1_create_project import create_project, remove_project
from provisioning.provision.step5_configure_dns import configure_dns
from provisioning.provision.step8_verify_tenant import verify_again
from provisioning.registry import Transaction
from provisioning.restore.request import RestoreRequest
from provisioning.restore.step2_restore_database import restore_database
from provisioning.restore.step3_revive_tenant_record import revive_tenant_record

# That nobody's data is in the project is asked by the undo of step 3: before that step nobody gets in.
_create_project: Final = replace(create_project, undo=remove_project)
_configure_dns: Final = replace(configure_dns, number=4)
_verify: Final = replace(verify_again, number=5)


async def restore(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    request = RestoreRequest.from_json(data)
    project = await run.step(_create_project, request.tenant)
    await run.step(restore_database, request, project)
    await run.step(revive_tenant_record, request, project)
    await run.step(_configure_dns)
    await run.step(_verify)


async def _bury_again(tx: Transaction, ending: Ending) -> None:
    """What is not to be is a tombstone as before, or, under a new name, nothing."""
    if ending.state in {RunState.ROLLED_BACK, RunState.CANCELLED} and not await tx.tenants.rebury(
        ending.subdomain
    ):
        await tx.tenants.remove(ending.subdomain)


RESTORE: Final = Pipeline(
    kind=RunKind.RESTORE,
    steps=(_create_project, restore_database, revive_tenant_record, _configure_dns, _verify),
    walk=restore,
    made_anything=project_was_requested,
    on_end=_bury_again,
)
