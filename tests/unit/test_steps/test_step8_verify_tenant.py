"""Step 8: the guide's checks, each of which can fail alone, and none of which leaves a trace."""

from collections.abc import Callable

import pytest

from provisioning.domain.checklist import Check
from provisioning.domain.run import RunState
from provisioning.domain.secret import Secret
from provisioning.domain.tenant import TenantState
from provisioning.errors import Permanent
from provisioning.provision.step8_verify_tenant import CHECKS, verify_new_tenant
from tests.fakes.hasher import fake_hash
from tests.fakes.stage import RUN_ID, Stage, set_stage
from tests.fakes.tenant_database import Batch
from tests.fakes.worker import FakeWorker
from tests.fakes.world import HARBOUR, SUBDOMAIN, World, world_with


@pytest.fixture
async def stage(world: World) -> Stage:
    return await set_stage(world, step=8)


async def verify(stage: Stage) -> str:
    return await verify_new_tenant.act(stage.at, stage.request, stage.record, stage.admin)


def checklist(world: World) -> dict[str, Check]:
    return {check.name: check for check in world.records.run(RUN_ID).checklist}


async def password_is_kept(world: World) -> bool:
    async with world.records.transaction() as tx:
        return await tx.tenants.temporary_password(SUBDOMAIN) is not None


async def test_a_tenant_that_is_well_is_verified(world: World, stage: Stage) -> None:
    assert await verify(stage) == "verified"

    checks = checklist(world)
    assert list(checks) == list(CHECKS)
    assert all(check.ok and check.expected and check.found for check in checks.values())
    assert (await stage.tenant()).state is TenantState.VERIFIED
    assert world.database.batches == {}
    assert len(world.database.users) == 1


async def test_each_check_has_its_evidence_and_its_time(world: World, stage: Stage) -> None:
    world.wire.pace["app.frontend"] = 3

    await verify(stage)

    checks = checklist(world)
    assert checks["frontend"].seconds == 3
    assert all(check.evidence for check in checks.values())
    assert checks["frontend"].evidence == f"https://{SUBDOMAIN}.taskifai.test"
    assert checks["tenant_context"].found == str(stage.record.tenant_id)
    assert checks["file_upload"].expected.startswith("a sales file of 2 rows")
    assert checks["admin_users"].expected == "exactly 1 admin"


async def test_tells_what_it_is_checking(stage: Stage) -> None:
    await verify(stage)

    notes = " ".join(stage.notes)
    assert all(name.replace("_", " ") in notes for name in CHECKS)


async def test_the_tenant_id_may_come_from_the_header_and_the_evidence_says_so(
    world: World, stage: Stage
) -> None:
    await verify(stage)
    assert checklist(world)["tenant_context"].evidence == "from the body"

    other = World()
    other.app.habits.health_in_body = False
    stage = await set_stage(other, step=8)
    await verify(stage)
    assert checklist(other)["tenant_context"].evidence == "from the header X-Tenant-ID"


async def test_batches_may_come_as_a_bare_list(world: World, stage: Stage) -> None:
    world.app.habits.bare_batches = True

    assert await verify(stage) == "verified"


def break_frontend(world: World) -> None:
    world.app.habits.front_page = "application/json"


def break_tenant_context(world: World) -> None:
    world.app.habits.health_in_body = world.app.habits.health_in_header = False


def break_isolation(world: World) -> None:
    world.database.batches["fake"] = Batch("fake", "somebody", "sales.csv", 1, processed_at=0)


def break_foreign_token(world: World) -> None:
    world.app.habits.leaks = True


def break_file_upload_by_silence(world: World) -> None:
    world.app.habits.processing_seconds = None


def break_file_upload_by_failure(world: World) -> None:
    world.app.habits.uploads_end_as = "failed"


def break_admin_users(world: World) -> None:
    user = next(iter(world.database.users.values()))
    world.database.users["second@customer.com"] = type(user)(
        "fake", "second@customer.com", "Second", "admin", fake_hash(Secret("fake"))
    )


def break_vendor_configs(world: World) -> None:
    world.database.vendors["galilu"] = False


def break_registry_record(world: World) -> None:
    world.app.habits.serves_inactive = True
    world.platform.suspend(SUBDOMAIN)


BREAKS: list[tuple[str, Callable[[World], None], str]] = [
    ("frontend", break_frontend, "200 application/json"),
    ("tenant_context", break_tenant_context, "none (200)"),
    ("isolation", break_isolation, "1 uploads"),
    ("foreign_token", break_foreign_token, "here 200, at harbour 200"),
    ("file_upload", break_file_upload_by_silence, "still pending after 2 minutes, removed"),
    ("file_upload", break_file_upload_by_failure, "failed, removed"),
    ("admin_users", break_admin_users, "2"),
    ("vendor_configs", break_vendor_configs, "9, missing galilu"),
    ("registry_record", break_registry_record, "active, inactive at the platform"),
]
each_break = pytest.mark.parametrize(
    ("name", "break_it", "found"), BREAKS, ids=[one[1].__name__ for one in BREAKS]
)


