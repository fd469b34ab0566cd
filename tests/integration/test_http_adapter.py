"""How httpx becomes our errors, against services that refuse, break off, stay silent or answer nonsense."""

import logging
import secrets
import ssl
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest
import trustme
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from provisioning.adapters.http import call, new_client
from provisioning.adapters.http_answer import LONGEST_QUOTE, asked_pause, said
from provisioning.adapters.rate_limits import RateLimits
from provisioning.domain.secret import Secret
from provisioning.errors import Permanent, TenantbotError, Transient, Unclear
from sandbox.ports import HOST
from sandbox.serve import serve
from tests.integration.scripted_service import DROPPED, SILENT, ManualClock, ScriptedService, json_answer

TOKEN = secrets.token_hex(16)
PAGE = "<html><head><title>Bad &amp; tired\ngateway</title></head><body>Ray ID 1234</body></html>"


@pytest.fixture
async def client(running: tuple[ScriptedService, str]) -> AsyncIterator[httpx.AsyncClient]:
    headers = {"authorization": f"Bearer {TOKEN}"}
    async with new_client(base_url=running[1], headers=headers, timeout=5) as client:
        yield client


async def ask(client: httpx.AsyncClient, method: str = "GET", **more: object) -> TenantbotError:
    """Return the error that a call ends in."""
    with pytest.raises(TenantbotError) as caught:
        await call(client, method, "/thing", service="Thing", check="THING_URL", **more)  # type: ignore[arg-type]
    return caught.value


async def test_returns_answers_that_the_adapter_must_judge(
    client: httpx.AsyncClient, service: ScriptedService
) -> None:
    for status in (200, 201, 302, 400, 401, 403, 404, 409, 422):
        service.on("GET", "/thing", Response(status_code=status))
        assert (await call(client, "GET", "/thing", service="Thing")).status_code == status


async def test_a_refused_connection_is_transient_even_for_a_change() -> None:
    async with new_client(base_url=f"http://{HOST}:1") as client:
        fault = await ask(client, "POST")
    assert type(fault) is Transient
    assert fault.message.startswith(f"Thing at {HOST}:1 can't be reached (")
    assert fault.message.endswith("; check THING_URL.")


async def test_an_unknown_host_is_transient() -> None:
    async with new_client(base_url="http://nobody.invalid") as client:
        fault = await ask(client, "POST")
    assert type(fault) is Transient
    assert "nobody.invalid" in fault.message


async def test_an_address_that_is_none_is_permanent() -> None:
    async with new_client(base_url="nonsense") as client:
        assert type(await ask(client)) is Permanent


async def test_a_token_that_fits_no_header_is_permanent_and_not_quoted(client: httpx.AsyncClient) -> None:
    fault = await ask(client, headers={"authorization": f"Bearer {TOKEN}\nx"})
    assert type(fault) is Permanent
    assert fault.__cause__ is None
    assert TOKEN not in fault.message


@pytest.mark.parametrize("answer", [DROPPED, SILENT])
@pytest.mark.parametrize(
    ("method", "kind"), [("GET", Transient), ("POST", Unclear), ("PATCH", Unclear), ("DELETE", Unclear)]
)
async def test_a_lost_answer_is_unclear_only_after_a_change(
    client: httpx.AsyncClient, service: ScriptedService, answer: str, method: str, kind: type
) -> None:
    service.on(method, "/thing", answer)
    fault = await ask(client, method, timeout=0.2)
    assert type(fault) is kind
    assert len(service.asked) == 1


async def test_a_change_that_may_be_repeated_is_only_transient(
    client: httpx.AsyncClient, service: ScriptedService
) -> None:
    service.on("POST", "/thing", DROPPED, Response(status_code=500))
    for _ in range(2):
        assert type(await ask(client, "POST", may_repeat=True)) is Transient


