"""Chaos for some minutes: workers are killed at random while tenants are provisioned under faults."""

import asyncio
import random
import subprocess

import pytest

from sandbox.attach import attach
from tests.e2e.evidence import WHOLE, evidence
from tests.e2e.terminal import Terminal

TENANTS = 12
WORKERS = 3
KILLS = 12
FAULTS = [
    ("supabase", "5xx-after-commit", "POST /v1/projects"),
    ("supabase", "429", "/v1/projects"),
    ("platform", "dropped-after-commit", "/admin/tenants"),
    ("taskifai", "5xx-after-commit", "POST /api/auth/register"),
    ("taskifai", "slow", "/api/uploads"),
    ("mail", "dropped-after-commit", ""),
    ("dns", "servfail", ""),
]


@pytest.mark.soak
async def test_whatever_is_killed_every_tenant_is_whole_or_waits(fresh_terminal: Terminal) -> None:
    terminal, dice = fresh_terminal, random.Random(20261124)
    names = [f"soak-{number}" for number in range(TENANTS)]
    async with attach(terminal.home, project_seconds=1):
        assert (await terminal.run("list")).code == 0
        workers = [_worker(terminal) for _ in range(WORKERS)]
        for name in names:
            assert (await terminal.provision(name, "--detach")).code == 0
        for _ in range(KILLS):
            service, kind, path = dice.choice(FAULTS)
            await terminal.fault(service, kind, path=path, times=1, delay=2)
            await asyncio.sleep(dice.uniform(2, 5))
            victim = dice.randrange(WORKERS)
            workers[victim].kill()
            workers[victim] = _worker(terminal)
        await terminal.clear_faults()
        await _until_at_rest(terminal)
        for name in await _waiting(terminal):
            assert (await terminal.run("retry", name)).code == 0

        for name in names:
            assert await evidence(terminal, name) == WHOLE, name


def _worker(terminal: Terminal) -> "subprocess.Popen[bytes]":
    return terminal.start("worker", quiet=True)


async def _until_at_rest(terminal: Terminal) -> None:
    async with asyncio.timeout(300), terminal.registry() as registry:
        while await registry.fetchval(
            "select exists (select from runs where state in ('queued', 'running'))"
        ):
            await asyncio.sleep(0.5)


async def _waiting(terminal: Terminal) -> list[str]:
    async with terminal.registry() as registry:
        return [
            row["subdomain"]
            for row in await registry.fetch("select subdomain from runs where state = 'waiting'")
        ]
