"""The welcome e-mail again: a new password, once, to the admin or to a new address."""

import re

import pytest

from provisioning.domain.run import Run, RunState
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Unclear
from tests.fakes.worker import FakeWorker
from tests.fakes.world import EMAIL, OPERATOR, SUBDOMAIN, World

NEW = "new@customer.com"


@pytest.fixture
async def provisioned(worker: FakeWorker) -> FakeWorker:
    assert (await worker.provision()).state is RunState.SUCCEEDED
    return worker


async def resend(worker: FakeWorker, email: str | None = None) -> Run:
    started = await worker.world.control.requests.resend(OPERATOR, SUBDOMAIN, email=email)
    return await worker.finish(started.run.run_id)


def passwords(world: World) -> list[Secret]:
    found = [re.search(r"Password: (\w+)", email.text) for email in world.mailer.mailbox]
    return [Secret(match[1]) for match in found if match]


async def lets_in(world: World, email: str, password: Secret) -> bool:
    return (await world.app.login(SUBDOMAIN, email=email, password=password)).is_success


async def test_sets_a_new_password_and_sends_it_once(world: World, provisioned: FakeWorker) -> None:
    run = await resend(provisioned)

    assert run.state is RunState.SUCCEEDED
    old, new = passwords(world)
    assert not await lets_in(world, EMAIL, old)
    assert await lets_in(world, EMAIL, new)
    assert len(world.mailer.message_ids) == 2
    assert len(world.database.users) == 1


async def test_the_password_is_erased_afterwards(world: World, provisioned: FakeWorker) -> None:
    await resend(provisioned)

    (tenant,) = world.records.tables.tenants.values()
    assert tenant["temporary_password"] is None


async def test_goes_to_a_new_address_which_is_the_admins_from_then_on(
    world: World, provisioned: FakeWorker
) -> None:
    run = await resend(provisioned, NEW)

    assert run.steps[1].detail == f"to {NEW}"
    assert world.mailer.mailbox[-1].to == NEW
    assert world.database.users.keys() == {NEW}
    assert world.database.users[NEW].role == "admin"
    assert await lets_in(world, NEW, passwords(world)[-1])
    (tenant,) = world.records.tables.tenants.values()
    assert tenant["admin_email"] == NEW


async def test_is_audited_with_the_address(world: World, provisioned: FakeWorker) -> None:
    await resend(provisioned, NEW)

    (row,) = [row for row in world.records.tables.audit if row["action"] == "resend.requested"]
    assert row["actor_id"] == OPERATOR.id
    assert row["details"]["email"] == NEW


async def test_sent_three_times_there_are_three_messages(world: World, provisioned: FakeWorker) -> None:
    await resend(provisioned)
    await resend(provisioned)

    assert sorted(message_id.split(".")[1] for message_id in world.mailer.message_ids) == ["1", "2", "3"]


async def test_an_answer_that_was_lost_does_not_make_two_messages(
    world: World, provisioned: FakeWorker
) -> None:
    world.wire.fail("mailer.send", Unclear("The answer was lost."), after_effect=True)

    assert (await resend(provisioned)).state is RunState.SUCCEEDED

    assert len(world.mailer.message_ids) == 2


async def test_a_failed_one_waits_and_is_retried_with_the_same_password(
    world: World, provisioned: FakeWorker
) -> None:
    world.wire.fail("mailer.send", Permanent("Not now."))
    run = await resend(provisioned)
    assert run.state is RunState.WAITING

    run = await provisioned.retry(run.run_id)

    assert run.state is RunState.SUCCEEDED
    assert await lets_in(world, EMAIL, passwords(world)[-1])


async def test_killed_after_any_effect_it_sends_one_message(world: World, provisioned: FakeWorker) -> None:
    before = len(world.wire.calls)
    await resend(provisioned)
    effects = len(world.wire.calls) - before
    for number in range(1, effects + 1):
        there = len(world.mailer.message_ids)
        started = await world.control.requests.resend(OPERATOR, SUBDOMAIN)
        world.wire.cut_after(number)
        await provisioned.is_killed_in(started.run.run_id)

        await provisioned.enter(started.run.run_id)

        assert provisioned.run(started.run.run_id).state is RunState.SUCCEEDED, f"killed after {number}"
        assert len(world.mailer.message_ids) == there + 1, f"killed after {number}"
        assert await lets_in(world, EMAIL, passwords(world)[-1]), f"killed after {number}"


async def test_the_tenant_can_be_verified_again_afterwards(world: World, provisioned: FakeWorker) -> None:
    await resend(provisioned, NEW)

    started = await world.control.requests.verify(OPERATOR, SUBDOMAIN)

    assert (await provisioned.finish(started.run.run_id)).state is RunState.SUCCEEDED
