"""A commit group: messages that are handled in memory one after another and committed at once (architecture.md)."""

from collections.abc import Iterable, Mapping, Sequence
from contextlib import AsyncExitStack
from typing import Any
from uuid import UUID

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import BulkWriteError, DuplicateKeyError

from chassis import audit, outbox, person_keys
from chassis.mongo import Client, Collection, ConflictError, Database, Document, Index, Session, aggregate, transaction
from chassis.outbox import Sender
from chassis.work import Buffer, Entry, Group, Place, Timer, Work, WriteOperation, entry

INBOX = "inbox"
TIMERS = "timers"
DEAD = "dead_letters"
HELD = "held"
INDEXES: dict[str, tuple[Index, ...]] = {
    INBOX: (
        Index((("at", 1),), ttl_s=37 * 24 * 3600),
        Index((("secret_until", 1),), partial={"secret_until": {"$gt": 0}}),
    ),
    TIMERS: (Index((("due", 1),)),),
    HELD: (Index((("aggregate", 1), ("seq", 1))),),
    DEAD: (Index((("aggregate", 1), ("seq", 1)), partial={"state": "open"}),),
    outbox.NAME: outbox.INDEXES,
    audit.NAME: audit.INDEXES,
    person_keys.NAME: (),
}
_DUPLICATE = 11000
SAME_KEY_TRIES = 60
"""A key that is taken so often in a row is taken for good, not by a race (some 15 s)."""


class Poison(Exception):  # noqa: N818 (a message, not a mistake)
    """A handler failed after it had used the transaction: the group runs again without it."""

    def __init__(self, id_: UUID, error: Exception) -> None:
        super().__init__(repr(error))
        self.id = id_
        self.error = error


class CommitGroup(Group):
    """One session, one identity map, one commit. `alone`: a single message, after a conflict (R12)."""

    def __init__(self, client: Client, database: Database, sender: Sender, *, alone: bool = False) -> None:
        self.buffer = Buffer()
        self.sender = sender
        self.inbox: list[Document] = []
        self.upserts: dict[str, list[Document]] = {DEAD: [], HELD: []}
        self.rows: list[Document] = []
        self._client = client
        self._database = database
        self._alone = alone
        self._stack = AsyncExitStack()
        self._session: Session | None = None
        self._known: dict[Place, Entry] = {}
        self.misses = 0
        """How often a handler asked for what nobody had read ahead."""

    def known(self, collection: Collection[Any], id_: Any) -> Entry | None:
        """Return a document that was read ahead."""
        return self._known.get((collection.name, id_))

    async def prefill(self, collection: Collection[Any], ids: Iterable[Any]) -> None:
        """Read the documents that the record keys name, before the transaction."""
        wanted = list(set(ids))
        found = self._database[collection.name].find({"_id": {"$in": wanted}})
        known = {document["_id"]: document async for document in found}
        for id_ in wanted:
            self._known[collection.name, id_] = entry(collection, known.get(id_))

    async def read(self, collection: Collection[Any], id_: Any) -> Entry:
        """Return a document from the identity map, or read it."""
        place = (collection.name, id_)
        if place in self.buffer.entries:
            return self.buffer.entries[place]
        if place not in self._known:
            self.misses += 1
            document = await self._database[collection.name].find_one({"_id": id_}, session=self._session)
            self._known[place] = entry(collection, document)
        return self._known[place]

    async def query(
        self, child: Buffer, collection: Collection[Any], filters: Mapping[str, Any],
        order: Sequence[tuple[str, int]], limit: int,
    ) -> list[Document]:  # fmt: skip
        """Write what is buffered into the transaction and find documents there."""
        child.in_transaction = True
        before = {place: known.copy() for place, known in self.buffer.entries.items() if known.dirty}
        await self._write(self.buffer)
        for place, known in before.items():
            if place in child.entries:
                _rest_on(child.entries[place], known, self.buffer.entries[place])
        await self._write(child)
        cursor = self._database[collection.name].find(dict(filters), session=await self._open(), limit=limit)
        return [document async for document in (cursor.sort(list(order)) if order else cursor)]

    def take(self, work: Work) -> None:
        """Take over what a message did, now that its handler has returned."""
        self.buffer.merge(work.buffer)

    async def commit(self) -> None:
        """Write everything and commit; raise ConflictError when somebody else was faster."""
        try:
            session = await self._open()
            await self._write_inbox(session)
            await self._write(self.buffer)
            await self._check_unsaved(session)
            await self._write_timers(session)
            await self._write_rest(session)
            await self._stack.aclose()
        except (DuplicateKeyError, BulkWriteError) as error:
            await self.abort(error)
            if duplicate(error):
                raise ConflictError(str(error.details)) from error
            raise
        except BaseException as error:
            await self.abort(error)
            raise
        self.rows = self.buffer.rows

    async def abort(self, error: BaseException) -> None:
        """Undo what the transaction holds."""
        stack, self._stack = self._stack, AsyncExitStack()
        self._session = None
        await stack.__aexit__(type(error), error, error.__traceback__)

    async def _open(self) -> Session:
        if self._session is None:
            self._session = await self._stack.enter_async_context(transaction(self._client))
        return self._session

    async def _write_inbox(self, session: Session) -> None:
        inbox = self._database[INBOX]
        if not self._alone:
            if self.inbox:
                await inbox.insert_many(self.inbox, session=session)
            return
        for record in self.inbox:
            values = {name: value for name, value in record.items() if name != "_id"}
            seen = await inbox.update_one(
                {"_id": record["_id"]}, {"$setOnInsert": values}, upsert=True, session=session
            )
            if seen.upserted_id is None:
                raise ConflictError("handled by another process meanwhile")

    async def _write(self, buffer: Buffer) -> None:
        """Write the changed documents, one bulk write a collection, each resting on the version it was read at."""
        operations: dict[str, list[WriteOperation]] = {}
        for (name, id_), known in buffer.entries.items():
            if known.dirty:
                operations.setdefault(name, []).append(known.operation(id_))
        for name, writes in operations.items():
            await self._write_all(name, writes)
        for known in buffer.entries.values():
            if known.dirty:
                known.written()

    async def _write_all(self, name: str, writes: list[WriteOperation]) -> None:
        try:
            result = await self._database[name].bulk_write(writes, ordered=False, session=await self._open())
        except BulkWriteError as error:
            if duplicate(error):
                raise ConflictError(f"{name}: {error.details}") from error
            raise
        if result.inserted_count + result.modified_count + result.deleted_count != len(writes):
            raise ConflictError(f"{name}: a document changed meanwhile")

    async def _check_unsaved(self, session: Session) -> None:
        """Check that what was decided on and not saved is still what it was."""
        wanted: dict[str, dict[Any, int | None]] = {}
        for (name, id_), known in {**self._known, **self.buffer.entries}.items():
            if known.value is known.before and self._used((name, id_)):
                wanted.setdefault(name, {})[id_] = known.version
        if not wanted:
            return
        (found,) = await aggregate(self._database, _versions(wanted), session=session)
        for name, versions in wanted.items():
            present = {document["_id"]: document["v"] for document in found[name]}
            if any(present.get(id_) != version for id_, version in versions.items()):
                raise ConflictError(f"{name}: a document that a decision rests on changed meanwhile")

    def _used(self, place: Place) -> bool:
        """Tell whether a handler has looked at it (reading ahead does not count) and nobody has saved it."""
        known = self.buffer.entries.get(place)
        return known is not None and known.value is known.before

    async def _write_timers(self, session: Session) -> None:
        if self.buffer.timers:
            writes = [_timer(timer) for timer in self.buffer.timers.values()]
            await self._database[TIMERS].bulk_write(writes, ordered=False, session=session)

    async def _write_rest(self, session: Session) -> None:
        if self.buffer.rows:
            await self._database[outbox.NAME].insert_many(self.buffer.rows, session=session)
        if self.buffer.changes:
            await self._database[audit.NAME].insert_many(await self._audit_rows(session), session=session)
        for name, documents in self.upserts.items():
            if documents:
                writes: list[WriteOperation] = [upsert(name, document) for document in documents]
                await self._database[name].bulk_write(writes, ordered=False, session=session)

    async def _audit_rows(self, session: Session) -> list[Document]:
        """Return the entries of the changes; what is about a person is encrypted with that person's key (S39)."""
        fields, changes = self.sender.fields, self.buffer.changes
        if fields is None:
            return [audit.row(*change) for change in changes]
        about = [audit.person_of(change) for *_, change in changes]
        own = await person_keys.ciphers(self._database, fields, (id_ for id_ in about if id_), session)
        return [
            audit.row(*change, fields if id_ is None else own[id_]) for change, id_ in zip(changes, about, strict=True)
        ]


