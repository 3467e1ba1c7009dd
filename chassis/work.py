"""The unit of work: what one message loads, changes and sends, merged into its group when its handler returns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar, cast
from uuid import UUID

from pymongo import DeleteOne, InsertOne, ReplaceOne, UpdateOne

from chassis.envelope import Envelope
from chassis.ids import derived
from chassis.mongo import Collection, Document
from chassis.outbox import Sender, aggregate
from chassis.reservations import RESERVATIONS, Reservation
from contracts.message import Command, Event, Kind, Message, Written

T = TypeVar("T")
Place = tuple[str, Any]
WriteOperation = InsertOne[Document] | ReplaceOne[Document] | UpdateOne | DeleteOne


@dataclass(slots=True)
class Entry:
    """A document as this group knows it; `version` is the stored one, None where nothing is stored."""

    collection: Collection[Any]
    value: Any
    version: int | None
    sequence: int = 0
    public: int = 0
    dirty: bool = False
    before: Any = None

    def copy(self) -> "Entry":
        """Return a copy that may be changed without touching the group's."""
        return Entry(self.collection, self.value, self.version, self.sequence, self.public, self.dirty, self.before)

    def operation(self, id_: Any) -> WriteOperation:
        """Return the write, with the version it rests on in its filter."""
        if self.value is None:
            return DeleteOne({"_id": id_, "v": self.version})
        document = {
            **self.collection.stored(self.value),
            "v": (self.version or 0) + 1,
            "seq": self.sequence,
            "pub": self.public,
        }
        if self.version is None:
            return InsertOne(document)
        return ReplaceOne({"_id": id_, "v": self.version}, document)

    def written(self) -> None:
        """Remember that the write is in the transaction."""
        self.version = None if self.value is None else (self.version or 0) + 1
        self.dirty = False


def entry(collection: Collection[Any], document: Document | None) -> Entry:
    """Return the entry of a document that was read, or of none."""
    if document is None:
        return Entry(collection, None, None)
    value = collection.value(document)
    return Entry(collection, value, document["v"], document["seq"], document["pub"], before=value)


@dataclass(slots=True)
class Timer:
    """A stored due moment: the command goes to the own service when a tick reaches it; None takes it back."""

    name: str
    due: datetime | None
    command: Command[Any] | None
    by: UUID | None = None
    """The message that scheduled it: the same moment scheduled again is another command."""


@dataclass(slots=True)
class Change:
    """A change for the audit trail: the value before and after."""

    collection: Collection[Any]
    id: Any
    before: Any
    after: Any


@dataclass(slots=True)
class Buffer:
    """What a message, or a whole group, has changed and sends, not yet written."""

    entries: dict[Place, Entry] = field(default_factory=dict)
    rows: list[Document] = field(default_factory=list)
    timers: dict[str, Timer] = field(default_factory=dict)
    changes: list[tuple[Envelope, Message, Change]] = field(default_factory=list)
    in_transaction: bool = False
    """The message has used the transaction: when its handler fails, the group runs again without it."""

    def merge(self, other: "Buffer") -> None:
        """Take over what a message did whose handler returned."""
        self.entries.update(other.entries)
        self.rows += other.rows
        self.timers.update(other.timers)
        self.changes += other.changes


class Group:
    """What a `Work` needs of its commit group."""

    buffer: Buffer
    sender: Sender

    async def read(self, collection: Collection[Any], id_: Any) -> Entry:
        """Return a document from the identity map, or read it."""
        raise NotImplementedError

    async def query(
        self, child: Buffer, collection: Collection[Any], filters: Mapping[str, Any],
        order: Sequence[tuple[str, int]], limit: int,
    ) -> list[Document]:  # fmt: skip
        """Write what is buffered into the transaction and find documents there."""
        raise NotImplementedError


