"""From the host name to the tenant: nobody gets past who asks for an unknown or a suspended one."""

from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sandbox.faults import Faults
from sandbox.state import State
from sandbox.taskifai.desk import SERVICE
from sandbox.taskifai.second_tenant import SUBDOMAIN as NEIGHBOUR
from sandbox.taskifai.tenants import Tenant, find_tenant


class TenantGate:
    """Plain ASGI around the application. The registry is asked every time: a suspension holds at once."""

    def __init__(self, app: ASGIApp, *, state: State, faults: Faults, domain: str) -> None:
        self._app = app
        self._state = state
        self._faults = faults
        self._suffix = f".{domain}"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        subdomain = self._subdomain(scope)
        if subdomain and await self._faults.active(SERVICE, "tenant-override"):
            subdomain = NEIGHBOUR  # as TENANT_ID_OVERRIDE does: one tenant, whatever the name
        tenant = await find_tenant(self._state, subdomain) if subdomain else None
        if tenant is None:
            await JSONResponse({"detail": "Tenant not found"}, 404)(scope, receive, send)
        elif not tenant.is_active:
            words = f"Tenant '{subdomain}' is suspended"
            await JSONResponse({"detail": words}, 403)(scope, receive, send)
        else:
            scope = {**scope, "state": {**scope.get("state", {}), "tenant": tenant}}
            await self._app(scope, receive, _naming(tenant, send))

    def _subdomain(self, scope: Scope) -> str | None:
        host = Headers(scope=scope).get("host", "").partition(":")[0].lower()
        return host.removesuffix(self._suffix) if host.endswith(self._suffix) else None


def _naming(tenant: Tenant, send: Send) -> Send:
    async def send_with_tenant(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message)["X-Tenant-ID"] = str(tenant.tenant_id)
        await send(message)

    return send_with_tenant
