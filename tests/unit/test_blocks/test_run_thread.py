"""What is said in a run's thread."""

import pytest

from bot.blocks.checklist import checklist_block
from bot.blocks.run_steps import Shape
from bot.blocks.run_thread import end_message, step_lines
from provisioning.domain.checklist import Check
from provisioning.domain.run import RunError, RunKind, RunState, StepState
from tests.block_kit import check_message, words_of
from tests.unit.test_blocks.samples import (
    CHECKS,
    TENANT,
    URL,
    a_failed_run,
    a_run,
    a_run_that_waits_for_dns,
    a_step,
    a_verified_run,
    an_event,
    steps,
)

SHAPES: tuple[Shape, ...] = ("plan", "plain")
DNS = "customerinc.taskifai.com does not resolve. Add this record: customerinc CNAME cname.vercel-dns.com"


def test_tells_each_step_that_ended_in_a_line() -> None:
    events = [
        an_event("requested", detail="by operator"),
        an_event("step started", 1),
        an_event("step succeeded", 1, "abc in eu-west-1"),
        an_event("step started", 2),
        an_event("step skipped", 2, "is there"),
    ]
    message = step_lines(a_run(), events)
    assert message is not None
    check_message(message)
    assert words_of(message).splitlines() == [
        "✅ Step 1 of 8, *Create Supabase project*: done in 7.2 s – abc in eu-west-1",
        "➖ Step 2 of 8, *Initialize schema*: skipped – is there",
    ]


def test_a_step_that_is_done_again_after_a_crash_has_one_line() -> None:
    done = an_event("step succeeded", 1, "abc in eu-west-1")
    again = [an_event("step started", 1), done]
    once = step_lines(a_run(), [done])
    assert once is not None
    assert step_lines(a_run(), again, earlier=[done]) is None
    both = step_lines(a_run(), [done, *again])
    assert both is not None
    assert words_of(both) == words_of(once)
    failed = an_event("step failed", 1, "no")
    twice = step_lines(a_run(), [failed, an_event("retried"), failed])
    assert twice is not None
    assert words_of(twice).count("failed") == 2


@pytest.mark.parametrize(
    "what", ["requested", "step started", "undo started", "succeeded", "rolled_back", "cancelled"]
)
def test_keeps_silent_about_what_is_no_news(what: str) -> None:
    assert step_lines(a_run(), [an_event(what, 1)]) is None


def test_calls_for_whoever_must_act_on_a_failure() -> None:
    events = [
        an_event("step failed", 3, "A table is missing."),
        an_event("waiting", 3, "A table is missing."),
    ]
    message = step_lines(a_failed_run(), events)
    assert message is not None
    assert words_of(message).splitlines() == [
        "❌ Step 3 of 8, *Seed configurations*: failed in 40 s – A table is missing.",
        "✋ Waiting for <@U0OPERATOR1>: Retry once the cause is gone, or roll back.",
    ]


def test_says_what_is_waited_for() -> None:
    message = step_lines(a_run_that_waits_for_dns(), [an_event("waiting", detail=DNS)])
    assert message is not None
    assert words_of(message) == f"✋ Waiting for <@U0OPERATOR1>: {DNS}"


def test_a_wait_that_goes_on_is_told_once() -> None:
    run, wait = a_run_that_waits_for_dns(), an_event("waiting", detail=DNS)
    message = step_lines(run, [wait, wait])
    assert message is not None
    assert len(words_of(message).splitlines()) == 1
    assert step_lines(run, [wait], earlier=[wait]) is None
    assert step_lines(run, [wait], earlier=[an_event("retried")]) is not None


@pytest.mark.parametrize(
    ("what", "told"),
    [
        ("retried", "🔁 Retried: going on from the step that stopped."),
        ("rolling back", "↩️ Rolling back, the last step first."),
        ("cancel requested", "🚫 Asked to cancel: it stops before the next step."),
    ],
)
def test_tells_decisions(what: str, told: str) -> None:
    message = step_lines(a_run(), [an_event(what)])
    assert message is not None
    assert message.text == told


def test_tells_what_a_step_wants_remembered() -> None:
    message = step_lines(a_run(), [an_event("noted", 1, "A second project was made.")])
    assert message is not None
    assert message.text == "ℹ️ Step 1 of 8: A second project was made."


