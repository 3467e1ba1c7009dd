"""Reading ahead what handlers will ask for: a group's messages are tried out first, all at once and without effect.

A handler that looks at seven documents one after the other costs seven round trips; sixteen such messages in a group,
a hundred and twelve. Tried out beside each other they ask for their first documents together, then for their second:
the group reads seven times. The run that counts finds everything in memory; what it rests on is checked at its commit,
like all that was read ahead.
"""

import asyncio
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, NoReturn

from chassis.commit import CommitGroup
from chassis.mongo import Collection
from chassis.records import Item
from chassis.work import Buffer, Entry, Group, Work


class _EndOfTrialError(Exception):
    """The message needs its transaction: nothing more can be said ahead."""


class _Trial(Group):
    """Stands in for a commit group while messages are tried out; what they write stays in their own buffers."""

    def __init__(self, group: CommitGroup) -> None:
        self.buffer = Buffer()
        self.sender = group.sender
        self._group = group
        self._wanted: dict[str, tuple[Collection[Any], set[Any]]] = {}
        self._reading: asyncio.Task[None] | None = None

    async def read(self, collection: Collection[Any], id_: Any) -> Entry:
        """Return a document, read together with those that other messages ask for in this moment."""
        if (found := self._group.known(collection, id_)) is None:
            self._wanted.setdefault(collection.name, (collection, set()))[1].add(id_)
            if self._reading is None:
                self._reading = asyncio.create_task(self._read_wanted())
            await asyncio.shield(self._reading)
            found = self._group.known(collection, id_)
        assert found is not None, "it was just read"
        return found

    async def _read_wanted(self) -> None:
        """Read what is wanted by now: this begins after all others that could go on have gone on."""
        wanted, self._wanted, self._reading = self._wanted, {}, None
        await asyncio.gather(*(self._group.prefill(collection, ids) for collection, ids in wanted.values()))

    async def query(
        self, child: Buffer, collection: Collection[Any], filters: Mapping[str, Any],
        order: Sequence[tuple[str, int]], limit: int,
    ) -> NoReturn:  # fmt: skip
        """End the trial: a query must see what the messages before it wrote."""
        del child, collection, filters, order, limit
        raise _EndOfTrialError


class Ahead:
    """Tries out what is worth it: messages of a type whose handler was seen to ask for what nobody had read ahead."""

    def __init__(self) -> None:
        self._asking: set[str] = set()

    def learn(self, group: CommitGroup, item: Item) -> None:
        """Remember whether the handler that has just run had to ask the database."""
        if group.misses:
            self._asking.add(item.envelope.type)
            group.misses = 0

    async def read(
        self, group: CommitGroup, items: Sequence[Item], run: Callable[[Item, Work], Awaitable[object]]
    ) -> None:
        """Read what these messages will ask for; what goes wrong in a trial shows again in the run that counts."""
        worth = [item for item in items if item.envelope.type in self._asking]
        if len(worth) > 1:  # one message alone waits as long either way
            trial = _Trial(group)
            trials = (run(item, Work(trial, item.envelope, item.message)) for item in worth)
            await asyncio.gather(*trials, return_exceptions=True)
