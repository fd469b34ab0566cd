"""The pipelines of a tenant's life between provisioning and its end."""

from collections.abc import Mapping
from typing import Any, Final

from provisioning.domain.run import RunKind
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.lifecycle.activate import activate_tenant, verify_access
from provisioning.lifecycle.suspend import prove_suspended, suspend_tenant, take_session
from provisioning.provision.ports import ProvisionPorts
from provisioning.registry import Transaction


async def suspend(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    session = await run.step(take_session)
    await run.step(suspend_tenant, str(data["reason"]))
    await run.step(prove_suspended, session)


async def activate(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:  # noqa: ARG001 - the run names the tenant
    await run.step(activate_tenant)
    await run.step(verify_access)


async def _nothing_made(tx: Transaction, subdomain: str) -> bool:  # noqa: ARG001 - the same answer for every tenant
    return False


async def _nothing_more(tx: Transaction, ending: Ending) -> None:
    """The steps have recorded all there is."""


SUSPEND: Final = Pipeline(
    kind=RunKind.SUSPEND,
    steps=(take_session, suspend_tenant, prove_suspended),
    walk=suspend,
    made_anything=_nothing_made,
    on_end=_nothing_more,
)
ACTIVATE: Final = Pipeline(
    kind=RunKind.ACTIVATE,
    steps=(activate_tenant, verify_access),
    walk=activate,
    made_anything=_nothing_made,
    on_end=_nothing_more,
)
