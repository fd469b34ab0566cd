"""All of a transaction, or nothing of it."""

import pytest

from provisioning.errors import Refused
from provisioning.registry import AuditEntry
from tests.integration.test_registry_contract.books import Books
from tests.integration.test_registry_contract.entries import RUN, SOMEBODY, ask, find, new_run, reserve


async def test_an_exception_undoes_all_of_a_transaction(books: Books) -> None:
    async def change_and_fail() -> None:
        async with books.registry.transaction() as tx:
            tenant = await tx.tenants.reserve(ask())
            await tx.runs.create(new_run(), tenant_id=tenant.tenant_id, request_hash="hash")
            await tx.legs.enqueue(RUN, 1)
            await tx.outbox.ensure(
                tenant.tenant_id, template="welcome", version=1, recipient="a@b.com", message_id="<1>"
            )
            await tx.audit.append(SOMEBODY, AuditEntry("provision.requested", "accepted"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await change_and_fail()

    assert await find(books) is None
    async with books.registry.transaction() as tx:
        assert await tx.runs.find(RUN) is None
    assert await books.legs() == {}
    assert await books.audit() == []


async def test_a_refusal_undoes_what_came_before_it(books: Books) -> None:
    await reserve(books)

    async def reserve_both() -> None:
        async with books.registry.transaction() as tx:
            await tx.tenants.reserve(ask("another-one"))
            await tx.tenants.reserve(ask())

    with pytest.raises(Refused):
        await reserve_both()

    assert await find(books, "another-one") is None
