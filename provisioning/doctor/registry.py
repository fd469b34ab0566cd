"""Is the registry there and up to date, does anybody execute runs, and do the sealing keys open what is sealed?"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from provisioning.doctor.finding import Finding, advised, not_checked
from provisioning.doctor.surroundings import Surroundings
from provisioning.domain.registry_look import RegistryLook
from provisioning.errors import Permanent, TenantbotError

DATABASE: Final = "database"
WORKER: Final = "worker"
SEALED_ROW: Final = "sealed row"


async def check_registry(at: Surroundings, look: Callable[[], Awaitable[RegistryLook]]) -> Sequence[Finding]:
    try:
        seen = await look()
    except TenantbotError as fault:
        return [
            advised(DATABASE, fault),
            *(not_checked(name, "it takes the database") for name in (WORKER, SEALED_ROW)),
        ]
    worker = _worker(alive=seen.worker_alive)
    if seen.missing:
        found = f"reached, but its schema is not up to date (it lacks {', '.join(seen.missing)})"
        return [
            Finding(DATABASE, False, found, "Run `tenantbot db upgrade`."),
            worker,
            not_checked(SEALED_ROW, "it takes the schema of today"),
        ]
    current = f"PostgreSQL {seen.server_version.split()[0]}, and its schema is current"
    return [Finding(DATABASE, True, current), worker, _sealed_row(at, seen)]


def _worker(*, alive: bool) -> Finding:
    if alive:
        return Finding(WORKER, True, "one is alive")
    return Finding(
        WORKER, None, "none is alive, so runs wait", "Start `tenantbot web` or `tenantbot worker`."
    )


def _sealed_row(at: Surroundings, seen: RegistryLook) -> Finding:
    row = seen.sealed
    if row is None:
        return Finding(SEALED_ROW, True, "nothing is sealed yet")
    try:
        at.vault.open(row.sealed, subdomain=row.subdomain, field=row.field)
    except Permanent as fault:
        return advised(SEALED_ROW, fault, "Restore the row from a backup of the registry.")
    whose = f"database password of {row.subdomain}" if row.address else "key of the audit log"
    return Finding(SEALED_ROW, True, f"the {whose} opens")
