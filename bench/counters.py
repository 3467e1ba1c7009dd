"""What is measured: counters of about 900 bytes with an event each, and a second service that copies them."""

from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

from chassis.mongo import Collection, Document
from chassis.process import Process
from chassis.routes import Copy
from chassis.settings import ChassisSettings
from chassis.time import real_now
from chassis.work import Work
from contracts.message import Command, Event, Model, Query, Refusal, State

_FILLING = "x" * 700


@dataclass(frozen=True, slots=True)
class Counter:
    """A counter."""

    id: UUID
    count: int
    filling: str = _FILLING


COUNTERS = Collection("counters", Counter)


class CounterState(State):
    """A counter after an event."""

    count: int


class CounterEvent(Event):
    """A fact of a counter."""

    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "bench-counters"
    state: CounterState


class Counted(CounterEvent):
    """The counter went up."""


class CountResult(Model):
    """How far the counter is."""

    count: int


class Count(Command[CountResult]):
    """Count up."""

    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "bench-counters"
    counter: UUID
    note: str = "y" * 230

    @property
    def key(self) -> str:
        """The counter."""
        return str(self.counter)


class ReadCounter(Query[CountResult]):
    """Read a counter."""

    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "bench-counters"
    counter: UUID


def owner(settings: ChassisSettings) -> Process:
    """Return service A: counts and answers."""
    process = Process("chain", settings)
    database = process.database

    async def count(command: Count, work: Work) -> CountResult | Refusal:
        before = await work.get(COUNTERS, command.counter)
        after = Counter(command.counter, before.count + 1 if before else 1)
        await work.put(COUNTERS, after, Counted(state=CounterState(id=after.id, count=after.count)))
        return CountResult(count=after.count)

    async def read(query: ReadCounter, _: datetime) -> CountResult | Refusal:
        found = await database["counters"].find_one({"_id": query.counter})
        return CountResult(count=found["count"] if found else 0)

    process.routes.keep(COUNTERS)
    process.routes.command(Count, count, aggregate=COUNTERS)
    process.routes.query(ReadCounter, read)
    return process


class Stamped(Copy):
    """A read copy that says when it was written, by which its delay is measured."""

    def document(self, event: Event) -> Document:
        """Return the copy's document, with the present."""
        return {**super().document(event), "copied_at": real_now()}


def copier(settings: ChassisSettings) -> Process:
    """Return service B: keeps a copy of each counter."""
    process = Process("billing", settings)
    process.routes.copies.append(Stamped(CounterEvent, "counter_copies"))
    return process
