"""Ended sessions: refused at once, although their access token lives a few minutes more (S16)."""

import asyncio
import logging
from datetime import datetime, timedelta
from uuid import UUID

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from chassis.bus import connection, fetch_wait_ms
from chassis.envelope import Reader, UnreadableError, read_envelope, topic
from chassis.mongo import Database, Index, transient
from chassis.routes import concrete
from chassis.settings import ChassisSettings
from chassis.time import real_now
from contracts.identity import SessionEvent
from contracts.message import Kind

log = logging.getLogger(__name__)
NAME = "ended_sessions"
INDEXES = (Index((("at", 1),), ttl_s=1800),)
_LOOK_S = 0.5
_LONGEST_TOKEN = timedelta(minutes=10)


class EndedSessions:
    """The sessions that ended within the life of a token: in memory, and in the database for all instances."""

    def __init__(self, database: Database) -> None:
        self._collection = database[NAME]
        self._ended: dict[UUID, datetime] = {}
        self._seen = real_now() - _LONGEST_TOKEN

    def __contains__(self, session: UUID | None) -> bool:
        return session in self._ended

    async def add(self, session: UUID) -> None:
        """Refuse a session from now on, here at once and everywhere within half a second."""
        if session not in self._ended:
            self._ended[session] = real_now()
            await self._collection.update_one({"_id": session}, {"$set": {"at": real_now()}}, upsert=True)

    async def look(self) -> None:
        """Learn what other instances have added; overlapping, since clocks differ a little."""
        since = self._seen - timedelta(seconds=5)
        now = real_now()
        async for document in self._collection.find({"at": {"$gte": since}}):
            self._ended[document["_id"]] = document["at"]
        for session in [session for session, at in self._ended.items() if at < now - _LONGEST_TOKEN]:
            del self._ended[session]
        self._seen = now

    async def run(self) -> None:
        """Look twice a second until cancelled; an outage passes."""
        while True:
            try:
                await self.look()
            except PyMongoError as error:
                if not transient(error):
                    raise
                log.warning("ended sessions cannot be read", extra={"why": repr(error)})
            await asyncio.sleep(_LOOK_S)


class SessionHearing:
    """Hears the session events of identity: each instance all of them, from some minutes ago on."""

    def __init__(self, settings: ChassisSettings, ended: EndedSessions) -> None:
        self._settings = settings
        self._ended = ended
        self._topic = topic(settings.deployment, SessionEvent.service, Kind.EVENT)
        self._reader = Reader({event.type: event for event in concrete(SessionEvent)})
        self._consumer: AIOKafkaConsumer | None = None

    async def start(self) -> None:
        """Stand where the oldest token that still lives could have been ended."""
        self._consumer = AIOKafkaConsumer(
            **connection(self._settings), enable_auto_commit=False, auto_offset_reset="earliest",
            fetch_max_wait_ms=fetch_wait_ms(self._settings, "events"),
        )  # fmt: skip
        await self._consumer.start()
        await self._consumer.topics()
        partitions = [TopicPartition(self._topic, number) for number in range(self._settings.kafka_partitions)]
        self._consumer.assign(partitions)
        await self._skip_old(partitions)

    async def _skip_old(self, partitions: list[TopicPartition]) -> None:
        """Leave out what is too old to matter; a broker that cannot tell gives everything, which does no harm."""
        assert self._consumer is not None, "start() comes first"
        since = int((real_now() - _LONGEST_TOKEN).timestamp() * 1000)
        try:
            found = await self._consumer.offsets_for_times(dict.fromkeys(partitions, since))
        except KafkaError as error:
            log.info("offsets by time are not known", extra={"why": repr(error)})
            return
        for partition, offset in found.items():
            if offset is not None and offset.offset >= 0:
                self._consumer.seek(partition, offset.offset)

    async def stop(self) -> None:
        """Leave the broker."""
        if self._consumer is not None:
            await self._consumer.stop()

    async def run(self) -> None:
        """Hear until cancelled."""
        assert self._consumer is not None, "start() comes first"
        async for record in self._consumer:
            if record.timestamp < (real_now() - _LONGEST_TOKEN).timestamp() * 1000:
                continue
            try:
                envelope = read_envelope(record.headers)
                if not self._reader.knows(envelope.type):
                    continue
                event = self._reader.read(envelope.type, record.value)
            except UnreadableError as error:
                log.warning("an event cannot be read", extra={"why": str(error)})
                continue
            assert isinstance(event, SessionEvent), "the reader knows only these"
            if event.state.ended:
                await self._add(event.state.id)

    async def _add(self, session: UUID) -> None:
        """Remember a session; it is refused here even while the database is away."""
        try:
            await self._ended.add(session)
        except PyMongoError as error:
            if not transient(error):
                raise
            log.warning("an ended session is known here only", extra={"why": repr(error)})