@pytest.mark.parametrize("status", [408, 500, 502, 503, 504, 520])
async def test_a_service_in_trouble_leaves_a_change_unclear(
    client: httpx.AsyncClient, service: ScriptedService, status: int
) -> None:
    for method, kind in (("GET", Transient), ("POST", Unclear), ("DELETE", Unclear)):
        service.on(method, "/thing", json_answer({"message": "overloaded"}, status))
        fault = await ask(client, method)
        assert type(fault) is kind
        assert f"HTTP {status}: overloaded" in fault.message


async def test_a_status_may_be_kept_for_the_adapter(
    client: httpx.AsyncClient, service: ScriptedService
) -> None:
    service.on("GET", "/thing", Response(status_code=540))
    assert (await call(client, "GET", "/thing", service="Thing", keep={540})).status_code == 540


async def test_of_a_page_only_the_title_is_quoted(
    client: httpx.AsyncClient, service: ScriptedService
) -> None:
    service.on("GET", "/thing", HTMLResponse(PAGE, 503))
    assert "Bad & tired gateway" in (await ask(client)).message
    assert "Ray ID" not in (await ask(client)).message


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry-after": "7"}, 7),
        ({"x-ratelimit-reset": "12"}, 12),
        ({}, None),
    ],
)
@pytest.mark.parametrize("method", ["GET", "POST"])
async def test_too_many_calls_are_transient_with_the_pause_asked_for(
    client: httpx.AsyncClient,
    service: ScriptedService,
    headers: dict[str, str],
    pause: float | None,
    method: str,
) -> None:
    service.on(method, "/thing", Response(status_code=429, headers=headers))
    fault = await ask(client, method)
    assert type(fault) is Transient
    assert fault.retry_after == pause


@pytest.mark.parametrize(
    ("headers", "pause"),
    [
        ({"retry-after": "0.5"}, 0.5),
        ({"retry-after": "0", "x-ratelimit-reset": "9"}, 9),
        ({"retry-after": "Mon, 05 Jan 2026 10:00:30 GMT", "date": "Mon, 05 Jan 2026 10:00:00 GMT"}, 30),
        ({"retry-after": "Mon, 05 Jan 2026 10:00:00 GMT", "date": "Mon, 05 Jan 2026 10:00:30 GMT"}, None),
        ({"retry-after": "Mon, 05 Jan 2026 10:00:30 GMT"}, None),
        ({"x-ratelimit-reset": "1767607260", "date": "Mon, 05 Jan 2026 10:00:00 GMT"}, 60),
        ({"retry-after": "soon"}, None),
        ({"retry-after": "-1"}, None),
        ({"retry-after": "inf"}, None),
    ],
)
def test_reads_a_pause_in_every_form(headers: dict[str, str], pause: float | None) -> None:
    assert asked_pause(httpx.Response(429, headers=headers)) == pause


@pytest.mark.parametrize(
    ("answer", "words"),
    [
        (json_answer({"message": "no such thing"}), "no such thing"),
        (json_answer({"error": {"code": "x", "message": "in use"}}), "in use"),
        (json_answer({"success": False, "errors": [{"code": 1, "message": "a"}, {"message": "b"}]}), "a; b"),
        (
            json_answer({"detail": [{"loc": ["body", "key"], "msg": "required", "input": "s3"}]}),
            "body.key: required",
        ),
        (json_answer({"id": 4}), ""),
        (json_answer([4]), ""),
        (PlainTextResponse("Internal\nServer  Error"), "Internal Server Error"),
        (PlainTextResponse(f"you sent {TOKEN} and hunter-two"), "you sent … and …"),
        (Response(b"\xff\xfe"), "\ufffd\ufffd"),
        (HTMLResponse("<p>nothing"), ""),
    ],
)
async def test_quotes_what_a_service_says_and_nothing_secret(
    client: httpx.AsyncClient, service: ScriptedService, answer: Response, words: str
) -> None:
    service.on("GET", "/thing", answer)
    response = await call(client, "GET", "/thing", service="Thing")
    assert said(response, hide=[Secret("hunter-two")]) == words


