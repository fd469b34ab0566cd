"""PlatformAdminApi in both shapes of the platform's admin API, and NoPlatform."""

import json
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any, Literal

import pytest
from starlette.responses import HTMLResponse, PlainTextResponse, RedirectResponse, Response

from provisioning.adapters.http import new_client
from provisioning.adapters.no_platform import NoPlatform
from provisioning.adapters.platform_admin_api import PlatformAdminApi
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, Refused, TenantbotError, Transient, Unclear
from provisioning.ports import Platform, PublishedTenant, TenantCredentials
from tests.integration.scripted_service import DROPPED, ScriptedService, json_answer

TOKEN = secrets.token_hex(20)
ANON, SERVICE = Secret(f"anon-{secrets.token_hex(8)}"), Secret(f"service-{secrets.token_hex(8)}")
CUSTOMER = TenantCredentials(
    company_name="Customer Inc",
    subdomain="customerinc",
    database_url="https://abc.supabase.co",
    anon_key=ANON,
    service_key=SERVICE,
    admin_email="admin@customer.example",
    admin_name="Jo Doe",
)
GUIDE, ITEM = "/admin/tenants", "/admin/tenants/t-1"
PLATFORM = "/api/admin/tenants/"

Open = Callable[..., PlatformAdminApi]


@pytest.fixture
async def connect(running: tuple[ScriptedService, str]) -> AsyncIterator[Open]:
    async with new_client(base_url=running[1], headers={"authorization": f"Bearer {TOKEN}"}) as client:

        def open_api(body: Literal["guide", "platform"] = "guide") -> PlatformAdminApi:
            return PlatformAdminApi(client, body=body)

        yield open_api


@pytest.fixture
def platform(connect: Open, service: ScriptedService) -> PlatformAdminApi:
    del service
    return connect()


async def failure(call: Awaitable[Any]) -> TenantbotError:
    with pytest.raises(TenantbotError) as caught:
        await call
    return caught.value


def row(number: int = 1, subdomain: str = "customerinc", **changed: Any) -> dict[str, Any]:
    fields = {"tenant_id": f"t-{number}", "subdomain": subdomain, "database_url": "https://abc.supabase.co"}
    return {**fields, "is_active": True, "created_at": "2026-01-01T10:00:00Z", **changed}


def page(*rows: dict[str, Any]) -> Any:
    return json_answer({"tenants": list(rows), "total": len(rows), "limit": 100, "offset": 0})


async def test_publishes_as_the_guide_writes_it(platform: PlatformAdminApi, service: ScriptedService) -> None:
    service.on("POST", GUIDE, json_answer(row(access_url="https://customerinc.taskifai.com"), 201))
    assert await platform.publish(CUSTOMER) == PublishedTenant(
        tenant_id="t-1",
        subdomain="customerinc",
        database_url="https://abc.supabase.co",
        is_active=True,
        access_url="https://customerinc.taskifai.com",
    )
    (asked,) = service.asked
    assert asked.headers["authorization"] == f"Bearer {TOKEN}"
    assert json.loads(asked.body) == {
        "company_name": "Customer Inc",
        "subdomain": "customerinc",
        "database_url": "https://abc.supabase.co",
        "database_anon_key": ANON.reveal(),
        "database_service_key": SERVICE.reveal(),
        "admin_email": "admin@customer.example",
        "admin_name": "Jo Doe",
    }


async def test_publishes_as_the_platform_takes_it(connect: Open, service: ScriptedService) -> None:
    service.on("POST", PLATFORM, json_answer(row(updated_at=None), 201))
    published = await connect("platform").publish(CUSTOMER)
    assert (published.tenant_id, published.access_url) == ("t-1", None)
    body = json.loads(service.asked[0].body)
    assert body["database_credentials"] == {"anon_key": ANON.reveal(), "service_key": SERVICE.reveal()}
    assert not {"database_anon_key", "database_service_key"} & set(body)


