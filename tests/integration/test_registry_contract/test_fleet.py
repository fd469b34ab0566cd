"""What an upgrade of all tenants remembers: who takes part, in which ring, and how far each is."""

from collections import Counter
from dataclasses import replace
from uuid import uuid4

from provisioning.domain.fleet import AtVersion, Member, MemberState
from provisioning.domain.project import ProjectRef
from provisioning.domain.run import RunId, RunKind
from provisioning.domain.secret import Sealed
from provisioning.domain.tenant import TenantState
from tests.integration.test_registry_contract.books import Books
from tests.integration.test_registry_contract.entries import PROJECT, create, new_run, reserve

RUN = RunId("fleet-1")
OLD, NEW = "20261124000001", "20261125000001"
ALL = tuple(MemberState)


async def _tenant(books: Books, name: str, version: str | None = OLD, *, suspended: bool = False) -> None:
    await reserve(books, name)
    ref = ProjectRef(uuid4().hex[:20])
    async with books.registry.transaction() as tx:
        await tx.tenants.store_project(name, replace(PROJECT, ref=ref), sealed_url=Sealed("fake-sealed"))
        await tx.tenants.record(name, platform_tenant_id=None)
        await tx.tenants.set_state(name, TenantState.VERIFIED, verdict="verified")
        if version is not None:
            await tx.tenants.store_schema_version(name, version, size_bytes=1)
        if suspended:
            await tx.tenants.suspend(name, reason="not paid", by="somebody")


async def _draw(books: Books, first: str | None = None) -> list[Member]:
    async with books.registry.transaction() as tx:
        await tx.fleet.draw(RUN, to=NEW, first=first, busy=[RunKind.DEPROVISION])
        return list(await tx.fleet.members(RUN, states=ALL))


async def _fleet(books: Books, number: int) -> None:
    for index in range(number):
        await _tenant(books, f"tenant-{index:02}")
    await create(books, new_run(RUN, "*", RunKind.FLEET))


async def test_everybody_who_lacks_the_version_is_drawn_once(books: Books) -> None:
    await _fleet(books, 12)
    await _tenant(books, "newest", NEW)

    members = await _draw(books, first="tenant-07")

    assert Counter(one.ring for one in members) == {1: 1, 2: 2, 3: 9}
    assert members[0] == Member("tenant-07", 1, OLD, MemberState.WAITING)
    assert {one.subdomain for one in members} == {f"tenant-{index:02}" for index in range(12)}
    await _tenant(books, "late")
    assert await _draw(books) == members


async def test_left_out_is_who_is_pinned_or_leaving_or_of_no_version(books: Books) -> None:
    await _fleet(books, 2)
    for name in ("pinned", "leaving", "gone"):
        await _tenant(books, name)
    await _tenant(books, "by-hand", None)
    await reserve(books, "in-the-making")
    await create(books, new_run("deprovision-1", "leaving", RunKind.DEPROVISION))
    await create(books, new_run("verify-1", "tenant-00", RunKind.VERIFY))
    async with books.registry.transaction() as tx:
        await tx.fleet.pin("pinned", reason="their report", by="somebody")
        await tx.tenants.bury("gone")

    assert {one.subdomain for one in await _draw(books)} == {"tenant-00", "tenant-01"}


async def test_the_suspended_come_last(books: Books) -> None:
    await _tenant(books, "asleep", suspended=True)
    await _fleet(books, 12)
    assert {one.subdomain: one.ring for one in await _draw(books)}["asleep"] == 3


async def test_each_is_marked_and_counted(books: Books) -> None:
    await _fleet(books, 3)
    first, second, third = [one.subdomain for one in await _draw(books)]
    async with books.registry.transaction() as tx:
        await tx.fleet.mark(RUN, first, MemberState.DONE, backup="backups/first-20261125")
        await tx.fleet.mark(RUN, second, MemberState.FAILED, detail="it does not go in")
    async with books.registry.transaction() as tx:
        assert await tx.fleet.tally(RUN) == {
            (1, MemberState.DONE): 1,
            (2, MemberState.FAILED): 1,
            (3, MemberState.WAITING): 1,
        }
        (failed,) = await tx.fleet.members(RUN, states=[MemberState.FAILED])
        (waiting,) = await tx.fleet.members(RUN, states=[MemberState.WAITING], ring=3, limit=1)
        await tx.fleet.mark(RUN, first, MemberState.DONE)
        (done,) = await tx.fleet.members(RUN, states=[MemberState.DONE])
    assert (failed.subdomain, failed.detail, waiting.subdomain) == (second, "it does not go in", third)
    assert done.backup == "backups/first-20261125"


async def test_a_pin_shows_until_it_is_taken_out(books: Books) -> None:
    await _tenant(books, "one")
    await _tenant(books, "two", NEW)
    await _tenant(books, "by-hand", None)
    async with books.registry.transaction() as tx:
        await tx.fleet.pin("one", reason="their report", by="somebody")
    async with books.registry.transaction() as tx:
        assert await tx.fleet.versions() == [
            AtVersion(OLD, 1, 1),
            AtVersion(NEW, 1, 0),
            AtVersion(None, 1, 0),
        ]
        (pinned,) = await tx.fleet.pinned(limit=5)
        assert (pinned.subdomain, pinned.pinned_reason, pinned.pinned_by) == (
            "one",
            "their report",
            "somebody",
        )
        await tx.fleet.pin("one", reason=None, by="somebody")
    async with books.registry.transaction() as tx:
        assert await tx.fleet.pinned(limit=5) == []
