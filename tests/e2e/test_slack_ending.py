"""A tenant's life in Slack to its end and back: switched off and on, ended by two people, undone once, restored."""

from collections.abc import Callable

from sandbox.slack.workspace import APPROVER, APPROVER2, OPERATOR
from tests.block_kit import buttons_of
from tests.e2e.bot import Bot
from tests.e2e.evidence import WHOLE, evidence
from tests.e2e.installation import real_settings, slack_settings
from tests.e2e.signed_requests import Sender
from tests.e2e.slack import Message, Slack, ask_for_tenant, shown_in, until
from tests.e2e.tenant_rows import dsn_of, rows_of, use
from tests.e2e.terminal import Terminal

TENANT = "ends-in-slack"


async def test_a_tenant_ends_by_two_people_and_comes_back_with_its_rows(
    slack: Slack, slack_terminal: Terminal, start: Callable[..., Bot]
) -> None:
    settings = real_settings(slack_terminal) | slack_settings(slack_terminal)
    archive = {"ARCHIVE_URL": (slack_terminal.home / "archive").as_uri()}
    people = {"TENANTBOT_OPERATORS": OPERATOR, "TENANTBOT_APPROVERS": f"{APPROVER},{APPROVER2}"}
    bot = start("web", "--host", "127.0.0.1", environ=settings | archive | people)
    await bot.until_it_says("connected to Slack", "worker started")
    await ask_for_tenant(slack, TENANT)
    await slack.until_root(TENANT, "is verified")

    await _switch_off_and_on(slack)
    await _end_and_undo(slack, slack_terminal, bot)
    assert (await evidence(slack_terminal, TENANT)) == WHOLE
    rows = await use(await dsn_of(slack_terminal, TENANT))
    await _end(slack)
    assert (await evidence(slack_terminal, TENANT)).projects == 0
    await _restore(slack)
    assert (await evidence(slack_terminal, TENANT)) == WHOLE
    assert await rows_of(await dsn_of(slack_terminal, TENANT)) == rows


async def _switch_off_and_on(slack: Slack) -> None:
    for verb, words in (("suspend", "is suspended"), ("activate", "is verified")):
        form = await slack.open(f"/tenant {verb} {TENANT}")
        assert await slack.submit(form, reason="invoice not paid") == {}
        await _until_newest(slack, verb, 1, words)


async def _end_and_undo(slack: Slack, terminal: Terminal, bot: Bot) -> None:
    """An approver asks, and can't approve that; another one does, and a click brings the tenant back."""
    asker, approver = slack.be(APPROVER), slack.be(APPROVER2)
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
    assert (await evidence(terminal, TENANT)) == WHOLE
    assert "Approved" in (await approver.press_for_answer(card, "Approve"))["text"]
    decided = await until(lambda: _card(slack), lambda found: not buttons_of(found), "the decision")
    assert decided["ts"] == card["ts"]
    assert "Approved" in shown_in(decided)

    root = await slack.until_root(TENANT, "grace period", "Undo: bring it back", kind="deprovision")
    approval = buttons_of(card)["Approve"].removeprefix("approval_approve ")
    await _click_again(Sender(terminal, bot), approval)
    assert (await slack.until_root(TENANT, kind="deprovision"))["blocks"] == root["blocks"]

    assert "comes back" in (await slack.press_for_answer(root, "Undo: bring it back"))["text"]
    await _until_newest(slack, "activate", 2, "is verified")
    ended = await slack.until_root(TENANT, "cancelled", kind="deprovision")
    assert buttons_of(ended) == {}


async def _end(slack: Slack) -> None:
    """An operator asks, an approver approves, and there is no grace: archived, proved, deleted."""
    approver = slack.be(APPROVER)
    form = await slack.open(f"/tenant deprovision {TENANT}")
    assert await slack.submit(form, confirm=TENANT, reason="they left after all", grace="0") == {}
    await slack.until_view("Asked")
    await slack.close_views()
    card = await until(lambda: _card(slack), lambda found: "Approve" in buttons_of(found), "a card")
    assert "Approved" in (await approver.press_for_answer(card, "Approve"))["text"]
    await _until_newest(slack, "deprovision", 2, "is deleted", f"archives/{TENANT}-")


async def _restore(slack: Slack) -> None:
    await slack.open(f"/tenant restore {TENANT}")
    form = await slack.until_view("Backup", "Continue")
    assert (await slack.submit(form, reason="x")).keys() == {"reason"}
    assert await slack.submit(form, reason="they came back") == {}
    await slack.submit(await slack.until_view("in the place of its tombstone", "It costs", "1 user"))
    root = await _until_newest(slack, "restore", 1, "is verified")
    await slack.until_thread(root, "is verified", "Tenant ID")
    await slack.open(f"/tenant restore {TENANT}")
    form = await slack.until_view("Backup", "Continue")
    errors = await slack.submit(form, subdomain=TENANT, reason="once more")
    assert "is taken by" in errors["subdomain"]
    await slack.close_views()


async def _until_newest(slack: Slack, kind: str, number: int, *words: str) -> Message:
    """Wait until the last one of so many runs of this kind shows these words."""

    async def look() -> Message | None:
        found = await slack.roots(TENANT, kind)
        return found[-1] if len(found) == number else None

    return await until(look, lambda root: all(word in shown_in(root) for word in words), words)


async def _card(slack: Slack) -> Message | None:
    """The newest question; there is never more than one that waits."""
    found = [
        one for one in await slack.messages() if f"asks for the end of *Company of {TENANT}*" in one["text"]
    ]
    assert sum("Approve" in buttons_of(one) for one in found) <= 1, found
    return found[-1] if found else None


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
