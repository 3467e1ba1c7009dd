"""The audit trail: every change keeps actor, moment, before and after, written with the change (SP-59, S41)."""

from collections.abc import Callable
from itertools import count
from typing import Any
from uuid import UUID

from pydantic_core import from_json, to_json

from chassis.envelope import Envelope
from chassis.ids import derived, fresh
from chassis.mongo import Document, Index
from chassis.sealed import FieldCipher
from chassis.time import real_now
from contracts.message import Message

NAME = "audit"
SERVICE = "service"
"""The scope of what belongs to no organisation."""

INDEXES = (
    Index((("scope", 1), ("number", 1)), unique=True, partial={"number": {"$gt": 0}}),
    Index((("written_at", 1), ("order", 1)), partial={"sealed": False}),
)
_VALUES = ("before", "after")
_order = count()


def row(envelope: Envelope, message: Message, change: Any, fields: FieldCipher | None = None) -> Document:
    """Return the entry of a change; the sealing task gives it its number in the chain.

    With `fields` the values before and after are encrypted for this one entry (S39).
    """
    collection = change.collection
    shown = change.after if change.after is not None else change.before
    scope = collection.audit_scope(shown) if collection.audit_scope else None
    actor = getattr(message, "actor", None)
    id_ = derived(envelope.id, "audit", collection.name, change.id)
    before = collection.document(change.before) if change.before is not None else None
    after = collection.document(change.after) if change.after is not None else None
    return {
        "_id": id_,
        "scope": str(scope or SERVICE),
        "collection": collection.name,
        "subject": change.id,
        "what": message.type,
        "message": envelope.id,
        "correlation": envelope.correlationid or str(envelope.id),
        "actor": actor.model_dump(mode="json", exclude_none=True) if actor is not None else {"kind": "system"},
        "at": envelope.time,
        "written_at": real_now(),
        "order": next(_order),
        "before": _kept(before, id_, "before", fields),
        "after": _kept(after, id_, "after", fields),
        "sealed": False,
    }


def person_of(change: Any) -> UUID | None:
    """Return whom a change is about, None where it is about nobody in particular."""
    of: Callable[[Any], UUID | None] | None = change.collection.audit_person
    shown = change.after if change.after is not None else change.before
    return of(shown) if of is not None else None


def action(what: str, subject: str, operator: str, **details: Any) -> Document:
    """Return the entry of what an operator did on the command line (S44)."""
    now = real_now()
    id_ = fresh()
    return {
        "_id": id_,
        "scope": SERVICE,
        "collection": "command_line",
        "subject": subject,
        "what": what,
        "message": id_,
        "correlation": str(id_),
        "actor": {"kind": "operator", "name": operator},
        "at": now,
        "written_at": now,
        "order": next(_order),
        "before": None,
        "after": None,
        "details": details,
        "sealed": False,
    }


def opened(entry: Document, fields: FieldCipher) -> Document:
    """Return an entry with its values readable; raise SealError when they are another entry's or were changed."""
    values = {name: _open(entry.get(name), entry["_id"], name, fields) for name in _VALUES}
    return {**entry, **values}


def _place(id_: Any, name: str) -> str:
    return f"{NAME}:{id_}:{name}"


def _kept(document: Document | None, id_: Any, name: str, fields: FieldCipher | None) -> Document | str | None:
    if document is None or fields is None:
        return document
    return fields.encrypt_bytes(to_json(document, bytes_mode="base64"), _place(id_, name))


def _open(value: Any, id_: Any, name: str, fields: FieldCipher) -> Any:
    return from_json(fields.decrypt(value, _place(id_, name))) if isinstance(value, str) else value
