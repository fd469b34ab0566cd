"""Who is asking: tokens that name a user and the tenant they are good for."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import jwt
from starlette.requests import Request

from sandbox.taskifai import users
from sandbox.taskifai.desk import Desk, tenant_of
from sandbox.taskifai.refusals import Refusal
from sandbox.taskifai.sql import Connection
from sandbox.taskifai.tenants import Tenant

_ALGORITHM = "HS256"
_LIFETIME = timedelta(minutes=1440)
_CLAIMS = ("sub", "tenant_id", "exp")


class Caller:
    def __init__(self, user_id: UUID, *, at_home: bool) -> None:
        self.user_id = user_id
        self._at_home = at_home

    async def check(self, connection: Connection) -> None:
        """Refuse a user who is gone; one of another tenant is here only by a fault, and in no table."""
        if self._at_home and not await users.is_there(connection, self.user_id):
            raise Refusal(401, "User not found")


def issue_token(desk: Desk, tenant: Tenant, user: users.User) -> str:
    now = datetime.now(UTC)
    claims = {
        "sub": str(user["user_id"]),
        "email": user["email"],
        "role": user["role"],
        "tenant_id": str(tenant.tenant_id),
        "subdomain": tenant.subdomain,
        "iat": now,
        "exp": now + _LIFETIME,
    }
    return jwt.encode(claims, desk.secret, algorithm=_ALGORITHM)


async def identify(desk: Desk, request: Request) -> Caller:
    """Read the token; whether its user is still there is for the database to say."""
    claims = _read_token(desk, request)
    tenant = tenant_of(request)
    at_home = claims["tenant_id"] == str(tenant.tenant_id) and claims.get("subdomain") == tenant.subdomain
    if not at_home and not await desk.misbehaves("cross-tenant-leak"):
        raise Refusal(403, "Token tenant mismatch - possible cross-tenant attack")
    return Caller(UUID(claims["sub"]), at_home=at_home)


def _read_token(desk: Desk, request: Request) -> dict[str, Any]:
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise Refusal(401, "Not authenticated")
    try:
        claims: dict[str, Any] = jwt.decode(
            token, desk.secret, algorithms=[_ALGORITHM], options={"require": list(_CLAIMS)}
        )
        UUID(claims["sub"])
    except (jwt.InvalidTokenError, ValueError) as error:
        raise Refusal(401, "Could not validate credentials") from error
    return claims
