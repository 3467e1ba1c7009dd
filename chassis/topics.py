"""Topics: their names and partitions, their making, and the incarnation by which a lost broker is noticed (C4)."""

import asyncio
from collections.abc import Iterable

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError, TopicAlreadyExistsError, for_code

from chassis.bus import Producer, connection
from chassis.envelope import topic
from chassis.ids import fresh
from chassis.settings import ChassisSettings
from contracts.message import Kind

SERVICES = ("identity", "authorizations", "chain", "notifications", "billing")
_WEEK_MS = str(7 * 24 * 3600 * 1000)
_FOR_EVER = "-1"
_START_S = 30.0


def incarnation_topic(deployment: str) -> str:
    """Return the one-partition topic whose first record names this life of the broker."""
    return f"{deployment}.incarnation.v1"


def replies_topic(deployment: str) -> str:
    """Return the topic of replies; a gateway instance reads one partition."""
    return f"{deployment}.gateway.replies.v1"


def all_topics(settings: ChassisSettings) -> dict[str, int]:
    """Return each topic with its number of partitions."""
    deployment = settings.deployment
    kinds = (Kind.COMMAND, Kind.QUERY, Kind.EVENT, Kind.PUBLIC_EVENT)
    found = {topic(deployment, service, kind): settings.kafka_partitions for service in SERVICES for kind in kinds}
    found[replies_topic(deployment)] = settings.kafka_partitions
    found[topic(deployment, "clock", Kind.TICK)] = 1
    return found


async def make_topics(settings: ChassisSettings) -> None:
    """Make the missing topics; several may do so at once."""
    admin = AIOKafkaAdminClient(**connection(settings))
    await admin.start()
    try:
        present = set(await admin.list_topics())
        wanted = {**all_topics(settings), incarnation_topic(settings.deployment): 1}
        missing = {name: number for name, number in wanted.items() if name not in present}
        await _create(admin, missing, settings)
    finally:
        await admin.close()


async def _create(admin: AIOKafkaAdminClient, topics: dict[str, int], settings: ChassisSettings) -> None:
    new = [
        NewTopic(name, number, settings.kafka_replication, topic_configs={"retention.ms": _retention(name, settings)})
        for name, number in topics.items()
    ]
    if not new:
        return
    answer = await admin.create_topics(new)
    for _, code, *_ in answer.topic_errors:
        if code and for_code(code) is not TopicAlreadyExistsError:
            raise for_code(code)


def _retention(name: str, settings: ChassisSettings) -> str:
    """Return how long records are kept: the incarnation for ever, or after a week no process could start."""
    return _FOR_EVER if name == incarnation_topic(settings.deployment) else _WEEK_MS


async def _write_incarnation(settings: ChassisSettings) -> None:
    producer = Producer(settings)
    await producer.start()
    try:
        await (await producer.send(incarnation_topic(settings.deployment), b"", str(fresh()).encode(), [], partition=0))
    finally:
        await producer.stop()


class Incarnation:
    """Reads the incarnation again and again; `lost` once it is gone or different."""

    def __init__(self, settings: ChassisSettings) -> None:
        self._partition = TopicPartition(incarnation_topic(settings.deployment), 0)
        self._settings = settings
        self._first: bytes | None = None
        self.fault: str | None = None
        """Why the broker does not answer now; None when it does."""

    @property
    def name(self) -> str:
        """The incarnation that this process lives in."""
        return (self._first or b"").decode()

    async def start(self) -> None:
        """Read the incarnation that this process lives in; write one where there is none."""
        self._consumer = AIOKafkaConsumer(
            **connection(self._settings), enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=100
        )
        await self._consumer.start()
        self._consumer.assign([self._partition])
        async with asyncio.timeout(_START_S):
            if await self._empty():
                await _write_incarnation(self._settings)  # of several that do so at once the first one counts
            while (first := await self._read()) is None:
                pass
            self._first = first

    async def stop(self) -> None:
        """Leave the broker."""
        await self._consumer.stop()

    async def lost(self) -> bool:
        """Tell whether the broker is another one, or has forgotten everything; an unreachable one is neither."""
        try:
            async with asyncio.timeout(2):
                read = await self._read()
                gone = read is None and await self._gone() and await self._gone()
        except (KafkaError, TimeoutError, OSError) as error:
            self.fault = repr(error)
            return False
        self.fault = None
        return gone or (read is not None and read != self._first)

    async def _gone(self) -> bool:
        """Tell whether the record is not there; asked twice, since a node that has just started may lack the topic.

        An empty topic says the same: a broker may make one that somebody asks for.
        """
        await asyncio.sleep(0.2)
        return self._partition.topic not in await self._consumer.topics() or await self._empty()

    async def _empty(self) -> bool:
        return not (await self._consumer.end_offsets([self._partition]))[self._partition]

    async def _read(self) -> bytes | None:
        """Return the first record; between two looks nothing is fetched."""
        self._consumer.seek(self._partition, 0)
        self._consumer.resume(self._partition)
        try:
            found: Iterable[list[object]] = (await self._consumer.getmany(timeout_ms=500, max_records=1)).values()
        finally:
            self._consumer.pause(self._partition)
        return next((record.value for records in found for record in records), None)  # type: ignore[attr-defined]
