"""Two services of the tests' own as real processes in this event loop, and a client that asks them."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Self
from uuid import UUID, uuid4

from chassis.asking import Asker
from chassis.bus import Producer
from chassis.process import Process
from chassis.time import real_now
from contracts.message import Reply, Request


@asynccontextmanager
async def running(*processes: Process) -> AsyncIterator[None]:
    """Run processes as long as the block lasts."""
    started = []
    try:
        for process in processes:
            process.assemble()
            await process.start()
            started.append(process)
        yield
    finally:
        for process in reversed(started):
            await process.stop()


class AskingClient:
    """Asks services over the broker as the gateway does."""

    def __init__(self, settings: Any) -> None:
        self.producer = Producer(settings)
        self.asker = Asker(settings, "gateway", self.producer)

    async def __aenter__(self) -> Self:
        await self.producer.start()
        await self.asker.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.asker.stop()
        await self.producer.stop()

    async def ask(
        self, request: Request[Any], *, id_: UUID | None = None, at: datetime | None = None, limit_s: float = 10
    ) -> Reply[Any]:
        """Ask, in the real time unless told otherwise, and return the answer."""
        return await self.asker.ask(request, id_=id_ or uuid4(), time=at or real_now(), limit_s=limit_s)
