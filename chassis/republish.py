"""Publishing again: the outbox is the log; where it no longer reaches back, a snapshot starts the order anew."""

from uuid import UUID

from chassis import outbox
from chassis.ids import derived, fresh
from chassis.mongo import Database, Document
from chassis.outbox import Sender
from chassis.routes import Routes, Snapshots
from chassis.time import real_now
from contracts.message import Republish

_PAGE = 5000
"""Rows at a time: each page is done well within a client's time limit."""


class Republisher:
    """Publishes events of this service's aggregates again."""

    def __init__(self, routes: Routes, database: Database, sender: Sender) -> None:
        self._routes = routes
        self._database = database
        self._sender = sender

    async def handle(self, request: Republish) -> None:
        """Answer a consumer that waits for an event."""
        name = f"public:{request.aggregate}" if request.public else str(request.aggregate)
        filters: Document = {"aggregate": name, "seq": {"$gte": request.from_sequence}}
        first = await self._database[outbox.NAME].find_one(filters, {"seq": 1}, sort=[("seq", 1)])
        if first is not None and first["seq"] == request.from_sequence:
            await self._again(filters)
        else:
            await self.snapshot(request.aggregate, public=request.public)

    async def since(self, moment: object) -> int:
        """Publish everything again that was made since a moment; return its number."""
        return await self._again({"created_at": {"$gte": moment}})

    async def everything_sent(self) -> int:
        """Publish again what was sent but may be unread, since the broker has forgotten it."""
        return await self._again({"state": "sent"})

    async def _again(self, filters: Document) -> int:
        """Mark rows as not sent, a page at a time; those that the relay has sent again meanwhile are left out."""
        rows, changed = self._database[outbox.NAME], 0
        old = {**filters, "state": "sent", "sent_at": {"$not": {"$gte": real_now()}}}
        while ids := [row["_id"] for row in await rows.find(old, {"_id": 1}).limit(_PAGE).to_list()]:
            again: Document = {"$set": {"state": "pending"}, "$unset": {"sent_at": ""}}
            changed += (await rows.update_many({"_id": {"$in": ids}, **old}, again)).modified_count
        return changed

    async def snapshot(self, aggregate: UUID | None = None, *, public: bool | None = None) -> int:
        """Publish the present state of one aggregate, or of all; return the number of snapshots.

        `public`: only for other suppliers (True), only for the own services (False), or for both.
        """
        made = 0
        for snapshots in self._routes.snapshots:
            if public not in (None, snapshots.public):
                continue
            filters = {"_id": aggregate} if aggregate else {}
            async for document in self._database[snapshots.collection.name].find(filters):
                if document[snapshots.counter] > 0:
                    await self._publish(snapshots, document)
                    made += 1
        return made

    async def _publish(self, snapshots: Snapshots, document: Document) -> None:
        """Put a snapshot into the outbox: it has the number of the last event and counts as no event of its own."""
        state = snapshots.state(snapshots.collection.value(document))
        event = snapshots.event(state=state)
        last = document[snapshots.counter]
        row = self._sender.row(event, derived(fresh(), document["_id"]), real_now(), sequence=last)
        del row["seq"]
        await self._database[outbox.NAME].insert_one(row)
