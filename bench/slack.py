"""How fast the bot acknowledges, against an app that only acknowledges; and what twenty runs at once ask of Slack.

    python3 bench/slack.py [--json]

Both apps run in processes of their own over Socket Mode and are asked in turns; Slack's stand-in keeps account of
every delivery. Fails when a requirement is missed.
"""

import asyncio
import contextlib
import json
import math
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import Any, Final

import httpx
from rich.console import Console
from rich.table import Table
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.app.async_app import AsyncApp
from slack_bolt.context.ack.async_ack import AsyncAck
from slack_sdk.web.async_client import AsyncWebClient
from starlette.requests import Request
from starlette.responses import Response

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from bot.sandbox_settings import sandbox_settings  # noqa: E402
from provisioning.bootstrap import System, open_system, upgrade_database  # noqa: E402
from provisioning.domain.actor import Actor, Role  # noqa: E402
from provisioning.domain.run import Run, RunState  # noqa: E402
from sandbox.slack import gate  # noqa: E402
from sandbox.slack.desk import Desk  # noqa: E402
from sandbox.slack.workspace import APPROVER, APPROVER2, OPERATOR, OPS, VIEWER  # noqa: E402
from sandbox.stack import Stack  # noqa: E402

AT_ONCE, ROUNDS, RUNS = 50, 5, 20
PEOPLE = (VIEWER, OPERATOR, APPROVER, APPROVER2)
STATUS = ("status",)
MIX = ("list", "verify nobody", "help", "status")

MOST_RATIO, MOST_MILLISECONDS = 1.5, 500.0
MOST_SECONDS_TO_SHOW, MOST_CALLS = 5.0, 25

_EMPTY_APP: Final = "BENCH_EMPTY_APP"
"""In the environment of the process that is to be the empty app: the stand-in's address and tokens."""


@dataclass
class Account:
    """Every call of the bot's, as the stand-in answers it."""

    calls: Counter[str] = field(default_factory=Counter)
    limited: Counter[str] = field(default_factory=Counter)
    of_run: Counter[str] = field(default_factory=Counter)
    _run_of: dict[str, str] = field(default_factory=dict)

    def watch(self) -> None:
        """Stand between the stand-in and its door; before it is started."""
        answer_call = gate.answer_call

        async def answer_and_count(desk: Desk, request: Request) -> Response:
            response = await answer_call(desk, request)
            await self._count(request, response)
            return response

        gate.answer_call = answer_and_count

    async def _count(self, request: Request, response: Response) -> None:
        method = request.path_params["method"]
        self.calls[method] += 1
        if response.status_code == HTTPStatus.TOO_MANY_REQUESTS:
            self.limited[method] += 1
        if not method.startswith("chat."):
            return
        asked, said = json.loads(await request.body()), json.loads(bytes(response.body))
        run_id = (asked.get("metadata") or {}).get("event_payload", {}).get("subject")
        self._run_of.setdefault(said.get("ts", ""), run_id or "")
        if run := run_id or self._run_of.get(asked.get("ts", "")):
            self.of_run[run] += 1


@dataclass(frozen=True)
class Place:
    """The stand-ins that one app lives in, and their page."""

    home: Path
    stack: Stack
    page: httpx.AsyncClient


@dataclass(frozen=True)
class Acks:
    """Milliseconds from a delivery to its acknowledgement."""

    app: str
    commands: str
    rounds: Sequence[Sequence[int]]

    @property
    def milliseconds(self) -> Sequence[int]:
        return [one for milliseconds in self.rounds for one in milliseconds]

    @property
    def typical_p99(self) -> float:
        """That of the median round: what is left when a neighbour on the machine disturbs one."""
        return statistics.median(percentile(milliseconds, 0.99) for milliseconds in self.rounds)

    @property
    def p50(self) -> float:
        return percentile(self.milliseconds, 0.50)

    @property
    def p99(self) -> float:
        return percentile(self.milliseconds, 0.99)


@dataclass(frozen=True)
class Shown:
    """What twenty runs asked of Slack, and how long after an end it was to be seen."""

    states: Counter[str]
    seconds: Sequence[float]
    calls_per_run: Sequence[int]
    calls: Counter[str]
    limited: Counter[str]


async def main(*, as_json: bool) -> int:
    account = Account()
    account.watch()
    async with _place() as theirs, _place() as ours, _empty_app(theirs), _our_app(ours):
        acks = [*await _measure(theirs, ours, "status", STATUS), *await _measure(theirs, ours, "mix", MIX)]
        shown = await _watch_runs(ours, account)
    missed = _missed(acks, shown)
    if as_json:
        print(json.dumps(_as_json(acks, shown, missed), indent=2))
    else:
        _print(acks, shown, missed)
    return 1 if missed else 0


