"""The loop of queries: answered concurrently, never stored, dropped when nobody waits any more."""

import asyncio
import logging
from collections.abc import Sequence
from typing import Any
from uuid import UUID

from chassis import metrics
from chassis.envelope import Envelope, Reader
from chassis.mongo import transient
from chassis.records import Item, Unreadable, read
from chassis.replying import Replier, written
from chassis.routes import Routes
from chassis.time import Clock
from contracts.message import Query, Refusal, Reply

log = logging.getLogger(__name__)
_AT_ONCE = 512
_TOGETHER_S = 1.0
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
        self._slow: set[asyncio.Task[None]] = set()

    async def handle(self, records: Sequence[Any]) -> None:
        """Answer a batch together: many small writes cost the broker more; a slow query answers later by itself."""
        tasks: dict[asyncio.Task[Reply[Any]], Envelope] = {}
        for record in records:
            if (item := self._read(record)) is not None:
                await self._at_once.acquire()
                task = asyncio.create_task(self._answer(item))
                if type(item.message).patient:  # type: ignore[attr-defined]
                    self._answer_later(task, item.envelope)
                else:
                    tasks[task] = item.envelope
        if not tasks:
            return
        done, slow = await asyncio.wait(tasks, timeout=_TOGETHER_S)
        for task in slow:
            self._answer_later(task, tasks[task])
        sent = [await self._replier.send(tasks[task], written(task.result())) for task in done]
        await self._replier.answered(sent)

    def _read(self, record: Any) -> Item | None:
        """Return the query that a record holds, if somebody still waits for its answer."""
        item = read(record, self._reader)
        if isinstance(item, Unreadable):
            log.warning("a query cannot be read", extra={"why": item.reason})
            return None
        if item.envelope.deadline is not None and item.envelope.deadline < self._clock.now():
            metrics.EXPIRED.inc()
            return None
        return item

    async def _answer(self, item: Item) -> Reply[Any]:
        try:
            assert isinstance(item.message, Query), "the reader knows only queries"
            return await self.ask(item.message, item.envelope.id)
        finally:
            self._at_once.release()

    def _answer_later(self, task: asyncio.Task[Reply[Any]], request: Envelope) -> None:
        async def answer() -> None:
            await self._replier.answer(request, await task)

        later = asyncio.create_task(answer())
        self._slow.add(later)
        later.add_done_callback(self._slow.discard)

    async def ask(self, query: Query[Any], id_: UUID) -> Reply[Any]:
        """Return the answer to a query; `id_` is the message's, to which sealed fields are bound."""
        _, handler = self._routes.queries[query.type]
        try:
            outcome = await handler(query, self._clock.now(), id_)
            if isinstance(outcome, Refusal):
                return Reply(refusal=outcome)
            assert outcome is not None, "a query is answered with a result or a refusal"
            return query.reply_type()(result=outcome)
        except Exception as error:
            if transient(error):
                log.warning("a query met an outage", extra={"type": query.type, "why": repr(error)})
                return UNAVAILABLE
            log.exception("a query failed", extra={"type": query.type})
            return BROKEN
