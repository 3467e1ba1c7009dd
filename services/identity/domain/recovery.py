"""Recovery of password and user name: a link of 30 minutes that works once and opens no session (S9, S10, SP-43)."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from contracts.identity import IdentityRefusal, SecondFactor
from contracts.message import Refusal
from services.identity.domain.logins import TRIES
from services.identity.domain.passwords import Fault
from services.identity.domain.people import Account

LINK_LIFE = timedelta(minutes=30)
LINKS_SPAN = timedelta(hours=1)
MOST_LINKS = 3
"""Links that an account gets in an hour: more e-mails would only be a nuisance."""

_EXPIRED = Refusal(code=IdentityRefusal.RECOVERY_EXPIRED)


@dataclass(frozen=True, slots=True)
class Recovery:
    """A link that was sent; the id is the hash of its token. It is removed when it was used or another was sent."""

    id: str
    account_id: str
    expires_at: datetime
    code_id: UUID | None = None
    """What the newest code by SMS is bound to."""

    code_hash: str | None = None
    code_until: datetime | None = None
    tries: int = 0
    factor_changes: int = 0
    """The account's when the code was sent: one to a former number counts no more (S9, S16)."""


@dataclass(frozen=True, slots=True)
class Links:
    """The links that an account was sent; the id is the account's."""

    id: str
    live: str | None = None
    sent: tuple[datetime, ...] = ()


def may_send(links: Links, now: datetime) -> bool:
    """Say whether an account gets one more link."""
    return sum(now - sent < LINKS_SPAN for sent in links.sent) < MOST_LINKS


def with_link(links: Links, token_hash: str, now: datetime) -> Links:
    """Return the links after one more; only the newest counts."""
    recent = tuple(sent for sent in links.sent if now - sent < LINKS_SPAN)
    return replace(links, live=token_hash, sent=(*recent, now))


def without_link(links: Links) -> Links:
    """Return the links after the newest was used."""
    return replace(links, live=None)


def link_refusal(recovery: Recovery | None, now: datetime) -> Refusal | None:
    """Refuse a link that is unknown, used, replaced, too old or tried too often: nobody learns which (S10)."""
    if recovery is None or now >= recovery.expires_at or recovery.tries >= TRIES:
        return _EXPIRED
    return None


def with_code(recovery: Recovery, account: Account, code_id: UUID, code_hash: str, until: datetime) -> Recovery:
    """Return the recovery whose newest code this is; an older one counts no more (S6)."""
    return replace(
        recovery, code_id=code_id, code_hash=code_hash, code_until=until, factor_changes=account.factor_changes
    )


def code_counts(recovery: Recovery, account: Account, now: datetime) -> bool:
    """Say whether the newest code by SMS still proves something: in time, and sent to the present number (S9, S16)."""
    in_time = recovery.code_until is not None and now < recovery.code_until
    return in_time and recovery.factor_changes == account.factor_changes


def decide_completion(
    recovery: Recovery | None, factor: SecondFactor | None, fault: Fault | None, *, right: bool, now: datetime
) -> Refusal | None:
    """Let the holder choose a new password with link and second factor (SP-43, S9)."""
    if refusal := link_refusal(recovery, now):
        return refusal
    if factor is not None and not right:
        return Refusal(code=IdentityRefusal.WRONG_CODE)
    if fault is not None:
        return Refusal(code=IdentityRefusal.WEAK_PASSWORD, details={"fault": fault})
    return None


def tried(recovery: Recovery) -> Recovery:
    """Return the recovery after a wrong code."""
    return replace(recovery, tries=recovery.tries + 1)
