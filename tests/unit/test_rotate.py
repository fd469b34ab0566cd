"""New credentials for a tenant: at every moment the old or the new ones open, and in the end only the new ones do."""

from collections.abc import Awaitable, Callable

import pytest

from provisioning.adapters.fernet_vault import FernetVault, new_key
from provisioning.domain.project import Project
from provisioning.domain.run import Run, RunId, RunState
from provisioning.domain.secret import Sealed, Secret
from provisioning.errors import Permanent, Refused, Transient, Unclear
from provisioning.registry import TenantSecrets
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, SUBDOMAIN, VIEWER, World


@pytest.fixture
async def tenant_world(world: World, worker: FakeWorker) -> World:
    assert (await worker.provision()).state is RunState.SUCCEEDED
    return world


async def ask(worker: FakeWorker) -> RunId:
    return (await worker.world.control.requests.rotate(OPERATOR, SUBDOMAIN)).run.run_id


async def rotate(worker: FakeWorker) -> Run:
    return await worker.finish(await ask(worker))


async def secrets(world: World) -> TenantSecrets:
    async with world.records.transaction() as tx:
        return await tx.tenants.secrets(SUBDOMAIN)


def opened(world: World, sealed: Sealed | None, field: str) -> Secret:
    assert sealed is not None
    return world.vault.open(sealed, subdomain=SUBDOMAIN, field=field)


async def passwords(world: World) -> list[Secret]:
    """The one in use, and the one that is to follow."""
    stored = await secrets(world)
    return [opened(world, one, "project_password") for one in (stored.password, stored.next_password) if one]


async def service_key(world: World) -> Secret:
    return opened(world, (await secrets(world)).service_key, "service_key")


def living_keys(world: World) -> list[Secret | None]:
    return [key.value for key in world.projects.keys_of[world.project.ref].values()]


def opening(world: World, candidates: list[Secret]) -> list[Secret]:
    return [one for one in candidates if world.databases.opens(world.project.address, one)]


async def problem(world: World) -> str | None:
    """What does not open at this moment; None when all does."""
    if not opening(world, await passwords(world)):
        return "no password that we keep opens the database"
    if await service_key(world) not in living_keys(world):
        return "the key that we keep is gone"
    if world.platform.credentials[SUBDOMAIN].service_key not in living_keys(world):
        return "the platform's key is gone"
    return None


async def is_settled(world: World) -> bool:
    """One password, one key, and everybody works with them."""
    kept = await passwords(world)
    key = await service_key(world)
    told = world.platform.credentials[SUBDOMAIN].service_key
    return len(kept) == 1 and opening(world, kept) == kept and living_keys(world) == [key] == [told]


@pytest.mark.usefixtures("tenant_world")
async def test_changes_both_and_keeps_the_new_ones_alone(world: World, worker: FakeWorker) -> None:
    (old_password,), old_key = await passwords(world), await service_key(world)
    run = await rotate(worker)
    assert run.state is RunState.SUCCEEDED, run.error
    assert await is_settled(world)
    (new_password,) = await passwords(world)
    assert new_password != old_password
    assert await service_key(world) != old_key
    assert [check.name for check in run.checklist][:3] == ["frontend", "tenant_context", "login"]
    clear = [new_password.reveal(), (await service_key(world)).reveal(), old_password.reveal()]
    assert not any(secret in repr(world.records.tables) for secret in clear)
    assert not any(secret in repr(worker.checkpoints) for secret in clear)


@pytest.mark.usefixtures("tenant_world")
async def test_a_second_time_changes_them_again(world: World, worker: FakeWorker) -> None:
    await rotate(worker)
    first = await passwords(world)
    assert (await rotate(worker)).state is RunState.SUCCEEDED
    assert await passwords(world) != first
    assert await is_settled(world)


async def test_killed_after_any_effect_something_opens_and_it_finishes() -> None:
    problems = {}
    for number, name in enumerate(await _effects(), start=1):
        worker, run_id = await _asked()
        worker.world.wire.cut_after(number)
        await worker.is_killed_in(run_id)
        found = await problem(worker.world)
        await worker.enter(run_id)
        run = worker.run(run_id)
        if run.state is not RunState.SUCCEEDED or not await is_settled(worker.world):
            found = found or f"{run.state}: {run.error}"
        if found:
            problems[f"killed after {number}, {name}"] = found
    assert problems == {}


