"""A tenant's way through Slack: the command, its form, the plan, the thread, and what to do when a step fails."""

import re

import pytest

from provisioning.domain.subdomain import suggest_subdomain
from sandbox.slack.workspace import APPROVER, OPERATOR, OPERATORS, OPS, VIEWER
from tests.block_kit import buttons_of, words_of
from tests.e2e.bot import Bot
from tests.e2e.evidence import GONE, WHOLE, audited, evidence
from tests.e2e.slack import Message, Slack, View, admin_of, ask_for_tenant, shown_in, until
from tests.e2e.slack_record import SlackRecord
from tests.e2e.terminal import Terminal
from tests.e2e.test_provision import STEPS

pytestmark = pytest.mark.usefixtures("bot")


@pytest.mark.parametrize("way", ["socket", "http"])
async def test_one_command_takes_a_customer_from_a_form_to_a_verified_tenant(
    slack: Slack, slack_terminal: Terminal, bot: Bot, way: str
) -> None:
    await slack.change_settings(request_url=bot.url if way == "http" else None)
    earlier = {delivery["id"] for delivery in await slack.deliveries()}
    subdomain = f"acme-{way}"
    email = admin_of(subdomain)

    form = await slack.open("/tenant provision")
    company = f"Company of {subdomain}"
    await slack.type(form, "company", company)
    form = await slack.until_view(f"{suggest_subdomain(company)}.taskifai.test", "is free")
    for typed, words in (("Acme_Inc", "lower-case letters"), ("a--b", "two hyphens"), ("www", "reserved")):
        errors = await slack.submit(form, subdomain=typed, email=email)
        assert errors.keys() == {"subdomain"}
        assert words in errors["subdomain"]
    assert await slack.submit(form, subdomain=subdomain) == {}

    plan = await slack.until_view("It costs", "Back to the form")
    assert plan["id"] == form["id"]
    assert all(f"{number}. {title}" in shown_in(plan) for number, title in enumerate(STEPS, 1))
    await slack.press(plan, "Back to the form")
    form = await slack.until_view("Subdomain", "Continue")
    assert await slack.submit(form) == {}  # nothing that was typed is lost
    await slack_terminal.fault(
        "supabase", "slow", path="POST /v1/projects", times=1, delay=4.0
    )  # there is progress to see
    await slack.submit(await slack.until_view("It costs", "Back to the form"))
    assert await slack.views() == []

    root = await slack.until_root(subdomain, "is verified")
    url = slack_terminal.document.url_template.format(subdomain=subdomain)
    assert f"asked by <@{OPERATOR}>" in root["text"]
    assert buttons_of(root) == {"Open tenant": f"link {url}", "Verify": f"tenant_verify {subdomain}"}
    versions = await SlackRecord(slack_terminal).versions(root["ts"])
    assert len(versions) > 2
    assert "is verified" not in str(versions[0])

    thread = await slack.until_thread(root, url, "Tenant ID:", ", after ")
    assert _steps_told(thread) == [f"Step {number} of 8" for number in range(1, 9)]
    assert "table" in {block["type"] for block in thread[-1]["blocks"]}
    assert "✓ passed" in words_of(thread[-1])
    async with slack_terminal.registry() as registry:
        tenant_id = await registry.fetchval("select tenant_id from tenants where subdomain = $1", subdomain)
    assert str(tenant_id) in words_of(thread[-1])
    assert await evidence(slack_terminal, subdomain) == WHOLE

    form = await slack.open("/tenant provision Somebody else")
    errors = await slack.submit(form, subdomain=subdomain, email=email)
    assert errors.keys() == {"subdomain"}
    assert "taken" in errors["subdomain"]
    deliveries = [one for one in await slack.deliveries() if one["id"] not in earlier]
    assert {(one["way"], one["failure"]) for one in deliveries} == {(way, None)}


async def test_a_failed_step_waits_for_a_person_and_retry_goes_on_from_it(
    slack: Slack, slack_terminal: Terminal
) -> None:
    root = await _stopped_at_the_mail(slack, slack_terminal, "failed-here")
    told = words_of(root)
    assert "Step 7, Send welcome email, stopped the run: " in told
    assert f"*Waiting for <@{OPERATOR}>:*" in told
    assert "Done so far: Create Supabase project, " in told
    assert "costs 10 USD a month" in told
    assert list(buttons_of(root))[:2] == ["Retry", "Roll back"]
    status = await slack.ask("/tenant status failed-here")
    home = await slack.open_home("Waiting for you", "failed-here")
    approver = slack.be(APPROVER)
    confirm = await approver.press_for_view(root, "Roll back")

    answer = await slack.press_for_answer(root, "Retry")
    assert "goes on" in answer["text"]
    done = await slack.until_root("failed-here", "is verified")
    assert done["ts"] == root["ts"]
    thread = await slack.until_thread(done, "Tenant ID:")
    assert "Retried" in "".join(map(words_of, thread))
    assert _steps_told(thread).count("Step 7 of 8") == 2  # failed, then done
    assert await evidence(slack_terminal, "failed-here") == WHOLE

    # Buttons that were drawn before are answered, and change nothing.
    await approver.submit(confirm)
    notice = await approver.until_view("Not rolled back")
    assert "has succeeded; only a waiting run can be rolled back" in shown_in(notice)
    await approver.close_views()
    answer = await slack.press_for_answer(status, "Retry")
    assert "has succeeded; only a waiting run can be retried" in answer["text"]
    notice = await slack.press_for_view(home, "Retry")
    assert "has succeeded; only a waiting run can be retried" in shown_in(notice)
    assert await evidence(slack_terminal, "failed-here") == WHOLE


