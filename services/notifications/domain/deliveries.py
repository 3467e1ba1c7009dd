"""Deliveries: planned, then sent or failed; what fails for the moment is tried again (R22, SP-75, SP-116)."""

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from contracts.actor import Actor
from contracts.message import Refusal
from contracts.notifications import DeliveryStatus, NotificationsRefusal, Purpose
from contracts.values import Language
from services.notifications.domain.access import may_send_again

PAUSES = (timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=3), timedelta(hours=20))
"""Between five tries within 24 hours (SP-75)."""

CODE_PAUSES = (timedelta(seconds=10), timedelta(seconds=20), timedelta(seconds=40), timedelta(seconds=60))
"""Between the tries of a login code, which is worth nothing after some minutes (NO-12)."""


KEPT = timedelta(days=30)
"""How long what a failed delivery said is kept, to be sent again (SP-116)."""

SENT_AGAIN = frozenset(
    {Purpose.ACTIVATION_LETTER, Purpose.APPLICATION_REJECTED, Purpose.NOTICE, Purpose.ACCOUNT_NOTICE}
)
"""What is sent again as it was; the rest is asked for anew, with a link, a code or an order of its own."""


class Channel(StrEnum):
    """The way by which a delivery goes."""

    EMAIL = "email"
    SMS = "sms"
    POST = "post"


class Verdict(StrEnum):
    """How a try ended."""

    SENT = "sent"
    TEMPORARY = "temporary"
    PERMANENT = "permanent"
    NOTHING = "nothing"
    """There was nothing to send any more."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How a try ended, and why when it failed; the reason names no person."""

    verdict: Verdict
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Delivery:
    """A message to somebody outside, without its content; the id is the notification's."""

    id: UUID
    subject_id: UUID
    purpose: Purpose
    channel: Channel
    template: str
    language: Language
    planned_at: datetime
    expires_at: datetime | None = None
    """From this moment on it is never sent; None: it stays worth sending."""

    status: DeliveryStatus = DeliveryStatus.PLANNED
    round: int = 1
    """Counts how often it was planned: sent again it is another one to who sends it."""

    attempts: int = 0
    """In this round."""

    retry_at: datetime | None = None
    ended_at: datetime | None = None
    reason: str = ""

    @property
    def planned(self) -> bool:
        """Whether it is still to be sent."""
        return self.status is DeliveryStatus.PLANNED

    @property
    def reference(self) -> str:
        """What who sends it knows it by: a try that is repeated is no second message (R22)."""
        return str(self.id) if self.round == 1 else f"{self.id}-{self.round}"

    @property
    def again_until(self) -> datetime | None:
        """Until when it can be sent again; None: it cannot."""
        if self.status is not DeliveryStatus.FAILED or self.purpose not in SENT_AGAIN or self.ended_at is None:
            return None
        until = self.ended_at + KEPT
        if self.expires_at is not None:
            until = min(until, self.expires_at)
        return until if until > self.ended_at else None

    @property
    def once(self) -> bool:
        """Whether a try of unknown outcome is not repeated: the user asks for a new login code (R22)."""
        return self.purpose is Purpose.LOGIN_CODE

    def too_late(self, now: datetime) -> bool:
        """Whether it is worth nothing any more (NO-12)."""
        return self.expires_at is not None and now >= self.expires_at

    def failed(self, reason: str, now: datetime) -> "Delivery":
        """Return the delivery after it has failed for good."""
        return replace(self, status=DeliveryStatus.FAILED, retry_at=None, ended_at=now, reason=reason)

    def again(self, now: datetime) -> "Delivery":
        """Return the delivery that is planned anew after it has failed."""
        planned = replace(self, status=DeliveryStatus.PLANNED, planned_at=now, round=self.round + 1)
        return replace(planned, attempts=0, retry_at=None, ended_at=None, reason="")

    def after(self, outcome: Outcome, now: datetime) -> "Delivery":
        """Return the delivery after a try; one that has ended does not change (SP-116)."""
        if not self.planned or outcome.verdict is Verdict.NOTHING:
            return self
        tried = replace(self, attempts=self.attempts + 1)
        if outcome.verdict is Verdict.SENT:
            return replace(tried, status=DeliveryStatus.SENT, retry_at=None, ended_at=now, reason="")
        retry_at = _next_try(tried, now)
        if outcome.verdict is Verdict.PERMANENT or retry_at is None or self.too_late(retry_at):
            return tried.failed(outcome.reason, now)
        return replace(tried, retry_at=retry_at, reason=outcome.reason)


def _next_try(delivery: Delivery, now: datetime) -> datetime | None:
    """Return when the next try is, None after the last one."""
    pauses = CODE_PAUSES if delivery.purpose is Purpose.LOGIN_CODE else PAUSES
    return now + pauses[delivery.attempts - 1] if delivery.attempts <= len(pauses) else None


@dataclass(frozen=True, slots=True)
class Content:
    """What a delivery says and to whom; removed when it is not sent (again) any more. Secrets are encrypted at rest."""

    id: UUID
    name: str
    address: str
    """The e-mail address or the postal address, lines parted by a newline; empty where it is a secret."""

    data: dict[str, str | list[str]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    forget_at: datetime | None = None
    """By the database's clock; None while it waits to be sent."""


def decide_again(
    delivery: Delivery | None, content: Content | None, actor: Actor, now: datetime, *, newer: bool
) -> Delivery | Refusal:
    """Let the back office send again what has failed, while what it said is there and holds (SP-116).

    `newer`: another of its kind has been made since, which holds instead.
    """
    if not may_send_again(actor):
        return Refusal(code=NotificationsRefusal.NOT_ALLOWED)
    if delivery is None:
        return Refusal(code=NotificationsRefusal.UNKNOWN)
    if hindrance := _hindrance(delivery, content, now, newer=newer):
        return Refusal(code=hindrance)
    return delivery.again(now)


def _hindrance(
    delivery: Delivery, content: Content | None, now: datetime, *, newer: bool
) -> NotificationsRefusal | None:
    if delivery.status is not DeliveryStatus.FAILED:
        return NotificationsRefusal.WRONG_STATUS
    if delivery.purpose not in SENT_AGAIN:
        return NotificationsRefusal.NOT_SENT_AGAIN
    if delivery.purpose is Purpose.ACTIVATION_LETTER and newer:
        return NotificationsRefusal.SUPERSEDED
    gone = content is None or delivery.again_until is None or now >= delivery.again_until
    return NotificationsRefusal.CONTENT_GONE if gone else None


@dataclass(frozen=True, slots=True)
class Plan:
    """A delivery and its content, not yet stored; secrets are still in clear."""

    delivery: Delivery
    content: Content
