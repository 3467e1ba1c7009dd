"""Traces: one trace from an HTTP request to what a command sends, and nothing recorded where no endpoint is set."""

from collections.abc import Iterator
from gzip import decompress
from http.server import BaseHTTPRequestHandler, HTTPServer
from queue import Queue
from threading import Thread
from uuid import uuid4

import pytest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.trace import SpanKind, StatusCode

from chassis import traces
from chassis.asking import Asker
from chassis.bus import Producer
from chassis.envelope import read_envelope
from chassis.outbox import Sender
from chassis.settings import ChassisSettings
from tests.chassis.shop import Count, Counted, CounterState, shop
from tests.harness import NOW, ServiceUnderTest, a_record, an_envelope

TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
CAME = f"00-{TRACE}-{PARENT}-01"
SETTINGS = ChassisSettings(deployment="traced")


@pytest.fixture
def spans() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    traces.record(SimpleSpanProcessor(exporter), SETTINGS, "chain")
    yield exporter
    traces.shut_down()


def ids(traceparent):
    _, trace, span, _ = traceparent.split("-")
    return trace, span


def test_a_trace_goes_from_the_request_through_the_question_and_the_command_to_what_it_sends(spans):
    asker = Asker(SETTINGS, "gateway", Producer(SETTINGS))
    command, sender = Count(counter=uuid4()), Sender(SETTINGS, "chain")

    with traces.start_request({"traceparent": CAME}, "POST /v1/counters") as sent:
        question = asker.question(command, id_=uuid4(), time=NOW, limit_s=5, traceparent=sent)
    envelope = read_envelope(question.headers)
    with traces.span(envelope.type, envelope) as inside:
        cause = traces.within(envelope, inside)
        event = Counted(state=CounterState(id=command.counter, count=1))
        row = sender.row(event, uuid4(), NOW, sequence=1, cause=cause)

    request, handled = spans.get_finished_spans()
    out = read_envelope([(name, value) for name, value in row["headers"]]).traceparent
    assert {f"{span.context.trace_id:032x}" for span in (request, handled)} == {TRACE}
    assert f"{request.parent.span_id:016x}" == PARENT
    assert handled.parent.span_id == request.context.span_id
    assert ids(out) == (TRACE, f"{handled.context.span_id:016x}")
    assert (request.kind, handled.kind) == (SpanKind.SERVER, SpanKind.CONSUMER)
    assert handled.attributes["messaging.message.id"] == str(question.id)
    assert handled.resource.attributes["service.name"] == "chain"


async def test_a_command_sends_on_the_trace_of_its_own_span(spans, settings):
    async with ServiceUnderTest(shop(settings)) as service:
        command, failing = Count(counter=uuid4()), Count(counter=uuid4(), fail="Jansen")
        records = [a_record(c, an_envelope(c, traceparent=CAME)) for c in (command, failing)]
        await service.process.commands.handle(records)
        [(envelope, _)] = await service.sent_with_envelopes(Counted)

    good, bad = spans.get_finished_spans()
    assert f"{good.parent.span_id:016x}" == PARENT
    assert ids(envelope.traceparent) == (TRACE, f"{good.context.span_id:016x}")
    assert (good.status.status_code, bad.status.status_code) == (StatusCode.UNSET, StatusCode.ERROR)
    assert "Jansen" not in bad.to_json()


def test_a_message_without_a_trace_begins_one(spans):
    with traces.span("a", an_envelope(Count(counter=uuid4()))) as inside:
        assert traces.current_traceparent() == inside
    [span] = spans.get_finished_spans()
    assert span.parent is None
    assert ids(inside) == (f"{span.context.trace_id:032x}", f"{span.context.span_id:016x}")


@pytest.mark.parametrize(
    "came", ["", "x", f"00-{'0' * 32}-{PARENT}-01", f"00-{TRACE}-{'0' * 16}-01", CAME + "\r\nx: 1"]
)
def test_a_malformed_traceparent_is_not_believed(spans, came):
    with traces.start_request({"traceparent": came}):
        pass
    [span] = spans.get_finished_spans()
    assert span.parent is None


def test_a_failure_is_marked_without_the_text_of_the_error(spans):
    with (
        pytest.raises(ValueError, match="Jansen"),
        traces.span("a", an_envelope(Count(counter=uuid4()), traceparent=CAME)),
    ):
        raise ValueError("Jansen")
    [span] = spans.get_finished_spans()
    assert span.status.status_code is StatusCode.ERROR
    assert span.attributes["error.type"] == "ValueError"
    assert "Jansen" not in span.to_json()


def test_where_nothing_is_recorded_a_trace_is_passed_on():
    traces.set_up(SETTINGS, "chain")

    with traces.start_request({"traceparent": CAME}) as sent:
        assert traces.current_traceparent() == sent == CAME
    with traces.span("a", an_envelope(Count(counter=uuid4()), traceparent=CAME)) as inside:
        assert traces.current_traceparent() == inside == CAME
    with traces.start_request({"traceparent": "nonsense"}) as sent:
        assert sent is None
    assert traces.current_traceparent() is None


def test_spans_go_to_the_endpoint_of_the_settings():
    heard: Queue[tuple[str, bytes]] = Queue()

    class Collector(BaseHTTPRequestHandler):
        def do_POST(self):
            heard.put((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Collector) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            endpoint = f"http://127.0.0.1:{server.server_port}"
            traces.set_up(ChassisSettings(deployment="traced", otlp_endpoint=endpoint), "billing")
            with traces.start_request({"traceparent": CAME}, "GET /v1/invoices"):
                pass
            traces.shut_down()
            path, body = heard.get(timeout=10)
        finally:
            server.shutdown()
            thread.join()

    [resource] = ExportTraceServiceRequest.FromString(plain(body)).resource_spans
    [span] = resource.scope_spans[0].spans
    assert path == "/v1/traces"
    assert (span.name, span.trace_id.hex(), span.parent_span_id.hex()) == ("GET /v1/invoices", TRACE, PARENT)
    names = {attribute.key: attribute.value.string_value for attribute in resource.resource.attributes}
    assert names["service.name"] == "billing"


def plain(body: bytes) -> bytes:
    """Return the body, unzipped where it is gzip."""

    return decompress(body) if body[:2] == b"\x1f\x8b" else body
