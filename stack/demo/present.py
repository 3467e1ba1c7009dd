"""The present of a stack: the system's, or what the demo makes of it by ticks."""

import asyncio
from datetime import UTC, datetime, timedelta
from time import monotonic
from typing import TYPE_CHECKING, Any
from uuid import uuid4

import httpx

from chassis.bus import Producer
from chassis.envelope import Envelope, encode, schema, source, topic
from chassis.settings import ChassisSettings
from contracts.clock import Tick
from contracts.message import Kind
from stack.settings import SERVICES

if TYPE_CHECKING:
    from stack.system import Stack

_WITHIN_S = 60.0


class Present:
    """Tells the time of a stack and, where ticks are the time, moves it."""

    def __init__(self, stack: "Stack") -> None:
        self._stack = stack
        self._base = datetime.now(UTC)
        self._since = monotonic()

    def now(self) -> datetime:
        """Return the stack's present, to the second or so."""
        return self._base + timedelta(seconds=monotonic() - self._since)

    async def pass_seconds(self, seconds: float) -> None:
        """Let some seconds pass."""
        await self.move_to(self.now() + timedelta(seconds=seconds))

    async def move_to(self, moment: datetime) -> None:
        """Tick to a moment and wait until every service has worked that tick off."""
        settings = ChassisSettings(deployment=self._stack.deployment, kafka_bootstrap=self._stack.kafka)
        producer = Producer(settings)
        await producer.start()
        try:
            tick = Tick(at=moment)
            envelope = Envelope(
                id=uuid4(), source=source("00000000", "demo"), type=Tick.type, time=moment, dataschema=schema(Tick)
            )
            name = topic(self._stack.deployment, Tick.service, Kind.TICK)
            await (await producer.send(name, tick.key.encode(), encode(tick), envelope.headers()))
        finally:
            await producer.stop()
        self._base, self._since = moment, monotonic()
        async with httpx.AsyncClient() as client, asyncio.timeout(_WITHIN_S):
            await asyncio.gather(*(self._worked_off(client, service, moment) for service in SERVICES))

    async def _worked_off(self, client: httpx.AsyncClient, service: str, moment: datetime) -> None:
        """Wait until an instance has worked a tick off: it goes to one of them."""
        while True:
            for name in self._stack.instances(service):
                state: dict[str, Any] = (await client.get(self._stack.health_url(name))).json()
                if state["last_tick"] and datetime.fromisoformat(state["last_tick"]) >= moment:
                    return
            await asyncio.sleep(0.05)
