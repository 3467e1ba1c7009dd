"""Whether decisions know events that took authority away (SP-125, "Taking away is confirmed")."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from uuid import UUID

from chassis.routes import Copy, concrete
from contracts.authorizations import Applied, AuthorizationsRefusal, AwaitApplied
from contracts.message import Refusal, Written
from services.authorizations.store import Copies

PATIENCE_S = 2.0
"""How long an answer waits, in seconds."""

_LOOK_AGAIN_S = 0.1

Wanted = Mapping[str, Mapping[UUID, int]]


class AppliedEvents:
    """Answers AwaitApplied; `batch` gives the condition that is notified after each batch of events."""

    def __init__(self, copies: Copies, kept: Sequence[Copy], batch: Callable[[], asyncio.Condition]) -> None:
        self._copies = copies
        self._kept = kept
        self._batch = batch

    async def wait(self, query: AwaitApplied, now: datetime) -> Applied | Refusal:
        """Answer as soon as the copies hold the events; refuse after 2 s."""
        del now
        wanted, present = self._wanted(query.pairs), asyncio.get_running_loop().time
        deadline = present() + PATIENCE_S
        while not await self._know(wanted):
            if present() >= deadline:
                return Refusal(code=AuthorizationsRefusal.NOT_APPLIED_YET)
            await self._next_batch()
        return Applied()

    def _wanted(self, pairs: Sequence[Written]) -> Wanted:
        """Return the highest number asked of each aggregate, by copy; events that no copy keeps do not matter."""
        names = {event.type: copy.name for copy in self._kept for event in concrete(copy.family)}
        wanted: dict[str, dict[UUID, int]] = {}
        for pair in pairs:
            if (name := names.get(pair.type)) is not None:
                of_copy, id_ = wanted.setdefault(name, {}), UUID(pair.aggregate)
                of_copy[id_] = max(pair.sequence, of_copy.get(id_, 0))
        return wanted

    async def _know(self, wanted: Wanted) -> bool:
        known = await asyncio.gather(*(self._copies.last(name, numbers) for name, numbers in wanted.items()))
        return all(
            last.get(id_, 0) >= number
            for last, numbers in zip(known, wanted.values(), strict=True)
            for id_, number in numbers.items()
        )

    async def _next_batch(self) -> None:
        """Wait for a batch, but look again soon: another process may apply it, or it came since the last look."""
        batch = self._batch()
        with suppress(TimeoutError):
            async with asyncio.timeout(_LOOK_AGAIN_S), batch:
                await batch.wait()
