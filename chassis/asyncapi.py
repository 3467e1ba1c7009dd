"""AsyncAPI 3.0 documents, made from the messages themselves: they say what is sent, not what a program listens to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic.json_schema import models_json_schema

from chassis.describe import ANY, REPLY_TYPE, Described, Json, Plain
from contracts.message import Kind, Model, Reply

_SCHEMAS = "#/components/schemas/"
_UUID = {"type": "string", "format": "uuid"}
_TEXT = {
    Kind.COMMAND: ("Commands", "Ask for a change; handled in order per key, with exactly one effect; answered."),
    Kind.QUERY: ("Queries", "Ask for facts; handled concurrently, dropped when the deadline has passed; answered."),
    Kind.EVENT: ("Events", "Facts with the state after them, in order per aggregate; at least once, numbered."),
    Kind.PUBLIC_EVENT: (
        "Public events",
        "Facts for other suppliers: without personal data, in order per aggregate; at least once, numbered.",
    ),
    Kind.TICK: ("Ticks", "The time that the whole system goes by."),
}
_ATTRIBUTES: dict[str, tuple[Json, str]] = {
    "content-type": ({"const": "application/json"}, "datacontenttype: what the value is."),
    "ce_specversion": ({"const": "1.0"}, "The version of CloudEvents."),
    "ce_id": ({"format": "uuid"}, "With source unique: a record with a known id is a repetition."),
    "ce_source": ({"pattern": "^urn:nld:kvknr:[0-9]{8}:systeem:[a-z0-9-]+$"}, "The system of the company that sends."),
    "ce_type": ({}, "What the message is, with its major version."),
    "ce_time": ({"format": "date-time"}, "When its cause happened, UTC, whole milliseconds."),
    "ce_dataschema": ({"format": "uri"}, "The JSON Schema of the value."),
    "ce_sequence": ({"pattern": "^[1-9][0-9]*$"}, "The place in the order of the aggregate, from 1 without gaps."),
    "ce_sequencetype": ({"const": "Integer"}, "How sequence counts."),
    "ce_correlationid": ({}, "Of a reply: the id of what it answers. Of others: the id of the first cause."),
    "ce_aggregatetype": ({}, "What the event is about; an event of a type that you do not know carries its state."),
    "ce_causationid": ({"format": "uuid"}, "The id of the message that led to this one."),
    "ce_replyto": ({"pattern": "^[0-9]+$"}, "The partition of the topic of replies that the asker reads."),
    "ce_deadline": ({"format": "date-time"}, "After this moment nobody waits for the answer."),
    "ce_digest": ({"pattern": "^[0-9a-f]{64}$"}, "SHA-256 of the request as it came in."),
    "traceparent": ({}, "W3C Trace Context."),
}
_ALWAYS = ("content-type", "ce_specversion", "ce_id", "ce_source", "ce_type", "ce_time")
_EVENT = (*_ALWAYS, "ce_dataschema", "ce_aggregatetype", "ce_sequence", "ce_sequencetype")
_REQUEST = (*_ALWAYS, "ce_dataschema")
_CAUSE = ("ce_correlationid", "ce_causationid", "traceparent")
_HEADERS = {
    Kind.COMMAND: (_REQUEST, (*_CAUSE, "ce_replyto", "ce_deadline", "ce_digest")),
    Kind.QUERY: (_REQUEST, (*_CAUSE, "ce_replyto", "ce_deadline", "ce_digest")),
    Kind.EVENT: (_EVENT, _CAUSE),
    Kind.PUBLIC_EVENT: (_EVENT, _CAUSE),
    Kind.TICK: (_REQUEST, ()),
}
_REPLY_HEADERS = ((*_ALWAYS, "ce_correlationid"), ("traceparent",))


@dataclass(frozen=True, slots=True)
class About:
    """What stands at the head of a document."""

    name: str
    text: str
    version: str


def of_service(service: str, described: Iterable[Described], version: str) -> Json:
    """Return the document of one service: what it takes in and what it tells."""
    listed = list(described)
    own = [each for each in listed if each.message.service == service]
    if any(each.message.kind is Kind.EVENT for each in own):
        own = [each for each in listed if each.message.service == ANY] + own
    text = f"The messages that {service} owns: CloudEvents 1.0 in Kafka's binary mode, after the NL GOV profile."
    return _document(About(service, text, version), own)


def of_public_events(described: Iterable[Described], version: str) -> Json:
    """Return the document for other suppliers: the public events of all services, and nothing else."""
    text = "What a deployment tells other suppliers: CloudEvents 1.0 in Kafka's binary mode, after the NL GOV profile."
    public = [each for each in described if each.message.kind is Kind.PUBLIC_EVENT]
    return _document(About("public", text, version), public)


def _document(about: About, described: Sequence[Described]) -> Json:
    channels = _channels(about.name, described)
    return {
        "asyncapi": "3.0.0",
        "id": f"urn:volmacht:asyncapi:{about.name}",
        "info": {
            "title": f"Volmacht: {about.name}",
            "version": about.version,
            "description": about.text,
            "contact": {"name": "The supplier that runs the deployment"},
            "license": {"name": "EUPL-1.2", "url": "https://eupl.eu/1.2/en/"},
            "tags": [{"name": name} for name in sorted({each.message.domain for each in described})],
        },
        "defaultContentType": "application/json",
        "servers": {"broker": _server()},
        "channels": channels,
        "operations": {each.name: _operation(each) for each in described},
        "components": {"messages": _messages(described), "schemas": _component_schemas(described)},
    }


def _server() -> Json:
    text = "The broker that the supplier names, with its own sign-on."
    return {
        "host": "{address}",
        "protocol": "kafka",
        "description": text,
        "variables": {"address": {"description": "Host and port of the broker.", "default": "127.0.0.1:9092"}},
    }


def _channel_id(each: Described) -> str:
    """Return the name of a message's channel: unique in its document."""
    message = each.message
    return f"{message.service}-{message.kind}" if message.kind is Kind.PUBLIC_EVENT else str(message.kind)


