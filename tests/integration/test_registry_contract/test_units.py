"""Several transactions made one, and the answers that are kept in it."""

import asyncio

import pytest

from provisioning.domain.kept_answer import KeptAnswer
from provisioning.domain.page import Cursor
from provisioning.domain.tenant import TenantState
from provisioning.errors import Refused
from tests.integration.test_registry_contract.books import Books
from tests.integration.test_registry_contract.entries import ask, find, reserve

ANSWER = KeptAnswer(202, {"location": "/admin/runs/run-1"}, '{"run_id": "run-1"}')


async def test_what_fails_at_the_end_of_a_unit_undoes_all_of_it(books: Books) -> None:
    async def act_and_die() -> None:
        async with books.registry.unit():
            await reserve(books)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await act_and_die()
    assert await find(books) is None


async def test_what_is_refused_within_a_unit_undoes_itself_alone(books: Books) -> None:
    async def reserve_another_and_be_refused() -> None:
        async with books.registry.transaction() as tx:
            await tx.tenants.reserve(ask("another-one"))
            await tx.tenants.reserve(ask())

    async with books.registry.unit():
        await reserve(books)
        with pytest.raises(Refused):
            await reserve_another_and_be_refused()
        await reserve(books, "a-third-one")
    assert await find(books) is not None
    assert await find(books, "another-one") is None
    assert await find(books, "a-third-one") is not None


async def test_an_answer_is_kept_for_its_caller_and_its_key(books: Books) -> None:
    async with books.registry.unit() as tx:
        assert await tx.kept_answers.claim("ada", "key", "hash") is None
        await tx.kept_answers.keep("ada", "key", ANSWER)
    async with books.registry.unit() as tx:
        earlier = await tx.kept_answers.claim("ada", "key", "another hash")
        assert earlier is not None
        assert (earlier.request_hash, earlier.answer) == ("hash", ANSWER)
        assert await tx.kept_answers.claim("grace", "key", "hash") is None
        await tx.kept_answers.forget("grace", "key")
    async with books.registry.unit() as tx:
        assert await tx.kept_answers.claim("grace", "key", "hash") is None


async def test_the_second_of_two_at_once_is_given_the_first_one_s_answer(books: Books) -> None:
    acted = 0

    async def once() -> KeptAnswer:
        nonlocal acted
        async with books.registry.unit() as tx:
            if (earlier := await tx.kept_answers.claim("ada", "key", "hash")) is not None:
                return earlier.answer
            acted += 1
            await reserve(books)
            await tx.kept_answers.keep("ada", "key", ANSWER)
            return ANSWER

    answers = await asyncio.gather(once(), once(), once())
    assert all(answer == ANSWER for answer in answers)
    assert acted == 1


async def test_pages_of_tenants_follow_each_other_by_a_cursor(books: Books) -> None:
    for name in ("tenant-a", "tenant-b", "tenant-c"):
        await reserve(books, name)
    async with books.registry.transaction() as tx:
        await tx.tenants.set_state("tenant-b", TenantState.VERIFIED, verdict="verified")
        await tx.tenants.bury("tenant-c")
        living, total = await tx.tenants.list(text="", limit=1)
        place = Cursor.read(str(Cursor(living[0].created_at, str(living[0].tenant_id))))
        rest, total_after = await tx.tenants.list(text="tenant", limit=5, after=place)
        verified, _ = await tx.tenants.list(text="", limit=5, states=[TenantState.VERIFIED])
        gone, _ = await tx.tenants.list(text="TENANT", limit=5, states=[TenantState.DELETED])
    assert [one.subdomain for one in (*living, *rest)] == ["tenant-b", "tenant-a"]
    assert (total, total_after) == (2, 2)
    assert [one.subdomain for one in verified] == ["tenant-b"]
    assert [one.subdomain for one in gone] == ["tenant-c"]
