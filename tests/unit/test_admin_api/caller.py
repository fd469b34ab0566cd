"""Whoever calls the admin API with a token, and the app they call."""

import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import jwt

from provisioning.api.app import build_api
from provisioning.domain.secret import Secret
from provisioning.tokens import TokenRules, read_token
from tests.fakes.world import World

SECRET = secrets.token_hex(32)
RULES = TokenRules(
    secret=Secret(SECRET), public_keys=None, issuer=None, audience="tenantbot", role_claims=("role", "roles")
)


def token(name: str = "ada", role: str | None = "operator", **claims: Any) -> str:
    said = {
        "sub": f"token:{name}",
        "name": name,
        "role": role,
        "aud": "tenantbot",
        "exp": datetime.now(UTC) + timedelta(hours=1),
    }
    return jwt.encode({**said, **claims}, SECRET, algorithm="HS256")


@dataclass
class Caller:
    transport: httpx.ASGITransport
    client: httpx.AsyncClient

    async def ask(self, method: str, path: str, json: Any = None, **headers: str) -> httpx.Response:
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        return await self.client.request(method, f"/admin{path}", json=json, headers=sent)


@asynccontextmanager
async def open_caller(world: World, *, a_minute: int = 10_000, **who: Any) -> AsyncIterator[Caller]:
    app = build_api(
        world.control,
        identify=partial(read_token, rules=RULES, surface="api"),
        a_minute=a_minute,
        clock=world.clock,
        choices=await world.control.plans.choices(),
    )
    transport = httpx.ASGITransport(app)
    headers = {"authorization": f"Bearer {token(**who)}"}
    async with httpx.AsyncClient(transport=transport, base_url="http://api", headers=headers) as client:
        yield Caller(transport, client)
