"""Parts of lists that are ordered by the moment of submission (R27)."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Protocol, TypeVar
from uuid import UUID

from chassis import paging
from chassis.mongo import Collection, Document
from services.identity.store import Reads


class Submitted(Protocol):
    """What was submitted at a moment."""

    @property
    def id(self) -> UUID:
        """The id."""
        ...

    @property
    def submitted_at(self) -> datetime:
        """The moment."""
        ...


T = TypeVar("T", bound=Submitted)
_ORDER = [("submitted_at", 1), ("_id", 1)]


async def oldest_first(
    reads: Reads, collection: Collection[T], filters: Mapping[str, Any], cursor: str | None, limit: int
) -> tuple[list[T], str | None]:
    """Return a part of a list and the cursor of the next; ValueError for a cursor that no page gave."""
    found = await reads.many(collection, {**filters, **_after(cursor)}, _ORDER, limit + 1)
    rows = found[:limit]
    if len(found) <= limit:
        return rows, None
    return rows, paging.encode(rows[-1].submitted_at.isoformat(), str(rows[-1].id))


def _after(cursor: str | None) -> Document:
    key = paging.decode(cursor)
    if key is None:
        return {}
    at, id_ = key
    submitted = datetime.fromisoformat(at)
    return {"$or": [{"submitted_at": {"$gt": submitted}}, {"submitted_at": submitted, "_id": {"$gt": UUID(id_)}}]}
