"""MongoDB: one seam over two drivers, documents of domain values, transactions, the dead predecessor's sessions."""

import asyncio
import logging
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from typing import Any, Generic, TypeVar, cast
from uuid import UUID

from bson.binary import UuidRepresentation
from bson.codec_options import CodecOptions, TypeRegistry
from bson.errors import BSONError
from pydantic import TypeAdapter
from pymongo import AsyncMongoClient
from pymongo.asynchronous.client_session import AsyncClientSession
from pymongo.asynchronous.collection import AsyncCollection
from pymongo.asynchronous.database import AsyncDatabase
from pymongo.errors import (
    AutoReconnect,
    BulkWriteError,
    ExecutionTimeout,
    NetworkTimeout,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    WriteError,
)
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from chassis import metrics
from chassis.settings import ChassisSettings

Document = dict[str, Any]
Client = AsyncMongoClient[Document]
Database = AsyncDatabase[Document]
Session = AsyncClientSession
DocumentCollection = AsyncCollection[Document]

T = TypeVar("T")
log = logging.getLogger(__name__)


class ConflictError(Exception):
    """Somebody else changed what this transaction rests on; run it again with fresh reads."""


_OUTAGES = (
    ConflictError,
    AutoReconnect,
    NetworkTimeout,
    ServerSelectionTimeoutError,
    WaitQueueTimeoutError,
    ExecutionTimeout,
)
ANY_CASE: Document = {"locale": "en", "strength": 2}
_COMMIT_TRIES = 5
_EXISTS = 48


def _plain(value: Any) -> Any:
    """Encode what BSON does not know: days as ISO text, sets as sorted arrays."""
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, set | frozenset):
        return sorted(value)
    raise TypeError(f"A document cannot hold a {type(value).__name__}")


CODEC: CodecOptions[Document] = CodecOptions(
    tz_aware=True,
    uuid_representation=UuidRepresentation.STANDARD,
    type_registry=TypeRegistry(fallback_encoder=_plain),
)


def connect(settings: ChassisSettings, process: str) -> Client:
    """Return a client; `appname` is the stable instance name by which a successor finds its transactions."""
    options: dict[str, Any] = {
        "appname": appname(settings, process),
        "w": "majority",
        "readConcernLevel": "majority",
        "retryWrites": True,
        "timeoutMS": settings.mongo_timeout_ms,
        "serverSelectionTimeoutMS": settings.mongo_timeout_ms,
    }
    if settings.mongo_driver == "motor":
        from motor.motor_asyncio import AsyncIOMotorClient  # noqa: PLC0415 (an optional package)

        return cast("Client", AsyncIOMotorClient(settings.mongo_uri, **options))
    return AsyncMongoClient(settings.mongo_uri, **options)


def appname(settings: ChassisSettings, process: str) -> str:
    """Return the name under which the server knows this process."""
    return f"{settings.deployment}.{process}.{settings.instance}"


def database(client: Client, settings: ChassisSettings, name: str) -> Database:
    """Return a service's own database."""
    return client.get_database(f"{settings.deployment}_{name}", codec_options=CODEC)


async def close(client: Client) -> None:
    """Close a client of either driver."""
    closing: Any = client.close()
    if closing is not None:
        await closing


async def start_session(client: Client) -> Session:
    """Start a session with either driver."""
    session: Any = client.start_session()
    return cast("Session", await session if asyncio.iscoroutine(session) else session)


async def aggregate(
    place: DocumentCollection | Database, pipeline: Sequence[Document], **options: Any
) -> list[Document]:
    """Run a pipeline with either driver and return its documents."""
    cursor: Any = place.aggregate(pipeline, **options)
    if asyncio.iscoroutine(cursor):
        cursor = await cursor
    return cast("list[Document]", await cursor.to_list(None))


def transient(error: BaseException) -> bool:
    """Tell an outage or a write conflict, which pass, from a fault, which stays."""
    if isinstance(error, _OUTAGES):
        return True
    return isinstance(error, PyMongoError) and (error.has_error_label("TransientTransactionError") or error.timeout)


def unfit(error: BaseException) -> bool:
    """Tell what a message's own documents have caused, and do again each time, from a fault of the database."""
    faults = (BSONError, BulkWriteError, WriteError, OverflowError, TypeError, ValueError)
    return isinstance(error, faults) and not transient(error)


@asynccontextmanager
async def transaction(client: Client) -> AsyncIterator[Session]:
    """Open a transaction (snapshot, majority) that is committed when the block ends and aborted when it fails."""
    session = await start_session(client)
    try:
        begun: Any = session.start_transaction(
            read_concern=ReadConcern("snapshot"), write_concern=WriteConcern("majority")
        )
        if asyncio.iscoroutine(begun):
            await begun
        try:
            yield session
        except BaseException:
            if session.in_transaction:
                await session.abort_transaction()
            raise
        await _commit(session)
    finally:
        await session.end_session()


