"""The table of contents: which handler answers which request, at the tenants' URLs and in the admin API."""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import FaultMiddleware, Faults
from sandbox.state import State
from sandbox.taskifai.admin_gate import AdminGate
from sandbox.taskifai.databases import Databases
from sandbox.taskifai.desk import SERVICE, Desk, Handler
from sandbox.taskifai.refusals import HANDLERS
from sandbox.taskifai.routes import auth, front, uploads
from sandbox.taskifai.routes.admin import Admin
from sandbox.taskifai.second_tenant import ensure_second_tenant
from sandbox.taskifai.shapes import GuideShape, PlatformShape
from sandbox.taskifai.tenant_gate import TenantGate

__all__ = ["create_admin_app", "create_tenant_app", "ensure_second_tenant"]

Endpoint = Callable[[Request], Awaitable[Response]]

_BATCH = "/api/uploads/batches/{batch_id:uuid}"
_OPERATIONS: tuple[tuple[str, str, Handler], ...] = (
    ("GET", "/", front.show_page),
    ("GET", "/api/health", front.show_health),
    ("POST", "/api/auth/register", auth.register),
    ("POST", "/api/auth/login", auth.login),
    ("GET", "/api/uploads/batches", uploads.show_batches),
    ("POST", "/api/uploads", uploads.take_upload),
    ("GET", _BATCH, uploads.show_batch),
    ("DELETE", _BATCH, uploads.delete_batch),
    ("GET", "/api/uploads/{batch_id:uuid}/errors", uploads.show_errors),
)


def create_tenant_app(state: State, faults: Faults, *, domain: str, secret: str) -> Starlette:
    desk = Desk(state, faults, secret, Databases(state))

    @asynccontextmanager
    async def closing_connections(_: Starlette) -> AsyncIterator[None]:
        yield
        desk.databases.close()

    return Starlette(
        lifespan=closing_connections,
        routes=[Route(path, _at(desk, handler), methods=[method]) for method, path, handler in _OPERATIONS],
        middleware=[
            Middleware(FaultMiddleware, faults=faults, service=SERVICE),
            Middleware(TenantGate, state=state, faults=faults, domain=domain),
        ],
        exception_handlers=HANDLERS,
    )


def create_admin_app(
    state: State, faults: Faults, *, token: str, url_template: str, domain: str
) -> Starlette:
    return Starlette(
        routes=[
            *_as_the_guide_has_it(Admin(state, GuideShape(url_template))),
            *_as_the_platform_has_it(Admin(state, PlatformShape())),
        ],
        middleware=[
            Middleware(FaultMiddleware, faults=faults, service="platform"),
            Middleware(AdminGate, token=token, domain=domain),
        ],
        exception_handlers=HANDLERS,
    )


def _as_the_guide_has_it(admin: Admin) -> list[Route]:
    one = "/admin/tenants/{tenant_id:uuid}"
    return [
        *_collection("/admin/tenants", admin),
        *_collection("/admin/tenants/", admin),
        *_one(one, admin),
        Route(one, admin.remove, methods=["DELETE"]),
        Route(f"{one}/suspend", admin.suspend, methods=["PATCH"]),
        Route(f"{one}/activate", admin.activate, methods=["PATCH"]),
    ]


def _as_the_platform_has_it(admin: Admin) -> list[Route]:
    """Without the slash at its end a request is redirected; tenants are switched off, never deleted."""
    return [
        *_collection("/api/admin/tenants/", admin),
        *_one("/api/admin/tenants/{tenant_id:uuid}", admin),
    ]


def _collection(path: str, admin: Admin) -> list[Route]:
    return [Route(path, admin.add, methods=["POST"]), Route(path, admin.list, methods=["GET"])]


def _one(path: str, admin: Admin) -> list[Route]:
    return [Route(path, admin.show, methods=["GET"]), Route(path, admin.change, methods=["PATCH"])]


def _at(desk: Desk, handler: Handler) -> Endpoint:
    async def endpoint(request: Request) -> Response:
        return await handler(desk, request)

    return endpoint
