"""Tenant rows: reserved, filled in, found, freed."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import uuid4

import pytest

from provisioning.domain.project import ProjectRef
from provisioning.domain.secret import Sealed
from provisioning.domain.tenant import TenantState
from provisioning.errors import Refused
from provisioning.registry import Transaction, every_tenant
from tests.integration.test_registry_contract.books import Books
from tests.integration.test_registry_contract.entries import (
    ADDRESS,
    PROJECT,
    SUBDOMAIN,
    create,
    find,
    reserve,
    run_of,
)


async def test_a_reserved_tenant_is_found(books: Books) -> None:
    tenant = await reserve(books)

    assert tenant == await find(books)
    assert (tenant.company_name, tenant.subdomain) == ("Customer Inc", SUBDOMAIN)
    assert (tenant.admin_email, tenant.admin_name) == ("admin@customer.com", "John Doe")
    assert (tenant.state, tenant.is_active) == (TenantState.PROVISIONING, False)
    assert (tenant.region, tenant.project_ref, tenant.platform_tenant_id) == ("eu-west-1", None, None)
    assert not tenant.dns_record_made
    async with books.registry.transaction() as tx:
        assert await tx.tenants.find_by_id(tenant.tenant_id) == tenant
        assert await tx.tenants.find_by_id(uuid4()) is None
        assert await tx.tenants.find("nobody") is None


async def test_a_taken_subdomain_is_refused(books: Books) -> None:
    await reserve(books)

    with pytest.raises(Refused, match="is taken; choose another one") as refusal:
        await reserve(books, company="Another")

    assert (refusal.value.code, refusal.value.field) == ("taken", "subdomain")


async def test_a_deleted_tenant_keeps_its_subdomain_and_is_not_listed(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        await tx.tenants.set_state(SUBDOMAIN, TenantState.DELETED, verdict="verified")

    with pytest.raises(Refused):
        await reserve(books)

    async with books.registry.transaction() as tx:
        assert await tx.tenants.list(text="", limit=10, offset=0) == ([], 0)


async def test_tombstones_are_among_all_the_rows(books: Books) -> None:
    for name in ("tenant-a", "tenant-b"):
        await reserve(books, name)
    async with books.registry.transaction() as tx:
        await tx.tenants.bury("tenant-a")
    found = {one.subdomain: one.state async for one in every_tenant(books.registry)}
    assert found == {"tenant-a": TenantState.DELETED, "tenant-b": TenantState.PROVISIONING}


async def test_all_rows_are_read_in_turn_each_once(books: Books) -> None:
    for name in ("tenant-a", "tenant-b", "tenant-c"):
        await reserve(books, name)
    async with books.registry.transaction() as tx:
        first = await tx.tenants.portion(after=None, limit=2)
        rest = await tx.tenants.portion(after=first[-1], limit=2)
        assert await tx.tenants.portion(after=rest[-1], limit=2) == []
    assert [tenant.subdomain for tenant in (*first, *rest)] == ["tenant-c", "tenant-b", "tenant-a"]


async def test_a_tenant_is_found_by_its_project(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        assert await tx.tenants.find_by_project(PROJECT.ref) is None
        await tx.tenants.store_project(SUBDOMAIN, PROJECT, sealed_url=Sealed("fake-sealed-url"))
        found = await tx.tenants.find_by_project(PROJECT.ref)
    assert found is not None
    assert found.subdomain == SUBDOMAIN


async def test_a_change_shows_in_the_numbers_and_in_what_is_listed(books: Books) -> None:
    """Both are kept beside the tenants' own rows, by whatever changes those."""
    for name in ("tenant-a", "tenant-b", "tenant-c", "tenant-d"):
        await reserve(books, name)
    async with books.registry.transaction() as tx:
        await tx.tenants.record("tenant-a", platform_tenant_id=str(uuid4()))
        await tx.tenants.change_admin_email("tenant-a", "somebody@else.example")
        await tx.tenants.set_state("tenant-b", TenantState.VERIFIED, verdict="verified")
        await tx.tenants.bury("tenant-c")
        await tx.tenants.remove("tenant-d")
    async with books.registry.transaction() as tx:
        counts = await tx.tenants.counts()
        listed, total = await tx.tenants.list(text="", limit=1, offset=1)
        renamed, _ = await tx.tenants.list(text="somebody@ELSE", limit=5, offset=0)
    assert counts == {TenantState.UNVERIFIED: 1, TenantState.VERIFIED: 1}
    assert ([tenant.subdomain for tenant in listed], total) == (["tenant-a"], 2)
    assert [tenant.subdomain for tenant in renamed] == ["tenant-a"]