def _versions(wanted: Mapping[str, Mapping[Any, int | None]]) -> list[Document]:
    """Return the pipeline that finds versions in all these collections: one round trip instead of one for each."""
    return [
        {"$documents": [{}]},
        *(
            {"$lookup": {"from": name, "as": name, "pipeline": [_with_ids(versions), {"$project": {"v": 1}}]}}
            for name, versions in wanted.items()
        ),
    ]


def _with_ids(ids: Iterable[Any]) -> Document:
    return {"$match": {"_id": {"$in": list(ids)}}}


def upsert(name: str, document: Document) -> WriteOperation:
    """Return the write of a letter or a held event; one that is held already keeps the moment since when it waits."""
    if name == HELD:
        values = {field: value for field, value in document.items() if field != "_id"}
        return UpdateOne({"_id": document["_id"]}, {"$setOnInsert": values}, upsert=True)
    return ReplaceOne({"_id": document["_id"]}, document, upsert=True)


def _rest_on(copy: Entry, before: Entry, written: Entry) -> None:
    """Let a message's copy rest on the version in which its group has just written the document."""
    copy.version = written.version
    copy.dirty = copy.value is not before.value or (copy.sequence, copy.public) != (before.sequence, before.public)


def _timer(timer: Timer) -> InsertOne[Document] | ReplaceOne[Document] | DeleteOne:
    if timer.command is None:
        return DeleteOne({"_id": timer.name})
    document: Document = {
        "_id": timer.name,
        "due": timer.due,
        "type": timer.command.type,
        "value": timer.command.__pydantic_serializer__.to_json(timer.command),
        "by": timer.by,
    }
    return ReplaceOne({"_id": timer.name}, document, upsert=True)


def duplicate(error: DuplicateKeyError | BulkWriteError) -> bool:
    """Tell whether a key was taken."""
    faults = (error.details or {}).get("writeErrors") or [{"code": error.code}]
    return any(fault.get("code") == _DUPLICATE for fault in faults)
