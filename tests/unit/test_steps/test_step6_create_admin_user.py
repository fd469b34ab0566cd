"""Step 6: the first admin, once, with a password that only the customer will know."""

import re

import pytest

from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Transient, Unclear
from provisioning.provision.step6_create_admin_user import (
    BCRYPT_COST,
    create_admin_user,
    ensure_temporary_password,
)
from tests.fakes.hasher import fake_hash
from tests.fakes.stage import Stage, set_stage
from tests.fakes.world import EMAIL, SUBDOMAIN, World, world_with


@pytest.fixture
async def stage(world: World) -> Stage:
    return await set_stage(world, step=6)


async def stored_password(world: World) -> Secret | None:
    async with world.records.transaction() as tx:
        sealed = await tx.tenants.temporary_password(SUBDOMAIN)
    if sealed is None:
        return None
    return world.vault.open(sealed, subdomain=SUBDOMAIN, field="temporary_password")


async def test_registers_the_admin_at_the_tenants_own_url(world: World, stage: Stage) -> None:
    admin = await create_admin_user.act(stage.at, stage.request, stage.project)

    (user,) = world.database.users.values()
    assert (user.email, user.full_name, user.role) == (EMAIL, "John Doe", "admin")
    assert (admin.user_id, admin.email, admin.full_name) == (user.user_id, EMAIL, "John Doe")
    assert admin.via == "registration"
    assert create_admin_user.detail(admin) == f"{EMAIL}, by registration"


async def test_the_temporary_password_is_long_random_and_sealed_and_lets_the_admin_in(
    world: World, stage: Stage
) -> None:
    await create_admin_user.act(stage.at, stage.request, stage.project)

    password = await stored_password(world)
    assert password is not None
    assert re.fullmatch(r"[A-Za-z0-9]{20,}", password.reveal())
    answer = await world.app.login(SUBDOMAIN, email=EMAIL, password=password)
    assert answer.is_success


async def test_the_password_is_stored_before_the_call(world: World, stage: Stage) -> None:
    stored_at_the_call = []

    async def look() -> None:
        stored_at_the_call.append(await stored_password(world))

    world.wire.once_before("app.register", look)

    await create_admin_user.act(stage.at, stage.request, stage.project)

    (password,) = stored_at_the_call
    assert password is not None
    assert password == await stored_password(world)


async def test_entered_twice_there_is_one_admin_with_one_password(world: World, stage: Stage) -> None:
    first = await create_admin_user.act(stage.at, stage.request, stage.project)
    password = await stored_password(world)

    second = await create_admin_user.act(stage.at, stage.request, stage.project)

    assert second.user_id == first.user_id
    assert second.via == "adoption"
    assert len(world.database.users) == 1
    assert await stored_password(world) == password


async def test_a_user_whose_answer_was_lost_is_adopted(world: World, stage: Stage) -> None:
    world.wire.fail("app.register", Unclear("The answer was lost."), after_effect=True)
    with pytest.raises(Unclear):
        await create_admin_user.act(stage.at, stage.request, stage.project)

    admin = await create_admin_user.act(stage.at, stage.request, stage.project)

    assert admin.via == "adoption"
    assert len(world.database.users) == 1
    password = await stored_password(world)
    assert password is not None
    assert (await world.app.login(SUBDOMAIN, email=EMAIL, password=password)).is_success


async def test_a_user_that_is_not_there_after_a_lost_answer_is_registered(world: World, stage: Stage) -> None:
    world.wire.fail("app.register", Unclear("The answer was lost."))
    with pytest.raises(Unclear):
        await create_admin_user.act(stage.at, stage.request, stage.project)

    admin = await create_admin_user.act(stage.at, stage.request, stage.project)

    assert admin.via == "registration"
    assert len(world.database.users) == 1


async def test_already_registered_is_looked_at_and_adopted(world: World, stage: Stage) -> None:
    await ensure_temporary_password(stage.at)

    async def our_own_call_comes_late() -> None:
        password = await stored_password(world)
        assert password is not None
        await world.app.register(SUBDOMAIN, email=EMAIL, password=password, full_name="John Doe")

    world.wire.once_before("app.register", our_own_call_comes_late)

    admin = await create_admin_user.act(stage.at, stage.request, stage.project)

    assert admin.email == EMAIL
    assert len(world.database.users) == 1


@pytest.mark.parametrize("tried_before", [False, True])
async def test_a_user_of_another_role_is_not_taken_for_the_admin(
    world: World, stage: Stage, tried_before: bool
) -> None:
    if tried_before:
        await ensure_temporary_password(stage.at)
    await world.database.ensure_user(
        email=EMAIL, password_hash=fake_hash(Secret("fake")), full_name="Jane", role="analyst"
    )

    with pytest.raises(Permanent, match="role analyst, not admin"):
        await create_admin_user.act(stage.at, stage.request, stage.project)


async def test_without_the_route_the_admin_is_made_by_sql(world: World, stage: Stage) -> None:
    world.app.habits.register_missing = True

    admin = await create_admin_user.act(stage.at, stage.request, stage.project)

    assert admin.via == "SQL"
    assert world.hasher.costs == [BCRYPT_COST] == [12]
    password = await stored_password(world)
    assert password is not None
    assert world.database.users[EMAIL].password_hash == fake_hash(password)


async def test_by_sql_the_route_is_not_asked() -> None:
    world = world_with(admin_user_via="sql")
    stage = await set_stage(world, step=6)

    admin = await create_admin_user.act(stage.at, stage.request, stage.project)
    again = await create_admin_user.act(stage.at, stage.request, stage.project)

    assert (admin.via, again.user_id) == ("SQL", admin.user_id)
    assert "app.register" not in world.wire.calls


async def test_by_registration_only_a_missing_route_stops_the_run() -> None:
    world = world_with(admin_user_via="register")
    world.app.habits.register_missing = True
    stage = await set_stage(world, step=6)

    with pytest.raises(Permanent, match=r"\(404\)") as refusal:
        await create_admin_user.act(stage.at, stage.request, stage.project)

    assert refusal.value.code == "register"
    assert world.database.users == {}


async def test_a_failing_server_is_left_to_the_engine(world: World, stage: Stage) -> None:
    world.app.habits.register_answers = 503

    with pytest.raises(Transient, match="answered 503"):
        await create_admin_user.act(stage.at, stage.request, stage.project)


async def test_a_refused_registration_says_why(world: World, stage: Stage) -> None:
    world.app.habits.register_answers = 422

    with pytest.raises(Permanent, match=r"refused the admin user \(422\)"):
        await create_admin_user.act(stage.at, stage.request, stage.project)

    assert world.database.users == {}


async def test_the_address_is_found_in_whatever_case_the_platform_keeps_it(
    world: World, stage: Stage
) -> None:
    assert stage.request.admin_email == EMAIL
    other = await set_stage(World(), step=6, email="Admin@Customer.COM")

    admin = await create_admin_user.act(other.at, other.request, other.project)

    assert admin.email == EMAIL


def test_it_has_no_undo_and_says_why() -> None:
    assert create_admin_user.undo is None
    assert create_admin_user.no_undo == "the admin user goes with the project"
