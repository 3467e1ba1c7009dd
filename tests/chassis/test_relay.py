"""The relay on a real broker: in order per key, rows of the dead, two at once."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest_asyncio
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis import outbox
from chassis.bus import Producer, connection
from chassis.envelope import topic
from chassis.leases import Leases
from chassis.mongo import Database, close, connect, database
from chassis.outbox import Sender
from chassis.relay import Relay
from chassis.tasks import end
from chassis.time import real_now
from chassis.topics import make_topics
from contracts.message import Kind
from tests.chassis.shop import Counted, CounterState
from tests.harness import NOW, settings_for
from tests.probes import until


class Place:
    """An outbox, a producer and what the broker has of the topic of events."""

    def __init__(self, settings: Any, home: Database, producer: Producer) -> None:
        self.settings, self.home, self.producer = settings, home, producer
        self.rows = home[outbox.NAME]
        self.sender = Sender(settings, "chain")
        self.heard: list[Any] = []

    def row(self, counter, sequence: int, *, age_s: float = 0.0) -> dict[str, Any]:
        event = Counted(state=CounterState(id=counter, count=sequence))
        made = self.sender.row(event, uuid4(), NOW, sequence=sequence)
        return {**made, "created_at": real_now() - timedelta(seconds=age_s)}

    @asynccontextmanager
    async def relay(self, name: str, life_s: float = 3.0) -> AsyncIterator[Relay]:
        relay = Relay(self.home, self.producer, Leases(self.home, name, life_s))
        task = asyncio.create_task(relay.run())
        try:
            yield relay
        finally:
            await end(task)

    async def all_sent(self, number: int) -> None:
        async def sent():
            return await self.rows.count_documents({"state": "sent"}) == number

        await until(sent)

    async def read(self, number: int) -> dict[str, list[int]]:
        """Read so many records; return the sequences of each key in the broker's order."""
        consumer = AIOKafkaConsumer(
            **connection(self.settings), enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=20
        )
        await consumer.start()
        try:
            name = topic(self.settings.deployment, "chain", Kind.EVENT)
            consumer.assign([TopicPartition(name, n) for n in range(self.settings.kafka_partitions)])
            self.heard = []
            async with asyncio.timeout(15):
                while len(self.heard) < number:
                    found = await consumer.getmany(timeout_ms=100)
                    self.heard += [record for records in found.values() for record in records]
        finally:
            await consumer.stop()
        keys: dict[str, list[int]] = {}
        for record in self.heard:
            keys.setdefault(record.key.decode(), []).append(int(dict(record.headers)["ce_sequence"]))
        return keys


@pytest_asyncio.fixture(loop_scope="session")
async def place(mongo, kafka) -> AsyncIterator[Place]:
    settings = settings_for(mongo.mongo_uri, kafka.kafka, kafka_partitions=3)
    await make_topics(settings)
    client, producer = connect(settings, "chain"), Producer(settings)
    home = database(client, settings, "chain")
    for index in outbox.INDEXES:
        await index.ensure(home[outbox.NAME])
    await producer.start()
    yield Place(settings, home, producer)
    await producer.stop()
    await client.drop_database(home.name)
    await close(client)


async def test_rows_are_published_in_order_per_key_and_marked(place):
    counters = [uuid4() for _ in range(8)]
    rows = [place.row(counter, n) for n in range(1, 16) for counter in counters]
    async with place.relay("one") as relay:
        for start in range(0, len(rows), 24):
            await place.rows.insert_many(rows[start : start + 24])
            relay.offer(rows[start : start + 24])
        await place.all_sent(len(rows))

    assert await place.read(len(rows)) == {str(counter): [*range(1, 16)] for counter in counters}
    assert await place.rows.count_documents({"sent_at": {"$exists": True}}) == len(rows)


async def test_what_does_not_fit_into_memory_is_left_to_the_poll_and_keeps_its_order(place, monkeypatch):
    monkeypatch.setattr("chassis.relay._MOST_FED", 10)
    counters = [uuid4() for _ in range(4)]
    rows = [place.row(counter, n) for n in range(1, 9) for counter in counters]
    await place.rows.insert_many(rows)
    async with place.relay("one") as relay:
        for start in range(0, len(rows), 6):
            relay.offer(rows[start : start + 6])
        await place.all_sent(len(rows))

    assert await place.read(len(rows)) == {str(counter): [*range(1, 9)] for counter in counters}


async def test_a_record_is_what_the_row_says(place):
    row = place.row(uuid4(), 1)
    async with place.relay("one") as relay:
        await place.rows.insert_one(row)
        relay.offer([row])
        await place.read(1)

    [record] = place.heard
    assert (record.key, record.value) == (row["key"].encode(), row["value"])
    assert record.headers == tuple((name, value) for name, value in row["headers"])


async def test_rows_of_a_process_that_died_before_publishing_are_published_in_order(place):
    counter = uuid4()
    made = real_now() - timedelta(minutes=1)
    await place.rows.insert_many([{**place.row(counter, n), "created_at": made} for n in (3, 1, 2)])

    async with place.relay("heir"):
        await place.all_sent(3)

    assert await place.read(3) == {str(counter): [1, 2, 3]}


async def test_a_row_that_is_not_committed_yet_is_found_later_though_newer_ones_were_sent(place):
    counter, late = uuid4(), uuid4()
    async with place.relay("one"):
        await place.rows.insert_one(place.row(counter, 1, age_s=10))
        await place.all_sent(1)
        await place.rows.insert_one(place.row(late, 1, age_s=20))
        await place.all_sent(2)
    assert await place.read(2) == {str(counter): [1], str(late): [1]}


async def test_two_relays_share_the_keys_and_each_row_is_published_once_in_order(place):
    counters = [uuid4() for _ in range(12)]
    rows = [place.row(counter, n) for n in range(1, 11) for counter in counters]
    async with place.relay("one", life_s=1.5) as one, place.relay("two", life_s=1.5) as two:

        async def shared():
            return len(one._leases.held) == len(two._leases.held) == outbox.SLOTS // 2

        await until(shared)
        await place.rows.insert_many(rows)
        for relay in (one, two):
            relay.offer(rows)
        await place.all_sent(len(rows))

    assert await place.read(len(rows)) == {str(counter): [*range(1, 11)] for counter in counters}


async def test_a_relay_publishes_what_another_left_behind_when_it_died(place):
    counters = [uuid4() for _ in range(12)]
    async with place.relay("one", life_s=1.5) as one, place.relay("two", life_s=1.5) as two:

        async def shared():
            return len(one._leases.held) == len(two._leases.held) == outbox.SLOTS // 2

        await until(shared)
    await place.rows.insert_many([place.row(counter, 1, age_s=5) for counter in counters])

    async with place.relay("three", life_s=1.5):
        await place.all_sent(len(counters))

    assert await place.read(len(counters)) == {str(counter): [1] for counter in counters}
