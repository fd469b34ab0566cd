"""Every answer of the Supabase stand-in, and what it accepts, against the published contract."""

import json
import os
import re
import secrets
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from openapi_schema_validator import OAS30Validator

from sandbox.faults import Faults
from sandbox.serve import serve
from sandbox.state import State
from sandbox.supabase import bodies
from sandbox.supabase.app import create_app
from sandbox.supabase.refusals import Refusal
from sandbox.supabase.validators import Check

ROOT = Path(__file__).parent.parent.parent
ORGANIZATION = "contract"


class Contract:
    """The OpenAPI document, with references resolved and objects closed: no field beyond the documented ones."""

    def __init__(self, document: dict[str, Any]) -> None:
        self._document = document

    def operation(self, method: str, path: str) -> dict[str, Any]:
        for template, operations in self._document["paths"].items():
            if re.fullmatch(re.sub(r"\{\w+\}", "[^/]+", template), path) and method.lower() in operations:
                # A fixed path such as available-regions comes before one with a parameter in its place.
                found: dict[str, Any] = self._document["paths"].get(path, operations)[method.lower()]
                return found
        pytest.fail(f"The contract has no {method} {path}.")

    def check(self, response: httpx.Response) -> None:
        method, path = response.request.method, response.request.url.path
        if response.status_code >= 400:
            assert isinstance(response.json()["message"], str)
            return
        expected = self.operation(method, path)["responses"][str(response.status_code)]
        if "content" in expected:
            schema = self.resolve(expected["content"]["application/json"]["schema"], closed=True)
            errors = [error.message for error in OAS30Validator(schema).iter_errors(response.json())]
            assert errors == [], f"{method} {path}: {errors}"

    def body(self, method: str, path: str) -> OAS30Validator:
        content = self.operation(method, path)["requestBody"]["content"]["application/json"]
        return OAS30Validator(self.resolve(content["schema"], closed=False))

    def resolve(self, schema: Any, *, closed: bool) -> Any:
        if isinstance(schema, list):
            return [self.resolve(item, closed=closed) for item in schema]
        if not isinstance(schema, dict):
            return schema
        if "$ref" in schema:
            name = schema["$ref"].removeprefix("#/components/schemas/")
            return self.resolve(self._document["components"]["schemas"][name], closed=closed)
        # A discriminator only points at the branch of oneOf; the validator wants one with references.
        kept = {key: value for key, value in schema.items() if key != "discriminator"}
        resolved = {key: self.resolve(value, closed=closed) for key, value in kept.items()}
        if closed and "properties" in resolved and isinstance(resolved.get("type"), str):
            resolved.setdefault("additionalProperties", False)
        return resolved


@pytest.fixture(scope="module")
def contract() -> Contract:
    folder = Path(os.environ.get("CONTRACTS_DIR", ROOT.parent / "shared" / "contracts"))
    path = folder / "supabase" / "supabase_mgmt_v1_openapi_trimmed.json"
    if not path.is_file():
        pytest.skip(f"The contract of the Management API is not in {folder} (set CONTRACTS_DIR).")
    return Contract(json.loads(path.read_text(encoding="utf-8")))


@pytest.fixture
async def api(state: State, contract: Contract) -> AsyncIterator[httpx.AsyncClient]:
    """A client that holds whatever it receives against the contract."""

    async def check(response: httpx.Response) -> None:
        await response.aread()
        contract.check(response)

    token = secrets.token_hex(20)
    app = create_app(state, Faults(state), token=token, organization=ORGANIZATION, project_seconds=1000)
    server = await serve(app)
    async with httpx.AsyncClient(
        base_url=server.url,
        headers={"authorization": f"Bearer {token}"},
        event_hooks={"response": [check]},
        timeout=60,
    ) as client:
        yield client
    await server.stop()


async def test_every_answer_keeps_the_contract(state: State, api: httpx.AsyncClient) -> None:
    for path in ("profile", "organizations", f"organizations/{ORGANIZATION}"):
        assert (await api.get(f"/v1/{path}")).status_code == 200
    for continent in ("NA", "EU", "AS"):
        query = {"organization_slug": ORGANIZATION, "continent": continent}
        assert (await api.get("/v1/projects/available-regions", params=query)).status_code == 200

    body = {"name": "t-acme", "organization_slug": ORGANIZATION, "db_pass": "not-a-real-password"}
    ref = (await api.post("/v1/projects", json=body)).json()["ref"]
    await _read_everything(api, ref)
    await state.pool.execute(
        "update supabase_projects set ready_at = now() - interval '1 h', created_at = now() - interval '2 h'"
        " where ref = $1",
        ref,
    )
    await _read_everything(api, ref)
    await _write_everything(api, ref)
    await _read_everything(api, ref)
    assert (await api.delete(f"/v1/projects/{ref}")).status_code == 200
    assert (await api.get(f"/v1/projects/{ref}")).json()["status"] == "GOING_DOWN"
    assert (await api.get("/v1/projects")).status_code == 200
    assert (await api.delete(f"/v1/projects/{ref}")).status_code == 404


