"""Stored requests: a command that nobody answered in time is kept, asked again until answered, its outcome kept.

A request is stored with majority before 202 is answered: what is acknowledged survives even the loss of the broker.
"""

import asyncio
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from bson import Binary
from pymongo import ReturnDocument
from pymongo.errors import PyMongoError

from chassis.asking import Asker, NoAnswerError, Question
from chassis.envelope import Headers
from chassis.ids import fresh
from chassis.mongo import Database, Document, Index, transient
from chassis.time import Clock, real_now
from contracts.actor import SYSTEM
from contracts.authorizations import AwaitApplied
from contracts.message import Command, Kind, Refusal, Reply, Written, messages
from gateway.settings import Settings

log = logging.getLogger(__name__)
NAME = "requests"
_UNCONFIRMED = {"$in": ["pending", "applying"]}
INDEXES = (
    Index((("next_at", 1),), partial={"state": _UNCONFIRMED}),
    Index((("secret_until", 1),), partial={"secret_until": {"$gt": datetime(2000, 1, 1)}}),  # noqa: DTZ001 (any date)
    Index((("organisation_id", 1), ("about", 1)), partial={"state": _UNCONFIRMED}),
    Index((("expires_at", 1),), ttl_s=0),
)
_LOOK_S = 0.5
_LONGEST_PAUSE_S = 300.0
_KEEP = timedelta(days=30)
_SECRET_LIFE = timedelta(seconds=60)
_ANSWERED = Reply(refusal=Refusal(code="already_answered"))


@dataclass(frozen=True, slots=True)
class StoredRequest:
    """A request as its owner may read it; `reply` is None as long as there is no outcome."""

    id: UUID
    created_at: datetime
    command: type[Command[Any]]
    reply: Reply | None


