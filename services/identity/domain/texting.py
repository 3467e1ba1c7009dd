"""Limits of codes by SMS: per network, tenant and day, and in all; numbers next to each other are an alarm (S8)."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.identity import IdentityRefusal
from contracts.message import Refusal

SHORT = timedelta(minutes=10)
LONG = timedelta(days=1)
Limits = tuple[tuple[timedelta, int], ...]
LIMITS: Limits = ((SHORT, 3), (LONG, 10))
"""At most so many codes by SMS in so long, to an account or a number."""

SHARDS = 16
"""The cap in all is kept in so many parts, so that logins do not wait for each other."""

_NEAR = 2
"""Numbers that differ in their last two digits alone are next to each other."""


@dataclass(frozen=True, slots=True)
class SmsCaps:
    """How many codes by SMS a day, and to how many numbers next to each other before it is an alarm."""

    network_short: int = 3
    """From one network in ten minutes; devices that have logged in before do not count."""

    network_day: int = 10
    tenant_day: int = 500
    all_day: int = 10_000
    adjacent: int = 5


@dataclass(frozen=True, slots=True)
class SmsCount:
    """What was sent from a network, for a tenant, in all, or to a block of numbers."""

    id: str
    sent: tuple[datetime, ...] = ()
    count: int = 0
    numbers: tuple[str, ...] = ()
    """Keyed hashes of the numbers of a block."""

    last_at: datetime | None = None


def network_id(network: str) -> str:
    """Return the count of a network."""
    return f"network:{network}"


def tenant_id(organisation_id: UUID, now: datetime) -> str:
    """Return the count of an organisation on a day (UTC)."""
    return f"tenant:{organisation_id}:{now.date().isoformat()}"


def part_id(account_id: str, now: datetime) -> str:
    """Return the part of the count in all that an account falls into, on a day (UTC)."""
    return f"all:{int(account_id, 16) % SHARDS}:{now.date().isoformat()}"


def block_of(number: str) -> str:
    """Return what numbers next to each other have in common."""
    return number[:-_NEAR]


def full_until(sent: Sequence[datetime], now: datetime, limits: Limits = LIMITS) -> datetime | None:
    """Return from when one more code stays within the limits (S8); None: from now on."""
    reached = ((span, most) for span, most in limits if sum(now - at < span for at in sent) >= most)
    return max((sorted(sent)[-most] + span for span, most in reached), default=None)


def network_full_until(count: SmsCount, caps: SmsCaps, now: datetime) -> datetime | None:
    """Return from when a network gets codes again; None: from now on."""
    return full_until(count.sent, now, ((SHORT, caps.network_short), (LONG, caps.network_day)))


def day_full_until(count: SmsCount, most: int, now: datetime) -> datetime | None:
    """Return from when a count by day (UTC) begins anew, where it is full; None: it is not."""
    return None if count.count < most else (now + LONG).replace(hour=0, minute=0, second=0, microsecond=0)


def wait_refusal(until: datetime | None, now: datetime) -> Refusal | None:
    """Refuse until a moment, telling in how many seconds that is; None: nothing is in the way."""
    if until is None or now >= until:
        return None
    seconds = int((until - now).total_seconds()) + 1
    return Refusal(code=IdentityRefusal.TOO_MANY_ATTEMPTS, details={"retry_after_s": seconds})


def counted(count: SmsCount, now: datetime) -> SmsCount:
    """Return a count after one more code; moments older than a day are forgotten."""
    recent = tuple(sent for sent in count.sent if now - sent < LONG)
    return replace(count, sent=(*recent, now), count=count.count + 1, last_at=now)


def tallied(count: SmsCount, now: datetime) -> SmsCount:
    """Return a count by day after one more code."""
    return replace(count, count=count.count + 1, last_at=now)


def with_number(block: SmsCount, number_hash: str, now: datetime) -> SmsCount:
    """Return a block of numbers after a code to one of them; a quiet day makes it forget the others."""
    quiet = block.last_at is not None and now - block.last_at >= LONG
    known = () if quiet else block.numbers
    numbers = known if number_hash in known else (*known, number_hash)
    return replace(block, numbers=numbers, last_at=now)


def alarming(before: SmsCount, after: SmsCount, caps: SmsCaps) -> bool:
    """Say whether so many numbers next to each other are written to that somebody must look: once for each more."""
    return len(after.numbers) >= caps.adjacent and len(after.numbers) > len(before.numbers)
