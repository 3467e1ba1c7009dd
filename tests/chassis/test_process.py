"""Whole processes on a real broker and MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from uuid import uuid4

import pytest
import pytest_asyncio

from chassis.mongo import close, connect, database, make_collections
from chassis.process import Process
from contracts.message import Refusal
from tests.chassis.peers import AskingClient, running
from tests.chassis.shop import Count, CounterEvent, CountView, ReadCount, shop
from tests.harness import settings_for
from tests.probes import until


def reader(settings) -> Process:
    """A second service that keeps a read copy of the counters and counts their events."""
    process = Process("billing", settings)
    process.routes.copy(CounterEvent, "counter_copies")
    return process


DRIVERS = ["pymongo", pytest.param("motor", marks=pytest.mark.long)]


@pytest_asyncio.fixture(scope="module", loop_scope="session", params=DRIVERS)
async def pair(request, mongo, kafka) -> AsyncIterator[tuple[Process, Process, AskingClient]]:
    settings = settings_for(mongo.mongo_uri, kafka.kafka, mongo_driver=request.param)
    owner, other = shop(settings), reader(settings)
    async with running(owner, other), AskingClient(settings) as client:
        yield owner, other, client


async def test_a_command_is_answered_and_copied(pair):
    _, other, client = pair
    counter = uuid4()

    answers = await asyncio.gather(*(client.ask(Count(counter=counter)) for _ in range(50)))

    assert sorted(answer.result.count for answer in answers) == [*range(1, 51)]
    copies = other.database["counter_copies"]
    copy = await until(lambda: copies.find_one({"_id": counter, "last": 50}))
    assert copy["count"] == 50


async def test_a_query_is_answered_with_a_refusal(pair):
    _, _, client = pair
    answer = await client.ask(ReadCount(counter=uuid4()))
    assert answer.refusal == Refusal(code="unknown")


async def test_the_same_command_again_gets_the_same_answer(pair):
    _, _, client = pair
    command, id_ = Count(counter=uuid4()), uuid4()
    assert (await client.ask(command, id_=id_)).result == CountView(count=1)
    assert (await client.ask(command, id_=id_)).result == CountView(count=1)


async def test_the_outbox_is_empty_at_rest(pair):
    owner, _, client = pair
    await client.ask(Count(counter=uuid4()))
    pending = owner.database["outbox"].count_documents

    async def none_left():
        return await pending({"state": "pending"}) == 0

    await until(none_left)


async def test_an_event_that_was_lost_is_asked_for_again(pair):
    _, other, client = pair
    counter = uuid4()
    await client.ask(Count(counter=counter))
    copies = other.database["counter_copies"]
    await until(lambda: copies.find_one({"_id": counter}))
    await copies.delete_one({"_id": counter})
    await client.ask(Count(counter=counter))
    held = await until(lambda: other.database["held"].find_one({"aggregate": str(counter)}))
    assert held["seq"] == 2

    other.held.patience_s = 0.0
    await other.held.look_after()

    copy = await until(lambda: copies.find_one({"_id": counter, "last": 2}))
    assert copy["count"] == 2
    await other.held.look_after()
    assert await other.database["held"].count_documents({}) == 0


async def test_two_instances_that_start_at_once_make_the_collections_once(settings):
    client = connect(settings, "chain")
    place = database(client, settings, "chain")
    names = [f"kept-{n}" for n in range(10)]
    await asyncio.gather(*(make_collections(place, names) for _ in range(4)))
    assert sorted(await place.list_collection_names()) == sorted(names)
    await client.drop_database(place.name)
    await close(client)