class Work:
    """What a handler is given: the message's id and time, and the documents."""

    def __init__(self, group: Group, envelope: Envelope, message: Message) -> None:
        self.id = envelope.id
        self.now = envelope.time
        self.buffer = Buffer()
        self.wrote: list[Written] = []
        self._group = group
        self._envelope = envelope
        self._message = message
        self._made = 0

    def new_id(self) -> UUID:
        """Return the next id of this message at this service; the same message makes the same ids there.

        Several services react to one event: ids of its alone would be those of all their messages, and who hears two
        of them would take the second for the first come again.
        """
        self._made += 1
        return derived(self.id, self._group.sender.source, self._made)

    async def _entry(self, collection: Collection[T], id_: Any) -> Entry:
        place = (collection.name, id_)
        if place not in self.buffer.entries:
            self.buffer.entries[place] = (await self._group.read(collection, id_)).copy()
        return self.buffer.entries[place]

    async def get(self, collection: Collection[T], id_: Any) -> T | None:
        """Return the value with this id, or None."""
        return cast("T | None", (await self._entry(collection, id_)).value)

    async def version(self, collection: Collection[T], id_: Any) -> int:
        """Return the version that a reader of this value has seen; 0 when there is none (If-Match)."""
        return (await self._entry(collection, id_)).version or 0

    async def put(self, collection: Collection[T], value: T, *events: Event) -> None:
        """Save a value, with the events that tell what happened to it."""
        id_ = cast("Any", value).id
        known = await self._entry(collection, id_)
        self._record(collection, id_, known.value, value)
        known.value, known.dirty = value, True
        for event in events:
            self._tell(known, event)

    async def remove(self, collection: Collection[T], id_: Any) -> None:
        """Remove the value with this id, if there is one."""
        known = await self._entry(collection, id_)
        if known.value is not None:
            self._record(collection, id_, known.value, None)
            known.value, known.dirty = None, known.version is not None

    async def find(
        self,
        collection: Collection[T],
        filters: Mapping[str, Any],
        order: Sequence[tuple[str, int]] = (),
        limit: int = 0,
    ) -> list[T]:
        """Return the values that fit, this message's own changes included."""
        documents = await self._group.query(self.buffer, collection, filters, order, limit)
        found = []
        for document in documents:
            place = (collection.name, document["_id"])
            if place not in self.buffer.entries:
                self.buffer.entries[place] = entry(collection, document)
            if (value := self.buffer.entries[place].value) is not None:
                found.append(cast("T", value))
        return found

    async def reserve(self, kind: str, value: str, owner: UUID) -> bool:
        """Take a value that only one may have; False when another owner has it."""
        id_ = f"{kind}:{value}"
        taken = await self.get(RESERVATIONS, id_)
        if taken is None:
            await self.put(RESERVATIONS, Reservation(id=id_, owner=owner))
        return taken is None or taken.owner == owner

    async def owner(self, kind: str, value: str) -> UUID | None:
        """Return who has a value that only one may have."""
        taken = await self.get(RESERVATIONS, f"{kind}:{value}")
        return None if taken is None else taken.owner

    async def release(self, kind: str, value: str, owner: UUID) -> None:
        """Give a reserved value back."""
        id_ = f"{kind}:{value}"
        taken = await self.get(RESERVATIONS, id_)
        if taken is not None and taken.owner == owner:
            await self.remove(RESERVATIONS, id_)

    def send(self, command: Command[Any], *, id_: UUID | None = None, service: str | None = None) -> None:
        """Send a command with the transaction; `id_` where a sealed field is bound to it."""
        row = self._group.sender.row(command, id_ or self.new_id(), self.now, cause=self._envelope, service=service)
        self.buffer.rows.append(row)

    def schedule(self, name: str, due: datetime, command: Command[Any]) -> None:
        """Send a command to the own service at a moment; the same name replaces."""
        key = f"{command.key}:{name}"
        self.buffer.timers[key] = Timer(key, due, command, self.id)

    def unschedule(self, key: object, name: str) -> None:
        """Take a scheduled command back."""
        self.buffer.timers[f"{key}:{name}"] = Timer(f"{key}:{name}", None, None)

    def _record(self, collection: Collection[Any], id_: Any, before: Any, after: Any) -> None:
        if not collection.audited or before == after:
            return
        for *_, change in self.buffer.changes:
            if change.id == id_ and change.collection is collection:
                change.after = after  # one entry a message and value: from what it was to what it became
                return
        self.buffer.changes.append((self._envelope, self._message, Change(collection, id_, before, after)))

    def _tell(self, known: Entry, event: Event) -> None:
        """Give an event its place in the order of its aggregate."""
        if event.kind is Kind.PUBLIC_EVENT:
            known.public += 1
            sequence = known.public
        else:
            known.sequence += 1
            sequence = known.sequence
            self.wrote.append(Written(aggregate=aggregate(event), sequence=sequence, type=event.type))
        row = self._group.sender.row(event, self.new_id(), self.now, sequence=sequence, cause=self._envelope)
        self.buffer.rows.append(row)
