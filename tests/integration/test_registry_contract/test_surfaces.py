"""What surfaces keep in the registry: their notes on runs, and which requests came already."""

from dataclasses import replace

from provisioning.domain.run import RunId
from provisioning.registry import UnreportedRun
from tests.integration.test_registry_contract.books import Books
from tests.integration.test_registry_contract.entries import RUN, claim, create, new_run, reserve


async def _open(books: Books, surface: str = "slack") -> list[UnreportedRun]:
    async with books.registry.transaction() as tx:
        return list(await tx.reports.open(surface, limit=10))


async def _ask_in_slack(books: Books, run_id: str = RUN, subdomain: str = "customerinc") -> RunId:
    return await create(books, replace(new_run(run_id, subdomain), origin={"surface": "slack", "user": "U1"}))


async def test_shows_a_surface_its_own_runs_with_their_history(books: Books) -> None:
    await _ask_in_slack(books)
    await create(books, replace(new_run("verify-other-1", "other"), origin={"surface": "cli"}))
    await claim(books)
    (found,) = await _open(books)
    assert found.run.run_id == RUN
    assert found.run.origin["user"] == "U1"
    assert [event.what for event in found.events] == ["requested"]
    assert found.notes == {}


async def test_keeps_the_notes_of_a_surface(books: Books) -> None:
    await _ask_in_slack(books)
    async with books.registry.transaction() as tx:
        await tx.reports.save(RUN, {"root": {"ts": "1.2"}, "told": 3}, done=False)
    (found,) = await _open(books)
    assert found.notes == {"root": {"ts": "1.2"}, "told": 3}


async def test_forgets_a_run_of_which_all_is_told(books: Books) -> None:
    await _ask_in_slack(books)
    async with books.registry.transaction() as tx:
        await tx.reports.save(RUN, {}, done=True)
    assert await _open(books) == []


async def test_numbers_events_across_runs(books: Books) -> None:
    await _ask_in_slack(books)
    await _ask_in_slack(books, "provision-other-1", "other")
    first, second = await _open(books)
    assert first.events[0].event_id < second.events[0].event_id


async def test_knows_a_request_that_came_already(books: Books) -> None:
    async with books.registry.transaction() as tx:
        assert await tx.seen_requests.first_time("trigger 1")
    async with books.registry.transaction() as tx:
        assert not await tx.seen_requests.first_time("trigger 1")
        assert await tx.seen_requests.first_time("trigger 2")


async def test_counts_tenants_by_state(books: Books) -> None:
    await reserve(books)
    await reserve(books, "other")
    async with books.registry.transaction() as tx:
        counts = await tx.tenants.counts()
    assert dict(counts) == {"provisioning": 2}
