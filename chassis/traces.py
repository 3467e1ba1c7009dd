"""Traces (OpenTelemetry, W3C Trace Context): recorded where an endpoint is set, elsewhere only passed on."""

import re
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from dataclasses import replace
from typing import TYPE_CHECKING

from opentelemetry.trace import Span, SpanKind, Status, StatusCode, Tracer
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from chassis.envelope import Envelope
from chassis.settings import ChassisSettings

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor, TracerProvider

Attributes = Mapping[str, str | int]
_HEADER = "traceparent"
_FORM = re.compile(r"(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}")
_PATH = "/v1/traces"
_propagator = TraceContextTextMapPropagator()
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)
_span: ContextVar[Span | None] = ContextVar("span", default=None)


class _Recording:
    """What records the spans of this process; None where nothing is recorded."""

    tracer: Tracer | None = None
    provider: "TracerProvider | None" = None


def set_up(settings: ChassisSettings, process: str) -> None:
    """Send the spans of this process to the OTLP endpoint of the settings; without one do nothing."""
    if settings.otlp_endpoint is None:
        return
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import (  # noqa: PLC0415 (only where traces are recorded)
        OTLPSpanExporter,
    )
    from opentelemetry.sdk.trace.export import BatchSpanProcessor  # noqa: PLC0415 (only where traces are recorded)

    endpoint = settings.otlp_endpoint.removesuffix("/").removesuffix(_PATH) + _PATH
    record(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint)), settings, process)


def record(processor: "SpanProcessor", settings: ChassisSettings, process: str) -> None:
    """Hand the spans of this process to a processor from now on."""
    from opentelemetry.sdk.resources import Resource  # noqa: PLC0415 (only where traces are recorded)
    from opentelemetry.sdk.trace import TracerProvider  # noqa: PLC0415 (only where traces are recorded)

    shut_down()
    resource = Resource.create(
        {
            "service.namespace": f"volmacht.{settings.deployment}",
            "service.name": process,
            "service.instance.id": settings.instance,
        }
    )
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(processor)
    _Recording.provider, _Recording.tracer = provider, provider.get_tracer("volmacht")


def shut_down() -> None:
    """Send what is recorded and record no more."""
    provider, _Recording.provider, _Recording.tracer = _Recording.provider, None, None
    if provider is not None:
        provider.shutdown()


def current_traceparent() -> str | None:
    """Return the `traceparent` for messages that are sent now."""
    return _current.get()


def within(envelope: Envelope, traceparent: str | None) -> Envelope:
    """Return the attributes of a message as the cause of what is sent inside a span."""
    return envelope if traceparent == envelope.traceparent else replace(envelope, traceparent=traceparent)


def failed(error: BaseException) -> None:
    """Mark the present span as failed; of the error only the class is kept, since its text may be personal."""
    if (made := _span.get()) is not None:
        made.set_attribute("error.type", type(error).__qualname__)
        made.set_status(Status(StatusCode.ERROR))


def span(name: str, envelope: Envelope) -> AbstractContextManager[str | None]:
    """Record the handling of a message as a child of the span that sent it; gives the `traceparent` of what it sends.

    Where nothing is recorded, that is the `traceparent` that came.
    """
    if _Recording.tracer is None:
        return _passed_on(envelope.traceparent)
    attributes: dict[str, str | int] = {
        "messaging.system": "kafka",
        "messaging.message.id": str(envelope.id),
        "messaging.message.conversation_id": envelope.correlationid or str(envelope.id),
        "cloudevents.event_type": envelope.type,
    }
    return _recorded(_Recording.tracer, name, SpanKind.CONSUMER, envelope.traceparent, attributes)


def start_request(headers: Mapping[str, str], name: str = "request") -> AbstractContextManager[str | None]:
    """Record an HTTP request, as a child of its `traceparent` header if it has a proper one; gives the one to send on.

    `name` is the method and the route's template: a path may hold personal data.
    """
    came = headers.get(_HEADER)
    parent = came if came is not None and _FORM.fullmatch(came) else None
    if _Recording.tracer is None:
        return _passed_on(parent)
    return _recorded(_Recording.tracer, name, SpanKind.SERVER, parent, {})


@contextmanager
def _passed_on(traceparent: str | None) -> Iterator[str | None]:
    token = _current.set(traceparent)
    try:
        yield traceparent
    finally:
        _current.reset(token)


@contextmanager
def _recorded(
    tracer: Tracer, name: str, kind: SpanKind, parent: str | None, attributes: Attributes
) -> Iterator[str | None]:
    """Record a span, the present one as long as the block lasts."""
    context = _propagator.extract({_HEADER: parent} if parent else {})
    made = tracer.start_span(name, context=context, kind=kind, attributes=attributes)
    token, span_token = _current.set(_traceparent(made)), _span.set(made)
    try:
        yield _current.get()
    except BaseException as error:
        failed(error)
        raise
    finally:
        _span.reset(span_token)
        _current.reset(token)
        made.end()


def _traceparent(made: Span) -> str:
    context = made.get_span_context()
    return f"00-{context.trace_id:032x}-{context.span_id:016x}-{context.trace_flags:02x}"