async def _measure(theirs: Place, ours: Place, name: str, commands: Sequence[str]) -> list[Acks]:
    """Let several people type fifty commands at once, to one app and then to the other, again and again."""
    empty: list[Sequence[int]] = []
    mine: list[Sequence[int]] = []
    for number in range(1 + ROUNDS):
        for place, found, pause in ((theirs, empty, 1), (ours, mine, 3)):
            milliseconds = await _round(place.page, commands)
            if number:  # the first time only warms up
                found.append(milliseconds)
            await asyncio.sleep(pause)  # what was asked for is done meanwhile
    return [Acks("empty", name, empty), Acks("ours", name, mine)]


async def _round(page: httpx.AsyncClient, commands: Sequence[str]) -> list[int]:
    before = {one["id"] for one in await _deliveries(page)}
    lines = [f"/tenant {commands[at % len(commands)]}" for at in range(AT_ONCE)]
    await asyncio.gather(*(_type(page, PEOPLE[at % len(PEOPLE)], line) for at, line in enumerate(lines)))
    new = [one for one in await _deliveries(page) if one["id"] not in before]
    if len(new) != AT_ONCE or not all(one["acked"] for one in new):
        raise SystemExit("Not every command was acknowledged.")
    return [one["milliseconds"] for one in new]


async def _type(page: httpx.AsyncClient, person: str, line: str) -> None:
    (await page.post(f"/people/{person}/channels/{OPS}/commands", json={"text": line})).raise_for_status()


async def _deliveries(page: httpx.AsyncClient) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await page.get("/deliveries")).json()["deliveries"]
    return found


async def _watch_runs(place: Place, account: Account) -> Shown:
    """Ask for twenty tenants at once, and look at the channel until every end is to be seen."""
    account.calls.clear()
    account.limited.clear()
    actor = Actor("slack", OPERATOR, "operator", Role.OPERATOR)
    origin = {"surface": "slack", "team": "T0TASKIFAI1", "user": OPERATOR, "channel": OPS}
    async with open_system(sandbox_settings(place.stack.document, place.home)) as system:
        asked = [
            {"company": f"Customer {number}", "subdomain": f"bench-{number}", "email": "admin@customer.com"}
            for number in range(RUNS)
        ]
        started = await asyncio.gather(
            *(
                system.control.requests.provision(actor, {**raw, "name": "Ada"}, origin=origin)
                for raw in asked
            )
        )
        open_runs = {one.run.run_id for one in started}
        shown_at: dict[str, float] = {}
        deadline = time.monotonic() + 180
        while (len(shown_at) < RUNS or not await _all_told(system)) and time.monotonic() < deadline:
            messages = (await place.page.get(f"/people/{OPERATOR}/channels/{OPS}/messages")).json()[
                "messages"
            ]
            now = time.time()
            for message in messages:
                run_id = next((one for one in open_runs if f"run {one}" in json.dumps(message)), None)
                if run_id and any(word in message["text"] for word in (" – succeeded", " – waiting")):
                    shown_at.setdefault(run_id, now)
            await asyncio.sleep(0.1)
        ends = [(await system.control.views.run(actor, run_id))[0] for run_id in open_runs]
    finished = {run.run_id: _ended(run) for run in ends}
    return Shown(
        states=Counter(run.state.value for run in ends),
        seconds=[shown_at.get(run_id, deadline) - at for run_id, at in finished.items()],
        calls_per_run=[account.of_run[run_id] for run_id in open_runs],
        calls=Counter(account.calls),
        limited=Counter(account.limited),
    )


def _ended(run: Run) -> float:
    if run.state is not RunState.SUCCEEDED or run.finished_at is None:
        raise SystemExit(f"{run.run_id} is {run.state}: {run.error}")
    return run.finished_at.timestamp()


async def _all_told(system: System) -> bool:
    return not await system.control.reports.open("slack")


@contextlib.asynccontextmanager
async def _place() -> AsyncIterator[Place]:
    """Each app has stand-ins of its own: Slack hands a command to any socket that is open."""
    limits = httpx.Limits(max_connections=AT_ONCE + 10, keepalive_expiry=1)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        async with Stack(home) as stack:
            await upgrade_database(sandbox_settings(stack.document, home).database_url)
            address = f"{stack.document.slack_page}/api"
            async with httpx.AsyncClient(
                base_url=address, timeout=30, trust_env=False, limits=limits
            ) as page:
                yield Place(home, stack, page)


@contextlib.asynccontextmanager
async def _empty_app(place: Place) -> AsyncIterator[None]:
    document = place.stack.document
    given = [document.slack_api, document.slack_bot_token, document.slack_app_token]
    async with _process([sys.executable, __file__], {_EMPTY_APP: " ".join(given)}):
        await _is_connected(place.page)
        yield


@contextlib.asynccontextmanager
async def _our_app(place: Place) -> AsyncIterator[None]:
    command = [sys.executable, "-m", "bot", "web", "--sandbox", "--home", str(place.home)]
    async with _process(command, {}):
        await _is_connected(place.page)
        yield


async def _is_connected(page: httpx.AsyncClient) -> None:
    for _ in range(600):
        if (await page.get("/workspace")).json()["connections"]:
            return
        await asyncio.sleep(0.1)
    raise SystemExit("The app does not connect.")


