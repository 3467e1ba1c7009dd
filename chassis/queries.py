"""The loop of queries: answered concurrently, never stored, dropped when nobody waits any more."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any

from chassis import metrics
from chassis.envelope import Reader
from chassis.mongo import transient
from chassis.records import Item, Unreadable, read
from chassis.replying import Replier
from chassis.routes import Routes
from chassis.time import Clock
from contracts.message import Query, Refusal, Reply

log = logging.getLogger(__name__)
_AT_ONCE = 256
UNAVAILABLE = Reply(refusal=Refusal(code="unavailable"))
BROKEN = Reply(refusal=Refusal(code="internal_error"))


class QueryLoop:
    """Answers the queries of a service."""

    def __init__(self, routes: Routes, replier: Replier, clock: Clock) -> None:
        self._routes = routes
        self._replier = replier
        self._clock = clock
        self._reader = Reader({type_: message for type_, (message, _) in routes.queries.items()})
        self._at_once = asyncio.Semaphore(_AT_ONCE)
        self._running: set[asyncio.Task[None]] = set()

    async def handle(self, records: Sequence[Any]) -> None:
        """Start to answer a batch; a slow query holds nobody up."""
        for record in records:
            item = read(record, self._reader)
            if isinstance(item, Unreadable):
                log.warning("a query cannot be read", extra={"why": item.reason})
                continue
            await self._at_once.acquire()
            task = asyncio.create_task(self._answer(item))
            self._running.add(task)
            task.add_done_callback(self._running.discard)

    async def _answer(self, item: Item) -> None:
        try:
            deadline = item.envelope.deadline
            if deadline is not None and deadline < self._clock.now():
                metrics.EXPIRED.inc()
                return
            assert isinstance(item.message, Query), "the reader knows only queries"
            await self._replier.answer(item.envelope, await self.ask(item.message))
        finally:
            self._at_once.release()

    async def ask(self, query: Query[Any]) -> Reply:
        """Return the answer to a query."""
        _, handler = self._routes.queries[query.type]
        try:
            outcome = await handler(query, self._clock.now())
        except Exception as error:
            if transient(error):
                log.warning("a query met an outage", extra={"type": query.type, "why": repr(error)})
                return UNAVAILABLE
            log.exception("a query failed", extra={"type": query.type})
            return BROKEN
        if isinstance(outcome, Refusal):
            return Reply(refusal=outcome)
        return Reply(result=outcome.model_dump(mode="json"))
