"""A hand-made tenant: looked at, registered, verified, and ended only by somebody who has typed its project's ref."""

import json
from typing import Any

import pytest

from provisioning.domain.run import Run, RunState
from provisioning.domain.secret import Secret
from provisioning.domain.tenant import Tenant, TenantState
from provisioning.errors import InvalidRequest, Refused
from tests.fakes.projects import MadeProject
from tests.fakes.worker import FakeWorker
from tests.fakes.world import OPERATOR, VIEWER, World
from tests.unit.test_deprovision import APPROVER

NAME = "handmade"
EMAIL = "admin@handmade.com"
PASSWORD = "made-by-hand-pass"


@pytest.fixture
async def project(world: World) -> MadeProject:
    """A tenant as the guide makes it: a project, tables, seeds, an admin, a record at the platform."""
    made = world.projects.make("TaskifAI - Hand Made", password=Secret(PASSWORD))
    database = made.database
    await database.apply_schema(world.schema.now)
    database.versions.clear()
    await database.seed(world.ports.seeds)
    await database.ensure_user(email=EMAIL, password_hash="hash", full_name="Admin", role="admin")
    world.platform.add(NAME, world.projects.url(made.ref))
    return made


def raw(project: MadeProject, **changes: Any) -> dict[str, Any]:
    return {
        "company": "Hand Made",
        "subdomain": NAME,
        "email": EMAIL,
        "project_ref": project.ref,
        "database_password": PASSWORD,
        **changes,
    }


async def take_up(worker: FakeWorker, project: MadeProject, **changes: Any) -> Run:
    started = await worker.world.control.imports.start(OPERATOR, raw(project, **changes))
    return await worker.finish(started.run.run_id)


async def find(world: World) -> Tenant | None:
    async with world.records.transaction() as tx:
        return await tx.tenants.find(NAME)


async def answers(world: World, project: MadeProject, **changes: Any) -> dict[str, bool | None]:
    plan = await world.control.imports.plan(OPERATOR, raw(project, **changes))
    return {question.name: question.ok for question in plan.questions}


async def test_it_ends_verified_and_nothing_of_it_has_changed(
    world: World, worker: FakeWorker, project: MadeProject
) -> None:
    before = repr(project.database.contents())
    run = await take_up(worker, project)

    assert (run.state, run.verdict) == (RunState.SUCCEEDED, "verified")
    tenant = await find(world)
    assert tenant is not None
    assert (tenant.state, tenant.is_active, tenant.imported) == (TenantState.VERIFIED, True, True)
    assert (tenant.project_ref, tenant.project_name) == (project.ref, project.name)
    assert str(tenant.tenant_id) == world.platform.records[NAME].tenant_id
    assert repr(project.database.contents()) == before


async def test_its_secrets_rest_sealed_and_nowhere_else(
    world: World, worker: FakeWorker, project: MadeProject
) -> None:
    await take_up(worker, project, anon_key="given-anon", database_key="given-service")

    async with world.records.transaction() as tx:
        stored = await tx.tenants.secrets(NAME)
    fields = {"anon_key": "given-anon", "service_key": "given-service"}
    for field, value in fields.items():
        sealed = getattr(stored, field)
        assert world.vault.open(sealed, subdomain=NAME, field=field).reveal() == value
    everything = repr(world.records.tables)
    assert not any(secret in everything for secret in (PASSWORD, *fields.values()))


async def test_keys_that_are_not_given_are_asked_of_supabase(
    world: World, worker: FakeWorker, project: MadeProject
) -> None:
    await take_up(worker, project)
    async with world.records.transaction() as tx:
        stored = await tx.tenants.secrets(NAME)
    assert stored.service_key is not None
    assert world.vault.open(stored.service_key, subdomain=NAME, field="service_key") == project.keys.service


async def test_a_dry_run_asks_everything_and_changes_nothing(world: World, project: MadeProject) -> None:
    rows = len(world.records.tables.tenants)
    assert await answers(world, project) == dict.fromkeys(
        ["subdomain", "project", "database", "tables", "seeds", "admin", "platform", "DNS"], True
    )
    assert len(world.records.tables.tenants) == rows


async def test_a_dry_run_says_what_is_wrong(world: World, project: MadeProject) -> None:
    project.database.table_names -= {"email_logs"}
    project.database.vendors.pop("boxnox")
    world.platform.records.pop(NAME)
    world.dns.wildcard = None
    found = await answers(world, project, email="nobody@handmade.com")

    assert {name for name, ok in found.items() if ok is None} == {"seeds", "admin", "DNS"}
    assert {name for name, ok in found.items() if ok is False} == {"tables", "platform"}
    assert (await answers(world, project, apply_schema=True))["tables"] is None
    assert (await answers(world, project, database_password="wrong"))["database"] is False
    assert (await answers(world, project, project_ref="x" * 20))["project"] is False


async def test_missing_tables_are_told_and_not_added(
    world: World, worker: FakeWorker, project: MadeProject
) -> None:
    project.database.table_names -= {"email_logs"}
    run = await take_up(worker, project)

    assert run.error is not None
    assert (run.error.code, run.error.step) == ("drift", 1)
    assert "email_logs" in run.error.message
    assert "email_logs" not in project.database.table_names
    await world.control.runs.cancel(OPERATOR, run.run_id)
    assert await find(world) is None

    assert (await take_up(worker, project, apply_schema=True)).state is RunState.SUCCEEDED
    assert "email_logs" in project.database.table_names


