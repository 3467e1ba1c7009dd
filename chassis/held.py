"""Held events: given back to the loop when their gap has closed; asked for again when it stays open (C5)."""

import logging
from collections.abc import Awaitable, Callable, Collection
from types import SimpleNamespace
from typing import Any
from uuid import UUID

from chassis import metrics, outbox
from chassis.commit import DEAD, HELD
from chassis.events import GUARDS
from chassis.ids import fresh
from chassis.mongo import Database, Document, aggregate
from chassis.outbox import Sender
from chassis.time import real_now
from contracts.message import Republish

log = logging.getLogger(__name__)
_PATIENCE_S = 3.0
_ALARM_S = 60.0
_PAGE = 500
_ASK_AGAIN = 5
"""After so many times the patience the owner is asked again."""


class HeldEvents:
    """Looks after the held events of a service, on each tick."""

    def __init__(
        self,
        database: Database,
        sender: Sender,
        handle: Callable[[list[Any]], Awaitable[None]],
        service: str,
        peers: Collection[str] = (),
    ) -> None:
        self._database = database
        self._sender = sender
        self._handle = handle
        self._peers = peers
        self._prefix = f"{service}.events"
        self.patience_s = _PATIENCE_S
        self._from = ""

    async def look_after(self) -> None:
        """Free what is next, forget what is known, ask the owner for what stays away.

        What stands behind an open dead letter waits for the operator: asking would only bring the same event again.
        """
        metrics.HELD.set(await self._database[HELD].estimated_document_count())
        for first in await self._firsts():
            last = await self._last(first)
            if await self._stopped(first, last):
                self._alarm(first, last)
            elif first["seq"] <= last + 1:
                await self._free(first, last)
            elif self._age_s(first) >= self.patience_s:
                await self._ask(first, last)

    async def _firsts(self) -> list[Document]:
        """Return the earliest row of each consumer and aggregate; the next page of them each time."""
        pipeline: list[Document] = [
            {"$match": {"aggregate": {"$gte": self._from}}},
            {"$sort": {"aggregate": 1, "seq": 1}},
            {"$project": {"value": 0, "headers": 0}},
            {"$group": {"_id": ["$aggregate", "$consumer"], "first": {"$first": "$$ROOT"}}},
            {"$sort": {"_id": 1}},
            {"$limit": _PAGE},
        ]
        found = [row["first"] for row in await aggregate(self._database[HELD], pipeline)]
        self._from = found[-1]["aggregate"] if len(found) == _PAGE else ""
        return found

    async def _last(self, row: Document) -> int:
        """Return the last event that the holder of this row has worked off."""
        copy = row["consumer"].removeprefix(self._prefix).removeprefix(":")
        name, id_ = (copy, _uuid(row)) if copy else (GUARDS.name, row["aggregate"])
        document = await self._database[name].find_one({"_id": id_})
        return document["last"] if document else 0

    @staticmethod
    def _age_s(row: Document) -> float:
        return float((real_now() - row["since"]).total_seconds())

    async def _stopped(self, row: Document, last: int) -> bool:
        """Tell whether the next event of this aggregate is an open dead letter."""
        letter = {"consumer": self._prefix, "aggregate": row["aggregate"], "seq": last + 1, "state": "open"}
        return await self._database[DEAD].find_one(letter, {"_id": 1}) is not None

    def _alarm(self, first: Document, last: int) -> None:
        if self._age_s(first) > _ALARM_S:
            log.error("an aggregate waits for an event", extra={"aggregate": first["aggregate"], "from": last + 1})

    async def _free(self, first: Document, last: int) -> None:
        """Hand the row and its successors to the loop; what it has worked off then is forgotten, no more."""
        filters = {"consumer": first["consumer"], "aggregate": first["aggregate"]}
        rows = await self._database[HELD].find(filters).sort("seq", 1).limit(_PAGE).to_list()
        ready = []
        for row in rows:
            if row["seq"] > last + 1:
                break
            last = max(last, row["seq"])
            ready.append(row)
        await self._handle([record(row) for row in ready])
        await self._database[HELD].delete_many({**filters, "seq": {"$lte": await self._last(first)}})

    async def _ask(self, first: Document, last: int) -> None:
        """Ask the owner to publish the aggregate again; once in a while, since the answer may be lost too.

        Another supplier takes no commands of ours: its own refill or snapshot closes the gap, or its operator's.
        """
        asked = first.get("asked")
        if first["topic"].split(".")[0] in self._peers:
            return self._alarm(first, last)
        if asked is not None and (real_now() - asked).total_seconds() < self.patience_s * _ASK_AGAIN:
            return None
        mine = {"_id": first["_id"], "asked": asked}
        if not (await self._database[HELD].update_one(mine, {"$set": {"asked": real_now()}})).modified_count:
            return None
        public = first["aggregate"].startswith("public:")
        command = Republish(aggregate=_uuid(first), from_sequence=last + 1, public=public)
        row = self._sender.row(command, fresh(), real_now(), service=first["owner"])
        await self._database[outbox.NAME].insert_one(row)
        return self._alarm(first, last)


def record(row: Document) -> Any:
    """Return a stored record in the form in which the broker gave it."""
    headers = tuple((name, bytes(value) if value is not None else None) for name, value in row["headers"])
    return SimpleNamespace(
        topic=row["topic"], partition=row.get("partition", -1), offset=row.get("offset", -1),
        key=row["key"], headers=headers, value=row["value"],
    )  # fmt: skip


def _uuid(row: Document) -> Any:
    return UUID(row["aggregate"].removeprefix("public:"))
