"""A service of the tests' own: counters that are counted up, with an event each."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID

from chassis.mongo import Collection
from chassis.process import Process
from chassis.work import Work
from contracts.message import Command, Done, Event, Model, Query, Refusal, State


@dataclass(frozen=True)
class Counter:
    id: UUID
    count: int = 0
    name: str = ""


COUNTERS = Collection("counters", Counter, audited=True)


class CounterState(State):
    count: int


class CounterEvent(Event):
    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "counters"
    state: CounterState


class Counted(CounterEvent):
    """The counter went up."""


class CounterSnapshot(CounterEvent):
    """The counter as it is."""

    snapshot: ClassVar[bool] = True


class ShopCommand(Command[Any]):
    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "counters"


class CountView(Model):
    count: int


class Count(Command[CountView]):
    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "counters"
    counter: UUID
    limit: int = 1_000_000
    fail: str = ""

    @property
    def key(self) -> str:
        return str(self.counter)


class CountLater(Command[Done]):
    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "counters"
    counter: UUID
    seconds: int

    @property
    def key(self) -> str:
        return str(self.counter)


class TakeName(Command[Done]):
    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "counters"
    counter: UUID
    name: str

    @property
    def key(self) -> str:
        return str(self.counter)


class ReadCount(Query[CountView]):
    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "counters"
    counter: UUID


class Shop:
    """The handlers."""

    def __init__(self, process: Process) -> None:
        self.database = process.database
        self.seen: list[Any] = []
        routes = process.routes
        routes.keep(COUNTERS)
        routes.command(Count, self.count, aggregate=COUNTERS)
        routes.command(CountLater, self.count_later, aggregate=COUNTERS)
        routes.command(TakeName, self.take_name, aggregate=COUNTERS)
        routes.query(ReadCount, self.read)
        routes.snapshot(COUNTERS, CounterSnapshot, lambda counter: CounterState(id=counter.id, count=counter.count))

    async def count(self, command: Count, work: Work) -> CountView | Refusal:
        counter = await work.get(COUNTERS, command.counter) or Counter(command.counter)
        if counter.count >= command.limit:
            return Refusal(code="full", details={"limit": command.limit})
        after = Counter(counter.id, counter.count + 1, counter.name)
        state = CounterState(id=after.id, count=after.count)
        await work.put(COUNTERS, after, Counted(state=state))
        if command.fail == "after find":
            await work.find(COUNTERS, {"count": {"$gt": 0}})
        if command.fail:
            raise ValueError(command.fail)
        return CountView(count=after.count)

    async def count_later(self, command: CountLater, work: Work) -> Done:
        work.schedule("later", work.now + timedelta(seconds=command.seconds), Count(counter=command.counter))
        return Done()

    async def take_name(self, command: TakeName, work: Work) -> Done | Refusal:
        if not await work.reserve("name", command.name, command.counter):
            return Refusal(code="taken")
        await work.put(COUNTERS, Counter(command.counter, 0, command.name))
        return Done()

    async def read(self, query: ReadCount, _: Any) -> CountView | Refusal:
        found = await self.database["counters"].find_one({"_id": query.counter})
        return CountView(count=found["count"]) if found else Refusal(code="unknown")


def shop(settings: Any) -> Process:
    process = Process("chain", settings)
    Shop(process)
    return process
