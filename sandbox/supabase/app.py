"""The table of contents: which operation answers which request, and the permission it asks for."""

from collections.abc import Awaitable, Callable

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from sandbox.faults import FaultMiddleware, Faults
from sandbox.state import State
from sandbox.supabase.data_api import read_table
from sandbox.supabase.desk import SERVICE, Desk
from sandbox.supabase.guard import Handler, guarded
from sandbox.supabase.refusals import Refusal, answer_refusal, answer_unknown_route
from sandbox.supabase.routes import account, database, keys, logs, projects

DATA_API = "/data/{ref}"
"""Where a project's own URL is found; its keys are asked for there, and no access token."""
_PROJECT = "/v1/projects/{ref}"
_OPERATIONS: tuple[tuple[str, str, str | None, Handler], ...] = (
    ("GET", "/v1/profile", None, account.show_profile),
    ("GET", "/v1/organizations", "organizations_read", account.show_organizations),
    ("GET", "/v1/organizations/{slug}", "organization_admin_read", account.show_organization),
    (
        "GET",
        "/v1/organizations/{slug}/projects",
        "organization_projects_read",
        projects.show_organization_projects,
    ),
    ("GET", "/v1/projects", "projects_read", projects.show_projects),
    ("POST", "/v1/projects", "organization_projects_create", projects.add_project),
    ("GET", "/v1/projects/available-regions", None, account.show_available_regions),
    ("GET", _PROJECT, "project_admin_read", projects.show_project),
    ("PATCH", _PROJECT, "project_admin_write", projects.change_project),
    ("DELETE", _PROJECT, "project_admin_write", projects.remove_project),
    ("POST", f"{_PROJECT}/pause", "project_admin_write", projects.pause),
    ("POST", f"{_PROJECT}/restore", "project_admin_write", projects.restore),
    ("GET", f"{_PROJECT}/health", "project_admin_read", projects.show_health),
    ("GET", f"{_PROJECT}/api-keys", "api_gateway_keys_read", keys.show_keys),
    ("POST", f"{_PROJECT}/api-keys", "api_gateway_keys_write", keys.add_key),
    ("GET", f"{_PROJECT}/api-keys/legacy", "api_gateway_keys_read", keys.show_legacy_keys_state),
    ("PUT", f"{_PROJECT}/api-keys/legacy", "api_gateway_keys_write", keys.switch_legacy_keys),
    ("GET", f"{_PROJECT}/api-keys/{{id:uuid}}", "api_gateway_keys_read", keys.show_key),
    ("DELETE", f"{_PROJECT}/api-keys/{{id:uuid}}", "api_gateway_keys_write", keys.delete_key),
    ("POST", f"{_PROJECT}/database/query", "database_write", database.answer_query),
    ("PATCH", f"{_PROJECT}/database/password", "database_config_write", database.replace_password),
    ("GET", f"{_PROJECT}/config/database/pooler", "database_pooling_config_read", database.show_pooler),
    ("GET", f"{_PROJECT}/database/backups", "backups_read", database.show_backups),
    ("GET", f"{_PROJECT}/pgsodium", "project_admin_write", database.show_vault_root_key),
    ("GET", f"{_PROJECT}/ssl-enforcement", "database_ssl_config_read", database.show_ssl_enforcement),
    ("GET", f"{_PROJECT}/analytics/endpoints/logs", "analytics_logs_read", logs.show_logs),
    ("GET", f"{_PROJECT}/postgrest", "data_api_config_read", database.show_data_api),
)


def create_app(
    state: State, faults: Faults, *, token: str, organization: str, project_seconds: float
) -> Starlette:
    desk = Desk(state, faults, token, organization, project_seconds)
    return Starlette(
        routes=[
            Route(path, guarded(desk, permission, handler), methods=[method])
            for method, path, permission, handler in _OPERATIONS
        ]
        + [Route(f"{DATA_API}/rest/v1/{{table}}", _unguarded(desk), methods=["GET"])],
        middleware=[Middleware(FaultMiddleware, faults=faults, service=SERVICE)],
        exception_handlers={Refusal: answer_refusal, HTTPException: answer_unknown_route},
    )


def _unguarded(desk: Desk) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        return await read_table(desk, request)

    return endpoint
