"""The loop of commands: a batch in, exactly one effect each, replies out."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from hashlib import sha256
from time import perf_counter
from typing import Any
from uuid import UUID

from bson import Binary
from pymongo.errors import BulkWriteError, DuplicateKeyError

from chassis import metrics, traces
from chassis.ahead import Ahead
from chassis.commit import INBOX, SAME_KEY_TRIES, CommitGroup, Poison
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
from chassis.outbox import Sender
from chassis.records import Item, Unreadable, cut, dead_letter, read
from chassis.relay import Relay
from chassis.replying import Replier
from chassis.routes import CommandRoute, Routes
from chassis.time import real_now
from chassis.work import Work
from contracts.message import Command, Model, Refusal, Reply

log = logging.getLogger(__name__)
_SECRET_LIFE = timedelta(seconds=60)
_OUTSIDE_AT_ONCE = 16
_GROUPS_AT_ONCE = 2

HELD = Reply(refusal=Refusal(code="held"))
"""The answer to a command that was set aside as a dead letter."""

OTHER_BODY = Reply(refusal=Refusal(code="idempotency_key_reused"))


@dataclass(slots=True)
class Attempt:
    """What a run of a group gives: an answer for each message."""

    answers: list[tuple[Item, bytes]] = field(default_factory=list)
    rows: list[Document] = field(default_factory=list)


class CommandLoop:
    """Runs the commands of a service."""

    def __init__(
        self, routes: Routes, client: Client, database: Database, sender: Sender, relay: Relay, replier: Replier,
        *, group_size: int = 128,
    ) -> None:  # fmt: skip
        self._routes = routes
        self._client = client
        self._database = database
        self._sender = sender
        self._relay = relay
        self._replier = replier
        self._group_size = group_size
        self._reader = Reader({type_: route.message for type_, route in routes.commands.items()})
        self._consumer = f"{routes.service}.commands"
        self._ahead = Ahead()

    async def handle(self, records: Sequence[Any]) -> None:
        """Handle a batch; when this returns, everything is committed and answered."""
        found = [read(record, self._reader) for record in records]
        unreadable = [item for item in found if isinstance(item, Unreadable)]
        groups = cut([item for item in found if isinstance(item, Item)], self._group_size)
        if unreadable:
            await until_done(lambda: self._bury(unreadable))
        at_once = asyncio.Semaphore(_GROUPS_AT_ONCE)
        done = await asyncio.gather(*(self._run(group, at_once) for group in groups))
        await asyncio.gather(*(self._replier.answered(answers) for answers in done))

    async def _bury(self, unreadable: list[Unreadable]) -> None:
        metrics.DEAD.labels("commands").inc(len(unreadable))
        group = CommitGroup(self._client, self._database, self._sender)
        group.upserts["dead_letters"] += [dead_letter(u.record, self._consumer, u.reason) for u in unreadable]
        await group.commit()

    async def _run(self, items: list[Item], at_once: asyncio.Semaphore) -> list[Any]:
        """Run a group until it is committed; hand its rows to the relay and its answers to the replier."""
        async with at_once:
            started = perf_counter()
            outside = await self._outside(items)
            attempts = await until_done(lambda: self._together(items, outside))
            metrics.GROUPS.observe(len(items))
            metrics.LATENCY.observe(perf_counter() - started)
        for attempt in attempts:
            self._relay.offer(attempt.rows)
        return [await self._replier.send(item.envelope, answer) for done in attempts for item, answer in done.answers]

    async def _outside(self, items: list[Item]) -> dict[UUID, Any]:
        """Make the calls to the outside world that these messages need, before and apart from any transaction."""
        calls = {item.envelope.id: item for item in reversed(items) if self._route(item).outside is not None}
        if not calls:
            return {}
        seen = await until_done(lambda: self._seen(list(calls)))
        at_once = asyncio.Semaphore(_OUTSIDE_AT_ONCE)

        async def call(id_: UUID, item: Item) -> tuple[UUID, Any]:
            outside = self._route(item).outside
            assert outside is not None, "only these were chosen"
            async with at_once:
                try:
                    return id_, await until_done(lambda: outside(item.message, id_))
                except Exception as error:  # noqa: BLE001 (told to the handler, which fails with it)
                    return id_, error

        return dict(await asyncio.gather(*(call(id_, item) for id_, item in calls.items() if id_ not in seen)))

    async def _seen(self, ids: list[UUID]) -> set[UUID]:
        found = self._database[INBOX].find({"_id": {"$in": ids}}, {"_id": 1})
        return {document["_id"] async for document in found}

    def _route(self, item: Item) -> CommandRoute:
        return self._routes.commands[item.envelope.type]

    async def _together(self, items: list[Item], outside: dict[UUID, Any]) -> list[Attempt]:
        """Commit the group at once; after a conflict each message by itself."""
        poisoned: dict[UUID, Exception] = {}
        while True:
            try:
                return [await self._attempt(items, outside, poisoned)]
            except Poison as poison:
                poisoned[poison.id] = poison.error
            except ConflictError as conflict:
                metrics.CONFLICTS.inc()
                log.info("conflict", extra={"size": len(items), "why": str(conflict)})
                break
            except Exception as error:
                if not unfit(error):
                    raise
                log.warning("a group cannot be stored", exc_info=error, extra={"size": len(items)})
                break
        return [await self._alone(item, outside) for item in items]

    async def _alone(self, item: Item, outside: dict[UUID, Any]) -> Attempt:
        poisoned: dict[UUID, Exception] = {}

        async def once() -> Attempt:
            try:
                return await self._attempt([item], outside, poisoned, alone=True)
            except Poison as poison:
                poisoned[poison.id] = poison.error
                raise ConflictError("without the handler's changes") from poison
            except Exception as error:
                if item.envelope.id in poisoned or not unfit(error):
                    raise
                poisoned[item.envelope.id] = error
                raise ConflictError("without what cannot be stored") from error

        tries = 0
        while True:
            try:
                return await until_done(once)
            except ConflictError as conflict:
                taken = conflict.__cause__
                if tries >= SAME_KEY_TRIES and isinstance(taken, DuplicateKeyError | BulkWriteError):
                    poisoned[item.envelope.id] = taken
                await asyncio.sleep(full_jitter(tries, 0.005, 0.5))
                tries += 1

    async def _attempt(
        self, items: list[Item], outside: dict[UUID, Any], poisoned: dict[UUID, Exception], *, alone: bool = False
    ) -> Attempt:
        group = CommitGroup(self._client, self._database, self._sender, alone=alone)
        attempt = Attempt()
        answers = await self._prefill(group, items, poisoned)
        new = [item for item in items if item.envelope.id not in answers]
        await self._ahead.read(group, new, lambda item, work: self._decide(item, work, outside, poisoned))
        try:
            for item in items:
                known = answers.get(item.envelope.id)
                if known is not None:
                    metrics.DUPLICATES.labels("commands").inc()
                else:
                    with traces.span(item.envelope.type, item.envelope) as traceparent:
                        cause = traces.within(item.envelope, traceparent)
                        known = await self._handle(group, item, cause, outside, poisoned)
                    answers[item.envelope.id] = known
                attempt.answers.append((item, _answer(known, item)))
        except BaseException as error:
            await group.abort(error)
            raise
        await group.commit()
        attempt.rows = group.rows
        return attempt

    async def _prefill(
        self, group: CommitGroup, items: list[Item], poisoned: dict[UUID, Exception]
    ) -> dict[UUID, Document]:
        """Read ahead, two finds at once: inbox records by id, aggregates by record key (C6)."""
        places: dict[str, tuple[Collection[Any], set[Any]]] = {}
        for item in items:
            collection, id_ = self._route(item).aggregate, _uuid(item.key)
            if collection is not None and id_ is not None and item.envelope.id not in poisoned:
                places.setdefault(collection.name, (collection, set()))[1].add(id_)
        reading = [group.prefill(collection, ids) for collection, ids in places.values()]
        inbox = asyncio.ensure_future(self._inbox([item.envelope.id for item in items]))
        await asyncio.gather(inbox, *reading)
        return inbox.result()

    async def _inbox(self, ids: list[UUID]) -> dict[UUID, Document]:
        return {record["_id"]: record async for record in self._database[INBOX].find({"_id": {"$in": ids}})}

    async def _handle(
        self, group: CommitGroup, item: Item, cause: Envelope, outside: dict[UUID, Any], poisoned: dict[UUID, Exception]
    ) -> Document:
        """Run the handler of one message; its neighbours do not feel its failure (C7)."""
        work = Work(group, cause, item.message)
        try:
            reply = await self._decide(item, work, outside, poisoned)
        except Exception as error:
            if transient(error):
                raise
            if work.buffer.in_transaction:
                raise Poison(item.envelope.id, error) from error
            reply = self._set_aside(group, item, error)
        else:
            group.take(work)
            metrics.HANDLED.labels(item.envelope.type, reply.refusal.code if reply.refusal else "done").inc()
        self._ahead.learn(group, item)
        record = _record(item, reply)
        group.inbox.append(record)
        return record

    async def _decide(
        self, item: Item, work: Work, outside: dict[UUID, Any], poisoned: dict[UUID, Exception]
    ) -> Reply[Any]:
        if error := poisoned.get(item.envelope.id):
            raise error
        route = self._route(item)
        if route.outside is None:
            outcome: Model = await route.handler(item.message, work)  # type: ignore[call-arg]
        else:
            called = outside.get(item.envelope.id)
            if isinstance(called, Exception):
                raise called
            outcome = await route.handler(item.message, work, called)  # type: ignore[call-arg]
        if isinstance(outcome, Refusal):
            return Reply(refusal=outcome)
        assert isinstance(item.message, Command), "the loop reads only commands"
        answer: type[Reply[Any]] = item.message.reply_type()
        return answer(result=outcome, wrote=tuple(work.wrote))

    def _set_aside(self, group: CommitGroup, item: Item, error: Exception) -> Reply[Any]:
        log.error("dead letter", exc_info=error, extra={"id": str(item.envelope.id), "type": item.envelope.type})
        traces.failed(error)
        metrics.DEAD.labels("commands").inc()
        letter = dead_letter(item.record, self._consumer, repr(error), item.envelope.id)
        group.upserts["dead_letters"].append(letter)
        return HELD


def _uuid(key: bytes) -> UUID | None:
    """Return the aggregate that a record key names; one that names none is not read ahead."""
    try:
        return UUID(key.decode())
    except ValueError:
        return None


def _record(item: Item, reply: Reply[Any]) -> Document:
    record: Document = {
        "_id": item.envelope.id,
        "at": real_now(),
        "digest": _digest(item),
        "reply": Binary(reply.__pydantic_serializer__.to_json(reply)),
    }
    if getattr(item.message, "opens_session", False) and reply.refusal is None:
        record["secret_until"] = (real_now() + _SECRET_LIFE).timestamp()
    return record


def _digest(item: Item) -> str:
    return item.envelope.digest or sha256(item.record.value or b"").hexdigest()


def _answer(record: Document, item: Item) -> bytes:
    """Return the stored answer; the same id with another body is refused."""
    if record["digest"] != _digest(item):
        return OTHER_BODY.model_dump_json().encode()
    return bytes(record["reply"])
