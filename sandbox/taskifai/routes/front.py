"""What anybody may see: the page that a browser opens, and whether the application is well."""

from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, Response

from sandbox.taskifai.desk import Desk, tenant_of

_PAGE = Environment(loader=FileSystemLoader(Path(__file__).parents[1]), autoescape=True).get_template(
    "front.html"
)


async def show_page(_desk: Desk, request: Request) -> Response:
    return HTMLResponse(_PAGE.render(company_name=tenant_of(request).company_name))


async def show_health(desk: Desk, request: Request) -> Response:
    health = {"status": "healthy"}
    if not await desk.misbehaves("no-tenant-id-in-health"):
        health["tenant_id"] = str(tenant_of(request).tenant_id)
    return JSONResponse(health)
