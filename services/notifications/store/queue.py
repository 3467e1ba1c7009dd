"""The queue of planned documents: a worker takes one under a lease, judged by the server's clock."""

from datetime import datetime, timedelta
from typing import Any

from pymongo import ReturnDocument

from chassis.mongo import Database, Document
from services.notifications.domain.documents import DocumentStatus
from services.notifications.store.collections import PLANNED_DOCUMENTS


class DocumentQueue:
    """Planned documents, the one that waits longest first; a dead worker's is free again after the lease."""

    def __init__(self, database: Database, lease: timedelta) -> None:
        self._rows = database[PLANNED_DOCUMENTS.name]
        self._lease = lease

    async def take(self) -> Document | None:
        """Take the next document that is free; None when there is none."""
        free: Document = {"status": DocumentStatus.PLANNED.value, "$expr": {"$lte": ["$taken_until", "$$NOW"]}}
        return await self._rows.find_one_and_update(
            free, [{"$set": {"taken_until": _from_now(self._lease)}}],
            sort=[("taken_until", 1)], return_document=ReturnDocument.AFTER,
        )  # fmt: skip

    async def renew(self, taken: Document) -> bool:
        """Begin the lease anew; False when it has ended and another worker has the document, or it is made."""
        renewed = await self._rows.find_one_and_update(
            _still(taken), [{"$set": {"taken_until": _from_now(self._lease)}}], return_document=ReturnDocument.AFTER
        )
        if renewed is not None:
            taken["taken_until"] = renewed["taken_until"]
        return renewed is not None

    async def put_back(self, taken: Document, pause: timedelta, **changes: Any) -> None:
        """Store what became of a document and let it rest; nothing happens when another worker has it."""
        values = {name: {"$literal": value} for name, value in changes.items()}
        await self._rows.update_one(_still(taken), [{"$set": {**values, "taken_until": _from_now(pause)}}])


def _still(taken: Document) -> Document:
    moment: datetime = taken["taken_until"]
    return {"_id": taken["_id"], "status": DocumentStatus.PLANNED.value, "taken_until": moment}


def _from_now(time: timedelta) -> Document:
    milliseconds = int(time.total_seconds() * 1000)
    return {"$dateAdd": {"startDate": "$$NOW", "unit": "millisecond", "amount": milliseconds}}
