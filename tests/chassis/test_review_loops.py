"""What a sceptical reading of the message loop found: nothing of it may block, loop or take half an effect."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, ClassVar
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from chassis.mongo import Collection, full_jitter
from chassis.outbox import MOST_BYTES, Sender
from chassis.process import Process
from chassis.work import Work
from contracts.message import Command, Done, Query
from tests.chassis.shop import (
    COUNTERS,
    Count,
    Counted,
    Counter,
    CounterEvent,
    CounterState,
    CountLater,
    CountView,
    shop,
)
from tests.harness import NOW, ServiceUnderTest, a_record, an_envelope


@dataclass(frozen=True)
class Odd:
    id: UUID
    number: int


ODDS = Collection("odds", Odd)


class TooMuch(Command[Done]):
    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "counters"
    counter: UUID

    @property
    def key(self) -> str:
        return str(self.counter)


class ReadNothing(Query[CountView]):
    service: ClassVar[str] = "chain"
    domain: ClassVar[str] = "counters"


async def too_much(command: TooMuch, work: Work) -> Done:
    await work.put(ODDS, Odd(command.counter, 2**70))
    return Done()


@pytest_asyncio.fixture(loop_scope="session")
async def service(settings) -> AsyncIterator[ServiceUnderTest]:
    process = shop(settings)
    process.routes.command(TooMuch, too_much)
    process.routes.query(ReadNothing, lambda *_: asyncio.sleep(0))
    async with ServiceUnderTest(process) as running:
        yield running


class Listener:
    """A service that reacts to counters, and fails after it has used the transaction."""

    def __init__(self, process: Process) -> None:
        process.routes.keep(COUNTERS)
        process.routes.listen(CounterEvent, Counted=self.counted)

    async def counted(self, event: Counted, work: Work) -> None:
        await work.put(COUNTERS, Counter(event.state.id, event.state.count))
        await work.find(COUNTERS, {"count": {"$gt": 0}})
        if event.state.count == 13:
            raise ValueError("13")


@pytest_asyncio.fixture(loop_scope="session")
async def listener(settings) -> AsyncIterator[ServiceUnderTest]:
    process = Process("billing", settings)
    Listener(process)
    async with ServiceUnderTest(process) as running:
        yield running


def counted(counter: UUID, count: int, sequence: int) -> Any:
    event = Counted(state=CounterState(id=counter, count=count))
    return a_record(event, an_envelope(event, sequence=sequence))


@pytest.mark.parametrize("key", [None, b"", b"no id", b"\xff"])
async def test_a_key_that_names_no_aggregate_does_not_end_the_process(service, key):
    command = Count(counter=uuid4())
    record = a_record(command, an_envelope(command))
    record.key = key

    await service.process.commands.handle([record])

    assert len(await service.sent(Counted)) == 1


async def test_what_cannot_be_stored_becomes_a_dead_letter_and_its_neighbours_commit(service):
    bad, good = TooMuch(counter=uuid4()), Count(counter=uuid4())

    await service.process.commands.handle([a_record(c, an_envelope(c)) for c in (bad, good)])

    assert len(await service.sent(Counted)) == 1
    assert [letter["key"] for letter in await service.dead_letters()] == [str(bad.counter).encode()]


async def test_an_event_that_no_broker_takes_is_never_committed_and_its_neighbours_are(service):
    """In the outbox it would stop its aggregate for good; the command that makes it is set aside instead."""

    async def shout(command: TooMuch, work: Work) -> Done:
        state = CounterState(id=command.counter, count=10**MOST_BYTES)
        await work.put(COUNTERS, Counter(command.counter, 1), Counted(state=state))
        return Done()

    service.process.routes.commands.pop(TooMuch.type)
    service.process.routes.command(TooMuch, shout)
    bad, good = TooMuch(counter=uuid4()), Count(counter=uuid4())

    await service.process.commands.handle([a_record(c, an_envelope(c)) for c in (bad, good)])

    assert [event.state.id for event in await service.sent(Counted)] == [good.counter]
    [letter] = await service.dead_letters()
    assert "cannot be sent" in letter["reason"]
    assert await service.database["counters"].find_one({"_id": bad.counter}) is None


async def test_a_key_that_stays_taken_becomes_a_dead_letter(service, monkeypatch):
    """The outbox holds the aggregate's first event already, as after a removal: no retry helps."""
    monkeypatch.setattr("chassis.commands.SAME_KEY_TRIES", 2, raising=False)
    counter = uuid4()
    event = Counted(state=CounterState(id=counter, count=1))
    row = Sender(service.process.settings, "chain").row(event, uuid4(), NOW, sequence=1)
    await service.database["outbox"].insert_one(row)
    command = Count(counter=counter)

    async with asyncio.timeout(10):
        await service.process.commands.handle([a_record(command, an_envelope(command))])

    assert len(await service.dead_letters()) == 1


async def test_a_failing_search_does_not_block_the_batch(service):
    """An error inside a transaction ends it on the server; the neighbours go into a new one."""

    async def search(command: TooMuch, work: Work) -> Done:
        await work.find(COUNTERS, {"name": {"$regex": "("}})
        return Done()

    service.process.routes.commands.pop(TooMuch.type)
    service.process.routes.command(TooMuch, search)
    commands = [TooMuch(counter=uuid4()), Count(counter=uuid4())]

    async with asyncio.timeout(10):
        await service.process.commands.handle([a_record(c, an_envelope(c)) for c in commands])

    assert len(await service.dead_letters()) == 1
    assert len(await service.sent(Counted)) == 1