async def test_a_roll_back_says_what_it_undoes_and_is_for_who_may_at_that_moment(
    slack: Slack, slack_terminal: Terminal
) -> None:
    root = await _stopped_at_the_mail(slack, slack_terminal, "undone-here")
    confirm = await slack.press_for_view(root, "Roll back")
    told = words_of(confirm)
    assert "1. " in told
    assert "delete the Supabase project" in told
    assert "no longer costs 10 USD" in told

    # Taken out of the group a moment ago, and Slack has not told the bot of it.
    events = ["app_home_opened"]
    await slack.change_settings(events=events)
    try:
        await slack.change_group(OPERATORS, VIEWER)
        await slack.submit(confirm)
        assert "not on tenantbot's list" in shown_in(await slack.until_view("Not allowed"))
        await slack.close_views()
        assert await audited(slack_terminal, OPERATOR, "not on tenantbot's list") == 1
        assert (await slack.until_root("undone-here"))["blocks"] == root["blocks"]
    finally:
        await slack.change_settings(events=[*events, "app_mention", "message.im", "subteam_members_changed"])
        await slack.change_group(OPERATORS, OPERATOR)

    confirm = await slack.press_for_view(root, "Roll back")
    await slack.submit(confirm)
    assert await slack.views() == []
    ended = await slack.until_root("undone-here", "nothing of `undone-here` is left")
    assert ended["ts"] == root["ts"]
    assert buttons_of(ended) == {}
    thread = await slack.until_thread(ended, "nothing of `undone-here` is left")
    told = "\n".join(map(words_of, thread))
    assert all(re.search(rf"Step {number} of 8, .* undone", told) for number in range(1, 7))
    assert await evidence(slack_terminal, "undone-here") == GONE


async def test_without_its_message_a_run_is_decided_at_the_home_tab_and_told_in_another_thread(
    slack: Slack, slack_terminal: Terminal
) -> None:
    root = await _stopped_at_the_mail(slack, slack_terminal, "deleted-here")
    before = await slack.until_thread(root, "Waiting for")
    await slack.call("chat.delete", channel=OPS, ts=root["ts"])

    home = await slack.open_home("Waiting for you", "deleted-here", "Newest tenants")
    async with slack_terminal.registry() as registry:
        verified = await registry.fetchval("select count(*) from tenants where state = 'verified'")
    assert f"{verified} verified" in words_of(home) or not verified
    form = await slack.press_for_view(home, "Provision a tenant")
    assert "First admin's e-mail address" in shown_in(form)
    await slack.close_views()
    assert "deleted-here" in shown_in(await slack.press_for_view(home, "All tenants"))
    await slack.close_views()
    theirs = await slack.be(VIEWER).open_home("Open runs", "deleted-here")
    assert "Waiting for you" not in words_of(theirs)

    notice = await slack.press_for_view(home, "Retry")
    assert "goes on" in shown_in(notice)
    other = await slack.until_root("deleted-here", "is verified")
    assert other["ts"] != root["ts"]
    thread = await slack.until_thread(other, "Tenant ID:")
    assert _steps_told(thread) == ["Step 7 of 8", "Step 8 of 8"]
    assert await slack.thread(root) == before
    await slack.press(home, "Refresh")
    await until(slack.home, lambda view: "deleted-here" in _ended_in(view), ("deleted-here", "ended"))


async def test_what_is_wrong_with_a_tenant_is_found_and_mended_by_one_button(
    slack: Slack, slack_terminal: Terminal
) -> None:
    await ask_for_tenant(slack, "sick-inc")
    await slack.until_root("sick-inc", "is verified")
    await slack_terminal.fault("platform", "tenant-gone", path="sick-inc")

    asking = await slack.ask("/tenant diagnose sick-inc")
    assert "Looking into `sick-inc`" in asking["text"]

    async def told() -> Message | None:
        found = [one for one in await slack.messages() if one["is_ephemeral"] and one["ts"] > asking["ts"]]
        return found[-1] if found else None

    found = await until(told, lambda one: "Look again" in buttons_of(one), "a diagnosis")
    assert "the platform has no such tenant" in words_of(found)
    assert "how sure: certain" in words_of(found)
    assert "is queued" in words_of(await slack.press_for_answer(found, "Publish it again …"))
    root = await slack.until_root("sick-inc", "is verified", kind="repair")
    thread = await slack.until_thread(root, "Tenant ID:")
    assert any("the platform had no such tenant" in words_of(one) for one in thread)


def _ended_in(home: View) -> str:
    """The part of the Home tab that lists ended runs, once no open run is this tenant's."""
    still_open, _, ended = words_of(home).partition("Your latest runs")
    return "" if "deleted-here" in still_open else ended


async def _stopped_at_the_mail(slack: Slack, terminal: Terminal, subdomain: str) -> Message:
    """Start a run whose welcome e-mail is refused once; return the message that asks what to do."""
    await terminal.fault("mail", "5xx", path=admin_of(subdomain), times=1)
    await ask_for_tenant(slack, subdomain)
    return await slack.until_root(subdomain, "Waiting for", "Retry")


def _steps_told(thread: list[Message]) -> list[str]:
    """The lines that tell of a step that ended, by their step."""
    return re.findall(r"(Step \d of 8), ", "\n".join(map(words_of, thread)))
