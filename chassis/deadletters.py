"""Dead letters in the operator's hands: shown masked, sent again, discarded with a reason; all audited (R17, S44)."""

import json
from collections.abc import Sequence
from itertools import count
from typing import Any
from uuid import UUID

from chassis import audit, outbox
from chassis.commit import DEAD, HELD, INBOX
from chassis.events import GUARDS
from chassis.ids import fresh
from chassis.logs import masked
from chassis.mongo import Client, Database, Document, Session, transaction
from chassis.records import Place, place
from chassis.routes import Routes, concrete
from chassis.time import real_now
from contracts.message import Reply

OPEN, RESENT, DISCARDED = "open", "resent", "discarded"
_MASK = "***"
_PAGE = 500
_order = count()


class LetterError(Exception):
    """What was asked cannot be done with this letter; the text says why and what else to do."""


class DeadLetters:
    """The dead letters of a service, in the hands of one operator."""

    def __init__(self, client: Client, home: Database, routes: Routes, operator: str) -> None:
        self._client = client
        self._home = home
        self._letters = home[DEAD]
        self._routes = routes
        self._operator = operator
        self._events = f"{routes.service}.events"

    async def overview(self, state: str | None = OPEN, key: str | None = None, limit: int = _PAGE) -> list[Document]:
        """Return letters, oldest first, without their payload."""
        filters: Document = {"state": state} if state else {}
        if key is not None:
            filters["key"] = key.encode()
        found = self._letters.find(filters, {"value": 0}).sort([("at", 1), ("offset", 1)]).limit(limit)
        return [_summary(letter) async for letter in found]

    async def show(self, id_: str, *, reveal: str | None = None) -> Document:
        """Return a letter with its headers; its values only where a reason to reveal them is given, and audited."""
        letter = await self._letter(id_)
        if reveal is not None:
            await self._home[audit.NAME].insert_one(self._entry("reveal", letter, reveal))
        value = bytes(letter["value"] or b"")
        headers = [[name, _text(content)] for name, content in letter["headers"]]
        return {**_summary(letter), "headers": headers, "value": _text(value) if reveal else _masked(value)}

    async def resend(self, id_: str, reason: str = "") -> None:
        """Let a letter's record be handled again; raise LetterError when that is not possible."""
        letter = await self._open(id_)
        async with transaction(self._client) as session:
            if letter["consumer"] == self._events:
                await self._hand_back(letter, session)
            else:
                await self._publish(letter, session)
            await self._settle(letter, RESENT, reason, session)

    async def discard(self, id_: str, reason: str) -> None:
        """Give a letter up for good; an event's aggregate goes on behind it (R15)."""
        letter = await self._open(id_)
        async with transaction(self._client) as session:
            if letter["consumer"] == self._events and (where := _place(letter)) is not None:
                for holder in self._holders(where.type):
                    await self._move_on(holder, where, session)
            await self._settle(letter, DISCARDED, reason, session)

    async def of_key(self, key: str) -> Sequence[str]:
        """Return the ids of all open letters of a key, in the order in which they came."""
        return [letter["id"] for letter in await self.overview(key=key, limit=0)]

    # one letter

    async def _letter(self, id_: str) -> Document:
        letter = await self._letters.find_one({"_id": id_})
        if letter is None:
            raise LetterError(f"There is no dead letter {id_}.")
        return letter

    async def _open(self, id_: str) -> Document:
        letter = await self._letter(id_)
        if letter["state"] != OPEN:
            raise LetterError(f"The letter was {letter['state']} already.")
        return letter

    async def _settle(self, letter: Document, state: str, reason: str, session: Session) -> None:
        """Close the letter, with all others of the same message here, and write who did it."""
        same: Document = {"_id": letter["_id"]}
        if letter["message"] is not None:
            same = {"consumer": letter["consumer"], "message": letter["message"]}
        change = {"$set": {"state": state, "settled_at": real_now()}}
        done = await self._letters.update_many({**same, "state": OPEN}, change, session=session)
        if not done.modified_count:
            raise LetterError("Somebody else has settled the letter meanwhile.")
        what = "resend" if state == RESENT else "discard"
        await self._home[audit.NAME].insert_one(self._entry(what, letter, reason), session=session)

    def _entry(self, what: str, letter: Document, reason: str) -> Document:
        return audit.action(f"dead-letter.{what}", letter["_id"], self._operator, reason=reason)

    # commands: published again, and no longer known as handled

    async def _publish(self, letter: Document, session: Session) -> None:
        await self._forget_held_answer(letter["message"], session)
        await self._home[outbox.NAME].insert_one(_raw_row(letter), session=session)

    async def _forget_held_answer(self, message: UUID | None, session: Session) -> None:
        """Remove the inbox record of the command, if its answer is that it was held."""
        known = await self._home[INBOX].find_one({"_id": message}, session=session) if message else None
        if known is None:
            return
        refusal = Reply.model_validate_json(bytes(known["reply"])).refusal
        if refusal is None or refusal.code != "held":
            raise LetterError("The command was handled meanwhile; discard the letter.")
        await self._home[INBOX].delete_one({"_id": message}, session=session)

    # events: handed back to this service alone, which frees them on its next tick

    async def _hand_back(self, letter: Document, session: Session) -> None:
        where = _place(letter)
        holders = self._holders(where.type) if where is not None else []
        if where is None or not holders:
            raise LetterError("Nobody here can read this event; discard it.")
        for holder in holders:
            document = _held(letter, holder, where)
            await self._home[HELD].replace_one({"_id": document["_id"]}, document, upsert=True, session=session)

    def _holders(self, type_: str) -> list[str]:
        """Return who keeps an order of these events: each read copy, and the reactions."""
        copies = [f"{self._events}:{copy.name}" for copy in self._routes.copies if _in(type_, copy.family)]
        return copies + [self._events] * any(_in(type_, family) for family in self._routes.families)

    def _is_snapshot(self, type_: str) -> bool:
        families = [copy.family for copy in self._routes.copies] + self._routes.families
        return any(event.snapshot for family in families for event in concrete(family) if event.type == type_)

    async def _move_on(self, holder: str, where: Place, session: Session) -> None:
        """Set the guard or the copy's `last` to the event that is given up."""
        copy = holder.removeprefix(self._events).removeprefix(":")
        name, id_ = (copy, where.id) if copy else (GUARDS.name, where.aggregate)
        known = await self._home[name].find_one({"_id": id_}, session=session)
        last = known["last"] if known else 0
        if last >= where.sequence:
            return
        if last + 1 < where.sequence and not self._is_snapshot(where.type):
            raise LetterError(f"Event {last + 1} of {where.aggregate} is still missing; it comes first.")
        if copy and known is None:
            raise LetterError(
                f"There is no copy of {where.aggregate} yet. Let its owner publish it "
                f"(snapshot --aggregate {where.id}); discard the letter after that."
            )
        change: Document = {"$set": {"last": where.sequence}}
        if not copy:
            change |= {"$inc": {"v": 1}, "$setOnInsert": {"seq": 0, "pub": 0}}
        await self._home[name].update_one({"_id": id_}, change, upsert=not copy, session=session)


