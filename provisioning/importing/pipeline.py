"""The pipeline that takes up a hand-made tenant: each step looks, and only a missing DNS record is added."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Final

from provisioning.domain.run import RunKind, RunState
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.importing.request import ImportRequest
from provisioning.importing.step1_check_schema import check_schema
from provisioning.importing.step2_check_seeds import check_seeds
from provisioning.importing.step3_adopt_tenant_record import adopt_tenant_record
from provisioning.provision.ports import ProvisionPorts
from provisioning.provision.step5_configure_dns import configure_dns
from provisioning.provision.step8_verify_tenant import verify_again
from provisioning.registry import Transaction

_configure_dns: Final = replace(configure_dns, number=4)
_verify: Final = replace(verify_again, number=5)


async def import_tenant(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    request = ImportRequest.from_json(data)
    await run.step(check_schema, apply=request.apply_schema)
    await run.step(check_seeds)
    await run.step(adopt_tenant_record, request)
    await run.step(_configure_dns)
    await run.step(_verify)


async def _record_made(tx: Transaction, subdomain: str) -> bool:
    tenant = await tx.tenants.find(subdomain)
    return tenant is not None and tenant.dns_record_made


async def _forget(tx: Transaction, ending: Ending) -> None:
    """Whoever does not go on with an import has the tenant as it was, and we know nothing of it."""
    if ending.state in {RunState.ROLLED_BACK, RunState.CANCELLED}:
        await tx.tenants.remove(ending.subdomain)


IMPORT: Final = Pipeline(
    kind=RunKind.IMPORT,
    steps=(check_schema, check_seeds, adopt_tenant_record, _configure_dns, _verify),
    walk=import_tenant,
    made_anything=_record_made,
    on_end=_forget,
)
