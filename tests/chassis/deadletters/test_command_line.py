"""The command line of a service."""

import asyncio
from uuid import uuid4

import pytest

from chassis import audit, outbox
from chassis.audit_sealing import AuditChain
from chassis.cli import command_line, parsed, run_command
from chassis.deadletters import LetterError
from chassis.mongo import close
from chassis.process import Process
from tests.chassis.deadletters.tables import Fragile
from tests.chassis.shop import Count, CounterSnapshot
from tests.harness import a_record, an_envelope


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