@each_break
async def test_a_check_that_fails_alone_is_named(
    world: World, stage: Stage, name: str, break_it: Callable[[World], None], found: str
) -> None:
    break_it(world)
    before = set(world.database.batches)

    with pytest.raises(Permanent) as failure:
        await verify(stage)

    assert failure.value.code == "check_failed"
    checks = checklist(world)
    assert failure.value.message == (
        f"1 check failed: {name}. {name}: expected {checks[name].expected}, found {found}"
    )
    assert [check.name for check in checks.values() if not check.ok] == [name]
    assert (await stage.tenant()).state is TenantState.UNVERIFIED
    assert await password_is_kept(world)
    assert set(world.database.batches) == before


@each_break
async def test_an_advisory_check_may_fail_and_is_not_hidden(
    name: str, break_it: Callable[[World], None], found: str
) -> None:
    world = world_with(verify_advisory=frozenset({name}))
    stage = await set_stage(world, step=8)
    break_it(world)

    assert await verify(stage) == "verified, 1 advisory failure"

    check = checklist(world)[name]
    assert (check.ok, check.advisory, check.found) == (False, True, found)
    assert (await stage.tenant()).state is TenantState.VERIFIED


async def test_a_run_with_an_advisory_failure_succeeds_and_the_password_is_erased() -> None:
    world = world_with(verify_advisory=frozenset({"frontend"}))
    break_frontend(world)

    run = await FakeWorker(world).provision()

    assert run.state is RunState.SUCCEEDED
    assert run.steps[7].detail == "verified, 1 advisory failure"
    assert not await password_is_kept(world)


@pytest.mark.parametrize("how", ["refuses_logins", "claims_another_tenant"])
async def test_without_a_login_the_checks_that_need_one_say_so(world: World, stage: Stage, how: str) -> None:
    setattr(world.app.habits, how, True)

    with pytest.raises(Permanent, match="4 checks failed: login, isolation, foreign_token, file_upload"):
        await verify(stage)

    checks = checklist(world)
    assert {checks[name].found for name in ("isolation", "foreign_token", "file_upload")} == {
        "no token: the login check failed"
    }
    assert world.database.batches == {}


async def test_without_another_tenant_the_foreign_token_is_skipped_with_the_reason(
    world: World, stage: Stage
) -> None:
    del world.platform.records[HARBOUR]

    assert await verify(stage) == "verified"

    check = checklist(world)["foreign_token"]
    assert check.skipped
    assert check.found == "skipped: there is no other active tenant to try it at"


async def test_another_tenant_that_does_not_answer_says_nothing_about_isolation(
    world: World, stage: Stage
) -> None:
    world.app.silent.add(HARBOUR)

    assert await verify(stage) == "verified"

    check = checklist(world)["foreign_token"]
    assert check.skipped
    assert check.found.startswith("skipped: harbour could not be asked")


async def test_without_a_vendor_the_upload_is_skipped_with_the_reason(world: World) -> None:
    stage = await set_stage(world, step=8)
    none = type(stage.request)(**{**vars(stage.request), "vendors": ()})

    await verify_new_tenant.act(stage.at, none, stage.record, stage.admin)

    assert checklist(world)["file_upload"].found == "skipped: no seeded vendor has a layout for it"


async def test_a_platform_that_is_not_published_to_is_said_so() -> None:
    world = World()
    world.platform.publishes = False
    stage = await set_stage(world, step=5)
    world.app.by_itself[SUBDOMAIN] = (str((await stage.tenant()).tenant_id), world.database)
    await stage.go_to(8)

    assert await verify(stage) == "verified"

    checks = checklist(world)
    assert checks["registry_record"].found == "active; not published (PLATFORM_REGISTRY=none)"
    assert checks["foreign_token"].skipped


async def test_verified_twice_it_stays_verified(world: World, stage: Stage) -> None:
    """A process that ends between the verification and its checkpoint makes the next one come here again."""
    await verify(stage)

    assert await verify(stage) == "verified"

    assert (await stage.tenant()).state is TenantState.VERIFIED


async def test_a_failed_verification_can_be_made_again(world: World, stage: Stage) -> None:
    break_frontend(world)
    with pytest.raises(Permanent):
        await verify(stage)
    world.app.habits.front_page = "text/html"

    assert await verify(stage) == "verified"


def test_it_has_no_undo_and_says_why() -> None:
    assert verify_new_tenant.undo is None
    assert verify_new_tenant.no_undo == "a verification leaves nothing behind"
