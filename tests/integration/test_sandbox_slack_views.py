"""Triggers, modals and their stack, hashes, the Home tab; and what a submission's answer does."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest

from sandbox.slack.workspace import APPROVER, BOT, OPERATOR
from sandbox.state import State
from tests.integration.slack_request_url import answering
from tests.integration.slack_stand_in import Slack, button, modal, open_slack, section, text_input

FORM = modal(text_input("company", "Company"))
HOME = {"type": "home", "blocks": [section("x")]}


@pytest.fixture
async def slack(state: State) -> AsyncIterator[Slack]:
    async with open_slack(state) as slack:
        yield slack


async def show(slack: Slack, view: dict[str, Any] = FORM) -> dict[str, Any]:
    answer = await slack.call("views.open", trigger_id=await slack.trigger(OPERATOR), view=view)
    assert answer["ok"], answer
    shown: dict[str, Any] = answer["view"]
    return shown


async def error_of(slack: Slack, method: str, **arguments: Any) -> str:
    answer = await slack.call(method, **arguments)
    assert answer["ok"] is False, answer
    word: str = answer["error"]
    return word


async def test_a_trigger_is_good_once_and_for_three_seconds(slack: Slack) -> None:
    trigger = await slack.trigger(OPERATOR)
    assert (await slack.call("views.open", trigger_id=trigger, view=FORM))["ok"]
    assert await error_of(slack, "views.open", trigger_id=trigger, view=FORM) == "exchanged_trigger_id"
    assert await error_of(slack, "views.push", trigger_id=trigger, view=FORM) == "exchanged_trigger_id"
    old = await slack.trigger(OPERATOR, age=3.1)
    assert await error_of(slack, "views.open", trigger_id=old, view=FORM) == "expired_trigger_id"
    assert await error_of(slack, "views.open", trigger_id="1.2.abc", view=FORM) == "invalid_trigger_id"
    assert await error_of(slack, "views.open", view=FORM) == "invalid_arguments"


async def test_a_bad_view_costs_no_trigger(slack: Slack) -> None:
    trigger = await slack.trigger(OPERATOR)
    bad_views: tuple[Any, ...] = (
        {"type": "modal"},
        HOME,
        "x",
        [],
        None,
        modal({"type": "plan", "title": "x"}),
    )
    for bad in bad_views:
        assert await error_of(slack, "views.open", trigger_id=trigger, view=bad) == "invalid_arguments"
    too_large = modal(*[section("x" * 2900) for _ in range(90)])
    assert await error_of(slack, "views.open", trigger_id=trigger, view=too_large) == "view_too_large"
    assert (await slack.call("views.open", trigger_id=trigger, view=FORM))["ok"]


async def test_modals_lie_on_each_other_up_to_three(slack: Slack) -> None:
    first = await show(slack)
    assert first["root_view_id"] == first["id"]
    for _ in range(2):
        trigger = await slack.trigger(OPERATOR, view=first["id"])
        pushed = await slack.call("views.push", trigger_id=trigger, view=FORM)
        assert pushed["view"]["root_view_id"] == first["id"]
    trigger = await slack.trigger(OPERATOR, view=first["id"])
    assert await error_of(slack, "views.push", trigger_id=trigger, view=FORM) == "push_limit_reached"
    assert len(await slack.modals(OPERATOR)) == 3
    outside = await slack.trigger(APPROVER)
    assert await error_of(slack, "views.push", trigger_id=outside, view=FORM) == "not_found"


async def test_a_view_is_updated_under_its_hash(slack: Slack) -> None:
    shown = await show(slack, {**FORM, "external_id": "run-1"})
    updated = await slack.call("views.update", view_id=shown["id"], hash=shown["hash"], view=FORM)
    assert updated["view"]["hash"] != shown["hash"]

    async def update(**arguments: Any) -> str:
        return await error_of(slack, "views.update", **arguments)

    assert await update(view_id=shown["id"], hash=shown["hash"], view=FORM) == "hash_conflict"
    assert await update(view_id="V0NOTTHERE1", view=FORM) == "not_found"
    assert await update(view=FORM) == "invalid_arguments"
    assert await update(view_id=shown["id"], view=HOME) == "invalid_arguments"
    await slack.act(f"/people/{OPERATOR}/views/{shown['id']}/close")
    assert await update(view_id=shown["id"], view=FORM) == "not_found"


async def test_an_external_id_is_the_only_one(slack: Slack) -> None:
    named = {**FORM, "external_id": "run-1"}
    first = await show(slack, named)
    by_name = await slack.call("views.update", external_id="run-1", view=named)
    assert by_name["view"]["id"] == first["id"]
    trigger = await slack.trigger(APPROVER)
    assert await error_of(slack, "views.open", trigger_id=trigger, view=named) == "duplicate_external_id"
    await slack.act(f"/people/{OPERATOR}/views/{first['id']}/close")
    assert (await slack.call("views.open", trigger_id=await slack.trigger(APPROVER), view=named))["ok"]


async def test_home_tabs_are_published_under_their_hash(slack: Slack) -> None:
    assert (await slack.see(f"/people/{OPERATOR}/home"))["view"] is None
    first = (await slack.call("views.publish", user_id=OPERATOR, view=HOME))["view"]
    second = (await slack.call("views.publish", user_id=OPERATOR, view=HOME, hash=first["hash"]))["view"]
    assert (second["id"], second["type"]) == (first["id"], "home")
    assert (
        await error_of(slack, "views.publish", user_id=OPERATOR, view=HOME, hash=first["hash"])
        == "hash_conflict"
    )
    assert await error_of(slack, "views.publish", user_id=BOT, view=HOME) == "invalid_arguments"
    assert await error_of(slack, "views.publish", user_id=OPERATOR, view=FORM) == "invalid_arguments"
    assert (await slack.see(f"/people/{OPERATOR}/home"))["view"]["hash"] == second["hash"]


async def test_what_was_entered_survives_an_update_of_the_view(slack: Slack) -> None:
    shown = await show(slack, modal(text_input("company", "Company"), button("more", "1")))
    path = f"/people/{OPERATOR}/views/{shown['id']}/actions"
    entered = {"company": {"it": "Acme"}}
    async with answering(slack, {}):
        await slack.act(path, block_id="buttons", action_id="more", values=entered)
    both = modal(text_input("company", "Company"), text_input("email", "E-mail"))
    updated = (await slack.call("views.update", view_id=shown["id"], view=both))["view"]
    assert updated["state"]["values"] == {"company": {"it": {"type": "plain_text_input", "value": "Acme"}}}
    other = modal(text_input("name", "Name"))
    replaced = (await slack.call("views.update", view_id=shown["id"], view=other))["view"]
    assert replaced["state"]["values"] == {}


@pytest.mark.parametrize(
    ("answer", "said", "left"),
    [
        ({}, {"ok": True}, 1),
        ({"response_action": "clear"}, {"ok": True}, 0),
        ({"response_action": "update", "view": FORM}, {"ok": True}, 2),
        ({"response_action": "push", "view": FORM}, {"ok": True}, 3),
        (
            {"response_action": "errors", "errors": {"company": "No."}},
            {"ok": False, "errors": {"company": "No."}},
            2,
        ),
    ],
    ids=["close", "clear", "update", "push", "errors"],
)
async def test_a_submission_is_answered_in_five_ways(
    slack: Slack, answer: dict[str, Any], said: dict[str, Any], left: int
) -> None:
    first = await show(slack)
    trigger = await slack.trigger(OPERATOR, view=first["id"])
    await slack.call("views.push", trigger_id=trigger, view=FORM)
    async with answering(slack, answer):
        assert await slack.submit(OPERATOR, company="Acme") == said
    assert len(await slack.modals(OPERATOR)) == left


@pytest.mark.parametrize(
    "answer",
    [
        {"response_action": "errors", "errors": {"colour": "No such field."}},
        {"response_action": "errors", "errors": {}},
        {"response_action": "update", "view": HOME},
        {"response_action": "update"},
        {"response_action": "vanish"},
    ],
)
async def test_an_answer_that_slack_would_not_take_leaves_the_modal(
    slack: Slack, answer: dict[str, Any]
) -> None:
    await show(slack)
    async with answering(slack, answer):
        said = await slack.submit(OPERATOR, company="Acme")
    assert said["ok"] is False
    assert said["message"] == "We had some trouble connecting. Try again?"
    assert len(await slack.modals(OPERATOR)) == 1


async def test_fields_are_checked_before_the_app_is_asked(slack: Slack) -> None:
    def field(block: str, kind: str, **more: Any) -> dict[str, Any]:
        return text_input(block, block, element={"type": kind, "action_id": "it", **more})

    options = [{"text": {"type": "plain_text", "text": name}, "value": name} for name in ("eu", "us")]
    await show(
        slack,
        modal(
            field("email", "email_text_input"),
            field("site", "url_text_input"),
            field("size", "number_input", is_decimal_allowed=False, min_value="1", max_value="5"),
            field("name", "plain_text_input", min_length=2, max_length=4),
            field("region", "static_select", options=options),
            {**field("note", "plain_text_input"), "optional": True},
        ),
    )
    wrong = await slack.submit(OPERATOR, email="no", site="no", size="9", name="x")
    assert wrong["errors"].keys() == {"email", "site", "size", "name", "region"}
    assert (await slack.submit(OPERATOR, region="asia"))["error"] == "invalid_option"
    good = {"email": "a@b.test", "site": "https://b.test", "size": "3", "name": "Acme", "region": "eu"}
    async with answering(slack, {}):
        assert await slack.submit(OPERATOR, **good) == {"ok": True}


async def test_only_ones_own_view_on_top_can_be_submitted(slack: Slack) -> None:
    first = await show(slack)
    trigger = await slack.trigger(OPERATOR, view=first["id"])
    await slack.call("views.push", trigger_id=trigger, view=FORM)
    below = await slack.act(f"/people/{OPERATOR}/views/{first['id']}/submit", values={})
    other = await slack.act(f"/people/{APPROVER}/views/{first['id']}/submit", values={})
    assert (below["error"], other["error"]) == ("view_not_found", "view_not_found")
    top = (await slack.modals(OPERATOR))[-1]["id"]
    without_submit = {name: value for name, value in modal(section("x")).items() if name != "submit"}
    await slack.call("views.update", view_id=top, view=without_submit)
    assert (await slack.submit(OPERATOR))["error"] == "view_cannot_be_submitted"


async def test_closing_can_clear_the_stack(slack: Slack) -> None:
    first = await show(slack)
    trigger = await slack.trigger(OPERATOR, view=first["id"])
    clearing = {**FORM, "clear_on_close": True}
    top = (await slack.call("views.push", trigger_id=trigger, view=clearing))["view"]
    await slack.act(f"/people/{OPERATOR}/views/{top['id']}/close")
    assert await slack.modals(OPERATOR) == []


async def test_two_presses_at_once_open_one_view_for_one_trigger(slack: Slack) -> None:
    trigger = await slack.trigger(OPERATOR)
    both = [slack.call("views.open", trigger_id=trigger, view=FORM) for _ in range(2)]
    answers = await asyncio.gather(*both)
    assert sorted(answer["ok"] for answer in answers) == [False, True]
