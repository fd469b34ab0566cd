"""The API keys of a project in the Supabase stand-in."""

from collections.abc import AsyncIterator

import httpx
import pytest

from sandbox.state import State
from tests.integration.supabase_stand_in import make, open_api, status_of


@pytest.fixture
async def api(state: State) -> AsyncIterator[httpx.AsyncClient]:
    """The API with projects that are ready at once."""
    async with open_api(state, project_seconds=0) as client:
        yield client


async def test_shows_the_secret_key_only_to_whoever_asks(api: httpx.AsyncClient) -> None:
    ref = await make(api)
    await status_of(api, ref)
    masked = {key["type"]: key for key in (await api.get(f"/v1/projects/{ref}/api-keys")).json()}
    shown = {key["type"]: key for key in (await api.get(f"/v1/projects/{ref}/api-keys?reveal=true")).json()}
    assert masked["secret"]["name"] == masked["publishable"]["name"] == "default"
    assert shown["secret"]["api_key"].startswith("sb_secret_")
    assert masked["secret"]["api_key"] != shown["secret"]["api_key"]
    assert masked["secret"]["prefix"] == shown["secret"]["api_key"][:15]
    assert masked["publishable"]["api_key"] == shown["publishable"]["api_key"]
    assert (await api.get(f"/v1/projects/{ref}/api-keys?reveal=yes")).status_code == 400


async def test_has_legacy_keys_that_look_like_tokens_and_can_be_switched_off(api: httpx.AsyncClient) -> None:
    ref = await make(api)
    await status_of(api, ref)
    keys = (await api.get(f"/v1/projects/{ref}/api-keys")).json()
    legacy = {key["name"]: key["api_key"] for key in keys if key["type"] == "legacy"}
    assert set(legacy) == {"anon", "service_role"}
    assert all(key.count(".") == 2 for key in legacy.values())
    path = f"/v1/projects/{ref}/api-keys/legacy"
    assert (await api.get(path)).json() == {"enabled": True}
    assert (await api.put(path)).status_code == 400
    assert (await api.put(f"{path}?enabled=false")).json() == {"enabled": False}
    assert (await api.get(path)).json() == {"enabled": False}


async def test_makes_a_further_key_but_not_twice(api: httpx.AsyncClient) -> None:
    ref = await make(api)
    path = f"/v1/projects/{ref}/api-keys?reveal=true"
    body = {"type": "secret", "name": "nightly", "secret_jwt_template": {"role": "service_role"}}
    answer = await api.post(path, json=body)
    assert answer.status_code == 201
    assert answer.json()["secret_jwt_template"] == {"role": "service_role"}
    assert (await api.post(path, json=body)).status_code == 409
    assert (await api.post(path, json={**body, "name": "Nightly"})).status_code == 400
    assert (await api.post(path, json={**body, "type": "legacy"})).status_code == 400


async def test_deletes_a_key_for_good(api: httpx.AsyncClient, state: State) -> None:
    ref = await make(api)
    await status_of(api, ref)
    listed = (await api.get(f"/v1/projects/{ref}/api-keys?reveal=true")).json()
    default = next(key for key in listed if key["type"] == "secret")
    path = f"/v1/projects/{ref}/api-keys/{default['id']}"
    assert (await api.get(path)).json()["api_key"] != default["api_key"]
    assert (await api.get(f"{path}?reveal=true")).json() == default
    assert (await api.delete(f"{path}?reason=rotating_key")).json()["id"] == default["id"]
    assert (await api.delete(path)).status_code == 404
    assert (await api.get(path)).status_code == 404
    left = (await api.get(f"/v1/projects/{ref}/api-keys?reveal=true")).json()
    assert default["api_key"] not in {key["api_key"] for key in left}
    known = await state.pool.fetchrow(
        "select secret_key, publishable_key from supabase_projects where ref = $1", ref
    )
    assert known is not None
    assert (known["secret_key"], known["publishable_key"][:15]) == ("", "sb_publishable_")
