"""The bare loop: plain aiokafka, one find a message, gathered, reply, one commit a batch; no transaction, no event."""

import asyncio
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer

from bench.counters import Count, ReadCounter
from chassis.bus import Producer, connection, fetch_wait_ms
from chassis.envelope import topic
from chassis.mongo import connect, database
from chassis.settings import ChassisSettings
from chassis.topics import make_topics, replies_topic
from contracts.message import Kind


class Bare:
    """Answers commands and queries with nothing but one read."""

    def __init__(self, settings: ChassisSettings) -> None:
        self._settings = settings
        self._client = connect(settings, "bare")
        self._counters = database(self._client, settings, "chain")["counters"]
        self._producer = Producer(settings)

    async def run(self, kind: Kind) -> None:
        """Answer one topic until cancelled."""
        message = {Kind.COMMAND: Count, Kind.QUERY: ReadCounter}[kind]
        consumer = AIOKafkaConsumer(
            topic(self._settings.deployment, "chain", kind), **connection(self._settings), group_id=f"bare.{kind}",
            enable_auto_commit=False, auto_offset_reset="earliest", heartbeat_interval_ms=500,
            session_timeout_ms=2000 if self._settings.embedded else 6000,  # Kafka takes no less
            fetch_max_wait_ms=fetch_wait_ms(self._settings, kind),
        )  # fmt: skip
        await consumer.start()
        while True:
            found = await consumer.getmany(timeout_ms=1000, max_records=512)
            records = [record for some in found.values() for record in some]
            if records:
                sent = await asyncio.gather(*(self._answer(record, message) for record in records))
                await asyncio.gather(*sent)
                await consumer.commit()

    async def _answer(self, record: Any, message: Any) -> asyncio.Future[Any]:
        headers = dict(record.headers)
        request = message.model_validate_json(record.value)
        found = await self._counters.find_one({"_id": UUID(str(request.counter))})
        reply = b'{"result":{"count":%d}}' % (found["count"] if found else 0)
        back = [
            ("content-type", b"application/json"), ("ce_specversion", b"1.0"), ("ce_id", headers["ce_id"]),
            ("ce_source", b"urn:bare"), ("ce_type", b"nl.messages.reply.v1"), ("ce_time", headers["ce_time"]),
            ("ce_correlationid", headers["ce_id"]),
        ]  # fmt: skip
        return await self._producer.send(
            replies_topic(self._settings.deployment), None, reply, back, int(headers["ce_replyto"])
        )

    async def start(self) -> None:
        """Make the topics and connect."""
        await make_topics(self._settings)
        await self._producer.start()


async def main() -> None:
    """Run both bare loops; the client's first question tells that they are ready."""
    bare = Bare(ChassisSettings())
    await bare.start()
    await asyncio.gather(bare.run(Kind.COMMAND), bare.run(Kind.QUERY))


if __name__ == "__main__":
    import uvloop

    uvloop.run(main())