async def test_an_answer_lost_anywhere_changes_nothing() -> None:
    problems = {}
    effects = await _effects()
    for number, name in enumerate(effects[: effects.index("projects.delete_key") + 1], start=1):
        if name.startswith("app."):
            continue  # a check that gets no answer is made again, or fails: no credential depends on it
        worker, run_id = await _asked()
        worker.world.wire.lose_answer(number)
        await worker.enter(run_id)
        if (run := worker.run(run_id)).state is RunState.WAITING:
            run = await worker.retry(run_id)
        if run.state is not RunState.SUCCEEDED or not await is_settled(worker.world):
            problems[f"lost the answer to {number}, {name}"] = f"{run.state}: {run.error}"
    assert problems == {}


@pytest.mark.parametrize(
    "stopped_at",
    ["projects.set_password", "platform.update_credentials"],
)
async def test_killed_after_any_effect_of_a_roll_back_one_of_each_is_left(stopped_at: str) -> None:
    problems = {}
    worker, run_id = await _stopped(stopped_at)
    await worker.world.control.runs.rollback(OPERATOR, run_id)
    before = len(worker.world.wire.calls)
    assert (await worker.finish(run_id)).state is RunState.ROLLED_BACK
    for number, name in enumerate(worker.world.wire.calls[before:], start=1):
        worker, run_id = await _stopped(stopped_at)
        await worker.world.control.runs.rollback(OPERATOR, run_id)
        worker.world.wire.cut_after(number)
        await worker.is_killed_in(run_id, leg=2)
        found = await problem(worker.world)
        await worker.enter(run_id, leg=2)
        run = worker.run(run_id)
        kept = await passwords(worker.world)
        if run.state is not RunState.ROLLED_BACK or opening(worker.world, kept) != kept or len(kept) != 1:
            found = found or f"{run.state}: {run.error}"
        if found or await problem(worker.world):
            problems[f"killed after {number}, {name}"] = found
    assert problems == {}


@pytest.mark.usefixtures("tenant_world")
async def test_the_roles_own_word_sets_the_password_where_supabase_refuses(
    world: World, worker: FakeWorker
) -> None:
    world.wire.fail("projects.set_password", Permanent("The token may not.", code="token"))
    run = await rotate(worker)
    assert run.state is RunState.SUCCEEDED
    assert run.steps[1].detail == "by the database's own role"
    assert await is_settled(world)


@pytest.mark.usefixtures("tenant_world")
async def test_waits_for_a_pooler_that_hears_of_it_late(world: World, worker: FakeWorker) -> None:
    late = Permanent("password authentication failed", code="bad_credentials")
    world.wire.fail("databases.open", *[late] * 4)
    run = await rotate(worker)
    assert run.state is RunState.SUCCEEDED
    assert run.steps[2].attempts == 5


@pytest.mark.usefixtures("tenant_world")
async def test_keeps_both_passwords_until_the_new_one_is_proved(world: World, worker: FakeWorker) -> None:
    refused = Permanent("password authentication failed", code="bad_credentials")
    world.wire.fail("databases.open", refused, times=100)
    run = await rotate(worker)
    assert run.state is RunState.WAITING
    assert run.error is not None
    assert run.error.step == 3
    assert len(await passwords(world)) == 2
    world.wire.mend()
    assert (await worker.retry(run.run_id)).state is RunState.SUCCEEDED
    assert await is_settled(world)


@pytest.mark.usefixtures("tenant_world")
async def test_a_tenant_at_work_is_reached_while_its_password_changes(
    world: World, worker: FakeWorker
) -> None:
    run_id = await ask(worker)
    worker.checkpoints_of(run_id).dies_after = "step 2"
    assert await worker.is_killed_in(run_id)
    facts = await world.control.views.status(VIEWER, SUBDOMAIN)
    assert facts.run is not None
    assert await problem(world) is None


Damage = Callable[[World], Awaitable[None]]


async def _not_published(world: World) -> None:
    world.platform.publishes = False


async def _takes_no_keys(world: World) -> None:
    world.platform.takes_new_credentials = False


async def _legacy_key(world: World) -> None:
    legacy = Secret("fake.legacy.token")
    sealed = world.vault.seal(legacy, subdomain=SUBDOMAIN, field="service_key")
    async with world.records.transaction() as tx:
        await tx.tenants.store_service_key(SUBDOMAIN, sealed)


async def _may_not_make_keys(world: World) -> None:
    world.wire.fail("projects.create_secret_key", Permanent("The token lacks a permission.", code="token"))


