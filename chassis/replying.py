"""Answers: each goes to the partition of the gateway instance that asked."""

import asyncio
import logging
from typing import Any

from chassis.bus import Producer
from chassis.envelope import Envelope
from chassis.ids import derived
from chassis.mongo import full_jitter
from chassis.packing import pack
from chassis.settings import ChassisSettings
from chassis.time import real_now
from contracts.message import Reply

log = logging.getLogger(__name__)
REPLY_TYPE = "nl.messages.reply.v1"
_TRIES = 6


class Replier:
    """Publishes replies. A lost one does no harm: the question comes again and is answered from the inbox."""

    def __init__(self, producer: Producer, settings: ChassisSettings, source: str) -> None:
        self._producer = producer
        self._source = source
        self._topic = f"{settings.deployment}.gateway.replies.v1"

    async def send(self, request: Envelope, reply: bytes) -> asyncio.Future[Any] | None:
        """Queue a reply; None when nobody waits for one."""
        if request.replyto is None:
            return None
        envelope = Envelope(
            id=derived(request.id, "reply"),
            source=self._source,
            type=REPLY_TYPE,
            time=real_now(),
            correlationid=str(request.id),
            traceparent=request.traceparent,
        )
        value, headers = pack(reply, envelope.headers())
        try:
            return await self._producer.send(self._topic, None, value, headers, request.replyto)
        except Exception:  # noqa: BLE001 (an answer is never worth a batch)
            log.warning("a reply could not be sent", extra={"request": str(request.id)})
            return None

    async def answer(self, request: Envelope, reply: Reply[Any]) -> None:
        """Send a reply and wait until the broker has it."""
        await self.answered([await self.send(request, written(reply))])

    async def answered(self, sent: list[asyncio.Future[Any] | None]) -> None:
        """Wait until the broker has these replies (C9)."""
        waiting = [future for future in sent if future is not None]
        for outcome in await asyncio.gather(*waiting, return_exceptions=True):
            if isinstance(outcome, BaseException):
                log.warning("a reply was not taken", extra={"why": repr(outcome)})


def written(reply: Reply[Any]) -> bytes:
    """Return an answer as it travels: its reader knows what is not said."""
    return reply.model_dump_json(exclude_defaults=True).encode()


async def until_sent(producer: Producer, topic: str, key: bytes, value: bytes, headers: Any) -> None:
    """Publish a record, again after a failure; raise the last failure."""
    for attempt in range(_TRIES):
        try:
            await (await producer.send(topic, key, value, headers))
        except Exception:
            if attempt + 1 == _TRIES:
                raise
            await asyncio.sleep(full_jitter(attempt))
        else:
            return
