"""SupabaseProjects at the stand-in: the life of a project, and what stops a token."""

import secrets
from collections.abc import AsyncIterator, Callable

import pytest

from provisioning.adapters.http import new_client
from provisioning.adapters.supabase import SupabaseProjects
from provisioning.adapters.system_clock import SystemClock
from provisioning.adapters.tenant_database import PostgresTenantDatabases
from provisioning.domain.project import ProjectRef
from provisioning.domain.secret import new_password
from provisioning.errors import Permanent, Transient, Unclear
from sandbox.faults import Faults
from sandbox.serve import serve
from sandbox.state import State
from sandbox.supabase.app import create_app

REF = ProjectRef("abcdefghijklmnopqrst")
TOKEN = secrets.token_hex(20)
PASSWORD = new_password(32)


@pytest.fixture(scope="module")
def switches(state: State) -> Faults:
    return Faults(state)


@pytest.fixture
async def faults(switches: Faults) -> AsyncIterator[Faults]:
    yield switches
    await switches.clear()


@pytest.fixture(scope="module")
async def stack(state: State, switches: Faults) -> AsyncIterator[tuple[str, str]]:
    """The stand-in's address, and the organization whose token is TOKEN."""
    organization = f"org-{secrets.token_hex(4)}"
    app = create_app(state, switches, token=TOKEN, organization=organization, project_seconds=0)
    server = await serve(app)
    yield server.url, organization
    await server.stop()


Open = Callable[..., SupabaseProjects]


@pytest.fixture
async def sandboxed(stack: tuple[str, str]) -> AsyncIterator[Open]:
    """Make the adapter against the stand-in, with its own token and organization or others."""
    clients = []

    def connect(*, token: str = TOKEN, organization: str = stack[1]) -> SupabaseProjects:
        clients.append(new_client(base_url=stack[0], headers={"authorization": f"Bearer {token}"}))
        return SupabaseProjects(clients[-1], organization=organization, clock=SystemClock())

    yield connect
    for client in clients:
        await client.aclose()


async def test_follows_a_project_from_its_birth_to_its_end(sandboxed: Open, state: State) -> None:
    projects = sandboxed()
    name = f"TaskifAI - Müller & Söhne, 100% (Ltd) ({secrets.token_hex(4)})"
    ref = await projects.create(name, password=PASSWORD, region="eu-west-1")
    assert [found.ref for found in await projects.find_by_name(name)] == [ref]
    assert [found.ref for found in await projects.find_named_like("müller & söhne")] == [ref]
    found = await projects.status(ref)
    assert found is not None
    assert (found.name, found.region, found.status) == (name, "eu-west-1", "ACTIVE_HEALTHY")
    assert {service.name: service.status for service in await projects.health(ref)} == dict.fromkeys(
        ["auth", "db", "db_postgres_user", "pooler", "rest", "storage"], "ACTIVE_HEALTHY"
    )
    keys = await projects.keys(ref)
    assert not keys.legacy
    assert keys.anon.reveal().startswith("sb_publishable_")
    assert keys.service.reveal().startswith("sb_secret_")
    address = await projects.address(ref)
    assert (address.host, address.port) == (state.server.host, state.server.port)
    assert address.user.endswith(f".{ref}")
    assert projects.url(ref) == f"https://{ref}.supabase.co"
    await projects.delete(ref)
    assert await projects.find_by_name(name) == []
    await projects.delete(ref)


async def test_a_project_of_a_group_gets_one_of_its_regions(sandboxed: Open) -> None:
    projects = sandboxed()
    regions = await projects.regions()
    assert {"emea", "eu-west-1"} <= set(regions)
    ref = await projects.create("group", password=PASSWORD, region="emea")
    found = await projects.status(ref)
    assert found is not None
    assert found.region.startswith("eu-")
    await projects.delete(ref)


async def test_knows_the_organization_and_its_plan(sandboxed: Open, stack: tuple[str, str]) -> None:
    organization = await sandboxed().organization()
    assert (organization.slug, organization.plan) == (stack[1], "pro")


async def test_a_project_that_is_not_there_is_none(sandboxed: Open) -> None:
    assert await sandboxed().status(REF) is None


