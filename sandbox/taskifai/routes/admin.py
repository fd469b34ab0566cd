"""The registry, for those who manage tenants."""

from uuid import UUID

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.state import State
from sandbox.taskifai.bodies import TenantChange, TenantPage
from sandbox.taskifai.refusals import Refusal
from sandbox.taskifai.shapes import Shape
from sandbox.taskifai.tenants import (
    add_tenant,
    change_tenant,
    get_tenant,
    list_tenants,
    remove_tenant,
)


class Admin:
    def __init__(self, state: State, shape: Shape) -> None:
        self._state = state
        self._shape = shape

    async def add(self, request: Request) -> Response:
        new = self._shape.read_new(await request.body())
        tenant = await add_tenant(self._state, new)
        if tenant is None:
            raise Refusal(self._shape.taken, f"Tenant with subdomain '{new.subdomain}' already exists")
        return JSONResponse(self._shape.created(tenant), 201)

    async def list(self, request: Request) -> Response:
        page = TenantPage.model_validate(dict(request.query_params))
        found, total = await list_tenants(
            self._state, limit=page.limit, offset=page.offset, active_only=page.active_only
        )
        tenants = [self._shape.shown(tenant) for tenant in found]
        return JSONResponse({"tenants": tenants, "total": total, "limit": page.limit, "offset": page.offset})

    async def show(self, request: Request) -> Response:
        return JSONResponse(self._shape.shown(await get_tenant(self._state, _tenant_id(request))))

    async def change(self, request: Request) -> Response:
        change = self._shape.read_change(await request.body())
        if change == TenantChange():
            raise Refusal(400, "No fields to update")
        return await self._change(request, change)

    async def suspend(self, request: Request) -> Response:
        return await self._change(request, TenantChange(is_active=False))

    async def activate(self, request: Request) -> Response:
        return await self._change(request, TenantChange(is_active=True))

    async def remove(self, request: Request) -> Response:
        await remove_tenant(self._state, _tenant_id(request))
        return Response(status_code=204)

    async def _change(self, request: Request, change: TenantChange) -> Response:
        return JSONResponse(self._shape.shown(await change_tenant(self._state, _tenant_id(request), change)))


def _tenant_id(request: Request) -> UUID:
    tenant_id: UUID = request.path_params["tenant_id"]
    return tenant_id
