"""Topics: made once by whoever comes first, and a broker that has forgotten everything is noticed."""

import asyncio
import os
import signal
from collections.abc import AsyncIterator

import pytest_asyncio
from aiokafka.admin import AIOKafkaAdminClient

from chassis.bus import connection
from chassis.topics import SERVICES, Incarnation, all_topics, incarnation_topic, make_topics
from tests.harness import settings_for
from tests.probes import until


@pytest_asyncio.fixture(loop_scope="session")
async def deployment(kafka) -> AsyncIterator:
    yield settings_for("mongodb://127.0.0.1:1", kafka.kafka, kafka_partitions=3)


async def incarnation(settings) -> Incarnation:
    made = Incarnation(settings)
    await made.start()
    return made


async def partitions(settings) -> dict[str, int]:
    admin = AIOKafkaAdminClient(**connection(settings))
    await admin.start()
    try:
        names = [name for name in await admin.list_topics() if name.startswith(f"{settings.deployment}.")]
        return {found["topic"]: len(found["partitions"]) for found in await admin.describe_topics(names)}
    finally:
        await admin.close()


def test_each_service_has_topics_for_commands_queries_events_and_public_events(settings):
    found = all_topics(settings)
    for service in SERVICES:
        for kind in ("commands", "queries", "events", "public"):
            assert found[f"{settings.deployment}.{service}.{kind}.v1"] == settings.kafka_partitions
    assert found[f"{settings.deployment}.gateway.replies.v1"] == settings.kafka_partitions
    assert found[f"{settings.deployment}.clock.ticks.v1"] == 1
    assert len(found) == len(SERVICES) * 4 + 2


async def test_topics_are_made_with_their_partitions(deployment):
    await make_topics(deployment)
    assert await partitions(deployment) == {**all_topics(deployment), incarnation_topic(deployment.deployment): 1}


async def test_making_them_again_keeps_the_incarnation(deployment):
    await make_topics(deployment)
    first = await incarnation(deployment)
    await make_topics(deployment)
    second = await incarnation(deployment)

    assert first.name == second.name != ""
    assert not await first.lost()
    for each in (first, second):
        await each.stop()


async def test_several_that_make_them_at_once_live_in_one_incarnation(deployment):
    await asyncio.gather(*(make_topics(deployment) for _ in range(4)))
    seen = await asyncio.gather(*(incarnation(deployment) for _ in range(3)))

    assert len({each.name for each in seen}) == 1
    for each in seen:
        assert not await each.lost()
        await each.stop()


async def test_a_broker_that_has_forgotten_everything_is_lost_and_its_successor_is_another(deployment, kafka):
    await make_topics(deployment)
    before = await incarnation(deployment)
    await kafka.restart_broker(wipe=True)

    await until(before.lost)
    await make_topics(deployment)
    after = await incarnation(deployment)

    assert after.name != before.name
    await until(before.lost)
    assert not await after.lost()
    for each in (before, after):
        await each.stop()


async def test_a_topic_that_somebody_asked_for_and_the_broker_made_empty_is_a_loss_too(deployment, kafka):
    await make_topics(deployment)
    before = await incarnation(deployment)
    await kafka.restart_broker(wipe=True)
    await make_topics(deployment)

    await until(before.lost)
    after = await incarnation(deployment)

    assert after.name not in {"", before.name}
    for each in (before, after):
        await each.stop()


async def test_a_broker_that_does_not_answer_is_a_fault_and_not_a_loss(deployment, kafka):
    await make_topics(deployment)
    known = await incarnation(deployment)
    os.kill(kafka.supervisor.pid("broker"), signal.SIGSTOP)
    try:

        async def faulty():
            assert not await known.lost()
            return known.fault

        await until(faulty)
    finally:
        os.kill(kafka.supervisor.pid("broker"), signal.SIGCONT)

    async def well():
        assert not await known.lost()
        return known.fault is None

    await until(well)
    await known.stop()