async def test_numbers_stay_right_however_often_a_state_changes(books: Books) -> None:
    await reserve(books)
    for state in (TenantState.VERIFIED, TenantState.UNVERIFIED) * 60:
        async with books.registry.transaction() as tx:
            await tx.tenants.set_state(SUBDOMAIN, state, verdict="")
    async with books.registry.transaction() as tx:
        assert await tx.tenants.counts() == {TenantState.UNVERIFIED: 1}


async def test_two_at_once_get_one_reservation(books: Books) -> None:
    answers = await asyncio.gather(reserve(books), reserve(books), return_exceptions=True)

    assert sorted(isinstance(answer, Refused) for answer in answers) == [False, True]


async def test_tenants_are_listed_newest_first_and_in_pages(books: Books) -> None:
    for name in ("tenant-a", "tenant-b", "tenant-c"):
        await reserve(books, name)

    async with books.registry.transaction() as tx:
        first, total = await tx.tenants.list(text="", limit=2, offset=0)
        second, _ = await tx.tenants.list(text="", limit=2, offset=2)
    assert [tenant.subdomain for tenant in first] == ["tenant-c", "tenant-b"]
    assert [tenant.subdomain for tenant in second] == ["tenant-a"]
    assert total == 3


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("ALPHA", ["alpha-one"]),
        ("gamma", ["alpha-one"]),
        ("delta@", ["alpha-one"]),
        ("one", ["alpha-one"]),
        ("%", []),
        ("_", []),
        ("nothing", []),
    ],
)
async def test_tenants_are_found_by_a_piece_of_a_name(books: Books, text: str, found: list[str]) -> None:
    await reserve(books, "alpha-one", company="Gamma", admin_email="delta@customer.com")
    await reserve(books, "beta-two", company="Epsilon", admin_email="zeta@customer.com")

    async with books.registry.transaction() as tx:
        tenants, total = await tx.tenants.list(text=text, limit=10, offset=0)

    assert [tenant.subdomain for tenant in tenants] == found
    assert total == len(found)


async def test_another_active_tenant_is_a_verified_one_and_the_oldest(books: Books) -> None:
    for name in ("tenant-a", "tenant-b", "tenant-c", "tenant-d"):
        await reserve(books, name)
    async with books.registry.transaction() as tx:
        assert await tx.tenants.other_active("tenant-a") is None
        for name in ("tenant-a", "tenant-b", "tenant-c"):
            await tx.tenants.record(name, platform_tenant_id=None)
        assert await tx.tenants.other_active("tenant-a") is None
        for name in ("tenant-a", "tenant-b", "tenant-c", "tenant-d"):
            await tx.tenants.set_state(name, TenantState.VERIFIED, verdict="verified")
        assert await tx.tenants.other_active("tenant-a") == "tenant-b"
        assert await tx.tenants.other_active("tenant-b") == "tenant-a"


