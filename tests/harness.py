"""One service under test: real handlers, loops and MongoDB; records are handed over by hand instead of by a broker."""

import json
import os
from base64 import b64encode
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from types import SimpleNamespace
from typing import Any, Self
from uuid import UUID, uuid4

from chassis import audit, outbox
from chassis.cli import parsed, run_command
from chassis.commit import INBOX
from chassis.envelope import Envelope, Reader, encode, read_envelope, topic
from chassis.held import record
from chassis.mongo import Client, Database, close
from chassis.outbox import aggregate
from chassis.process import Process
from chassis.settings import ChassisSettings
from contracts.clock import Tick
from contracts.message import Command, Event, Kind, Message, Model, Query, Refusal, Reply, messages
from stack.servers import kafka_kind
from tests.tenants import of_one_organisation

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
RECEIVERS = ("identity", "authorizations", "chain", "notifications", "billing", "gateway")
_offsets = count()


def a_key() -> str:
    """Return a fresh 32-byte key as base64."""
    return b64encode(os.urandom(32)).decode()


SEALING_KEYS = {name: a_key() for name in RECEIVERS}
FIELD_KEYS = {"f1": a_key()}
BLOB_KEYS = {"b1": a_key()}


def settings_for(
    mongo_uri: str, kafka: str = "127.0.0.1:1", kind: type[ChassisSettings] = ChassisSettings, **more: Any
) -> Any:
    """Return settings with a deployment of its own, so that databases and topics are fresh."""
    return kind(
        deployment=f"t{uuid4().hex[:10]}", mongo_uri=mongo_uri, kafka_bootstrap=kafka,
        kafka_kind=kafka_kind(), sealing_keys=SEALING_KEYS, field_keys=FIELD_KEYS, blob_keys=BLOB_KEYS, **more,
    )  # fmt: skip


def a_record(message: Message, envelope: Envelope, topic_name: str = "t", key: str | None = None) -> Any:
    """Return a record as the broker gives it."""
    return SimpleNamespace(
        topic=topic_name, partition=0, offset=next(_offsets), key=(key if key is not None else message.key).encode(),
        headers=tuple(envelope.headers()), value=encode(message),
    )  # fmt: skip


def an_envelope(message: Message, at: datetime = NOW, id_: UUID | None = None, **more: Any) -> Envelope:
    """Return the attributes of a message."""
    more = {"aggregatetype": message.aggregate_type, **more} if isinstance(message, Event) else more
    return Envelope(id=id_ or uuid4(), source="urn:nld:kvknr:00000000:systeem:test", type=message.type, time=at, **more)


async def drop_deployment(client: Client, deployment: str) -> None:
    """Drop the databases of a deployment: thousands of them would use up the files that mongod may open."""
    for name in await client.list_database_names():
        if name.startswith(f"{deployment}_"):
            await client.drop_database(name)


async def rotate_keys(process: Process) -> dict[str, int]:
    """Let an operator bring everything under the current keys of a process; return what the command line says."""
    said: list[str] = []
    given = parsed(process.service, ["--operator", "test", "rotate-keys"])
    status = await run_command(process, given, said.append)
    (line,) = said
    found: dict[str, int] = json.loads(line)
    assert status == (1 if found["unreadable"] else 0), line
    return found


async def under_key(database: Database, key: str) -> set[tuple[str, str]]:
    """Return where something lies that is encrypted under a key: collection and field, the fields within as well."""
    found = set()
    for name in {*await database.list_collection_names()} - {audit.NAME}:  # it keeps what it was written with
        async for document in database[name].find():
            found |= {(name, field) for field, text in _texts(document) if text.startswith(f"{key}:")}
    return found


def _texts(value: Any, field: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, str):
        yield field, value
    elif isinstance(value, Mapping | list):
        for name, part in value.items() if isinstance(value, Mapping) else enumerate(value):
            yield from _texts(part, f"{field}.{name}".lstrip("."))


