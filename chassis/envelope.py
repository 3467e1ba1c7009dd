"""CloudEvents 1.0 in Kafka's binary mode, after the NL GOV profile: headers around the message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from contracts.message import Event, Kind, Message

Headers = list[tuple[str, bytes]]


class UnreadableError(Exception):
    """A record that is no message we can read; it becomes a dead letter."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """The attributes around a message. `time` is when its cause happened; `sequence` counts per aggregate from 1."""

    id: UUID
    source: str
    type: str
    time: datetime
    dataschema: str = ""
    sequence: int | None = None
    aggregatetype: str | None = None
    correlationid: str | None = None
    causationid: str | None = None
    replyto: int | None = None
    deadline: datetime | None = None
    digest: str | None = None
    traceparent: str | None = None

    def headers(self) -> Headers:
        """Return the record's headers: `ce_…`, and bare only content-type and traceparent."""
        found = [
            ("content-type", b"application/json"),
            ("ce_specversion", b"1.0"),
            ("ce_id", str(self.id).encode()),
            ("ce_source", self.source.encode()),
            ("ce_type", self.type.encode()),
            ("ce_time", write_time(self.time).encode()),
        ]
        if self.sequence is not None:
            found += [("ce_sequence", b"%d" % self.sequence), ("ce_sequencetype", b"Integer")]
        if self.replyto is not None:
            found.append(("ce_replyto", b"%d" % self.replyto))
        if self.deadline is not None:
            found.append(("ce_deadline", write_time(self.deadline).encode()))
        for name in ("dataschema", "aggregatetype", "correlationid", "causationid", "digest"):
            if value := getattr(self, name):
                found.append((f"ce_{name}", value.encode()))
        if self.traceparent:
            found.append(("traceparent", self.traceparent.encode()))
        return found


def write_time(moment: datetime) -> str:
    """Return a moment (UTC, whole milliseconds) as RFC 3339."""
    return f"{moment.replace(tzinfo=None).isoformat(timespec='milliseconds')}Z"


def read_envelope(headers: list[tuple[str, bytes | None]]) -> Envelope:
    """Return the attributes of a record; raise UnreadableError when one is missing or malformed."""
    try:
        found = {name: value.decode() for name, value in headers if value is not None}
        if found["ce_specversion"] != "1.0":
            raise UnreadableError(f"specversion {found['ce_specversion']} is not 1.0")
        return Envelope(
            id=UUID(found["ce_id"]),
            source=found["ce_source"],
            type=found["ce_type"],
            time=datetime.fromisoformat(found["ce_time"]),
            dataschema=found.get("ce_dataschema", ""),
            sequence=_whole(found, "ce_sequence"),
            aggregatetype=found.get("ce_aggregatetype"),
            correlationid=found.get("ce_correlationid"),
            causationid=found.get("ce_causationid"),
            replyto=_whole(found, "ce_replyto"),
            deadline=datetime.fromisoformat(found["ce_deadline"]) if "ce_deadline" in found else None,
            digest=found.get("ce_digest"),
            traceparent=found.get("traceparent"),
        )
    except (KeyError, ValueError, UnicodeDecodeError) as error:
        raise UnreadableError(f"The headers are no CloudEvents attributes: {error!r}") from error


def _whole(found: dict[str, str], name: str) -> int | None:
    return int(found[name]) if name in found else None


def source(number: str, system: str) -> str:
    """Return the URN of a system of a company (NL GOV profile: urn:nld:kvknr)."""
    return f"urn:nld:kvknr:{number}:systeem:{system}"


def schema(message: type[Message]) -> str:
    """Return where the JSON Schema of a message stands, as a URN-like relative reference."""
    return f"urn:volmacht:schema:{message.service}:{message.type}"


def encode(message: Message) -> bytes:
    """Return the value of the record."""
    return message.__pydantic_serializer__.to_json(message)


class Reader:
    """Reads values of the types that a subscriber knows.

    An event of a type that is newer than this process is read as one of its family: it carries the aggregate's state
    like any other, so the order goes on (versions N and N-1 side by side).
    """

    def __init__(self, known: dict[str, type[Message]], families: Mapping[str, type[Event]] | None = None) -> None:
        self._known = known
        self._families = families or {}

    def knows(self, type_: str, aggregate_type: str | None = None) -> bool:
        """Tell whether the type is known, or that of the aggregate."""
        return type_ in self._known or aggregate_type in self._families

    def read(self, type_: str, value: bytes | None, aggregate_type: str | None = None) -> Message:
        """Return the message; raise UnreadableError when the type is unknown or the value does not fit."""
        model = self._known.get(type_) or self._families.get(aggregate_type or "")
        if model is None:
            raise UnreadableError(f"Nobody here handles {type_}")
        try:
            return model.__pydantic_validator__.validate_json(value or b"")  # type: ignore[no-any-return]
        except ValueError as error:
            raise UnreadableError(_without_input(error)) from error


def _without_input(error: Any) -> str:
    """Describe a validation error without the values, which may be personal."""
    faults = error.errors(include_input=False, include_url=False) if hasattr(error, "errors") else []
    return "; ".join(f"{'.'.join(map(str, fault['loc']))}: {fault['msg']}" for fault in faults) or type(error).__name__


def topic(deployment: str, service: str, kind: Kind) -> str:
    """Return a topic's name."""
    return f"{deployment}.{service}.{kind}.v1"
