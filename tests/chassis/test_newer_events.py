"""An event that is newer than its reader: the order goes on, the read copy takes its state (versions N and N-1)."""

from dataclasses import replace
from uuid import uuid4

import pytest_asyncio

from chassis.mongo import Collection
from chassis.process import Process
from tests.chassis.shop import Counted, Counter, CounterEvent, CounterState
from tests.harness import ServiceUnderTest, a_record, an_envelope

SEEN = Collection("seen", Counter)


@pytest_asyncio.fixture(loop_scope="session")
async def older(settings):
    """A service that knows the counters' events of yesterday: it keeps a copy and reacts."""
    process = Process("billing", settings)

    async def counted(event, work):
        await work.put(SEEN, Counter(event.state.id, event.state.count))

    process.routes.keep(SEEN)
    process.routes.copy(CounterEvent, "counter_copies")
    process.routes.listen(CounterEvent, Counted=counted)
    async with ServiceUnderTest(process) as running:
        yield running


def told(id_, count, type_=Counted.type, **more):
    event = Counted(state=CounterState(id=id_, count=count))
    return a_record(event, replace(an_envelope(event, sequence=count), type=type_, **more))


async def test_an_event_of_tomorrow_moves_the_order_on_and_its_state_is_kept(older):
    counter = uuid4()

    await older.process.events.handle([told(counter, 1), told(counter, 2, "nl.counters.doubled.v1"), told(counter, 3)])

    [copy] = await older.database["counter_copies"].find().to_list()
    assert (copy["_id"], copy["count"], copy["last"]) == (counter, 3, 3)
    [seen] = await older.database["seen"].find().to_list()
    assert seen["count"] == 3
    assert await older.database["held"].count_documents({}) == 0
    assert await older.dead_letters() == []


async def test_no_reaction_runs_for_an_event_of_tomorrow(older):
    counter = uuid4()

    await older.process.events.handle([told(counter, 1, "nl.counters.doubled.v1")])

    assert await older.database["seen"].count_documents({}) == 0
    [copy] = await older.database["counter_copies"].find().to_list()
    assert copy["count"] == 1


async def test_an_event_of_another_family_on_the_same_topic_is_none_of_ours(older):
    await older.process.events.handle([told(uuid4(), 1, "nl.counters.other.v1", aggregatetype="shelf")])

    assert await older.database["counter_copies"].count_documents({}) == 0
    assert await older.dead_letters() == []
