"""Records as they come from the broker: read into messages, or set aside as dead letters."""

from collections.abc import Iterable
from dataclasses import dataclass
from hashlib import sha256
from typing import Any
from uuid import UUID

from aiokafka import ConsumerRecord

from chassis.envelope import Envelope, Reader, UnreadableError, read_envelope
from chassis.mongo import Document
from chassis.time import real_now
from contracts.message import Kind, Message

_MOST = 2**63


@dataclass(slots=True)
class Item:
    """A record with the message it holds."""

    record: ConsumerRecord
    envelope: Envelope
    message: Message

    @property
    def key(self) -> bytes:
        """The record's key: messages of one key keep their order."""
        return self.record.key or b""


@dataclass(slots=True)
class Unreadable:
    """A record that holds no message we can read."""

    record: ConsumerRecord
    reason: str


def read(record: ConsumerRecord, reader: Reader) -> Item | Unreadable:
    """Read a record."""
    try:
        envelope = _checked(read_envelope(record.headers))
        return Item(record, envelope, reader.read(envelope.type, record.value, envelope.aggregatetype))
    except UnreadableError as error:
        return Unreadable(record, str(error))


def _checked(envelope: Envelope) -> Envelope:
    """Return an envelope whose moments have a zone and whose sequence can be stored, or raise UnreadableError."""
    for moment in (envelope.time, envelope.deadline):
        if moment is not None and moment.tzinfo is None:
            raise UnreadableError("a moment without a time zone")
    if envelope.sequence is not None and not 0 <= envelope.sequence < _MOST:
        raise UnreadableError("a sequence that is out of range")
    return envelope


@dataclass(frozen=True, slots=True)
class Place:
    """The place of an event in the order of its aggregate."""

    aggregate: str
    sequence: int
    type: str

    @property
    def id(self) -> UUID:
        """The aggregate's id."""
        return UUID(self.aggregate.removeprefix("public:"))


def place(topic: str, key: bytes | None, headers: Iterable[tuple[str, bytes | None]]) -> Place | None:
    """Return an event's place in its order, from its headers and key alone; None where they do not tell it."""
    try:
        envelope = _checked(read_envelope([(name, value and bytes(value)) for name, value in headers]))
        text = (key or b"").decode()
        UUID(text)
    except (UnreadableError, ValueError):
        return None
    if envelope.sequence is None:
        return None
    public = topic.split(".")[-2:-1] == [Kind.PUBLIC_EVENT]
    return Place(f"public:{text}" if public else text, envelope.sequence, envelope.type)


def dead_letter(record: ConsumerRecord, consumer: str, reason: str, message_id: Any = None) -> Document:
    """Return the document of a record that is set aside: raw bytes, headers, reason, an event's place (R17)."""
    where = place(record.topic, record.key, record.headers)
    return {
        "_id": f"{consumer}:{record.topic}:{record.partition}:{record.offset}:{_mark(record)}",
        "consumer": consumer,
        "topic": record.topic,
        "partition": record.partition,
        "offset": record.offset,
        "key": record.key,
        "headers": [[name, value] for name, value in record.headers],
        "value": record.value,
        "reason": reason[:2000],
        "message": message_id,
        "aggregate": where.aggregate if where else None,
        "seq": where.sequence if where else None,
        "at": real_now(),
        "state": "open",
    }


def _mark(record: ConsumerRecord) -> str:
    """Return what tells records apart that had the same offset in two lives of the broker (C4)."""
    parts = [record.key, record.value, *(part for name, value in record.headers for part in (name.encode(), value))]
    return sha256(b"\x1f".join(bytes(part or b"") for part in parts)).hexdigest()[:12]


def cut(items: list[Item], size: int) -> list[list[Item]]:
    """Cut a batch into groups of at most `size`, all messages of a key in one, in order; few and large (2.3)."""
    if len(items) <= size:
        return [items] if items else []
    by_key: dict[bytes, list[Item]] = {}
    for item in items:
        by_key.setdefault(item.key, []).append(item)
    groups: list[list[Item]] = [[]]
    for same_key in by_key.values():
        if groups[-1] and len(groups[-1]) + len(same_key) > size:
            groups.append([])
        groups[-1] += same_key
    return groups
