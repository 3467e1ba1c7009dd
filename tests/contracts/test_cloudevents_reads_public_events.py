"""A supplier that has only a CloudEvents library and a Kafka client can read our public events."""

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import date
from types import SimpleNamespace
from typing import ClassVar
from uuid import UUID, uuid4

import pytest
import pytest_asyncio
from aiokafka import AIOKafkaConsumer
from cloudevents.core.bindings.kafka import KafkaMessage, from_kafka_event
from cloudevents.core.exceptions import CloudEventValidationError
from cloudevents.core.v1.event import CloudEvent
from jsonschema import Draft7Validator, Draft202012Validator

from chassis.mongo import Collection
from chassis.process import Process
from chassis.work import Work
from contracts.chain import PublicChainAuthorizationChanged, PublicChainAuthorizationState, Scope
from contracts.message import Command, Done
from contracts.values import Period
from stack.describe import generated
from tests.chassis.peers import AskingClient, running
from tests.harness import NOW, settings_for
from tests.probes import until

TYPE = "nl.chain-authorizations.public-chain-authorization-changed.v1"
SURNAME, EMAIL, PHONE = "Achternaamtje", "iemand@voorbeeld.example", "+31612345678"
PERSONAL = [text.encode() for text in (SURNAME, EMAIL, PHONE)]
SCOPE = Scope(general=False, service_uuids=(UUID(int=7),))
PERIOD = Period(start=date(2026, 11, 22), end=date(2027, 11, 22))


@dataclass(frozen=True)
class Announcement:
    """What the service keeps; unlike the event it knows a person."""

    id: UUID
    active: bool
    surname: str
    email: str
    phone: str


ANNOUNCEMENTS = Collection("announcements", Announcement)


class Announce(Command[Done]):
    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "announcements"
    announcement: UUID
    active: bool

    @property
    def key(self) -> str:
        return str(self.announcement)


async def announce(command: Announce, work: Work) -> Done:
    """Keep an announcement and tell other suppliers of it."""
    kept = Announcement(command.announcement, command.active, SURNAME, EMAIL, PHONE)
    state = PublicChainAuthorizationState(
        id=kept.id, intermediary_kvk_number="90000013", relation_kvk_number="90000021", active=kept.active,
        scope=SCOPE, period=PERIOD,
    )  # fmt: skip
    await work.put(ANNOUNCEMENTS, kept, PublicChainAuthorizationChanged(state=state))
    return Done()


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def told(mongo, kafka) -> AsyncIterator[SimpleNamespace]:
    """Two public events of one aggregate as the topic holds them, and the commands that led to them."""
    settings = settings_for(mongo.mongo_uri, kafka.kafka, source_number="90000013")
    process = Process("chain", settings)
    process.routes.keep(ANNOUNCEMENTS)
    process.routes.command(Announce, announce, aggregate=ANNOUNCEMENTS)
    announcement, causes = uuid4(), [uuid4(), uuid4()]
    async with running(process), AskingClient(settings) as client:
        for cause, active in zip(causes, (True, False), strict=True):
            await client.ask(Announce(announcement=announcement, active=active), id_=cause, at=NOW)
        records = await read(kafka.kafka, f"{settings.deployment}.chain.public.v1", 2)
    yield SimpleNamespace(id=announcement, causes=causes, records=records)


async def read(kafka: str, topic: str, number: int) -> list:
    """Read a topic from its beginning with a plain client; source and id tell a repetition, as CloudEvents says."""
    consumer = AIOKafkaConsumer(
        topic, bootstrap_servers=kafka, auto_offset_reset="earliest", enable_auto_commit=False, fetch_max_wait_ms=100
    )
    found: dict[tuple[bytes, bytes], object] = {}

    async def all_of_them():
        for records in (await consumer.getmany(timeout_ms=200)).values():
            for record in records:
                headers = dict(record.headers)
                found.setdefault((headers["ce_source"], headers["ce_id"]), record)
        return len(found) >= number

    await consumer.start()
    try:
        await until(all_of_them)
    finally:
        await consumer.stop()
    return list(found.values())


def as_event(record) -> CloudEvent:
    """Read a record with the library alone."""
    return from_kafka_event(KafkaMessage(headers=dict(record.headers), key=record.key, value=record.value))


async def test_every_attribute_and_extension_is_read(told):
    for number, (record, cause) in enumerate(zip(told.records, told.causes, strict=True), start=1):
        event = as_event(record)
        assert isinstance(event, CloudEvent)
        assert UUID(event.get_id())
        attributes = event.get_attributes()
        assert {name: value for name, value in attributes.items() if name not in ("id", "traceparent")} == {
            "specversion": "1.0",
            "source": "urn:nld:kvknr:90000013:systeem:chain",
            "type": TYPE,
            "time": NOW,
            "datacontenttype": "application/json",
            "dataschema": f"urn:volmacht:schema:chain:{TYPE}",
            "aggregatetype": "public-chain-authorization",
            "sequence": str(number),
            "sequencetype": "Integer",
            "correlationid": str(cause),
            "causationid": str(cause),
            "partitionkey": str(told.id),
        }
    assert len({as_event(record).get_id() for record in told.records}) == 2


async def test_the_data_is_read_and_fits_the_published_schema(told):
    schema = json.loads(generated()[f"schemas/{TYPE}.json"])
    events = [as_event(record) for record in told.records]
    assert [event.get_data()["state"]["active"] for event in events] == [True, False]
    for event in events:
        assert event.get_dataschema() == schema["$id"]
        assert [error.message for error in Draft202012Validator(schema).iter_errors(event.get_data())] == []
        assert event.get_data()["state"] == {
            "id": str(told.id),
            "intermediary_kvk_number": "90000013",
            "relation_kvk_number": "90000021",
            "active": event.get_data()["state"]["active"],
            "scope": {"general": False, "provider_oins": [], "service_uuids": [str(UUID(int=7))]},
            "period": {"start": "2026-11-22", "end": "2027-11-22"},
        }


async def test_the_headers_are_those_that_the_asyncapi_document_describes(told):
    document = json.loads(generated()["asyncapi/public.json"])
    place = "#/components/messages/PublicChainAuthorizationChanged/headers"
    validator = Draft7Validator({"$ref": place, "components": document["components"]})
    known = document["components"]["schemas"]["PublicEventHeaders"]["properties"]
    for record in told.records:
        headers = {name: value.decode() for name, value in record.headers}
        assert [error.message for error in validator.iter_errors(headers)] == []
        assert headers.keys() <= known.keys()


async def test_each_header_comes_once_and_only_two_are_bare(told):
    for record in told.records:
        names = [name for name, _ in record.headers]
        assert len(names) == len(set(names))
        assert {name for name in names if not name.startswith("ce_")} <= {"content-type", "traceparent"}


async def test_nothing_personal_stands_in_headers_key_or_value(told):
    for record in told.records:
        assert UUID(record.key.decode()) == told.id
        everything = b" ".join([record.key, record.value, *(value for _, value in record.headers)])
        assert [text for text in PERSONAL if text in everything] == []


def test_a_record_without_content_type_or_type_is_not_one_of_ours(told):
    headers = dict(told.records[0].headers)
    bare = {name: value for name, value in headers.items() if name != "content-type"}
    assert from_kafka_event(KafkaMessage(headers=bare, key=None, value=b"{}")).get_datacontenttype() is None
    untyped = {name: value for name, value in headers.items() if name != "ce_type"}
    with pytest.raises(CloudEventValidationError, match="type"):
        from_kafka_event(KafkaMessage(headers=untyped, key=None, value=b"{}"))
