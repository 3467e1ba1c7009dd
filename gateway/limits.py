"""Rate limits: token buckets in memory, one over all instances by an exchange with the database each second (S33)."""

import asyncio
import logging
from dataclasses import dataclass
from datetime import datetime
from math import ceil
from time import monotonic

from pymongo import UpdateOne
from pymongo.errors import PyMongoError

from chassis.mongo import Database, Index, transient
from chassis.time import real_now

log = logging.getLogger(__name__)
NAME = "rate_limits"
INDEXES = (Index((("at", 1),), ttl_s=600),)
BURST = 4
_EXCHANGE_S = 1.0
_IDLE_S = 300.0
_MOST = 50_000


@dataclass(slots=True)
class Bucket:
    """What a caller may still ask: `level` of at most `rate * BURST` requests, refilled by `rate` a second."""

    rate: float
    level: float
    at: float
    used: int = 0
    """Requests since the last exchange."""

    seen: int = 0
    """Requests of all instances as of the last exchange."""

    def refill(self, now: float) -> None:
        """Add what time has brought since the last look."""
        self.level = min(self.rate * BURST, self.level + (now - self.at) * self.rate)
        self.at = now

    def wait(self) -> float:
        """Return in how many seconds one request is free; 0 now."""
        return max(0.0, (1 - self.level) / self.rate)


class RateLimits:
    """The buckets of all callers that were heard lately."""

    def __init__(self, database: Database) -> None:
        self._collection = database[NAME]
        self._buckets: dict[str, Bucket] = {}

    async def take(self, rates: dict[str, float]) -> float:
        """Take one request from each named bucket; return the seconds to wait when one is empty, and take nothing."""
        now = monotonic()
        buckets = [self._buckets.get(name) or await self._known(name, rate, now) for name, rate in rates.items()]
        for bucket in buckets:
            bucket.refill(now)
        wait = max(bucket.wait() for bucket in buckets)
        if wait == 0:
            for bucket in buckets:
                bucket.level -= 1
                bucket.used += 1
        return wait

    async def _known(self, name: str, rate: float, now: float) -> Bucket:
        """Return the bucket of a caller that is new here: as other instances, or this one before a restart, left it."""
        bucket = Bucket(rate, rate * BURST, now)
        try:
            document = await self._collection.find_one({"_id": name})
        except PyMongoError as error:
            if not transient(error):
                raise
            document = None
        if document is not None:
            passed = (real_now() - document["at"]).total_seconds()
            bucket.level = min(bucket.level, document["level"] + max(0.0, passed) * rate)
            bucket.seen = document["used"]
        return self._buckets.setdefault(name, bucket)

    async def run(self) -> None:
        """Exchange once a second until cancelled; an outage passes."""
        while True:
            await asyncio.sleep(_EXCHANGE_S)
            try:
                await self.exchange()
            except PyMongoError as error:
                if not transient(error):
                    raise
                log.warning("rate limits cannot be exchanged", extra={"why": repr(error)})

    async def exchange(self) -> None:
        """Tell what was used here and learn what was used elsewhere."""
        now, at = monotonic(), real_now()
        busy = {name: bucket for name, bucket in self._buckets.items() if bucket.used}
        if busy:
            told = {name: bucket.used for name, bucket in busy.items()}
            await self._collection.bulk_write(
                [_update(name, bucket, at) for name, bucket in busy.items()], ordered=False
            )
            for name, used in told.items():
                busy[name].used -= used
                busy[name].seen += used
            await self._hear(busy)
        self._forget(now)

    async def _hear(self, busy: dict[str, Bucket]) -> None:
        async for document in self._collection.find({"_id": {"$in": list(busy)}}, {"used": 1}):
            bucket = busy[document["_id"]]
            bucket.level -= max(0, document["used"] - bucket.seen)
            bucket.seen = max(bucket.seen, document["used"])

    def _forget(self, now: float) -> None:
        """Drop the buckets of who was not heard for long, and the oldest when there are too many."""
        idle = [name for name, bucket in self._buckets.items() if now - bucket.at > _IDLE_S and not bucket.used]
        surplus = len(self._buckets) - len(idle) - _MOST
        for name in idle + list(self._buckets)[: max(0, surplus)]:
            self._buckets.pop(name, None)


def _update(name: str, bucket: Bucket, at: datetime) -> UpdateOne:
    return UpdateOne(
        {"_id": name}, {"$inc": {"used": bucket.used}, "$set": {"level": bucket.level, "at": at}}, upsert=True
    )


def retry_after(wait: float) -> int:
    """Return whole seconds to wait, at least one."""
    return max(1, ceil(wait))
