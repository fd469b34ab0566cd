"""What a lockdown remembers: which tenants it has suspended, and what each was before."""

import asyncio

from provisioning.domain.lockdown import Covered
from provisioning.domain.run import RunId
from provisioning.domain.tenant import Tenant, TenantState
from tests.integration.test_registry_contract.books import Books
from tests.integration.test_registry_contract.entries import reserve

LOCKDOWN = RunId("lockdown-1")


async def _tenant(books: Books, subdomain: str, state: TenantState = TenantState.VERIFIED) -> Tenant:
    await reserve(books, subdomain)
    async with books.registry.transaction() as tx:
        await tx.tenants.record(subdomain, platform_tenant_id=None)
        await tx.tenants.set_state(subdomain, state, verdict="as it was")
    return await _find(books, subdomain)


async def _find(books: Books, subdomain: str) -> Tenant:
    async with books.registry.transaction() as tx:
        found = await tx.tenants.find(subdomain)
    assert found is not None
    return found


async def _lock(books: Books) -> list[str]:
    async with books.registry.transaction() as tx:
        await tx.lockdowns.declare(LOCKDOWN, reason="a leak", by="Some Body (test)")
    return await _suspend_all(books)


async def _suspend_all(books: Books) -> list[str]:
    async with books.registry.transaction() as tx:
        return list(await tx.lockdowns.suspend_all(LOCKDOWN))


async def _covered(books: Books) -> list[Covered]:
    async with books.registry.transaction() as tx:
        return list(await tx.lockdowns.covered(LOCKDOWN))


async def _restore(books: Books, subdomain: str) -> bool:
    async with books.registry.transaction() as tx:
        return await tx.lockdowns.restore(LOCKDOWN, subdomain)


async def test_suspends_the_active_and_no_other(books: Books) -> None:
    await _tenant(books, "bravo", TenantState.UNVERIFIED)
    await _tenant(books, "alpha")
    await reserve(books, "unborn")
    await _tenant(books, "off")
    async with books.registry.transaction() as tx:
        await tx.tenants.suspend("off", reason="not paid", by="somebody")
    assert await _lock(books) == ["alpha", "bravo"]
    assert await _suspend_all(books) == []
    found = await _find(books, "alpha")
    assert (found.state, found.is_active, found.suspended_reason, found.suspended_by) == (
        TenantState.SUSPENDED,
        False,
        "lockdown: a leak",
        "Some Body (test)",
    )
    assert (await _find(books, "unborn")).state is TenantState.PROVISIONING
    assert (await _find(books, "off")).suspended_reason == "not paid"
    assert [(one.tenant.subdomain, one.is_held, one.is_restored) for one in await _covered(books)] == [
        ("alpha", True, False),
        ("bravo", True, False),
    ]


async def test_one_at_most_is_in_force(books: Books) -> None:
    async with books.registry.transaction() as tx:
        assert await tx.lockdowns.in_force() is None
        assert await tx.lockdowns.in_force_from_now() is None
    await _tenant(books, "alpha")
    await _lock(books)
    async with books.registry.transaction() as tx:
        found = await tx.lockdowns.in_force_from_now()
    assert found is not None
    assert (found.lockdown_id, found.reason, found.declared_by, found.holds) == (
        LOCKDOWN,
        "a leak",
        "Some Body (test)",
        1,
    )
    async with books.registry.transaction() as tx:
        await tx.lockdowns.end(LOCKDOWN)
        assert await tx.lockdowns.in_force() is None


async def test_restores_what_each_was_once(books: Books) -> None:
    before = await _tenant(books, "alpha", TenantState.UNVERIFIED)
    await _lock(books)
    assert await _restore(books, "alpha")
    assert not await _restore(books, "alpha")
    assert await _find(books, "alpha") == before
    assert [(one.is_held, one.is_restored) for one in await _covered(books)] == [(False, True)]


async def test_lets_go_of_who_is_suspended_since(books: Books) -> None:
    await _tenant(books, "alpha")
    await _tenant(books, "bravo")
    await _lock(books)
    async with books.registry.transaction() as tx:
        await tx.tenants.suspend("alpha", reason="the leaking one", by="somebody")
        await tx.tenants.bury("bravo")
    assert not await _restore(books, "alpha")
    assert not await _restore(books, "bravo")
    found = await _find(books, "alpha")
    assert (found.suspended_reason, found.suspended_by) == ("the leaking one", "somebody")
    assert [(one.tenant.subdomain, one.is_held) for one in await _covered(books)] == [("alpha", False)]


async def test_suspends_anew_who_was_brought_back(books: Books) -> None:
    before = await _tenant(books, "alpha")
    await _lock(books)
    await _restore(books, "alpha")
    assert await _suspend_all(books) == ["alpha"]
    assert [(one.is_held, one.is_restored) for one in await _covered(books)] == [(True, False)]
    assert await _restore(books, "alpha")
    assert await _find(books, "alpha") == before


async def test_a_tenant_that_becomes_active_meanwhile_is_seen(books: Books) -> None:
    """Whoever asked whether one is in force has ended before one is."""
    await _tenant(books, "alpha")
    locking: asyncio.Task[list[str]] | None = None
    async with books.registry.transaction() as tx:
        assert await tx.lockdowns.in_force_from_now() is None
        locking = asyncio.create_task(_lock(books))
        await tx.tenants.activate("alpha")
    assert await locking == ["alpha"]
