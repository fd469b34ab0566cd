"""Who may ask, how often, and for what: the door that every operation stands behind."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response

from sandbox.supabase.desk import Desk
from sandbox.supabase.refusals import Refusal
from sandbox.supabase.sql import read_script
from sandbox.supabase.validators import text

Handler = Callable[[Desk, Request], Awaitable[Response]]

_METER = read_script("meter.sql")
_FIND_CALLER = """
select identity, permissions from supabase_tokens
where token = $1 and (expires_at is null or expires_at > now())
"""
_check_ref = text(least=20, most=20, pattern="^[a-z]+$")
_check_slug = text(pattern=r"^[\w-]+$")


@dataclass(frozen=True)
class Caller:
    """Whose token it is (one person per stack, known by their organization), and what it is good for.

    `permissions` is None for a token that may do everything its owner may.
    """

    identity: str
    permissions: frozenset[str] | None


def guarded(desk: Desk, permission: str | None, handler: Handler) -> Callable[[Request], Awaitable[Response]]:
    async def endpoint(request: Request) -> Response:
        caller = await _authenticate(desk, request.headers.get("authorization", ""))
        rate_headers = await _meter(desk, caller, request)
        try:
            _authorise(caller, permission)
            _check_path(request)
            response = await handler(desk, request)
        except Refusal as refusal:
            refusal.headers = {**rate_headers, **(refusal.headers or {})}
            raise
        response.headers.update(rate_headers)
        return response

    return endpoint


async def _authenticate(desk: Desk, authorization: str) -> Caller:
    scheme, _, token = authorization.partition(" ")
    if scheme.lower() == "bearer" and token == desk.token:
        return Caller(desk.organization, None)
    row = await desk.state.pool.fetchrow(_FIND_CALLER, token) if scheme.lower() == "bearer" else None
    if row is None:
        raise Refusal(401, "Unauthorized")
    return Caller(row["identity"], None if row["permissions"] is None else frozenset(row["permissions"]))


async def _meter(desk: Desk, caller: Caller, request: Request) -> dict[str, str]:
    """Count the request in the bucket of its project or organization; each has one per identity."""
    scope = request.path_params.get("ref") or request.path_params.get("slug") or "account"
    row = await desk.state.pool.fetchrow(_METER, caller.identity, scope)
    assert row is not None
    left = str(row["seconds_left"])
    headers = {
        "x-ratelimit-limit": str(row["allowed"]),
        "x-ratelimit-remaining": str(max(0, row["allowed"] - row["used"])),
        "x-ratelimit-reset": left,
    }
    if row["used"] > row["allowed"]:
        headers["retry-after"] = left
        raise Refusal(429, "ThrottlerException: Too Many Requests", headers=headers)
    return headers


def _authorise(caller: Caller, permission: str | None) -> None:
    if permission is not None and caller.permissions is not None and permission not in caller.permissions:
        raise Refusal(
            403, f"The access token lacks a permission: {permission}", missing_permissions=[permission]
        )


def _check_path(request: Request) -> None:
    for name, check in (("ref", _check_ref), ("slug", _check_slug)):
        if name in request.path_params:
            check(name, request.path_params[name])