def _channels(service: str, described: Sequence[Described]) -> Json:
    found: Json = {}
    for each in described:
        owner = service if each.message.service == ANY else each.message.service
        title, text = _TEXT[each.message.kind]
        channel = found.setdefault(
            _channel_id(each), _channel(f"{owner}.{each.message.kind}.v1", f"{title} of {owner}", text)
        )
        channel["messages"][each.name] = {"$ref": f"#/components/messages/{each.name}"}
    if answered := [each for each in described if each.result is not None]:
        text = "Answers; each in the partition that the request names, matched by its correlationid."
        found["replies"] = _channel("gateway.replies.v1", "Replies", text)
        found["replies"]["messages"] = {
            f"{each.name}Reply": {"$ref": f"#/components/messages/{each.name}Reply"} for each in answered
        }
    return found


def _channel(name: str, title: str, text: str) -> Json:
    return {
        "address": f"{{deployment}}.{name}",
        "title": title,
        "description": text,
        "parameters": {"deployment": {"description": "The name of the supplier's deployment."}},
        "messages": {},
    }


def _operation(each: Described) -> Json:
    channel = f"#/channels/{_channel_id(each)}"
    found: Json = {
        "action": "receive" if each.result is not None else "send",
        "channel": {"$ref": channel},
        "title": each.name,
        "description": each.text,
        "tags": [{"name": each.message.domain}],
        "messages": [{"$ref": f"{channel}/messages/{each.name}"}],
    }
    if each.result is not None:
        found["reply"] = {
            "channel": {"$ref": "#/channels/replies"},
            "messages": [{"$ref": f"#/channels/replies/messages/{each.name}Reply"}],
        }
    return found


def _messages(described: Sequence[Described]) -> Json:
    found = {each.name: _message(each) for each in described}
    found |= {f"{each.name}Reply": _reply(each, each.result) for each in described if each.result is not None}
    return found


def _message(each: Described) -> Json:
    fixed = {"ce_type": {"const": each.message.type}, "ce_dataschema": {"const": each.schema_id}}
    key = "The clock." if each.message.kind is Kind.TICK else "What the messages of one order have in common."
    return {
        "name": each.message.type,
        "title": each.name,
        "description": each.text,
        "contentType": "application/json",
        "tags": [{"name": each.message.domain}],
        "headers": {"allOf": [{"$ref": _SCHEMAS + _headers_name(each.message.kind)}, {"properties": fixed}]},
        "payload": {"$ref": _SCHEMAS + each.name},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
        "bindings": {"kafka": {"key": {"type": "string", "description": key}, "bindingVersion": "0.5.0"}},
    }


def _reply(each: Described, result: type[Model]) -> Json:
    narrowed = {"result": {"anyOf": [{"$ref": _SCHEMAS + result.__name__}, {"type": "null"}]}}
    return {
        "name": REPLY_TYPE,
        "title": f"{each.name}Reply",
        "description": f"The answer to {each.name}: a result, or a refusal and nothing has changed.",
        "contentType": "application/json",
        "tags": [{"name": each.message.domain}],
        "headers": {"$ref": f"{_SCHEMAS}ReplyHeaders"},
        "payload": {"allOf": [{"$ref": f"{_SCHEMAS}Reply"}, {"properties": narrowed}]},
        "correlationId": {"location": "$message.header#/ce_correlationid"},
    }


def _headers_name(kind: Kind) -> str:
    return f"{kind.name.title().replace('_', '')}Headers"


def _headers(required: Sequence[str], optional: Sequence[str]) -> Json:
    names = (*required, *optional)
    properties = {
        name: {"type": "string", **rule, "description": text}
        for name, (rule, text) in _ATTRIBUTES.items()
        if name in names
    }
    return {"type": "object", "required": list(required), "properties": properties}


def _component_schemas(described: Sequence[Described]) -> Json:
    models: list[type[Model]] = [each.message for each in described]
    results = {each.result.__name__: each.result for each in described if each.result is not None}
    models += [*results.values(), *([Reply] if results else [])]
    _, made = models_json_schema(
        [(model, "validation") for model in models], ref_template=_SCHEMAS + "{model}", schema_generator=Plain
    )
    found = {_headers_name(kind): _headers(*_HEADERS[kind]) for kind in {each.message.kind for each in described}}
    if results:
        found["ReplyHeaders"] = _headers(*_REPLY_HEADERS)
    found |= {name: _draft_07(schema) for name, schema in made.get("$defs", {}).items()}
    _check_names(models, found)
    return dict(sorted(found.items()))


def _check_names(models: Iterable[type[Model]], found: Json) -> None:
    """Refuse two models of one name: references by name would miss one."""
    if missing := sorted({model.__name__ for model in models} - found.keys()):
        raise TypeError(f"Two models have one name: {', '.join(missing)}")


def _draft_07(node: Any) -> Any:
    """Return a schema in which a reference stands alone, as the dialect of AsyncAPI demands."""
    if isinstance(node, list):
        return [_draft_07(each) for each in node]
    if not isinstance(node, dict):
        return node
    found = {name: _draft_07(each) for name, each in node.items()}
    if isinstance(found.get("$ref"), str) and len(found) > 1:
        return {"allOf": [{"$ref": found.pop("$ref")}], **found}
    return found
