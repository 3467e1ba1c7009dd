"""How soon it goes on: a service killed, the broker lost and empty, a bad record among forty."""

import asyncio
import itertools
import signal
from pathlib import Path
from time import monotonic
from typing import Any
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from bench.counters import Count
from bench.loops import run_client
from bench.place import Running, running
from chassis.bus import connection
from chassis.envelope import Envelope, encode, topic
from chassis.mongo import Database, close, connect, database
from chassis.settings import ChassisSettings
from chassis.time import real_now
from contracts.message import Kind
from stack.testing import Infrastructure

_LOAD_S = 14.0
_FAULT_AFTER_S = 5.0
_EVENTS = 20_000
_GOOD = 40
_IN_THE_WAY = 128
"""Events that are under way at any moment under this load."""


class Watch:
    """What the databases say of how far the services are."""

    def __init__(self, place: Running) -> None:
        found = place.environment
        self.settings = ChassisSettings(
            deployment=found["DEPLOYMENT"], mongo_uri=found["MONGO_URI"], kafka_bootstrap=found["KAFKA_BOOTSTRAP"],
            kafka_kind=found["KAFKA_KIND"],
        )  # fmt: skip
        self._client = connect(self.settings, "bench")
        self.owner: Database = database(self._client, self.settings, "chain")
        self.copier: Database = database(self._client, self.settings, "billing")

    async def close(self) -> None:
        """Leave."""
        await close(self._client)

    async def behind(self) -> int:
        """Return how many events the copies lack."""
        counted = await _total(self.owner["counters"], "seq")
        return counted - await _total(self.copier["counter_copies"], "last")

    async def until(self, probe: Any, within_s: float = 60.0) -> float:
        """Return when a probe came true."""
        end = monotonic() + within_s
        while not await probe():
            if monotonic() > end:
                raise SystemExit("not recovered within a minute")
            await asyncio.sleep(0.02)
        return monotonic()


async def _total(collection: Any, field: str) -> int:
    rows = await (await collection.aggregate([{"$group": {"_id": None, "n": {"$sum": f"${field}"}}}])).to_list()
    return int(rows[0]["n"]) if rows else 0


async def killed(infra: Infrastructure, data: Path, name: str) -> str:
    """Kill a service under load; tell when the next answer came, and when the copies had caught up."""
    async with running(infra, data, "owner", "copier") as place:
        watch = Watch(place)
        load = asyncio.create_task(run_client(place, "commands", 64, _LOAD_S, None, "--pause", "0.02", "--patient"))
        await asyncio.sleep(_FAULT_AFTER_S)
        await place.supervisor.kill(name, signal.SIGKILL)
        at = monotonic()

        async def there() -> bool:
            return await watch.behind() <= _IN_THE_WAY and place.supervisor.pid(name) is not None

        if name == "copier":
            await watch.until(lambda: _more(watch, 200))
        caught = await watch.until(there) - at
        answered = (await load)["answered"]
        await watch.close()
    first = min(moment for moment in answered if moment > at + 0.05) - at
    gap = max(b - a for a, b in itertools.pairwise(answered) if b > at)
    return f"{name + ' killed':<24} first answer {first:.1f} s, longest silence {gap:.1f} s, caught up {caught:.1f} s"


async def _more(watch: Watch, number: int) -> bool:
    return await watch.behind() > number


async def broker_lost(infra: Infrastructure, data: Path) -> str:
    """Kill the broker under load through the gateway; it comes back empty. Tell how long nobody was answered.

    The clock is there because what was held in the confusion is freed on its ticks.
    """
    async with running(infra, data, "owner", "copier", "gateway", "clock") as place:
        watch = Watch(place)
        load = asyncio.create_task(
            run_client(place, "commands", 64, _LOAD_S * 2, place.url("gateway"), "--pause", "0.02", "--patient")
        )
        await asyncio.sleep(_FAULT_AFTER_S)
        await infra.restart_broker(wipe=True)
        answered = (await load)["answered"]
        gap = max(b - a for a, b in itertools.pairwise(answered))
        await watch.until(lambda: _none(watch))
        await watch.close()
    return f"{'broker lost and empty':<24} longest silence {gap:.1f} s, afterwards nothing missing"


async def _none(watch: Watch) -> bool:
    return await watch.behind() == 0


async def refilled(infra: Infrastructure, data: Path) -> str:
    """Fill an empty broker with what the outbox holds; tell events a second."""
    async with running(infra, data, "owner", "copier") as place:
        watch = Watch(place)
        while await watch.owner["outbox"].count_documents({"state": "sent", "seq": {"$gt": 0}}) < _EVENTS:
            await run_client(place, "commands", 256, 4.0)
        await watch.until(lambda: _none(watch))
        await watch.copier["counter_copies"].delete_many({})
        number = await watch.owner["outbox"].count_documents({"seq": {"$gt": 0}})
        begun = monotonic()
        await infra.restart_broker(wipe=True)
        pending = {"state": "pending"}
        filling = await watch.until(lambda: _some(watch, pending))
        filled = await watch.until(lambda: _nothing(watch, pending))
        await watch.until(lambda: _none(watch))
        copied = monotonic()
        await watch.close()
    rate = number / (filled - filling)
    return (
        f"{'refill from the outbox':<24} {number:,} events at {rate:,.0f}/s, "
        f"{copied - begun:.1f} s from the loss to the last copy"
    )


async def _some(watch: Watch, filters: dict[str, Any]) -> bool:
    return await watch.owner["outbox"].find_one(filters) is not None


async def _nothing(watch: Watch, filters: dict[str, Any]) -> bool:
    return not await _some(watch, filters)


async def bad_record(infra: Infrastructure, data: Path) -> str:
    """Put a record with a header that is no text among forty good commands."""
    async with running(infra, data, "owner", "copier") as place:
        watch = Watch(place)
        producer = AIOKafkaProducer(**connection(watch.settings))
        await producer.start()
        name = topic(watch.settings.deployment, "chain", Kind.COMMAND)
        for number in range(_GOOD):
            if number == _GOOD // 2:
                await producer.send(name, b"{}", headers=[("ce_type", b"\xff\xfe")], partition=0)
            command = Count(counter=uuid4())
            headers = Envelope(id=uuid4(), source="urn:bench", type=command.type, time=real_now()).headers()
            await producer.send(name, encode(command), key=command.key.encode(), headers=headers, partition=0)
        await producer.flush()
        begun = monotonic()

        async def handled() -> bool:
            return await watch.owner["inbox"].count_documents({}) == _GOOD

        after = await watch.until(handled) - begun
        letters = await watch.owner["dead_letters"].count_documents({})
        await producer.stop()
        await watch.close()
    return f"{'a bad record among 40':<24} {_GOOD} of {_GOOD} handled after {after:.1f} s, dead letters {letters}"
