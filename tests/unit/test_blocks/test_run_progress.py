"""The root message of a run's thread."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from bot.blocks.kit import Message
from bot.blocks.run_progress import root_message
from bot.blocks.run_steps import Shape
from provisioning.domain.run import Direction, Run, RunKind, RunState, StepState, StepView, WaitingFor
from provisioning.domain.tenant import Tenant
from tests.block_kit import buttons_of, check_message, words_of
from tests.unit.test_blocks.samples import (
    NOW,
    RUN_ID,
    TENANT,
    URL,
    a_failed_run,
    a_run,
    a_run_that_waits_for_dns,
    a_step,
    a_verified_run,
    steps,
)

SHAPES: tuple[Shape, ...] = ("plan", "plain")


def draw(run: Run, tenant: Tenant | None = TENANT, **changes: Any) -> Message:
    given: dict[str, Any] = {
        "now": NOW,
        "worker_alive": True,
        "monthly_cost": 10.0,
        "iteration": 3,
        **changes,
    }
    message = root_message(run, tenant, URL, **given)
    check_message(message)
    return message


def tasks(message: Message) -> list[tuple[str, str, str]]:
    """The tasks of the plan: status, title, and what is said of it."""
    plan = next(block for block in message.blocks if block["type"] == "plan")
    return [
        (
            task["status"],
            task["title"],
            " | ".join(words_of({"blocks": [task.get("details", {}), task.get("output", {})]}).splitlines()),
        )
        for task in plan["tasks"]
    ]


def test_says_what_is_done_and_who_asked_for_it() -> None:
    message = draw(a_run())
    assert "⏳ Provisioning *Customer Inc* as customerinc.taskifai.com, asked by <@U0OPERATOR1>" in words_of(
        message
    )
    assert message.text.endswith("– running, step 3 of 8")


def test_shows_a_task_for_each_step() -> None:
    assert tasks(draw(a_run()))[1:4] == [
        ("complete", "2. Initialize schema", "7.2 s"),
        ("in_progress", "3. Seed configurations", "2.0 s"),
        ("pending", "4. Create tenant record", ""),
    ]


def test_a_step_that_a_run_was_ended_in_is_not_in_progress() -> None:
    ended = a_run(state=RunState.CANCELLED, steps=steps(1, {"state": StepState.RUNNING}))
    assert tasks(draw(ended))[1][0] == "pending"


@pytest.mark.parametrize(
    ("step", "shown"),
    [
        ({"state": StepState.SKIPPED, "detail": "the wildcard resolves"}, ("complete", "skipped: the wildcard resolves")),
        ({"state": StepState.UNDONE, "detail": "deleted abc"}, ("pending", "undone: deleted abc")),
        ({"state": StepState.SUCCEEDED, "seconds": 9.0, "detail": "in eu-west-1"}, ("complete", "9.0 s | in eu-west-1")),
        ({"state": StepState.FAILED, "attempts": 2, "detail": "No."}, ("error", "try 2 | No.")),
        ({"state": StepState.RUNNING, "detail": "not healthy yet"}, ("in_progress", "not healthy yet")),
    ],
)  # fmt: skip
def test_shows_every_state_of_a_step(step: dict[str, Any], shown: tuple[str, str]) -> None:
    status, _, told = tasks(draw(a_run(steps=steps(0, step))))[0]
    assert (status, told) == shown


def test_marks_a_step_that_is_slower_than_usual() -> None:
    slow = {"state": StepState.RUNNING, "attempts": 3, "seconds": 45.0}
    assert tasks(draw(a_run(steps=steps(0, slow))))[0][2] == "45 s, try 3, slower than usual (usually 10 s)"


def test_says_how_long_the_rest_usually_takes() -> None:
    assert "Running · step 3 of 8 · usually 58 s more · asked 4 min ago" in words_of(draw(a_run()))


@pytest.mark.parametrize("state", [RunState.QUEUED, RunState.RUNNING])
def test_says_when_nobody_works(state: RunState) -> None:
    assert "⚠️ No worker is running" in words_of(draw(a_run(state=state), worker_alive=False))
    assert "No worker" not in words_of(draw(a_run(state=state)))


def test_a_run_under_way_can_be_cancelled() -> None:
    assert buttons_of(draw(a_run())) == {"Cancel": f"run_cancel {RUN_ID}"}
    cancelling = draw(a_run(cancel_requested=True))
    assert buttons_of(cancelling) == {}
    assert "Cancelling · step 3 of 8 · stops before the next step" in words_of(cancelling)


def test_a_run_that_failed_says_why_and_who_must_act() -> None:
    told = words_of(draw(a_failed_run()))
    assert "Step 3, Seed configurations, stopped the run: A table is missing." in told
    assert "*Waiting for <@U0OPERATOR1>:* Retry once the cause is gone, or roll back." in told
    assert "Done so far: Create Supabase project, Initialize schema." in told
    assert "Its Supabase project costs 10 USD a month while it exists." in told


def test_a_run_that_failed_can_be_retried_or_rolled_back() -> None:
    assert buttons_of(draw(a_failed_run())) == {
        "Retry": f"run_retry {RUN_ID}",
        "Roll back": f"run_rollback {RUN_ID}",
        "Cancel": f"run_cancel {RUN_ID}",
    }


def test_no_roll_back_is_offered_once_the_welcome_mail_is_out() -> None:
    run = a_failed_run(steps=steps(7, {"state": StepState.FAILED}))
    assert list(buttons_of(draw(run))) == ["Retry", "Cancel"]


def test_no_roll_back_is_offered_where_nothing_was_made() -> None:
    run = a_failed_run(kind=RunKind.VERIFY, steps=(a_step(1, state=StepState.FAILED),))
    message = draw(run)
    assert list(buttons_of(message)) == ["Retry", "Cancel"]
    assert "costs" not in words_of(message)


def test_a_run_that_looks_again_by_itself_says_when_and_can_be_cancelled() -> None:
    message = draw(a_run_that_waits_for_dns())
    assert "I look again at <!date^1795522500^{time}|12:15 UTC>, and go on when it is there." in words_of(
        message
    )
    assert list(buttons_of(message)) == ["Retry", "Roll back", "Cancel"]
    assert tasks(message)[4][0] == "pending"


def test_a_run_that_would_look_again_says_when_nobody_will() -> None:
    told = words_of(draw(a_run_that_waits_for_dns(), worker_alive=False))
    assert "⚠️ No worker is running" in told
    assert "I look again" not in told


def test_somebody_else_who_must_act_is_named() -> None:
    run = a_failed_run(waiting_for=WaitingFor("whoever runs <DNS>", "Add the record."))
    assert "*Waiting for whoever runs &lt;DNS&gt;:* Add the record." in words_of(draw(run))


def test_a_requester_from_elsewhere_is_named_as_they_are_known_there() -> None:
    assert "asked by operator (cli)" in words_of(
        draw(a_run(origin={"surface": "cli"}, requested_by="operator (cli)"))
    )
    spoofed = a_run(origin={"surface": "cli", "user": "U0BOSS"}, requested_by="<@U0BOSS>")
    assert "asked by &lt;@U0BOSS&gt;" in words_of(draw(spoofed))


def test_a_roll_back_under_way_says_how_far_it_is() -> None:
    undone = (*steps(2)[:2], *(a_step(number, state=StepState.UNDONE) for number in (3, 4)), *steps(0)[4:])
    run = a_run(direction=Direction.ROLLBACK, steps=undone)
    assert "Rolling back · 2 steps undone" in words_of(draw(run))
    stopped = draw(replace(a_failed_run(), direction=Direction.ROLLBACK, steps=undone))
    assert list(buttons_of(stopped)) == ["Go on rolling back"]
    assert "Undone so far: Seed configurations, Create tenant record." in words_of(stopped)


def test_a_verified_tenant_has_its_address_and_its_id() -> None:
    message = draw(a_verified_run())
    told = words_of(message)
    assert "*Customer Inc* is verified, after 3 min." in told
    assert f"URL: <{URL}|{URL}>" in told
    assert "Tenant ID: `6f0c7f62-0000-4000-8000-000000000001`" in told
    assert "admin@customer.com has mail" in told
    assert buttons_of(message) == {"Open tenant": f"link {URL}", "Verify": "tenant_verify customerinc"}
    assert message.text.endswith("– succeeded")


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"state": RunState.ROLLED_BACK}, "Rolled back: nothing of `customerinc` is left"),
        ({"state": RunState.CANCELLED}, "Cancelled: nothing was made for `customerinc`"),
        ({"state": RunState.CANCELLED, "kind": RunKind.VERIFY}, "Cancelled: `customerinc` is as it was."),
        ({"state": RunState.SUCCEEDED, "kind": RunKind.RESEND, "request": {"email": "new@customer.com"}},
         "The welcome e-mail is on its way to new@customer.com, with a new temporary password."),
        ({"state": RunState.CANCELLED, "kind": RunKind.RESEND},
         "after the password was changed: give the admin a new one with `/tenant resend customerinc`."),
    ],
)  # fmt: skip
def test_every_end_says_what_is_left(changes: dict[str, Any], told: str) -> None:
    message = draw(a_run(**changes))
    assert told in words_of(message)
    assert buttons_of(message) == {}


def test_a_verification_says_whom_it_is_of() -> None:
    run = a_verified_run(kind=RunKind.VERIFY, steps=(a_step(1, state=StepState.SUCCEEDED),), request={})
    message = draw(run)
    assert "✅ Verifying *Customer Inc* at customerinc.taskifai.com" in words_of(message)
    assert "has mail" not in words_of(message)


def test_the_plan_can_be_told_in_lines() -> None:
    message = draw(a_failed_run(), shape="plain")
    assert {block["type"] for block in message.blocks} == {"section", "context", "actions"}
    told = words_of(message)
    assert "✅ 1. Create Supabase project _(7.2 s)_" in told
    assert (
        "❌ 3. Seed configurations _(40 s, try 2, slower than usual (usually 10 s))_ – A table is missing."
        in told
    )
    assert "✋ 5. Configure DNS" in words_of(draw(a_run_that_waits_for_dns(), shape="plain"))


@pytest.mark.parametrize("shape", SHAPES)
def test_every_edit_has_new_names_for_its_blocks(shape: Shape) -> None:
    first, second = (
        {block["block_id"] for block in draw(a_failed_run(), shape=shape, iteration=at).blocks}
        for at in (1, 2)
    )
    assert not first & second


def test_a_plan_has_a_name_of_its_edit() -> None:
    assert "plan-3" in [block["block_id"] for block in draw(a_run()).blocks]


def test_a_run_without_steps_is_shown_too() -> None:
    assert not [block for block in draw(a_run(steps=())).blocks if block["type"] == "plan"]


def test_a_long_wait_counts_from_the_request() -> None:
    run = a_run(created_at=NOW - timedelta(days=3), steps=(StepView(1, "Only one"),))
    assert "asked 3 days ago" in words_of(draw(run))


def test_a_message_that_is_not_drawn_again_has_a_date_and_no_age() -> None:
    asked = "asked <!date^1795521360^{date_short_pretty} {time}|2026-11-24 11:56 UTC>"
    for message in (draw(a_failed_run()), draw(a_verified_run()), draw(a_run(), worker_alive=False)):
        assert asked in words_of(message)


def test_the_only_step_is_not_counted() -> None:
    (plan,) = [
        block
        for block in draw(a_run(steps=(StepView(1, "Verify & test", StepState.SUCCEEDED),))).blocks
        if block["type"] == "plan"
    ]
    assert plan["title"] == "Done"
