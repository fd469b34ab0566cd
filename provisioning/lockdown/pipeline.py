"""The pipelines of a lockdown and of its lifting: over all tenants, a pipeline like every other."""

from collections.abc import Mapping
from typing import Any, Final

from provisioning.domain.run import RunKind
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.lockdown.lift import bring_back, prove_back
from provisioning.lockdown.step1_suspend_everyone import suspend_everyone
from provisioning.lockdown.step2_prove_everyone import prove_everyone
from provisioning.provision.ports import ProvisionPorts
from provisioning.registry import Transaction


async def lockdown(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    suspended = await run.step(suspend_everyone, str(data["lockdown_id"]))
    await run.step(prove_everyone, str(data["lockdown_id"]), suspended)


async def lift(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    await run.step(bring_back, str(data["lockdown_id"]))
    await run.step(prove_back, str(data["lockdown_id"]))


async def _nothing_made(tx: Transaction, subdomain: str) -> bool:  # noqa: ARG001 - the same answer for every run
    return False


async def _nothing_more(tx: Transaction, ending: Ending) -> None:
    """The steps have recorded all there is."""


LOCKDOWN: Final = Pipeline(
    kind=RunKind.LOCKDOWN,
    steps=(suspend_everyone, prove_everyone),
    walk=lockdown,
    made_anything=_nothing_made,
    on_end=_nothing_more,
)
LIFT: Final = Pipeline(
    kind=RunKind.LIFT,
    steps=(bring_back, prove_back),
    walk=lift,
    made_anything=_nothing_made,
    on_end=_nothing_more,
)
