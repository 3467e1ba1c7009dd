"""Kafka is killed with SIGKILL and keeps its log: what was acknowledged is there, once."""

import asyncio
from contextlib import asynccontextmanager, suppress

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.bus import Producer, connection
from chassis.envelope import topic
from chassis.topics import make_topics
from contracts.message import Kind
from stack import servers
from stack.demo import requesting
from stack.demo.api import Api
from stack.demo.journal import Journal
from stack.demo.login import Desk
from stack.demo.people import Memory
from stack.system import Stack
from tests.harness import settings_for
from tests.probes import until
from tests.system.asking import ask, invitations, pending

pytestmark = [
    pytest.mark.long,
    pytest.mark.skipif(
        servers.kafka_kind() == "embedded", reason="the embedded broker keeps nothing; run with STACK=kafka"
    ),
]
RECORDS = 1000
ROUNDS = 3
IN_FLIGHT = 8


async def held(settings, partition: TopicPartition) -> list[bytes]:
    """Return every record of a partition, in order."""
    consumer = AIOKafkaConsumer(**connection(settings), enable_auto_commit=False)
    await consumer.start()
    try:
        consumer.assign([partition])
        consumer.seek(partition, 0)
        end = (await consumer.end_offsets([partition]))[partition]
        found: list[bytes] = []
        while await consumer.position(partition) < end:
            records = await consumer.getmany(partition, timeout_ms=1000)
            found += [record.value for record in records.get(partition, [])]
        return found
    finally:
        await consumer.stop()


@asynccontextmanager
async def publishing(settings):
    producer = Producer(settings)
    await producer.start()
    try:
        yield producer
    finally:
        await producer.stop()


async def acknowledged(producer: Producer, name: str, numbers: range) -> set[bytes]:
    """Send numbers one behind the other; return those that the broker said it has."""
    sent = {}
    for number in numbers:
        with suppress(KafkaError):  # no room any more while the broker is away
            sent[b"%d" % number] = await producer.send(name, b"key", b"%d" % number, [])
    answers = await asyncio.gather(*sent.values(), return_exceptions=True)
    return {value for value, answer in zip(sent, answers, strict=True) if not isinstance(answer, BaseException)}


@pytest.mark.timeout(180)
async def test_records_sent_while_the_broker_is_killed_are_kept_once_and_in_order(kafka):
    settings = settings_for("mongodb://127.0.0.1:1", kafka.kafka, kafka_partitions=1)
    await make_topics(settings)
    name = topic(settings.deployment, "identity", Kind.EVENT)
    async with publishing(settings) as producer:
        before = await acknowledged(producer, name, range(RECORDS))
        under_way = asyncio.create_task(acknowledged(producer, name, range(RECORDS, 2 * RECORDS)))
        await asyncio.sleep(0)
        await kafka.restart_broker()
        during = await under_way
    async with publishing(settings) as producer:
        after = await acknowledged(producer, name, range(2 * RECORDS, 2 * RECORDS + 1))

    kept = await held(settings, TopicPartition(name, 0))
    assert (len(before), len(after)) == (RECORDS, 1)
    assert before | during | after <= set(kept)
    assert kept == sorted(set(kept), key=int)


@pytest.mark.timeout(400)
async def test_commands_under_way_while_the_broker_is_killed_have_one_effect(tmp_path):
    async with Stack(data=tmp_path, time="ticks", demo=True) as stack, Api(stack.gateway_url, patience_s=120) as api:
        desk = Desk(stack, api, Memory.of(tmp_path))
        journey = await requesting.start(desk, Journal("durability"))
        journey.services = (await journey.anna.get("/v1/services", text="belasting", chainOnly="true"))["rows"][:2]
        asked: list[str] = []
        for turn in range(ROUNDS):
            numbers = range(turn * IN_FLIGHT, (turn + 1) * IN_FLIGHT)
            asking = asyncio.gather(*(ask(journey, number) for number in numbers))
            await asyncio.sleep(0)
            await stack.restart_broker()
            asked += await asking
            await stack.all_ready()

        assert await pending(journey) == sorted(asked)

        async def all_invited() -> bool:
            return all(await invitations(desk, len(asked)))

        await until(all_invited, within_s=60)
        assert [len(mails) for mails in await invitations(desk, len(asked))] == [1] * len(asked)