async def test_what_a_failing_command_saved_twice_around_a_search_is_undone(service):
    async def twice(command: TooMuch, work: Work) -> Done:
        await work.put(ODDS, Odd(command.counter, 1))
        await work.find(ODDS, {})
        await work.put(ODDS, Odd(command.counter, 2))
        raise ValueError("after all")

    service.process.routes.commands.pop(TooMuch.type)
    service.process.routes.command(TooMuch, twice)
    command = TooMuch(counter=uuid4())
    await service.process.commands.handle([a_record(command, an_envelope(command))])

    assert await service.database["odds"].count_documents({}) == 0
    assert len(await service.dead_letters()) == 1


async def test_a_failed_reaction_leaves_nothing_behind(listener):
    counter, other = uuid4(), uuid4()
    await listener.process.events.handle([counted(counter, 13, 1), counted(other, 1, 1)])

    stored = await listener.database["counters"].find().to_list()
    assert [document["_id"] for document in stored] == [other]
    assert len(await listener.dead_letters()) == 1


async def test_a_timer_that_another_instance_took_does_not_end_the_process(service):
    for _ in range(5):
        await service.command(CountLater(counter=uuid4(), seconds=60))
    later = NOW + timedelta(seconds=61)

    await asyncio.gather(*(service.process.ticks._fire(later) for _ in range(2)), return_exceptions=True)
    taken = [{"_id": "gone:later", "due": NOW, "type": Count.type, "value": b"{}", "by": None}]
    with pytest.raises(Exception, match="faster") as caught:
        async with asyncio.timeout(5):
            await service.process.ticks._take(taken, None)
    assert type(caught.value).__name__ == "ConflictError"
    await service.tick(later)
    assert len(await service.sent(Counted)) == 5


async def test_a_timer_that_moves_between_reading_and_taking_is_looked_up_again(service, monkeypatch):
    await service.command(CountLater(counter=uuid4(), seconds=60))
    later = NOW + timedelta(seconds=61)
    ticks = service.process.ticks
    row = ticks._row
    moved = []

    def move(timer: Any) -> Any:
        if not moved:
            moved.append(timer)
            timer["due"] += timedelta(seconds=1)
        return row(timer)

    monkeypatch.setattr(ticks, "_row", move)
    await service.tick(later)
    assert len(await service.sent(Counted)) == 1


async def test_a_timer_whose_command_nobody_reads_becomes_a_dead_letter_and_stops_no_other(service):
    await service.database["timers"].insert_one(
        {"_id": f"{uuid4()}:old", "due": NOW, "type": "nl.counters.gone.v1", "value": b"{}"}
    )
    await service.command(CountLater(counter=uuid4(), seconds=1))
    await service.tick(NOW + timedelta(seconds=2))

    assert len(await service.sent(Counted)) == 1
    assert [letter["consumer"] for letter in await service.dead_letters()] == ["chain.commands"]
    assert await service.database["timers"].count_documents({}) == 0


async def test_the_same_moment_scheduled_again_after_it_fired_fires_again(service):
    counter = uuid4()
    for _ in range(2):
        await service.command(CountLater(counter=counter, seconds=1))
        await service.tick(NOW + timedelta(seconds=2))

    assert len(await service.sent(Counted)) == 2


async def test_stuck_aggregates_do_not_hide_the_others(listener):
    """More events than a page wait for one that never comes; another aggregate's gap closes."""
    stuck, free = UUID(int=1), UUID(int=2)
    await listener.process.events.handle([counted(stuck, 1, n) for n in range(3, 510)])
    await listener.process.events.handle([counted(free, 1, 2)])
    await listener.database["guards"].insert_one({"_id": str(free), "last": 1, "v": 1, "seq": 0, "pub": 0})

    await listener.process.held.look_after()

    assert (await listener.database["guards"].find_one({"_id": str(free)}))["last"] == 2


async def test_an_owner_is_asked_once_in_a_while_and_waiting_counts_from_the_start(listener):
    held = listener.process.held
    counter = uuid4()
    await listener.process.events.handle([counted(counter, 2, 2)])
    since = (await listener.database["held"].find_one({}))["since"]
    held.patience_s = 0.0
    await held.look_after()
    held.patience_s = 60.0
    await listener.process.events.handle([counted(counter, 2, 2)])
    held._age_s = lambda _: 61.0
    await held.look_after()
    await held.look_after()

    assert await listener.database["outbox"].count_documents({}) == 1
    assert (await listener.database["held"].find_one({}))["since"] == since


async def test_a_query_without_a_result_is_answered_as_broken(service):
    assert (await service.query(ReadNothing())).code == "internal_error"


@pytest.mark.parametrize("part", ["sequence", "deadline"])
async def test_an_attribute_out_of_range_is_unreadable(service, listener, part):
    event = Counted(state=CounterState(id=uuid4(), count=1))
    query = ReadNothing()
    if part == "sequence":
        await listener.process.events.handle([a_record(event, an_envelope(event, sequence=2**80))])
        assert len(await listener.dead_letters()) == 1
    else:
        record = a_record(query, an_envelope(query))
        record.headers = (*record.headers, ("ce_deadline", b"2026-11-22T12:00:00"))
        await service.process.queries.handle([record])


def test_a_long_outage_does_not_end_the_retries():
    assert 0 <= full_jitter(5000) <= 5.0