def _in(type_: str, family: Any) -> bool:
    return any(event.type == type_ for event in concrete(family))


def _raw_row(letter: Document) -> Document:
    """Return an outbox row that publishes the record as it was: key, headers and bytes."""
    if letter["value"] is None:
        raise LetterError("The record has no content; discard the letter.")
    try:
        key = bytes(letter["key"] or b"").decode()
    except UnicodeDecodeError:
        raise LetterError("The record's key is no text; discard the letter.") from None
    headers = [[name, value] for name, value in letter["headers"] if value is not None]
    return {
        "_id": fresh(),
        "topic": letter["topic"],
        "key": key,
        "slot": outbox.slot(key),
        "state": "pending",
        "headers": headers,
        "value": letter["value"],
        "created_at": real_now(),
        "order": next(_order),
        "type": next((_text(value) for name, value in headers if name == "ce_type"), ""),
    }


def _place(letter: Document) -> Place | None:
    return place(letter["topic"], letter["key"], letter["headers"])


def _held(letter: Document, consumer: str, where: Place) -> Document:
    """Return the letter's record in the form in which events wait for their turn."""
    return {
        "_id": f"{consumer}:{where.aggregate}:{where.sequence}",
        "consumer": consumer,
        "aggregate": where.aggregate,
        "seq": where.sequence,
        "owner": letter["topic"].split(".")[-3],
        **{name: letter[name] for name in ("topic", "partition", "offset", "key", "headers", "value")},
        "since": real_now(),
    }


def _summary(letter: Document) -> Document:
    """Return what may be shown of a letter without a reason."""
    headers = dict(letter["headers"])
    return {
        "id": letter["_id"],
        "at": letter["at"].isoformat(),
        "type": _text(headers.get("ce_type")),
        "key": _text(letter["key"]),
        "sequence": _text(headers.get("ce_sequence")),
        "state": letter["state"],
        "reason": masked(letter["reason"]),
    }


def _text(value: Any) -> str:
    return bytes(value or b"").decode(errors="backslashreplace")


def _masked(value: bytes) -> Any:
    """Return the shape of a payload without its values."""
    try:
        return _hidden(json.loads(value))
    except (ValueError, RecursionError):
        return f"{len(value)} bytes that are no JSON"


def _hidden(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _hidden(part) for name, part in value.items()}
    if isinstance(value, list):
        return [_hidden(part) for part in value]
    return None if value is None else _MASK
