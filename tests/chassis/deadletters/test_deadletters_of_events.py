"""Dead letters of events: resent or given up, and what waits behind them."""

from uuid import uuid4

import pytest

from chassis.commit import HELD
from chassis.deadletters import LetterError
from tests.chassis.shop import Counted, CounterSnapshot, CounterState
from tests.harness import a_record, an_envelope


def counted(counter, count, sequence=None, event=Counted):
    message = event(state=CounterState(id=counter, count=count))
    envelope = an_envelope(message, sequence=sequence or count)
    return a_record(message, envelope, "t.chain.events.v1")


async def hear(table, *records):
    await table.service.process.events.handle(list(records))


async def guard(table, counter):
    found = await table.database["guards"].find_one({"_id": str(counter)})
    return found["last"] if found else 0


# events


async def test_a_resent_event_is_applied_and_frees_those_behind_it(listener):
    counter = uuid4()
    await hear(listener, *(counted(counter, n) for n in range(1, 5)))
    assert listener.handlers.heard == [1]
    assert await listener.database[HELD].count_documents({}) == 2
    listener.handlers.broken = False

    await listener.letters.resend(await listener.letter())
    await listener.service.process.held.look_after()

    assert listener.handlers.heard == [1, 2, 3, 4]
    assert await guard(listener, counter) == 4
    await listener.service.process.held.look_after()
    assert await listener.database[HELD].count_documents({}) == 0


async def test_a_resent_event_that_fails_again_is_a_letter_again_and_loses_nothing_behind_it(listener):
    counter = uuid4()
    await hear(listener, *(counted(counter, n) for n in range(1, 5)))
    held = listener.service.process.held

    await listener.letters.resend(await listener.letter())
    for _ in range(3):
        await held.look_after()

    assert len(await listener.letters.overview()) == 1
    listener.handlers.broken = False
    await listener.letters.resend(await listener.letter())
    for _ in range(2):
        await held.look_after()
    assert listener.handlers.heard == [1, 2, 3, 4]
    assert await listener.database[HELD].count_documents({}) == 0


async def test_letters_of_held_events_of_several_aggregates_stay_apart(listener):
    for counter in (uuid4(), uuid4()):
        await hear(listener, counted(counter, 2), counted(counter, 1))

    await listener.service.process.held.look_after()

    assert len(await listener.letters.overview()) == 2


async def test_what_stands_behind_an_open_letter_waits_and_its_owner_is_not_asked(listener):
    counter = uuid4()
    await hear(listener, *(counted(counter, n) for n in range(1, 4)))
    held = listener.service.process.held
    held.patience_s = 0.0

    await held.look_after()
    assert await listener.service.sent() == []
    assert await listener.database[HELD].count_documents({}) == 1

    await hear(listener, counted(uuid4(), 3))
    await held.look_after()
    assert [message.from_sequence for message in await listener.service.sent()] == [1, 1]


async def test_a_discarded_event_frees_those_behind_it(listener):
    counter = uuid4()
    await hear(listener, *(counted(counter, n) for n in range(1, 5)))

    await listener.letters.discard(await listener.letter(), "no use")
    await listener.service.process.held.look_after()

    assert listener.handlers.heard == [1, 3, 4]
    assert await guard(listener, counter) == 4
    assert await listener.audited() == [("dead-letter.discard", "piet", "no use")]


async def test_a_first_event_can_be_discarded(listener):
    counter = uuid4()
    await hear(listener, counted(counter, 2, sequence=1), counted(counter, 3, sequence=2))

    await listener.letters.discard(await listener.letter(), "no use")
    await listener.service.process.held.look_after()

    assert listener.handlers.heard == [3]
    assert await guard(listener, counter) == 2
    await hear(listener, counted(counter, 4, sequence=3))
    assert listener.handlers.heard == [3, 4]


async def test_an_unreadable_event_that_is_given_up_moves_the_copy_and_the_guard_on(listener):
    counter = uuid4()
    bad = counted(counter, 3)
    bad.value = b"{"
    listener.handlers.broken = False
    await hear(listener, counted(counter, 1), counted(counter, 2), bad, counted(counter, 4))
    assert listener.handlers.heard == [1, 2]

    await listener.letters.discard(await listener.letter(), "unreadable")
    await listener.service.process.held.look_after()

    copy = await listener.database["counter_copies"].find_one({"_id": counter})
    assert (copy["last"], copy["count"]) == (4, 4)
    assert listener.handlers.heard == [1, 2, 4]


async def test_an_event_is_not_given_up_before_those_that_are_missing_before_it(listener):
    counter = uuid4()
    bad = counted(counter, 3)
    bad.value = b"{"
    await hear(listener, counted(counter, 1), bad)

    with pytest.raises(LetterError, match="Event 2"):
        await listener.letters.discard(await listener.letter(), "unreadable")

    assert await guard(listener, counter) == 1
    assert len(await listener.letters.overview()) == 1


async def test_a_copy_that_does_not_exist_is_asked_for_before_its_event_is_given_up(listener):
    counter = uuid4()
    bad = counted(counter, 1)
    bad.value = b"{"
    await hear(listener, bad)
    letter = await listener.letter()

    with pytest.raises(LetterError, match="snapshot --aggregate"):
        await listener.letters.discard(letter, "unreadable")
    await hear(listener, counted(counter, 5, sequence=7, event=CounterSnapshot))
    await listener.letters.discard(letter, "unreadable")

    assert await guard(listener, counter) == 7


async def test_an_event_without_a_place_can_only_be_discarded(listener):
    raw = counted(uuid4(), 1)
    raw.headers = tuple(header for header in raw.headers if header[0] not in {"ce_id", "ce_type"})
    await hear(listener, raw)
    letter = await listener.letter()

    with pytest.raises(LetterError, match="discard it"):
        await listener.letters.resend(letter)
    await listener.letters.discard(letter, "no headers")

    assert await listener.letters.overview() == []
