"""The pipeline of a repair: the one that was asked for, and the proof that people get in again."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import timedelta
from typing import Any, Final

from provisioning.domain.diagnosis import FixVerb
from provisioning.domain.run import RunKind
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.engine.step import step
from provisioning.provision.ports import At, ProvisionPorts
from provisioning.provision.step5_configure_dns import configure_dns
from provisioning.provision.step8_verify_tenant import ACCESS_ROUNDS, verify_as_probe_user
from provisioning.registry import Transaction
from provisioning.repair.read_keys import read_keys
from provisioning.repair.republish import republish
from provisioning.repair.restore_project import restore_project

_REPAIRS: Final[Mapping[FixVerb, Callable[[At], Awaitable[str]]]] = {
    FixVerb.REPUBLISH: republish,
    FixVerb.READ_KEYS: read_keys,
    FixVerb.RESTORE_PROJECT: restore_project,
    FixVerb.ADD_RECORD: configure_dns.act,
}
"""Each looks before it acts, so that it may be entered twice, and may find that there is nothing to do any more."""


@step(
    1,
    "Repair",
    typical=timedelta(seconds=10),
    deadline=timedelta(hours=48),  # a record may take that long to be seen; each repair has an end of its own
    no_undo="what was wrong before is not brought back",
    detail=lambda said: said,
)
async def repair_tenant(at: At, fix: str) -> str:
    return await _REPAIRS[FixVerb(fix)](at)


@step(
    2,
    "Verify access",
    typical=timedelta(seconds=10),
    deadline=timedelta(minutes=10),
    no_undo="a verification leaves nothing behind",
    detail=lambda verdict: verdict,
)
async def verify_repaired(at: At) -> str:
    return await verify_as_probe_user(at, ACCESS_ROUNDS)


async def repair(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:
    await run.step(repair_tenant, str(data["fix"]))
    await run.step(verify_repaired)


async def _nothing_made(tx: Transaction, subdomain: str) -> bool:  # noqa: ARG001 - the same answer for every tenant
    return False


async def _nothing_more(tx: Transaction, ending: Ending) -> None:
    """The steps have recorded all there is."""


REPAIR: Final = Pipeline(
    kind=RunKind.REPAIR,
    steps=(repair_tenant, verify_repaired),
    walk=repair,
    made_anything=_nothing_made,
    on_end=_nothing_more,
)