@pytest.mark.parametrize(
    ("prepare", "words"),
    [
        (_not_published, "PLATFORM_REGISTRY=none"),
        (_takes_no_keys, "takes no new keys"),
        (_legacy_key, "legacy service_role key"),
        (_may_not_make_keys, "lacks a permission"),
    ],
)
@pytest.mark.usefixtures("tenant_world")
async def test_leaves_the_key_where_it_cannot_be_replaced_and_says_so(
    world: World, worker: FakeWorker, prepare: Damage, words: str
) -> None:
    (old_password,), keys = await passwords(world), living_keys(world)
    await prepare(world)
    kept = await service_key(world)
    run = await rotate(worker)
    assert run.state is RunState.SUCCEEDED, run.error
    assert words in str(run.steps[4].detail)
    assert living_keys(world) == keys
    assert await service_key(world) == kept
    assert await passwords(world) != [old_password]


@pytest.mark.usefixtures("tenant_world")
async def test_deletes_no_key_that_is_not_replaced_by_one_that_works(
    world: World, worker: FakeWorker
) -> None:
    old_key = await service_key(world)
    world.app.habits.refuses_logins = True
    run = await rotate(worker)
    assert run.state is RunState.WAITING
    assert run.error is not None
    assert run.error.step == 5
    assert old_key in living_keys(world)
    assert await service_key(world) == old_key
    assert (await worker.roll_back(run.run_id)).state is RunState.ROLLED_BACK
    assert await is_settled(world)
    assert await service_key(world) == old_key


@pytest.mark.usefixtures("tenant_world")
async def test_a_half_done_change_is_not_just_cancelled(world: World, worker: FakeWorker) -> None:
    world.wire.fail("projects.set_password", Transient("busy"), times=200)
    run = await rotate(worker)
    assert run.state is RunState.WAITING
    assert (await world.control.runs.cancel(OPERATOR, SUBDOMAIN)).state is RunState.WAITING
    world.wire.mend()
    plan = await world.control.plans.rollback(OPERATOR, SUBDOMAIN)
    assert len(plan.undo) == 1
    assert (await worker.roll_back(run.run_id)).state is RunState.ROLLED_BACK
    assert await is_settled(world)


@pytest.mark.usefixtures("tenant_world")
async def test_rotates_no_suspended_tenant(world: World, worker: FakeWorker) -> None:
    started = await world.control.requests.suspend(OPERATOR, SUBDOMAIN, reason="unpaid")
    await worker.finish(started.run.run_id)
    with pytest.raises(Refused, match="activate it first"):
        await world.control.requests.rotate(OPERATOR, SUBDOMAIN)


@pytest.mark.usefixtures("tenant_world")
async def test_lets_no_viewer_rotate_and_continues_an_open_run(world: World, worker: FakeWorker) -> None:
    with pytest.raises(Refused, match="needs an operator"):
        await world.control.requests.rotate(VIEWER, SUBDOMAIN)
    run_id = await ask(worker)
    again = await world.control.requests.rotate(OPERATOR, SUBDOMAIN)
    assert (again.continued, again.run.run_id) == (True, run_id)


async def _asked() -> tuple[FakeWorker, RunId]:
    worker = FakeWorker(World())
    assert (await worker.provision()).state is RunState.SUCCEEDED
    return worker, await ask(worker)


async def _effects() -> list[str]:
    worker, run_id = await _asked()
    before = len(worker.world.wire.calls)
    assert (await worker.finish(run_id)).state is RunState.SUCCEEDED
    return worker.world.wire.calls[before:]


async def _stopped(at: str) -> tuple[FakeWorker, RunId]:
    """A rotation that waits, because this call took effect again and again without an answer."""
    worker, run_id = await _asked()
    worker.world.wire.fail(at, Unclear("No answer."), times=500, after_effect=True)
    run = await worker.finish(run_id)
    assert run.state is RunState.WAITING, run
    worker.world.wire.mend()
    return worker, run_id


async def test_makes_credentials_anew_whose_sealing_key_is_lost(world: World, worker: FakeWorker) -> None:
    await worker.provision()
    lost = FernetVault([new_key()])

    def unreadable(field: str) -> Sealed:
        return lost.seal(Secret("fake"), subdomain=SUBDOMAIN, field=field)

    async with world.records.transaction() as tx:
        stored = await tx.tenants.secrets(SUBDOMAIN)
        assert stored.address is not None
        project = Project(
            ref=world.project.ref,
            name=world.project.name,
            region=world.project.region,
            url=world.projects.url(world.project.ref),
            address=stored.address,
            password=unreadable("project_password"),
            anon_key=unreadable("anon_key"),
            service_key=unreadable("service_key"),
        )
        await tx.tenants.store_project(SUBDOMAIN, project, sealed_url=unreadable("database_url"))
    run = await rotate(worker)
    assert run.state is RunState.SUCCEEDED, run.error
    assert await is_settled(world)
