"""The loop of events: in order per aggregate, exactly one effect, by the sequence guard (R15)."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from pymongo import InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError, PyMongoError

from chassis import metrics, traces
from chassis.ahead import Ahead
from chassis.commit import DEAD, HELD, SAME_KEY_TRIES, CommitGroup, Poison, duplicate, upsert
from chassis.envelope import Envelope, Reader
from chassis.mongo import (
    Client,
    Collection,
    ConflictError,
    Database,
    Document,
    full_jitter,
    transient,
    unfit,
    until_done,
)
from chassis.outbox import Sender, aggregate
from chassis.records import Item, Unreadable, cut, dead_letter, read
from chassis.relay import Relay
from chassis.routes import Copy, Routes, concrete
from chassis.time import real_now
from chassis.work import Work
from contracts.message import Event, Message

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Guard:
    """The last event of an aggregate that this service has worked off."""

    id: str
    last: int


GUARDS = Collection("guards", Guard)


class EventLoop:
    """Keeps the read copies of a service and runs its reactions."""

    def __init__(
        self, routes: Routes, client: Client, database: Database, sender: Sender, relay: Relay, *, group_size: int = 128
    ) -> None:
        self._routes = routes
        self._client = client
        self._database = database
        self._sender = sender
        self._relay = relay
        self._group_size = group_size
        self._consumer = f"{routes.service}.events"
        self._copies: dict[type[Message], Copy] = {
            event: copy for copy in routes.copies for event in (copy.family, *concrete(copy.family))
        }
        self._heard = {event for family in routes.families for event in (family, *concrete(family))}
        events = {*self._copies, *self._heard}
        families = [*(copy.family for copy in routes.copies), *routes.families]
        self._reader = Reader(
            {event.type: event for event in events},
            {family.aggregate_type: family for family in families if family.__subclasses__()},
        )
        self._ahead = Ahead()
        self.applied = asyncio.Condition()

    async def handle(self, records: Sequence[Any]) -> None:
        """Handle a batch; when this returns, everything is applied, held or set aside."""
        found = [read(record, self._reader) for record in records]
        items = [item for item in found if isinstance(item, Item) and item.envelope.sequence]
        unreadable = [item for item in found if isinstance(item, Unreadable) and self._is_ours(item)]
        if unreadable:
            await until_done(lambda: self._bury(unreadable))
        await self._keep_copies(items)
        await self._react([item for item in items if type(item.message) in self._heard])
        async with self.applied:
            self.applied.notify_all()

    def _is_ours(self, item: Unreadable) -> bool:
        """Tell whether this service hears the type; another one is no dead letter."""
        found = {name: (value or b"").decode(errors="replace") for name, value in item.record.headers}
        type_ = found.get("ce_type", "")
        return not type_ or self._reader.knows(type_, found.get("ce_aggregatetype"))

    async def _bury(self, unreadable: list[Unreadable]) -> None:
        metrics.DEAD.labels("events").inc(len(unreadable))
        group = CommitGroup(self._client, self._database, self._sender)
        group.upserts[DEAD] += [dead_letter(u.record, self._consumer, u.reason) for u in unreadable]
        await group.commit()

    # read copies: the guard is in the document, no transaction

    async def _keep_copies(self, items: list[Item]) -> None:
        by_copy: dict[str, tuple[Copy, list[Item]]] = {}
        for item in items:
            if (copy := self._copies.get(type(item.message))) is not None:
                by_copy.setdefault(copy.name, (copy, []))[1].append(item)
        for copy, its in by_copy.values():
            await self._until_kept(copy, its)

    async def _until_kept(self, copy: Copy, items: list[Item]) -> None:
        while True:
            try:
                return await until_done(lambda: self._keep(copy, items))
            except ConflictError:
                metrics.CONFLICTS.inc()
                await asyncio.sleep(0.005)

    async def _keep(self, copy: Copy, items: list[Item]) -> None:
        """Apply what is next, drop what is known, hold what is too early; one bulk write for the batch."""
        collection = self._database[copy.name]
        ids = list({item.message.state.id for item in items if isinstance(item.message, Event)})
        stored = {document["_id"]: document async for document in collection.find({"_id": {"$in": ids}})}
        last = {id_: stored[id_]["last"] if id_ in stored else 0 for id_ in ids}
        news: dict[Any, Document] = {}
        early: list[Document] = []
        for item in items:
            event, sequence = item.message, item.envelope.sequence or 0
            assert isinstance(event, Event), "only events have copies"
            id_ = event.state.id
            if sequence <= last[id_]:
                metrics.DUPLICATES.labels("events").inc()
            elif sequence == last[id_] + 1 or event.snapshot:
                news[id_] = {**copy.document(event), "last": sequence}
                last[id_] = sequence
            else:
                early.append(_early(item, f"{self._consumer}:{copy.name}"))
        if early:
            await self._hold(early)
        if news:
            await self._write_copies(copy.name, news, stored)

    async def _write_copies(self, name: str, news: dict[Any, Document], stored: dict[Any, Document]) -> None:
        writes = [
            ReplaceOne({"_id": id_, "last": stored[id_]["last"]}, document) if id_ in stored else InsertOne(document)
            for id_, document in news.items()
        ]
        try:
            done = await self._database[name].bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            if not duplicate(error):
                raise
            raise ConflictError("another process applied it meanwhile") from error
        metrics.HANDLED.labels(name, "copied").inc(len(news))
        if done.inserted_count + done.modified_count != len(writes):
            raise ConflictError("another process applied it meanwhile")

    async def _hold(self, early: list[Document]) -> None:
        await self._database[HELD].bulk_write([upsert(HELD, document) for document in early], ordered=False)

    # reactions: the guard commits with the effects

    async def _react(self, items: list[Item]) -> None:
        for group in cut(items, self._group_size):
            rows = await self._until_reacted(group)
            self._relay.offer(rows)

    async def _until_reacted(self, items: list[Item]) -> list[Document]:
        poisoned: dict[UUID, Exception] = {}
        tries = 0
        while True:
            try:
                return await until_done(lambda: self._attempt(items, poisoned))
            except Poison as poison:
                poisoned[poison.id] = poison.error
                continue
            except ConflictError as conflict:
                metrics.CONFLICTS.inc()
                log.info("conflict", extra={"size": len(items), "why": str(conflict)})
                poisoned.update(_taken_for_good(items, conflict, tries))
            except Exception as error:
                if not unfit(error) or (len(items) == 1 and items[0].envelope.id in poisoned):
                    raise
                if len(items) == 1:
                    poisoned[items[0].envelope.id] = error
            if len(items) > 1:
                done = [await self._until_reacted([item]) for item in items]
                return [row for rows in done for row in rows]
            await asyncio.sleep(full_jitter(tries, 0.005, 0.5))
            tries += 1

    async def _attempt(self, items: list[Item], poisoned: dict[UUID, Exception]) -> list[Document]:
        group = CommitGroup(self._client, self._database, self._sender)
        try:
            await group.prefill(GUARDS, [aggregate(item.message) for item in items])
            await self._ahead.read(group, items, self._run)
            for item in items:
                with traces.span(item.envelope.type, item.envelope) as traceparent:
                    cause = traces.within(item.envelope, traceparent)
                    await self._apply(group, item, cause, poisoned.get(item.envelope.id))
        except BaseException as error:
            await group.abort(error)
            raise
        await group.commit()
        return group.rows

    async def _apply(self, group: CommitGroup, item: Item, cause: Envelope, poison: Exception | None) -> None:
        event, sequence = item.message, item.envelope.sequence or 0
        assert isinstance(event, Event), "the reader knows only events"
        work = Work(group, cause, event)
        name = aggregate(event)
        guard = await work.get(GUARDS, name) or Guard(name, 0)
        if sequence <= guard.last:
            metrics.DUPLICATES.labels("events").inc()
            return
        if sequence > guard.last + 1 and not event.snapshot:
            group.upserts[HELD].append(_early(item, self._consumer))
            return
        reacted = await self._reaction(group, work, item, poison)
        self._ahead.learn(group, item)
        if not reacted:
            return
        await work.put(GUARDS, Guard(name, sequence))
        group.take(work)

    async def _reaction(self, group: CommitGroup, work: Work, item: Item, poison: Exception | None) -> bool:
        """Run the reaction; one that fails becomes a dead letter and stops its aggregate here."""
        try:
            if poison is not None:
                raise poison  # noqa: TRY301 (told like the failure that it was)
            await self._run(item, work)
        except Exception as error:
            if transient(error):
                raise
            if work.buffer.in_transaction:
                raise Poison(item.envelope.id, error) from error
            log.exception("dead letter", extra={"event": str(item.envelope.id), "type": item.envelope.type})
            traces.failed(error)
            metrics.DEAD.labels("events").inc()
            group.upserts[DEAD].append(dead_letter(item.record, self._consumer, repr(error), item.envelope.id))
            return False
        metrics.HANDLED.labels(item.envelope.type, "done").inc()
        return True

    async def _run(self, item: Item, work: Work) -> None:
        if (reaction := self._routes.reactions.get(type(item.message))) is not None:  # type: ignore[arg-type]
            await reaction(item.message, work)


def _taken_for_good(items: list[Item], conflict: ConflictError, tries: int) -> dict[UUID, Exception]:
    """Return the event, by itself, whose key is taken so often that no race explains it."""
    taken = conflict.__cause__
    if len(items) == 1 and tries >= SAME_KEY_TRIES and isinstance(taken, PyMongoError):
        return {items[0].envelope.id: taken}
    return {}


def _early(item: Item, consumer: str) -> Document:
    """Return the document of an event that waits for the one before it."""
    name = aggregate(item.message)
    return {
        "_id": f"{consumer}:{name}:{item.envelope.sequence}",
        "consumer": consumer,
        "aggregate": name,
        "seq": item.envelope.sequence,
        "owner": item.message.service,
        "topic": item.record.topic,
        "partition": item.record.partition,
        "offset": item.record.offset,
        "key": item.record.key,
        "headers": [[header, value] for header, value in item.record.headers],
        "value": item.record.value,
        "since": real_now(),
    }
