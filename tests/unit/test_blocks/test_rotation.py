"""What people read of new credentials: the question, the thread, and what could not be replaced."""

from dataclasses import replace
from datetime import timedelta

import pytest

from bot.blocks.confirmations import rollback_confirm, rotate_confirm
from bot.blocks.run_progress import root_message
from bot.blocks.run_thread import end_message
from provisioning.control_plane.plans import RollbackPlan
from provisioning.domain.rotation import left_as_it_is
from provisioning.domain.run import Run, RunId, RunKind, RunState, StepState
from provisioning.rotate.pipeline import ROTATE
from tests.block_kit import buttons_of, check_message, check_view, words_of
from tests.unit.test_blocks.samples import NOW, TENANT, URL


def run_in(state: RunState, *, key: str = "verified 5/5") -> Run:
    done = StepState.SUCCEEDED if state is RunState.SUCCEEDED else StepState.PENDING
    steps = [replace(step, state=done, seconds=1.0, attempts=1) for step in ROTATE.views({})]
    steps[4] = replace(steps[4], detail=key)
    return Run(
        run_id=RunId("rotate-customerinc-0a1b2c3d"),
        kind=RunKind.ROTATE,
        state=state,
        subdomain="customerinc",
        requested_by="Operator (slack)",
        created_at=NOW - timedelta(minutes=1),
        request={},
        finished_at=None if state.is_open else NOW,
        steps=tuple(steps),
    )


def told(run: Run) -> str:
    root = root_message(run, TENANT, URL, now=NOW, worker_alive=True, monthly_cost=10.0, iteration=1)
    end = end_message(run, TENANT, URL, events=())
    for message in (root, end):
        check_message(message)
    return words_of(root) + words_of(end)


def test_the_question_says_what_will_be_other_than_it_was() -> None:
    view = rotate_confirm(replace(TENANT, company_name="Customer <Inc>"))
    check_view(view)
    assert view["private_metadata"] == TENANT.subdomain
    text = str(view["blocks"])
    assert "Customer &lt;Inc&gt;" in text
    assert "until the new ones are proved" in text


def test_the_end_says_that_the_old_ones_are_dead() -> None:
    assert "the old ones open nothing any more" in told(run_in(RunState.SUCCEEDED))


def test_the_end_names_a_key_that_stays_and_why() -> None:
    words = told(run_in(RunState.SUCCEEDED, key=left_as_it_is("it is a legacy key")))
    assert "Its secret key is left as it is: it is a legacy key" in words
    assert "open nothing" not in words


@pytest.mark.parametrize(
    ("state", "words"),
    [(RunState.ROLLED_BACK, "credentials that are proved"), (RunState.CANCELLED, "stays so")],
)
def test_no_end_of_it_speaks_of_a_subdomain_that_is_free(state: RunState, words: str) -> None:
    text = told(run_in(state))
    assert words in text
    assert "free again" not in text


def test_a_waiting_one_can_be_retried_and_rolled_back() -> None:
    run = run_in(RunState.WAITING)
    root = root_message(run, TENANT, URL, now=NOW, worker_alive=True, monthly_cost=10.0, iteration=1)
    check_message(root)
    assert {"Retry", "Roll back"} <= set(buttons_of(root))
    view = rollback_confirm(RollbackPlan(run, ("set the old password again",), 10.0))
    check_view(view)
    assert "USD" not in str(view)
    assert "What is proved by then stays." in str(view)
