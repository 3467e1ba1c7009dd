"""When a system has caught up, and when it is at rest: asked of the databases, beside the services."""

import asyncio
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

from pymongo import MongoClient
from pymongo.errors import PyMongoError

from stack.settings import PROCESSES, SERVICES
from stack.supervisor import NotReadyError
from stack.system import Stack
from tests.faults.checker import copies
from tests.faults.checker.picture import Picture
from tests.faults.checker.report import Report

LATE = timedelta(seconds=1)
"""What is younger may be on its way without a fault."""

_LONGEST_S = 240.0
_LOOK_S = 0.4


class Recovery:
    """Looks at a stack until nothing waits any more."""

    def __init__(self, stack: Stack) -> None:
        self._stack = stack
        self._client: MongoClient[dict[str, Any]] = MongoClient(stack.mongo_uri, serverSelectionTimeoutMS=500)

    def close(self) -> None:
        """Leave the database."""
        self._client.close()

    async def caught_up(self, since: float) -> float | None:
        """Return the seconds from a moment until no message is late anywhere, under load; None when it lasts."""
        return await self._until(lambda: not self._late(datetime.now(UTC) - LATE), since)

    async def at_rest(self) -> bool:
        """Wait until nothing is left to do; False when that lasts too long."""
        return await self._until(self._resting, time.time()) is not None

    async def _until(self, holds: Callable[[], bool], since: float) -> float | None:
        end = time.monotonic() + _LONGEST_S
        while time.monotonic() < end:
            if await self._all_run():
                try:
                    if await asyncio.to_thread(holds):
                        return time.time() - since
                except PyMongoError:
                    pass
            await asyncio.sleep(_LOOK_S)
        return None

    async def _all_run(self) -> bool:
        try:
            for name in PROCESSES:
                await self._stack.ready(name, 5.0)
        except NotReadyError:
            return False
        return True

    def _late(self, before: datetime) -> bool:
        """Tell whether something waits that is older than a moment."""
        for service in SERVICES:
            database = self._database(service)
            if database["outbox"].find_one({"state": "pending", "created_at": {"$lt": before}}, {"_id": 1}):
                return True
            if database["held"].find_one({"since": {"$lt": before}}, {"_id": 1}):
                return True
        return False

    def _resting(self) -> bool:
        """Tell whether nothing waits, nothing is to be made, and all copies are what their owners say."""
        if self._late(datetime.now(UTC) + timedelta(days=1)):
            return False
        notifications = self._database("notifications")
        waiting = (
            notifications["planned_documents"].find_one({"status": "planned"}),
            notifications["deliveries"].find_one({"status": "planned"}),
            self._database("gateway")["requests"].find_one({"state": {"$ne": "done"}}),
        )
        return not any(waiting) and self._copied()

    def _copied(self) -> bool:
        picture, report = Picture(self._stack.mongo_uri, self._stack.deployment, self._stack.data / "mails"), Report()
        try:
            copies.check(picture, report)
        finally:
            picture.close()
        return report.clean

    def _database(self, service: str) -> Any:
        return self._client[f"{self._stack.deployment}_{service}"]
