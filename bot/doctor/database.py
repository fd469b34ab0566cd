"""Is the registry there and up to date, and does anybody execute runs?"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from provisioning.doctor.finding import Finding, not_checked
from provisioning.errors import TenantbotError

DATABASE: Final = "database"
WORKER: Final = "worker"


async def check_database(worker_alive: Callable[[], Awaitable[bool]]) -> Sequence[Finding]:
    """Open the system as every command does, and ask it whether a worker lives."""
    try:
        alive = await worker_alive()
    except TenantbotError as fault:
        # Messages of the control plane say what is wrong and then, after a semicolon, what to do.
        found, _, advice = fault.message.partition("; ")
        return [
            Finding(DATABASE, False, found, advice[:1].upper() + advice[1:]),
            not_checked(WORKER, "it takes the database"),
        ]
    return [Finding(DATABASE, True, "reached, and its schema is current"), _worker(alive=alive)]


def _worker(*, alive: bool) -> Finding:
    if alive:
        return Finding(WORKER, True, "one is alive")
    return Finding(
        WORKER, None, "none is alive, so runs wait", "Start `tenantbot web` or `tenantbot worker`."
    )
