"""What every handler of the tenant-facing application has at hand."""

from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from sandbox.faults import Faults
from sandbox.state import State
from sandbox.taskifai.databases import Databases
from sandbox.taskifai.sql import Connection
from sandbox.taskifai.tenants import Tenant

SERVICE = "taskifai"


@dataclass(frozen=True)
class Desk:
    state: State
    faults: Faults
    secret: str
    databases: Databases

    async def misbehaves(self, kind: str) -> bool:
        """Tell whether a fault is on that this stand-in knows beyond those of every HTTP service."""
        return await self.faults.active(SERVICE, kind)

    def open_database(self, tenant: Tenant) -> AbstractAsyncContextManager[Connection]:
        return self.databases.open(tenant)


Handler = Callable[[Desk, Request], Awaitable[Response]]


def tenant_of(request: Request) -> Tenant:
    """Return the tenant that the request was let in for."""
    tenant: Tenant = request.state.tenant
    return tenant
