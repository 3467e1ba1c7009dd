"""Parts of lists, and their cursors: the sort key of the last row shown, as opaque text (R27)."""

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from chassis.mongo import Collection, Database, Document

T = TypeVar("T")


class CursorError(ValueError):
    """The text is no cursor that a page has given."""


@dataclass(frozen=True, slots=True)
class Order:
    """The order of a list: by a field, then by id; `read` makes the field's value of its ISO text."""

    field: str
    newest_first: bool = False
    read: Callable[[str], Any] = datetime.fromisoformat


OLDEST_SUBMITTED: Final = Order("submitted_at")
"""The order of a queue."""


def encode(*key: str) -> str:
    """Return the cursor of the row with this sort key."""
    return urlsafe_b64encode(json.dumps(key, separators=(",", ":")).encode()).decode()


def decode(cursor: str | None) -> list[str] | None:
    """Return the sort key of a cursor, None where there is none; raise CursorError when the text is no cursor."""
    if cursor is None:
        return None
    try:
        key = json.loads(urlsafe_b64decode(cursor.encode()))
    except ValueError as error:
        raise CursorError("this is no cursor of a page") from error
    if not isinstance(key, list) or not all(isinstance(part, str) for part in key):
        raise CursorError("this is no cursor of a page")
    return key


async def part(
    database: Database, collection: Collection[T], filters: Document, order: Order, cursor: str | None, limit: int
) -> tuple[list[T], str | None]:
    """Return a part of a list and the cursor of the next; raise CursorError for a cursor that no page gave."""
    way = -1 if order.newest_first else 1
    found = database[collection.name].find(_from(cursor, order, filters))
    found = found.sort([(order.field, way), ("_id", way)]).limit(limit + 1)
    documents = [document async for document in found]
    rows = [collection.value(document) for document in documents[:limit]]
    if len(documents) <= limit:
        return rows, None
    last = documents[limit - 1]
    value = last[order.field]
    return rows, encode(value.isoformat() if isinstance(value, datetime) else str(value), str(last["_id"]))


def _from(cursor: str | None, order: Order, filters: Document) -> Document:
    """Return the filters of a part: all of the list's, and of what comes after a cursor."""
    key = decode(cursor)
    if key is None:
        return filters
    try:
        text, id_ = key
        value, last = order.read(text), UUID(id_)
    except ValueError as error:
        raise CursorError("this cursor is of another list") from error
    beyond = "$lt" if order.newest_first else "$gt"
    after = {"$or": [{order.field: {beyond: value}}, {order.field: value, "_id": {beyond: last}}]}
    return {**filters, "$and": [*filters.get("$and", ()), after]}
