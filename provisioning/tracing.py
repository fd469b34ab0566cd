"""Spans for OpenTelemetry, where an installation asks for them: a leg, a step, a call outside. Else nothing at all."""

import asyncio
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager, contextmanager
from typing import TYPE_CHECKING, Final

from provisioning.errors import Refused, TenantbotError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.trace import Span, Tracer

Attributes = Mapping[str, str | int | float | bool]
"""By their names in OpenTelemetry's conventions where those have one."""

_PATH: Final = "v1/traces"


class _Current:
    """What traces this process, while somebody wants it traced."""

    tracer: "Tracer | None" = None


class Spanned:
    """A span that is under way, or nothing that looks like one."""

    def __init__(self, span: "Span | None") -> None:
        self._span = span

    def note(self, attributes: Attributes) -> None:
        """Add what became of it."""
        if self._span is not None:
            self._span.set_attributes(attributes)


@contextmanager
def span(name: str, attributes: Attributes) -> Iterator[Spanned]:
    """Trace a block. Of what it raises the kind is kept and no message, which may quote anything."""
    if _Current.tracer is None:
        yield Spanned(None)
        return
    with _Current.tracer.start_as_current_span(
        name, attributes=attributes, record_exception=False, set_status_on_exception=False
    ) as started:
        try:
            yield Spanned(started)
        except BaseException as fault:
            started.set_attribute("error.type", _kind(fault))
            raise


@asynccontextmanager
async def tracing(endpoint: str | None) -> AsyncIterator[None]:
    """Send spans to the collector at `endpoint` until the end of the block. Raises Refused without the extra."""
    if endpoint is None:
        yield
        return
    provider = _provider(endpoint)
    with tracing_by(provider):
        try:
            yield
        finally:
            await asyncio.to_thread(provider.shutdown)


@contextmanager
def tracing_by(provider: "TracerProvider") -> Iterator[None]:
    _Current.tracer = provider.get_tracer("tenantbot")
    try:
        yield
    finally:
        _Current.tracer = None


def _provider(endpoint: str) -> "TracerProvider":
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 - an extra
            OTLPSpanExporter,
        )
        from opentelemetry.sdk.resources import Resource  # noqa: PLC0415
        from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415
        from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415
    except ImportError as fault:
        raise Refused(
            "OTEL_EXPORTER_OTLP_ENDPOINT is set, but OpenTelemetry is not installed; "
            "install it by `pip install 'tenantbot[otel]'`, or take the setting away.",
            code="no_otel",
        ) from fault
    provider = TracerProvider(resource=Resource.create({"service.name": "tenantbot"}), shutdown_on_exit=False)
    exporter = OTLPSpanExporter(endpoint=f"{endpoint.rstrip('/')}/{_PATH}")
    provider.add_span_processor(BatchSpanProcessor(exporter))
    return provider


def _kind(fault: BaseException) -> str:
    return fault.code if isinstance(fault, TenantbotError) else type(fault).__name__
