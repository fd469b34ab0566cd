"""The signs of life of one process, from its settings and an open system."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager

from starlette.routing import BaseRoute

from provisioning.bootstrap import System
from provisioning.observing.expiry import Expiries
from provisioning.observing.exposition import Exposition
from provisioning.observing.readiness import Condition
from provisioning.observing.routes import signs_of_life


@asynccontextmanager
async def open_signs(
    system: System, conditions: Mapping[str, Condition]
) -> AsyncIterator[Sequence[BaseRoute]]:
    """Besides `conditions`, every process needs the registry, in the schema of today."""

    async def registry() -> str | None:
        await system.require_registry()
        return None

    settings = system.settings
    expiries = Expiries(
        token_expires=settings.supabase_access_token_expires,
        certificate_expiry=system.ports.app.certificate_expiry,
        clock=system.clock,
    )
    exposition = Exposition(system.count_figures, expiries, clock=system.clock)
    watching = asyncio.create_task(expiries.watch())
    try:
        yield signs_of_life(exposition, {"registry": registry, **conditions}, token=settings.metrics_token)
    finally:
        watching.cancel()
        await asyncio.gather(watching, return_exceptions=True)


def executing(working: asyncio.Event) -> Condition:
    """Runs are executed here: the lease is held, and the engine runs under it."""

    async def condition() -> str | None:
        return None if working.is_set() else "the worker holds no lease, so no run is executed here"

    return condition
