"""What a leg writes under its claim, and how the next one begins."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime

import pytest

from provisioning.domain.checklist import Check, Checklist
from provisioning.domain.run import Direction, RunError, RunId, RunKind, RunState, StepState, WaitingFor
from provisioning.domain.secret import Sealed
from provisioning.registry import LegEnd, LostClaim, Transaction
from tests.integration.test_registry_contract.books import Books
from tests.integration.test_registry_contract.entries import (
    RUN,
    SUBDOMAIN,
    claim,
    create,
    events,
    new_run,
    run_of,
    stop_at_the_second_step,
)


async def test_a_leg_is_claimed_by_its_number_only(books: Books) -> None:
    await create(books)

    assert not await claim(books, leg=2)
    assert not await claim(books, run_id=RunId("nothing"))
    assert await claim(books)
    assert (await run_of(books)).state is RunState.RUNNING


async def test_a_run_that_is_over_is_not_claimed(books: Books) -> None:
    await create(books)
    async with books.registry.transaction() as tx:
        await tx.runs.finish(RUN, LegEnd(RunState.SUCCEEDED))

    assert not await claim(books)
    assert (await run_of(books)).state is RunState.SUCCEEDED


WRITES: dict[str, Callable[[Transaction, str], Awaitable[object]]] = {
    "start an attempt": lambda tx, claim: tx.runs.start_attempt(RUN, claim, 1),
    "note": lambda tx, claim: tx.runs.note(RUN, claim, 1, "a note"),
    "end a step": lambda tx, claim: tx.runs.end_step(RUN, claim, 1, state=StepState.SUCCEEDED, detail="done"),
    "end the leg": lambda tx, claim: tx.runs.end_leg(RUN, claim, LegEnd(RunState.SUCCEEDED)),
}


@pytest.mark.parametrize("write", WRITES)
async def test_who_lost_the_claim_writes_nothing(books: Books, write: str) -> None:
    await create(books)
    await claim(books, "old")
    await claim(books, "new")
    before = await run_of(books), await events(books)

    with pytest.raises(LostClaim):
        async with books.registry.transaction() as tx:
            await WRITES[write](tx, "old")

    assert (await run_of(books), await events(books)) == before
    async with books.registry.transaction() as tx:
        await WRITES[write](tx, "new")


@pytest.mark.parametrize("write", WRITES)
async def test_after_the_end_of_a_leg_nobody_has_its_claim(books: Books, write: str) -> None:
    await create(books)
    await claim(books)
    async with books.registry.transaction() as tx:
        await tx.runs.end_leg(RUN, "claim", LegEnd(RunState.WAITING))

    with pytest.raises(LostClaim):
        async with books.registry.transaction() as tx:
            await WRITES[write](tx, "claim")


async def test_a_step_counts_its_attempts_from_its_first_one(books: Books) -> None:
    await create(books)
    await claim(books)
    attempts = []
    for _ in range(3):
        async with books.registry.transaction() as tx:
            attempts.append(await tx.runs.start_attempt(RUN, "claim", 1))

    assert [attempt.number for attempt in attempts] == [1, 2, 3]
    assert len({attempt.first_started_at for attempt in attempts}) == 1
    step = (await run_of(books)).steps[0]
    assert (step.state, step.attempts) == (StepState.RUNNING, 3)
    assert step.seconds is not None
    assert [event for event in await events(books) if event[0] == "step started"] == [
        ("step started", 1, None)
    ]


async def test_a_step_ends_with_its_detail_and_keeps_its_note_where_it_has_none(books: Books) -> None:
    await create(books)
    await claim(books)
    async with books.registry.transaction() as tx:
        for number, detail in ((1, "done"), (2, None)):
            await tx.runs.start_attempt(RUN, "claim", number)
            await tx.runs.note(RUN, "claim", number, "working")
            await tx.runs.end_step(RUN, "claim", number, state=StepState.SUCCEEDED, detail=detail)

    steps = (await run_of(books)).steps
    assert [(step.state, step.detail) for step in steps[:2]] == [
        (StepState.SUCCEEDED, "done"),
        (StepState.SUCCEEDED, "working"),
    ]
    assert ("step succeeded", 1, "done") in await events(books)


async def test_the_brief_has_results_of_steps_that_succeeded_and_all_that_were_begun(books: Books) -> None:
    await create(books)
    await claim(books)
    async with books.registry.transaction() as tx:
        await tx.runs.start_attempt(RUN, "claim", 1)
        await tx.runs.end_step(
            RUN, "claim", 1, state=StepState.SUCCEEDED, detail=None, result=Sealed("sealed result")
        )
        await tx.runs.start_attempt(RUN, "claim", 2)
        await tx.runs.end_step(RUN, "claim", 2, state=StepState.FAILED, detail="no")
    async with books.registry.transaction() as tx:
        brief = await tx.runs.brief(RUN)

    assert (brief.kind, brief.subdomain, brief.direction) == (
        RunKind.PROVISION,
        SUBDOMAIN,
        Direction.FORWARD,
    )
    assert (brief.request, brief.requested_by) == (new_run().request, "Some Body (test)")
    assert brief.results == {1: "sealed result"}
    assert tuple(brief.begun) == (1, 2)


async def test_what_was_undone_or_never_begun_is_not_begun(books: Books) -> None:
    await create(books)
    await claim(books)
    async with books.registry.transaction() as tx:
        await tx.runs.start_attempt(RUN, "claim", 1)
        await tx.runs.end_step(RUN, "claim", 1, state=StepState.SUCCEEDED, detail=None, result=Sealed("s"))
        await tx.runs.end_step(RUN, "claim", 1, state=StepState.UNDONE, detail="gone")
    async with books.registry.transaction() as tx:
        brief = await tx.runs.brief(RUN)

    assert (brief.results, tuple(brief.begun)) == ({}, ())


async def test_what_was_begun_stays_begun_when_it_is_retried(books: Books) -> None:
    """A step that failed may have made something all the same: a roll back must come by it."""
    await create(books)
    await claim(books)
    async with books.registry.transaction() as tx:
        await tx.runs.start_attempt(RUN, "claim", 1)
        await tx.runs.end_step(RUN, "claim", 1, state=StepState.FAILED, detail="no")
        await tx.runs.end_leg(RUN, "claim", LegEnd(RunState.WAITING))
        await tx.runs.continue_with(RUN, Direction.FORWARD)
        await tx.runs.continue_with(RUN, Direction.ROLLBACK)
        brief = await tx.runs.brief(RUN)

    assert tuple(brief.begun) == (1,)


async def test_a_waiting_run_says_for_whom_and_until_when(books: Books) -> None:
    await create(books)
    await claim(books)
    until = datetime(2026, 12, 24, 9, 30, 0, 250_000, tzinfo=UTC)
    waiting = WaitingFor("Some Body (test)", "Add this record.", until)
    async with books.registry.transaction() as tx:
        await tx.runs.end_leg(RUN, "claim", LegEnd(RunState.WAITING, waiting))

    run = await run_of(books)
    assert (run.state, run.waiting_for, run.error, run.finished_at) == (RunState.WAITING, waiting, None, None)
    assert (await events(books))[-1] == ("waiting", None, "Add this record.")


async def test_a_run_that_failed_says_why(books: Books) -> None:
    await create(books)
    await claim(books)
    error = RunError("quota", "No further project.", 1)
    waiting = WaitingFor("Some Body (test)", "Retry.", None)
    async with books.registry.transaction() as tx:
        await tx.runs.end_leg(RUN, "claim", LegEnd(RunState.WAITING, waiting, error))

    run = await run_of(books)
    assert (run.error, run.waiting_for) == (error, waiting)
    assert (await events(books))[-1] == ("waiting", 1, "No further project.")


async def test_a_run_that_is_over_has_its_end(books: Books) -> None:
    await create(books)
    await claim(books)
    async with books.registry.transaction() as tx:
        await tx.runs.end_leg(RUN, "claim", LegEnd(RunState.SUCCEEDED))

    run = await run_of(books)
    assert run.state is RunState.SUCCEEDED
    assert run.finished_at is not None
    assert (await events(books))[-1] == ("succeeded", None, None)


async def test_a_retry_starts_the_steps_that_stopped_afresh(books: Books) -> None:
    await stop_at_the_second_step(books)

    async with books.registry.transaction() as tx:
        leg = await tx.runs.continue_with(RUN, Direction.FORWARD)

    run = await run_of(books)
    assert (leg, run.leg) == (2, 2)
    assert (run.state, run.direction) == (RunState.QUEUED, Direction.FORWARD)
    assert (run.error, run.waiting_for, run.cancel_requested) == (None, None, False)
    assert [step.attempts for step in run.steps] == [1, 0, 0]
    assert run.steps[0].state is StepState.SUCCEEDED
    assert run.steps[1].seconds is None
    assert not await claim(books, leg=1)
    assert await claim(books, leg=2)
    assert (await events(books))[-1][0] == "retried"


async def test_a_roll_back_gives_every_step_its_time_again_and_keeps_their_states(books: Books) -> None:
    await stop_at_the_second_step(books)

    async with books.registry.transaction() as tx:
        await tx.runs.continue_with(RUN, Direction.ROLLBACK)
        brief = await tx.runs.brief(RUN)

    run = await run_of(books)
    assert run.direction is brief.direction is Direction.ROLLBACK
    assert [step.state for step in run.steps] == [StepState.SUCCEEDED, StepState.FAILED, StepState.PENDING]
    assert [(step.attempts, step.seconds) for step in run.steps] == [(0, None)] * 3
    assert tuple(brief.begun) == (1, 2)
    await claim(books, leg=2)
    async with books.registry.transaction() as tx:
        await tx.runs.start_attempt(RUN, "claim", 2)
    assert [event[0] for event in await events(books)][-2:] == ["rolling back", "undo started"]


async def test_a_scheduled_look_keeps_the_run_waiting_under_its_next_leg(books: Books) -> None:
    await create(books)
    await claim(books)
    async with books.registry.transaction() as tx:
        await tx.runs.end_leg(RUN, "claim", LegEnd(RunState.WAITING, WaitingFor("x", "y", None)))
        assert await tx.runs.next_leg(RUN) == 2

    assert (await run_of(books)).state is RunState.WAITING
    assert not await claim(books, leg=1)
    assert await claim(books, leg=2)
    run = await run_of(books)
    assert (run.state, run.waiting_for) == (RunState.RUNNING, None)


async def test_a_cancel_is_noted_until_the_run_goes_on(books: Books) -> None:
    await create(books)
    async with books.registry.transaction() as tx:
        assert not await tx.runs.cancel_wanted(RUN)
        assert not await tx.runs.cancel_wanted(RunId("nothing"))
        await tx.runs.request_cancel(RUN)
        assert await tx.runs.cancel_wanted(RUN)
        await tx.runs.continue_with(RUN, Direction.FORWARD)
        assert not await tx.runs.cancel_wanted(RUN)

    assert "cancel requested" in [event[0] for event in await events(books)]


async def test_a_checklist_is_kept_as_it_is(books: Books) -> None:
    await create(books)
    checks = (
        Check("frontend", "2xx", "200 text/html", ok=True, evidence="https://x", seconds=0.125),
        Check("login", "a JWT", "401: “no”", ok=False, advisory=True),
        Check("foreign_token", "refused", "skipped: none", ok=None),
    )
    async with books.registry.transaction() as tx:
        await tx.runs.store_checklist(RUN, Checklist(checks))

    assert (await run_of(books)).checklist == checks


async def test_what_is_forgotten_is_as_if_it_had_never_been_taken(books: Books) -> None:
    await create(books)
    await claim(books)
    async with books.registry.transaction() as tx:
        for number in (1, 2):
            await tx.runs.start_attempt(RUN, "claim", number)
            await tx.runs.end_step(
                RUN, "claim", number, state=StepState.SUCCEEDED, detail="made", result=Sealed("x")
            )
        await tx.runs.start_attempt(RUN, "claim", 3)
        await tx.runs.end_step(RUN, "claim", 3, state=StepState.FAILED, detail="will not do")
        await tx.runs.forget_steps(RUN, "claim", since=2, until=3)
    async with books.registry.transaction() as tx:
        assert (await tx.runs.brief(RUN)).results == {1: Sealed("x")}

    first, second, third = (await run_of(books)).steps
    assert (first.state, third.state) == (StepState.SUCCEEDED, StepState.FAILED)
    assert (second.state, second.attempts, second.detail) == (StepState.PENDING, 0, None)
    assert (await events(books))[-1] == ("step forgotten", 2, None)
