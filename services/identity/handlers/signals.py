"""Reading the trade register's mutation signals: a company that ended is suspended here (domain.md 4.2)."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from pymongo.errors import PyMongoError

from chassis.mongo import full_jitter, until_done
from chassis.time import Clock
from contracts.actor import SYSTEM
from contracts.identity import RecordCompanyEnded, RecordSignalsRead
from contracts.message import Command, Model, Refusal
from services.identity.register import CompanyRegister, MutationSignals, RegisterUnavailable, Signal
from services.identity.store import SIGNALS_READ, Reads

log = logging.getLogger(__name__)
OVERLAP = timedelta(minutes=10)
"""So much is read again: a signal may be filed a little after its own moment."""

FIRST = timedelta(days=7)
"""How far back the first reading goes."""


@dataclass(frozen=True, slots=True)
class SignalReader:
    """Reads signals again and again; `run` is a routine for `process.background`."""

    register: CompanyRegister
    service: MutationSignals
    reads: Reads
    clock: Clock
    record: Callable[[Command[Any], UUID], Awaitable[Model | Refusal]]
    """Handles a command of one's own under an id; the same id again has no second effect."""

    every_s: float

    async def run(self) -> None:
        """Read until cancelled; an outage of register or database is waited out."""
        faults = 0
        while True:
            try:
                await self.read()
                faults = 0
            except (RegisterUnavailable, PyMongoError) as error:
                faults += 1
                log.warning("signals of the trade register wait", extra={"why": repr(error), "faults": faults})
            await asyncio.sleep(self.every_s + full_jitter(faults))

    async def read(self) -> None:
        """Read each subscription up to now; what was read is remembered only when all of it was recorded."""
        for subscription in await self.service.subscriptions():
            until = self.clock.now()
            known = await until_done(partial(self.reads.one, SIGNALS_READ, subscription))
            since = (known.until - OVERLAP) if known else until - FIRST
            for signal in await self.service.signals(subscription, since, until):
                await self._tell(signal)
            await self._remember(subscription, until)

    async def _tell(self, signal: Signal) -> None:
        """Record a company that the register itself says is no longer active."""
        if not signal.ends_company:
            return
        company = await self.register.company(signal.kvk_number)
        if company is not None and company.active:
            log.info("a signal tells an end that the register does not know", extra={"signal": signal.id})
            return
        command = RecordCompanyEnded(
            actor=SYSTEM, kvk_number=signal.kvk_number, signal_id=signal.id, told_at=signal.at
        )  # fmt: skip
        await until_done(partial(self.record, command, uuid5(NAMESPACE_URL, f"kvk-signal:{signal.id}")))

    async def _remember(self, subscription: str, until: datetime) -> None:
        command = RecordSignalsRead(actor=SYSTEM, subscription_id=subscription, until=until)
        id_ = uuid5(NAMESPACE_URL, f"kvk-read:{subscription}:{until.isoformat()}")
        await until_done(partial(self.record, command, id_))
