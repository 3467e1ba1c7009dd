"""Every record twice, late and out of order: reads all topics beside the services and publishes each record again."""

import asyncio
import heapq
import itertools
import time
from collections import Counter
from contextlib import AsyncExitStack
from random import Random
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

_EARLIEST_S, _LATEST_S = 0.1, 4.0
_WITHIN_S = 60.0
_LEFT_OUT = (".incarnation.v1", ".clock.ticks.v1")
"""The broker's name is no message, and an old tick is told by the clock every second anyway."""


class EverythingAgain:
    """Publishes every command, query, event and reply again, verbatim, up to some seconds later, in another order."""

    def __init__(self, kafka: str, deployment: str, rng: Random) -> None:
        self._kafka = kafka
        self._prefix = f"{deployment}."
        self._rng = rng
        self._late: list[tuple[float, int, Any]] = []
        self._numbers = itertools.count()
        self._own: Counter[tuple[Any, ...]] = Counter()
        self._undo = AsyncExitStack()
        self._tasks: list[asyncio.Task[None]] = []
        self._ending = False
        self.published = 0

    async def __aenter__(self) -> Self:
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=self._kafka, enable_auto_commit=False, auto_offset_reset="latest", fetch_max_wait_ms=50
        )
        self._producer = AIOKafkaProducer(bootstrap_servers=self._kafka, acks="all")
        for client in (self._consumer, self._producer):
            await client.start()
            self._undo.push_async_callback(client.stop)
        names = [name for name in await self._consumer.topics() if self._is_one_of_ours(name)]
        places = [TopicPartition(name, part) for name in names for part in self._consumer.partitions_for_topic(name)]
        self._consumer.assign(places)
        for place in places:  # from here on: what comes later is read
            await self._consumer.position(place)
        self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._publish())]
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Publish what is still late, then stop."""
        self._ending = True
        try:
            async with asyncio.timeout(_WITHIN_S):
                await self._tasks[1]
        finally:
            for task in self._tasks:
                task.cancel()
            await asyncio.wait(self._tasks)
            await self._undo.aclose()

    def _is_one_of_ours(self, name: str) -> bool:
        return name.startswith(self._prefix) and not name.endswith(_LEFT_OUT)

    async def _listen(self) -> None:
        while True:
            for records in (await self._consumer.getmany(timeout_ms=200)).values():
                for record in records:
                    self._take(record)

    def _take(self, record: Any) -> None:
        """Plan a second copy, unless this is one."""
        if self._own[_mark(record)] > 0:
            self._own[_mark(record)] -= 1
            return
        due = time.monotonic() + self._rng.uniform(_EARLIEST_S, _LATEST_S)
        heapq.heappush(self._late, (due, next(self._numbers), record))

    async def _publish(self) -> None:
        quiet_since = time.monotonic()
        while not (self._ending and not self._late and time.monotonic() - quiet_since > 1):
            while self._late and self._late[0][0] <= time.monotonic():
                _due, _number, record = heapq.heappop(self._late)
                self._own[_mark(record)] += 1
                await self._producer.send(
                    record.topic, value=record.value, key=record.key, headers=list(record.headers),
                    partition=record.partition,
                )  # fmt: skip
                self.published += 1
                quiet_since = time.monotonic()
            await asyncio.sleep(0.02)
        await self._producer.flush()


def _mark(record: Any) -> tuple[Any, ...]:
    return (record.topic, record.partition, record.key, record.value, tuple(record.headers))
