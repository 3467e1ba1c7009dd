"""The broker: every default of FastStream and aiokafka that we set otherwise, in one place (reliability.md 2.5)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from functools import partial
from typing import Any, cast

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRebalanceListener, ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker
from faststream.kafka.message import KafkaAckableMessage, KafkaMessage

from chassis.envelope import Headers
from chassis.settings import ChassisSettings

Records = tuple[ConsumerRecord, ...]
BatchHandler = Callable[[Records], Awaitable[None]]
MAX_RECORDS = 512
_CALM_AFTER_MS = 500
_CALM_WAIT_MS = 100
_STUCK_AFTER_S = 60
_EMBEDDED_WAIT_MS = {"commands": 6, "queries": 6, "replies": 4, "events": 50, "public": 250, "ticks": 250}
_KAFKA_WAIT_MS = 500
_EMBEDDED_RETRY_MS, _KAFKA_RETRY_MS = 100, 500
_ACK = {True: AckPolicy.ACK_FIRST, False: AckPolicy.NACK_ON_ERROR}
"""Queries may be dropped, so their offsets are committed by a timer: a commit a batch would cost half their rate."""


def connection(settings: ChassisSettings) -> dict[str, Any]:
    """Return how to reach the broker."""
    found: dict[str, Any] = {
        "bootstrap_servers": settings.kafka_bootstrap,
        "security_protocol": settings.kafka_security,
        "retry_backoff_ms": retry_backoff_ms(settings),
    }
    if settings.kafka_user:
        found |= {
            "sasl_mechanism": "SCRAM-SHA-512",
            "sasl_plain_username": settings.kafka_user,
            "sasl_plain_password": settings.kafka_password,
        }
    return found


def retry_backoff_ms(settings: ChassisSettings) -> int:
    """Return the pause between attempts: Kafka takes seconds to come back, and needs the processor for it."""
    return _EMBEDDED_RETRY_MS if settings.embedded else _KAFKA_RETRY_MS


def fetch_wait_ms(settings: ChassisSettings, kind: str) -> int:
    """Return how long a fetch may wait: the embedded broker does not wake a waiting one."""
    return _EMBEDDED_WAIT_MS[kind] if settings.embedded else _KAFKA_WAIT_MS


class Producer:
    """Publishes with acks of all replicas, in order per key; its own, since FastStream's adds headers."""

    def __init__(self, settings: ChassisSettings) -> None:
        self._settings = settings
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect."""
        self._producer = AIOKafkaProducer(
            **connection(self._settings),
            acks="all",
            enable_idempotence=not self._settings.embedded,
            linger_ms=0,
            request_timeout_ms=10_000,
        )
        await self._producer.start()

    async def stop(self) -> None:
        """Send what waits and leave."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(
        self, topic: str, key: bytes | None, value: bytes, headers: Headers, partition: int | None = None
    ) -> asyncio.Future[Any]:
        """Queue a record; the future ends when the broker has it."""
        assert self._producer is not None, "start() comes first"
        return await self._producer.send(  # type: ignore[no-any-return]
            topic, value=value, key=key or None, headers=headers, partition=partition
        )

    @property
    def dead(self) -> bool:
        """Tell whether the sender has ended and nothing will ever be sent again (trap A1)."""
        task = getattr(getattr(self._producer, "_sender", None), "_sender_task", None)
        return self._producer is not None and task is not None and task.done()


class PatientConsumer(AIOKafkaConsumer):  # type: ignore[misc]
    """A consumer whose `getmany` does not answer empty: FastStream sleeps after an empty answer (trap T2).

    The embedded broker does not wake a fetch that waits, so short waits cost processor time; when nothing has come for
    half a second the fetches wait longer, until something comes.
    """

    polled_at = float("inf")
    """When it last looked, by the loop's clock: one that does not look any more is stuck."""

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> Any:
        """Wait until there is something."""
        del timeout_ms
        while True:
            self.polled_at = asyncio.get_running_loop().time()
            if found := await super().getmany(*partitions, timeout_ms=_CALM_AFTER_MS, max_records=max_records):
                self.brisk()
                return found
            self._wait(max(_CALM_WAIT_MS, self._fetch_max_wait_ms))

    def brisk(self) -> None:
        """Something is expected: let fetches wait as short as they are set to."""
        self._wait(self._fetch_max_wait_ms)

    def _wait(self, milliseconds: int) -> None:
        if self._fetcher is not None:
            self._fetcher._fetch_max_wait_ms = milliseconds  # noqa: SLF001 (checked at start)