async def test_it_waits_until_the_platform_serves_it(
    world: World, worker: FakeWorker, project: MadeProject
) -> None:
    there = world.platform.records.pop(NAME)
    run = await take_up(worker, project)
    assert run.error is not None
    assert run.error.code == "not_published"

    world.platform.records[NAME] = there
    assert (await worker.retry(run.run_id)).state is RunState.SUCCEEDED


async def test_rolled_back_it_is_as_it_was_and_unknown(
    world: World, worker: FakeWorker, project: MadeProject
) -> None:
    world.dns.wildcard = None
    world.app.habits.refuses_logins = True
    run = await take_up(worker, project)
    assert world.zone.records

    assert (await worker.roll_back(run.run_id)).state is RunState.ROLLED_BACK
    assert not world.zone.records
    assert await find(world) is None
    assert project.ref in world.projects.alive
    assert NAME in world.platform.records


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"project_ref": "x" * 20}, "no_project"),
        ({"database_password": "wrong"}, "bad_credentials"),
        ({"project_ref": None, "database_url": "https://yyyyyyyyyyyyyyyyyyyy.supabase.co"}, "no_project"),
    ],
)
async def test_what_cannot_be_opened_is_not_registered(
    world: World, project: MadeProject, changes: dict[str, Any], code: str
) -> None:
    with pytest.raises(Exception, match=r"Supabase shows|refuses the password") as fault:
        await world.control.imports.start(OPERATOR, raw(project, **changes))
    assert getattr(fault.value, "code", None) == code
    assert await find(world) is None


async def test_what_is_known_already_is_refused(
    world: World, worker: FakeWorker, project: MadeProject
) -> None:
    await take_up(worker, project)
    for changes in ({}, {"subdomain": "another-name"}):
        with pytest.raises(Refused) as refusal:
            await world.control.imports.start(OPERATOR, raw(project, **changes))
        assert refusal.value.code == "taken"
    with pytest.raises(Refused, match="needs an operator"):
        await world.control.imports.start(VIEWER, raw(project, subdomain="another-name"))


@pytest.mark.parametrize(
    "where",
    [
        {"database_url": "https://{ref}.supabase.co"},
        {"database_url": "postgresql://postgres.{ref}:{password}@host.pooler.supabase.com:5432/postgres"},
        {"database_url": "postgresql://postgres:{password}@db.{ref}.supabase.co:5432/postgres"},
    ],
)
async def test_the_guides_own_body_is_understood(
    world: World, worker: FakeWorker, project: MadeProject, where: dict[str, str]
) -> None:
    url = where["database_url"].format(ref=project.ref, password=PASSWORD)
    body = {
        "company_name": "Hand Made",
        "subdomain": NAME,
        "database_url": url,
        "database_password": "" if PASSWORD in url else PASSWORD,
        "admin_email": EMAIL,
        "admin_name": "Ad Min",
    }
    started = await world.control.imports.start(OPERATOR, body)
    assert (await worker.finish(started.run.run_id)).state is RunState.SUCCEEDED
    assert PASSWORD not in json.dumps(started.run.request)


async def test_every_wrong_field_is_told_and_no_secret_quoted(world: World) -> None:
    body = {"subdomain": "www", "project_ref": "short", "database_url": "mysql://u:hidden@h/x"}
    with pytest.raises(InvalidRequest) as fault:
        await world.control.imports.start(OPERATOR, body)
    fields = {error.field for error in fault.value.errors}
    assert fields == {"company", "subdomain", "email", "project_ref"}
    assert "hidden" not in str(fault.value)


async def end(worker: FakeWorker, *, confirm_project: str = "") -> Run:
    control = worker.world.control
    asked = await control.approvals.request_deprovision(
        OPERATOR, NAME, confirm=NAME, reason="they left", grace="0", confirm_project=confirm_project
    )
    decided = await control.approvals.approve(APPROVER, asked.approval_id)
    assert decided.run_id is not None
    return await worker.finish(decided.run_id)


async def test_its_project_is_deleted_only_when_its_ref_was_typed(
    world: World, worker: FakeWorker, project: MadeProject
) -> None:
    await take_up(worker, project)
    for typed in ("", NAME):
        with pytest.raises(InvalidRequest) as fault:
            await end(worker, confirm_project=typed)
        assert fault.value.field == "confirm_project"

    run = await end(worker, confirm_project=project.ref)
    assert run.state is RunState.SUCCEEDED
    assert project.ref not in world.projects.alive


async def test_an_approval_without_the_ref_deletes_nothing(
    world: World, worker: FakeWorker, project: MadeProject
) -> None:
    """As a tenant has it that was found to be made by hand after somebody had asked."""
    await take_up(worker, project)
    (row,) = world.records.tables.tenants.values()
    world.records.tables.tenants[row["tenant_id"]] = {**row, "imported": False}
    asked = await world.control.approvals.request_deprovision(
        OPERATOR, NAME, confirm=NAME, reason="they left", grace="0"
    )
    world.records.tables.tenants[row["tenant_id"]] = row
    decided = await world.control.approvals.approve(APPROVER, asked.approval_id)
    assert decided.run_id is not None
    run = await worker.finish(decided.run_id)

    assert run.error is not None
    assert run.error.code == "not_confirmed"
    assert project.ref in world.projects.alive
