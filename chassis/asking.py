"""Asking services over Kafka: a record out, a reply in the own partition, a future between."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeVar
from uuid import UUID
from zlib import crc32

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from chassis import metrics
from chassis.bus import PatientConsumer, Producer, connection, fetch_wait_ms
from chassis.envelope import Envelope, Headers, UnreadableError, encode, read_envelope, schema, source, topic
from chassis.packing import unpack
from chassis.settings import ChassisSettings
from chassis.tasks import end
from chassis.topics import replies_topic
from contracts.message import Model, Query, Reply, Request

log = logging.getLogger(__name__)
R = TypeVar("R", bound=Model)
Answer = TypeVar("Answer", bound=Reply[Any])


class NoAnswerError(Exception):
    """No reply came in time; whether the command had its effect is unknown."""


@dataclass(frozen=True, slots=True)
class Question:
    """A record that was asked with: stored as it is when no reply comes, so that it can be asked again."""

    id: UUID
    topic: str
    key: bytes
    value: bytes
    headers: Headers


class Asker:
    """Publishes requests and waits for their replies; one per gateway instance."""

    def __init__(self, settings: ChassisSettings, process: str, producer: Producer) -> None:
        self._settings = settings
        self._source = source(settings.source_number, process)
        self._producer = producer
        self._waiting: dict[str, list[asyncio.Future[bytes]]] = {}
        self._consumer: PatientConsumer | None = None
        self._task: asyncio.Task[None] | None = None
        self.partition = crc32(f"{process}.{settings.instance}".encode()) % settings.kafka_partitions

    async def start(self) -> None:
        """Listen from the end of the own partition on, before the first question."""
        self._consumer = PatientConsumer(
            **connection(self._settings), enable_auto_commit=False, auto_offset_reset="latest",
            fetch_max_wait_ms=fetch_wait_ms(self._settings, "replies"),
        )  # fmt: skip
        await self._consumer.start()
        partition = TopicPartition(replies_topic(self._settings.deployment), self.partition)
        self._consumer.assign([partition])
        await self._consumer.position(partition)
        self._task = asyncio.create_task(self._listen())

    async def stop(self) -> None:
        """Stop listening; who still waits is told that no answer came."""
        await end(self._task)
        if self._consumer is not None:
            await self._consumer.stop()
        for future in [future for waiting in self._waiting.values() for future in waiting]:
            future.cancel()

    @property
    def stuck(self) -> bool:
        """Tell whether nobody listens any more."""
        return self._task is not None and self._task.done()

    def question(
        self, request: Request[Any], *, id_: UUID, time: datetime, limit_s: float,
        digest: str | None = None, traceparent: str | None = None,
    ) -> Question:  # fmt: skip
        """Return the record of a request; a query carries the moment after which nobody waits."""
        deadline = time + timedelta(seconds=limit_s) if isinstance(request, Query) else None
        envelope = Envelope(
            id=id_, source=self._source, type=request.type, time=time, dataschema=schema(type(request)),
            correlationid=str(id_), replyto=self.partition, deadline=deadline, digest=digest, traceparent=traceparent,
        )  # fmt: skip
        name = topic(self._settings.deployment, request.service, request.kind)
        return Question(id_, name, request.key.encode(), encode(request), envelope.headers())

    async def ask(self, request: Request[R], *, id_: UUID, time: datetime, limit_s: float, **more: Any) -> Reply[R]:
        """Ask and return the answer; raise NoAnswerError when none comes within `limit_s` seconds."""
        question = self.question(request, id_=id_, time=time, limit_s=limit_s, **more)
        return await self.put(question, limit_s, request.reply_type())

    async def put(self, question: Question, limit_s: float, kind: type[Answer]) -> Answer:
        """Publish a question and return the reply to it, read as `kind`; raise NoAnswerError without a readable one."""
        try:
            return kind.model_validate_json(await self._put(question, limit_s))
        except ValidationError as error:
            log.warning("a reply cannot be read", extra={"why": repr(error)})
            raise NoAnswerError(f"an unreadable answer to {question.id}") from error

    async def _put(self, question: Question, limit_s: float) -> bytes:
        name = str(question.id)
        future: asyncio.Future[bytes] = asyncio.get_running_loop().create_future()
        self._waiting.setdefault(name, []).append(future)
        try:
            async with asyncio.timeout(limit_s):
                sent = await self._producer.send(question.topic, question.key, question.value, question.headers)
                sent.add_done_callback(lambda sent: _give_up(future, sent))
                if self._consumer is not None:
                    self._consumer.brisk()
                return await future
        except (TimeoutError, KafkaError, asyncio.CancelledError) as error:
            if isinstance(error, asyncio.CancelledError) and not future.cancelled():
                raise
            raise NoAnswerError(f"no answer to {name} within {limit_s} s") from error
        finally:
            self._waiting[name].remove(future)
            if not self._waiting[name]:
                del self._waiting[name]

    async def _listen(self) -> None:
        assert self._consumer is not None, "start() comes first"
        while True:
            for records in (await self._consumer.getmany()).values():
                for record in records:
                    self._hear(record)

    def _hear(self, record: Any) -> None:
        """Hand a reply to who waits for it; a late, double or foreign one is dropped."""
        try:
            envelope = read_envelope(record.headers)
            reply = unpack(record.value or b"", record.headers)
        except UnreadableError as error:
            log.warning("a reply cannot be read", extra={"why": repr(error)})
            return
        waiting = [future for future in self._waiting.get(envelope.correlationid or "", ()) if not future.done()]
        if not waiting:
            metrics.LATE.inc()
        for future in waiting:
            future.set_result(reply)


def _give_up(waiting: asyncio.Future[bytes], sent: asyncio.Future[Any]) -> None:
    """End the waiting for an answer to a question that the broker has not taken."""
    if not sent.cancelled() and (error := sent.exception()) is not None and not waiting.done():
        waiting.set_exception(error)
