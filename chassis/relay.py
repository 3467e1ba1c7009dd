"""The relay: publishes outbox rows in order per key; fed from memory, the poll is the truth (C8)."""

import asyncio
import logging
from collections import deque
from datetime import timedelta
from typing import Any

from pymongo.errors import PyMongoError
from pymongo.write_concern import WriteConcern

from chassis import metrics, outbox
from chassis.bus import Producer
from chassis.leases import Leases
from chassis.mongo import Database, Document, transient
from chassis.outbox import by_place
from chassis.time import real_now

log = logging.getLogger(__name__)
_FRESH = timedelta(seconds=2)
_POLL_S = 0.5
_PAGE = 1000
_SEND_TIMEOUT_S = 15
_MARK_SEEN_S = 5.0
_MOST_FED = 20_000
"""Rows that wait in memory while the broker is away; the others are found by the poll."""


class Relay:
    """One per process; publishes the slots that it has leased (R7, R8)."""

    def __init__(self, database: Database, producer: Producer, leases: Leases) -> None:
        self._rows = database[outbox.NAME]
        self._marks = self._rows.with_options(write_concern=WriteConcern(w=1))
        self._producer = producer
        self._leases = leases
        self._fed: deque[Document] = deque()
        self._wake = asyncio.Event()
        self._failed: set[str] = set()
        self._just_sent: dict[Any, float] = {}
        self.everything = False

    def offer(self, rows: list[Document]) -> None:
        """Take rows that have just been committed; a key of which one is left to the poll is left to it whole."""
        room = max(_MOST_FED - len(self._fed), 0)
        self._fed += rows[:room]
        self._failed |= {row["key"] for row in rows[room:]}
        if rows:
            self._wake.set()

    async def run(self) -> None:
        """Publish until cancelled; a failure is retried by the poll."""
        polled = 0.0
        loop = asyncio.get_running_loop()
        while True:
            try:
                async with asyncio.timeout(_POLL_S):
                    await self._wake.wait()
            except TimeoutError:
                pass
            self._wake.clear()
            try:
                await self._leases.keep()
                await self._publish_fed()
                if loop.time() - polled >= _POLL_S:
                    await self._publish_pending()
                    polled = loop.time()
            except PyMongoError as error:
                if not transient(error):
                    raise
                log.warning("relay waits for the database", extra={"why": repr(error)})
                await asyncio.sleep(_POLL_S)

    async def _publish_fed(self) -> None:
        while self._fed:
            rows = [self._fed.popleft() for _ in range(min(len(self._fed), _PAGE))]
            mine = [row for row in rows if self._leases.has(row["slot"]) and row["key"] not in self._failed]
            await self._publish([row for row in mine if row["_id"] not in self._just_sent])

    async def _publish_pending(self) -> None:
        """Publish what nobody has: rows of a dead process, of a failed key, of a lost broker."""
        while True:
            rows = await self._pending()
            self._forget_sent()
            if not rows:
                return
            await self._publish(sorted((row for row in rows if row["_id"] not in self._just_sent), key=by_place))
            if len(rows) < _PAGE or self._failed:
                return

    def _forget_sent(self) -> None:
        """Forget what was sent some time ago; until then a majority read may not yet see its mark."""
        long_ago = asyncio.get_running_loop().time() - _MARK_SEEN_S
        self._just_sent = {id_: at for id_, at in self._just_sent.items() if at > long_ago}

    async def _pending(self) -> list[Document]:
        now = real_now()
        filters: Document = {"slot": {"$in": self._leases.held}, "state": "pending"}
        oldest = await self._rows.find_one(filters, {"created_at": 1}, sort=[("created_at", 1)])
        metrics.PENDING.set((now - oldest["created_at"]).total_seconds() if oldest else 0)
        if oldest is None or (now - oldest["created_at"] < _FRESH and not self.everything and not self._failed):
            if self._leases.held:
                self._failed.clear()
            return []
        self.everything = False
        self._failed.clear()
        return await self._rows.find(filters).sort([("created_at", 1)]).limit(_PAGE).to_list()

    async def _publish(self, rows: list[Document]) -> None:
        """Publish pipelined, wait for all, mark what was taken; a key that fails stops there (R8)."""
        if not rows:
            return
        sent = [(row, await self._send(row)) for row in rows]
        waiting = [future for _, future in sent if future is not None]
        if waiting:
            await asyncio.wait(waiting, timeout=_SEND_TIMEOUT_S)
        taken = []
        for row, future in sent:
            if row["key"] not in self._failed and future is not None and _taken(future):
                taken.append(row["_id"])
            else:
                self._failed.add(row["key"])
        if taken:
            self._just_sent |= dict.fromkeys(taken, asyncio.get_running_loop().time())
            await self._marks.update_many({"_id": {"$in": taken}}, {"$set": {"state": "sent", "sent_at": real_now()}})

    async def _send(self, row: Document) -> asyncio.Future[Any] | None:
        if row["key"] in self._failed:
            return None
        headers = [(name, bytes(value)) for name, value in row["headers"]]
        try:
            return await self._producer.send(row["topic"], row["key"].encode(), bytes(row["value"]), headers)
        except Exception as error:  # noqa: BLE001 (the row stays pending)
            log.warning("a message could not be sent", extra={"topic": row["topic"], "why": repr(error)})
            self._failed.add(row["key"])
            return None


def _taken(future: asyncio.Future[Any]) -> bool:
    return future.done() and not future.cancelled() and future.exception() is None
