"""The watch: a process that starts knows the present of the ticks before it does anything."""

from datetime import timedelta
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from chassis.envelope import Envelope, encode, schema, source, topic
from chassis.time import Clock, real_now
from chassis.topics import make_topics
from chassis.watch import Watch
from contracts.clock import Tick
from contracts.message import Kind
from tests.harness import settings_for


async def tell(settings, *ticks):
    """Publish ticks as they would have been so long ago: pairs of the moment told and the tick's age."""
    producer = AIOKafkaProducer(bootstrap_servers=settings.kafka_bootstrap)
    await producer.start()
    try:
        for moment, age in ticks:
            tick = Tick(at=moment)
            envelope = Envelope(
                id=uuid4(), source=source("00000000", "clock"), type=Tick.type, time=moment, dataschema=schema(Tick)
            )
            await producer.send_and_wait(
                topic(settings.deployment, "clock", Kind.TICK), encode(tick), headers=envelope.headers(),
                timestamp_ms=int((real_now() - age).timestamp() * 1000),
            )  # fmt: skip
    finally:
        await producer.stop()


async def present(settings):
    """Start a process' watch; return its present, as the distance from that of the machine, in seconds."""
    clock = Clock("ticks")
    watch = Watch(settings, clock, lambda _why: None)
    await watch.start()
    await watch.stop()
    return (clock.now() - real_now()).total_seconds()


async def test_a_process_that_starts_is_not_behind_by_the_time_since_the_last_tick(mongo, kafka):
    settings = settings_for(mongo.mongo_uri, kafka.kafka, time="ticks")
    await make_topics(settings)
    age = timedelta(seconds=30)
    await tell(settings, (real_now() - age + timedelta(days=365), age))
    assert abs(await present(settings) - timedelta(days=365).total_seconds()) < 20


async def test_the_newest_of_many_ticks_is_the_present_also_after_a_wrong_one(mongo, kafka):
    settings = settings_for(mongo.mongo_uri, kafka.kafka, time="ticks")
    await make_topics(settings)
    hour, ticks = timedelta(hours=1), []
    for seconds in range(150, 0, -1):
        age = timedelta(seconds=seconds)
        ticks.append((real_now() - age + hour, age))
    ticks.append((real_now(), timedelta()))
    await tell(settings, *ticks)
    assert abs(await present(settings) - hour.total_seconds()) < 20


async def test_before_any_tick_the_present_is_that_of_the_machine(mongo, kafka):
    settings = settings_for(mongo.mongo_uri, kafka.kafka, time="ticks")
    await make_topics(settings)
    assert abs(await present(settings)) < 5
