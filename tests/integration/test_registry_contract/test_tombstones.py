"""Tombstones: made a tenant again, and put back as they were."""

from uuid import UUID, uuid4

import pytest

from provisioning.domain.request import ProvisionRequest
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import Refused
from tests.integration.test_registry_contract.books import Books
from tests.integration.test_registry_contract.entries import PROJECT, SUBDOMAIN, find, reserve

AGAIN = ProvisionRequest("Customer Inc", SUBDOMAIN, "other@customer.com", "Jo Doe", "us-east-1", ())


async def bury(books: Books, platform_id: UUID) -> Tenant:
    await reserve(books)
    async with books.registry.transaction() as tx:
        await tx.tenants.store_project_intent(SUBDOMAIN, name=PROJECT.name, password=PROJECT.password)
        await tx.tenants.store_project(SUBDOMAIN, PROJECT, sealed_url=PROJECT.password)
        await tx.tenants.record(SUBDOMAIN, platform_tenant_id=str(platform_id))
        await tx.tenants.suspend(SUBDOMAIN, reason="they left", by="Some Body (test)")
        await tx.tenants.bury(SUBDOMAIN)
    tombstone = await find(books)
    assert tombstone is not None
    return tombstone


async def test_an_exhumed_tombstone_is_in_the_making_and_keeps_its_id(books: Books) -> None:
    tombstone = await bury(books, uuid4())
    async with books.registry.transaction() as tx:
        back = await tx.tenants.exhume(AGAIN)

    assert back == await find(books)
    assert (back.tenant_id, back.created_at) == (tombstone.tenant_id, tombstone.created_at)
    assert back.platform_tenant_id == tombstone.platform_tenant_id
    assert (back.state, back.is_active, back.deleted_at) == (TenantState.PROVISIONING, False, None)
    assert (back.admin_email, back.region) == ("other@customer.com", "us-east-1")
    assert (back.project_ref, back.suspended_at, back.suspended_reason) == (None, None, None)
    async with books.registry.transaction() as tx:
        assert await tx.tenants.project_intent(SUBDOMAIN) is None
        with pytest.raises(Refused, match="is taken"):
            await tx.tenants.exhume(AGAIN)


async def test_reburied_it_is_the_tombstone_that_it_was(books: Books) -> None:
    tombstone = await bury(books, uuid4())
    async with books.registry.transaction() as tx:
        await tx.tenants.exhume(AGAIN)
        await tx.tenants.store_project_intent(SUBDOMAIN, name="Another", password=PROJECT.password)
        await tx.tenants.store_project(SUBDOMAIN, PROJECT, sealed_url=PROJECT.password)
        await tx.tenants.record(SUBDOMAIN, platform_tenant_id=str(uuid4()))
    async with books.registry.transaction() as tx:
        assert await tx.tenants.rebury(SUBDOMAIN)
        assert not await tx.tenants.rebury(SUBDOMAIN)

    assert await find(books) == tombstone
    async with books.registry.transaction() as tx:
        assert set(vars(await tx.tenants.secrets(SUBDOMAIN)).values()) == {None}


async def test_what_was_no_tombstone_is_not_reburied(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        assert not await tx.tenants.rebury(SUBDOMAIN)
        assert not await tx.tenants.rebury("nobody")


async def test_a_tenant_that_was_made_by_hand_is_one_until_it_is_restored(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        await tx.tenants.mark_imported(SUBDOMAIN)
    imported = await find(books)
    assert imported is not None
    assert (imported.imported, imported.state) == (True, TenantState.UNVERIFIED)

    async with books.registry.transaction() as tx:
        await tx.tenants.bury(SUBDOMAIN)
        assert not (await tx.tenants.exhume(AGAIN)).imported
        await tx.tenants.rebury(SUBDOMAIN)
    tombstone = await find(books)
    assert tombstone is not None
    assert tombstone.imported