async def test_a_subdomain_that_is_there_is_refused_as_taken(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    service.on("GET", GUIDE, page(row()))
    for status in (400, 409):
        service.on("POST", GUIDE, json_answer({"detail": "no"}, status))
        fault = await failure(platform.publish(CUSTOMER))
        assert isinstance(fault, Refused)
        assert (fault.code, fault.field) == ("taken", "subdomain")


async def test_a_bad_request_is_not_taken_for_a_duplicate(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    service.on("POST", GUIDE, json_answer({"detail": "bad company"}, 400))
    service.on("GET", GUIDE, page())
    fault = await failure(platform.publish(CUSTOMER))
    assert type(fault) is Permanent
    assert "bad company" in fault.message


async def test_a_body_of_the_wrong_shape_is_permanent_and_names_the_setting(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    missing = {"loc": ["body", "database_credentials"], "msg": "Field required", "input": SERVICE.reveal()}
    service.on("POST", GUIDE, json_answer({"detail": [missing]}, 422))
    fault = await failure(platform.publish(CUSTOMER))
    assert type(fault) is Permanent
    assert "body.database_credentials: Field required" in fault.message
    assert "PLATFORM_ADMIN_BODY" in fault.message
    assert SERVICE.reveal() not in fault.message


async def test_keys_that_are_sent_back_are_not_quoted(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    for status in (422, 500):
        words = f"bad {SERVICE.reveal()}, {ANON.reveal()} for {TOKEN}"
        service.on("POST", GUIDE, PlainTextResponse(words, status))
        assert "bad …, … for …" in (await failure(platform.publish(CUSTOMER))).message


async def test_a_refused_token_is_permanent_and_named(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    for status in (401, 403):
        service.on("GET", GUIDE, json_answer({"detail": "no"}, status))
        service.on("POST", GUIDE, json_answer({"detail": "no"}, status))
        for call in (platform.check_access(), platform.publish(CUSTOMER), platform.find("customerinc")):
            fault = await failure(call)
            assert type(fault) is Permanent
            assert fault.code == "token"
            assert "PLATFORM_ADMIN_TOKEN" in fault.message


async def test_a_platform_in_trouble_leaves_publishing_unclear_and_names_what_to_check(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    for answer in (PlainTextResponse("Internal Server Error", 500), DROPPED, json_answer({}, 201)):
        service.on("POST", GUIDE, answer)
        service.on("GET", GUIDE, answer)
        assert type(await failure(platform.publish(CUSTOMER))) is Unclear
    service.on("GET", GUIDE, PlainTextResponse("Internal Server Error", 500))
    fault = await failure(platform.check_access())
    assert type(fault) is Transient
    assert "check PLATFORM_ADMIN_URL, PLATFORM_ADMIN_TOKEN" in fault.message


async def test_a_missing_or_moved_api_is_permanent(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    fault = await failure(platform.check_access())
    assert type(fault) is Permanent
    assert "PLATFORM_ADMIN_URL" in fault.message
    service.on("POST", GUIDE, RedirectResponse("http://elsewhere.test/", 307))
    assert type(await failure(platform.publish(CUSTOMER))) is Permanent


async def test_a_list_that_cannot_be_read_is_no_empty_list(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    service.on("GET", GUIDE, HTMLResponse("<title>TaskifAI</title>"), json_answer({"rows": []}))
    assert type(await failure(platform.find("customerinc"))) is Transient
    assert (await failure(platform.find("customerinc"))).code == "unexpected_answer"


async def test_access_is_checked_with_one_cheap_question(connect: Open, service: ScriptedService) -> None:
    service.on("GET", PLATFORM, page(row()))
    await connect("platform").check_access()
    assert [(asked.path, asked.params["limit"]) for asked in service.asked] == [(PLATFORM, "1")]
    assert connect("platform").publishes


async def test_finds_a_tenant_on_a_later_page(platform: PlatformAdminApi, service: ScriptedService) -> None:
    first = [row(number, f"tenant{number}") for number in range(100)]
    service.on("GET", GUIDE, page(*first), page(row(100)), page())
    found = await platform.find("customerinc")
    assert found is not None
    assert found.tenant_id == "t-100"
    assert [asked.params["offset"] for asked in service.asked] == ["0", "100"]


async def test_a_bare_list_without_pages_ends(platform: PlatformAdminApi, service: ScriptedService) -> None:
    service.on("GET", GUIDE, json_answer([row(1, "harbour"), row(2, "anchor")]))
    assert await platform.find("customerinc") is None
    assert len(service.asked) == 2


async def test_names_another_active_tenant(platform: PlatformAdminApi, service: ScriptedService) -> None:
    rows = [row(1), row(2, "suspended", is_active=False), row(3, "harbour")]
    service.on("GET", GUIDE, page(*rows), page())
    assert await platform.other_active("customerinc") == "harbour"
    service.on("GET", GUIDE, page(*rows[:2]), page())
    assert await platform.other_active("customerinc") is None


@pytest.mark.parametrize(
    ("body", "path", "keys"),
    [
        ("guide", ITEM, ["database_anon_key", "database_service_key"]),
        ("platform", f"{PLATFORM}t-1", ["database_credentials"]),
    ],
)
async def test_serves_a_known_tenant_from_another_database(
    connect: Open, service: ScriptedService, body: Literal["guide", "platform"], path: str, keys: list[str]
) -> None:
    service.on("PATCH", path, json_answer(row()))

    await connect(body).repoint("t-1", CUSTOMER)

    (asked,) = service.asked
    sent = json.loads(asked.body)
    assert (sent["database_url"], sent["is_active"]) == (CUSTOMER.database_url, True)
    assert set(keys) <= sent.keys()


async def test_withdraws_by_deleting(platform: PlatformAdminApi, service: ScriptedService) -> None:
    service.on("DELETE", ITEM, Response(status_code=204))
    assert "deleted the tenant" in await platform.withdraw("t-1")


@pytest.mark.parametrize("status", [404, 405])
async def test_withdraws_by_switching_off_where_nothing_is_deleted(
    platform: PlatformAdminApi, service: ScriptedService, status: int
) -> None:
    service.on("DELETE", ITEM, json_answer({"detail": "no"}, status))
    service.on("GET", GUIDE, page(row()))
    service.on("PATCH", ITEM, json_answer(row(is_active=False)))
    assert "made tenant t-1 inactive; its row stays" in await platform.withdraw("t-1")
    assert json.loads(service.asked[-1].body) == {"is_active": False}


async def test_withdraws_by_the_guides_own_call(platform: PlatformAdminApi, service: ScriptedService) -> None:
    service.on("GET", GUIDE, page(row()))
    service.on("PATCH", f"{ITEM}/suspend", json_answer(row(is_active=False)))
    assert "made tenant t-1 inactive; its row stays" in await platform.withdraw("t-1")


async def test_withdrawing_what_is_gone_succeeds(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    service.on("GET", GUIDE, page(row(2, "harbour")))
    assert "had no such tenant any more" in await platform.withdraw("t-1")


async def test_a_tenant_that_cannot_be_withdrawn_is_a_persons(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    service.on("GET", GUIDE, page(row()))
    assert type(await failure(platform.withdraw("t-1"))) is Permanent
    service.on("DELETE", ITEM, json_answer({"detail": "audit log refers to it"}, 409))
    assert "audit log refers to it" in (await failure(platform.withdraw("t-1"))).message
    service.on("DELETE", ITEM, DROPPED)
    assert type(await failure(platform.withdraw("t-1"))) is Unclear


async def test_an_id_cannot_leave_its_place_in_the_path(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    service.on("GET", GUIDE, page())
    await platform.withdraw("../../users/1")
    assert service.asked[0].path == f"{GUIDE}/../../users/1"
    assert service.asked[0].raw_path == f"{GUIDE}/..%2F..%2Fusers%2F1"


async def test_without_a_platform_nothing_is_published() -> None:
    platform: Platform = NoPlatform()
    assert not platform.publishes
    await platform.check_access()
    assert await platform.find("customerinc") is None
    assert await platform.other_active("customerinc") is None
    assert "PLATFORM_REGISTRY is none" in await platform.withdraw("t-1")
    assert "PLATFORM_REGISTRY is none" in (await failure(platform.publish(CUSTOMER))).message


@pytest.mark.parametrize(
    ("body", "path", "keys"),
    [
        ("guide", ITEM, {"database_anon_key": ANON.reveal(), "database_service_key": SERVICE.reveal()}),
        (
            "platform",
            f"{PLATFORM}t-1",
            {"database_credentials": {"anon_key": ANON.reveal(), "service_key": SERVICE.reveal()}},
        ),
    ],
)
async def test_gives_new_keys_together_with_the_url(
    connect: Open,
    service: ScriptedService,
    body: Literal["guide", "platform"],
    path: str,
    keys: dict[str, Any],
) -> None:
    service.on("PATCH", path, json_answer(row()))
    assert await connect(body).update_credentials("t-1", CUSTOMER)
    (asked,) = service.asked
    assert json.loads(asked.body) == {"database_url": CUSTOMER.database_url, **keys}


async def test_says_when_the_platform_takes_no_new_keys(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    service.on("PATCH", ITEM, json_answer({"detail": "Method Not Allowed"}, 405))
    service.on("GET", GUIDE, page(row()), page(row()))
    assert not await platform.update_credentials("t-1", CUSTOMER)


async def test_keys_for_a_tenant_that_is_not_there_are_refused(
    platform: PlatformAdminApi, service: ScriptedService
) -> None:
    service.on("PATCH", ITEM, json_answer({"detail": f"No tenant; key {SERVICE.reveal()}"}, 404))
    service.on("GET", GUIDE, page(), page())
    refusal = await failure(platform.update_credentials("t-1", CUSTOMER))
    assert isinstance(refusal, Permanent)
    assert SERVICE.reveal() not in refusal.message