async def test_quotes_are_short(client: httpx.AsyncClient, service: ScriptedService) -> None:
    service.on("GET", "/thing", PlainTextResponse("x" * 5000))
    response = await call(client, "GET", "/thing", service="Thing")
    assert len(said(response)) == LONGEST_QUOTE + 1


async def test_a_certificate_that_does_not_hold_is_permanent(tmp_path: Path) -> None:
    authority = trustme.CA()
    authority.issue_cert("elsewhere.test").private_key_and_cert_chain_pem.write_to_path(tmp_path / "own.pem")
    server = await serve(ScriptedService(), certificate=tmp_path / "own.pem", key=tmp_path / "own.pem")
    trusting = ssl.create_default_context()
    authority.configure_trust(trusting)
    for verify in (True, trusting):
        async with new_client(base_url=server.url, verify=verify) as client:
            fault = await ask(client, "POST")
        assert type(fault) is Permanent
        assert fault.code == "tls"
        assert f"{HOST}:{server.port} shows no valid certificate" in fault.message
    await server.stop()


async def test_a_service_without_tls_is_permanent(client: httpx.AsyncClient) -> None:
    async with new_client(base_url=f"https://{client.base_url.netloc.decode()}") as encrypted:
        fault = await ask(encrypted)
    assert type(fault) is Permanent
    assert fault.code == "tls"


async def test_logs_no_request_and_no_token(
    client: httpx.AsyncClient, service: ScriptedService, caplog: pytest.LogCaptureFixture
) -> None:
    service.on("GET", "/thing", json_answer({}))
    with caplog.at_level(logging.DEBUG):
        await call(client, "GET", "/thing", service="Thing")
    assert not [record for record in caplog.records if record.name.startswith(("httpx", "httpcore"))]
    assert TOKEN not in caplog.text


async def test_keeps_no_cookie(client: httpx.AsyncClient, service: ScriptedService) -> None:
    service.on("GET", "/thing", json_answer({}, set_cookie="session=1; Path=/"))
    await call(client, "GET", "/thing", service="Thing")
    await call(client, "GET", "/thing", service="Thing")
    assert "cookie" not in service.asked[-1].headers


async def test_takes_no_proxy_to_this_machine(
    client: httpx.AsyncClient, service: ScriptedService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://{HOST}:1")
    service.on("GET", "/thing", json_answer({}))
    async with new_client(base_url=str(client.base_url)) as fresh:
        assert (await call(fresh, "GET", "/thing", service="Thing")).is_success


def last_call(reset: str) -> httpx.Response:
    return httpx.Response(200, headers={"x-ratelimit-remaining": "0", "x-ratelimit-reset": reset})


async def test_waits_for_the_reset_of_a_scope_that_is_used_up() -> None:
    clock = ManualClock()
    limits = RateLimits(clock)
    limits.note("project a", last_call("20"))
    await limits.wait("project b", service="Thing")
    assert clock.slept == []
    await limits.wait("project a", service="Thing")
    await limits.wait("project a", service="Thing")
    assert clock.slept == [20]


async def test_waits_a_minute_at_most() -> None:
    clock = ManualClock()
    limits = RateLimits(clock)
    limits.note("project a", last_call("61"))
    with pytest.raises(Transient) as caught:
        await limits.wait("project a", service="Thing")
    assert caught.value.retry_after == 61
    assert clock.slept == []


async def test_does_not_wait_while_calls_are_left() -> None:
    clock = ManualClock()
    limits = RateLimits(clock)
    limits.note("x", httpx.Response(200, headers={"x-ratelimit-remaining": "1", "x-ratelimit-reset": "20"}))
    limits.note("x", httpx.Response(200))
    await limits.wait("x", service="Thing")
    assert clock.slept == []
