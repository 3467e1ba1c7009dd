"""Questions that come together read together: for all of them one round trip, and what they share is read once."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Hashable, Iterable, Mapping
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
V = TypeVar("V")


class Together(Generic[K, V]):
    """Reads by key. What is asked for in one turn of the event loop is read at its end, never before it was asked for.

    So an answer is never older than its question: a reading that has begun takes no further keys.
    """

    def __init__(self, read: Callable[[Collection[K]], Awaitable[Mapping[K, V]]]) -> None:
        self._read = read
        self._keys: set[K] = set()
        self._reading: asyncio.Task[Mapping[K, V]] | None = None

    async def get(self, key: K) -> V | None:
        """Return what there is under a key; raise what the reading raises, to each who asked."""
        return (await self.all((key,))).get(key)

    async def all(self, keys: Iterable[K]) -> dict[K, V]:
        """Return what there is under these keys; as `get`."""
        if self._reading is None:
            self._reading = asyncio.create_task(self._read_all())
            self._reading.add_done_callback(_noticed)
        wanted = set(keys)
        self._keys |= wanted
        # One who gives up must not end the reading of the others.
        found = await asyncio.shield(self._reading)
        return {key: found[key] for key in found.keys() & wanted}

    async def _read_all(self) -> Mapping[K, V]:
        keys, self._keys, self._reading = self._keys, set(), None
        return await self._read(keys)


def _noticed(reading: asyncio.Task[object]) -> None:
    """Take note of a failure, even when everybody who asked has given up."""
    if not reading.cancelled():
        reading.exception()
