"""Codes by SMS: the limits beside those of account and number, and the code itself (S6, S8)."""

import logging
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from prometheus_client import Counter

from chassis.work import Work
from contracts.actor import SYSTEM
from contracts.notifications import SendLoginCode
from services.identity.crypto.codes import digits
from services.identity.domain.people import Authenticator, may_text
from services.identity.domain.sessions import Holder
from services.identity.domain.texting import (
    SHARDS,
    SmsCaps,
    SmsCount,
    alarming,
    block_of,
    counted,
    network_full,
    network_id,
    part_id,
    tallied,
    tenant_id,
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


class Texting:
    """Judges and sends the codes of one service."""

    def __init__(self, tools: Tools) -> None:
        self._tools = tools
        given = tools.settings
        self._caps = SmsCaps(
            given.sms_network_short, given.sms_network_day, given.sms_tenant_day, given.sms_all_day, given.sms_adjacent
        )

    async def may(self, store: Store, holder: Holder, authenticator: Authenticator, network: str | None) -> bool:
        """Say whether an account gets a code now; `network` None: a device that has logged in before."""
        now, caps = store.work.now, self._caps
        full = [
            ("account", not may_text(authenticator, now)),
            ("network", network is not None and network_full(await self._of(store, network_id(network)), caps, now)),
            ("tenant", max((of.count for of in await self._tenants(store, holder, now)), default=0) >= caps.tenant_day),
            ("all", (await self._of(store, part_id(holder.account.id, now))).count >= caps.all_day // SHARDS),
        ]
        limit = next((name for name, is_full in full if is_full), None)
        if limit is not None:
            FULL.labels(limit).inc()
        return limit is None

    async def send(
        self, store: Store, holder: Holder, bound_to: UUID, until: datetime, network: str | None
    ) -> SentCode:  # fmt: skip
        """Send a code bound to one login or recovery, and count it."""
        tools, person, work = self._tools, holder.person, store.work
        mobile = tools.mobile(person)
        assert mobile is not None, "no SMS without a number (ID-59)"
        await self._count(store, holder, mobile, network)
        code = digits()
        self._tell(work, holder, mobile, code, bound_to, until)
        return SentCode(bound_to, tools.codes.hash(bound_to, code))

    def _tell(self, work: Work, holder: Holder, mobile: str, code: str, bound_to: UUID, until: datetime) -> None:
        id_ = work.new_id()
        message = SendLoginCode(
            actor=SYSTEM,
            notification_id=work.new_id(),
            login_id=bound_to,
            mobile=self._tools.tell(mobile, id_, "mobile"),
            code=self._tools.tell(code, id_, "code"),
            language=holder.person.language,
            expires_at=until,
        )
        work.send(message, id_=id_)

    async def _count(self, store: Store, holder: Holder, mobile: str, network: str | None) -> None:
        work, now = store.work, store.work.now
        if network is not None:
            await work.put(SMS_COUNTS, counted(await self._of(store, network_id(network)), now))
        for tenant in await self._tenants(store, holder, now):
            await work.put(SMS_COUNTS, tallied(tenant, now))
        await work.put(SMS_COUNTS, tallied(await self._of(store, part_id(holder.account.id, now)), now))
        await self._watch(store, mobile)

    async def _watch(self, store: Store, mobile: str) -> None:
        """Raise the alarm when numbers next to each other are written to: that is how SMS pumping looks (S8)."""
        block = await self._of(store, f"block:{self._tools.codes.number(block_of(mobile))}")
        after = with_number(block, self._tools.codes.number(mobile), store.work.now)
        if alarming(block, after, self._caps):
            ADJACENT.inc()
            log.error("codes by SMS to numbers next to each other", extra={"numbers": len(after.numbers)})
        await store.work.put(SMS_COUNTS, after)

    async def _tenants(self, store: Store, holder: Holder, now: datetime) -> list[SmsCount]:
        ids = dict.fromkeys(reach.organisation.id for reach in holder.reach)
        return [await self._of(store, tenant_id(id_, now)) for id_ in list(ids)[:1]]

    async def _of(self, store: Store, id_: str) -> SmsCount:
        return await store.work.get(SMS_COUNTS, id_) or SmsCount(id_)