def test_tells_what_was_undone() -> None:
    run = a_run(steps=(a_step(1, state=StepState.UNDONE),))
    message = step_lines(run, [an_event("step undone", 1, "deleted abc")])
    assert message is not None
    assert message.text == "↩️ Step 1 of 1, *Create Supabase project*: undone – deleted abc"


def test_a_run_that_checks_stopped_shows_them() -> None:
    run = a_failed_run(
        steps=steps(7, {"state": StepState.FAILED}),
        checklist=CHECKS,
        error=RunError("check_failed", "1 check failed", 8),
    )
    events = [an_event("step failed", 8, "1 check failed"), an_event("waiting", 8, "1 check failed")]
    for shape in SHAPES:
        message = step_lines(run, events, shape=shape)
        assert message is not None
        check_message(message)
        assert "401: wrong password" in words_of(message)


def test_many_lines_keep_the_newest() -> None:
    events = [an_event("noted", 1, f"{number}: {'x' * 300}") for number in range(30)]
    message = step_lines(a_run(), events)
    assert message is not None
    check_message(message)
    lines = words_of(message).splitlines()
    assert lines[0] == "… 22 lines before these"
    assert lines[-1].startswith("ℹ️ Step 1 of 8: 29: x")


def test_the_end_tells_the_rest_the_checklist_and_the_verdict() -> None:
    run = a_verified_run()
    message = end_message(
        run, TENANT, URL, events=[an_event("step succeeded", 8, "verified"), an_event("succeeded")]
    )
    check_message(message)
    assert message.text == "✅ Customer Inc is verified."
    assert [block["type"] for block in message.blocks] == ["section", "table", "section"]
    told = words_of(message)
    assert "✅ Step 8 of 8, *Verify & test*: done in 7.2 s – verified".replace("&", "&amp;") in told
    assert "✅ *Customer Inc* is verified, after 3 min." in told
    assert f"URL: <{URL}|{URL}>" in told
    assert str(TENANT.tenant_id) in told


def test_a_checklist_is_a_table_of_expected_and_found() -> None:
    rows = checklist_block(CHECKS, shape="plan")["rows"]
    assert [[cell["text"] for cell in row] for row in rows] == [
        ["check", "expected", "found", "result"],
        ["frontend", "2xx and HTML over valid TLS", "200 text/html", "✓ passed"],
        ["foreign token", "our token refused elsewhere", "skipped: there is no other tenant", "– skipped"],
        ["login", "a JWT with tenant_id 6f0c", "401: wrong password", "✗ failed"],
        ["file upload", "processed", "still pending after 2 minutes", "! failed (advisory)"],
    ]


def test_a_checklist_can_be_told_in_lines() -> None:
    message = end_message(a_verified_run(), TENANT, URL, events=[], shape="plain")
    check_message(message)
    assert message.blocks[0]["type"] == "rich_text"
    assert words_of(message).splitlines()[:3] == [
        "✓ passed: ",
        "frontend",
        " – expected 2xx and HTML over valid TLS, found 200 text/html",
    ]


def test_a_very_long_checklist_is_cut_to_what_slack_takes() -> None:
    checks = [Check(f"check_{number}", "e" * 900, "f" * 900, ok=True) for number in range(150)]
    run = a_verified_run(checklist=tuple(checks))
    for shape in SHAPES:
        message = end_message(run, TENANT, URL, events=[], shape=shape)
        check_message(message)
        assert "52 checks more" in words_of(message)


@pytest.mark.parametrize(
    ("state", "kind", "told"),
    [
        (RunState.ROLLED_BACK, RunKind.PROVISION, "↩️ Rolled back: nothing of `customerinc` is left"),
        (RunState.CANCELLED, RunKind.PROVISION, "🚫 Cancelled: nothing was made for `customerinc`"),
    ],
)
def test_an_end_without_a_tenant_has_no_checklist(state: RunState, kind: RunKind, told: str) -> None:
    message = end_message(a_run(state=state, kind=kind, checklist=CHECKS), None, URL, events=[])
    check_message(message)
    assert [block["type"] for block in message.blocks] == ["section"]
    assert message.text.startswith(told)
