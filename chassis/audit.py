"""The audit trail: every change keeps actor, moment, before and after, written with the change (SP-59, S41)."""

from typing import Any

from chassis.envelope import Envelope
from chassis.ids import derived
from chassis.mongo import Document, Index
from chassis.time import real_now
from contracts.message import Message

NAME = "audit"
INDEXES = (
    Index((("scope", 1), ("number", 1)), unique=True, partial={"number": {"$gt": 0}}),
    Index((("sealed", 1), ("written_at", 1)), partial={"sealed": False}),
)


def row(envelope: Envelope, message: Message, change: Any) -> Document:
    """Return the entry of a change; the sealing task gives it its number in the chain."""
    collection = change.collection
    shown = change.after if change.after is not None else change.before
    scope = collection.audit_scope(shown) if collection.audit_scope else None
    actor = getattr(message, "actor", None)
    return {
        "_id": derived(envelope.id, "audit", collection.name, change.id),
        "scope": str(scope or "service"),
        "collection": collection.name,
        "subject": change.id,
        "what": message.type,
        "message": envelope.id,
        "correlation": envelope.correlationid or str(envelope.id),
        "actor": actor.model_dump(mode="json", exclude_none=True) if actor is not None else {"kind": "system"},
        "at": envelope.time,
        "written_at": real_now(),
        "before": collection.document(change.before) if change.before is not None else None,
        "after": collection.document(change.after) if change.after is not None else None,
        "sealed": False,
    }
