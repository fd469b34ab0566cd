"""Runs: one open one for a subdomain, listed and found."""

import asyncio

import pytest

from provisioning.domain.run import Direction, RunId, RunKind, RunState
from provisioning.errors import Refused
from provisioning.registry import LegEnd
from tests.integration.test_registry_contract.books import Books
from tests.integration.test_registry_contract.entries import RUN, SUBDOMAIN, create, events, new_run, run_of


async def test_a_new_run_is_queued_with_its_steps(books: Books) -> None:
    await create(books)

    run = await run_of(books)
    wanted = new_run()
    assert (run.kind, run.state, run.subdomain) == (RunKind.PROVISION, RunState.QUEUED, SUBDOMAIN)
    assert (run.requested_by, run.request, run.origin) == (wanted.requested_by, wanted.request, wanted.origin)
    assert (run.leg, run.direction, run.cancel_requested) == (1, Direction.FORWARD, False)
    assert (run.finished_at, run.waiting_for, run.error, run.checklist) == (None, None, None, ())
    assert run.steps == wanted.steps
    assert await events(books) == [("requested", None, "by Some Body (test)")]


async def test_a_subdomain_has_one_open_run(books: Books) -> None:
    await create(books)

    with pytest.raises(Refused, match="has an open run") as refusal:
        await create(books, new_run("verify-customerinc-2", kind=RunKind.VERIFY))

    assert (refusal.value.code, refusal.value.field) == ("run_open", "subdomain")
    async with books.registry.transaction() as tx:
        assert await tx.runs.find(RunId("verify-customerinc-2")) is None


async def test_two_at_once_get_one_run(books: Books) -> None:
    answers = await asyncio.gather(
        create(books, new_run("run-1")), create(books, new_run("run-2")), return_exceptions=True
    )

    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]


@pytest.mark.parametrize("state", [RunState.SUCCEEDED, RunState.ROLLED_BACK, RunState.CANCELLED])
async def test_after_a_run_is_over_the_next_one_may_begin(books: Books, state: RunState) -> None:
    await create(books)
    async with books.registry.transaction() as tx:
        await tx.runs.finish(RUN, LegEnd(state))
        assert await tx.runs.find_open(SUBDOMAIN) is None

    await create(books, new_run("run-2"))

    async with books.registry.transaction() as tx:
        found = await tx.runs.find_open(SUBDOMAIN)
    assert found is not None
    assert found.run_id == "run-2"


async def test_the_latest_run_is_found_by_kind(books: Books) -> None:
    for number, kind in enumerate([RunKind.PROVISION, RunKind.VERIFY, RunKind.RESEND], start=1):
        run_id = await create(books, new_run(f"run-{number}", kind=kind))
        async with books.registry.transaction() as tx:
            await tx.runs.finish(run_id, LegEnd(RunState.SUCCEEDED))

    async with books.registry.transaction() as tx:
        latest = await tx.runs.find_latest(SUBDOMAIN)
        verify = await tx.runs.find_latest(SUBDOMAIN, kind=RunKind.VERIFY)
        assert await tx.runs.find_latest("nobody") is None
    assert latest is not None
    assert latest.run_id == "run-3"
    assert verify is not None
    assert verify.run_id == "run-2"


async def test_runs_are_listed_newest_first_and_by_state(books: Books) -> None:
    for number in (1, 2, 3):
        await create(books, new_run(f"run-{number}", f"tenant-{number}"))
    async with books.registry.transaction() as tx:
        await tx.runs.finish(RunId("run-2"), LegEnd(RunState.SUCCEEDED))
    async with books.registry.transaction() as tx:
        everything = await tx.runs.list(states=[], limit=10)
        two = await tx.runs.list(states=[], limit=2)
        queued = await tx.runs.list(states=[RunState.QUEUED, RunState.WAITING], limit=10)

    assert [run.run_id for run in everything] == ["run-3", "run-2", "run-1"]
    assert [run.run_id for run in two] == ["run-3", "run-2"]
    assert [run.run_id for run in queued] == ["run-3", "run-1"]


async def test_a_run_that_is_not_there_can_not_be_locked(books: Books) -> None:
    with pytest.raises(Refused) as refusal:
        async with books.registry.transaction() as tx:
            await tx.runs.lock(RunId("nothing"))

    assert refusal.value.code == "unknown_run"
