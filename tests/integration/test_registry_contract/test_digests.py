"""What a digest says, and that a tick is acted on once."""

import asyncio
from datetime import UTC, datetime, timedelta

from provisioning.domain.actor import ENGINE
from provisioning.domain.digest import Digest, DigestFacts, DigestId, DigestRow, DigestState
from provisioning.domain.run import RunState, StepState, WaitingFor
from provisioning.domain.schedule import Tick
from provisioning.domain.tenant import TenantState
from provisioning.registry import AuditEntry, LegEnd
from tests.integration.test_registry_contract.books import Books
from tests.integration.test_registry_contract.entries import RUN, claim, create, reserve

AGES_AGO = datetime(2020, 1, 1, tzinfo=UTC)


def _later(minutes: int = 0) -> datetime:
    return datetime.now(UTC) + timedelta(days=1, minutes=minutes)


async def _take(books: Books, tick: Tick) -> bool:
    async with books.registry.transaction() as tx:
        return await tx.schedules.take("digest", tick)


async def _facts(books: Books, since: datetime = AGES_AGO) -> DigestFacts:
    async with books.registry.transaction() as tx:
        return await tx.digests.facts(since=since, now=_later())


async def _tenant(books: Books, subdomain: str, state: TenantState, verdict: str) -> None:
    await reserve(books, subdomain)
    async with books.registry.transaction() as tx:
        await tx.tenants.record(subdomain, platform_tenant_id=None)
        await tx.tenants.set_state(subdomain, state, verdict=verdict)


def _row(name: str, state: DigestState = DigestState.PENDING) -> DigestRow:
    digest = Digest(_later(), DigestFacts({TenantState.VERIFIED: 3}, projects=3), 10.0)
    return DigestRow(DigestId(name), _later(), _later(), "Some Body (test)", digest, state)


async def test_a_tick_is_taken_once_by_whoever_comes_first(books: Books) -> None:
    tick = Tick(_later(), "2026-12-02T09:00")
    assert sorted(await asyncio.gather(*(_take(books, tick) for _ in range(3)))) == [False, False, True]
    assert not await _take(books, Tick(_later(-1), "2026-12-02T08:59"))
    assert not await _take(books, Tick(_later(60), "2026-12-02T09:00"))  # the hour that comes twice in autumn
    assert await _take(books, Tick(_later(61), "2026-12-02T09:01"))
    async with books.registry.transaction() as tx:
        assert await tx.schedules.last_due("digest") > _later(60)
        assert await tx.schedules.last_due("verify") < _later()


async def test_an_empty_registry_has_little_to_say(books: Books) -> None:
    facts = await _facts(books)
    assert facts == DigestFacts({}, 0, growth=facts.growth)
    assert {point.tenants for point in facts.growth} == {0}


async def test_says_how_tenants_stand(books: Books) -> None:
    await _tenant(books, "alpha", TenantState.VERIFIED, "verified")
    await _tenant(books, "bravo", TenantState.VERIFIED, "verified, 1 advisory failure")
    await _tenant(books, "carol", TenantState.UNVERIFIED, "1 check failed: login")
    await _tenant(books, "delta", TenantState.VERIFIED, "verified")
    await _tenant(books, "gone", TenantState.VERIFIED, "verified")
    async with books.registry.transaction() as tx:
        await tx.tenants.suspend("delta", reason="not paid", by="Some Body (test)")
        await tx.tenants.bury("gone")
        await tx.tenants.store_project_intent("alpha", name="TaskifAI - Alpha", password=_row("x").digest_id)  # type: ignore[arg-type]  # any text
        await tx.audit.append(ENGINE, AuditEntry("test", "accepted"))
    facts = await _facts(books)
    assert facts.tenants == {TenantState.VERIFIED: 2, TenantState.UNVERIFIED: 1, TenantState.SUSPENDED: 1}
    assert (facts.new.total, facts.gone, facts.growth[-1].tenants) == (4, 1, 4)
    assert {one.subdomain for one in facts.new.first} == {"alpha", "bravo", "carol", "delta"}
    assert [(one.subdomain, one.verdict) for one in facts.failing.first] == [
        ("carol", "1 check failed: login")
    ]
    assert [one.subdomain for one in facts.advisory.first] == ["bravo"]
    assert [(one.subdomain, one.by) for one in facts.suspended.first] == [("delta", "Some Body (test)")]
    assert facts.audit is not None
    assert (await _facts(books, since=_later(-1))).new.total == 0


async def test_says_what_waits_and_what_took_long(books: Books) -> None:
    await create(books)
    await claim(books)
    async with books.registry.transaction() as tx:
        await tx.runs.start_attempt(RUN, "claim", 1)
        await tx.runs.end_step(RUN, "claim", 1, state=StepState.SUCCEEDED, detail=None)
    async with books.registry.transaction() as tx:
        await tx.runs.end_leg(RUN, "claim", LegEnd(RunState.WAITING, WaitingFor("Ada", "Add the record.")))
    facts = await _facts(books)
    (waiting,) = facts.waiting.first
    assert (waiting.run_id, waiting.what, waiting.who, waiting.person) == (
        RUN,
        "Add the record.",
        "Ada",
        None,
    )
    assert facts.slowest is not None
    assert (facts.slowest.title, facts.slowest.typical) == ("First", 120.0)
    assert [one.title for one in facts.step_times] == ["First"]


async def test_a_newer_digest_stands_for_one_that_nobody_began_to_post(books: Books) -> None:
    async with books.registry.transaction() as tx:
        await tx.digests.add(_row("digest-1"))
        await tx.digests.save(DigestId("digest-1"), {"posting": 1}, state=DigestState.PENDING)
    async with books.registry.transaction() as tx:
        await tx.digests.add(_row("digest-2"))
    async with books.registry.transaction() as tx:
        await tx.digests.add(_row("digest-3", DigestState.QUIET))
        shown = await tx.digests.latest_shown()
        assert [one.digest_id for one in await tx.digests.pending()] == ["digest-1", "digest-2"]
    assert shown is not None
    assert shown.digest_id == "digest-1"
    async with books.registry.transaction() as tx:
        await tx.digests.add(_row("digest-4"))
    async with books.registry.transaction() as tx:
        assert [one.digest_id for one in await tx.digests.pending()] == ["digest-1", "digest-4"]
        superseded = await tx.digests.find(DigestId("digest-2"))
    assert superseded is not None
    assert superseded.state is DigestState.SUPERSEDED
    assert superseded.digest.print == _row("x").digest.print
