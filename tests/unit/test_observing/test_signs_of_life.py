"""Whoever asks a process how it is: the platform that restarts it, the balancer before it, the one who measures."""

import asyncio
from collections.abc import Mapping

import httpx
import pytest
from starlette.applications import Starlette

from provisioning.domain.secret import Secret
from provisioning.errors import Transient
from provisioning.observing import readiness
from provisioning.observing.opening import executing
from provisioning.observing.readiness import Condition
from provisioning.observing.routes import signs_of_life
from tests.fakes.clock import FakeClock
from tests.unit.test_observing.entries import Counter, exposition

TOKEN = "not-a-real-token"


async def ask(
    path: str,
    *,
    conditions: Mapping[str, Condition] | None = None,
    token: str | None = None,
    host: str = "127.0.0.1",
    headers: Mapping[str, str] | None = None,
) -> httpx.Response:
    secret = Secret(token) if token else None
    routes = signs_of_life(exposition(Counter(), FakeClock()), conditions or {}, token=secret)
    transport = httpx.ASGITransport(Starlette(routes=routes), client=(host, 1))
    async with httpx.AsyncClient(transport=transport, base_url="http://us") as client:
        return await client.get(path, headers=headers)


async def test_a_process_that_answers_is_alive_whatever_it_lacks() -> None:
    async def never() -> str | None:
        return "the registry is away"

    answer = await ask("/healthz", conditions={"registry": never})

    assert (answer.status_code, answer.text) == (200, "ok\n")


async def test_a_process_that_lacks_nothing_is_ready() -> None:
    working = asyncio.Event()
    working.set()

    answer = await ask("/readyz", conditions={"worker": executing(working)})

    assert (answer.status_code, answer.json()) == (200, {"ready": True, "reasons": {}})


async def test_each_thing_that_is_lacking_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(readiness, "_SECONDS", 0.01)

    async def away() -> str | None:
        raise Transient("The registry's database does not answer.")

    async def hangs() -> str | None:
        await asyncio.Event().wait()
        return None

    conditions = {"registry": away, "Slack": hangs, "worker": executing(asyncio.Event())}
    answer = await ask("/readyz", conditions=conditions)

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "reasons": {
            "registry": "The registry's database does not answer.",
            "Slack": "no answer within 0 seconds",
            "worker": "the worker holds no lease, so no run is executed here",
        },
    }


@pytest.mark.parametrize("host", ["127.0.0.1", "10.1.2.3", "::1", "fd00::1"])
async def test_metrics_are_for_this_machine_and_its_private_network(host: str) -> None:
    answer = await ask("/metrics", host=host)

    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("text/plain; version=")


@pytest.mark.parametrize(
    ("host", "headers"),
    [
        ("8.8.8.8", {}),
        ("10.1.2.3", {"x-forwarded-for": "8.8.8.8"}),
        ("127.0.0.1", {"forwarded": "for=8.8.8.8"}),
    ],
)
async def test_anybody_else_needs_a_token_and_is_told_so(host: str, headers: Mapping[str, str]) -> None:
    answer = await ask("/metrics", host=host, headers=headers)

    assert answer.status_code == 403
    assert "METRICS_TOKEN" in answer.text


@pytest.mark.parametrize(
    ("header", "status"),
    [
        (f"Bearer {TOKEN}", 200),
        (f"bearer {TOKEN}", 200),
        ("Bearer other", 401),
        (f"Basic {TOKEN}", 401),
        ("", 401),
    ],
)
async def test_with_a_token_nobody_is_answered_without_it(header: str, status: int) -> None:
    answer = await ask("/metrics", token=TOKEN, headers={"authorization": header})

    assert answer.status_code == status
    assert TOKEN not in answer.text
