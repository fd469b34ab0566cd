"""The pipeline of a schema change of all tenants."""

from collections.abc import Mapping
from typing import Any, Final

from provisioning.domain.fleet import UpgradeRequest
from provisioning.domain.run import RunKind
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.fleet.rings import draw_rings, upgrade_first, upgrade_others, upgrade_tenth
from provisioning.provision.ports import ProvisionPorts
from provisioning.registry import Transaction


async def upgrade(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    request = UpgradeRequest.from_json(data)
    drawn = await run.step(draw_rings, request)
    first = await run.step(upgrade_first, request, drawn)
    tenth = await run.step(upgrade_tenth, request, first)
    await run.step(upgrade_others, request, tenth)


async def _nothing_made(tx: Transaction, subdomain: str) -> bool:  # noqa: ARG001 - those upgraded stay so
    return False


async def _nothing_more(tx: Transaction, ending: Ending) -> None:
    """The steps have recorded all there is."""


FLEET_UPGRADE: Final = Pipeline(
    kind=RunKind.FLEET,
    steps=(draw_rings, upgrade_first, upgrade_tenth, upgrade_others),
    walk=upgrade,
    made_anything=_nothing_made,
    on_end=_nothing_more,
)