class Settled(ConsumerRebalanceListener):  # type: ignore[misc]
    """Holds a rebalance until the batch at work has ended (R20)."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._idle = asyncio.Event()
        self._idle.set()
        self.partitions = 0

    @property
    def idle(self) -> bool:
        """Whether no batch is at work."""
        return self._idle.is_set()

    async def run(self, handler: BatchHandler, records: Records) -> None:
        """Run a batch."""
        self._idle.clear()
        try:
            await handler(records)
        finally:
            self._idle.set()

    async def on_partitions_revoked(self, revoked: Sequence[Any]) -> None:
        """Wait for the batch at work, bounded; the inbox makes an overrun harmless."""
        del revoked
        try:
            async with asyncio.timeout(self._patience_s):
                await self._idle.wait()
        except TimeoutError:
            logging.getLogger(__name__).warning("rebalance while a batch is still at work")

    async def on_partitions_assigned(self, assigned: Sequence[Any]) -> None:
        """Remember how many partitions this process reads."""
        self.partitions = len(assigned)


class Bus:
    """The FastStream broker of a process, with subscribers in batch form only."""

    def __init__(self, settings: ChassisSettings, name: str, on_fatal: Callable[[str, BaseException], None]) -> None:
        self._settings = settings
        self._name = name
        self._on_fatal = on_fatal
        self.subscriptions: dict[str, Settled] = {}
        self._subscribers: list[Any] = []
        logger = logging.getLogger("faststream")
        logger.setLevel(logging.ERROR)
        self._broker = KafkaBroker(
            **self._connection(),
            consumer_only=True,
            ack_policy=AckPolicy.NACK_ON_ERROR,
            allow_auto_create_topics=False,
            logger=logger,
            graceful_timeout=10,
            retry_backoff_ms=retry_backoff_ms(settings),
        )

    def _connection(self) -> dict[str, Any]:
        if not self._settings.kafka_user:
            return {"bootstrap_servers": self._settings.kafka_bootstrap}
        from faststream.security import SASLScram512  # noqa: PLC0415 (only where it is used)

        security = SASLScram512(username=self._settings.kafka_user, password=self._settings.kafka_password or "")
        return {"bootstrap_servers": self._settings.kafka_bootstrap, "security": security}

    def subscribe(self, topics: Sequence[str], kind: str, handler: BatchHandler) -> None:
        """Read topics in batches, with a group of this process' service and the kind."""
        settled = self.subscriptions[kind] = Settled(patience_s=1.5 if self._settings.embedded else 8.0)
        subscriber = self._broker.subscriber(
            *topics,
            batch=True,
            max_records=MAX_RECORDS,
            group_id=f"{self._settings.deployment}.{self._name}.{kind}",
            auto_offset_reset="earliest",
            fetch_max_wait_ms=fetch_wait_ms(self._settings, kind),
            listener=settled,
            no_reply=True,
            ack_policy=_ACK[kind == "queries"],
            title=f"{self._name}.{kind}",
            parser=self._parser(kind, lambda: subscriber.consumer),
            decoder=_raw,
            **self._session(kind),
        )
        self._subscribers.append(subscriber)

        @subscriber  # type: ignore[untyped-decorator]
        async def on_batch(records: Any) -> None:
            try:
                await settled.run(handler, records)
            except Exception as error:
                self._on_fatal(kind, error)
                raise

    def _session(self, kind: str) -> dict[str, Any]:
        """Return group settings: the embedded broker joins slowly with long sessions or static members (C3)."""
        if self._settings.embedded:
            return {"session_timeout_ms": 2000, "heartbeat_interval_ms": 500}
        return {
            "session_timeout_ms": 10_000,
            "heartbeat_interval_ms": 3000,
            "group_instance_id": f"{self._settings.deployment}.{self._name}.{kind}.{self._settings.instance}",
        }

    @staticmethod
    def _parser(kind: str, consumer: Callable[[], Any]) -> Callable[[Records], Awaitable[KafkaMessage]]:
        """Return a parser that leaves the records raw: the stock one throws a batch away over one header (C1)."""
        form = KafkaMessage if kind == "queries" else KafkaAckableMessage

        async def parse(records: Records) -> KafkaMessage:
            return form(
                body=b"", headers={}, batch_headers=[], reply_to="", content_type=None, message_id="",
                correlation_id=None, raw_message=records, path={}, consumer=consumer(),
            )  # fmt: skip

        return parse

    async def start(self) -> None:
        """Connect and begin to read; all groups join at once, since each join takes the broker a second."""
        await self._broker.connect()
        builder = self._broker.config.broker_config.builder
        self._broker.config.broker_config.builder = partial(PatientConsumer, **cast("partial[Any]", builder).keywords)
        await asyncio.gather(*(subscriber.start() for subscriber in self._subscribers))
        self._broker.running = True
        self._check()

    def _check(self) -> None:
        """Fail the start when a default of FastStream has come back (traps F1, F13, T2)."""
        for subscriber in self._subscribers:
            if not isinstance(subscriber.consumer, PatientConsumer):
                raise TypeError("a subscriber reads with FastStream's own consumer")
            if not hasattr(subscriber.consumer._fetcher, "_fetch_max_wait_ms"):  # noqa: SLF001
                raise TypeError("aiokafka keeps the wait of a fetch elsewhere now")
            if subscriber.ack_policy not in _ACK.values() or not subscriber._no_reply:  # noqa: SLF001
                raise TypeError("a subscriber has an ack policy or replies of its own")

    async def stop(self) -> None:
        """Stop reading."""
        await self._broker.stop()

    @property
    def stuck(self) -> str | None:
        """Name what will not read again: an ended task or a coordinator that gave up (traps A2, F9)."""
        now = asyncio.get_running_loop().time()
        for subscriber, settled in zip(self._subscribers, self.subscriptions.values(), strict=True):
            if any(task.done() for task in subscriber.tasks):
                return "a consume task has ended"
            if settled.idle and now - subscriber.consumer.polled_at > _STUCK_AFTER_S:
                return "a consumer does not look for messages any more"
            coordinator = getattr(subscriber.consumer, "_coordinator", None)
            routine = getattr(coordinator, "_coordination_task", None)
            if routine is not None and routine.done():
                return "the group coordination has ended"
        return None


async def _raw(message: KafkaMessage) -> Any:
    """Hand the raw records to the loop."""
    return message.raw_message
