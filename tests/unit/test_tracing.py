"""Spans of legs, steps and calls outside: nested as they happened, with ids and without secrets; and only if asked for."""

import asyncio
import secrets
import sys
from collections.abc import Iterator, Sequence

import httpx
import pytest

from provisioning.adapters.http import call
from provisioning.errors import Refused, Transient
from provisioning.tracing import span, tracing, tracing_by
from sandbox.ports import choose_port
from tests.fakes.worker import FakeWorker
from tests.fakes.world import SUBDOMAIN, World

sdk = pytest.importorskip("opentelemetry.sdk.trace", reason="the extra otel is not installed")

from opentelemetry.sdk.trace import ReadableSpan, TracerProvider  # noqa: E402
from opentelemetry.sdk.trace.export import SimpleSpanProcessor  # noqa: E402
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter  # noqa: E402

SECRET = f"not-a-real-password-{secrets.token_hex(4)}"


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter, provider = InMemorySpanExporter(), TracerProvider(shutdown_on_exit=False)
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    with tracing_by(provider):
        yield exporter
    provider.shutdown()


def named(spans: InMemorySpanExporter, start: str) -> Sequence[ReadableSpan]:
    return [one for one in spans.get_finished_spans() if one.name.startswith(start)]


async def test_a_run_is_a_leg_with_its_steps_inside(
    spans: InMemorySpanExporter, world: World, worker: FakeWorker
) -> None:
    run = await worker.provision()

    (leg,) = named(spans, "leg")
    steps = named(spans, "step")
    assert leg.attributes is not None
    assert (leg.attributes["run.id"], leg.attributes["tenant"]) == (run.run_id, SUBDOMAIN)
    assert (leg.attributes["run.kind"], leg.attributes["run.state"]) == ("provision", "succeeded")
    assert [step.name for step in steps] == [f"step {number}" for number in range(1, 9)]
    for step in steps:
        assert leg.context is not None
        assert step.parent is not None
        assert step.parent.span_id == leg.context.span_id
        assert step.attributes is not None
        assert step.attributes["step.outcome"] == "succeeded"


@pytest.mark.parametrize(("status", "error"), [(200, None), (503, "transient")])
async def test_a_call_outside_says_to_whom_and_how_it_ended_and_nothing_that_it_carried(
    spans: InMemorySpanExporter, status: int, error: str | None
) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        return httpx.Response(status, json={"message": SECRET})

    headers = {"authorization": f"Bearer {SECRET}"}
    async with httpx.AsyncClient(
        transport=httpx.MockTransport(answer), base_url="https://api.test"
    ) as client:
        try:
            with span("outer", {}):
                await call(client, "GET", f"/v1/{SECRET}", service="Supabase", headers=headers)
        except Transient:
            assert status == 503

    asked, outer = spans.get_finished_spans()
    assert asked.name == "GET Supabase"
    assert dict(asked.attributes or {}) == {
        "http.request.method": "GET",
        "server.address": "api.test",
        "http.response.status_code": status,
    }
    assert (outer.attributes or {}).get("error.type") == error
    assert SECRET not in asked.to_json() + outer.to_json()


async def test_without_an_endpoint_nothing_is_traced() -> None:
    async with tracing(None):
        with span("leg", {"run.id": "r1"}) as under_way:
            under_way.note({"run.state": "succeeded"})


async def test_without_the_extra_it_is_told_how_to_get_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", None)

    with pytest.raises(Refused, match=r"pip install 'tenantbot\[otel\]'"):
        async with tracing("http://127.0.0.1:4318"):
            pytest.fail("nothing is traced")


async def test_spans_reach_a_collector_before_the_process_ends() -> None:
    received: list[bytes] = []

    async def collect(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = (await reader.readuntil(b"\r\n\r\n")).decode().lower()
        length = int(head.partition("content-length: ")[2].partition("\r\n")[0])
        received.append(head.partition(" http")[0].encode() + await reader.readexactly(length))
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.close()

    port = choose_port()
    async with await asyncio.start_server(collect, "127.0.0.1", port), tracing(f"http://127.0.0.1:{port}/"):
        with span("leg", {"run.id": "provision-customerinc-1"}):
            pass

    (sent,) = received
    assert sent.startswith(b"post /v1/traces")
