"""A group's messages are tried out first, so that they read together; nothing of a trial remains."""

from collections.abc import AsyncIterator
from uuid import uuid4

import pytest_asyncio

from contracts.message import Done, Refusal
from tests.chassis.shop import Count, Counted, CountView, TakeName, shop
from tests.harness import ServiceUnderTest, a_record, an_envelope

SIZE = 16


@pytest_asyncio.fixture(loop_scope="session")
async def service(settings) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(shop(settings)) as running:
        await running.database.command("profile", 2)
        yield running


async def together(service, *commands):
    """Hand over commands as one batch; return their outcomes, and how often the database was asked for names."""
    envelopes = [an_envelope(command) for command in commands]
    before = await asked(service)
    await service.process.commands.handle([a_record(*pair) for pair in zip(commands, envelopes, strict=True)])
    after = await asked(service)
    outcomes = [await service.outcome(c, e.id) for c, e in zip(commands, envelopes, strict=True)]
    return outcomes, after - before


async def asked(service):
    looked = {"command.find": "reservations", "ns": f"{service.database.name}.reservations"}
    return await service.database["system.profile"].count_documents(looked)


def names(count=SIZE):
    return [TakeName(counter=uuid4(), name=f"{number}") for number in range(count)]


async def test_messages_that_read_more_than_their_aggregate_read_together(service):
    _, first = await together(service, *names())
    outcomes, second = await together(service, *[TakeName(counter=uuid4(), name=f"b{n}") for n in range(SIZE)])

    assert outcomes == [Done()] * SIZE
    assert first == SIZE, "nothing is known of these messages yet"
    assert second == 1


async def test_one_message_alone_is_not_tried_out(service):
    await together(service, *names())

    assert (await together(service, TakeName(counter=uuid4(), name="alone")))[1] == 1


async def test_a_message_sees_what_the_one_before_it_did_though_both_were_tried_out_without(service):
    await together(service, *names())
    counter = uuid4()
    same = [TakeName(counter=uuid4(), name="wanted") for _ in range(3)]
    outcomes, _ = await together(service, *same, Count(counter=counter), Count(counter=counter), *names(3))

    assert outcomes == [
        Done(), Refusal(code="taken"), Refusal(code="taken"), CountView(count=1), CountView(count=2),
        *[Refusal(code="taken")] * 3,
    ]  # fmt: skip
    assert [message.state.count for message in await service.sent(Counted)] == [1, 2]


async def test_one_that_fails_or_needs_the_transaction_does_not_touch_the_others(service):
    await together(service, *names())
    service.process.commands._ahead._asking.add(Count.type)
    counts = [Count(counter=uuid4(), fail=fail) for fail in ("", "at once", "after find", "")]
    outcomes, _ = await together(service, *counts, *[TakeName(counter=uuid4(), name=f"c{n}") for n in range(4)])

    held = Refusal(code="held")
    assert outcomes == [CountView(count=1), held, held, CountView(count=1), *[Done()] * 4]
    assert len(await service.sent(Counted)) == 2
    assert len(await service.dead_letters()) == 2
