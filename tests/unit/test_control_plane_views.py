"""Verbs that read."""

import pytest

from provisioning.domain.run import RunKind, RunState
from provisioning.domain.tenant import TenantState
from provisioning.errors import Permanent, Refused
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, SUBDOMAIN, VIEWER, World


async def test_the_status_of_a_tenant_has_its_run_and_its_verification(
    world: World, worker: FakeWorker
) -> None:
    run = await worker.provision()

    view = await world.control.views.status(VIEWER, SUBDOMAIN)

    assert view.tenant is not None
    assert view.tenant.subdomain == SUBDOMAIN
    assert view.access_url == f"https://{SUBDOMAIN}.taskifai.test"
    assert view.run == view.last_verification == run


async def test_the_last_verification_is_the_newest_one(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    world.clock.jump_to(world.clock.now())
    await world.clock.sleep(60)
    started = await world.control.requests.verify(OPERATOR, SUBDOMAIN)
    await worker.finish(started.run.run_id)
    await world.clock.sleep(60)
    await world.control.requests.resend(OPERATOR, SUBDOMAIN)

    view = await world.control.views.status(VIEWER, SUBDOMAIN)

    assert view.run is not None
    assert view.run.kind is RunKind.RESEND
    assert view.last_verification is not None
    assert view.last_verification.run_id == started.run.run_id


async def test_a_tenant_is_found_by_its_run(world: World, worker: FakeWorker) -> None:
    run = await worker.provision()

    view = await world.control.views.status(VIEWER, run.run_id)

    assert view.tenant is not None
    assert view.tenant.subdomain == SUBDOMAIN


async def test_a_run_that_was_cancelled_is_found_without_a_tenant(world: World, worker: FakeWorker) -> None:
    run_id = await worker.request()
    await world.control.runs.cancel(OPERATOR, run_id)

    view = await world.control.views.status(VIEWER, SUBDOMAIN)
    run, tenant = await world.control.views.run(VIEWER, SUBDOMAIN)

    assert view.tenant is tenant is None
    assert view.run == run
    assert run.state is RunState.CANCELLED


async def test_an_unknown_one_is_refused(world: World) -> None:
    for question in (world.control.views.status, world.control.views.run):
        with pytest.raises(Refused, match="no tenant or run nobody"):
            await question(VIEWER, "nobody")


async def test_an_open_run_comes_before_a_later_one_that_is_over(world: World, worker: FakeWorker) -> None:
    world.wire.fail("database.seed", Permanent("Not now."))
    waiting = await worker.provision()

    run, tenant = await world.control.views.run(VIEWER, SUBDOMAIN)

    assert run.run_id == waiting.run_id
    assert tenant is not None


async def test_tenants_are_listed_newest_first_in_pages(world: World, worker: FakeWorker) -> None:
    for number in range(53):
        await worker.request(subdomain=f"tenant-{number:02}", company=f"Company {number:02}")
        await world.clock.sleep(1)

    first, total = await world.control.views.list(VIEWER)
    second, _ = await world.control.views.list(VIEWER, page=2)
    same, _ = await world.control.views.list(VIEWER, page=0)

    assert total == 53
    assert [tenant.subdomain for tenant in first] == [f"tenant-{n:02}" for n in range(52, 2, -1)]
    assert [tenant.subdomain for tenant in second] == ["tenant-02", "tenant-01", "tenant-00"]
    assert same == first


async def test_tenants_are_found_by_a_piece_of_their_names(world: World, worker: FakeWorker) -> None:
    await worker.request(subdomain="alpha-one", company="Gamma", email="delta@customer.com")
    await worker.request(subdomain="beta-two", company="Epsilon")

    for text in ("ALPHA", "gam", "delta@"):
        found, total = await world.control.views.list(VIEWER, text=text)
        assert [tenant.subdomain for tenant in found] == ["alpha-one"]
        assert total == 1


async def test_runs_are_listed_by_state(world: World, worker: FakeWorker) -> None:
    done = await worker.provision()
    await worker.request(subdomain="another-one")

    assert len(await world.control.views.runs(VIEWER)) == 2
    assert len(await world.control.views.runs(VIEWER, limit=1)) == 1
    (queued,) = await world.control.views.runs(VIEWER, states=[RunState.QUEUED])
    assert queued.run_id != done.run_id


async def test_a_run_has_its_history(world: World, worker: FakeWorker) -> None:
    run = await worker.provision()

    events = await world.control.views.events(VIEWER, run.run_id)

    assert [events[0].what, events[-1].what] == ["requested", "succeeded"]
    assert events[0].detail == f"by {OPERATOR.label}"


async def test_what_has_not_come_to_its_checks_is_being_provisioned(world: World, worker: FakeWorker) -> None:
    world.wire.fail("mailer.send", Permanent("The mail server refuses."))
    run = await worker.provision()
    view = await world.control.views.status(VIEWER, SUBDOMAIN)
    assert view.tenant is not None
    assert (view.tenant.state, view.tenant.reading) == (TenantState.UNVERIFIED, "being provisioned")
    assert (await world.control.views.fleet(VIEWER)).tenants == {TenantState.PROVISIONING: 1}

    world.app.habits.refuses_logins = True
    await worker.retry(run.run_id)
    assert (await world.control.views.fleet(VIEWER)).tenants == {TenantState.UNVERIFIED: 1}
