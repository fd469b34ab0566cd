"""Becoming known and coming in."""

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from sandbox.taskifai import passwords
from sandbox.taskifai.bodies import Login, Registration
from sandbox.taskifai.desk import Desk, tenant_of
from sandbox.taskifai.refusals import Refusal
from sandbox.taskifai.sessions import issue_token
from sandbox.taskifai.tenants import Tenant
from sandbox.taskifai.users import User, add_user, find_user, shown


async def register(desk: Desk, request: Request) -> Response:
    """Add a user; the application asks nobody whether they may."""
    if await desk.misbehaves("register-missing"):
        raise Refusal(404, "Not Found")
    wanted = Registration.model_validate_json(await request.body())
    tenant = tenant_of(request)
    hashed = await passwords.hash_password(wanted.password)
    async with desk.open_database(tenant) as database:
        user = await add_user(database, wanted, hashed)
    if user is None:
        raise Refusal(400, "Email already registered")
    return JSONResponse(_session(desk, tenant, user), 201)


async def login(desk: Desk, request: Request) -> Response:
    given = Login.model_validate_json(await request.body())
    tenant = tenant_of(request)
    async with desk.open_database(tenant) as database:
        user = await find_user(database, given.email)
    if user is None or not await passwords.fits(given.password, user["hashed_password"]):
        raise Refusal(401, "Incorrect email or password")
    return JSONResponse(_session(desk, tenant, user))


def _session(desk: Desk, tenant: Tenant, user: User) -> dict[str, Any]:
    return {
        "user": shown(user),
        "access_token": issue_token(desk, tenant, user),
        "token_type": "bearer",
    }
