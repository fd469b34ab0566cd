"""A tenant that was made by hand, registered as the guide's step 4 does: its body, its answer, and what follows."""

from typing import Any

import pytest

from provisioning.domain.run import RunId, RunState
from provisioning.domain.secret import Secret
from tests.fakes.projects import MadeProject
from tests.fakes.worker import FakeWorker
from tests.fakes.world import World
from tests.unit.test_admin_api.caller import Caller

PASSWORD = "fake-database-password"


@pytest.fixture
async def project(world: World) -> MadeProject:
    made = world.projects.make("TaskifAI - By Hand", password=Secret(PASSWORD))
    await made.database.apply_schema(world.schema.now)
    made.database.versions.clear()
    await made.database.seed(world.ports.seeds)
    await made.database.ensure_user(
        email="admin@customer.com", password_hash="hash", full_name="John Doe", role="admin"
    )
    return made


async def guide(world: World, project: MadeProject, **more: Any) -> dict[str, Any]:
    keys = await world.projects.keys(project.ref)
    return {
        "company_name": "Customer Inc",
        "subdomain": "customerinc",
        "database_url": world.projects.url(project.ref),
        "database_anon_key": keys.anon.reveal(),
        "database_service_key": keys.service.reveal(),
        "admin_email": "admin@customer.com",
        "admin_name": "John Doe",
        **more,
    }


async def test_the_answer_is_the_guide_s_and_the_run_waits_for_the_password(
    operator: Caller, world: World, project: MadeProject
) -> None:
    answer = await operator.ask("POST", "/tenants", await guide(world, project))
    assert answer.status_code == 201
    said = answer.json()
    assert list(said) == ["tenant_id", "subdomain", "database_url", "is_active", "created_at", "access_url"]
    assert said["is_active"]
    run_id = RunId(answer.headers["location"].rpartition("/")[2])
    run = await FakeWorker(world).finish(run_id)
    assert run.state is RunState.WAITING
    assert run.error is not None
    assert run.error.code == "no_password"

    again = await operator.ask("POST", "/tenants", await guide(world, project, database_password=PASSWORD))
    assert again.headers["location"] == answer.headers["location"]
    run = await FakeWorker(world).finish(run_id)
    assert run.state is RunState.SUCCEEDED, run.error
    found = (await operator.ask("GET", f"/tenants/{said['tenant_id']}")).json()
    assert (found["subdomain"], found["state"]) == ("customerinc", "verified")
    assert (await world.platform.find("customerinc")) is not None
    keys = await world.projects.keys(project.ref)
    assert not any(secret in str(found) for secret in (PASSWORD, keys.anon.reveal(), keys.service.reveal()))


async def test_a_project_that_is_not_there_is_refused(
    operator: Caller, world: World, project: MadeProject
) -> None:
    body = await guide(world, project, database_url="https://abcdefghijklmnopqrst.supabase.co")
    answer = await operator.ask("POST", "/tenants", body)
    assert (answer.status_code, answer.json()["code"]) == (409, "no_project")
    assert (await operator.ask("GET", "/tenants/customerinc")).status_code == 404
