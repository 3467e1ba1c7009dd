"""Ticks: due timers become commands to the own service, in order, with the due moment as their time."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from types import SimpleNamespace
from typing import Any
from uuid import NAMESPACE_URL, UUID

from chassis import metrics, outbox
from chassis.commit import DEAD, INBOX, TIMERS
from chassis.envelope import Envelope, Reader, UnreadableError, read_envelope, topic
from chassis.ids import derived
from chassis.mongo import Client, ConflictError, Database, Document, Session, transaction, until_done
from chassis.outbox import Sender
from chassis.records import dead_letter
from chassis.relay import Relay
from chassis.routes import Routes
from chassis.time import Clock, real_now
from contracts.clock import Tick
from contracts.message import Command, Kind, Message, Refusal, Reply

log = logging.getLogger(__name__)
_PAGE = 500
_ALREADY = Reply(refusal=Refusal(code="already_answered")).model_dump_json().encode()


class TickLoop:
    """Works ticks off; `worked_off` is the newest one."""

    def __init__(
        self, routes: Routes, client: Client, database: Database, sender: Sender, relay: Relay, clock: Clock,
        also: Sequence[Callable[[], Awaitable[None]]] = (),
    ) -> None:  # fmt: skip
        self._client = client
        self._database = database
        self._sender = sender
        self._relay = relay
        self._clock = clock
        self._also = also
        self._service = routes.service
        self._commands = Reader({type_: route.message for type_, route in routes.commands.items()})
        self.worked_off: datetime | None = None

    async def handle(self, records: Sequence[Any]) -> None:
        """Work off the newest tick of a batch: what an older one made due, it makes due as well."""
        ticks = [tick for record in records if (tick := read_tick(record)) is not None]
        if not ticks:
            return
        now = max(ticks)
        self._clock.hear(now)
        while await until_done(lambda: self._fire(now)):
            pass
        await until_done(self._forget_secrets)
        for look_after in self._also:
            await until_done(look_after)
        self.worked_off = max(now, self.worked_off or now)

    async def _fire(self, now: datetime) -> bool:
        """Turn a page of due timers into commands; tell whether there may be more."""
        due = await self._database[TIMERS].find({"due": {"$lte": now}}).sort("due", 1).limit(_PAGE).to_list()
        if not due:
            return False
        rows, letters = self._rows(due)
        try:
            async with transaction(self._client) as session:
                await self._take(due, session)
                if rows:
                    await self._database[outbox.NAME].insert_many(rows, session=session)
                if letters:
                    await self._database[DEAD].insert_many(letters, session=session)
        except ConflictError:
            return True
        self._relay.offer(rows)
        return len(due) == _PAGE

    async def _take(self, due: list[Document], session: Session) -> None:
        """Remove due timers; raise ConflictError when another instance was faster, or one was moved."""
        moments = [{"_id": timer["_id"], "due": timer["due"]} for timer in due]
        taken = await self._database[TIMERS].delete_many({"$or": moments}, session=session)
        if taken.deleted_count != len(due):
            raise ConflictError("another instance was faster, or a timer was moved")

    def _rows(self, due: list[Document]) -> tuple[list[Document], list[Document]]:
        """Return the rows of due timers, and a dead letter for each command that nobody reads any more."""
        rows, letters = [], []
        for timer in due:
            try:
                rows.append(self._row(timer))
            except UnreadableError as error:
                log.error("dead letter", extra={"timer": timer["_id"], "why": str(error)})  # noqa: TRY400 (expected)
                metrics.DEAD.labels("ticks").inc()
                letters.append(self._letter(timer, str(error)))
        return rows, letters

    def _letter(self, timer: Document, reason: str) -> Document:
        """Return a timer's command as a dead letter, which can be sent again once somebody reads it."""
        id_ = _id(timer)
        envelope = Envelope(id=id_, source=self._sender.source, type=timer["type"], time=timer["due"])
        command = SimpleNamespace(
            topic=topic(self._sender.deployment, self._service, Kind.COMMAND), partition=-1, offset=-1,
            key=timer["_id"].partition(":")[0].encode(), headers=tuple(envelope.headers()), value=timer["value"],
        )  # fmt: skip
        return dead_letter(command, f"{self._service}.commands", reason, id_)

    def _row(self, timer: Document) -> Document:
        command = self._commands.read(timer["type"], bytes(timer["value"]))
        assert isinstance(command, Command), "timers hold commands"
        return self._sender.row(command, _id(timer), timer["due"])

    async def _forget_secrets(self) -> None:
        """Replace stored answers that open a session."""
        await self._database[INBOX].update_many(
            {"secret_until": {"$gt": 0, "$lte": real_now().timestamp()}},
            {"$set": {"reply": _ALREADY}, "$unset": {"secret_until": ""}},
        )


def _id(timer: Document) -> UUID:
    """Return the id of a timer's command: another one each time that it is scheduled."""
    by = [timer["by"]] if timer.get("by") else []
    return derived(_TIMERS, timer["_id"], timer["due"].isoformat(), *by)


def read_tick(record: Any) -> datetime | None:
    """Return the moment of a tick; None for what is none."""
    try:
        envelope = read_envelope(record.headers)
        message: Message = _TICKS.read(envelope.type, record.value)
    except UnreadableError as error:
        log.warning("a tick cannot be read", extra={"why": str(error)})
        return None
    assert isinstance(message, Tick), "the reader knows only ticks"
    return message.at


_TICKS = Reader({Tick.type: Tick})
_TIMERS = derived(NAMESPACE_URL, "urn:volmacht:timers")
