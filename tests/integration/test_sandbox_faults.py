"""Faults: each kind does over a real connection what it says, as often and where it was told to."""

import asyncio
from collections.abc import AsyncIterator

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.routing import Route

from sandbox.faults import FaultMiddleware, Faults
from sandbox.serve import serve
from sandbox.state import State


@pytest.fixture
async def faults(state: State) -> AsyncIterator[Faults]:
    switches = Faults(state)
    await switches.clear()
    yield switches
    await switches.clear()


class Orders:
    """A small service that remembers what it committed."""

    def __init__(self, faults: Faults) -> None:
        self.committed: list[str] = []
        routes = [Route("/{path:path}", self._answer, methods=["GET", "POST"])]
        self.app = FaultMiddleware(Starlette(routes=routes), faults=faults, service="platform")

    async def _answer(self, request: Request) -> Response:
        if request.method == "POST":
            self.committed.append((await request.body()).decode())
        return PlainTextResponse("done")


@pytest.fixture
def orders(faults: Faults) -> Orders:
    return Orders(faults)


@pytest.fixture
async def client(orders: Orders) -> AsyncIterator[httpx.AsyncClient]:
    server = await serve(orders.app)
    async with httpx.AsyncClient(base_url=server.url, trust_env=False) as client:
        yield client
    await server.stop()


async def test_answers_as_usual_without_a_fault(client: httpx.AsyncClient, orders: Orders) -> None:
    assert (await client.post("/orders", content="one")).text == "done"
    assert orders.committed == ["one"]


@pytest.mark.parametrize(
    ("kind", "status", "committed"),
    [
        ("429", 429, []),
        ("5xx", 500, []),
        ("html", 503, []),
        ("5xx-after-commit", 504, ["one"]),
        ("slow", 200, ["one"]),
    ],
)
async def test_answers_wrongly(
    *, client: httpx.AsyncClient, orders: Orders, faults: Faults, kind: str, status: int, committed: list[str]
) -> None:
    await faults.add("platform", "", kind, 1, 0.01)
    assert (await client.post("/orders", content="one")).status_code == status
    assert orders.committed == committed
    assert (await client.post("/orders", content="two")).status_code == 200


async def test_says_how_long_to_wait_before_the_next_try(client: httpx.AsyncClient, faults: Faults) -> None:
    await faults.add("platform", "", "429", 1, 0)
    await faults.add("platform", "", "429", 1, 7)
    assert (await client.get("/orders")).headers["retry-after"] == "7"
    answer = await client.get("/orders")
    assert answer.headers["retry-after"] == "1"
    assert answer.json() == {"message": "ThrottlerException: Too Many Requests"}


@pytest.mark.parametrize(("kind", "committed"), [("dropped", False), ("dropped-after-commit", True)])
@pytest.mark.parametrize("body", ["one", "one" * 1_000_000])
async def test_drops_the_connection_without_a_byte(
    *, client: httpx.AsyncClient, orders: Orders, faults: Faults, kind: str, committed: bool, body: str
) -> None:
    await faults.add("platform", "", kind, 1, 0)
    with pytest.raises(httpx.RemoteProtocolError, match="without sending a response"):
        await client.post("/orders", content=body)
    assert bool(orders.committed) is committed
    assert (await client.get("/orders")).status_code == 200


async def test_a_fault_after_a_commit_waits_for_a_request_that_commits(
    client: httpx.AsyncClient, faults: Faults
) -> None:
    await faults.add("platform", "/orders", "5xx-after-commit", 1, 0)
    assert (await client.get("/orders")).status_code == 200
    assert (await client.post("/orders")).status_code == 504


async def test_counts_down_and_then_stops(client: httpx.AsyncClient, faults: Faults) -> None:
    await faults.add("platform", "", "5xx", 2, 0)
    assert [(await client.get("/orders")).status_code for _ in range(3)] == [500, 500, 200]


async def test_counts_right_when_many_ask_at_once(faults: Faults) -> None:
    await faults.add("platform", "", "5xx", 3, 0)
    taken = await asyncio.gather(*(faults.take("platform", "/orders") for _ in range(10)))
    assert sum(fault is not None for fault in taken) == 3


async def test_without_a_count_goes_on_until_cleared(client: httpx.AsyncClient, faults: Faults) -> None:
    await faults.add("platform", "", "5xx", None, 0)
    assert [(await client.get("/orders")).status_code for _ in range(3)] == [500, 500, 500]
    await faults.clear()
    assert (await client.get("/orders")).status_code == 200


@pytest.mark.parametrize(
    ("pattern", "path", "matches"),
    [
        ("", "/v1/projects", True),
        ("*", "/v1/projects", True),
        ("/v1/projects", "/v1/projects/abc/health", True),
        ("/v1/projects/*/health", "/v1/projects/abc/health", True),
        ("/v1/projects/*/health", "/v1/projects/abc", False),
        ("/v1/a_c", "/v1/abc", False),
        ("/v1/%", "/v1/abc", False),
        ("POST /v1/projects", "/v1/projects", True),
        ("DELETE /v1/projects", "/v1/projects", False),
    ],
)
async def test_matches_by_prefix_and_star(faults: Faults, pattern: str, path: str, matches: bool) -> None:
    await faults.add("platform", pattern, "5xx", 1, 0)
    assert (await faults.take("platform", path, method="POST") is not None) is matches


async def test_the_newest_fault_that_fits_comes_first(faults: Faults) -> None:
    await faults.add("platform", "", "5xx", None, 0)
    await faults.add("platform", "/orders", "429", 1, 0)
    await faults.add("mail", "", "4xx", 1, 0)
    fault = await faults.take("platform", "/orders")
    assert fault is not None
    assert (fault.kind, fault.times) == ("429", 0)


async def test_never_ready_is_seen_and_not_used_up(client: httpx.AsyncClient, faults: Faults) -> None:
    await faults.add("platform", "", "never-ready", 1, 0)
    assert (await client.get("/orders")).status_code == 200
    assert await faults.active("platform", "never-ready")
    assert not await faults.active("supabase", "never-ready")


async def test_lists_what_is_still_to_come(faults: Faults) -> None:
    await faults.add("platform", "/orders", "5xx", 1, 0)
    await faults.add("platform", "/other", "slow", None, 0.5)
    await faults.take("platform", "/orders")
    assert [(fault.path, fault.kind) for fault in await faults.all()] == [("/other", "slow")]
