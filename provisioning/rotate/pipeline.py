"""The pipeline of new credentials. Each step asks for what the one before it proved."""

from collections.abc import Mapping
from typing import Any, Final

from provisioning.domain.run import RunKind, StepState
from provisioning.engine.pipeline import Ending, Pipeline, Walk
from provisioning.provision.ports import ProvisionPorts
from provisioning.registry import Transaction
from provisioning.rotate.step1_make_password import make_password
from provisioning.rotate.step2_set_password import set_password
from provisioning.rotate.step3_prove_password import prove_password
from provisioning.rotate.step4_make_secret_key import make_secret_key
from provisioning.rotate.step5_publish_secret_key import publish_secret_key
from provisioning.rotate.step6_delete_old_key import delete_old_key
from provisioning.rotate.step7_verify_access import verify_with_new_credentials


async def rotate(run: Walk[ProvisionPorts], data: Mapping[str, Any]) -> None:  # noqa: ARG001 - the run names the tenant
    change = await run.step(make_password)
    done = await run.step(set_password, change)
    proved = await run.step(prove_password, done)
    key = await run.step(make_secret_key, proved)
    used = await run.step(publish_secret_key, key)
    await run.step(delete_old_key, used)
    await run.step(verify_with_new_credentials)


async def _is_half_done(tx: Transaction, subdomain: str) -> bool:
    """Between the first step and the proof of the new key there may be two of something: it is ended either way."""
    run = await tx.runs.find_open(subdomain)
    if run is None:
        return False
    proved = any(
        step.number == publish_secret_key.number and step.state is StepState.SUCCEEDED for step in run.steps
    )
    return not proved and bool((await tx.runs.brief(run.run_id)).begun)


async def _nothing_more(tx: Transaction, ending: Ending) -> None:
    """The steps have recorded all there is."""


ROTATE: Final = Pipeline(
    kind=RunKind.ROTATE,
    steps=(
        make_password,
        set_password,
        prove_password,
        make_secret_key,
        publish_secret_key,
        delete_old_key,
        verify_with_new_credentials,
    ),
    walk=rotate,
    made_anything=_is_half_done,
    on_end=_nothing_more,
)
