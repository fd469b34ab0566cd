"""Names that the engine's tables hold. They outlive every deploy: never change one while work is in flight."""

from importlib.metadata import version

from provisioning.domain.run import RunId

ENGINE_VERSION = f"engine {version('dbos')}"
"""Which engine the database's tables must fit."""

APPLICATION = "tenantbot"
APPLICATION_VERSION = "1"
SCHEMA = "engine"
LEG_WORKFLOW = "leg"
PROVISION_QUEUE = "provision"
URGENT_QUEUE = "urgent"
"""For what must not wait until others are done, however many there are."""

ROUNDS_QUEUE = "rounds"
"""For what goes over all tenants, and would keep others from being provisioned."""

QUEUES = {PROVISION_QUEUE: 0.2, URGENT_QUEUE: 0.25, ROUNDS_QUEUE: 0.5}
"""Seconds between two looks into each. An idle worker does little else, and one look costs some milliseconds."""

_URGENT = ("lockdown-", "lift-")
_ROUNDS = ("verify_all-",)


def queue_of(workflow_id: str) -> str:
    """Tell by a leg's name, which begins with its run's kind."""
    if workflow_id.startswith(_URGENT):
        return URGENT_QUEUE
    return ROUNDS_QUEUE if workflow_id.startswith(_ROUNDS) else PROVISION_QUEUE


def leg_id(run_id: RunId, leg: int) -> str:
    """Name the engine workflow of a leg: the first one has the run's own id."""
    return run_id if leg == 1 else f"{run_id}.{leg}"
