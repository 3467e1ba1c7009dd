"""Ticks: due timers become commands to the own service, in order, with the due moment as their time."""

import logging
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from typing import Any
from uuid import NAMESPACE_URL

from chassis import outbox
from chassis.commit import INBOX, TIMERS
from chassis.envelope import Reader, UnreadableError, read_envelope
from chassis.ids import derived
from chassis.mongo import Client, Database, Document, transaction, until_done
from chassis.outbox import Sender
from chassis.relay import Relay
from chassis.routes import Routes
from chassis.time import Clock, real_now
from contracts.clock import Tick
from contracts.message import Command, Message, Refusal, Reply

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
        self._commands = Reader({type_: route.message for type_, route in routes.commands.items()})
        self.worked_off: datetime | None = None

    async def handle(self, records: Sequence[Any]) -> None:
        """Work off the newest tick of a batch: what an older one made due, it makes due as well."""
        ticks = [tick for record in records if (tick := read_tick(record)) is not None]
        if not ticks:
            return
        now = max(ticks)
        self._clock.hear(now)
        while await until_done(lambda: self._fire(now), _outage):
            pass
        await until_done(self._forget_secrets, _outage)
        for look_after in self._also:
            await until_done(look_after, _outage)
        self.worked_off = max(now, self.worked_off or now)

    async def _fire(self, now: datetime) -> bool:
        """Turn a page of due timers into commands; tell whether there may be more."""
        due = await self._database[TIMERS].find({"due": {"$lte": now}}).sort("due", 1).limit(_PAGE).to_list()
        if not due:
            return False
        rows = [self._row(timer) for timer in due]
        async with transaction(self._client) as session:
            taken = await self._database[TIMERS].delete_many(
                {"$or": [{"_id": timer["_id"], "due": timer["due"]} for timer in due]}, session=session
            )
            if taken.deleted_count == len(due):
                await self._database[outbox.NAME].insert_many(rows, session=session)
            else:
                await session.abort_transaction()
                return True  # another instance was faster, or a timer was moved
        self._relay.offer(rows)
        return len(due) == _PAGE

    def _row(self, timer: Document) -> Document:
        command = self._commands.read(timer["type"], bytes(timer["value"]))
        assert isinstance(command, Command), "timers hold commands"
        id_ = derived(_TIMERS, timer["_id"], timer["due"].isoformat())
        return self._sender.row(command, id_, timer["due"])

    async def _forget_secrets(self) -> None:
        """Replace stored answers that open a session."""
        await self._database[INBOX].update_many(
            {"secret_until": {"$gt": 0, "$lte": real_now().timestamp()}},
            {"$set": {"reply": _ALREADY}, "$unset": {"secret_until": ""}},
        )


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


def _outage(error: BaseException) -> None:
    log.warning("a tick met an outage", extra={"why": repr(error)})


_TICKS = Reader({Tick.type: Tick})
_TIMERS = derived(NAMESPACE_URL, "urn:volmacht:timers")
