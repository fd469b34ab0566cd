"""The reporter against Slack's stand-in as strict as Slack: six runs at once, and no call is answered 429."""

import asyncio
import json
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any

import aiohttp
import pytest
from slack_sdk.web.async_client import AsyncWebClient

from bot.outbox.calls import SlackCalls
from bot.outbox.client import new_slack_client
from bot.reporter.reporter import Office, Reporter
from provisioning.adapters.system_clock import SystemClock
from provisioning.domain.secret import Secret
from sandbox.slack.workspace import OPERATOR, OPS
from sandbox.state import State
from tests.fakes.world import World
from tests.integration.slack_stand_in import Slack, open_slack
from tests.unit.test_reporter.newsroom import STEPS, Course, Newsroom

RUNS = 6
PACE = 0.5  # seconds that a step takes


@dataclass
class Line:
    """What goes over the line to Slack: every method with the status of its answer."""

    answers: list[tuple[str, int]] = field(default_factory=list)

    async def note(self, _session: Any, _context: Any, end: aiohttp.TraceRequestEndParams) -> None:
        self.answers.append((end.url.name, end.response.status))

    def session(self) -> aiohttp.ClientSession:
        config = aiohttp.TraceConfig()
        config.on_request_end.append(self.note)
        return aiohttp.ClientSession(trace_configs=[config], timeout=aiohttp.ClientTimeout(total=30))


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        yield slack


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
async def client(slack: Slack, line: Line) -> AsyncIterator[AsyncWebClient]:
    async with line.session() as session:
        yield new_slack_client(Secret(slack.bot_token), api_url=f"{slack.url}/api", session=session)


async def test_six_runs_at_once_are_told_and_no_call_is_refused(
    slack: Slack, client: AsyncWebClient, line: Line
) -> None:
    world = World()
    news = Newsroom(world)
    courses = [await news.ask(f"tenant-{number}") for number in range(RUNS)]
    calls = SlackCalls(client, clock=SystemClock())
    reporter = Reporter(world.control, calls, clock=SystemClock(), office=Office(OPS, OPS, monthly_cost=10.0))
    work = asyncio.create_task(reporter.run())
    await asyncio.gather(*(_at_pace(course, number) for number, course in enumerate(courses)))
    while await news.untold():
        await asyncio.sleep(0.05)
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)

    assert {status for _, status in line.answers} == {HTTPStatus.OK}
    assert len(line.answers) <= 25 * RUNS
    roots = [message for message in await slack.messages(OPERATOR) if message["text"].startswith("✅")]
    assert len(roots) == RUNS
    for root in roots:
        told = json.dumps(await slack.thread(OPERATOR, root["ts"]))
        assert [told.count(f"Step {step} of 8, *") >= 1 for step in STEPS] == [True] * 8
        assert "is verified" in told


async def _at_pace(course: Course, number: int) -> None:
    """Go through the run in seconds; each begins a moment after the one before it."""
    await asyncio.sleep(number * PACE / RUNS)
    await course.begin()
    for step in STEPS:
        await course.start(step)
        await asyncio.sleep(PACE)
        await course.end(step)
    await course.succeed()
