"""The admin API of one process, from its settings and an open system."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial

from fastapi import FastAPI

from provisioning.api.app import build_api
from provisioning.api.knock import SURFACE
from provisioning.bootstrap import System, open_public_keys
from provisioning.settings import Settings
from provisioning.tokens import TokenRules, read_token


@asynccontextmanager
async def open_admin_api(settings: Settings, system: System) -> AsyncIterator[FastAPI]:
    """Take tokens of ADMIN_JWT_SECRET, and those of whoever publishes the keys at ADMIN_JWKS_URL."""
    async with open_public_keys(settings, system.clock) as public_keys:
        rules = TokenRules.of(settings, public_keys=public_keys)
        app = build_api(
            system.control,
            identify=partial(read_token, rules=rules, surface=SURFACE),
            a_minute=settings.admin_rate_limit,
            clock=system.clock,
            choices=await system.control.plans.choices(),
        )
        try:
            yield app
        finally:
            app.state.office.closing.set()
