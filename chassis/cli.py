"""The command line of a service: dead letters, publishing again, keys, checking the audit trail (R17, S37, S42, S44).

It works on the database alone: what it sends is an outbox row, which the running service publishes.
Exit status: 0 done, 1 found something wrong or could not do it, 2 was not understood.
"""

import argparse
import asyncio
import getpass
import json
import sys
from collections.abc import Callable, Coroutine, Sequence
from datetime import datetime
from typing import Any, TypeAlias
from uuid import UUID

from chassis import audit, outbox
from chassis.audit_sealing import AuditChain
from chassis.deadletters import DeadLetters, LetterError
from chassis.mongo import close
from chassis.process import Process
from chassis.rotation import rotate
from contracts.message import Republish

Say = Callable[[str], object]
Arguments = argparse.Namespace
Verb: TypeAlias = Callable[["Commands", Arguments], Coroutine[Any, Any, int]]


def command_line(process: Process, argv: Sequence[str]) -> bool:
    """Do what the command line says; False where it says nothing, so that the service is to be run.

    Raises SystemExit with the exit status when that is not 0.
    """
    if not argv:
        return False
    arguments = parsed(process.service, argv)

    async def routine() -> int:
        try:
            return await run_command(process, arguments, lambda line: sys.stdout.write(f"{line}\n"))
        finally:
            await close(process.client)

    try:
        status = asyncio.run(routine())
    except LetterError as error:
        sys.stderr.write(f"{error}\n")
        status = 1
    if status:
        raise SystemExit(status)
    return True


async def run_command(process: Process, arguments: Arguments, say: Say) -> int:
    """Run a command that was parsed; return its exit status."""
    verb: Verb = arguments.verb
    return await verb(Commands(process, arguments.operator, say), arguments)


class Commands:
    """What can be done on the command line, in the name of an operator."""

    def __init__(self, process: Process, operator: str, say: Say) -> None:
        self._process = process
        self._operator = operator
        self._say = say
        self._letters = DeadLetters(process.client, process.database, process.routes, operator)

    def _show(self, value: Any) -> None:
        """Write a line of JSON: nothing in it can move the terminal (S43)."""
        self._say(json.dumps(value, default=str))

    async def list_letters(self, arguments: Arguments) -> int:
        """List dead letters, one a line."""
        for letter in await self._letters.overview(None if arguments.all else "open", arguments.key):
            self._show(letter)
        return 0

    async def show_letter(self, arguments: Arguments) -> int:
        """Show a dead letter."""
        self._show(await self._letters.show(arguments.id, reveal=arguments.reason if arguments.reveal else None))
        return 0

    async def resend(self, arguments: Arguments) -> int:
        """Send dead letters again."""
        return await self._each(arguments, lambda id_: self._letters.resend(id_, arguments.reason or ""), "resent")

    async def discard(self, arguments: Arguments) -> int:
        """Discard dead letters."""
        return await self._each(arguments, lambda id_: self._letters.discard(id_, arguments.reason), "discarded")

    async def _each(self, arguments: Arguments, act: Callable[[str], Coroutine[Any, Any, None]], done: str) -> int:
        """Act on one letter, or on all of a key in order; the first that fails ends it."""
        ids = [arguments.id] if arguments.key is None else await self._letters.of_key(arguments.key)
        if not ids:
            raise LetterError(f"There is no open dead letter with the key {arguments.key}.")
        for id_ in ids:
            await act(id_)
            self._show({done: id_})
        return 0

    async def replay(self, arguments: Arguments) -> int:
        """Publish messages again; who has handled them drops them."""
        republisher = self._process.republisher
        if arguments.aggregate is not None:
            again = await self._replay_aggregate(arguments.aggregate)
        elif arguments.since is not None:
            again = await republisher.since(arguments.since)
        else:
            again = await republisher.everything_sent()
        await self._audit("replay", str(arguments.aggregate or arguments.since or "everything"), again)
        self._show({"published_again": again})
        return 0

    async def _replay_aggregate(self, aggregate: UUID) -> int:
        """Publish an aggregate's events again from the first on; a snapshot where the outbox no longer reaches back."""
        rows, again = self._process.database[outbox.NAME], 0
        for name in (str(aggregate), f"public:{aggregate}"):
            first = await rows.find_one({"aggregate": name, "seq": {"$gt": 0}}, {"seq": 1}, sort=[("seq", 1)])
            if first is not None:
                request = Republish(aggregate=aggregate, from_sequence=1, public=name.startswith("public:"))
                await self._process.republisher.handle(request)
                again += await rows.count_documents({"aggregate": name, "state": "pending"})
        return again or await self._process.republisher.snapshot(aggregate)

    async def snapshot(self, arguments: Arguments) -> int:
        """Publish the present state of aggregates."""
        made = await self._process.republisher.snapshot(arguments.aggregate)
        await self._audit("snapshot", str(arguments.aggregate or "everything"), made)
        self._show({"snapshots": made})
        return 0 if made or arguments.aggregate is None else 1

    async def rotate_keys(self, _: Arguments) -> int:
        """Bring what is encrypted under the current keys; status 1 when something cannot be read (S37)."""
        process = self._process
        values = await rotate(process.database, process.fields, process.routes.encrypted)
        pieces, lost = await process.blobs.renew()
        await self._audit("rotate-keys", "field_keys, blob_keys", values.renewed + pieces)
        unreadable = values.unreadable + lost
        self._show({"values": values.renewed, "pieces_of_files": pieces, "unreadable": unreadable})
        return 1 if unreadable else 0

    async def _audit(self, what: str, subject: str, number: int) -> None:
        entry = audit.action(f"command-line.{what}", subject, self._operator, number=number)
        await self._process.database[audit.NAME].insert_one(entry)

    async def verify(self, arguments: Arguments) -> int:
        """Check the chain of the audit trail; status 1 when an entry is missing or was changed."""
        process = self._process
        chain = AuditChain(process.client, process.database, process.settings, process.service)
        scopes = [arguments.scope] if arguments.scope else await chain.scopes()
        bad = 0
        for scope in scopes:
            if (number := await chain.verify(scope)) is not None:
                bad += 1
                self._show({"scope": scope, "first_bad": number})
        self._show({"scopes": len(scopes), "bad": bad, "not_yet_sealed": await chain.waiting()})
        return 1 if bad else 0


