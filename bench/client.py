"""The load: a number of questions in flight for some seconds; prints one line of JSON and stops by itself."""

import argparse
import asyncio
import json
import os
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from uuid import UUID, uuid4, uuid5

import uvloop

from bench.counters import Count, ReadCounter
from bench.http import Connection, administrator_token
from chassis.asking import Asker, NoAnswerError
from chassis.bus import Producer
from chassis.ids import fresh
from chassis.settings import ChassisSettings
from chassis.time import real_now

_KEYS = [uuid5(UUID(int=1), str(n)) for n in range(500)]
_WARM_S = 1.0
_LIMIT_S = 30.0
Ask = Callable[[UUID, float], Awaitable[None]]
Asking = Callable[[], Ask]


@dataclass
class Load:
    """Asks and measures; the first second warms up and does not count."""

    asking: Asking
    seconds: float
    pause_s: float = 0.0
    patient: bool = False
    """An answer that does not come is asked for again, as a client does while something is down."""

    times: list[float] = field(default_factory=list)
    answered: list[float] = field(default_factory=list)
    """When answers came, by the clock that all processes of this machine share."""

    async def until_there(self) -> None:
        """Wait until somebody answers."""
        ask = self.asking()
        for _ in range(60):
            try:
                await ask(random.choice(_KEYS), 2.0)
            except (NoAnswerError, OSError):
                await asyncio.sleep(0.2)
                continue
            return
        raise SystemExit("nobody answers")

    async def _one(self, begin: float, end: float) -> None:
        """Ask one after the other until the end."""
        ask = self.asking()
        while (asked := monotonic()) < end:
            try:
                await ask(random.choice(_KEYS), 2.0 if self.patient else _LIMIT_S)
            except (NoAnswerError, OSError):
                if not self.patient:
                    raise
                await asyncio.sleep(0.05)
                continue
            self.answered.append(monotonic())
            if asked >= begin:
                self.times.append(self.answered[-1] - asked)
            if self.pause_s:
                await asyncio.sleep(random.uniform(0, self.pause_s))

    async def run(self, in_flight: int) -> dict[str, float | list[float]]:
        """Return rate, times in milliseconds, and the number of all answers."""
        await self.until_there()
        begin = monotonic() + _WARM_S
        end = begin + self.seconds
        await asyncio.gather(*(self._one(begin, end) for _ in range(in_flight)))
        self.times.sort()
        place = len(self.times) - 1
        shares = {"p50": 50, "p95": 95, "p99": 99}
        return {
            "rate": len(self.times) / self.seconds,
            "all": len(self.answered),
            **{name: self.times[place * share // 100] * 1000 for name, share in shares.items()},
            "answered": self.answered if self.patient else [],
        }


@asynccontextmanager
async def over_kafka(kind: str) -> AsyncIterator[Asking]:
    """Ask as the gateway does, from this process."""
    settings = ChassisSettings()
    producer = Producer(settings)
    asker = Asker(settings, "gateway", producer)
    await producer.start()
    await asker.start()

    async def ask(counter: UUID, limit_s: float) -> None:
        request = ReadCounter(counter=counter) if kind == "queries" else Count(counter=counter)
        await asker.ask(request, id_=fresh(), time=real_now(), limit_s=limit_s)

    yield lambda: ask
    await asker.stop()
    await producer.stop()


@asynccontextmanager
async def over_http(kind: str, url: str) -> AsyncIterator[Asking]:
    """Ask through a gateway, as an administrator."""
    token = administrator_token(os.environ, uuid4(), uuid4())

    def asking() -> Ask:
        connection = Connection(url, token)

        async def ask(counter: UUID, limit_s: float) -> None:
            async with asyncio.timeout(limit_s):
                if kind == "queries":
                    await connection.get(f"/v1/counts/{counter}")
                else:
                    await connection.post("/v1/counts", {"counter": str(counter), "note": "y" * 230})

        return ask

    yield asking


async def main(given: argparse.Namespace) -> None:
    """Measure once."""
    way = over_http(given.kind, given.url) if given.url else over_kafka(given.kind)
    pause_s = 0.02 if given.in_flight == 1 else given.pause
    async with way as asking:
        print(json.dumps(await Load(asking, given.seconds, pause_s, given.patient).run(given.in_flight)))


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("kind", choices=["commands", "queries"])
    parser.add_argument("in_flight", type=int)
    parser.add_argument("seconds", type=float)
    parser.add_argument("--url")
    parser.add_argument("--pause", type=float, default=0.0)
    parser.add_argument("--patient", action="store_true")
    uvloop.run(main(parser.parse_args()))
