"""A process that executes runs keeps the audit log's head outside: when it starts, every hour, and when it stops."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

import structlog

from provisioning.bootstrap import System
from provisioning.errors import TenantbotError

log = structlog.get_logger(__name__)

_PAUSE: Final = 3600.0
_AT_THE_END: Final = 5.0


@asynccontextmanager
async def keeping_heads(system: System) -> AsyncIterator[None]:
    """An archive that does not answer keeps nobody from working, nor from stopping."""
    keeper = asyncio.create_task(_every_hour(system))
    try:
        yield
    finally:
        keeper.cancel()
        await asyncio.gather(keeper, return_exceptions=True)
        try:
            async with asyncio.timeout(_AT_THE_END):
                await _keep(system)
        except TimeoutError:
            log.warning("the archive took too long to keep the audit log's head")


async def _every_hour(system: System) -> None:
    while True:
        await _keep(system)
        await system.clock.sleep(_PAUSE)


async def _keep(system: System) -> None:
    try:
        await system.control.audit.keep_head()
    except TenantbotError as fault:
        log.warning("the audit log's head is not kept", reason=fault.message)
