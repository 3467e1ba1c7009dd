"""The outbox: what a transaction sends, kept 30 days as the log from which a lost broker is filled again (R3)."""

from datetime import datetime
from itertools import count
from typing import Any
from uuid import UUID
from zlib import crc32

from chassis.envelope import Envelope, encode, schema, source, topic
from chassis.mongo import Document, Index
from chassis.sealed import FieldCipher
from chassis.settings import ChassisSettings
from chassis.time import real_now
from contracts.message import Event, Kind, Message

NAME = "outbox"
SLOTS = 16
INDEXES = (
    Index((("aggregate", 1), ("seq", 1)), unique=True, partial={"seq": {"$gt": 0}}),
    Index((("slot", 1), ("created_at", 1)), partial={"state": "pending"}),
    Index((("sent_at", 1),), ttl_s=30 * 24 * 3600),
)
MOST_BYTES = 900_000
"""What a message's value may have; the broker takes 1 MiB with headers and batch. Larger things are blobs."""

_order = count()


class TooLargeError(ValueError):
    """A message that no broker takes: whatever makes it must fail, or its aggregate's order would stop for good."""


class Sender:
    """Makes outbox rows in the name of one process."""

    def __init__(self, settings: ChassisSettings, process: str) -> None:
        self.deployment = settings.deployment
        self.fields = FieldCipher(settings.field_keys) if settings.field_keys else None
        """Encrypts the values of audit entries (S39)."""
        self.source = source(settings.source_number, process)

    def row(
        self,
        message: Message,
        id_: UUID,
        time: datetime,
        *,
        sequence: int | None = None,
        cause: Envelope | None = None,
        service: str | None = None,
    ) -> Document:
        """Return the row of a message; events carry their place in the order of their aggregate."""
        envelope = Envelope(
            id=id_,
            source=self.source,
            type=message.type,
            time=time,
            dataschema=schema(type(message)),
            sequence=sequence,
            aggregatetype=message.aggregate_type if isinstance(message, Event) else None,
            correlationid=(cause.correlationid or str(cause.id)) if cause else None,
            causationid=str(cause.id) if cause else None,
            traceparent=cause.traceparent if cause else None,
        )
        row: Document = {
            "_id": id_,
            "topic": topic(self.deployment, service or message.service, message.kind),
            "key": message.key,
            "slot": slot(message.key),
            "state": "pending",
            "headers": [[name, value] for name, value in envelope.headers()],
            "value": _sized(message),
            "created_at": real_now(),
            "order": next(_order),
            "type": message.type,
        }
        if sequence is not None:
            row |= {"aggregate": aggregate(message), "seq": sequence}
        return row


def _sized(message: Message) -> bytes:
    value = encode(message)
    if len(value) > MOST_BYTES:
        raise TooLargeError(f"A {message.type} of {len(value)} bytes cannot be sent: at most {MOST_BYTES}")
    return value


def aggregate(event: Message) -> str:
    """Return the name under which an event is counted; public events have an order of their own."""
    return f"public:{event.key}" if event.kind is Kind.PUBLIC_EVENT else event.key


def slot(key: str) -> int:
    """Return the slot of a key: what one relay publishes (R7)."""
    return crc32(key.encode()) % SLOTS


def by_place(row: Document) -> tuple[Any, ...]:
    """Order rows by age; those of an aggregate by their sequence."""
    return (row["created_at"], row.get("seq", 0), row["order"])
