"""What people in Slack see when processes of ours are stopped, killed or missing, or their database does not answer."""

import asyncio
import re
from collections.abc import Callable

from tests.block_kit import words_of
from tests.e2e.bot import Bot
from tests.e2e.database_link import Way, database_link
from tests.e2e.evidence import WHOLE, evidence
from tests.e2e.installation import real_settings, slack_settings
from tests.e2e.slack import Message, Slack, admin_of, ask_everything, ask_for_tenant, shown_in, until
from tests.e2e.terminal import Terminal

NO_WORKER = "No worker is running"
AWAY = "registry's database does not answer"


async def test_without_a_worker_it_says_so_and_a_killed_one_loses_nothing(
    slack: Slack, slack_terminal: Terminal, start: Callable[..., Bot]
) -> None:
    bot = start("web", "--no-worker", "--host", "127.0.0.1")
    await bot.until_it_says("connected to Slack")
    assert NO_WORKER in words_of(await slack.ask("/tenant status"))
    await ask_for_tenant(slack, "no-worker")
    root = await slack.until_root("no-worker", NO_WORKER)
    assert NO_WORKER in words_of(await slack.ask("/tenant status no-worker"))

    await slack_terminal.fault("taskifai", "slow", path="/api/auth/register", times=1, delay=30)
    worker = start("worker")
    await slack.until_thread(root, "Step 5 of 8")
    await worker.kill()
    other = start("worker")

    done = await slack.until_root("no-worker", "is verified")
    assert done["ts"] == root["ts"]
    assert _told_once(await slack.until_thread(done, "Tenant ID:"))
    assert await evidence(slack_terminal, "no-worker") == WHOLE

    # What was acknowledged before a stop is finished, however long Slack takes.
    await slack_terminal.fault("slack", "slow", path="/commands/", times=1, delay=1)
    await slack.run_command("/tenant verify no-worker")
    await bot.end_well()
    told = [message["text"] for message in await slack.messages() if message["is_ephemeral"]]
    assert "is queued" in told[-1]
    await other.end_well()


async def test_killed_in_the_middle_it_goes_on_in_the_same_thread(
    slack: Slack, slack_terminal: Terminal, start: Callable[..., Bot]
) -> None:
    bot = start("sandbox")
    await bot.until_it_says("connected to Slack", "worker started")
    await ask_for_tenant(slack, "killed-here")
    root = await slack.until_root("killed-here", "running")

    # A message is posted, its answer is lost, and the bot is killed before it has found it again.
    await slack_terminal.fault("slack", "slow", path="/api/conversations.replies", delay=30)
    await slack_terminal.fault("slack", "dropped-after-commit", path="/api/chat.postMessage", times=1)
    lines = await until(lambda: slack.thread(root), bool, "a line")
    await bot.kill()
    await slack_terminal.clear_faults()
    await slack_terminal.fault("mail", "5xx", path=admin_of("killed-here"), times=1)

    bot = start("sandbox")
    root = await slack.until_root("killed-here", "Waiting for", "Retry")
    thread = await slack.until_thread(root, "Waiting for")
    assert thread[: len(lines)] == lines
    await slack.press(root, "Retry")
    done = await slack.until_root("killed-here", "is verified")
    thread = await slack.until_thread(done, "Tenant ID:")
    assert [message["ts"] for message in await slack.roots("killed-here")] == [root["ts"]]
    assert _told_once(thread, failed=7)
    assert await evidence(slack_terminal, "killed-here") == WHOLE
    await bot.end_well()


async def test_every_command_is_answered_while_the_database_is_away(
    slack: Slack, slack_terminal: Terminal, start: Callable[..., Bot]
) -> None:
    async with database_link(slack_terminal.document.database_url) as link:
        settings = real_settings(slack_terminal) | slack_settings(slack_terminal)
        settings["DATABASE_URL"] = link.url
        bot = start("web", "--no-worker", "--host", "127.0.0.1", environ=settings)
        await bot.until_it_says("connected to Slack")
        ways: tuple[Way, ...] = ("refusing", "hanging")
        for way in ways:
            link.set(way)
            await _look_while_the_database_is_away(slack)
            link.set("open")
            assert AWAY not in shown_in(await slack.ask("/tenant status"))
        await bot.end_well()


async def _look_while_the_database_is_away(slack: Slack) -> None:
    form = await slack.open("/tenant provision Company of no-database")
    answers, errors, home = await asyncio.gather(
        ask_everything(slack),
        slack.submit(form, subdomain="no-database", email=admin_of("no-database")),
        slack.open_home(AWAY, "Try again"),
    )

    assert errors == {}
    plan = await slack.until_view("Back to the form")
    assert AWAY in shown_in(plan) or "answered in time" in shown_in(plan)
    words = [shown_in(answer) for answer in answers]
    assert sum(AWAY in one for one in words) == len(words) - len(("menu", "help", "a wrong word"))
    assert not any("did not foresee" in one for one in words)
    await slack.press(home, "Try again")
    await slack.close_views()


def _told_once(thread: list[Message], *, failed: int | None = None) -> bool:
    """Tell whether each step has its one line, the one that failed two, and the run one end."""
    told = re.findall(r"Step (\d) of 8, ", "\n".join(map(words_of, thread)))
    ends = [message for message in thread if "Tenant ID:" in words_of(message)]
    wanted = sorted([*range(1, 9), *([failed] if failed else [])])
    assert sorted(map(int, told)) == wanted
    return len(ends) == 1
