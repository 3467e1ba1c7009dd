"""Codes by SMS: the limits beside those of account and number, and the code itself (S6, S8)."""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from prometheus_client import Counter

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.message import Refusal
from contracts.notifications import SendLoginCode
from contracts.values import Language
from services.identity.crypto.codes import digits
from services.identity.domain.people import Authenticator
from services.identity.domain.sessions import Holder
from services.identity.domain.texting import (
    SHARDS,
    SmsCaps,
    SmsCount,
    alarming,
    block_of,
    counted,
    day_full_until,
    full_until,
    network_full_until,
    network_id,
    part_id,
    tallied,
    tenant_id,
    wait_refusal,
    with_number,
)
from services.identity.store import SMS_COUNTS, Store
from services.identity.tools import Tools

log = logging.getLogger(__name__)
ADJACENT = Counter("volmacht_sms_adjacent_total", "Codes by SMS to ever more numbers next to each other")
FULL = Counter("volmacht_sms_refused_total", "Codes by SMS that a limit held back", ["limit"])


@dataclass(frozen=True, slots=True)
class SentCode:
    """A code that is on its way: what it is bound to, and its hash."""

    bound_to: UUID
    hash: str


@dataclass(frozen=True, slots=True)
class Receiver:
    """Who gets a code: the holder of an account, or a person who activates."""

    mobile: str
    language: Language
    part: str
    """Hexadecimal: which part of the count in all it falls into."""

    organisation_id: UUID | None
    """Whose count of the day it is."""


class Texting:
    """Judges and sends the codes of one service."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        given = tools.settings
        self._caps = SmsCaps(
            given.sms_network_short, given.sms_network_day, given.sms_tenant_day, given.sms_all_day, given.sms_adjacent
        )

    async def refusal(
        self, store: Store, holder: Holder, authenticator: Authenticator, network: str | None
    ) -> Refusal | None:
        """Refuse a code that the limits hold back; `network` None: a device that has logged in before."""
        account = full_until(authenticator.codes_sent, store.work.now)
        return await self._refusal(store, self._receiver(holder), network, account=account)

    async def proof_refusal(self, store: Store, receiver: Receiver) -> Refusal | None:
        """Refuse a code that the limits hold back, to a number that is not in use yet.

        No limit of a network: only who holds a letter asks, and a whole office may activate on one day.
        """
        number = await self._of(store, self._number(receiver.mobile))
        return await self._refusal(store, receiver, None, number=full_until(number.sent, store.work.now))

    async def sent_to(self, store: Store, mobile: str | None) -> tuple[datetime, ...]:
        """Return when a number got the codes by which it was proven: they count for its account too (S8)."""
        return () if mobile is None else (await self._of(store, self._number(mobile))).sent

    async def send(
        self, store: Store, holder: Holder, bound_to: UUID, until: datetime, network: str | None
    ) -> SentCode:  # fmt: skip
        """Send a code bound to one login or recovery, and count it."""
        return await self._sent(store, self._receiver(holder), bound_to, until, network)

    async def prove(self, store: Store, receiver: Receiver, bound_to: UUID, until: datetime) -> SentCode:
        """Send a code to a number that is not in use yet, bound to one activation; count it by the number too."""
        number = await self._of(store, self._number(receiver.mobile))
        await store.work.put(SMS_COUNTS, counted(number, store.work.now))
        return await self._sent(store, receiver, bound_to, until, None)

    def _receiver(self, holder: Holder) -> Receiver:
        mobile = self._tools.mobile(holder.person)
        first = next((reach.organisation.id for reach in holder.reach), None)
        return Receiver(mobile or "", holder.person.language, holder.account.id, first)

    def _number(self, mobile: str) -> str:
        return f"number:{self._tools.codes.number(mobile)}"

    async def _refusal(
        self, store: Store, receiver: Receiver, network: str | None, **limits: datetime | None
    ) -> Refusal | None:
        """Refuse until all limits leave room; of those that do not, the longest is told and counted."""
        now, caps = store.work.now, self._caps
        if network is not None:
            limits["network"] = network_full_until(await self._of(store, network_id(network)), caps, now)
        if (tenant := await self._tenant(store, receiver, now)) is not None:
            limits["tenant"] = day_full_until(tenant, caps.tenant_day, now)
        part = await self._of(store, part_id(receiver.part, now))
        limits["all"] = day_full_until(part, caps.all_day // SHARDS, now)
        full = {name: until for name, until in limits.items() if until is not None}
        if not full:
            return None
        longest = max(full, key=full.__getitem__)
        FULL.labels(longest).inc()
        return wait_refusal(full[longest], now)

    async def _sent(
        self, store: Store, receiver: Receiver, bound_to: UUID, until: datetime, network: str | None
    ) -> SentCode:  # fmt: skip
        assert receiver.mobile, "no SMS without a number (ID-59)"
        await self._count(store, receiver, network)
        code = digits()
        self._tell(store.work, receiver, code, bound_to, until)
        return SentCode(bound_to, self._tools.codes.hash(bound_to, code))

    def _tell(self, work: Work, receiver: Receiver, code: str, bound_to: UUID, until: datetime) -> None:
        id_ = work.new_id()
        message = SendLoginCode(
            actor=SYSTEM,
            notification_id=work.new_id(),
            login_id=bound_to,
            mobile=self._tools.tell(receiver.mobile, id_, "mobile"),
            code=self._tools.tell(code, id_, "code"),
            language=receiver.language,
            expires_at=until,
        )
        work.send(message, id_=id_)

    async def _count(self, store: Store, receiver: Receiver, network: str | None) -> None:
        work, now = store.work, store.work.now
        if network is not None:
            await work.put(SMS_COUNTS, counted(await self._of(store, network_id(network)), now))
        if (tenant := await self._tenant(store, receiver, now)) is not None:
            await work.put(SMS_COUNTS, tallied(tenant, now))
        await work.put(SMS_COUNTS, tallied(await self._of(store, part_id(receiver.part, now)), now))
        await self._watch(store, receiver.mobile)

    async def _watch(self, store: Store, mobile: str) -> None:
        """Raise the alarm when numbers next to each other are written to: that is how SMS pumping looks (S8)."""
        block = await self._of(store, f"block:{self._tools.codes.number(block_of(mobile))}")
        after = with_number(block, self._tools.codes.number(mobile), store.work.now)
        if alarming(block, after, self._caps):
            ADJACENT.inc()
            log.error("codes by SMS to numbers next to each other", extra={"numbers": len(after.numbers)})
        await store.work.put(SMS_COUNTS, after)

    async def _tenant(self, store: Store, receiver: Receiver, now: datetime) -> SmsCount | None:
        tenant = receiver.organisation_id
        return None if tenant is None else await self._of(store, tenant_id(tenant, now))

    async def _of(self, store: Store, id_: str) -> SmsCount:
        return await store.work.get(SMS_COUNTS, id_) or SmsCount(id_)
