"""What the Supabase stand-in does when it is told to misbehave."""

from collections.abc import AsyncIterator

import httpx
import pytest

from sandbox.faults import Faults
from sandbox.state import State
from tests.integration.supabase_stand_in import health_of, make, open_api, status_of, wanted

# A fault that the stand-in asks for itself; no request path begins like this.
LASTING = "lasting"


@pytest.fixture
async def faults(state: State) -> AsyncIterator[Faults]:
    switched = Faults(state)
    yield switched
    await switched.clear()


@pytest.fixture
async def api(state: State, faults: Faults) -> AsyncIterator[httpx.AsyncClient]:
    """The API with projects that are ready at once."""
    async with open_api(state, project_seconds=0, faults=faults) as client:
        yield client


async def test_never_gets_ready_until_the_fault_is_cleared(api: httpx.AsyncClient, faults: Faults) -> None:
    await faults.add("supabase", LASTING, "never-ready", None, 0)
    ref = await make(api)
    assert [await status_of(api, ref) for _ in range(2)] == ["COMING_UP"] * 2
    assert await health_of(api, ref, "db,auth") == ["ACTIVE_HEALTHY", "COMING_UP"]
    await faults.clear()
    assert await status_of(api, ref) == "ACTIVE_HEALTHY"


async def test_fails_to_initialise_for_good(api: httpx.AsyncClient, faults: Faults) -> None:
    await faults.add("supabase", LASTING, "init-failed", None, 0)
    ref = await make(api)
    assert await status_of(api, ref) == "INIT_FAILED"
    await faults.clear()
    assert await status_of(api, ref) == "INIT_FAILED"
    assert (await api.delete(f"/v1/projects/{ref}")).status_code == 200


async def test_passes_through_a_status_that_no_client_knows(api: httpx.AsyncClient, faults: Faults) -> None:
    await faults.add("supabase", LASTING, "unknown-status", None, 0)
    ref = await make(api)
    assert [await status_of(api, ref) for _ in range(2)] == ["WARMING_UP", "ACTIVE_HEALTHY"]


async def test_reports_unhealthy_services(api: httpx.AsyncClient, faults: Faults) -> None:
    ref = await make(api)
    await faults.add("supabase", LASTING, "unhealthy", None, 0)
    assert await health_of(api, ref, "db,storage") == ["UNHEALTHY", "UNHEALTHY"]


async def test_loses_the_answer_of_a_creation_but_not_the_project(
    api: httpx.AsyncClient, faults: Faults
) -> None:
    body = await wanted(api, name="t-lost")
    await faults.add("supabase", "/v1/projects", "5xx-after-commit", 1, 0)
    assert (await api.post("/v1/projects", json=body)).status_code == 504
    path = f"/v1/organizations/{body['organization_slug']}/projects?search=t-lost"
    assert (await api.get(path)).json()["pagination"]["count"] == 1


async def test_makes_default_keys_while_the_first_ones_are_missing(
    state: State, api: httpx.AsyncClient, faults: Faults
) -> None:
    ref = await make(api)
    await status_of(api, ref)
    await faults.add("supabase", LASTING, "keys-missing", None, 0)
    path = f"/v1/projects/{ref}/api-keys?reveal=true"
    assert {key["type"] for key in (await api.get(path)).json()} == {"legacy"}
    made = (await api.post(path, json={"type": "secret", "name": "default"})).json()["api_key"]
    assert made in [key["api_key"] for key in (await api.get(path)).json()]
    assert made == await state.pool.fetchval("select secret_key from supabase_projects where ref = $1", ref)
    assert (await api.post(path, json={"type": "secret", "name": "default"})).status_code == 409
