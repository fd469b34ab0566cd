"""The menu, the help, notices and confirmations."""

import pytest

from bot.app import VERBS as APP_VERBS
from bot.blocks.confirmations import rollback_confirm
from bot.blocks.decided import cancelled_message, retried_message, rollback_button_message
from bot.blocks.kit import Message
from bot.blocks.menu import Verb, help_message, menu_message, unknown_verb_message
from bot.blocks.notices import (
    form_button_message,
    notice_view,
    refusal_message,
    started_message,
    trouble_message,
)
from bot.listeners.menu import unknown
from provisioning.control_plane.plans import RollbackPlan
from provisioning.domain.actor import Role
from provisioning.domain.run import RunState
from tests.block_kit import buttons_of, check_message, check_view, words_of
from tests.unit.test_blocks.samples import RUN_ID, a_failed_run, a_run

OPS = "C0OPS000001"
VERBS = (
    Verb("provision", "[COMPANY]", "Provision a tenant.", Role.OPERATOR),
    Verb("verify", "SUBDOMAIN", "Check a tenant again.", Role.OPERATOR),
    Verb("help", "", "Show this.", Role.VIEWER),
)


def test_the_menu_has_a_button_for_each_way_in() -> None:
    message = menu_message()
    check_message(message)
    assert buttons_of(message) == {
        "Provision a tenant": "menu_provision -",
        "Overview": "menu_overview -",
        "All tenants": "menu_list -",
        "Help": "menu_help -",
    }


def test_the_help_names_every_verb_and_who_may_use_it() -> None:
    message = help_message(VERBS)
    check_message(message)
    told = words_of(message)
    assert "`/tenant verify SUBDOMAIN` – Check a tenant again." in told
    assert "`/tenant help` – Show this." in told
    assert "viewers: help · operators: also provision, verify" in told


def test_an_unknown_word_is_answered_with_the_nearest_verb() -> None:
    message = unknown_verb_message("verfy", "verify customerinc")
    check_message(message)
    assert message.text == "I don't know `verfy`. Did you mean `/tenant verify customerinc`?"


@pytest.mark.parametrize(
    ("word", "verb"), [("statsu", "status"), ("provison", "provision"), ("frobnicate", None), ("xyz", None)]
)
def test_only_a_word_that_is_near_is_suggested(word: str, verb: str | None) -> None:
    told = unknown(word, "", [*APP_VERBS]).text
    assert (f"Did you mean `/tenant {verb}`?" in told) if verb else ("Did you mean" not in told)


@pytest.mark.parametrize("word", ["<@U0BOSS>", "`" * 400, "\u202e"])
def test_an_unknown_word_may_be_anything(word: str) -> None:
    message = unknown_verb_message(word, None)
    check_message(message)
    assert message.text.endswith("`/tenant help` shows what there is.")


def test_a_refusal_names_commands_as_they_are_given_here() -> None:
    message = refusal_message("There is no tenant x; `tenantbot list` shows all.")
    check_message(message)
    assert message.text == "🚫 There is no tenant x; `/tenant list` shows all."


def test_trouble_shows_no_secret() -> None:
    message = trouble_message("xoxb-not-a-real-token was refused")
    check_message(message)
    assert message.text == "⚠️ [redacted] was refused"


def test_a_start_says_where_it_is_told() -> None:
    message = started_message(a_run(), OPS, continued=False)
    check_message(message)
    assert message.text == f"🕒 `{RUN_ID}` is queued. Follow it in <#{OPS}>."


def test_a_request_under_way_starts_nothing_anew() -> None:
    running = started_message(a_run(), OPS, continued=True)
    assert running.text == f"🔁 This is under way already, as `{RUN_ID}`. Follow it in <#{OPS}>."
    waiting = started_message(a_run(state=RunState.WAITING), OPS, continued=True)
    assert "it waits, and nothing was tried again" in waiting.text


@pytest.mark.parametrize(
    ("message", "told"),
    [
        (retried_message(a_run(), OPS), f"🔁 `{RUN_ID}` goes on. Follow it in <#{OPS}>."),
        (cancelled_message(a_run(), OPS), f"`{RUN_ID}` stops before its next step. Follow it in <#{OPS}>."),
        (cancelled_message(a_run(state=RunState.CANCELLED), OPS), f"`{RUN_ID}` is cancelled; nothing was made."),
        (cancelled_message(a_failed_run(), OPS),
         f"`{RUN_ID}` is stopped, and waits: retry it, or roll it back, in <#{OPS}>."),
    ],
)  # fmt: skip
def test_a_decision_is_answered_with_what_it_led_to(message: Message, told: str) -> None:
    check_message(message)
    assert message.text == told


def test_a_roll_back_that_came_too_late_is_asked_for_again_by_a_button() -> None:
    message = rollback_button_message(RollbackPlan(a_failed_run(), (), 10.0))
    check_message(message)
    assert buttons_of(message) == {"Roll back …": f"run_rollback {RUN_ID}"}


@pytest.mark.parametrize(
    ("company", "button"),
    [
        ("Customer Inc", {"Provision Customer Inc": "menu_provision Customer Inc"}),
        (" ", {"Provision a tenant": "menu_provision -"}),
        ("x" * 2500, {f"Provision {'x' * 47}…": f"menu_provision {'x' * 299}…"}),
    ],
)
def test_a_form_that_came_too_late_is_opened_by_a_button(company: str, button: dict[str, str]) -> None:
    message = form_button_message(company)
    check_message(message)
    assert buttons_of(message) == button


def test_a_notice_is_a_view_with_nothing_to_submit() -> None:
    view = notice_view("A title that is far too long", "Only <operators> may.")
    check_view(view)
    assert view["callback_id"] == "notice"
    assert "submit" not in view
    assert words_of(view) == "Only &lt;operators&gt; may."
    assert (
        words_of(notice_view("Started", "It is under way.", channel=OPS))
        == f"It is under way. Follow it in <#{OPS}>."
    )


def test_a_roll_back_says_beforehand_what_it_undoes() -> None:
    plan = RollbackPlan(a_failed_run(), ("remove the DNS record", "delete the Supabase project"), 10.0)
    view = rollback_confirm(plan)
    check_view(view)
    assert (view["callback_id"], view["private_metadata"], view["submit"]["text"]) == (
        "rollback_confirm", RUN_ID, "Roll back",
    )  # fmt: skip
    told = words_of(view)
    assert "Roll back *Customer Inc* (`customerinc`)?" in told
    assert "1. remove the DNS record\n2. delete the Supabase project" in told
    assert "Then it no longer costs 10 USD a month" in told


def test_a_roll_back_of_nothing_says_so() -> None:
    view = rollback_confirm(RollbackPlan(a_failed_run(), (), 10.0))
    check_view(view)
    assert "Nothing has to be undone." in words_of(view)