class ServiceUnderTest:
    """A service whose loops are fed by hand."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.database = process.database
        self._sequences: dict[str, int] = {}

    async def __aenter__(self) -> Self:
        self.process.assemble()
        await self.process.prepare()
        return self

    async def __aexit__(self, *_: object) -> None:
        await drop_deployment(self.process.client, self.process.settings.deployment)
        await close(self.process.client)

    async def command(self, command: Command[Any], *, at: datetime = NOW, id_: UUID | None = None) -> Any:
        """Handle a command and return its result or refusal."""
        envelope = an_envelope(command, at, id_)
        with of_one_organisation(command):
            await self.process.commands.handle([a_record(command, envelope)])
        return await self.outcome(command, envelope.id)

    async def outcome(self, command: Command[Any], id_: UUID) -> Any:
        """Return the result or refusal that is stored for a command."""
        stored = await self.database[INBOX].find_one({"_id": id_})
        assert stored is not None, "the command was not handled"
        return _outcome(command, Reply.model_validate_json(bytes(stored["reply"])))

    async def query(self, query: Query[Any], *, id_: UUID | None = None) -> Any:
        """Ask and return the result or refusal."""
        with of_one_organisation(query):
            return _outcome(query, await self.process.queries.ask(query, id_ or uuid4()))

    async def hear(self, *events: Event, at: datetime = NOW) -> None:
        """Let the service hear events of others, numbered per aggregate."""
        records = []
        for event in events:
            name = aggregate(event)
            self._sequences[name] = self._sequences.get(name, 0) + 1
            records.append(a_record(event, an_envelope(event, at, sequence=self._sequences[name])))
        await self.process.events.handle(records)

    async def tick(self, at: datetime) -> None:
        """Let the clock tick, and handle what it makes the service send to itself, until nothing is left."""
        await self.process.ticks.handle([a_record(Tick(at=at), an_envelope(Tick(at=at), at))])
        await self.settle()

    async def settle(self) -> None:
        """Handle the commands that the service has sent to itself, until there are none."""
        own = topic(self.process.settings.deployment, self.process.service, Kind.COMMAND)
        while (
            rows := await self.database[outbox.NAME].find({"topic": own, "state": "pending"}).sort("order", 1).to_list()
        ):
            await self.process.commands.handle([record({**row, "key": row["key"].encode()}) for row in rows])
            ids = [row["_id"] for row in rows]
            await self.database[outbox.NAME].update_many({"_id": {"$in": ids}}, {"$set": {"state": "sent"}})

    async def sent(self, *types: type[Message]) -> list[Any]:
        """Return what the service has put in its outbox, in order; only these types, when some are given."""
        return [message for _, message in await self.sent_with_envelopes(*types)]

    async def sent_with_envelopes(self, *types: type[Message]) -> list[tuple[Envelope, Any]]:
        """Return messages of the outbox with their attributes."""
        known = {
            type_: model
            for name in (*RECEIVERS, "any")
            for kind in Kind
            for type_, model in messages(name, kind).items()
        }
        reader = Reader(known)
        found = []
        for row in await self.database[outbox.NAME].find().sort("order", 1).to_list():
            envelope = read_envelope([(name, bytes(value)) for name, value in row["headers"]])
            message = reader.read(envelope.type, bytes(row["value"]))
            if not types or isinstance(message, types):
                found.append((envelope, message))
        return found

    async def dead_letters(self) -> list[dict[str, Any]]:
        """Return what was set aside."""
        return await self.database["dead_letters"].find().to_list()


def _outcome(request: Command[Any] | Query[Any], reply: Reply) -> Model | Refusal:
    if reply.refusal is not None:
        return reply.refusal
    return request.result_type().model_validate(reply.result)


def types_of(found: Sequence[Message]) -> list[str]:
    """Return the class names of messages, in order."""
    return [type(message).__name__ for message in found]