@pytest.mark.parametrize("kind", ["5xx-after-commit", "dropped-after-commit"])
async def test_a_lost_answer_is_unclear_and_the_project_is_found(
    sandboxed: Open, faults: Faults, kind: str
) -> None:
    projects, name = sandboxed(), f"lost ({secrets.token_hex(4)})"
    await faults.add("supabase", "/v1/projects", kind, 1, 0)
    with pytest.raises(Unclear):
        await projects.create(name, password=PASSWORD, region="eu-west-1")
    (found,) = await projects.find_by_name(name)
    await projects.delete(found.ref)


@pytest.mark.parametrize("kind", ["429", "5xx", "html", "dropped"])
async def test_trouble_while_reading_is_transient(sandboxed: Open, faults: Faults, kind: str) -> None:
    await faults.add("supabase", "/v1/organizations/*", kind, 1, 0)
    with pytest.raises(Transient) as caught:
        await sandboxed().organization()
    assert type(caught.value) is Transient


async def test_a_good_token_passes_the_check(sandboxed: Open) -> None:
    projects = sandboxed()
    ref = await projects.create("checked", password=PASSWORD, region="eu-west-1")
    await projects.check_token()
    await projects.delete(ref)


async def test_a_wrong_token_is_named(sandboxed: Open) -> None:
    with pytest.raises(Permanent, match=r"SUPABASE_ACCESS_TOKEN.*expired or is wrong") as caught:
        await sandboxed(token="nobodys").check_token()
    assert caught.value.code == "token"
    assert "nobodys" not in caught.value.message


async def test_all_missing_permissions_are_named_at_once(
    sandboxed: Open, state: State, stack: tuple[str, str]
) -> None:
    token, owner = secrets.token_hex(20), sandboxed()
    await state.pool.execute(
        "insert into supabase_tokens (token, identity, permissions) values ($1, $2, $3)",
        token, stack[1], ["organization_projects_read", "project_admin_read"],
    )  # fmt: skip
    ref = await owner.create("seen", password=PASSWORD, region="eu-west-1")
    with pytest.raises(Permanent) as caught:
        await sandboxed(token=token).check_token()
    await owner.delete(ref)
    assert caught.value.message == (
        "SUPABASE_ACCESS_TOKEN lacks the permission "
        "organization_admin_read, api_gateway_keys_read, database_pooling_config_read; make a token that has it "
        f"for all projects of the organization {stack[1]}, not for selected ones."
    )
    with pytest.raises(Permanent, match="organization_projects_create"):
        await sandboxed(token=token).create("refused", password=PASSWORD, region="eu-west-1")


async def test_an_unknown_organization_is_named_beside_those_there_are(
    sandboxed: Open, stack: tuple[str, str]
) -> None:
    projects = sandboxed(organization="nobody")
    for call in (projects.organization, projects.check_token, projects.regions):
        with pytest.raises(Permanent, match=f"nobody; correct SUPABASE_ORGANIZATION.*{stack[1]}") as caught:
            await call()
        assert caught.value.code == "unknown_organization"


async def test_a_bad_request_carries_the_words_of_supabase(sandboxed: Open) -> None:
    with pytest.raises(Permanent, match="region_selection"):
        await sandboxed().create("bad", password=PASSWORD, region="eu-west-99")


async def test_replaces_password_and_secret_key(sandboxed: Open) -> None:
    projects, password = sandboxed(), new_password(32)
    ref = await projects.create(f"new keys {secrets.token_hex(4)}", password=PASSWORD, region="eu-west-1")
    await projects.status(ref)
    for _ in range(2):
        await projects.set_password(ref, password)
    async with PostgresTenantDatabases().open(await projects.address(ref), password) as database:
        assert await database.size_bytes() > 0

    (default,) = await projects.secret_keys(ref)
    assert default.value == (await projects.keys(ref)).service
    made = await projects.create_secret_key(ref, name="tenantbot_0a1b2c3d")
    assert made.value is not None
    with pytest.raises(Permanent):
        await projects.create_secret_key(ref, name="tenantbot_0a1b2c3d")
    for _ in range(2):
        await projects.delete_key(ref, default.key_id)
    assert await projects.secret_keys(ref) == [made]
    assert (await projects.keys(ref)).service == made.value


async def test_a_project_that_is_not_there_gets_no_password(sandboxed: Open) -> None:
    with pytest.raises(Permanent) as refusal:
        await sandboxed().set_password(REF, PASSWORD)
    assert PASSWORD.reveal() not in refusal.value.message
