"""The pipeline of a round: over all tenants, a pipeline like every other."""

from collections.abc import Mapping
from typing import Any, Final

from provisioning.domain.round import SLOT
from provisioning.domain.run import RunKind
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.provision.ports import ProvisionPorts
from provisioning.registry import Transaction
from provisioning.rounds.step1_compare_wiring import compare_wiring
from provisioning.rounds.step2_verify_everyone import verify_everyone
from provisioning.rounds.step3_tell_what_turned import tell_what_turned
from provisioning.rounds.step4_compare_schemas import compare_schemas


async def go_round(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    wiring = await run.step(compare_wiring)
    verified = await run.step(verify_everyone)
    await run.step(tell_what_turned, wiring.leaks + verified.leaks)
    await run.step(compare_schemas, is_due=SLOT in data)


async def _nothing_made(tx: Transaction, subdomain: str) -> bool:  # noqa: ARG001 - the same answer for every run
    return False


async def _nothing_more(tx: Transaction, ending: Ending) -> None:
    """The steps have recorded all there is."""


VERIFY_ALL: Final = Pipeline(
    kind=RunKind.VERIFY_ALL,
    steps=(compare_wiring, verify_everyone, tell_what_turned, compare_schemas),
    walk=go_round,
    made_anything=_nothing_made,
    on_end=_nothing_more,
)
