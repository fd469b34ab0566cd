"""What end-to-end tests share: homes of the sandbox, terminals at them, and the bot with people around it."""

from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from pathlib import Path

import pytest

from sandbox.attach import attach
from tests.e2e.bot import Bot
from tests.e2e.installation import real_settings, slack_settings
from tests.e2e.slack import Slack, open_slack
from tests.e2e.slack_record import SlackRecord
from tests.e2e.terminal import Terminal


@pytest.fixture
def fresh_terminal(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Terminal]:
    """A home of its own: nothing there yet."""
    found = Terminal(tmp_path_factory.mktemp("home"))
    yield found
    found.kill_everything()


@pytest.fixture(scope="session")
async def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """One home for all tests that use a subdomain of their own; its registry is there."""
    home = tmp_path_factory.mktemp("home")
    assert (await Terminal(home).run("list")).code == 0
    return home


@pytest.fixture
async def terminal(shared_home: Path) -> AsyncIterator[Terminal]:
    """A terminal at the shared home; its processes end with the test, and no fault outlives it."""
    found = Terminal(shared_home)
    yield found
    async with attach(shared_home):
        await found.clear_faults()
    found.kill_everything()


@pytest.fixture(scope="module")
async def slack_terminal(shared_home: Path) -> AsyncIterator[Terminal]:
    """A terminal beside the bot of a module, at stand-ins that are quick and keep a record of what Slack gets."""
    found = Terminal(shared_home)
    async with attach(shared_home, project_seconds=0.2) as document:
        await SlackRecord(found).keep()
        async with open_slack(document) as slack:
            # A process that starts knows nothing of what those before it have used up of Slack's limits.
            await slack.change_settings(limit_scale=5)
        yield found
        await found.clear_faults()
    found.kill_everything()


@pytest.fixture(scope="module")
async def bot(slack_terminal: Terminal) -> AsyncIterator[Bot]:
    """`tenantbot web` as an installation starts it, reached over Socket Mode and over HTTP."""
    settings = real_settings(slack_terminal) | slack_settings(slack_terminal)
    found = Bot.start(slack_terminal, "web", "--host", "127.0.0.1", environ=settings)
    await found.until_it_says("connected to Slack", "worker started")
    yield found
    await found.end_well()


@pytest.fixture
async def start(slack_terminal: Terminal) -> AsyncIterator[Callable[..., Bot]]:
    """Start processes that end with the test."""
    started: list[Bot] = []

    def start_one(*arguments: str, environ: Mapping[str, str] | None = None) -> Bot:
        started.append(Bot.start(slack_terminal, *arguments, environ=environ))
        return started[-1]

    yield start_one
    for one in started:
        await one.kill()


@pytest.fixture
async def slack(slack_terminal: Terminal) -> AsyncIterator[Slack]:
    """Slack with an operator before it. Afterwards all that it got is held against what Slack takes."""
    record = SlackRecord(slack_terminal)
    length = await record.length()
    async with open_slack(slack_terminal.document) as found:
        yield found
        await slack_terminal.clear_faults()
        await found.change_settings(request_url=None)
        await found.close_views()
    await record.check(since=length)
