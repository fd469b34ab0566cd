"""A tenant's end in Slack: asked by one, approved by another, undone in its grace, and clicks that come again."""

from collections.abc import Callable

from sandbox.slack.workspace import APPROVER, APPROVER2
from tests.block_kit import buttons_of
from tests.e2e.bot import Bot
from tests.e2e.evidence import WHOLE, evidence
from tests.e2e.installation import real_settings, slack_settings
from tests.e2e.signed_requests import Sender
from tests.e2e.slack import Message, Slack, ask_for_tenant, shown_in, until
from tests.e2e.terminal import Terminal

TENANT = "ends-in-slack"


async def test_an_end_takes_two_people_and_one_click_brings_the_tenant_back(
    slack: Slack, slack_terminal: Terminal, start: Callable[..., Bot]
) -> None:
    settings = real_settings(slack_terminal) | slack_settings(slack_terminal)
    archive = {"ARCHIVE_URL": (slack_terminal.home / "archive").as_uri()}
    bot = start("web", "--host", "127.0.0.1", environ=settings | archive)
    await bot.until_it_says("connected to Slack", "worker started")
    asker, approver = slack.be(APPROVER), slack.be(APPROVER2)
    await ask_for_tenant(slack, TENANT)
    await slack.until_root(TENANT, "is verified")

    form = await asker.open(f"/tenant deprovision {TENANT}")
    errors = await asker.submit(form, confirm="ends-in-slac", reason="the customer left")
    assert errors.keys() == {"confirm"}
    assert TENANT in errors["confirm"]
    assert await asker.submit(form, confirm=TENANT) == {}
    await asker.until_view("Asked")
    await asker.close_views()
    card = await until(lambda: _card(slack), lambda found: "Approve" in buttons_of(found), "a card")
    for words in (f"<@{APPROVER}>", "the customer left", "7 days", "10 USD"):
        assert words in shown_in(card)

    assert "needs an approver" in (await slack.press_for_answer(card, "Approve"))["text"]
    assert "somebody else has to approve" in (await asker.press_for_answer(card, "Approve"))["text"]
    assert (await evidence(slack_terminal, TENANT)) == WHOLE
    assert "Approved" in (await approver.press_for_answer(card, "Approve"))["text"]
    decided = await until(lambda: _card(slack), lambda found: not buttons_of(found), "the decision")
    assert decided["ts"] == card["ts"]
    assert "Approved" in shown_in(decided)

    root = await slack.until_root(TENANT, "grace period", "Undo: bring it back", kind="deprovision")
    approval = buttons_of(card)["Approve"].removeprefix("approval_approve ")
    await _click_again(Sender(slack_terminal, bot), approval)
    assert (await slack.until_root(TENANT, kind="deprovision"))["blocks"] == root["blocks"]

    assert "comes back" in (await slack.press_for_answer(root, "Undo: bring it back"))["text"]
    await slack.until_root(TENANT, "is verified", kind="activate")
    ended = await slack.until_root(TENANT, "cancelled", kind="deprovision")
    assert buttons_of(ended) == {}
    assert (await evidence(slack_terminal, TENANT)) == WHOLE


async def _card(slack: Slack) -> Message | None:
    found = [
        one for one in await slack.messages() if f"asks for the end of *Company of {TENANT}*" in one["text"]
    ]
    assert len(found) <= 1, found
    return found[0] if found else None


async def _click_again(sender: Sender, approval: str) -> None:
    """The same click comes three times, as Slack repeats it, and is answered once: politely."""
    before = len(await sender.answers(APPROVER2))
    body = await sender.click("approval_approve", approval, user=APPROVER2)
    headers = sender.headers(body)
    for _ in range(3):
        assert (await sender.send(body, headers)).status_code == 200

    async def new() -> list[str]:
        return (await sender.answers(APPROVER2))[before:]

    (answer,) = await until(new, bool, "an answer")
    assert "approved already by" in answer
