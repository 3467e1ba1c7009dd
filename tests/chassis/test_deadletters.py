"""Dead letters in the operator's hands, and the command line of a service."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio

from chassis import audit, outbox
from chassis.audit_sealing import AuditChain
from chassis.cli import command_line, parsed, run_command
from chassis.commit import HELD, INBOX
from chassis.deadletters import DeadLetters, LetterError
from chassis.held import record
from chassis.mongo import close
from chassis.process import Process
from contracts.message import Refusal
from stack.secrets import generate
from tests.chassis.shop import Count, Counted, CounterEvent, CounterSnapshot, CounterState, CountView, Shop
from tests.harness import ServiceUnderTest, a_record, an_envelope

KEY = generate()["AUDIT_SIGNING_KEY"]


class Fragile(Shop):
    """A shop whose handlers fail until they are mended."""

    broken = True

    async def count(self, command, work):
        if self.broken:
            raise ValueError("handler: 111222333")
        return await super().count(command, work)


class Listener:
    """Hears counters; fails on the second event until it is mended."""

    broken = True

    def __init__(self, process: Process) -> None:
        self.heard: list[int] = []
        process.routes.listen(CounterEvent, Counted=self.on_counted, CounterSnapshot=self.on_counted)
        process.routes.copy(CounterEvent, "counter_copies")

    async def on_counted(self, event: Any, _: Any) -> None:
        if self.broken and event.state.count == 2:
            raise ValueError("reaction")
        self.heard.append(event.state.count)


class Table:
    """A service with an operator."""

    def __init__(self, service: ServiceUnderTest, handlers: Any) -> None:
        self.service = service
        self.handlers = handlers
        process = service.process
        self.database = service.database
        self.letters = DeadLetters(process.client, process.database, process.routes, "piet")

    async def letter(self) -> str:
        [letter] = await self.letters.overview()
        return letter["id"]

    async def audited(self) -> list[tuple[str, str, str]]:
        rows = await self.database[audit.NAME].find({"collection": "command_line"}).sort("order", 1).to_list()
        return [(row["what"], row["actor"]["name"], row["details"].get("reason", "")) for row in rows]

    async def run(self, *argv: str) -> tuple[int, list[Any]]:
        said: list[str] = []
        arguments = parsed("chain", ["--operator", "piet", *argv])
        status = await run_command(self.service.process, arguments, said.append)
        return status, [json.loads(line) for line in said]


@pytest.fixture
def settings(settings):
    return settings.model_copy(update={"audit_signing_key": KEY})


@pytest_asyncio.fixture(loop_scope="session")
async def shop(settings) -> AsyncIterator[Table]:
    process = Process("chain", settings)
    handlers = Fragile(process)
    async with ServiceUnderTest(process) as service:
        yield Table(service, handlers)


@pytest_asyncio.fixture(loop_scope="session")
async def listener(settings) -> AsyncIterator[Table]:
    process = Process("billing", settings)
    handlers = Listener(process)
    async with ServiceUnderTest(process) as service:
        yield Table(service, handlers)


def counted(counter, count, sequence=None, event=Counted):
    message = event(state=CounterState(id=counter, count=count))
    envelope = an_envelope(message, sequence=sequence or count)
    return a_record(message, envelope, "t.chain.events.v1")


async def hear(table, *records):
    await table.service.process.events.handle(list(records))


async def guard(table, counter):
    found = await table.database["guards"].find_one({"_id": str(counter)})
    return found["last"] if found else 0


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


# the command line


async def test_letters_are_listed_one_a_line(shop):
    for _ in range(3):
        await shop.service.command(Count(counter=uuid4()))
    first = (await shop.letters.overview())[0]["id"]
    await shop.run("dead-letters", "discard", first, "--reason", "x")

    status, said = await shop.run("dead-letters", "list")
    _, everything = await shop.run("dead-letters", "list", "--all")

    assert (status, len(said), len(everything)) == (0, 2, 3)
    assert {letter["state"] for letter in everything} == {"open", "discarded"}


async def test_a_letter_cannot_move_the_terminal(shop):
    said: list[str] = []
    command = Count(counter=uuid4())
    raw = a_record(command, an_envelope(command), key="\x1b[2J\r\n\x9bforged")
    raw.value = None
    await shop.service.process.commands.handle([raw])

    await run_command(shop.service.process, parsed("chain", ["dead-letters", "list"]), said.append)

    [line] = said
    assert line.isprintable()
    assert line.isascii()


async def test_an_unknown_letter_is_told(shop):
    with pytest.raises(LetterError, match="no dead letter x"):
        await shop.run("dead-letters", "show", "x")
    with pytest.raises(LetterError, match="no open dead letter with the key x"):
        await shop.run("dead-letters", "resend", "--key", "x")


@pytest.mark.parametrize(
    "argv",
    [
        ["dead-letters"],
        ["dead-letters", "discard", "x"],
        ["dead-letters", "discard", "x", "--reason", " "],
        ["dead-letters", "show", "x", "--reveal"],
        ["dead-letters", "resend"],
        ["dead-letters", "resend", "x", "--key", "y"],
        ["replay"],
        ["replay", "--since", "yesterday"],
        ["replay", "--since", "2026-11-22T12:00:00"],
        ["replay", "--everything", "--aggregate", str(uuid4())],
        ["snapshot", "--aggregate", "x"],
        ["audit"],
        ["nonsense"],
        ["--operator", "", "snapshot"],
    ],
)
def test_what_is_not_understood_ends_with_status_2(argv, capsys):
    with pytest.raises(SystemExit) as ended:
        parsed("chain", argv)
    assert ended.value.code == 2
    assert "usage: python -m services.chain" in capsys.readouterr().err


async def test_a_replay_publishes_again_what_was_sent(shop):
    shop.handlers.broken = False
    counter, other = uuid4(), uuid4()
    for aggregate in (counter, counter, other):
        await shop.service.command(Count(counter=aggregate))
    rows = shop.database[outbox.NAME]

    async def again(*argv):
        await rows.update_many({}, {"$set": {"state": "sent"}})
        _, [said] = await shop.run("replay", *argv)
        return said["published_again"], await rows.count_documents({"state": "pending"})

    assert await again("--everything") == (3, 3)
    assert await again("--aggregate", str(counter)) == (2, 2)
    assert await again("--since", "2020-01-01T00:00:00+01:00") == (3, 3)
    assert await again("--since", "2999-01-01T00:00:00Z") == (0, 0)
    assert [what for what, _, _ in await shop.audited()] == ["command-line.replay"] * 4


async def test_a_replay_of_what_the_outbox_no_longer_has_is_a_snapshot(shop):
    shop.handlers.broken = False
    counter = uuid4()
    for _ in range(3):
        await shop.service.command(Count(counter=counter))
    await shop.database[outbox.NAME].delete_many({})

    assert await shop.run("replay", "--aggregate", str(counter)) == (0, [{"published_again": 1}])

    [(envelope, snapshot)] = await shop.service.sent_with_envelopes(CounterSnapshot)
    assert (envelope.sequence, snapshot.state.count) == (3, 3)


async def test_a_snapshot_is_published_of_one_or_of_all(shop):
    shop.handlers.broken = False
    counter = uuid4()
    for aggregate in (counter, uuid4(), uuid4()):
        await shop.service.command(Count(counter=aggregate))

    assert await shop.run("snapshot", "--aggregate", str(counter)) == (0, [{"snapshots": 1}])
    assert await shop.run("snapshot") == (0, [{"snapshots": 3}])
    assert (await shop.run("snapshot", "--aggregate", str(uuid4())))[0] == 1

    assert len(await shop.service.sent(CounterSnapshot)) == 4
    assert [what for what, _, _ in await shop.audited()] == ["command-line.snapshot"] * 3


async def test_the_audit_trail_is_checked_and_a_change_ends_with_status_1(shop):
    shop.handlers.broken = False
    process = shop.service.process
    chain = AuditChain(process.client, process.database, process.settings, "chain")
    for _ in range(5):
        await shop.service.command(Count(counter=uuid4()))
    assert await shop.run("audit", "verify") == (0, [{"scopes": 0, "bad": 0, "not_yet_sealed": 5}])
    await chain.work()
    assert await shop.run("audit", "verify") == (0, [{"scopes": 1, "bad": 0, "not_yet_sealed": 0}])

    await shop.database[audit.NAME].delete_one({"number": 3})

    status, said = await shop.run("audit", "verify", "--scope", "service")
    assert (status, said[0]) == (1, {"scope": "service", "first_bad": 3})


async def test_the_service_runs_where_the_command_line_says_nothing(settings, capsys):
    def on_the_command_line(*argv: str) -> tuple[bool | int, str]:
        process = Process("chain", settings)
        Fragile(process)
        try:
            return command_line(process, argv), capsys.readouterr().out
        except SystemExit as ended:
            return ended.code, capsys.readouterr().err

    assert on_the_command_line() == (False, "")
    assert await asyncio.to_thread(on_the_command_line, "snapshot") == (True, '{"snapshots": 0}\n')
    assert await asyncio.to_thread(on_the_command_line, "dead-letters", "show", "x") == (
        1,
        "There is no dead letter x.\n",
    )
    client = Process("chain", settings).client
    await client.drop_database(f"{settings.deployment}_chain")
    await close(client)
