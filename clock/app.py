"""The clock process."""

import asyncio
import logging
import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from starlette.applications import Starlette

from chassis import logs
from chassis.bus import Producer
from chassis.envelope import Envelope, encode, schema, source, topic
from chassis.health import Health
from chassis.ids import fresh
from chassis.serve import health_routes
from chassis.settings import ChassisSettings
from chassis.tasks import end
from chassis.time import Clock
from chassis.topics import make_topics
from chassis.watch import Watch
from contracts.clock import Tick
from contracts.message import Kind

log = logging.getLogger(__name__)
_EVERY_S = 1.0


class Ticker:
    """Publishes the present once a second."""

    def __init__(self, settings: ChassisSettings) -> None:
        self._settings = settings
        self._clock = Clock(settings.time)
        self._producer = Producer(settings)
        self._watch = Watch(settings, self._clock, self._end)
        self.health = Health()

    async def start(self) -> None:
        """Connect to the broker."""
        await make_topics(self._settings)
        await self._watch.start()
        await self._producer.start()
        self.health.checks["broker"] = self._fault
        self.health.started = True

    async def stop(self) -> None:
        """Leave the broker."""
        await self._producer.stop()
        await self._watch.stop()

    async def run(self) -> None:
        """Tick until cancelled."""
        watching = asyncio.create_task(self._watch.run())
        try:
            while True:
                await self._tick()
                await asyncio.sleep(_EVERY_S)
                if self._producer.dead or watching.done():
                    self._end("the broker is out of reach for good")
        finally:
            await end(watching)

    async def _tick(self) -> None:
        tick = Tick(at=self._clock.now())
        envelope = Envelope(
            id=fresh(), source=source(self._settings.source_number, "clock"), type=Tick.type, time=tick.at,
            dataschema=schema(Tick),
        )  # fmt: skip
        name = topic(self._settings.deployment, Tick.service, Kind.TICK)
        await self._producer.send(name, tick.key.encode(), encode(tick), envelope.headers())

    async def _fault(self) -> str | None:
        return self._watch.fault

    def ended(self, ticking: "asyncio.Task[None]") -> None:
        """End the process with its ticking: nobody else would notice, and no timer would come due any more."""
        if not ticking.cancelled():
            self._end(f"ticking ended: {ticking.exception()!r}")

    @staticmethod
    def _end(why: str) -> None:
        log.critical("ending the process", extra={"why": why})
        logging.shutdown()
        os._exit(70)


def create_app(settings: ChassisSettings) -> Starlette:
    """Return the clock with its health over HTTP."""
    logs.set_up(settings.log_level, "clock", settings.instance)
    ticker = Ticker(settings)

    @asynccontextmanager
    async def life(_: Starlette) -> AsyncIterator[None]:
        await ticker.start()
        ticking = asyncio.create_task(ticker.run())
        ticking.add_done_callback(ticker.ended)
        yield
        await end(ticking)
        await ticker.stop()

    return Starlette(routes=health_routes(ticker.health), lifespan=life)