@contextlib.asynccontextmanager
async def _process(command: Sequence[str], environment: dict[str, str]) -> AsyncIterator[None]:
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, env={**os.environ, **environment}, stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )  # fmt: skip
    try:
        yield
    finally:
        with contextlib.suppress(ProcessLookupError):  # Ctrl-C ends it too
            process.terminate()
        await process.wait()


async def be_the_empty_app(given: str) -> None:
    api_url, bot_token, app_token = given.split()
    client = AsyncWebClient(token=bot_token, base_url=api_url)
    client.proxy = None
    app = AsyncApp(client=client, signing_secret="unused")

    async def take(ack: AsyncAck) -> None:
        await ack()

    app.command("/tenant")(take)
    await AsyncSocketModeHandler(app, app_token).start_async()  # type: ignore[no-untyped-call]


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that so large a share does not exceed."""
    ordered = sorted(values)
    return float(ordered[max(0, math.ceil(share * len(ordered)) - 1)])


def _missed(acks: Sequence[Acks], shown: Shown) -> list[str]:
    missed = []
    for empty, ours in _pairs(acks):
        if ours.p99 > MOST_RATIO * empty.p99:
            missed.append(f"{ours.commands}: p99 is {ours.p99 / empty.p99:.2f} times the empty app's")
        if ours.p99 >= MOST_MILLISECONDS:
            missed.append(f"{ours.commands}: p99 is {ours.p99:.0f} ms")
    if shown.limited:
        missed.append(f"Slack answered 429: {dict(shown.limited)}")
    if max(shown.seconds) > MOST_SECONDS_TO_SHOW:
        missed.append(f"an end was shown after {max(shown.seconds):.1f} s")
    if max(shown.calls_per_run) > MOST_CALLS:
        missed.append(f"a run took {max(shown.calls_per_run)} calls")
    return missed


def _pairs(acks: Sequence[Acks]) -> list[tuple[Acks, Acks]]:
    ours = {one.commands: one for one in acks if one.app == "ours"}
    return [(one, ours[one.commands]) for one in acks if one.app == "empty"]


def _as_json(acks: Sequence[Acks], shown: Shown, missed: Sequence[str]) -> dict[str, Any]:
    return {
        "acks": [
            {
                "commands": ours.commands,
                "empty": {"p50": empty.p50, "p99": empty.p99, "typical_p99": empty.typical_p99},
                "ours": {"p50": ours.p50, "p99": ours.p99, "typical_p99": ours.typical_p99},
                "ratio": _ratios(empty, ours),
            }
            for empty, ours in _pairs(acks)
        ],
        "runs": {
            "states": dict(shown.states),
            "seconds_to_show": {
                "p50": round(percentile(shown.seconds, 0.5), 2), "max": round(max(shown.seconds), 2)
            },
            "calls_per_run": {
                "p50": percentile(shown.calls_per_run, 0.5), "max": max(shown.calls_per_run)
            },
            "calls": dict(shown.calls),
            "limited": dict(shown.limited),
        },
        "missed": list(missed),
    }  # fmt: skip


def _figures(acks: Acks) -> list[str]:
    return [f"{figure:.0f}" for figure in (acks.p50, acks.p99, acks.typical_p99)]


def _ratios(empty: Acks, ours: Acks) -> dict[str, float]:
    return {
        "p50": round(ours.p50 / empty.p50, 2),
        "p99": round(ours.p99 / empty.p99, 2),
        "typical_p99": round(ours.typical_p99 / empty.typical_p99, 2),
    }


def _print(acks: Sequence[Acks], shown: Shown, missed: Sequence[str]) -> None:
    table = Table(
        title=f"acknowledging {AT_ONCE} commands at once, {len(acks[0].milliseconds)} deliveries",
        title_justify="left",
    )
    for column in ("", "p50 ms", "p99 ms", "median p99", "× p50", "× p99", "× median p99"):
        table.add_column(column, justify="left" if not column else "right")
    for empty, ours in _pairs(acks):
        table.add_row(f"{empty.commands}, empty app", *_figures(empty))
        table.add_row(
            f"{ours.commands}, tenantbot", *_figures(ours), *map(str, _ratios(empty, ours).values())
        )
    Console().print(table)
    seconds, calls = shown.seconds, shown.calls_per_run
    print(f"{RUNS} runs at once in one channel: {dict(shown.states)}")
    print(f"an end is shown after {percentile(seconds, 0.5):.2f} s (at most {max(seconds):.2f} s)")
    print(f"calls per run: {percentile(calls, 0.5):.0f} (at most {max(calls)}); in all {dict(shown.calls)}")
    print(f"answered 429: {sum(shown.limited.values())}")
    for line in missed:
        print(f"MISSED {line}")


if __name__ == "__main__":
    if given := os.environ.get(_EMPTY_APP):
        asyncio.run(be_the_empty_app(given))
    sys.exit(asyncio.run(main(as_json="--json" in sys.argv[1:])))
