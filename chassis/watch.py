"""The watch: is the broker still the one we know, and what time do the ticks say?"""

import asyncio
import logging
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.bus import connection, fetch_wait_ms
from chassis.envelope import topic
from chassis.mongo import Database
from chassis.settings import ChassisSettings
from chassis.tasks import end
from chassis.ticks import read_tick
from chassis.time import Clock, real_now
from chassis.topics import Incarnation
from contracts.message import Kind

log = logging.getLogger(__name__)
_LOOK_S = 0.5
_NEWEST = 100
_PRESENT_S = 5.0
NAME = "broker"


class Watch:
    """Looks at the broker's incarnation twice a second; hears the ticks where they are the time."""

    def __init__(self, settings: ChassisSettings, clock: Clock, on_lost: Callable[[str], None]) -> None:
        self._settings = settings
        self._clock = clock
        self._on_lost = on_lost
        self._incarnation = Incarnation(settings)
        self._ticks: AIOKafkaConsumer | None = None
        self.fault: str | None = None

    async def start(self) -> None:
        """Learn which broker this is."""
        await self._incarnation.start()
        if self._settings.time == "ticks":
            self._ticks = AIOKafkaConsumer(
                **connection(self._settings), enable_auto_commit=False, auto_offset_reset="earliest",
                fetch_max_wait_ms=fetch_wait_ms(self._settings, "events"),
            )  # fmt: skip
            await self._ticks.start()
            await self._learn_the_present(self._ticks)

    async def _learn_the_present(self, ticks: AIOKafkaConsumer) -> None:
        """Hear the newest ticks before anything is stamped with the time or judged by it."""
        place = TopicPartition(topic(self._settings.deployment, "clock", Kind.TICK), 0)
        ticks.assign([place])
        told = (await ticks.end_offsets([place]))[place]
        ticks.seek(place, max(0, told - _NEWEST))
        try:
            async with asyncio.timeout(_PRESENT_S):
                while await ticks.position(place) < told:
                    for records in (await ticks.getmany(timeout_ms=500)).values():
                        for record in records:
                            self._take(record)
        except TimeoutError:
            log.warning("the newest ticks could not be read")

    async def stop(self) -> None:
        """Leave the broker."""
        await self._incarnation.stop()
        if self._ticks is not None:
            await self._ticks.stop()

    async def run(self) -> None:
        """Watch until cancelled."""
        hearing = asyncio.create_task(self._hear()) if self._ticks is not None else None
        try:
            while True:
                await asyncio.sleep(_LOOK_S)
                if hearing is not None and hearing.done():
                    hearing.result()
                    raise RuntimeError("nobody hears the ticks any more")
                if await self._incarnation.lost():
                    self._on_lost("the broker has lost everything")
                self.fault = self._incarnation.fault
        finally:
            await end(hearing)

    async def _hear(self) -> None:
        assert self._ticks is not None, "only where ticks are the time"
        async for record in self._ticks:
            self._take(record)

    def _take(self, record: Any) -> None:
        """Hear a tick with its age: a process that starts would be behind all others by as much otherwise."""
        if (tick := read_tick(record)) is not None:
            age = real_now() - datetime.fromtimestamp(record.timestamp / 1000, UTC)
            self._clock.hear(tick, max(age, timedelta()))

    async def new_incarnation(self, database: Database) -> bool:
        """Tell whether this broker is another one than this service published to before."""
        known = await database[NAME].find_one({"_id": "incarnation"})
        if known is None:
            await self.remember(database)
            return False
        return bool(known["value"] != self._incarnation.name)

    async def remember(self, database: Database) -> None:
        """Remember the broker that this service publishes to."""
        await database[NAME].replace_one(
            {"_id": "incarnation"}, {"_id": "incarnation", "value": self._incarnation.name}, upsert=True
        )
