"""The services' side on a real broker: answers what it is told to, and remembers what it heard."""

import asyncio
from collections.abc import Callable
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.bus import Producer, connection
from chassis.envelope import Envelope, Reader, encode, read_envelope, topic
from chassis.ids import fresh
from chassis.replying import Replier
from chassis.tasks import end
from chassis.time import real_now
from chassis.topics import SERVICES
from contracts.message import Event, Kind, Message, Model, Refusal, Reply, Written, messages

SILENT = object()
Answer = Callable[[Any, Envelope], Any]


class Peer:
    """Answers `unknown` unless `answers` says otherwise: a result, a refusal, SILENT, or (result, written)."""

    def __init__(self, settings):
        self._settings = settings
        self._producer = Producer(settings)
        self._replier = Replier(self._producer, settings, "urn:nld:kvknr:00000000:systeem:peer")
        kinds = (Kind.COMMAND, Kind.QUERY)
        self._reader = Reader({t: m for s in SERVICES for k in kinds for t, m in messages(s, k).items()})
        self._topics = [topic(settings.deployment, service, kind) for service in SERVICES for kind in kinds]
        self.answers: dict[type[Message], Answer] = {}
        self.heard: list[tuple[Envelope, Any]] = []
        self._news = asyncio.Condition()

    async def __aenter__(self):
        await self._producer.start()
        self._consumer = AIOKafkaConsumer(
            **connection(self._settings), enable_auto_commit=False, auto_offset_reset="earliest", fetch_max_wait_ms=10
        )
        await self._consumer.start()
        partitions = range(self._settings.kafka_partitions)
        self._consumer.assign([TopicPartition(name, number) for name in self._topics for number in partitions])
        self._task = asyncio.create_task(self._run())
        return self

    async def __aexit__(self, *_):
        await end(self._task)
        await self._consumer.stop()
        await self._producer.stop()

    async def _run(self):
        async for record in self._consumer:
            envelope = read_envelope(record.headers)
            message = self._reader.read(envelope.type, record.value)
            self.heard.append((envelope, message))
            async with self._news:
                self._news.notify_all()
            if (reply := self._reply(envelope, message)) is not None:
                await self._replier.answer(envelope, reply)

    def _reply(self, envelope, message):
        answer = self.answers.get(type(message))
        outcome = Refusal(code="unknown") if answer is None else answer(message, envelope)
        if outcome is SILENT:
            return None
        if isinstance(outcome, Refusal):
            return Reply(refusal=outcome)
        result, wrote = outcome if isinstance(outcome, tuple) else (outcome, ())
        assert isinstance(result, Model)
        return Reply(result=result.model_dump(mode="json"), wrote=tuple(wrote))

    async def answer(self, envelope, reply):
        """Answer late what was left SILENT."""
        await self._replier.answer(envelope, reply)

    def of(self, kind):
        """Return what was heard of a type."""
        return [(envelope, message) for envelope, message in self.heard if isinstance(message, kind)]

    async def hears(self, kind, count=1, within=15):
        """Wait until a type was heard so often."""
        async with asyncio.timeout(within), self._news:
            await self._news.wait_for(lambda: len(self.of(kind)) >= count)
        return self.of(kind)

    async def tell(self, event: Event, sequence=1):
        """Publish an event."""
        envelope = Envelope(id=fresh(), source="urn:nld:kvknr:00000000:systeem:peer", type=event.type, time=real_now(),
                            sequence=sequence)  # fmt: skip
        name = topic(self._settings.deployment, event.service, event.kind)
        await (await self._producer.send(name, event.key.encode(), encode(event), envelope.headers()))


WROTE = Written(aggregate="chain-authorizations:1", sequence=2, type="nl.x.v1")


async def until(probe, within=15):
    """Wait until an asynchronous probe gives something, and return it."""
    async with asyncio.timeout(within):
        while not (found := await probe()):  # noqa: ASYNC110 (what is probed is in another process or a database)
            await asyncio.sleep(0.02)
    return found
