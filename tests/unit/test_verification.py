"""Checking a tenant at work: as a probe user that is gone afterwards, whatever happens in between."""

import pytest

from provisioning.domain.run import Run, RunKind, RunState
from provisioning.domain.tenant import TenantState
from provisioning.errors import Permanent
from provisioning.provision import app_checks
from provisioning.provision.sales_file import ROWS, sales_file
from provisioning.provision.step8_verify_tenant import verify_again
from provisioning.provision.verification import field
from tests.fakes.stage import set_stage
from tests.fakes.tenant_database import Batch, UserRow
from tests.fakes.worker import FakeWorker
from tests.fakes.world import EMAIL, OPERATOR, SUBDOMAIN, World, real_seeds

MANAGER = UserRow("manager", "manager@customer.com", "Manager", "admin", "fake-hash")


@pytest.fixture
async def at_work(world: World, worker: FakeWorker) -> FakeWorker:
    """A tenant that its customer has been using for a while."""
    assert (await worker.provision()).state is RunState.SUCCEEDED
    world.database.users[MANAGER.email] = MANAGER
    world.database.batches["sales"] = Batch("sales", "manager", "sales.csv", 900, processed_at=0)
    return worker


async def verify(worker: FakeWorker) -> Run:
    started = await worker.world.control.requests.verify(OPERATOR, SUBDOMAIN)
    return await worker.finish(started.run.run_id)


def state_of(world: World) -> TenantState:
    (tenant,) = world.records.tables.tenants.values()
    state: TenantState = tenant["state"]
    return state


def traces(world: World) -> tuple[set[str], set[str]]:
    return set(world.database.users), set(world.database.batches)


UNTOUCHED = ({EMAIL, MANAGER.email}, {"sales"})


async def test_a_tenant_at_work_is_verified_and_left_as_it_was(world: World, at_work: FakeWorker) -> None:
    run = await verify(at_work)

    assert (run.kind, run.state) == (RunKind.VERIFY, RunState.SUCCEEDED)
    assert [check.ok for check in run.checklist] == [True] * 9
    assert run.steps[0].detail == "verified"
    assert traces(world) == UNTOUCHED
    assert world.hasher.costs[-1] == 4


async def test_its_own_uploads_and_admins_are_no_fault(at_work: FakeWorker) -> None:
    found = {check.name: check for check in (await verify(at_work)).checklist}

    assert (found["isolation"].expected, found["isolation"].found) == ("a list of uploads", "1 uploads")
    assert (found["admin_users"].expected, found["admin_users"].found) == ("at least 1 admin", "2")


async def test_vendors_that_the_tenant_switched_off_are_no_fault(world: World, at_work: FakeWorker) -> None:
    world.database.vendors["galilu"] = False

    run = await verify(at_work)

    assert run.state is RunState.SUCCEEDED


async def test_a_check_that_fails_waits_and_leaves_no_trace(world: World, at_work: FakeWorker) -> None:
    world.app.habits.processing_seconds = None

    run = await verify(at_work)

    assert run.state is RunState.WAITING
    assert run.error is not None
    assert run.error.message.startswith("1 check failed: file_upload")
    assert state_of(world) is TenantState.UNVERIFIED
    assert traces(world) == UNTOUCHED

    world.app.habits.processing_seconds = 1
    assert (await at_work.retry(run.run_id)).state is RunState.SUCCEEDED
    assert state_of(world) is TenantState.VERIFIED


async def test_an_unexpected_error_leaves_no_trace(world: World, at_work: FakeWorker) -> None:
    world.wire.fail("app.batch", ValueError("unexpected"))

    run = await verify(at_work)

    assert run.state is RunState.WAITING
    assert traces(world) == UNTOUCHED


async def test_a_verification_that_was_killed_is_cleaned_up_after_by_the_next_one(
    world: World, at_work: FakeWorker
) -> None:
    effects = await _effects_of_a_verification(at_work)
    for number in range(1, effects + 1):
        started = await world.control.requests.verify(OPERATOR, SUBDOMAIN)
        world.wire.cut_after(number)
        await at_work.is_killed_in(started.run.run_id)

        await at_work.enter(started.run.run_id)

        assert at_work.run(started.run.run_id).state is RunState.SUCCEEDED, f"killed after {number}"
        assert traces(world) == UNTOUCHED, f"killed after {number}"


async def test_a_verification_that_is_cancelled_before_it_began_is_over(
    world: World, at_work: FakeWorker
) -> None:
    started = await world.control.requests.verify(OPERATOR, SUBDOMAIN)

    run = await world.control.runs.cancel(OPERATOR, started.run.run_id)

    assert run.state is RunState.CANCELLED
    assert state_of(world) is TenantState.VERIFIED


async def test_a_tenant_without_a_database_says_so(world: World) -> None:
    stage = await set_stage(world, step=1)

    with pytest.raises(Permanent, match="provision it first") as refusal:
        await verify_again.act(stage.at)

    assert refusal.value.code == "no_database"


@pytest.mark.parametrize(
    "token",
    ["", "opaque", "a.b", "a.!!!.c", "a.bm90LWpzb24.c", "a.WzFd.c", "a.bnVsbA.c"],
    ids=["empty", "opaque", "two parts", "not base64", "not JSON", "a list", "null"],
)
async def test_a_token_that_is_no_jwt_has_no_claims(token: str) -> None:
    assert app_checks._claims(token) == {}


@pytest.mark.parametrize("data", [None, [], "text", 7, {"other": 1}])
def test_a_field_of_something_else_is_none(data: object) -> None:
    assert field(data, "batch_id") is None


def test_the_sales_file_has_the_layout_of_the_preferred_vendor() -> None:
    seeds = real_seeds()

    made = sales_file(seeds, seeds.vendor_names)

    assert made is not None
    name, content = made
    assert name == "tenantbot-verification-boxnox.csv"
    header, *rows = content.decode().splitlines()
    assert header.split(",")[0] == "Product EAN"
    assert len(rows) == ROWS


@pytest.mark.parametrize("vendor", real_seeds().vendor_names)
def test_every_vendor_alone_has_a_sales_file_with_all_it_requires(vendor: str) -> None:
    seeds = real_seeds()
    (config,) = seeds.only([vendor]).vendors

    made = sales_file(seeds, [vendor])

    assert made is not None
    header = made[1].decode().splitlines()[0]
    for required in config.validation_rules.required_fields:
        assert config.column_mapping[required] in header


async def _effects_of_a_verification(worker: FakeWorker) -> int:
    before = len(worker.world.wire.calls)
    assert (await verify(worker)).state is RunState.SUCCEEDED
    return len(worker.world.wire.calls) - before