def parsed(service: str, argv: Sequence[str]) -> Arguments:
    """Return what a command line asks for; end with status 2 when it cannot be understood."""
    top = parser(service)
    arguments = top.parse_args(argv)
    if not arguments.operator:
        top.error("who are you? say it with --operator before the command")
    if getattr(arguments, "reveal", False) and not arguments.reason:
        top.error("--reveal needs a --reason")
    return arguments


def parser(service: str) -> argparse.ArgumentParser:
    """Return the parser of a service's command line."""
    top = argparse.ArgumentParser(
        prog=f"python -m services.{service}", description="Without a command the service runs.", allow_abbrev=False
    )
    top.add_argument("--operator", default=_user(), help="who does this, for the audit trail (default: %(default)s)")
    verbs = top.add_subparsers(required=True, metavar="command")
    _add_letters(verbs)
    replay = _verb(verbs, "replay", "publish messages again", Commands.replay)
    span = replay.add_mutually_exclusive_group(required=True)
    span.add_argument("--since", type=_moment, help="what was made since a moment, as in 2026-11-22T12:00:00+01:00")
    span.add_argument("--aggregate", type=UUID, help="the events of an aggregate")
    span.add_argument("--everything", action="store_true", help="all that is kept, 30 days")
    snapshot = _verb(verbs, "snapshot", "publish the present state of aggregates", Commands.snapshot)
    snapshot.add_argument("--aggregate", type=UUID, help="of one aggregate; without: of all")
    _verb(verbs, "rotate-keys", "encrypt everything with the first of FIELD_KEYS and BLOB_KEYS", Commands.rotate_keys)
    trail = verbs.add_parser("audit", help="the audit trail").add_subparsers(required=True, metavar="command")
    verify = _verb(trail, "verify", "look for changed or missing entries", Commands.verify)
    verify.add_argument("--scope", help="an organisation's id; without: all")
    return top


def _add_letters(verbs: Any) -> None:
    letters = verbs.add_parser("dead-letters", help="messages that were set aside")
    below = letters.add_subparsers(required=True, metavar="command")
    listing = _verb(below, "list", "list them, one a line", Commands.list_letters)
    listing.add_argument("--all", action="store_true", help="also those resent and discarded")
    listing.add_argument("--key", help="of one key")
    show = _verb(below, "show", "show one, values masked", Commands.show_letter)
    show.add_argument("id")
    show.add_argument("--reveal", action="store_true", help="show the values; needs a reason and is audited")
    show.add_argument("--reason", type=_reason)
    for name, help_, verb in (
        ("resend", "let them be handled again", Commands.resend),
        ("discard", "give them up for good", Commands.discard),
    ):
        act = _verb(below, name, help_, verb)
        which = act.add_mutually_exclusive_group(required=True)
        which.add_argument("id", nargs="?")
        which.add_argument("--key", help="all of one key, in order")
        act.add_argument("--reason", type=_reason, required=verb is Commands.discard)


def _verb(verbs: Any, name: str, help_: str, verb: Verb) -> argparse.ArgumentParser:
    made: argparse.ArgumentParser = verbs.add_parser(name, help=help_, allow_abbrev=False)
    made.set_defaults(verb=verb)
    return made


def _user() -> str | None:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return None


def _reason(text: str) -> str:
    if not text.strip():
        raise argparse.ArgumentTypeError("a reason is needed")
    return text


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text} is no moment; write it as 2026-11-22T12:00:00+01:00") from None
    if moment.tzinfo is None:
        raise argparse.ArgumentTypeError(f"{text} has no offset from UTC; write it as {text}+01:00")
    return moment
