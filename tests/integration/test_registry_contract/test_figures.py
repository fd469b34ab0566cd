"""The installation in numbers, as PostgreSQL counts them."""

import re
from pathlib import Path

from provisioning.adapters.registry.figures import count_figures
from provisioning.adapters.registry.schema import FOLDER
from provisioning.domain.figures import BUCKETS, Figures
from provisioning.domain.run import Direction, StepState
from sandbox.postgres import PostgresServer
from tests.integration.test_registry_contract.books import KEY, PostgresBooks, keys_with, open_copy
from tests.integration.test_registry_contract.entries import RUN, create, reserve

CLAIM = "worker-1"


async def end_step(books: PostgresBooks, step: int, state: StepState, *, attempts: int = 1) -> None:
    for _ in range(attempts):
        async with books.registry.transaction() as tx:
            await tx.runs.start_attempt(RUN, CLAIM, step)
    async with books.registry.transaction() as tx:
        await tx.runs.end_step(RUN, CLAIM, step, state=state, detail=None)


def told(figures: Figures) -> dict[tuple[str, int, str], tuple[int, int]]:
    return {(one.kind, one.step, one.state): (one.number, one.attempts) for one in figures.steps}


async def test_runs_steps_and_what_waits_are_counted(postgres_server: PostgresServer, template: str) -> None:
    async with open_copy(postgres_server, template) as pool:
        books = PostgresBooks(pool, await keys_with(pool, KEY))
        empty = await count_figures(pool)
        await reserve(books)
        await create(books)
        async with books.registry.transaction() as tx:
            await tx.legs.enqueue(RUN, 1)
            await tx.runs.claim(RUN, 1, CLAIM)
        await end_step(books, 1, StepState.SUCCEEDED, attempts=3)
        await end_step(books, 2, StepState.FAILED)
        async with books.registry.transaction() as tx:
            await tx.runs.continue_with(RUN, Direction.FORWARD)
            await tx.runs.claim(RUN, 2, CLAIM)
        await end_step(books, 2, StepState.SUCCEEDED)
        await pool.execute("update run_events set at = at - interval '1 hour'")

        figures = await count_figures(pool)

    assert (empty.runs, empty.steps, empty.tenants, empty.queues) == ({}, [], {}, {})
    assert (empty.approvals.number, empty.workers, empty.audit_seq) == (0, 0, 0)
    assert figures.tenants == {"provisioning": 1}
    assert figures.runs == {("provision", "running"): 1}
    assert figures.open_runs[("provision", "running")].number == 1
    assert figures.open_runs[("provision", "running")].oldest >= 3600
    assert figures.queues == {("provision", "enqueued"): 1}
    assert told(figures) == {
        ("provision", 1, "succeeded"): (1, 3),
        ("provision", 2, "failed"): (1, 1),
        ("provision", 2, "succeeded"): (1, 1),
    }
    assert {one.le for one in figures.steps} == {BUCKETS[0]}


def test_the_registry_counts_by_the_buckets_that_are_shown() -> None:
    (file,) = Path(FOLDER).glob("*_step_tallies.sql")
    found = re.search(r"array\[(.*?), 'infinity'", file.read_text(encoding="utf-8"))

    assert found is not None
    assert [float(bound) for bound in found[1].split(",")] == list(BUCKETS[:-1])
