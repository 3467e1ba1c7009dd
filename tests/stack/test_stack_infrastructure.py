"""mongod and the broker are the real ones, and come back after a fault."""

import asyncio
import signal

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from pymongo import AsyncMongoClient

from stack.testing import infrastructure


async def topics(bootstrap):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        return set(await admin.list_topics())
    finally:
        await admin.close()


async def make_topic(bootstrap, name):
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        await admin.create_topics([NewTopic(name, 1, 1)])
    finally:
        await admin.close()


async def test_mongod_runs_transactions_that_live_five_seconds(servers):
    async with AsyncMongoClient(servers.mongo_uri) as client:
        async with client.start_session() as session, await session.start_transaction():
            await client.stack.written.insert_one({"_id": "in"}, session=session)
        parameters = await client.admin.command("getParameter", 1, transactionLifetimeLimitSeconds=1)

        assert await client.stack.written.count_documents({"_id": "in"}) == 1
        assert parameters["transactionLifetimeLimitSeconds"] == 5


async def test_mongod_listens_on_this_machine_only(servers):
    async with AsyncMongoClient(servers.mongo_uri) as client:
        options = await client.admin.command("getCmdLineOpts")

    assert options["parsed"]["net"]["bindIp"] == "127.0.0.1"


async def test_the_broker_carries_a_message(servers):
    await make_topic(servers.kafka, "stack.carried")
    async with AIOKafkaProducer(bootstrap_servers=servers.kafka) as producer:
        await producer.send_and_wait("stack.carried", b"value", key=b"key")
    consumer = AIOKafkaConsumer("stack.carried", bootstrap_servers=servers.kafka, auto_offset_reset="earliest")
    async with consumer:
        record = await consumer.getone()

    assert (record.key, record.value) == (b"key", b"value")


async def test_a_restarted_broker_is_empty_and_answers_on_the_same_port(servers):
    await make_topic(servers.kafka, "stack.forgotten")

    await servers.restart_broker(wipe=True)

    assert "stack.forgotten" not in await topics(servers.kafka)


@pytest.mark.parametrize("ending", [signal.SIGTERM, signal.SIGKILL])
async def test_data_survives_the_end_of_mongod(servers, ending):
    async with AsyncMongoClient(servers.mongo_uri) as client:
        await client.stack.survivors.insert_one({"_id": ending.name})

    await servers.restart_mongo(ending)

    async with AsyncMongoClient(servers.mongo_uri) as client:
        assert await client.stack.survivors.find_one({"_id": ending.name})


async def test_data_is_found_again_on_another_port(tmp_path):
    async with infrastructure(tmp_path, broker=False) as first, AsyncMongoClient(first.mongo_uri) as client:
        await client.stack.moved.insert_one({"_id": 1})

    async with infrastructure(tmp_path, broker=False) as second, AsyncMongoClient(second.mongo_uri) as client:
        assert second.mongo_port != first.mongo_port
        assert await client.stack.moved.find_one({"_id": 1})


async def test_a_crashed_mongod_is_started_again(servers):
    before = servers.supervisor.pid("mongod")

    await servers.supervisor.kill("mongod")
    async with asyncio.timeout(20):
        await servers.supervisor.ready("mongod")

    assert servers.supervisor.pid("mongod") not in {None, before}
