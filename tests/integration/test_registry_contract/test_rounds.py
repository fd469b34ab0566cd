"""What verifications leave: a short history of each tenant, each turn once, and one alarm at a time."""

from dataclasses import replace
from datetime import UTC, datetime

from provisioning.domain.checklist import Check
from provisioning.domain.round import How, Leak, Mood, Notice, NoticeId, NoticeKind, Verification
from provisioning.domain.run import RunId
from provisioning.domain.tenant import TenantState
from tests.integration.test_registry_contract.books import Books
from tests.integration.test_registry_contract.entries import create, new_run, reserve

CHECK = Check("login", "a JWT", "401", ok=False, evidence="said so", seconds=0.5)


async def _tenant(books: Books, subdomain: str) -> None:
    await reserve(books, subdomain)
    async with books.registry.transaction() as tx:
        await tx.tenants.record(subdomain, platform_tenant_id=None)
        await tx.tenants.set_state(subdomain, TenantState.VERIFIED, verdict="verified")


async def _verify(books: Books, subdomain: str, run: str, *, ok: bool = True, keep: int = 3) -> None:
    found = Verification(subdomain, RunId(run), ok, run, (CHECK,), f"database of {subdomain}")
    async with books.registry.transaction() as tx:
        await tx.verifications.add(found, keep=keep)


async def test_keeps_the_newest_of_each_tenant(books: Books) -> None:
    for subdomain in ("alpha", "bravo"):
        await _tenant(books, subdomain)
        for number in range(5):
            await _verify(books, subdomain, f"run-{number}")
    async with books.registry.transaction() as tx:
        found = await tx.verifications.of("alpha", limit=10)
        of_run = await tx.verifications.of_run(RunId("run-4"))
    assert [one.run_id for one in found] == ["run-4", "run-3", "run-2"]
    assert found[0].checks == (CHECK,)
    assert found[0].at is not None
    assert [(one.subdomain, one.database) for one in of_run] == [
        ("alpha", "database of alpha"),
        ("bravo", "database of bravo"),
    ]


async def test_a_turn_is_given_once(books: Books) -> None:
    await _tenant(books, "alpha")
    await _tenant(books, "bravo")
    turned = []
    for number, ok in enumerate((True, False, False, True, True)):
        run = RunId(f"run-{number}")
        await _verify(books, "alpha", run, ok=ok)
        await _verify(books, "bravo", run)
        async with books.registry.transaction() as tx:
            bad, well = await tx.verifications.turned_bad(run), await tx.verifications.turned_well(run)
        turned.append(([*bad], [*well]))
    nothing: tuple[list[Mood], list[Mood]] = ([], [])
    assert turned == [
        nothing,
        ([Mood("alpha", "run-1")], []),
        nothing,
        ([], [Mood("alpha", "run-3")]),
        nothing,
    ]


async def test_who_can_be_verified_is_served_and_not_at_work(books: Books) -> None:
    for subdomain in ("alpha", "bravo", "carol"):
        await _tenant(books, subdomain)
    await reserve(books, "unborn")
    async with books.registry.transaction() as tx:
        await tx.tenants.suspend("bravo", reason="not paid", by="somebody")
    await create(books, new_run("verify-carol", "carol"))
    async with books.registry.transaction() as tx:
        assert [one.subdomain for one in await tx.tenants.verifiable()] == ["alpha"]


async def test_at_most_one_alarm_is_open(books: Books) -> None:
    leak = Leak("alpha", "bravo", How.FOREIGN_TOKEN, "A session of alpha is accepted at bravo.")
    notice = Notice(NoticeId("leak-1"), NoticeKind.LEAK, datetime.now(UTC), leaks=(leak,))
    async with books.registry.transaction() as tx:
        assert await tx.notices.open(NoticeKind.LEAK) is None
        await tx.notices.add(notice)
    async with books.registry.transaction() as tx:
        alarm = await tx.notices.open(NoticeKind.LEAK)
        assert alarm is not None
        assert alarm.leaks == (leak,)
        await tx.notices.save_report(notice.notice_id, {"root": "1.2"}, told="another print")
        assert [one.notes for one in await tx.notices.unreported()] == [{"root": "1.2"}]
        await tx.notices.save_report(notice.notice_id, {"root": "1.2"}, told=alarm.print)
        assert await tx.notices.unreported() == []
    async with books.registry.transaction() as tx:
        await tx.notices.change(replace(alarm, closed_at=datetime.now(UTC)))
    async with books.registry.transaction() as tx:
        assert await tx.notices.open(NoticeKind.LEAK) is None
        (told,) = await tx.notices.unreported()
    assert told.closed_at is not None
    assert told.print != alarm.print


async def test_a_drift_and_an_alarm_are_open_side_by_side(books: Books) -> None:
    drift = Notice(
        NoticeId("drift-1"),
        NoticeKind.DRIFT,
        datetime.now(UTC),
        tenants=(Mood("alpha", "a column too many"),),
    )
    leak = Leak("alpha", "bravo", How.SHARED_DATABASE, "alpha and bravo are served from one database.")
    async with books.registry.transaction() as tx:
        await tx.notices.add(drift)
        await tx.notices.add(Notice(NoticeId("leak-2"), NoticeKind.LEAK, datetime.now(UTC), leaks=(leak,)))
    async with books.registry.transaction() as tx:
        found = [await tx.notices.open(kind) for kind in (NoticeKind.DRIFT, NoticeKind.LEAK)]
    assert [one and one.notice_id for one in found] == ["drift-1", "leak-2"]
