"""Leases of slots: each key of the outbox has one relay at a time (R7); judged by the server's clock."""

import asyncio

from pymongo.errors import DuplicateKeyError

from chassis.mongo import Database
from chassis.outbox import SLOTS

NAME = "leases"


class Leases:
    """The slots that this process has leased; a dead owner's are free after `life_s`."""

    def __init__(self, database: Database, owner: str, life_s: float = 3.0) -> None:
        self._leases = database[NAME]
        self._owner = owner
        self._life_s = life_s
        self._until = [
            {"$set": {"owner": owner, "until": {"$dateAdd": {
                "startDate": "$$NOW", "unit": "millisecond", "amount": int(life_s * 1000),
            }}}}
        ]  # fmt: skip
        self._mine: set[int] = set()
        self._sure_until = -1e9
        self._asked = -1e9

    @property
    def held(self) -> list[int]:
        """The slots that are certainly ours now."""
        return list(self._mine) if asyncio.get_running_loop().time() < self._sure_until else []

    def has(self, slot: int) -> bool:
        """Tell whether a slot is ours."""
        return slot in self._mine and asyncio.get_running_loop().time() < self._sure_until

    async def keep(self) -> None:
        """Renew what is ours, take what is free and give back what is more than our share, when it is time."""
        now = asyncio.get_running_loop().time()
        if now - self._asked < self._life_s / 3:
            return
        self._asked = now
        await self._leases.update_one({"_id": f"relay:{self._owner}"}, self._until, upsert=True)
        await self._leases.update_many({"owner": self._owner}, self._until)
        live = {
            lease["_id"]: lease["owner"] async for lease in self._leases.find({"$expr": {"$gt": ["$until", "$$NOW"]}})
        }
        mine = {slot for slot, owner in live.items() if owner == self._owner and isinstance(slot, int)}
        share = -(-SLOTS // max(1, sum(isinstance(name, str) for name in live)))
        for slot in sorted(mine)[share:]:
            await self._leases.delete_one({"_id": slot, "owner": self._owner})
            mine.discard(slot)
        for slot in range(SLOTS):
            if slot not in live and len(mine) < share and await self._take(slot):
                mine.add(slot)
        self._mine, self._sure_until = mine, now + self._life_s * 0.9

    async def _take(self, slot: int) -> bool:
        """Take over an ended lease, or make the first one; False when another relay was faster."""
        ended = {"_id": slot, "$expr": {"$lte": ["$until", "$$NOW"]}}
        if await self._leases.find_one_and_update(ended, self._until) is not None:
            return True
        try:
            await self._leases.update_one({"_id": slot, "owner": self._owner}, self._until, upsert=True)
        except DuplicateKeyError:
            return False
        return True

    async def release(self) -> None:
        """Give everything back at a clean stop."""
        self._mine = set()
        await self._leases.delete_many({"owner": self._owner})
