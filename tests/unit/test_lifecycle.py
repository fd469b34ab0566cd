"""Suspending and activating: what is recorded, what is proved from outside, and what is said when it can't be."""

import re

import pytest

from provisioning.domain.run import Run, RunState
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import InvalidRequest, Refused
from tests.fakes.worker import FakeWorker
from tests.fakes.world import HARBOUR, OPERATOR, SUBDOMAIN, VIEWER, World

REASON = "invoice not paid"


@pytest.fixture
async def tenant_world(world: World, worker: FakeWorker) -> World:
    assert (await worker.provision()).state is RunState.SUCCEEDED
    return world


async def suspend(worker: FakeWorker, reason: str = REASON) -> Run:
    started = await worker.world.control.requests.suspend(OPERATOR, SUBDOMAIN, reason=reason)
    return await worker.finish(started.run.run_id)


async def activate(worker: FakeWorker) -> Run:
    started = await worker.world.control.requests.activate(OPERATOR, SUBDOMAIN, reason="paid now")
    return await worker.finish(started.run.run_id)


async def tenant(world: World) -> Tenant:
    found = (await world.control.views.status(VIEWER, SUBDOMAIN)).tenant
    assert found is not None
    return found


def checks(run: Run) -> dict[str, bool | None]:
    return {check.name: check.ok for check in run.checklist}


@pytest.mark.usefixtures("tenant_world")
async def test_suspends_here_and_at_the_platform_and_proves_it(world: World, worker: FakeWorker) -> None:
    run = await suspend(worker)
    assert run.state is RunState.SUCCEEDED
    assert checks(run) == {"login_refused": True, "session_refused": True, "other_tenant": True}
    found = await tenant(world)
    assert (found.state, found.is_active, found.suspended_reason) == (TenantState.SUSPENDED, False, REASON)
    assert found.suspended_by == OPERATOR.label
    assert found.suspended_at is not None
    assert "enforced within" in found.reading
    assert not world.platform.records[SUBDOMAIN].is_active


@pytest.mark.usefixtures("tenant_world")
async def test_leaves_no_probe_user_behind(world: World, worker: FakeWorker) -> None:
    before = set(world.database.users)
    await suspend(worker)
    assert set(world.database.users) == before


@pytest.mark.usefixtures("tenant_world")
async def test_says_loudly_when_the_platform_goes_on_serving(world: World, worker: FakeWorker) -> None:
    world.app.habits.serves_inactive = True
    run = await suspend(worker)
    assert run.state is RunState.WAITING
    assert run.error is not None
    assert "IS NOT PROVED TO BE SUSPENDED" in run.error.message
    assert "NOT PROVED" in (await tenant(world)).reading
    world.app.habits.serves_inactive = False
    assert (await worker.retry(run.run_id)).state is RunState.SUCCEEDED


@pytest.mark.usefixtures("tenant_world")
async def test_takes_an_outage_of_everything_for_no_proof(world: World, worker: FakeWorker) -> None:
    world.app.silent = {SUBDOMAIN, HARBOUR}
    run = await suspend(worker)
    assert run.state is RunState.WAITING
    assert checks(run) == {"login_refused": False, "session_refused": None, "other_tenant": False}


@pytest.mark.usefixtures("tenant_world")
async def test_suspending_twice_keeps_the_first_reason(world: World, worker: FakeWorker) -> None:
    await suspend(worker)
    first = await tenant(world)
    run = await suspend(worker, "something else")
    assert run.state is RunState.SUCCEEDED
    assert checks(run)["session_refused"] is None
    again = await tenant(world)
    assert (again.suspended_reason, again.suspended_at) == (REASON, first.suspended_at)


@pytest.mark.usefixtures("tenant_world")
async def test_activates_and_checks_access(world: World, worker: FakeWorker) -> None:
    await suspend(worker)
    run = await activate(worker)
    assert run.state is RunState.SUCCEEDED
    assert list(checks(run)) == ["frontend", "tenant_context", "login", "isolation", "foreign_token"]
    found = await tenant(world)
    assert (found.state, found.is_active, found.suspended_at) == (TenantState.VERIFIED, True, None)
    assert world.platform.records[SUBDOMAIN].is_active


@pytest.mark.usefixtures("tenant_world")
async def test_activating_twice_is_harmless(world: World, worker: FakeWorker) -> None:
    assert (await activate(worker)).state is RunState.SUCCEEDED
    assert (await tenant(world)).state is TenantState.VERIFIED


@pytest.mark.usefixtures("tenant_world")
@pytest.mark.parametrize("reason", ["", "  ", "no", "x" * 501])
async def test_wants_a_reason_that_people_can_read_later(worker: FakeWorker, reason: str) -> None:
    with pytest.raises(InvalidRequest, match="reason"):
        await worker.world.control.requests.suspend(OPERATOR, SUBDOMAIN, reason=reason)


@pytest.mark.usefixtures("tenant_world")
async def test_lets_no_viewer_switch_anything(world: World) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        await world.control.requests.suspend(VIEWER, SUBDOMAIN, reason=REASON)


@pytest.mark.usefixtures("tenant_world")
async def test_verifies_no_suspended_tenant(world: World, worker: FakeWorker) -> None:
    await suspend(worker)
    with pytest.raises(Refused, match="is suspended"):
        await world.control.requests.verify(OPERATOR, SUBDOMAIN)


@pytest.mark.usefixtures("tenant_world")
async def test_keeps_no_session_in_clear(world: World, worker: FakeWorker) -> None:
    await suspend(worker)
    assert not re.search(r"eyJ[\w-]+\.eyJ", repr(world.records.tables))


@pytest.mark.usefixtures("tenant_world")
async def test_offers_no_roll_back_where_there_is_none(world: World, worker: FakeWorker) -> None:
    world.app.habits.serves_inactive = True
    run = await suspend(worker)
    assert run.waiting_for is not None
    assert run.waiting_for.what == "Retry once the cause is gone, or cancel."
