"""The page as people use it: in a real browser, with a real Bolt app at the other end."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from sandbox.slack.workspace import APPROVER, OPERATOR, OPS, RANDOM
from sandbox.state import State
from tests.integration.slack_page import (
    PHONE,
    Browser,
    SlackPage,
    expect,
    needs_browser,
    open_browser,
    open_page,
)
from tests.integration.slack_page_toy import TITLES, Toy, plan, toy_app
from tests.integration.slack_stand_in import (
    Slack,
    button,
    modal,
    open_slack,
    section,
    socket_mode,
    text_input,
)

pytestmark = needs_browser


@dataclass
class Bench:
    browser: Browser
    slack: Slack
    toy: Toy

    async def post(self, text: str = "x", **more: Any) -> str:
        said = await self.slack.call("chat.postMessage", channel=OPS, text=text, **more)
        ts: str = said["ts"]
        return ts

    async def edit(self, ts: str, text: str = "x", **more: Any) -> None:
        said = await self.slack.call("chat.update", channel=OPS, ts=ts, text=text, **more)
        assert said["ok"], said


@pytest.fixture(scope="module")
async def browser() -> AsyncIterator[Browser]:
    async with open_browser() as browser:
        yield browser


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        await slack.settings(limit_scale=1000)
        yield slack


@pytest.fixture
async def bench(browser: Browser, slack: Slack) -> AsyncIterator[Bench]:
    app, toy = toy_app(slack)
    async with socket_mode(slack, app):
        yield Bench(browser, slack, toy)


@pytest.fixture
async def page(bench: Bench) -> AsyncIterator[SlackPage]:
    async with open_page(bench.browser, bench.slack.url) as page:
        yield page


async def test_takes_a_form_from_the_command_to_the_message(page: SlackPage, bench: Bench) -> None:
    await page.type_command("/tenant provision")
    await page.fill("Company", "Acme & Söhne")
    await page.fill("Subdomain", "taken")
    await page.choose("Region", "Europe")
    await page.choose("Vendors", "Acme")
    await page.submit()
    assert await page.error_of("Subdomain") == "This one is taken."
    assert await page.value_of("Company") == "Acme & Söhne"
    await page.fill("Subdomain", "acme")
    await page.submit()
    await page.see("Acme & Söhne")
    await expect(page.modal).to_have_count(0)
    (values,) = bench.toy.submitted
    assert values["region"]["selected_option"]["value"] == "Europe"
    assert [vendor["value"] for vendor in values["vendors"]["selected_options"]] == ["acme"]
    assert await page.tasks("Acme & Söhne") == dict.fromkeys(TITLES, "not started") | {
        TITLES[0]: "in progress"
    }


async def test_says_which_fields_are_missing_before_the_app_is_asked(page: SlackPage, bench: Bench) -> None:
    await page.type_command("/tenant provision")
    await page.fill("Subdomain", "ab")
    await page.submit()
    assert await page.error_of("Company") == "Please complete this required field."
    assert await page.error_of("Subdomain") == "Please enter at least 3 characters."
    await expect(page.modal.get_by_label("Company")).to_be_focused()
    assert bench.toy.submitted == []


async def test_keeps_words_and_caret_while_the_app_changes_the_form(page: SlackPage) -> None:
    await page.type_command("/tenant provision")
    await page.fill("Company", "Acme")
    field = page.modal.get_by_label("Subdomain")
    await field.press_sequentially("ace")
    await page.page.keyboard.press("ArrowLeft")
    await page.see("Will be at ace.taskifai.test")
    await page.page.keyboard.type("m")
    await page.see("Will be at acme.taskifai.test")
    await expect(field).to_be_focused()
    assert await page.value_of("Subdomain") == "acme"
    assert await page.value_of("Company") == "Acme"


async def test_shows_an_edited_plan_without_folding_what_is_open(page: SlackPage, bench: Bench) -> None:
    ts = await bench.post(blocks=[{**plan(1), "block_id": "first"}])
    await page.see("1 of 4")
    await page.page.locator("summary", has_text="Verify tenant").click()
    await page.see("All about Verify tenant")
    await bench.edit(ts, blocks=[{**plan(2), "block_id": "second"}])
    await page.see("2 of 4")
    assert (await page.tasks("Provisioning"))["Initialize schema"] == "complete"
    await page.see("All about Verify tenant")
    await expect(page.page.locator("summary", has_text="Verify tenant")).to_be_focused()


async def test_shows_a_click_s_answer_to_the_one_who_clicked(page: SlackPage, bench: Bench) -> None:
    question = {
        "title": {"type": "plain_text", "text": "Really?"},
        "text": {"type": "mrkdwn", "text": "It is a secret."},
        "confirm": {"type": "plain_text", "text": "Tell me"},
        "deny": {"type": "plain_text", "text": "Rather not"},
    }
    row = button("details", "1")
    row["elements"][0]["confirm"] = question
    await bench.post(blocks=[section("For two"), row])
    await page.click("Details")
    await page.confirm("Rather not")
    await page.click("Details")
    await page.confirm("Tell me")
    await page.see("Only visible to you")
    assert bench.toy.heard == ["details for operator"]
    async with open_page(bench.browser, bench.slack.url, "approver") as other:
        await other.see("For two")
        assert await other.messages() == (await page.messages())[:1]


async def test_holds_a_conversation_in_a_thread(page: SlackPage, bench: Bench) -> None:
    ts = await bench.post("A long story")
    await page.open_thread("A long story")
    await page.say("And then, @approver?")
    await page.see("And then, @Approver?")
    await bench.post("The end", thread_ts=ts)
    await page.see("The end")
    assert await page.replies() == ["A long story", "And then, @Approver?", "The end"]
    await page.see("2 replies")
    assert await page.messages() == ["A long story"]
    await page.say("/tenant list")
    await page.see("/tenant is not supported in threads. Sorry!")
    await page.page.keyboard.press("Escape")
    await expect(page.thread).to_have_count(0)


async def test_lets_one_be_another_person(page: SlackPage, bench: Bench) -> None:
    await bench.post(blocks=[section("Approve?"), button("details", "1")])
    await page.page.get_by_role("button", name="You are:").click()
    await page.page.get_by_role("link", name="Second approver").click()
    await expect(page.page.locator("[data-person='approver2']")).to_be_visible()
    await page.click("Details", within="Approve?")
    await page.see("A word in your ear")
    assert bench.toy.heard == ["details for approver2"]
    await page.page.reload()
    await page.see("A word in your ear")


async def test_opens_the_home_tab_and_a_stack_of_modals(page: SlackPage, bench: Bench) -> None:
    await page.go_to("tenantbot")
    await page.see("Your fleet")
    for depth in (1, 2):
        await page.click("Stack")
        await page.see(f"Sheet {depth}")
    await page.close_modal()
    await page.see("Sheet 1")
    await page.close_modal()
    await expect(page.modal).to_have_count(0)
    assert await bench.slack.modals(OPERATOR) == []
    await page.go_to("Messages")
    await page.say("Are you there?")
    await page.see("Are you there?")


async def test_is_usable_by_keyboard_alone(page: SlackPage, bench: Bench) -> None:
    keyboard = page.page.keyboard
    await keyboard.type("/t")
    await expect(page.page.get_by_role("option", name="/tenant")).to_be_visible()
    await keyboard.press("Tab")
    await keyboard.type("provision")
    await keyboard.press("Enter")
    await expect(page.modal.get_by_label("Company")).to_be_focused()
    await keyboard.type("Acme")
    await keyboard.press("Tab")
    await keyboard.type("acme")
    await keyboard.press("Tab")
    await keyboard.press("ArrowDown")
    await keyboard.press("Tab")
    await keyboard.type("ac")
    await expect(page.modal.locator("[role=option]")).to_have_count(2)
    await keyboard.press("ArrowDown")
    await keyboard.press("Enter")
    await expect(page.modal.get_by_text("Acorn")).to_be_visible()
    await keyboard.press("Escape")
    await keyboard.press("Tab")
    await keyboard.press("Tab")
    await keyboard.press("Enter")
    await page.see("Provisioning, 0 done")
    (values,) = bench.toy.submitted
    assert [vendor["value"] for vendor in values["vendors"]["selected_options"]] == ["acorn"]
    await expect(page.room.locator(".composer textarea")).to_be_focused()
    await keyboard.press("Shift+Tab")
    await expect(page.page.get_by_role("link", name="Reply in thread")).to_be_focused()
    await keyboard.press("Enter")
    await expect(page.thread.locator("textarea")).to_be_focused()


async def test_fits_a_phone(bench: Bench) -> None:
    cells = [
        [{"type": "raw_text", "text": f"A wide cell {row} {column}"} for column in range(6)]
        for row in range(3)
    ]
    await bench.post(
        blocks=[section("x" * 300), plan(1), {"type": "table", "rows": cells}, button("details", "1")]
    )
    async with open_page(bench.browser, bench.slack.url, size=PHONE) as page:
        await page.see("1 of 4")
        assert await page.overflow() == 0
        await page.open_thread("1 of 4")
        await expect(page.room).to_be_hidden()
        assert await page.overflow() == 0
        await page.page.get_by_role("link", name="Back").click()
        await page.type_command("/tenant provision")
        await page.fill("Company", "Acme")
        assert await page.overflow() == 0
        await page.close_modal()
        await page.go_to("random")
        await expect(page.page.get_by_label("Message #random")).to_be_visible()
        await page.page.get_by_role("button", name="You are:").click()
        assert await page.overflow() == 0


async def test_never_takes_words_for_markup(page: SlackPage, bench: Bench) -> None:
    attack = "<img src=x onerror=alert(1)><script>alert(2)</script>"
    await page.type_command("/tenant provision")
    await page.fill("Company", attack)
    await page.fill("Subdomain", "acme")
    await page.choose("Region", "America")
    await page.submit()
    await page.see(attack)
    await page.say(f"{attack} <javascript:alert(3)|here>")
    await bench.post(text="<javascript:alert(4)|there>", blocks=[section("<javascript:alert(4)|there>")])
    await page.see("there")
    assert await page.page.locator("img, [onerror], #page script, a[href^='javascript']").count() == 0


async def test_reads_slack_s_markup(page: SlackPage, bench: Bench) -> None:
    await bench.post(
        "*bold* _it_ ~gone~ `*code*` snake_case_name 2*3*4 &lt;b&gt; <https://taskifai.test/a|a *link*>"
        f" <@{APPROVER}> <#{RANDOM}> <!subteam^S0APPROVERS> <!date^0^{{date_num}}|then> :white_check_mark: :nothing:"
        "\n&gt; quoted\n```*pre*\n  text```"
    )
    body = (await page.see("snake_case_name")).locator(
        "xpath=ancestor-or-self::*[contains(@class, 'message-body')]"
    )
    assert await body.locator("strong").all_inner_texts() == ["bold"]
    assert await body.locator("em").all_inner_texts() == ["it"]
    assert await body.locator("s").all_inner_texts() == ["gone"]
    assert await body.locator("code").all_inner_texts() == ["*code*"]
    assert await body.locator("pre").all_inner_texts() == ["*pre*\n  text"]
    assert await body.locator("blockquote").all_inner_texts() == ["quoted"]
    assert await body.locator(".mention").all_inner_texts() == ["@Approver", "#random", "@approvers"]
    words = await body.inner_text()
    assert "snake_case_name 2*3*4 <b> a *link* @Approver" in words
    assert "1970-01-01" in words
    assert ":nothing:" in words
    await expect(body.get_by_role("img", name="white check mark")).to_be_visible()


async def test_tells_where_something_new_has_been_said(page: SlackPage, bench: Bench) -> None:
    await bench.slack.act(f"/people/{APPROVER}/channels/{RANDOM}/messages", text="lunch?")
    await page.page.get_by_role("link", name="random unread").click()
    await page.see("lunch?")
    await expect(page.page.get_by_role("link", name="random", exact=True)).to_be_visible()


async def test_stays_where_one_reads(page: SlackPage, bench: Bench) -> None:
    for number in range(12):
        await bench.post(f"Line {number}\n\n\n")
    await expect(await page.see("Line 11")).to_be_in_viewport()
    await page.page.get_by_text("Line 0").scroll_into_view_if_needed()
    await page.see("Newest messages")
    await bench.post("Something new")
    await expect(page.message("Something new")).to_have_count(1)
    await expect(page.page.get_by_text("Line 0")).to_be_in_viewport()
    await page.click("Newest messages")
    await expect(page.message("Something new")).to_be_in_viewport()


async def test_says_when_the_app_is_not_there(browser: Browser, slack: Slack) -> None:
    async with open_page(browser, slack.url) as page:
        await page.see("tenantbot is not connected")
        await page.page.get_by_role("button", name="/tenant provision").click()
        await page.page.keyboard.press("Enter")
        await page.see("/tenant failed with the error “dispatch_failed”")
        app, _ = toy_app(slack)
        async with socket_mode(slack, app):
            await expect(page.page.get_by_text("tenantbot is not connected")).to_have_count(0)
            await page.type_command("/tenant list")
            await page.see("You typed list")


async def test_joins_a_channel(page: SlackPage, bench: Bench) -> None:
    await page.be("viewer")
    await page.go_to("with-harbour")
    await page.click("Join channel")
    await expect(page.page.get_by_label("Message #with-harbour")).to_be_visible()


async def test_goes_back_to_a_form_after_a_reload(page: SlackPage, bench: Bench) -> None:
    trigger = await bench.slack.trigger(OPERATOR)
    view = modal(text_input("company", "Company"), callback_id="other")
    await bench.slack.call("views.open", trigger_id=trigger, view=view)
    await page.fill("Company", "Acme")
    await page.page.reload()
    await page.fill("Company", "Acorn")
    await page.close_modal()
    await expect(page.modal).to_have_count(0)
