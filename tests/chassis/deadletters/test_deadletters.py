"""Dead letters in the operator's hands: shown, resent, discarded."""

import asyncio
import json
from uuid import uuid4

import pytest

from chassis import outbox
from chassis.commit import INBOX
from chassis.deadletters import LetterError
from chassis.held import record
from chassis.records import dead_letter
from contracts.message import Refusal
from tests.chassis.shop import Count, Counted, CountView
from tests.harness import a_record, an_envelope

# showing


@pytest.mark.security("S44")
async def test_a_letter_is_shown_without_its_values(shop):
    command = Count(counter=uuid4(), fail="secret text")
    await shop.service.command(command)

    shown = await shop.letters.show(await shop.letter())

    assert shown["value"] == {"counter": "***", "limit": "***", "fail": "***"}
    assert shown["reason"] == "ValueError('handler: *********')"
    assert (shown["type"], shown["key"], shown["state"]) == (Count.type, str(command.counter), "open")
    assert "secret text" not in json.dumps([shown, await shop.letters.overview()])
    assert await shop.audited() == []


@pytest.mark.security("S44")
async def test_values_are_shown_for_a_reason_that_is_kept(shop):
    await shop.service.command(Count(counter=uuid4(), fail="secret text"))

    shown = await shop.letters.show(await shop.letter(), reveal="ticket 12")

    assert json.loads(shown["value"])["fail"] == "secret text"
    assert await shop.audited() == [("dead-letter.reveal", "piet", "ticket 12")]


async def test_a_payload_that_is_no_json_is_shown_by_its_size(shop):
    raw = a_record(Count(counter=uuid4()), an_envelope(Count(counter=uuid4())))
    raw.value = b"{jansen"
    await shop.service.process.commands.handle([raw])
    assert (await shop.letters.show(await shop.letter()))["value"] == "7 bytes that are no JSON"


# commands


@pytest.mark.rule("SP-59")
async def test_a_command_that_is_resent_runs_once_and_answers(shop):
    command, id_ = Count(counter=uuid4()), uuid4()
    assert await shop.service.command(command, id_=id_) == Refusal(code="held")
    shop.handlers.broken = False
    assert await shop.service.command(command, id_=id_) == Refusal(code="held")

    await shop.letters.resend(await shop.letter(), "mended")
    [row] = await shop.database[outbox.NAME].find({"state": "pending"}).to_list()
    raw = record({**row, "key": row["key"].encode()})
    await shop.service.process.commands.handle([raw, raw])

    assert await shop.service.outcome(command, id_) == CountView(count=1)
    assert len(await shop.service.sent(Counted)) == 1
    assert await shop.letters.overview() == []
    assert await shop.audited() == [("dead-letter.resend", "piet", "mended")]


async def test_a_resent_record_has_its_old_key_headers_bytes_and_topic(shop):
    command = Count(counter=uuid4())
    raw = a_record(command, an_envelope(command, traceparent="00-a-b-01"), "d.chain.commands.v1")
    await shop.service.process.commands.handle([raw])

    await shop.letters.resend(await shop.letter())

    [row] = await shop.database[outbox.NAME].find({"state": "pending"}).to_list()
    assert (row["topic"], row["key"].encode(), bytes(row["value"])) == (raw.topic, raw.key, raw.value)
    assert tuple((name, bytes(value)) for name, value in row["headers"]) == raw.headers
    assert row["slot"] == outbox.slot(row["key"])


async def test_all_of_a_key_are_resent_in_order(shop):
    counter = uuid4()
    ids = [uuid4() for _ in range(3)]
    for id_ in ids:
        await shop.service.command(Count(counter=counter), id_=id_)
    await shop.service.command(Count(counter=uuid4()))

    status, said = await shop.run("dead-letters", "resend", "--key", str(counter), "--reason", "mended")

    rows = await shop.database[outbox.NAME].find({"state": "pending"}).sort([("created_at", 1), ("order", 1)]).to_list()
    assert (status, len(said)) == (0, 3)
    assert [dict(row["headers"])["ce_id"].decode() for row in rows] == [str(id_) for id_ in ids]
    assert len(await shop.letters.overview()) == 1


async def test_a_command_that_was_handled_meanwhile_is_not_resent(shop):
    command, id_ = Count(counter=uuid4()), uuid4()
    await shop.service.command(command, id_=id_)
    await shop.database[INBOX].delete_one({"_id": id_})
    shop.handlers.broken = False
    await shop.service.command(command, id_=id_)

    with pytest.raises(LetterError, match="handled meanwhile"):
        await shop.letters.resend(await shop.letter())

    assert await shop.database[outbox.NAME].count_documents({"type": Count.type}) == 0
    assert await shop.audited() == []


async def test_two_operators_at_once_resend_a_letter_once(shop):
    await shop.service.command(Count(counter=uuid4()))
    letter = await shop.letter()

    done = await asyncio.gather(*(shop.letters.resend(letter) for _ in range(4)), return_exceptions=True)

    assert done.count(None) == 1
    assert await shop.database[outbox.NAME].count_documents({"state": "pending"}) == 1


async def test_a_discarded_command_keeps_its_answer_and_its_letter(shop):
    command, id_ = Count(counter=uuid4()), uuid4()
    await shop.service.command(command, id_=id_)
    letter = await shop.letter()

    await shop.letters.discard(letter, "test data")

    assert await shop.service.outcome(command, id_) == Refusal(code="held")
    assert (await shop.letters.show(letter))["state"] == "discarded"
    assert await shop.audited() == [("dead-letter.discard", "piet", "test data")]
    with pytest.raises(LetterError, match="discarded already"):
        await shop.letters.resend(letter)


@pytest.mark.parametrize(("part", "content"), [("value", None), ("key", b"\xff")])
async def test_what_cannot_be_published_is_refused_and_can_be_discarded(shop, part, content):
    command = Count(counter=uuid4())
    raw = a_record(command, an_envelope(command))
    raw.headers = ()
    setattr(raw, part, content)
    await shop.service.process.commands.handle([raw])
    letter = await shop.letter()

    with pytest.raises(LetterError, match="discard"):
        await shop.letters.resend(letter)
    await shop.letters.discard(letter, "nothing in it")

    assert await shop.letters.overview() == []


def test_two_records_with_the_same_offset_are_two_letters():
    one, two = (a_record(c, an_envelope(c)) for c in (Count(counter=uuid4()), Count(counter=uuid4())))
    two.offset = one.offset
    assert dead_letter(one, "c", "why")["_id"] != dead_letter(two, "c", "why")["_id"]
    assert dead_letter(one, "c", "why")["_id"] == dead_letter(one, "c", "why")["_id"]
