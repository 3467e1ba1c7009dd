"""The load: a number of questions in flight for some seconds; prints one line of JSON and stops by itself."""

import asyncio
import json
import random
import sys
from time import perf_counter
from uuid import UUID, uuid5

import uvloop

from bench.counters import Count, ReadCounter
from chassis.asking import Asker, NoAnswerError
from chassis.bus import Producer
from chassis.ids import fresh
from chassis.settings import ChassisSettings
from chassis.time import real_now

_KEYS = [uuid5(UUID(int=1), str(n)) for n in range(500)]
_WARM_S = 1.0


class Load:
    """Asks and measures; the first second warms up and does not count."""

    def __init__(self, asker: Asker, kind: str, seconds: float) -> None:
        self._asker = asker
        self._message = {"commands": Count, "queries": ReadCounter}[kind]
        self._seconds = seconds
        self.times: list[float] = []

    async def until_there(self) -> None:
        """Wait until somebody answers."""
        for _ in range(60):
            try:
                await self._ask(2.0)
            except NoAnswerError:
                continue
            return
        raise SystemExit("nobody answers")

    async def _ask(self, limit_s: float) -> None:
        request = self._message(counter=random.choice(_KEYS))
        await self._asker.ask(request, id_=fresh(), time=real_now(), limit_s=limit_s)

    async def one(self, end: float, begin: float, pause: float) -> None:
        """Ask one after the other until the end."""
        while (asked := perf_counter()) < end:
            await self._ask(30)
            if asked >= begin:
                self.times.append(perf_counter() - asked)
            if pause:
                await asyncio.sleep(random.uniform(0, pause))

    async def run(self, in_flight: int) -> dict[str, float]:
        """Return rate and times in milliseconds."""
        await self.until_there()
        begin = perf_counter() + _WARM_S
        end = begin + self._seconds
        pause = 0.02 if in_flight == 1 else 0.0
        await asyncio.gather(*(self.one(end, begin, pause) for _ in range(in_flight)))
        self.times.sort()
        place = len(self.times) - 1
        return {
            "rate": len(self.times) / self._seconds,
            "p50": self.times[place // 2] * 1000,
            "p95": self.times[place * 95 // 100] * 1000,
            "p99": self.times[place * 99 // 100] * 1000,
        }


async def main(kind: str, in_flight: int, seconds: float) -> None:
    """Measure once."""
    settings = ChassisSettings()
    producer = Producer(settings)
    asker = Asker(settings, "gateway", producer)
    await producer.start()
    await asker.start()
    print(json.dumps(await Load(asker, kind, seconds).run(in_flight)))
    await asker.stop()
    await producer.stop()


if __name__ == "__main__":
    uvloop.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