class StoredRequests:
    """The requests of all instances; each instance asks again what has waited long enough."""

    def __init__(self, database: Database, asker: Asker, clock: Clock, settings: Settings) -> None:
        self._collection = database[NAME]
        self._asker = asker
        self._clock = clock
        self._settings = settings

    async def keep(self, question: Question, command: Command[Any], owner: str) -> None:
        """Store a command without an outcome; one that is stored already stays as it is."""
        await self._insert(question, command, owner, {"state": "pending"})

    async def keep_answered(self, question: Question, command: Command[Any], owner: str, reply: Reply[Any]) -> None:
        """Store a command that was answered, but whose taking away decisions do not know yet."""
        await self._insert(question, command, owner, {"state": "applying", "reply": _bytes(reply)})

    async def _insert(self, question: Question, command: Command[Any], owner: str, state: Document) -> None:
        now = real_now()
        document = {
            "owner": owner,
            "service": command.service,
            "type": command.type,
            "takes_away": command.takes_away,
            "opens_session": command.opens_session,
            "organisation_id": getattr(getattr(command, "actor", None), "organisation_id", None),
            "about": _subjects(command),
            "topic": question.topic,
            "key": question.key,
            "value": question.value,
            "headers": [[name, value] for name, value in question.headers],
            "created_at": now,
            "next_at": now + timedelta(seconds=self._settings.republish_after_s),
            "tries": 0,
            **state,
        }
        await self._collection.update_one({"_id": question.id}, {"$setOnInsert": document}, upsert=True)

    async def read(self, id_: UUID, owners: Sequence[str]) -> StoredRequest | None:
        """Return a request of one of these owners; a foreign one is as unknown as none."""
        document = await self._collection.find_one({"_id": id_, "owner": {"$in": list(owners)}})
        if document is None:
            return None
        command: Any = messages(document["service"], Kind.COMMAND)[document["type"]]
        reply = Reply.model_validate_json(document["reply"]) if document["state"] == "done" else None
        if reply is not None and document.get("secret_until") and document["secret_until"] <= real_now():
            reply = _ANSWERED
        return StoredRequest(id_, document["created_at"], command, reply)

    async def unconfirmed(self, organisation_id: UUID | None, ids: Iterable[UUID]) -> frozenset[UUID]:
        """Return which of these records a request of the organisation changes that is not confirmed yet (SP-07)."""
        wanted = frozenset(ids)
        filters = {"organisation_id": organisation_id, "about": {"$in": list(wanted)}, "state": _UNCONFIRMED}
        found = self._collection.find(filters, {"about": 1})
        return wanted & {id_ async for document in found for id_ in document["about"]}

    # asking again

    async def run(self) -> None:
        """Ask again, twice a second looking for what is due, until cancelled; an outage passes."""
        while True:
            try:
                while (document := await self._next()) is not None:
                    await self._again(document)
                await self._forget_secrets()
            except PyMongoError as error:
                if not transient(error):
                    raise
                log.warning("stored requests cannot be read", extra={"why": repr(error)})
            await asyncio.sleep(_LOOK_S)

    async def _next(self) -> Document | None:
        """Take the request that is due longest, and put its next turn ahead: other instances leave it alone."""
        now = real_now()
        document = await self._collection.find_one_and_update(
            {"state": _UNCONFIRMED, "next_at": {"$lte": now}},
            {"$inc": {"tries": 1}, "$set": {"next_at": now + timedelta(seconds=self._settings.republish_after_s)}},
            sort=[("next_at", 1)], return_document=ReturnDocument.AFTER,
        )  # fmt: skip
        return document if document is None else await self._slower(document, now)

    async def _slower(self, document: Document, now: datetime) -> Document:
        """Double the pause after some tries: a question that nobody can read is never answered."""
        pause = min(_LONGEST_PAUSE_S, self._settings.republish_after_s * 2 ** max(0, min(document["tries"] - 5, 10)))
        if pause > self._settings.republish_after_s:
            due = {"next_at": now + timedelta(seconds=pause)}
            await self._collection.update_one({"_id": document["_id"]}, {"$set": due})
        return document

    async def _again(self, document: Document) -> None:
        try:
            if document["state"] == "applying":
                reply = Reply.model_validate_json(document["reply"])
            else:
                reply = await self._asker.put(self._question(document), self._settings.command_limit_s, Reply)
        except NoAnswerError:
            return
        if reply.refusal is not None and reply.refusal.code == "unavailable":
            return
        takes_effect = document["takes_away"] and reply.refusal is None
        if takes_effect and not await self.applied(reply.wrote):
            await self._set(document, {"state": "applying", "reply": _bytes(reply)})
            return
        now = real_now()
        done = {"state": "done", "reply": _bytes(reply), "expires_at": now + _KEEP}
        secret = {"secret_until": now + _SECRET_LIFE} if document["opens_session"] and reply.refusal is None else {}
        await self._set(document, {**done, **secret})

    async def _set(self, document: Document, values: Document) -> None:
        await self._collection.update_one({"_id": document["_id"], "state": document["state"]}, {"$set": values})

    def _question(self, document: Document) -> Question:
        """Return the stored record; only the partition of the reply is this instance's."""
        own = str(self._asker.partition).encode()
        headers: Headers = [
            (name, own if name == "ce_replyto" else bytes(value)) for name, value in document["headers"]
        ]
        return Question(document["_id"], document["topic"], bytes(document["key"]), bytes(document["value"]), headers)

    async def applied(self, pairs: Sequence[Written]) -> bool:
        """Tell whether decisions know these events; waits for it."""
        if not pairs:
            return True
        limit = self._settings.applied_limit_s
        try:
            answer = await self._asker.ask(
                AwaitApplied(actor=SYSTEM, pairs=tuple(pairs)), id_=fresh(), time=self._clock.now(), limit_s=limit
            )
        except NoAnswerError:
            return False
        return answer.refusal is None

    async def _forget_secrets(self) -> None:
        """Replace outcomes that open a session once they are a minute old."""
        await self._collection.update_many(
            {"secret_until": {"$lte": real_now()}, "forgotten": {"$ne": True}},
            {"$set": {"reply": _bytes(_ANSWERED), "forgotten": True}},
        )


def _subjects(command: Command[Any]) -> list[UUID]:
    """Return the ids that a command names: the records that it changes, and what they are about."""
    named = (value for name, value in command if name != "actor")
    values = (value if isinstance(value, tuple) else (value,) for value in named)
    return [id_ for ids in values for id_ in ids if isinstance(id_, UUID)]


def _bytes(reply: Reply[Any]) -> Binary:
    return Binary(reply.model_dump_json().encode())
