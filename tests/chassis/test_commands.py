"""The loop of commands on a real MongoDB."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from uuid import uuid4

import pytest
import pytest_asyncio

from contracts.message import Refusal
from tests.chassis.shop import Count, Counted, CountLater, CountView, ReadCount, TakeName, shop
from tests.harness import NOW, ServiceUnderTest, a_record, an_envelope


@pytest_asyncio.fixture(loop_scope="session")
async def service(settings) -> AsyncIterator[ServiceUnderTest]:
    async with ServiceUnderTest(shop(settings)) as running:
        yield running


async def test_a_command_changes_answers_and_tells(service):
    counter = uuid4()

    assert await service.command(Count(counter=counter)) == CountView(count=1)
    assert await service.command(Count(counter=counter)) == CountView(count=2)

    assert [(e.sequence, m.state.count) for e, m in await service.sent_with_envelopes(Counted)] == [(1, 1), (2, 2)]
    assert await service.query(ReadCount(counter=counter)) == CountView(count=2)


async def test_a_refusal_changes_nothing(service):
    counter = uuid4()
    outcome = await service.command(Count(counter=counter, limit=0))

    assert outcome == Refusal(code="full", details={"limit": 0})
    assert await service.sent() == []
    assert await service.query(ReadCount(counter=counter)) == Refusal(code="unknown")


async def test_a_command_that_comes_again_is_answered_from_the_inbox(service):
    counter, id_ = uuid4(), uuid4()
    first = await service.command(Count(counter=counter), id_=id_)

    assert await service.command(Count(counter=counter), id_=id_) == first
    assert len(await service.sent(Counted)) == 1


async def test_two_copies_in_one_batch_have_one_effect(service):
    command, id_ = Count(counter=uuid4()), uuid4()
    record = a_record(command, an_envelope(command, id_=id_))

    await service.process.commands.handle([record, record])

    assert len(await service.sent(Counted)) == 1


async def test_the_same_id_with_another_body_is_refused(service):
    counter, id_ = uuid4(), uuid4()
    command = Count(counter=counter, limit=5)
    await service.command(Count(counter=counter), id_=id_)
    replies = []
    service.process.commands._replier.send = lambda _, reply: _keep(replies, reply)

    await service.process.commands.handle([a_record(command, an_envelope(command, id_=id_))])

    assert b"idempotency_key_reused" in replies[0]
    assert len(await service.sent(Counted)) == 1


async def _keep(replies, reply):
    replies.append(reply)


@pytest.mark.parametrize("fail", ["at once", "after find"])
async def test_a_poison_message_does_not_touch_its_neighbours(service, fail):
    commands = [Count(counter=uuid4(), fail=fail if n == 20 else "") for n in range(41)]

    await service.process.commands.handle([a_record(c, an_envelope(c)) for c in commands])

    assert len(await service.sent(Counted)) == 40
    letters = await service.dead_letters()
    assert [letter["reason"] for letter in letters] == [f"ValueError('{fail}')"]
    assert await service.query(ReadCount(counter=commands[20].counter)) == Refusal(code="unknown")


async def test_unreadable_records_become_dead_letters(service):
    good, bad = Count(counter=uuid4()), Count(counter=uuid4())
    records = [a_record(good, an_envelope(good)), *(a_record(bad, an_envelope(bad)) for _ in range(4))]
    records[1].headers = (*records[1].headers, ("ce_id", b"\xff\xfe"))
    records[2].headers = ()
    records[3].value = b"{not json"
    records[4].value = None

    await service.process.commands.handle(records)

    assert len(await service.dead_letters()) == 4
    assert len(await service.sent(Counted)) == 1


async def test_groups_that_race_for_a_document_lose_nothing(service):
    counter = uuid4()

    async def batch():
        commands = [Count(counter=counter) for _ in range(20)]
        await service.process.commands.handle([a_record(c, an_envelope(c)) for c in commands])

    await asyncio.gather(*(batch() for _ in range(4)))

    assert await service.query(ReadCount(counter=counter)) == CountView(count=80)
    assert [e.sequence for e, _ in sorted(await service.sent_with_envelopes(Counted), key=lambda p: p[0].sequence)] == [
        *range(1, 81)
    ]


async def test_a_timer_fires_with_its_due_moment(service):
    counter = uuid4()
    await service.command(CountLater(counter=counter, seconds=60))

    await service.tick(NOW + timedelta(seconds=59))
    assert await service.sent(Counted) == []
    await service.tick(NOW + timedelta(days=365))

    [(envelope, _)] = await service.sent_with_envelopes(Counted)
    assert envelope.time == NOW + timedelta(seconds=60)


async def test_a_name_is_taken_once_even_in_a_race(service):
    commands = [TakeName(counter=uuid4(), name="x") for _ in range(6)]

    await asyncio.gather(*(service.process.commands.handle([a_record(c, an_envelope(c))]) for c in commands))

    assert await service.database["counters"].count_documents({"name": "x"}) == 1
