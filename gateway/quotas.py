"""How much a person may upload in a day: files and bytes, counted over all instances (S26)."""

from datetime import timedelta

from pymongo.errors import DuplicateKeyError

from chassis.mongo import Database, Index
from chassis.time import real_now
from contracts.values import local_date
from gateway.caller import Caller
from gateway.errors import ProblemError

NAME = "upload_quotas"
INDEXES = (Index((("expires_at", 1),), ttl_s=0),)
_KEPT = timedelta(days=2)
_MANY = 10
"""Visitors have no name: those of one network count together, and there may be many."""


class Quotas:
    """What was uploaded today, by whom."""

    def __init__(self, database: Database, files: int, size: int) -> None:
        self._collection = database[NAME]
        self._files, self._bytes = files, size

    async def take(self, caller: Caller, size: int) -> None:
        """Count an upload; raise a problem for one that is over the day's limit, and count it not."""
        visitor = caller.visits
        many = _MANY if visitor else 1
        name = f"visitors:{caller.network}" if visitor else caller.principal
        id_ = f"{name}:{local_date(caller.gateway.clock.now())}"
        room = {"files": {"$lt": self._files * many}, "bytes": {"$lte": self._bytes * many - size}}
        count = {"$inc": {"files": 1, "bytes": size}, "$setOnInsert": {"expires_at": real_now() + _KEPT}}
        try:
            await self._collection.update_one({"_id": id_, **room}, count, upsert=True)
        except DuplicateKeyError as error:  # over the limit, or another first one was faster
            if not (await self._collection.update_one({"_id": id_, **room}, count)).matched_count:
                raise ProblemError("upload_quota") from error