async def test_the_first_intent_stands(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        assert await tx.tenants.project_intent(SUBDOMAIN) is None
        first = await tx.tenants.store_project_intent(SUBDOMAIN, name="First", password=Sealed("one"))
        second = await tx.tenants.store_project_intent(SUBDOMAIN, name="Second", password=Sealed("two"))

    assert first == second
    assert (first.name, first.password, first.requested, first.ref) == ("First", "one", False, None)


async def test_an_intent_is_marked_as_requested_and_gets_its_project(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        await tx.tenants.store_project_intent(SUBDOMAIN, name="First", password=Sealed("one"))
        await tx.tenants.mark_project_requested(SUBDOMAIN, requested=True)
        await tx.tenants.store_project_ref(SUBDOMAIN, PROJECT.ref)
    async with books.registry.transaction() as tx:
        intent = await tx.tenants.project_intent(SUBDOMAIN)
        assert intent is not None
        assert (intent.requested, intent.ref) == (True, PROJECT.ref)
        await tx.tenants.mark_project_requested(SUBDOMAIN, requested=False)
        await tx.tenants.store_project_ref(SUBDOMAIN, None)
    async with books.registry.transaction() as tx:
        intent = await tx.tenants.project_intent(SUBDOMAIN)
        assert intent is not None
        assert (intent.requested, intent.ref) == (False, None)


async def test_the_first_project_stands_until_it_is_forgotten(books: Books) -> None:
    """A process that was presumed dead may bring another one late: it must not replace the one in use."""
    await reserve(books)
    async with books.registry.transaction() as tx:
        await tx.tenants.store_project_ref(SUBDOMAIN, ProjectRef("first"))
        await tx.tenants.store_project_ref(SUBDOMAIN, ProjectRef("late"))
    tenant = await find(books)
    assert tenant is not None
    assert tenant.project_ref == "first"

    async with books.registry.transaction() as tx:
        await tx.tenants.store_project_ref(SUBDOMAIN, None)
        await tx.tenants.store_project_ref(SUBDOMAIN, ProjectRef("late"))
    tenant = await find(books)
    assert tenant is not None
    assert tenant.project_ref == "late"


async def test_a_project_is_stored_with_its_secrets_and_its_address(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        nothing = await tx.tenants.secrets(SUBDOMAIN)
        assert set(vars(nothing).values()) == {None}
        await tx.tenants.store_project_intent(SUBDOMAIN, name=PROJECT.name, password=PROJECT.password)
        await tx.tenants.store_project(SUBDOMAIN, PROJECT, sealed_url=Sealed("sealed url"))
    async with books.registry.transaction() as tx:
        stored = await tx.tenants.secrets(SUBDOMAIN)

    assert stored.database_url == "sealed url"
    assert (stored.anon_key, stored.service_key) == (PROJECT.anon_key, PROJECT.service_key)
    assert (stored.password, stored.address) == (PROJECT.password, ADDRESS)
    tenant = await find(books)
    assert tenant is not None
    assert (tenant.project_ref, tenant.project_name) == (PROJECT.ref, PROJECT.name)


async def test_small_facts_are_stored(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        await tx.tenants.store_schema_version(SUBDOMAIN, "20261124000001", size_bytes=8_000_000_000)
        await tx.tenants.mark_dns_record(SUBDOMAIN, made=True)
        await tx.tenants.change_admin_email(SUBDOMAIN, "new@customer.com")
        await tx.tenants.store_temporary_password(SUBDOMAIN, Sealed("sealed"))

    tenant = await find(books)
    assert tenant is not None
    assert (tenant.schema_version, tenant.database_bytes) == ("20261124000001", 8_000_000_000)
    assert tenant.dns_record_made
    assert tenant.admin_email == "new@customer.com"
    async with books.registry.transaction() as tx:
        assert await tx.tenants.temporary_password(SUBDOMAIN) == "sealed"
        await tx.tenants.store_temporary_password(SUBDOMAIN, None)
        assert await tx.tenants.temporary_password(SUBDOMAIN) is None


async def test_the_platforms_id_becomes_the_tenants_and_all_that_points_to_it(books: Books) -> None:
    tenant, platform_id = await reserve(books), uuid4()
    await create(books, tenant_id=tenant.tenant_id)
    async with books.registry.transaction() as tx:
        await tx.outbox.ensure(
            tenant.tenant_id, template="welcome", version=1, recipient="a@b.com", message_id="<1>"
        )
        recorded = await tx.tenants.record(SUBDOMAIN, platform_tenant_id=str(platform_id))

    assert recorded.tenant_id == platform_id
    assert recorded.platform_tenant_id == str(platform_id)
    assert (recorded.is_active, recorded.state) == (True, TenantState.UNVERIFIED)
    assert recorded == await find(books)
    async with books.registry.transaction() as tx:
        assert await tx.tenants.find_by_id(tenant.tenant_id) is None
        assert await tx.outbox.latest(platform_id, template="welcome") is not None


@pytest.mark.parametrize("platform_id", [None, "abc-123-def-456", "7"])
async def test_where_the_platform_has_no_uuid_our_own_id_stays(books: Books, platform_id: str | None) -> None:
    tenant = await reserve(books)
    async with books.registry.transaction() as tx:
        recorded = await tx.tenants.record(SUBDOMAIN, platform_tenant_id=platform_id)

    assert (recorded.tenant_id, recorded.platform_tenant_id) == (tenant.tenant_id, platform_id)


async def test_recording_twice_does_not_take_a_verification_back(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        await tx.tenants.record(SUBDOMAIN, platform_tenant_id=None)
        await tx.tenants.set_state(SUBDOMAIN, TenantState.VERIFIED, verdict="verified")
        recorded = await tx.tenants.record(SUBDOMAIN, platform_tenant_id=None)

    assert recorded.state is TenantState.VERIFIED


async def test_a_recorded_tenant_is_being_made_until_it_is_checked(books: Books) -> None:
    await reserve(books)
    await create(books)
    async with books.registry.transaction() as tx:
        recorded = await tx.tenants.record(SUBDOMAIN, platform_tenant_id=None)
        assert (recorded.is_being_made, await tx.tenants.being_made()) == (True, 1)
        await tx.tenants.set_state(SUBDOMAIN, TenantState.UNVERIFIED, verdict="login failed")
        assert await tx.tenants.being_made() == 0


async def test_a_forgotten_record_is_inactive(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        await tx.tenants.record(SUBDOMAIN, platform_tenant_id="abc")
        await tx.tenants.forget_record(SUBDOMAIN)

    tenant = await find(books)
    assert tenant is not None
    assert (tenant.is_active, tenant.platform_tenant_id) == (False, None)
    assert tenant.state is TenantState.PROVISIONING


async def test_a_removed_tenant_frees_its_name_and_its_run_stays(books: Books) -> None:
    tenant = await reserve(books)
    await create(books, tenant_id=tenant.tenant_id)
    async with books.registry.transaction() as tx:
        await tx.outbox.ensure(
            tenant.tenant_id, template="welcome", version=1, recipient="a@b.com", message_id="<1>"
        )
        await tx.tenants.remove(SUBDOMAIN)

    assert await find(books) is None
    async with books.registry.transaction() as tx:
        assert await tx.outbox.latest(tenant.tenant_id, template="welcome") is None
    assert (await run_of(books)).subdomain == SUBDOMAIN
    assert (await reserve(books)).tenant_id != tenant.tenant_id


QUESTIONS: dict[str, Callable[[Transaction], Awaitable[object]]] = {
    "secrets": lambda tx: tx.tenants.secrets(SUBDOMAIN),
    "temporary password": lambda tx: tx.tenants.temporary_password(SUBDOMAIN),
    "intent": lambda tx: tx.tenants.project_intent(SUBDOMAIN),
}


@pytest.mark.parametrize("question", QUESTIONS)
async def test_an_unknown_tenant_is_refused(books: Books, question: str) -> None:
    with pytest.raises(Refused, match="no tenant customerinc") as refusal:
        async with books.registry.transaction() as tx:
            await QUESTIONS[question](tx)

    assert refusal.value.code == "unknown_tenant"


CHANGES: dict[str, Callable[[Transaction], Awaitable[object]]] = {
    "remove": lambda tx: tx.tenants.remove(SUBDOMAIN),
    "erase password": lambda tx: tx.tenants.store_temporary_password(SUBDOMAIN, None),
    "forget record": lambda tx: tx.tenants.forget_record(SUBDOMAIN),
    "mark requested": lambda tx: tx.tenants.mark_project_requested(SUBDOMAIN, requested=True),
    "mark record": lambda tx: tx.tenants.mark_dns_record(SUBDOMAIN, made=False),
}


@pytest.mark.parametrize("change", CHANGES)
async def test_changing_a_tenant_that_is_gone_changes_nothing(books: Books, change: str) -> None:
    async with books.registry.transaction() as tx:
        await CHANGES[change](tx)

    assert await find(books) is None


async def test_suspends_with_who_and_why_and_keeps_the_first(books: Books) -> None:
    await reserve(books)
    for reason, by in (("not paid", "Some Body (test)"), ("again", "Other (test)")):
        async with books.registry.transaction() as tx:
            await tx.tenants.suspend(SUBDOMAIN, reason=reason, by=by)
    found = await find(books)
    assert found is not None
    assert (found.state, found.is_active) == (TenantState.SUSPENDED, False)
    assert (found.suspended_reason, found.suspended_by) == ("not paid", "Some Body (test)")
    assert found.suspended_at is not None
    assert found.verdict == "suspended, not proved yet"


async def test_activates_as_unverified(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        await tx.tenants.suspend(SUBDOMAIN, reason="not paid", by="Some Body (test)")
        await tx.tenants.activate(SUBDOMAIN)
    found = await find(books)
    assert found is not None
    assert (found.state, found.is_active, found.verdict) == (TenantState.UNVERIFIED, True, None)
    assert (found.suspended_at, found.suspended_reason, found.suspended_by) == (None, None, None)


async def test_keeps_two_passwords_until_one_is_chosen(books: Books) -> None:
    await reserve(books)
    async with books.registry.transaction() as tx:
        await tx.tenants.store_project_intent(SUBDOMAIN, name="name", password=Sealed("old"))
        assert await tx.tenants.store_next_password(SUBDOMAIN, Sealed("new")) == "new"
        assert await tx.tenants.store_next_password(SUBDOMAIN, Sealed("newer")) == "new"
    assert await _passwords(books) == ("old", "new")

    async with books.registry.transaction() as tx:
        await tx.tenants.forget_next_password(SUBDOMAIN)
        await tx.tenants.adopt_next_password(SUBDOMAIN)
    assert await _passwords(books) == ("old", None)

    async with books.registry.transaction() as tx:
        await tx.tenants.store_next_password(SUBDOMAIN, Sealed("new"))
        await tx.tenants.adopt_next_password(SUBDOMAIN)
        await tx.tenants.store_service_key(SUBDOMAIN, Sealed("key"))
    assert await _passwords(books) == ("new", None)

    async with books.registry.transaction() as tx:
        assert (await tx.tenants.secrets(SUBDOMAIN)).service_key == "key"
        await tx.tenants.store_next_password(SUBDOMAIN, Sealed("newest"))
        await tx.tenants.bury(SUBDOMAIN)
    assert await _passwords(books) == (None, None)


async def _passwords(books: Books) -> tuple[Sealed | None, Sealed | None]:
    async with books.registry.transaction() as tx:
        stored = await tx.tenants.secrets(SUBDOMAIN)
    return stored.password, stored.next_password