async def _commit(session: Session) -> None:
    """Commit; an unknown outcome is asked again, since committing twice is harmless."""
    for attempt in range(_COMMIT_TRIES):
        try:
            await session.commit_transaction()
        except PyMongoError as error:
            if attempt + 1 == _COMMIT_TRIES or not error.has_error_label("UnknownTransactionCommitResult"):
                raise
            await asyncio.sleep(full_jitter(attempt))
        else:
            return


def full_jitter(attempt: int, first: float = 0.05, longest: float = 5.0) -> float:
    """Return a pause in seconds that grows with the attempts (R16)."""
    return random.uniform(0, min(longest, first * 2 ** min(attempt, 30)))  # noqa: S311 (not a secret)


async def until_done(work: Callable[[], Awaitable[T]]) -> T:
    """Run `work` until it ends without an outage, with pauses that grow; outages are counted and logged (R16)."""
    attempt = 0
    while True:
        try:
            return await work()
        except PyMongoError as error:
            if not transient(error):
                raise
            metrics.OUTAGES.inc()
            log.warning("outage, trying again", extra={"why": repr(error), "attempt": attempt})
        await asyncio.sleep(full_jitter(attempt))
        attempt += 1


async def end_predecessor(client: Client, name: str) -> int:
    """End the open transactions of the dead process of this name; return their number (message-loop.md C2)."""
    pipeline: list[Document] = [
        {"$currentOp": {"allUsers": True, "idleSessions": True}},
        {"$match": {"transaction": {"$exists": True}, "appName": name, "lsid": {"$exists": True}}},
        {"$group": {"_id": "$lsid.id"}},
    ]
    admin = client.get_database("admin", codec_options=CODEC, read_concern=ReadConcern("local"))
    sessions = await aggregate(admin, pipeline)
    if sessions:
        await admin.command({"killSessions": [{"id": row["_id"]} for row in sessions]})
    return len(sessions)


async def make_collections(place: Database, names: Iterable[str]) -> None:
    """Make those that do not exist: a transaction does not make them, and another instance may at this moment."""
    for name in {*names} - set(await place.list_collection_names()):
        try:
            await place.create_collection(name, check_exists=False)
        except OperationFailure as error:
            if error.code != _EXISTS:
                raise


@dataclass(frozen=True)
class Index:
    """An index that the service needs; `partial` limits it to some documents, `ttl_s` removes old ones."""

    keys: tuple[tuple[str, int], ...]
    unique: bool = False
    partial: Mapping[str, Any] | None = None
    ttl_s: int | None = None
    any_case: bool = False
    """Texts that differ in case alone are the same: reads name ANY_CASE as their collation."""

    async def ensure(self, collection: DocumentCollection) -> None:
        """Make the index; making it again changes nothing."""
        options: Document = {"unique": self.unique}
        if self.partial is not None:
            options["partialFilterExpression"] = dict(self.partial)
        if self.ttl_s is not None:
            options["expireAfterSeconds"] = self.ttl_s
        if self.any_case:
            options["collation"] = ANY_CASE
        await collection.create_index(list(self.keys), **options)


@dataclass(frozen=True)
class Collection(Generic[T]):
    """A collection whose documents are values of one type with an attribute `id`."""

    name: str
    holds: type[T]
    indexes: tuple[Index, ...] = ()
    audited: bool = False
    """Each change is written to the audit trail."""

    audit_scope: Callable[[T], object] | None = field(default=None, compare=False)
    """Whose trail: the organisation of a value; None: the service's own."""

    audit_person: Callable[[T], UUID | None] | None = field(default=None, compare=False)
    """Whom a value is about: its audit values are encrypted with that person's key (S39)."""

    found_by: Callable[[T], Document] | None = field(default=None, compare=False)
    """Fields that are made from a value and stored beside it, to find and order it by; no part of the value."""

    @cached_property
    def _adapter(self) -> TypeAdapter[T]:
        return TypeAdapter(self.holds)

    def document(self, value: T) -> Document:
        """Return the document of a value, without versions."""
        document = cast("Document", self._adapter.dump_python(value))
        document["_id"] = document.pop("id")
        return document

    def stored(self, value: T) -> Document:
        """Return the document of a value as it is stored: with the fields by which it is found."""
        made = self.found_by(value) if self.found_by else {}
        return {**made, **self.document(value)}

    def value(self, document: Document) -> T:
        """Return the value of a document."""
        return self._adapter.validate_python({**document, "id": document["_id"]})
