"""The pipeline of a tenant's end. Each step asks for what the one before it made, so none can be left out."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any, Final

from provisioning.deprovision.request import DeprovisionRequest
from provisioning.deprovision.step1_suspend_tenant import suspend_for_good
from provisioning.deprovision.step2_wait_out_grace import wait_out_grace
from provisioning.deprovision.step3_archive_backup import archive_backup
from provisioning.deprovision.step4_prove_backup import prove_backup
from provisioning.deprovision.step5_delete_project import delete_project
from provisioning.deprovision.step6_bury_tenant_record import bury_tenant_record
from provisioning.deprovision.step7_write_deletion_record import write_deletion_record
from provisioning.domain.run import RunKind
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.provision.ports import ProvisionPorts
from provisioning.registry import Transaction


async def deprovision(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    request = DeprovisionRequest.from_json(data)
    suspended = await run.step(suspend_for_good, request)
    grace = await run.step(wait_out_grace, suspended)
    backup = await run.step(archive_backup, suspended, grace)
    proof = await run.step(prove_backup, backup)
    deleted = await run.step(delete_project, suspended, backup, proof)
    buried = await run.step(bury_tenant_record, deleted)
    await run.step(write_deletion_record, request, backup, proof, buried)


def _spans(data: Mapping[str, Any]) -> Mapping[int, timedelta]:
    return {wait_out_grace.number: DeprovisionRequest.from_json(data).grace}


async def _something_made(tx: Transaction, subdomain: str) -> bool:  # noqa: ARG001 - a suspended tenant is never nothing
    return True


async def _nothing_more(tx: Transaction, ending: Ending) -> None:
    """The steps have recorded all there is."""


DEPROVISION: Final = Pipeline(
    kind=RunKind.DEPROVISION,
    steps=(
        suspend_for_good,
        wait_out_grace,
        archive_backup,
        prove_backup,
        delete_project,
        bury_tenant_record,
        write_deletion_record,
    ),
    walk=deprovision,
    made_anything=_something_made,
    on_end=_nothing_more,
    spans=_spans,
)

POINT_OF_NO_RETURN: Final = delete_project.number
"""Once this step has begun, the tenant can't be brought back by `undo`."""