async def _read_everything(api: httpx.AsyncClient, ref: str) -> None:
    services = "auth,db,db_postgres_user,pooler,realtime,rest,storage,pg_bouncer"
    for path in (
        "", f"/health?services={services}", "/api-keys", "/api-keys?reveal=true", "/api-keys/legacy",
        "/config/database/pooler", "/postgrest", "/database/backups", "/pgsodium", "/ssl-enforcement",
    ):  # fmt: skip
        assert (await api.get(f"/v1/projects/{ref}{path}")).status_code == 200
    for path in ("projects", f"organizations/{ORGANIZATION}/projects?search=acme&limit=5"):
        assert (await api.get(f"/v1/{path}")).status_code == 200


async def _write_everything(api: httpx.AsyncClient, ref: str) -> None:
    path = f"/v1/projects/{ref}"
    key = {"type": "secret", "name": "more", "secret_jwt_template": {"role": "service_role"}}
    assert (await api.patch(path, json={"name": "t-acme-2"})).status_code == 200
    made = await api.post(f"{path}/api-keys?reveal=true", json=key)
    assert made.status_code == 201
    for method in ("GET", "DELETE"):
        answer = await api.request(method, f"{path}/api-keys/{made.json()['id']}?reveal=true")
        assert answer.status_code == 200
    assert (await api.put(f"{path}/api-keys/legacy?enabled=false")).status_code == 200
    assert (await api.patch(f"{path}/database/password", json={"password": "new-one"})).status_code == 200
    assert (await api.post(f"{path}/database/query", json={"query": "select 1 as one"})).status_code == 201


NEW_PROJECT = {"name": "t-acme", "organization_slug": "acme", "db_pass": "x"}
VALUES: tuple[Any, ...] = (
    None, True, 1, "", "abc", "n" * 256, "n" * 257, "default", "Default", "no slug", [], ["abc"], {}, {"a": 1},
    "nano", "24xlarge_high_memory", "publishable", "secret", "legacy",
    {"type": "specific", "code": "eu-west-1"}, {"type": "specific", "code": "emea"}, {"type": "specific"},
    {"type": "smartGroup", "code": "emea"}, {"type": "smartGroup", "code": "eu-west-1"}, {"code": "emea"},
)  # fmt: skip


def variations(valid: dict[str, Any], fields: tuple[str, ...]) -> Iterator[Any]:
    """Yield bodies that differ from a valid one in a single field: left out, or any of the values."""
    yield from (valid, [], "text", {})
    for field in fields:
        yield {name: value for name, value in valid.items() if name != field}
        for value in VALUES:
            yield {**valid, field: value}


@pytest.mark.parametrize(
    ("method", "path", "check", "valid", "fields"),
    [
        (
            "post", "/v1/projects", bodies.check_new_project, NEW_PROJECT,
            (*NEW_PROJECT, "region_selection", "desired_instance_size", "colour"),
        ),
        ("patch", "/v1/projects/{ref}", bodies.check_rename, {"name": "t-acme"}, ("name", "colour")),
        (
            "post", "/v1/projects/{ref}/api-keys", bodies.check_new_key, {"type": "secret", "name": "more"},
            ("type", "name", "secret_jwt_template", "colour"),
        ),
        (
            "post", "/v1/projects/{ref}/database/query", bodies.check_query, {"query": "select 1"},
            ("query", "parameters", "read_only", "colour"),
        ),
        (
            "patch", "/v1/projects/{ref}/database/password", bodies.check_new_password,
            {"password": "abcd"}, ("password", "colour"),
        ),
    ],
)  # fmt: skip
def test_accepts_and_refuses_the_bodies_that_the_contract_does(
    contract: Contract, method: str, path: str, check: Check, valid: dict[str, Any], fields: tuple[str, ...]
) -> None:
    validator = contract.body(method, path)
    for body in variations(valid, fields):
        assert accepts(check, body) == validator.is_valid(body), body


def test_refuses_deprecated_fields_beyond_the_contract(contract: Contract) -> None:
    documented = contract.body("post", "/v1/projects").schema["properties"]
    deprecated = [name for name, schema in documented.items() if schema.get("deprecated")]
    assert sorted(deprecated) == ["kps_enabled", "organization_id", "plan", "region"]
    for name in deprecated:
        assert not accepts(bodies.check_new_project, {**NEW_PROJECT, name: "anything"})


def accepts(check: Any, body: Any) -> bool:
    try:
        check(body)
    except Refusal:
        return False
    return True
